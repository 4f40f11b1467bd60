import {normalAt, normalBelow, requirePositive, requireShare} from "./distributions.ts";

/**
 * The normal approximations for two proportions, by name: what is divided by the standard error of the difference.
 * `pooled` takes the standard error from both arms together when there is no effect and from each arm when there is
 * one; `unpooled` from each arm in both cases; `arcsine` compares angles, whose variance is the same everywhere.
 */
export const PROPORTION_FORMULAS = {
  pooled:
    "normal approximation with the pooled variance under no effect and each arm's own under the effect (Fleiss 1981; power.prop.test of R)",
  unpooled: "normal approximation with each arm's own variance throughout",
  arcsine: "arcsine transformation, Cohen's h (Cohen 1988)",
} as const;

export type ProportionFormula = keyof typeof PROPORTION_FORMULAS;

/** How sure a test is to be. */
export type TestOptions = {
  /** Probability to claim an effect where there is none, in (0, 1). */
  readonly alpha?: number;
  /** 2 asks whether the arms differ, 1 whether they differ in the direction that is planned. */
  readonly sides?: 1 | 2;
  /** Treated for each control customer, above 0. */
  readonly ratio?: number;
};

/** Two proportions that a test is to tell apart. */
export type ProportionsDesign = TestOptions & {
  /** Share of the control customers with the outcome, in (0, 1). */
  readonly control: number;
  /** Share of the treated with it, in (0, 1). */
  readonly treatment: number;
  readonly formula?: ProportionFormula;
};

/** Customers that a test needs. */
export type ArmSizes = {
  /** Whole customers: rounded up. */
  readonly control: number;
  readonly treatment: number;
  /** Customers of the control arm before rounding up. */
  readonly exact: number;
};

/**
 * Customers of each arm that a test of two proportions needs.
 * @throws RangeError when a share is not in (0, 1), the proportions are equal or the ratio is not above 0.
 */
export function sizeForProportions({power, ...design}: ProportionsDesign & {power: number}): ArmSizes {
  const {noEffect, effect, difference} = proportionErrors("sizeForProportions", design);
  requireShare("sizeForProportions", "power", power);
  const {alpha = 0.05, sides = 2, ratio = 1} = design;
  const exact = ((normalAt(1 - alpha / sides) * noEffect + normalAt(power) * effect) / difference) ** 2;
  return armSizes(exact, ratio);
}

/** @param exact customers of the control arm. */
const armSizes = (exact: number, ratio: number): ArmSizes => ({
  control: roundedUp(exact),
  treatment: roundedUp(exact * ratio),
  exact,
});

/** Up to the next whole number; 3 000.0000000001 by rounding of floats is 3 000. */
const roundedUp = (n: number): number => Math.ceil(n * (1 - 1e-12));

/**
 * Probability that a test of two proportions finds the effect; the other direction, found by mistake, does not count.
 * @param controls customers of the control arm, above 0.
 */
export function powerOfProportions({controls, ...design}: ProportionsDesign & {controls: number}): number {
  const {noEffect, effect, difference} = proportionErrors("powerOfProportions", design);
  requirePositive("powerOfProportions", "controls", controls);
  const {alpha = 0.05, sides = 2} = design;
  return normalBelow((Math.sqrt(controls) * difference - normalAt(1 - alpha / sides) * noEffect) / effect);
}

/** The difference, and the standard errors of its estimate times the root of the control customers. */
function proportionErrors(caller: string, design: ProportionsDesign) {
  const {control, treatment, formula = "pooled", alpha = 0.05, ratio = 1} = design;
  requireShare(caller, "control", control);
  requireShare(caller, "treatment", treatment);
  requireShare(caller, "alpha", alpha);
  requirePositive(caller, "ratio", ratio);
  if (control === treatment)
    throw new RangeError(`${caller} requires two proportions that differ, got ${control} twice`);
  if (formula === "arcsine") {
    const error = Math.sqrt(1 + 1 / ratio);
    const h = 2 * Math.asin(Math.sqrt(treatment)) - 2 * Math.asin(Math.sqrt(control));
    return {noEffect: error, effect: error, difference: Math.abs(h)};
  }
  const together = (control + ratio * treatment) / (1 + ratio);
  const effect = Math.sqrt(control * (1 - control) + (treatment * (1 - treatment)) / ratio);
  const pooled = Math.sqrt(together * (1 - together) * (1 + 1 / ratio));
  return {
    noEffect: formula === "pooled" ? pooled : effect,
    effect,
    difference: Math.abs(treatment - control),
  };
}

