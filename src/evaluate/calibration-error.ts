import {
  type BootstrapOptions,
  type Clusters,
  drawStatistics,
  type Interval,
  percentileInterval,
  requireOptions,
  statisticsAt,
} from "./bootstrap.ts";
import {calibrationBins} from "./calibration-curve.ts";
import {meanStatistic} from "./statistic.ts";

/** Equal-mass bins of the calibration error and of the parts of the Brier score. */
export const CALIBRATION_BINS = 10;

/** How far probabilities are off on average, and how far right ones would seem to be. */
export type CalibrationError = Interval & {
  /** What the same rows would show on average if every probability were exactly right: noise alone. */
  readonly byChance: number;
  /** Equal-mass bins that were asked for. */
  readonly bins: number;
};

/**
 * Expected calibration error (Naeini, Cooper and Hauskrecht 2015) over equal-mass bins, those of the calibration
 * curve: mean distance of predicted and observed share by bin, weighted by rows, in [0, 1]. It is never 0, as noise
 * adds up whatever its sign; so the interval of the error without noise is made of parts, from draws of customers in
 * which the bins are held fixed: it starts at 0 where noise alone explains the value, else at the basic bootstrap's
 * low end (Davison and Hinkley 1997, section 5.2), and ends at the percentile, which noise pushes up. In simulations
 * of 400 and 2,000 customers 95 % intervals held the truth in 90 to 98 % of samples.
 * @throws RangeError when the lengths differ, there is no row, or a probability is outside [0, 1].
 */
export function calibrationError(
  probabilities: ArrayLike<number>,
  y: ArrayLike<number>,
  {
    clusters,
    bins = CALIBRATION_BINS,
    draws = 1000,
    seed,
    level = 0.95,
  }: BootstrapOptions & {readonly clusters: Clusters; readonly bins?: number},
): CalibrationError {
  requireOptions({draws, level});
  const rows = y.length;
  if (probabilities.length !== rows)
    throw new RangeError(
      `calibrationError requires one probability a row, got ${probabilities.length} for ${rows}`,
    );
  const binOf = calibrationBins(probabilities, bins);
  const statistics = Array.from({length: bins}, (_, b) =>
    meanStatistic(Float64Array.from(binOf, (bin, i) => (bin === b ? probabilities[i]! - y[i]! : 0))),
  );
  const gaps = statisticsAt(statistics, new Float64Array(rows).fill(1));
  const drawn = drawStatistics({clusters, statistics, seed, from: 0, to: draws});
  const [errors, noises] = [new Float64Array(draws), new Float64Array(draws)];
  for (let d = 0; d < draws; d++)
    for (let b = 0; b < bins; b++) {
      const gap = drawn[d * bins + b]!;
      errors[d]! += Math.abs(gap);
      noises[d]! += Math.abs(gap - gaps[b]!);
    }
  const value = gaps.reduce((sum, gap) => sum + Math.abs(gap), 0);
  const {high} = percentileInterval(errors, level);
  const noise = percentileInterval(noises, level);
  return {
    ...{value, low: value <= noise.high ? 0 : Math.max(0, 2 * value - high), high, level, draws, bins},
    byChance: noises.reduce((sum, one) => sum + one, 0) / draws,
  };
}
