import {calibrationBins} from "./calibration-curve.ts";

/** How far probabilities are off on average, and how far right ones would seem to be. */
export type CalibrationError = {
  /** Mean distance of predicted and observed share by bin, weighted by rows, in [0, 1]. */
  readonly value: number;
  /** What the same rows would show on average if every probability were exactly right: noise alone. */
  readonly byChance: number;
  /** Equal-mass bins that were asked for. */
  readonly bins: number;
};

/**
 * Expected calibration error (Naeini, Cooper and Hauskrecht 2015) over equal-mass bins, those of the calibration
 * curve. By chance alone a bin is off by a normal amount with the standard error of its mean over customers.
 * @param clusters customer of each row; every row is one of its own when absent.
 * @throws RangeError when the lengths differ, there is no row, or a probability is outside [0, 1].
 */
export function calibrationError(
  probabilities: ArrayLike<number>,
  y: ArrayLike<number>,
  {bins = 10, clusters}: {readonly bins?: number; readonly clusters?: ArrayLike<number> | undefined} = {},
): CalibrationError {
  const n = y.length;
  if (probabilities.length !== n)
    throw new RangeError(
      `calibrationError requires one probability a row, got ${probabilities.length} for ${n}`,
    );
  const binOf = calibrationBins(probabilities, bins);
  const members = Array.from({length: bins}, () => new Map<number, {rows: number; gap: number}>());
  for (let i = 0; i < n; i++) {
    const customer = clusters ? clusters[i]! : i;
    const own = members[binOf[i]!]!.get(customer) ?? {rows: 0, gap: 0};
    members[binOf[i]!]!.set(customer, {rows: own.rows + 1, gap: own.gap + probabilities[i]! - y[i]!});
  }
  let [value, byChance] = [0, 0];
  for (const bin of members) {
    let [rows, gap, variance] = [0, 0, 0];
    for (const own of bin.values()) {
      rows += own.rows;
      gap += own.gap;
    }
    for (const own of bin.values()) variance += (own.gap - (own.rows * gap) / rows) ** 2;
    value += Math.abs(gap);
    // The mean of the absolute value of a normal variable.
    byChance += Math.sqrt((2 / Math.PI) * variance);
  }
  return {value: value / n, byChance: byChance / n, bins};
}
