import {type Matrix, takeRows} from "../features/matrix.ts";
import {withColumn} from "./partial-dependence.ts";
import type {Predict} from "./permutation.ts";

/** How the margin moves along one feature, among rows that have it there. */
export type AccumulatedEffects = {
  readonly feature: string;
  /** Ascending; bin k holds rows with a value in (edges[k], edges[k + 1]], the first one edges[0] too. */
  readonly edges: readonly number[];
  /** One an edge, in units of the margin; the mean over the rows is 0. */
  readonly effect: readonly number[];
  /** Rows of each bin. */
  readonly counts: readonly number[];
  /** Rows of which the feature is missing: they tell nothing here. */
  readonly missing: number;
};

/**
 * Accumulated local effects of first order (Apley and Zhu 2020, equations 15 and 16): in each bin of the feature, the
 * mean change of the margin when the rows of the bin move from its lower to its upper edge, added up over the bins. A
 * row is asked about values near its own only, so that features which hang together are not torn apart. The edges are
 * values that occur, at the quantiles of type 1 (Hyndman and Fan 1996), those that coincide put together.
 *
 * Centred so that the sum over bins of count times the mean of the effects at its edges is 0. Association, not cause.
 * @param bins at most, 1 or more.
 * @throws RangeError for a category, which has no order; for a feature with less than two values.
 */
export async function accumulatedEffects(
  predict: Predict,
  x: Matrix,
  {feature, bins = 10}: {readonly feature: string; readonly bins?: number},
): Promise<AccumulatedEffects> {
  const all = columnOf(x, feature);
  const rows = Int32Array.from(all.keys()).filter(i => !Number.isNaN(all[i]!));
  const known = takeRows(x, rows);
  const column = columnOf(known, feature);
  const edges = edgesOf(column, bins);
  if (edges.length < 2)
    throw new RangeError(`accumulatedEffects requires two values of ${feature} or more, got ${edges.length}`);
  const bin = Int32Array.from(column, value => binOf(edges, value));
  const low = await predict(withColumn(known, feature, i => edges[bin[i]!]!));
  const high = await predict(withColumn(known, feature, i => edges[bin[i]! + 1]!));
  const sums = new Float64Array(edges.length - 1);
  const counts = new Array<number>(sums.length).fill(0);
  bin.forEach((k, i) => {
    sums[k]! += high[i]! - low[i]!;
    counts[k]! += 1;
  });
  const effect = [0];
  sums.forEach((sum, k) => {
    effect.push(effect[k]! + sum / counts[k]!);
  });
  const centre = weightedMean(effect, counts);
  return {
    ...{feature, edges, counts, missing: x.rows - rows.length},
    effect: effect.map(value => value - centre),
  };
}

/** The mean over rows of a line through values at the edges, a row taken to lie midway in its bin. */
export function weightedMean(atEdges: ArrayLike<number>, counts: readonly number[]): number {
  let [sum, rows] = [0, 0];
  counts.forEach((count, k) => {
    sum += (count * (atEdges[k]! + atEdges[k + 1]!)) / 2;
    rows += count;
  });
  return sum / rows;
}

function columnOf(x: Matrix, feature: string): Float64Array {
  const j = x.names.indexOf(feature);
  if (j < 0 || x.categories?.[feature])
    throw new RangeError(
      `accumulatedEffects requires a number of the table, got ${j < 0 ? "" : "the category "}${feature}`,
    );
  return x.values.subarray(j * x.rows, (j + 1) * x.rows);
}

/**
 * The least value, then the smallest values with a share of k / bins of all at or below them, each once. Values that occur
 * (type 1) and not between them as elsewhere: rows are moved to the edges, and should not be given what nobody has.
 */
function edgesOf(column: Float64Array, bins: number): number[] {
  if (!(Number.isInteger(bins) && bins >= 1))
    throw new RangeError(`accumulatedEffects requires 1 bin or more, got ${bins}`);
  const sorted = column.slice().sort();
  const n = sorted.length;
  const edges = sorted.slice(0, 1);
  const quantiles = Array.from(
    {length: n > 0 ? bins : 0},
    (_, k) => sorted[Math.ceil(((k + 1) * n) / bins) - 1]!,
  );
  return [...new Set([...edges, ...quantiles])];
}

/** Index of the last edge below the value; the least value is in the first bin. */
function binOf(edges: readonly number[], value: number): number {
  let [low, high] = [0, edges.length - 2];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (edges[middle]! < value) low = middle;
    else high = middle - 1;
  }
  return low;
}
