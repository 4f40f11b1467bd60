import type {Balance} from "../balance.ts";
import type {JudgedEffect, ObservationalStudy} from "./observational.ts";

/** Something that must hold for an effect without an experiment to be believed at all. */
export type BeliefRule = {
  readonly rule: "overlap" | "balance" | "earlier outcome" | "placebo" | "agreement" | "unmeasured";
  readonly broken: boolean;
  /** Null when it could not be checked: no earlier outcome was given, or no effect is shown that could be explained away. */
  readonly found: number | null;
  readonly limit: number;
};

/** The limits, in one place. */
export const LIMITS = {
  /** Share of the treated without a like among the control: outside their range or with a propensity above 0.9. */
  unlike: 0.1,
  /** Standardised mean difference after weighting, beyond which arms count as different (Austin 2009). */
  smd: 0.1,
  /** Standard errors from 0 of an effect that cannot be, and between two estimates of the same effect. */
  errors: 1.96,
  /**
   * E-value of the interval's end below which an unmeasured reason of less than medium strength explains everything: a
   * standardised effect of 0.5 is medium (Cohen 1988), which is a risk ratio of exp(0.91 × 0.5) (VanderWeele and Ding 2017). The
   * end must then be a risk ratio of at least 1.16. They name no limit: what is plausible depends on what was measured.
   */
  eValue: 1.58,
} as const;

/** The rules, each with what was found; an effect should not be believed at all when any is broken. */
export function beliefRules(study: ObservationalStudy): BeliefRule[] {
  const {overlap, headline, negativeControl, placebo, effects, eValue} = study;
  const {outside, certain} = overlap.linear;
  const unmeasured = showsEffect(headline.effect) ? eValue.bound : null;
  const above = (rule: BeliefRule["rule"], found: number | null, limit: number): BeliefRule => ({
    rule,
    found,
    limit,
    broken: found !== null && !(found <= limit),
  });
  const errorsOf = (effect: {estimate: number; se: number}) => Math.abs(effect.estimate) / effect.se;
  return [
    above("overlap", Math.max(outside.treated, certain), LIMITS.unlike),
    above("balance", largestSmd(headline.balance ?? []), LIMITS.smd),
    above("earlier outcome", negativeControl && errorsOf(negativeControl), LIMITS.errors),
    above("placebo", errorsOf(placebo), LIMITS.errors),
    above("agreement", largestGap(effects), LIMITS.errors),
    {
      rule: "unmeasured",
      found: unmeasured,
      limit: LIMITS.eValue,
      broken: unmeasured !== null && !(unmeasured >= LIMITS.eValue),
    },
  ];
}

/** Whether the interval leaves out that there is no effect. */
export const showsEffect = ({low, high}: {readonly low: number; readonly high: number}): boolean =>
  !(low <= 0 && high >= 0);

/** The largest size of a standardised mean difference; 0 of none. */
export const largestSmd = (entries: readonly Balance[]): number =>
  entries.reduce((most, {smd}) => Math.max(most, Math.abs(smd)), 0);

/** Largest difference of two adjusted estimates of the effect on the treated, in their errors √(se² + se²). */
export function largestGap(effects: readonly JudgedEffect[]): number {
  const same = effects.slice(1).flatMap(({effect}) => (effect.estimand === "ATT" ? [effect] : []));
  return same.reduce(
    (most, a) =>
      same.reduce((inner, b) => {
        const error = Math.hypot(a.se, b.se);
        return error > 0 ? Math.max(inner, Math.abs(a.estimate - b.estimate) / error) : inner;
      }, most),
    0,
  );
}
