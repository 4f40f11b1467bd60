import {randomOf} from "../random.ts";
import {rankedLift} from "./lift.ts";
import {rankedAuc, rankedAveragePrecision} from "./metrics.ts";
import {quantileOf} from "./quantile.ts";
import type {Ranking} from "./ranking.ts";

/** A figure computed from row weights; NaN when these weights leave it undefined. */
export type Statistic = (weights: Float64Array) => number;

/** ROC AUC of a ranking as a statistic; the rows were sorted once. */
export const aucStatistic =
  (ranking: Ranking): Statistic =>
  weights =>
    rankedAuc(ranking, weights);

/** Average precision of a ranking as a statistic. */
export const averagePrecisionStatistic =
  (ranking: Ranking): Statistic =>
  weights =>
    rankedAveragePrecision(ranking, weights);

/** Lift of a ranking at a fraction, ties shared, as a statistic. */
export const liftStatistic =
  (ranking: Ranking, {fraction}: {readonly fraction: number}): Statistic =>
  weights =>
    rankedLift(ranking, weights, fraction);

/** Weighted mean of a value a row as a statistic: the base rate of labels, or the mean of a loss. */
export const meanStatistic =
  (values: ArrayLike<number>): Statistic =>
  weights => {
    let [sum, total] = [0, 0];
    for (let i = 0; i < weights.length; i++) {
      sum += weights[i]! * values[i]!;
      total += weights[i]!;
    }
    return sum / total;
  };

/** How far `a` is above `b`, both on the same draws: the paired comparison of two models. */
export const difference =
  (a: Statistic, b: Statistic): Statistic =>
  weights =>
    a(weights) - b(weights);

/** An estimate with its percentile interval. */
export type Interval = {
  /** The statistic on the rows as they are. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly level: number;
  /** Draws in which the statistic was defined: one without a churner, say, is left out. */
  readonly draws: number;
};

/** Rows by customer: `cluster[i]` in [0, n) is the customer of row i. */
export type Clusters = {readonly cluster: Int32Array; readonly n: number};

/** A source of bootstrap weights: fills `out` (one a row) with the next draw. */
export type WeightDraws = (out: Float64Array) => void;

/**
 * Draws of whole customers with replacement, as many as there are: a row's weight is how often its customer
 * was drawn. Customers without a row take no part. The draws do not depend on the order of the rows.
 * @throws RangeError when there is no row, or a cluster is out of range.
 */
export function weightDraws({cluster, n}: Clusters, {seed}: {readonly seed: number}): WeightDraws {
  const slot = new Int32Array(n).fill(-1);
  for (let i = 0; i < cluster.length; i++) {
    const c = cluster[i]!;
    if (c < 0 || c >= n)
      throw new RangeError(`weightDraws requires clusters in [0, ${n}), got ${c} in row ${i}`);
    slot[c] = 0;
  }
  let present = 0;
  for (let c = 0; c < n; c++) if (slot[c] === 0) slot[c] = present++;
  if (present === 0) throw new RangeError("weightDraws requires a row, got none");
  const slotOfRow = cluster.map(c => slot[c]!);
  const count = new Int32Array(present);
  const random = randomOf(seed);
  return out => {
    count.fill(0);
    for (let k = 0; k < present; k++) count[Math.floor(random() * present)]! += 1;
    for (let i = 0; i < slotOfRow.length; i++) out[i] = count[slotOfRow[i]!]!;
  };
}

/**
 * Percentile intervals by bootstrap over customers (Efron 1979; Field and Welsh 2007 for clusters). All
 * statistics see the same draws, so a {@link difference} is paired.
 * @param level probability that the interval is to hold, in (0, 1); quantiles interpolate linearly.
 * @throws RangeError when a statistic is undefined on the rows as they are, or in more than half of the draws.
 */
export function clusterBootstrap<Name extends string>(
  clusters: Clusters,
  statistics: Readonly<Record<Name, Statistic>>,
  {
    draws = 1000,
    seed,
    level = 0.95,
  }: {readonly draws?: number; readonly seed: number; readonly level?: number},
): Record<Name, Interval> {
  if (!(level > 0 && level < 1))
    throw new RangeError(`clusterBootstrap requires a level in (0, 1), got ${level}`);
  if (!Number.isInteger(draws) || draws < 1)
    throw new RangeError(`clusterBootstrap requires at least 1 draw, got ${draws}`);
  const names = Object.keys(statistics) as Name[];
  const next = weightDraws(clusters, {seed});
  const weights = new Float64Array(clusters.cluster.length).fill(1);
  const values = names.map(name => statistics[name](weights));
  const drawn = names.map(() => new Float64Array(draws));
  for (let d = 0; d < draws; d++) {
    next(weights);
    for (let s = 0; s < names.length; s++) drawn[s]![d] = statistics[names[s]!](weights);
  }
  const entries = names.map((name, s): [Name, Interval] => {
    if (!Number.isFinite(values[s]))
      throw new RangeError(
        `clusterBootstrap requires a statistic defined on the rows, got ${values[s]} for ${name}`,
      );
    const defined = drawn[s]!.filter(Number.isFinite);
    if (2 * defined.length < draws)
      throw new RangeError(
        `clusterBootstrap requires a statistic defined in most draws, got ${defined.length} of ${draws} for ${name}`,
      );
    return [name, {value: values[s]!, ...percentileInterval(defined, level), level, draws: defined.length}];
  });
  return Object.fromEntries(entries) as Record<Name, Interval>;
}

/** The central interval of `values` at `level`, from their quantiles. */
export function percentileInterval(
  values: Float64Array,
  level: number,
): {readonly low: number; readonly high: number} {
  const sorted = values.slice().sort();
  return {low: quantileOf(sorted, (1 - level) / 2), high: quantileOf(sorted, (1 + level) / 2)};
}
