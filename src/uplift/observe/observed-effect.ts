import {type Level, normalQuantile} from "../../evaluate/quantile.ts";
import {clusteredError} from "../clustered-error.ts";
import {checkTrial, type Trial} from "../trial.ts";

/** Of whom the mean effect is: of those who were treated, of all rows, or of the treated that were matched. */
export type Estimand = "ATT" | "ATE" | "ATM";

/** An estimate of E[Y(1) − Y(0)] from data in which the treatment was not drawn by lot. */
export type ObservedEffect = {
  readonly method: string;
  /** How estimate and error were computed, with the source. */
  readonly formula: string;
  readonly estimand: Estimand;
  readonly estimate: number;
  readonly se: number;
  /** Normal interval; both ends belong to it. */
  readonly low: number;
  readonly high: number;
  readonly level: Level;
  /** Rows that take part, by arm. */
  readonly rows: {readonly treated: number; readonly control: number};
  /** What each row weighs in its arm, 0 for one that takes no part: for the balance after. Null when it has no such weights. */
  readonly weights: Float64Array | null;
};

export type EffectOptions = {readonly level?: Level};

/** @param contributions what each row adds to the error of the estimate: they sum to 0 when nothing is estimated wrongly. */
export function observedEffect(
  told: Pick<ObservedEffect, "method" | "formula" | "estimand" | "estimate" | "weights">,
  contributions: Float64Array,
  {customer, treated}: Trial,
  level: Level = 0.95,
): ObservedEffect {
  const se = clusteredError(contributions, customer);
  return {...told, se, ...intervalAround(told.estimate, se, level), rows: countRows(treated, told.weights)};
}

export function intervalAround(
  estimate: number,
  se: number,
  level: Level,
): Pick<ObservedEffect, "low" | "high" | "level"> {
  const half = normalQuantile(level) * se;
  return {low: estimate - half, high: estimate + half, level};
}

export function countRows(treated: Uint8Array, weights: Float64Array | null): ObservedEffect["rows"] {
  const counts: [number, number] = [0, 0];
  for (let i = 0; i < treated.length; i++) if (!weights || weights[i]! > 0) counts[treated[i] as 0 | 1] += 1;
  return {treated: counts[1], control: counts[0]};
}

/** @throws RangeError when the trial is not one, or its rows weigh: the estimators without an experiment take none. */
export function checkObserved(caller: string, trial: Trial): void {
  checkTrial(caller, trial);
  if (trial.weight) throw new RangeError(`${caller} requires rows without weights, got weights`);
}

export type Weighted = {
  readonly estimate: number;
  /** What each row adds to the error of the estimate. */
  readonly contributions: Float64Array;
};

/** Difference of weighted means, weights divided by their sum in each arm (Hájek 1971), with its linearisation. */
export function weightedDifference(
  {outcome, treated}: Pick<Trial, "outcome" | "treated">,
  weights: Float64Array,
): Weighted {
  const [sums, totals]: [[number, number], [number, number]] = [
    [0, 0],
    [0, 0],
  ];
  for (let i = 0; i < outcome.length; i++) {
    const arm = treated[i] as 0 | 1;
    sums[arm] += weights[i]! * outcome[i]!;
    totals[arm] += weights[i]!;
  }
  const means = [sums[0] / totals[0], sums[1] / totals[1]];
  return {
    estimate: means[1]! - means[0]!,
    contributions: outcome.map((y, i) => {
      const arm = treated[i] as 0 | 1;
      return ((arm === 1 ? 1 : -1) * weights[i]! * (y - means[arm]!)) / totals[arm];
    }),
  };
}