/**
 * The smallest change of a proportion that a test finds with the given power.
 * @param direction whether the treated have the outcome less or more often.
 * @returns the share of the treated; null where even 0 or 1 would not be found.
 */
export function detectableProportion({
  controls,
  power = 0.8,
  direction = "lower",
  ...design
}: Omit<ProportionsDesign, "treatment"> & {
  readonly controls: number;
  readonly power?: number;
  readonly direction?: "lower" | "higher";
}): number | null {
  requireShare("detectableProportion", "power", power);
  const {control} = design;
  const at = (treatment: number) => powerOfProportions({...design, treatment, controls});
  const end = direction === "lower" ? 1e-9 : 1 - 1e-9;
  if (at(end) < power) return null;
  let [near, far] = [control, end];
  for (let step = 0; step < 200 && near !== far; step++) {
    const middle = (near + far) / 2;
    if (middle === near || middle === far) break;
    if (at(middle) < power) near = middle;
    else far = middle;
  }
  return far;
}

/** Shares with the outcome in a group of customers. */
export type GroupRates = {readonly control: number; readonly treatment: number};

/** What {@link sizeForInteraction} goes by. */
export const INTERACTION_FORMULA =
  "normal approximation for a difference of two differences of proportions, each arm's own variance";

/**
 * Customers that it takes to tell the effects in two groups apart: high-risk customers and others, say. Both arms of
 * both groups count, so it is about four times what one effect of that size takes.
 * @param others customers of the second group for each of the first, above 0; `ratio` treated for each control in both.
 * @returns the sizes of the first group; those of the second are `others` times as many.
 */
export function sizeForInteraction(
  first: GroupRates,
  second: GroupRates,
  {power, others = 1, alpha = 0.05, sides = 2, ratio = 1}: TestOptions & {power: number; others?: number},
): ArmSizes {
  const caller = "sizeForInteraction";
  for (const [name, value] of Object.entries({alpha, power, ...first})) requireShare(caller, name, value);
  for (const [name, value] of Object.entries(second)) requireShare(caller, name, value);
  requirePositive(caller, "ratio", ratio);
  requirePositive(caller, "others", others);
  const difference = first.treatment - first.control - (second.treatment - second.control);
  if (Math.abs(difference) < 1e-12)
    throw new RangeError(`${caller} requires effects that differ, got the same in both groups`);
  const variance = ({control, treatment}: GroupRates) =>
    control * (1 - control) + (treatment * (1 - treatment)) / ratio;
  const z = normalAt(1 - alpha / sides) + normalAt(power);
  return armSizes((z / difference) ** 2 * (variance(first) + variance(second) / others), ratio);
}

/**
 * Months from the first contact until the last outcome is known, when customers come in month by month.
 * @param customers that the experiment needs; @param perMonth that come in each month.
 * @param horizonMonths that the outcome takes, 0 or more.
 */
export function durationMonths({
  customers,
  perMonth,
  horizonMonths,
}: {
  readonly customers: number;
  readonly perMonth: number;
  readonly horizonMonths: number;
}): number {
  requirePositive("durationMonths", "customers", customers);
  requirePositive("durationMonths", "perMonth", perMonth);
  if (!(horizonMonths >= 0))
    throw new RangeError(`durationMonths requires a horizon of 0 or more months, got ${horizonMonths}`);
  return Math.ceil(customers / perMonth - 1e-9) + horizonMonths;
}
