import {calibrationBins} from "./calibration-curve.ts";
import {CALIBRATION_BINS} from "./calibration-error.ts";

/**
 * What a Brier score is made of (Murphy 1973), with the terms of Stephenson, Coelho and Jolliffe (2008) for
 * probabilities that differ inside a bin. It adds up:
 *
 *     brier = reliability − resolution + uncertainty + withinVariance − withinCovariance.
 */
export type BrierDecomposition = {
  readonly brier: number;
  /** Mean squared distance of predicted and observed share by bin: 0 is ideal. */
  readonly reliability: number;
  /** Mean squared distance of observed share by bin and base rate: what telling customers apart gains. */
  readonly resolution: number;
  /** base rate × (1 − base rate): the score of predicting the base rate for everybody. */
  readonly uncertainty: number;
  /** Variance of the probabilities inside the bins. */
  readonly withinVariance: number;
  /** Twice the covariance of probability and outcome inside the bins. */
  readonly withinCovariance: number;
  /** Equal-mass bins that were asked for. */
  readonly bins: number;
};

/**
 * Decomposes the Brier score over the bins of the calibration curve.
 * @throws RangeError when the lengths differ, there is no row, or a probability is outside [0, 1].
 */
export function brierDecomposition(
  probabilities: ArrayLike<number>,
  y: ArrayLike<number>,
  {bins = CALIBRATION_BINS}: {readonly bins?: number} = {},
): BrierDecomposition {
  const n = y.length;
  if (probabilities.length !== n)
    throw new RangeError(
      `brierDecomposition requires one probability a row, got ${probabilities.length} for ${n}`,
    );
  const binOf = calibrationBins(probabilities, bins);
  const [rows, predicted, observed] = [0, 1, 2].map(() => new Float64Array(bins)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (let i = 0; i < n; i++) {
    rows[binOf[i]!]! += 1;
    predicted[binOf[i]!]! += probabilities[i]!;
    observed[binOf[i]!]! += y[i]!;
  }
  const base = observed.reduce((sum, value) => sum + value, 0) / n;
  const sums = {reliability: 0, resolution: 0, withinVariance: 0, withinCovariance: 0, brier: 0};
  for (let b = 0; b < bins; b++) {
    if (rows[b] === 0) continue;
    predicted[b]! /= rows[b]!;
    observed[b]! /= rows[b]!;
    sums.reliability += rows[b]! * (predicted[b]! - observed[b]!) ** 2;
    sums.resolution += rows[b]! * (observed[b]! - base) ** 2;
  }
  for (let i = 0; i < n; i++) {
    const b = binOf[i]!;
    const inside = probabilities[i]! - predicted[b]!;
    sums.withinVariance += inside ** 2;
    sums.withinCovariance += 2 * inside * (y[i]! - observed[b]!);
    sums.brier += (probabilities[i]! - y[i]!) ** 2;
  }
  return {
    brier: sums.brier / n,
    reliability: sums.reliability / n,
    resolution: sums.resolution / n,
    uncertainty: base * (1 - base),
    withinVariance: sums.withinVariance / n,
    withinCovariance: sums.withinCovariance / n,
    bins,
  };
}
