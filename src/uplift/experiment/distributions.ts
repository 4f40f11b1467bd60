import gammainc from "@stdlib/math-base-special-gammainc";
import normalCdf from "@stdlib/stats-base-dists-normal-cdf";
import normalQuantile from "@stdlib/stats-base-dists-normal-quantile";
import tCdf from "@stdlib/stats-base-dists-t-cdf";
import tQuantile from "@stdlib/stats-base-dists-t-quantile";

/** Probability that a standard normal is below z. */
export const normalBelow = (z: number): number => normalCdf(z, 0, 1);

/** The z that a standard normal is below with probability p in (0, 1). */
export const normalAt = (p: number): number => normalQuantile(p, 0, 1);

/** The z that the size of a standard normal exceeds with probability alpha. */
export const twoSided = (alpha: number): number => -normalAt(alpha / 2);

/** Probability that the size of a standard normal is above that of z. */
export const normalPValue = (z: number): number => 2 * normalCdf(-Math.abs(z), 0, 1);

/** The same for Student's t with `df` degrees of freedom, which need not be whole. */
export const tPValue = (t: number, df: number): number => 2 * tCdf(-Math.abs(t), df);

/** The t that the size of Student's t with `df` degrees of freedom exceeds with probability alpha. */
export const tTwoSided = (alpha: number, df: number): number => -tQuantile(alpha / 2, df);

/** Probability that chi-square with `df` degrees of freedom is above x, exact far out too, where 1 less the rest is not. */
export const chiSquareAbove = (x: number, df: number): number => gammainc(x / 2, df / 2, true, true);

/** @throws RangeError, as `caller`, when a level or probability is not in (0, 1). */
export function requireShare(caller: string, name: string, value: number): void {
  if (!(value > 0 && value < 1))
    throw new RangeError(`${caller} requires ${name} between 0 and 1, both open, got ${value}`);
}

/** @throws RangeError, as `caller`, when a number is not above 0 and finite. */
export function requirePositive(caller: string, name: string, value: number): void {
  if (!(value > 0 && value < Number.POSITIVE_INFINITY))
    throw new RangeError(`${caller} requires ${name} above 0, got ${value}`);
}
