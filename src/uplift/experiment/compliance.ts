import {requireShare} from "./distributions.ts";
import {type Effect, meanDifference, normalEffect, type TwoArms} from "./effect.ts";

/** The effect on those who took the treatment because it was offered. */
export type ComplierEffect = {
  /** Null where the contact hardly changed who took the treatment, so that nothing can be said. */
  readonly effect: Effect | null;
  /** Share that took the treatment: among the treated less among the control. */
  readonly compliers: Effect;
  /** F statistic of that share; below {@link WEAK} there is no effect to be read. */
  readonly strength: number;
  readonly assumption: string;
};

/** Strength below which the ratio has no normal interval (Staiger and Stock 1997). */
export const WEAK = 10;

/** What the effect on the treated rests on, in words. */
export const COMPLIER_ASSUMPTION =
  "This holds for customers who open because they were sent the message, and only if being sent it changes nothing for those who do not open it, and nobody avoids it because it was sent.";

/**
 * Effect of the treatment on the compliers (Imbens and Angrist 1994): the effect of being assigned over the change in
 * who took it (Wald), with the interval of the delta method. With nobody of the control treated, these are the treated
 * who took it. Rows that repeat are clustered by customer.
 * @param complied 1 where the row took the treatment: opened the message, say.
 * @throws RangeError when lengths differ or a row is neither 0 nor 1.
 */
export function complierEffect(arms: TwoArms, complied: Uint8Array, level = 0.95): ComplierEffect {
  const {outcome, treated, customer} = arms;
  requireShare("complierEffect", "a level", level);
  const bad = complied.findIndex(one => one > 1);
  if (complied.length !== outcome.length || bad >= 0)
    throw new RangeError(
      `complierEffect requires 0 or 1 for ${outcome.length} rows, got ${bad < 0 ? complied.length : complied[bad]}`,
    );
  const took = Float64Array.from(complied);
  const first = meanDifference({outcome: took, treated, customer});
  const onOutcome = meanDifference(arms);
  const n = onOutcome.n;
  const compliers = normalEffect(first.value, first.error, {
    ...{level, n},
    formula:
      "difference of shares that took the treatment, each arm's own variance, normal interval and test",
  });
  const strength =
    first.error === 0 ? (first.value === 0 ? 0 : Number.MAX_VALUE) : (first.value / first.error) ** 2;
  if (strength < WEAK) return {effect: null, compliers, strength, assumption: COMPLIER_ASSUMPTION};
  const value = onOutcome.value / first.value;
  // The delta method: the error of the ratio is that of outcome - ratio · took, over the change in who took it.
  const rest = meanDifference({
    outcome: Float64Array.from(outcome, (y, i) => y - value * took[i]!),
    treated,
    customer,
  });
  const effect = normalEffect(value, rest.error / Math.abs(first.value), {
    ...{level, n},
    formula: "Wald ratio (complier average causal effect), delta-method normal interval and test",
  });
  return {effect, compliers, strength, assumption: COMPLIER_ASSUMPTION};
}
