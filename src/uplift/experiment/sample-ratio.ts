import {chiSquareAbove} from "./distributions.ts";

/** Whether the arms hold as many customers as they were to hold. */
export type SampleRatio = {
  readonly observed: readonly number[];
  /** In the same order; they add up to the same number. */
  readonly expected: readonly number[];
  readonly statistic: number;
  readonly degreesOfFreedom: number;
  readonly p: number;
  /** Whether p is below {@link SAMPLE_RATIO_ALPHA}: customers were lost in one arm more than in another. */
  readonly mismatch: boolean;
};

/** Below this, arms of the wrong size are no luck; small, since the test is made at every look. */
export const SAMPLE_RATIO_ALPHA = 0.001;

/**
 * Chi-square test of the sizes of two or more arms against their planned shares (Fabijan et al. 2019). A mismatch says
 * that customers are missing for a reason that hangs on the arm: no effect is to be read from such data.
 * @param observed customers by arm, whole, 0 or more; @param shares above 0; they need not add up to 1.
 */
export function sampleRatio(observed: readonly number[], shares: readonly number[]): SampleRatio {
  if (observed.length < 2 || observed.length !== shares.length)
    throw new RangeError(
      `sampleRatio requires a share for each of two arms or more, got ${shares.length} for ${observed.length}`,
    );
  const bad = observed.findIndex(n => !Number.isInteger(n) || n < 0);
  if (bad >= 0) throw new RangeError(`sampleRatio requires whole customers, got ${observed[bad]}`);
  const share = shares.find(one => !(one > 0 && one < Number.POSITIVE_INFINITY));
  if (share !== undefined) throw new RangeError(`sampleRatio requires shares above 0, got ${share}`);
  const sum = (all: readonly number[]) => all.reduce((total, one) => total + one, 0);
  const [customers, all] = [sum(observed), sum(shares)];
  if (customers === 0) throw new RangeError("sampleRatio requires a customer, got none");
  const expected = shares.map(one => (customers * one) / all);
  const statistic = sum(observed.map((n, k) => (n - expected[k]!) ** 2 / expected[k]!));
  const p = chiSquareAbove(statistic, observed.length - 1);
  return {
    ...{observed, expected, statistic, p},
    degreesOfFreedom: observed.length - 1,
    mismatch: p < SAMPLE_RATIO_ALPHA,
  };
}

/**
 * Whether as many outcomes are known in each arm as its size lets expect, when the sizes are known: {@link sampleRatio}
 * of the known against the assigned. Where customers are lost in numbers the statistic is over the share of the lost
 * (the correction of a finite population, Cochran 1977), which makes it the test that being known hangs on the arm: lost
 * customers are the fewer for having been sampled from those assigned. With fewer than 5 to be lost in an arm the plain
 * one, which is cautious, stands.
 * @param known customers by arm; @param assigned above 0, from whom they are.
 */
export function knownRatio(known: readonly number[], assigned: readonly number[]): SampleRatio {
  const plain = sampleRatio(known, assigned);
  const sum = (all: readonly number[]) => all.reduce((total, one) => total + one, 0);
  const lost = assigned.map((n, k) => n - plain.expected[k]!);
  if (!lost.every(n => n >= 5)) return plain;
  const statistic = plain.statistic / (1 - sum(known) / sum(assigned));
  const p = chiSquareAbove(statistic, plain.degreesOfFreedom);
  return {...plain, statistic, p, mismatch: p < SAMPLE_RATIO_ALPHA};
}
