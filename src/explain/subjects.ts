import {aliveCatalogue} from "../features/alive.ts";
import {type CatalogueEntry, featureCatalogue} from "../features/catalogue.ts";
import type {Matrix} from "../features/matrix.ts";
import {rfmCatalogue} from "../features/rfm.ts";
import {capital, either, nounOf, pluralOf} from "../features/words.ts";
import type {FeatureDeclaration} from "../study.ts";

/** A feature that can be given as a reason: its entry in the catalogue, and its declaration where it has one. */
export type Subject = CatalogueEntry & {readonly declaration?: FeatureDeclaration};

/** Features whose contributions are summed, with their signs, before anything is compared. */
export type SubjectGroup = {
  readonly title: string;
  /** In catalogue order, at least one. */
  readonly members: readonly Subject[];
};

/** The columns of `x` in catalogue order: the declared features, then those of the model of buying, then RFM scores. */
export function subjectsOf(features: readonly FeatureDeclaration[], x: Matrix): Subject[] {
  return [
    ...featureCatalogue(features, x).map((entry, j) => ({...entry, declaration: features[j]!})),
    ...aliveCatalogue(x),
    ...rfmCatalogue(x),
  ];
}

/** Every feature a group of its own. */
export const singleGroups = (subjects: readonly Subject[]): SubjectGroup[] =>
  groupBy(
    subjects,
    ({name}) => name,
    ({title}) => title,
  );

/** The families of the catalogue. */
export const familyGroups = (subjects: readonly Subject[]): SubjectGroup[] =>
  groupBy(
    subjects,
    ({family}) => family,
    ({family}) => capital(family),
  );

/**
 * One family of the same events, "Frequency of purchases": features that say nearly the same, and share what a model
 * makes of it. What a team can act on, and what is sensitive, stays apart from the rest; the titles of sensitive groups
 * say so, and those that can be influenced where there is another one of the title.
 */
export function reasonGroups(subjects: readonly Subject[]): SubjectGroup[] {
  const plain = (subject: Subject): string => titleOf(subject) + (subject.sensitive ? ", sensitive" : "");
  const fixed = new Set(subjects.filter(({actionable}) => !actionable).map(plain));
  const title = (subject: Subject): string =>
    subject.actionable && fixed.has(plain(subject))
      ? `${plain(subject)}, that can be influenced`
      : plain(subject);
  return groupBy(subjects, title, title);
}

function titleOf({family, declaration}: Subject): string {
  if (declaration === undefined || family === "season" || family === "campaigns") return capital(family);
  const types = [declaration.of].flat();
  if (family === "own tables")
    return `Table ${either(types.map(type => nounOf(type.replace(/^table:/, ""))))}`;
  if (family === "tenure") return `Time since the first ${either(types.map(nounOf))}`;
  const what = family === "monetary" ? "amounts" : family;
  return `${capital(what)} of ${either(types.map(pluralOf))}`;
}

/** Groups in the order of their first members. */
function groupBy(
  subjects: readonly Subject[],
  keyOf: (subject: Subject) => string,
  title: (subject: Subject) => string,
): SubjectGroup[] {
  const groups = new Map<string, {title: string; members: Subject[]}>();
  for (const subject of subjects) {
    const key = keyOf(subject);
    const group = groups.get(key);
    if (group) group.members.push(subject);
    else groups.set(key, {title: title(subject), members: [subject]});
  }
  return [...groups.values()];
}
