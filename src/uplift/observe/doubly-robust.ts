import type {Trial} from "../trial.ts";
import {checkObserved, type EffectOptions, type ObservedEffect, observedEffect} from "./observed-effect.ts";
import {inverseWeights} from "./weighting.ts";

/**
 * Augmented inverse probability weighting (Robins, Rotnitzky and Zhao 1994): right when the model of who is treated or the
 * model of the outcome is. The ATE is the mean of
 *   m₁ − m₀ + t (y − m₁) / e − (1 − t)(y − m₀) / (1 − e),
 * the ATT Σ [t (y − m₀) − (1 − t) e / (1 − e) (y − m₀)] / Σ t. Errors are from the influence function, summed by customer.
 * @param outcomes expected outcome without and with the treatment, of each row.
 * @throws RangeError as {@link checkObserved}, or when expected outcomes are not one a row or not finite.
 */
export function aipwEffect(
  trial: Trial,
  outcomes: readonly [control: Float64Array, treated: Float64Array],
  {estimand, level}: EffectOptions & {readonly estimand: "ATT" | "ATE"},
): ObservedEffect {
  checkObserved("aipwEffect", trial);
  const {outcome, treated} = trial;
  const n = outcome.length;
  for (const of of outcomes) {
    if (of.length !== n)
      throw new RangeError(`aipwEffect requires ${n} expected outcomes an arm, got ${of.length}`);
    const bad = of.findIndex(value => !Number.isFinite(value));
    if (bad >= 0)
      throw new RangeError(`aipwEffect requires finite expected outcomes, got ${of[bad]} in row ${bad}`);
  }
  const [m0, m1] = outcomes;
  const weights = inverseWeights(trial, estimand);
  const share = estimand === "ATE" ? 1 : treated.reduce((sum, t) => sum + t, 0) / n;
  const scores = outcome.map((y, i) => {
    const [t, w] = [treated[i]!, weights[i]!];
    if (estimand === "ATT") return t === 1 ? y - m0[i]! : -w * (y - m0[i]!);
    return m1[i]! - m0[i]! + (t === 1 ? w * (y - m1[i]!) : -w * (y - m0[i]!));
  });
  const estimate = scores.reduce((sum, score) => sum + score, 0) / n / share;
  const contributions = scores.map((score, i) => {
    const own = estimand === "ATE" ? estimate : treated[i]! * estimate;
    return (score - own) / share / n;
  });
  const formula =
    estimand === "ATE"
      ? "mean of m₁ − m₀ + t (y − m₁) / e − (1 − t)(y − m₀) / (1 − e)"
      : "Σ [t (y − m₀) − (1 − t) e / (1 − e) (y − m₀)] / Σ t";
  return observedEffect(
    {
      method: `Doubly robust, ${estimand}`,
      formula: `${formula} (Robins, Rotnitzky and Zhao 1994); error from the influence function, summed by customer`,
      estimand,
      estimate,
      weights,
    },
    contributions,
    trial,
    level,
  );
}
