import type {FeatureDeclaration} from "../study.ts";
import type {Matrix} from "./matrix.ts";
import type {Measure} from "./measures.ts";
import {isCalendar} from "./plan.ts";
import {sentenceOf} from "./words.ts";

/** Kinds of features, in the order that they are shown in. */
export const FAMILIES = [
  "recency",
  "frequency",
  "monetary",
  "trend and change",
  "regularity",
  "mix",
  "tenure",
  "buying until leaving",
  "RFM scores",
  "campaigns",
  "attributes",
  "own tables",
  "season",
] as const;

export type Family = (typeof FAMILIES)[number];

const FAMILY: Readonly<Record<Measure, Family>> = {
  ...{
    count: "frequency",
    days: "frequency",
    sum: "monetary",
    mean: "monetary",
    recency: "recency",
    first: "tenure",
  },
  ...{
    gapMean: "regularity",
    gapSd: "regularity",
    gapCv: "regularity",
    gapCount: "regularity",
    overdue: "regularity",
  },
  ...{change: "trend and change", trend: "trend and change", sumTrend: "trend and change"},
  ...{ownShare: "trend and change", ownZ: "trend and change"},
  ...{ratio: "mix", share: "mix", distinct: "mix", entropy: "mix", last: "attributes", latest: "own tables"},
  ...{yearSine: "season", yearCosine: "season", monthSine: "season", monthCosine: "season"},
  ...{toMonthEnd: "season", toQuarterEnd: "season", toYearEnd: "season"},
};

/** One feature in words, with how often it is missing in the rows of `x`. */
export type CatalogueEntry = {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  /** A sentence made from the declaration. */
  readonly meaning: string;
  readonly family: Family;
  readonly window: string;
  /** What it reads: event types and columns. */
  readonly sources: readonly string[];
  readonly missingShare: number;
  readonly actionable: boolean;
  readonly sensitive: boolean;
  /** Whether it depends on where in the month or year the cutoff lies; if not, it rolls along with the cutoff. */
  readonly calendar: boolean;
};

/** The features in business words, in the order of the declarations; `x` has the same columns. */
export function featureCatalogue(features: readonly FeatureDeclaration[], x: Matrix): CatalogueEntry[] {
  return features.map((feature, j) => {
    const {name, title, unit, measure, actionable, sensitive = false, calendar = false} = feature;
    return {
      ...{name, title, unit, actionable, sensitive},
      meaning: sentenceOf(feature),
      family: familyOf(feature),
      window: windowOf(feature),
      sources: sourcesOf(feature),
      missingShare: missingShareOf(x, j),
      calendar: calendar || isCalendar(measure),
    };
  });
}

/** Share of the rows of feature j that are missing; 0 without rows. */
export function missingShareOf(x: Matrix, j: number): number {
  let missing = 0;
  for (let i = 0; i < x.rows; i++) if (Number.isNaN(x.values[j * x.rows + i]!)) missing += 1;
  return x.rows === 0 ? 0 : missing / x.rows;
}

/** Campaign history is a family of its own, whatever is measured of it. */
export const familyOf = ({of, measure}: FeatureDeclaration): Family =>
  [of].flat().some(type => type.startsWith("campaign:")) ? "campaigns" : FAMILY[measure];

function windowOf({measure, days}: FeatureDeclaration): string {
  if (isCalendar(measure)) return "the cutoff's date";
  return days === undefined ? "all history" : `${days} days before the cutoff`;
}

function sourcesOf({of, measure, against, column}: FeatureDeclaration): string[] {
  const types = [of].flat().map(type => (type === "*" ? "all events" : type));
  if (measure === "sum" || measure === "mean" || measure === "sumTrend") return [...types, "amount"];
  if (column !== undefined) return types.map(type => `${type}.${column}`);
  return against === undefined ? types : [...types, against.replace(/=.*/s, "")];
}
