import type {Trial} from "../trial.ts";
import {effectiveRows, inverseWeights} from "./weighting.ts";

/** How far rows of both arms share the same propensities: where one arm is absent, nothing is compared. */
export type Overlap = {
  /** Bins of equal width in [0, 1); each holds its lower bound, the last its upper too. Shares are of the arm. */
  readonly bins: readonly {
    readonly from: number;
    readonly to: number;
    readonly treated: number;
    readonly control: number;
  }[];
  /** From the higher of the two lowest propensities to the lower of the two highest; both ends belong to it. */
  readonly common: {readonly low: number; readonly high: number};
  /** Share of the rows of each arm outside the common range. */
  readonly outside: {readonly treated: number; readonly control: number};
  /** Share of all rows outside [0.1, 0.9], which the rule of Crump et al. (2009) trims. */
  readonly trimmed: number;
  /** Share of the treated with a propensity above 0.9: hardly anybody like them was left alone. */
  readonly certain: number;
  /** Rows that the control are worth when weighted to be like the treated (Kish 1965). */
  readonly effectiveControl: number;
};

/** Bounds of the rule of thumb of Crump, Hotz, Imbens and Mitnik (2009); both belong to what is kept. */
export const TRIM = {low: 0.1, high: 0.9} as const;

/**
 * @param bins how many, at least 1.
 * @throws RangeError when an arm is empty, lengths differ, a propensity is not in [0, 1] or bins are no whole number above 0.
 */
export function overlapOf(
  {propensity, treated}: Pick<Trial, "propensity" | "treated">,
  {bins = 20}: {readonly bins?: number} = {},
): Overlap {
  const of = (arm: number) => propensity.filter((_, i) => treated[i] === arm).sort();
  const arms = [of(0), of(1)] as const;
  if (treated.length !== propensity.length || arms[0].length === 0 || arms[1].length === 0)
    throw new RangeError(
      `overlapOf requires rows of both arms, got ${arms[1].length} treated and ${arms[0].length} control`,
    );
  const bad = propensity.findIndex(e => !(e >= 0 && e <= 1));
  if (bad >= 0)
    throw new RangeError(`overlapOf requires propensities in [0, 1], got ${propensity[bad]} in row ${bad}`);
  if (!(Number.isInteger(bins) && bins >= 1))
    throw new RangeError(`overlapOf requires 1 bin or more, got ${bins}`);
  const low = Math.max(arms[0][0]!, arms[1][0]!);
  const high = Math.min(arms[0].at(-1)!, arms[1].at(-1)!);
  const share = (values: Float64Array, holds: (e: number) => boolean) =>
    values.filter(holds).length / values.length;
  const out = (e: number) => e < low || e > high;
  return {
    bins: Array.from({length: bins}, (_, k) => {
      const inside = (e: number) => Math.min(Math.floor(e * bins), bins - 1) === k;
      return {
        from: k / bins,
        to: (k + 1) / bins,
        treated: share(arms[1], inside),
        control: share(arms[0], inside),
      };
    }),
    common: {low, high},
    outside: {treated: share(arms[1], out), control: share(arms[0], out)},
    trimmed: share(propensity, e => e < TRIM.low || e > TRIM.high),
    certain: share(arms[1], e => e > TRIM.high),
    effectiveControl: effectiveRows(treated, inverseWeights({treated, propensity}, "ATT")).control,
  };
}

/** Rows with a propensity in [0.1, 0.9], in order (Crump et al. 2009): the effect is then of those alone. */
export const keptRows = (propensity: Float64Array): number[] =>
  [...propensity.keys()].filter(i => propensity[i]! >= TRIM.low && propensity[i]! <= TRIM.high);
