import type {Matrix} from "../features/matrix.ts";
import {groupSums, PRECISION, stepsOf} from "./contributions.ts";
import type {Explanation} from "./explain-rows.ts";
import {sayFeature} from "./sentences.ts";
import {reasonGroups, type Subject, type SubjectGroup} from "./subjects.ts";
import type {UsualOf} from "./usual.ts";

/** What moves a customer's score: an association that the model found, and no cause. */
export type Reason = {
  /** The group of features, such as "Frequency of purchases". */
  readonly group: string;
  /** The member that moves the score most in the group's direction; the sentence is about it. */
  readonly feature: string;
  readonly direction: "raises" | "lowers";
  /** The group's contribution to the margin in whole steps of {@link PRECISION}, never 0. */
  readonly contribution: number;
  /** Something that a team can act on, or a sign of the risk that it cannot. */
  readonly use: "action" | "sign";
  /** With the customer's own value and what is usual; without a full stop. */
  readonly sentence: string;
};

/** A sensitive group that moves the score: flagged to those who answer for the model, its value left out. */
export type SensitiveReason = Pick<Reason, "group" | "direction" | "contribution">;

/** The reasons of one row, those that move the score most first. None of `reasons` and `actions` is sensitive. */
export type CustomerReasons = {
  readonly reasons: readonly Reason[];
  /** Those that raise the risk and that a team can act on, whether among `reasons` or not. */
  readonly actions: readonly Reason[];
  readonly sensitive: readonly SensitiveReason[];
};

export type ReasonOptions = {
  /** All features of the model, in catalogue order. */
  readonly subjects: readonly Subject[];
  /** What is usual for a row of `x`; sentences say nothing of it when absent. */
  readonly usual?: UsualOf | undefined;
  /** Of amounts whose unit is "money". */
  readonly currency?: string | undefined;
  /** Reasons, and actions, a row at most. */
  readonly most?: number;
};

/**
 * Reason codes: contributions summed with their signs over each group of `reasonGroups`, the largest by size first, in
 * whole steps of {@link PRECISION}; of equals, the first in the catalogue. A group whose members cancel out is no
 * reason. A row's reasons depend neither on other rows nor on the order of rows and columns.
 * @param x the rows as the model took them. @param contributions of the same rows, a column for each subject.
 * @throws RangeError when the rows of both differ in number, or a feature is missing in one of the three.
 */
export function reasonsFor(
  x: Matrix,
  contributions: Explanation,
  {subjects, usual, currency, most = 3}: ReasonOptions,
): CustomerReasons[] {
  if (contributions.rows !== x.rows)
    throw new RangeError(`reasonsFor requires contributions of ${x.rows} rows, got ${contributions.rows}`);
  const groups = reasonGroups(subjects);
  const {columns, sum} = groupSums("reasonsFor", contributions, groups);
  const place = new Map(x.names.map((name, j) => [name, j]));
  const sums = new Float64Array(groups.length);
  const say = (subject: Subject, row: number): string => {
    const j = place.get(subject.name);
    if (j === undefined)
      throw new RangeError(`reasonsFor requires the feature ${subject.name}, got no column`);
    return sayFeature(subject, x.values[j * x.rows + row]!, {
      usual: usual?.(subject, row),
      ...{currency, levels: x.categories?.[subject.name]},
    });
  };
  return Array.from({length: x.rows}, (_, row) => {
    const ranked = rank(sum(row, sums), groups);
    const reasonOf = ({g, steps}: RankedGroup): Reason => {
      const {title, members} = groups[g]!;
      const start = row * contributions.names.length;
      const leading = leader(columns[g]!, steps, j => contributions.values[start + j]!);
      const {name, actionable} = members[leading]!;
      return {
        ...{group: title, feature: name, ...signed(steps)},
        use: actionable ? "action" : "sign",
        sentence: say(members[leading]!, row),
      };
    };
    const plain = ranked.filter(({g}) => !isSensitive(groups[g]!));
    return {
      reasons: plain.slice(0, most).map(reasonOf),
      actions: plain
        .filter(({g, steps}) => steps > 0 && groups[g]!.members[0]!.actionable)
        .slice(0, most)
        .map(reasonOf),
      sensitive: ranked
        .filter(({g}) => isSensitive(groups[g]!))
        .map(({g, steps}) => ({group: groups[g]!.title, ...signed(steps)})),
    };
  });
}

type RankedGroup = {readonly g: number; readonly steps: number};

/** Groups that move the score by a step or more, the largest first, then in their own order. */
function rank(sums: Float64Array, groups: readonly SubjectGroup[]): RankedGroup[] {
  return groups
    .map((_, g) => ({g, steps: stepsOf(sums[g]!)}))
    .filter(({steps}) => steps !== 0)
    .sort((a, b) => Math.abs(b.steps) - Math.abs(a.steps) || a.g - b.g);
}

/** Index of the member with the largest contribution in the group's direction; of equals the first. */
function leader(column: Int32Array, steps: number, at: (j: number) => number): number {
  let best = 0;
  let most = Number.NEGATIVE_INFINITY;
  column.forEach((j, m) => {
    const own = Math.sign(steps) * stepsOf(at(j));
    if (own > most) [best, most] = [m, own];
  });
  return best;
}

const signed = (steps: number): Pick<Reason, "direction" | "contribution"> => ({
  direction: steps > 0 ? "raises" : "lowers",
  contribution: Number((steps * PRECISION).toFixed(6)),
});

// Groups hold either sensitive features or others.
const isSensitive = ({members}: SubjectGroup): boolean => members[0]!.sensitive;

/** "Purchases: none in the last 90 days; usually 6 (raises the risk)". */
export const reasonText = ({sentence, direction}: Pick<Reason, "sentence" | "direction">): string =>
  `${sentence} (${direction} the risk)`;
