import type {BootstrapOptions, Interval} from "../../evaluate/bootstrap.ts";
import type {Trial} from "../trial.ts";
import {
  type Cut,
  cutAt,
  rankTrial,
  type UpliftTable,
  upliftBetween,
  upliftTable,
  upliftTables,
} from "./curve.ts";
import {drawnIntervals} from "./draws.ts";

/** An equal part of the customers by score, the highest first. */
export type UpliftGroup = {
  /** From 1. */
  readonly group: number;
  /** Weight of the rows in it; of tied rows over a border, their part. */
  readonly rows: number;
  /** Mean outcome in each arm, rows weighted by inverse propensity. */
  readonly treated: number;
  readonly control: number;
  /** Their difference. */
  readonly uplift: Interval;
  /** The difference from the first group to the end of this one. */
  readonly cumulative: Interval;
};

/**
 * Uplift by groups of equal weight, such as tenths, with percentile intervals from a bootstrap over customers.
 * @throws RangeError when a group has no row of an arm, or none in most draws.
 */
export function upliftByGroup(
  trial: Trial,
  score: ArrayLike<number>,
  {groups = 10, ...options}: BootstrapOptions & {readonly groups?: number},
): UpliftGroup[] {
  if (!Number.isInteger(groups) || groups < 1)
    throw new RangeError(`upliftByGroup requires at least 1 group, got ${groups}`);
  const cutsOf = (table: UpliftTable): Cut[] =>
    Array.from({length: groups}, (_, g) => cutAt(table, (g + 1) / groups));
  const read = (table: UpliftTable): number[] => {
    const cuts = cutsOf(table);
    return cuts.flatMap((cut, g) => [upliftBetween(cuts[g - 1], cut), upliftBetween(undefined, cut)]);
  };
  const ranked = rankTrial(trial, score);
  const fill = upliftTables(ranked);
  const intervals = drawnIntervals("upliftByGroup", trial, {
    ...options,
    read: weights => read(fill(weights)),
  });
  const cuts = cutsOf(upliftTable(ranked));
  return cuts.map((cut, g) => {
    const before = cuts[g - 1];
    const of = (name: keyof Cut) => cut[name] - (before?.[name] ?? 0);
    return {
      group: g + 1,
      rows: of("weight"),
      treated: of("treatedSum") / of("treated"),
      control: of("controlSum") / of("control"),
      uplift: intervals[2 * g]!,
      cumulative: intervals[2 * g + 1]!,
    };
  });
}

/** Difference of the arms among the first `fraction`, in (0, 1], by score: "uplift at k". */
export function upliftAt(
  trial: Trial,
  score: ArrayLike<number>,
  {fraction, ...options}: BootstrapOptions & {readonly fraction: number},
): Interval {
  if (!(fraction > 0 && fraction <= 1))
    throw new RangeError(`upliftAt requires a fraction in (0, 1], got ${fraction}`);
  const fill = upliftTables(rankTrial(trial, score));
  const read = (weights: Float64Array) => [upliftBetween(undefined, cutAt(fill(weights), fraction))];
  return drawnIntervals("upliftAt", trial, {...options, read})[0]!;
}
