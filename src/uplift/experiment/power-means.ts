import gammaln from "@stdlib/math-base-special-gammaln";
import {normalBelow, requirePositive, requireShare, tTwoSided} from "./distributions.ts";
import type {ArmSizes, TestOptions} from "./power.ts";

/** What sizes for means go by. */
export const MEANS_FORMULA =
  "two-sample t test with equal variances by the noncentral t distribution (power.t.test of R)";

/** Two means that a test is to tell apart. */
export type MeansDesign = TestOptions & {
  /** Difference of the means, not 0, in the unit of the outcome. */
  readonly difference: number;
  /** Standard deviation of the outcome in either arm, above 0. */
  readonly sd: number;
};

/**
 * Probability that a t test of two means finds the difference; the other direction, found by mistake, does not count.
 * @param controls customers of the control arm, more than 1.
 */
export function powerOfMeans({controls, ...design}: MeansDesign & {readonly controls: number}): number {
  const {difference, sd, alpha, sides, ratio} = checked("powerOfMeans", design);
  if (!(controls > 1)) throw new RangeError(`powerOfMeans requires more than 1 control, got ${controls}`);
  const df = controls * (1 + ratio) - 2;
  if (!(df > 0)) throw new RangeError(`powerOfMeans requires more customers, got ${controls} controls`);
  const shift = (Math.abs(difference) / sd) * Math.sqrt((controls * ratio) / (1 + ratio));
  return noncentralAbove(tTwoSided((2 * alpha) / sides, df), {df, shift});
}

/** Customers of each arm that a t test of two means needs. @throws RangeError for options out of range. */
export function sizeForMeans({power, ...design}: MeansDesign & {readonly power: number}): ArmSizes {
  const {ratio} = checked("sizeForMeans", design);
  requireShare("sizeForMeans", "power", power);
  const least = Math.max(1 + 1e-6, 2 / (1 + ratio) + 1e-6);
  let [low, high] = [least, 2 * least];
  while (powerOfMeans({...design, controls: high}) < power) [low, high] = [high, 2 * high];
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2;
    if (powerOfMeans({...design, controls: middle}) < power) low = middle;
    else high = middle;
  }
  return {control: Math.ceil(high - 1e-9), treatment: Math.ceil(high * ratio - 1e-9), exact: high};
}

/** The smallest difference of means that a t test finds with the given power. */
export function detectableMean({
  controls,
  power = 0.8,
  ...design
}: Omit<MeansDesign, "difference"> & {readonly controls: number; readonly power?: number}): number {
  requireShare("detectableMean", "power", power);
  const at = (difference: number) => powerOfMeans({...design, difference, controls});
  let [low, high] = [0, design.sd];
  while (at(high) < power) [low, high] = [high, 2 * high];
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2;
    if (at(middle) < power) low = middle;
    else high = middle;
  }
  return high;
}

function checked(caller: string, {difference, sd, alpha = 0.05, sides = 2, ratio = 1}: MeansDesign) {
  requirePositive(caller, "sd", sd);
  requireShare(caller, "alpha", alpha);
  requirePositive(caller, "ratio", ratio);
  if (!(Math.abs(difference) > 0))
    throw new RangeError(`${caller} requires a difference other than 0, got ${difference}`);
  return {difference, sd, alpha, sides, ratio};
}

/** Steps of the trapezoidal rule, which is exact to rounding for a smooth density that vanishes at both ends. */
const STEPS = 2000;

/**
 * Probability that (Z + shift) / S exceeds t, with Z standard normal and S the root of chi-square over its degrees of
 * freedom: the mean over S of the probability that Z exceeds t S - shift.
 */
function noncentralAbove(t: number, {df, shift}: {df: number; shift: number}): number {
  const constant = Math.LN2 + (df / 2) * Math.log(df / 2) - gammaln(df / 2);
  const width = 12 / Math.sqrt(2 * df);
  const [from, to] = [Math.max(0, 1 - width), 1 + width];
  const step = (to - from) / STEPS;
  let [sum, mass] = [0, 0];
  for (let k = 0; k <= STEPS; k++) {
    const s = from + k * step;
    if (s === 0) continue;
    const density = Math.exp(constant + (df - 1) * Math.log(s) - (df * s * s) / 2);
    mass += density;
    sum += density * normalBelow(shift - t * s);
  }
  return sum / mass;
}
