import {randomOf} from "../random.ts";
import {quantileOf} from "./quantile.ts";
import {evaluatorOf, type Statistic} from "./statistic.ts";

/** An estimate with its percentile interval. */
export type Interval = {
  /** The statistic on the rows as they are. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Probability that the interval is to hold. */
  readonly level: number;
  /** Draws in which the statistic was defined: one without a churner, say, is left out. */
  readonly draws: number;
};

/** Rows by customer: `cluster[i]` in [0, n) is the customer of row i. */
export type Clusters = {readonly cluster: Int32Array; readonly n: number};

/** Statistics by name, in records and lists of any depth. */
export type Statistics = Statistic | {readonly [name: string]: Statistics} | readonly Statistics[];

/** The same records and lists with an interval for each statistic. */
export type Intervals<T> = T extends {readonly kind: string}
  ? Interval
  : {readonly [K in keyof T]: Intervals<T[K]>};

export type BootstrapOptions = {
  readonly seed: number;
  readonly draws?: number;
  /** Probability that an interval is to hold, in (0, 1). */
  readonly level?: number;
};

/** Clusters of the rows of these customers. @param customer at least 0, one a row; the highest may be any. */
export function clustersOf(customer: ArrayLike<number>): Clusters {
  const cluster = Int32Array.from(customer);
  return {cluster, n: 1 + cluster.reduce((a, b) => Math.max(a, b), -1)};
}

/** A source of bootstrap weights: fills `out` (one a row) with draw number `draw`, 0 or more. */
export type WeightDraws = (draw: number, out: Float64Array) => void;

/**
 * Draws of whole customers with replacement, as many as there are: a row's weight is how often its customer
 * was drawn. Customers without a row take no part. A draw depends on the seed and its number only, not on the draws
 * before it nor on the order of the rows.
 * @throws RangeError when there is no row, or a cluster is out of range.
 */
export function weightDraws(clusters: Clusters, {seed}: {readonly seed: number}): WeightDraws {
  const {slotOfRow, slots} = slotsOf(clusters);
  const counts = new Float64Array(slots);
  return (draw, out) => {
    drawCounts({seed, draw}, counts);
    for (let i = 0; i < slotOfRow.length; i++) out[i] = counts[slotOfRow[i]!]!;
  };
}

/** Numbers the customers that have a row, by rising cluster. */
function slotsOf({cluster, n}: Clusters): {readonly slotOfRow: Int32Array; readonly slots: number} {
  const slot = new Int32Array(n).fill(-1);
  for (let i = 0; i < cluster.length; i++) {
    const c = cluster[i]!;
    if (!(c >= 0 && c < n))
      throw new RangeError(`weightDraws requires clusters in [0, ${n}), got ${c} in row ${i}`);
    slot[c] = 0;
  }
  let slots = 0;
  for (let c = 0; c < n; c++) if (slot[c] === 0) slot[c] = slots++;
  if (slots === 0) throw new RangeError("weightDraws requires a row, got none");
  return {slotOfRow: cluster.map(c => slot[c]!), slots};
}

/** How often each of `out.length` slots is drawn in as many draws with replacement. */
function drawCounts({seed, draw}: {readonly seed: number; readonly draw: number}, out: Float64Array): void {
  const random = randomOf(seed, draw);
  const n = out.length;
  out.fill(0);
  for (let k = 0; k < n; k++) out[Math.floor(random() * n)]! += 1;
}

/** Draws that one thread makes: plain data. */
export type Draws = {
  readonly clusters: Clusters;
  readonly statistics: readonly Statistic[];
  readonly seed: number;
  /** Numbers of the draws, in [from, to). */
  readonly from: number;
  readonly to: number;
};

/** The statistics in each draw: that of number s in draw from + d at d × statistics + s. */
export function drawStatistics({clusters, statistics, seed, from, to}: Draws): Float64Array {
  const {slotOfRow, slots} = slotsOf(clusters);
  const evaluate = evaluatorOf(statistics, slotOfRow, slots);
  const counts = new Float64Array(slots);
  const width = statistics.length;
  const drawn = new Float64Array((to - from) * width);
  for (let draw = from; draw < to; draw++) {
    drawCounts({seed, draw}, counts);
    evaluate(counts, drawn.subarray((draw - from) * width, (draw - from + 1) * width));
  }
  return drawn;
}

