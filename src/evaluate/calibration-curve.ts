import {type Level, normalQuantile, quantileOf} from "./quantile.ts";

/** Rows of like probability: what was predicted for them and what came. */
export type CalibrationPoint = {
  readonly rows: number;
  readonly positives: number;
  /** Mean predicted probability. */
  readonly predicted: number;
  /** Share of churners, with its Wilson interval. */
  readonly observed: number;
  readonly low: number;
  readonly high: number;
};

/**
 * Predicted against observed in bins of about equal size, by rising probability. Edges are quantiles with
 * linear interpolation; a bin holds (lower edge, upper edge], so equal probabilities share a bin and a bin
 * without rows is left out. The Wilson interval counts the customers of a bin as its observations, as if all
 * rows of a customer told the same: rather too wide than too narrow.
 * @param clusters customer of each row; every row is one of its own when absent.
 * @param level probability that an interval is to hold: 0.95 or 0.9.
 * @throws RangeError when the lengths differ, there is no row, or a probability is outside [0, 1].
 */
export function calibrationCurve(
  probabilities: ArrayLike<number>,
  y: ArrayLike<number>,
  {
    bins = 10,
    level = 0.95,
    clusters,
  }: {
    readonly bins?: number;
    readonly level?: Level;
    readonly clusters?: ArrayLike<number> | undefined;
  } = {},
): CalibrationPoint[] {
  const n = probabilities.length;
  if (n === 0 || y.length !== n)
    throw new RangeError(`calibrationCurve requires one probability a row, got ${n} for ${y.length}`);
  const binOf = calibrationBins(probabilities, bins);
  const [rows, positives, sums] = [new Int32Array(bins), new Int32Array(bins), new Float64Array(bins)];
  const members = Array.from(rows, () => new Set<number>());
  for (let i = 0; i < n; i++) {
    const b = binOf[i]!;
    rows[b]! += 1;
    positives[b]! += y[i]!;
    sums[b]! += probabilities[i]!;
    members[b]!.add(clusters ? clusters[i]! : i);
  }
  return Array.from(rows, (count, b) => ({
    rows: count,
    positives: positives[b]!,
    predicted: sums[b]! / count,
    observed: positives[b]! / count,
    ...wilson((positives[b]! / count) * members[b]!.size, members[b]!.size, {level}),
  })).filter(point => point.rows > 0);
}

/**
 * Bin of each row in [0, bins), by rising probability, of about equal size: see {@link calibrationCurve}.
 * @throws RangeError when there is no row or a probability is outside [0, 1].
 */
export function calibrationBins(probabilities: ArrayLike<number>, bins: number): Int32Array {
  const sorted = Float64Array.from(probabilities).sort();
  const [least, most] = [sorted[0] ?? Number.NaN, sorted.at(-1) ?? Number.NaN];
  if (!(least >= 0 && most <= 1))
    throw new RangeError(`calibrationCurve requires probabilities in [0, 1], got ${least} to ${most}`);
  const edges = Array.from({length: bins - 1}, (_, b) => quantileOf(sorted, (b + 1) / bins));
  return Int32Array.from(probabilities, p => {
    let b = 0;
    while (b < edges.length && edges[b]! < p) b++;
    return b;
  });
}

/** Wilson's (1927) score interval of the share positives / n, without continuity correction. */
export function wilson(
  positives: number,
  n: number,
  {level = 0.95}: {readonly level?: Level} = {},
): {readonly low: number; readonly high: number} {
  const z2 = normalQuantile(level) ** 2;
  const p = positives / n;
  const centre = (p + z2 / (2 * n)) / (1 + z2 / n);
  const half = (normalQuantile(level) / (1 + z2 / n)) * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n));
  return {low: positives === 0 ? 0 : centre - half, high: positives === n ? 1 : centre + half};
}
