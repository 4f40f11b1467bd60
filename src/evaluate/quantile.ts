/**
 * The quantile of sorted values with linear interpolation between order statistics (type 7 of Hyndman and Fan 1996).
 * @param sorted ascending, at least one; @param q in [0, 1].
 */
export function quantileOf(sorted: Float64Array, q: number): number {
  const h = q * (sorted.length - 1);
  const k = Math.floor(h);
  const next = sorted[Math.min(k + 1, sorted.length - 1)]!;
  return sorted[k]! + (h - k) * (next - sorted[k]!);
}

/** Probability that a normal interval is to hold. */
export type Level = 0.95 | 0.9;

/** Standard normal quantile at (1 + level) / 2. */
export const normalQuantile = (level: Level): number =>
  level === 0.95 ? 1.959963984540054 : 1.6448536269514722;