/** The statistics at given weights, one a row. */
export function statisticsAt(statistics: readonly Statistic[], weights: Float64Array): Float64Array {
  const out = new Float64Array(statistics.length);
  const slotOfRow = Int32Array.from(weights, (_, i) => i);
  evaluatorOf(statistics, slotOfRow, weights.length)(weights, out);
  return out;
}

/**
 * Percentile intervals by bootstrap over customers (Efron 1979; Field and Welsh 2007 for clusters). All
 * statistics see the same draws, so a difference of two is paired. Quantiles interpolate linearly.
 * @throws RangeError when a statistic is undefined on the rows as they are, or in more than half of the draws.
 */
export function clusterBootstrap<T extends Statistics>(
  clusters: Clusters,
  statistics: T,
  {draws = 1000, seed, level = 0.95}: BootstrapOptions,
): Intervals<T> {
  requireOptions({draws, level});
  const named = namedStatistics(statistics);
  const drawn = drawStatistics({
    clusters,
    statistics: named.map(one => one.statistic),
    seed,
    from: 0,
    to: draws,
  });
  return intervalsOf(statistics, {clusters, drawn, draws, level}) as Intervals<T>;
}

/** @throws RangeError when the number of draws or the level is out of range. */
export function requireOptions({draws, level}: {readonly draws: number; readonly level: number}): void {
  if (!(level > 0 && level < 1))
    throw new RangeError(`clusterBootstrap requires a level in (0, 1), got ${level}`);
  if (!Number.isInteger(draws) || draws < 1)
    throw new RangeError(`clusterBootstrap requires at least 1 draw, got ${draws}`);
}

type Named = {readonly name: string; readonly statistic: Statistic};

const isStatistic = (one: Statistics): one is Statistic => typeof (one as Statistic).kind === "string";

/** All statistics of a tree with their path in it, in the order of the tree. */
export function namedStatistics(statistics: Statistics, path = ""): Named[] {
  if (isStatistic(statistics)) return [{name: path, statistic: statistics}];
  return Object.entries(statistics).flatMap(([name, one]) =>
    namedStatistics(one, path === "" ? name : `${path}.${name}`),
  );
}

/** {@link Intervals} of a tree. @param drawn as {@link drawStatistics} returns it, for all draws. */
export function intervalsOf(
  statistics: Statistics,
  {
    clusters,
    drawn,
    draws,
    level,
  }: {
    readonly clusters: Clusters;
    readonly drawn: Float64Array;
    readonly draws: number;
    readonly level: number;
  },
): unknown {
  const named = namedStatistics(statistics);
  const values = statisticsAt(
    named.map(one => one.statistic),
    new Float64Array(clusters.cluster.length).fill(1),
  );
  const intervals = named.map(({name}, s): Interval => {
    const value = values[s]!;
    if (!Number.isFinite(value))
      throw new RangeError(
        `clusterBootstrap requires a statistic defined on the rows, got ${value} for ${name}`,
      );
    const all = Float64Array.from({length: draws}, (_, d) => drawn[d * named.length + s]!);
    const defined = all.filter(Number.isFinite);
    if (2 * defined.length < draws)
      throw new RangeError(
        `clusterBootstrap requires a statistic defined in most draws, got ${defined.length} of ${draws} for ${name}`,
      );
    return {value, ...percentileInterval(defined, level), level, draws: defined.length};
  });
  let next = 0;
  const rebuilt = (one: Statistics): unknown => {
    if (isStatistic(one)) return intervals[next++];
    if (Array.isArray(one)) return one.map(rebuilt);
    return Object.fromEntries(Object.entries(one).map(([name, inner]) => [name, rebuilt(inner)]));
  };
  return rebuilt(statistics);
}

/** The central interval of `values` at `level`, from their quantiles. */
export function percentileInterval(
  values: Float64Array,
  level: number,
): {readonly low: number; readonly high: number} {
  const sorted = values.slice().sort();
  return {low: quantileOf(sorted, (1 - level) / 2), high: quantileOf(sorted, (1 + level) / 2)};
}
