import {clusteredError} from "../clustered-error.ts";
import type {Trial} from "../trial.ts";
import {normalAt, normalPValue, requireShare, tPValue, tTwoSided} from "./distributions.ts";

/** What the effects in this folder are read from: a trial, or as much of one. All effects are treated less control. */
export type TwoArms = Pick<Trial, "outcome" | "treated" | "customer">;

/** An effect with its interval and how both were found. */
export type Effect = {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Probability that the interval is to hold. */
  readonly level: number;
  /** Two-sided, of no effect. */
  readonly p: number;
  /** Name of the estimate, the interval and the test. */
  readonly formula: string;
  /** Rows and, where they repeat, customers of each arm. */
  readonly n: {readonly treated: number; readonly control: number};
};

/** Customers with the outcome among all of an arm. */
export type Count = {readonly events: number; readonly n: number};

type Bounds = {readonly low: number; readonly high: number};

/** Wilson's score interval of a proportion (1927). */
export function wilsonInterval({events, n}: Count, level = 0.95): Bounds {
  requireCount("wilsonInterval", {events, n});
  requireShare("wilsonInterval", "a level", level);
  const z = normalAt((1 + level) / 2);
  const [p, spread] = [events / n, (z * z) / n];
  const half = z * Math.sqrt((p * (1 - p)) / n + spread / (4 * n));
  return {
    low: events === 0 ? 0 : (p + spread / 2 - half) / (1 + spread),
    high: events === n ? 1 : (p + spread / 2 + half) / (1 + spread),
  };
}

/**
 * Difference of two proportions with Newcombe's hybrid score interval (1998, method 10), which holds at rates near 0 or
 * 1 too and never leaves [-1, 1]. The p value is that of the pooled z test (prop.test of R without its correction).
 */
export function differenceOfProportions(treated: Count, control: Count, level = 0.95): Effect {
  requireCount("differenceOfProportions", treated);
  requireCount("differenceOfProportions", control);
  requireShare("differenceOfProportions", "a level", level);
  const [p1, p0] = [treated.events / treated.n, control.events / control.n];
  const [of1, of0] = [wilsonInterval(treated, level), wilsonInterval(control, level)];
  const value = p1 - p0;
  const pooled = (treated.events + control.events) / (treated.n + control.n);
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / treated.n + 1 / control.n));
  return {
    value,
    low: value - Math.hypot(p1 - of1.low, of0.high - p0),
    high: value + Math.hypot(of1.high - p1, p0 - of0.low),
    level,
    p: error === 0 ? 1 : normalPValue(value / error),
    formula: "difference of proportions, Newcombe's hybrid score interval, pooled z test",
    n: {treated: treated.n, control: control.n},
  };
}

/**
 * Ratio of two proportions, the treated over the control, with the interval of its logarithm (Katz et al. 1978).
 * @returns null where an arm has no event: the ratio is 0, infinite or not defined.
 */
export function ratioOfProportions(treated: Count, control: Count, level = 0.95): Effect | null {
  requireCount("ratioOfProportions", treated);
  requireCount("ratioOfProportions", control);
  requireShare("ratioOfProportions", "a level", level);
  if (treated.events === 0 || control.events === 0) return null;
  const log = Math.log(treated.events / treated.n / (control.events / control.n));
  const error = Math.sqrt(1 / treated.events - 1 / treated.n + 1 / control.events - 1 / control.n);
  const half = normalAt((1 + level) / 2) * error;
  return {
    value: Math.exp(log),
    low: Math.exp(log - half),
    high: Math.exp(log + half),
    level,
    p: error === 0 ? 1 : normalPValue(log / error),
    formula: "ratio of proportions, log interval (Katz)",
    n: {treated: treated.n, control: control.n},
  };
}

function requireCount(caller: string, {events, n}: Count): void {
  if (!(Number.isInteger(n) && n > 0 && Number.isInteger(events) && events >= 0 && events <= n))
    throw new RangeError(`${caller} requires 0 to n events of n > 0 customers, got ${events} of ${n}`);
}

/** Counts of an arm of 0 and 1. @param arm 1 the treated, 0 the control. */
export function countOf({outcome, treated}: Pick<TwoArms, "outcome" | "treated">, arm: 0 | 1): Count {
  let [events, n] = [0, 0];
  for (let i = 0; i < outcome.length; i++)
    if (treated[i] === arm) {
      n += 1;
      events += outcome[i]!;
    }
  return {events, n};
}

/** Rows, mean and variance (n - 1) of an arm. */
export type Moments = {readonly n: number; readonly mean: number; readonly variance: number};

export function momentsOf({outcome, treated}: Pick<TwoArms, "outcome" | "treated">, arm: 0 | 1): Moments {
  let [n, sum] = [0, 0];
  for (let i = 0; i < outcome.length; i++)
    if (treated[i] === arm) {
      n += 1;
      sum += outcome[i]!;
    }
  const mean = sum / n;
  let squares = 0;
  for (let i = 0; i < outcome.length; i++) if (treated[i] === arm) squares += (outcome[i]! - mean) ** 2;
  return {n, mean, variance: squares / (n - 1)};
}

/**
 * Difference of two means with Welch's interval and test (1947), which do not need equal variances.
 * @throws RangeError when an arm has fewer than two rows.
 */
export function differenceOfMeans(arms: Pick<TwoArms, "outcome" | "treated">, level = 0.95): Effect {
  requireShare("differenceOfMeans", "a level", level);
  const [one, none] = [momentsOf(arms, 1), momentsOf(arms, 0)];
  if (!(one.n > 1 && none.n > 1))
    throw new RangeError(
      `differenceOfMeans requires two rows of each arm, got ${one.n} treated and ${none.n} control`,
    );
  const [a, b] = [one.variance / one.n, none.variance / none.n];
  const error = Math.sqrt(a + b);
  const df = (a + b) ** 2 / (a ** 2 / (one.n - 1) + b ** 2 / (none.n - 1));
  const value = one.mean - none.mean;
  const half = error === 0 ? 0 : tTwoSided(1 - level, df) * error;
  return {
    ...{value, low: value - half, high: value + half, level},
    p: error === 0 ? (value === 0 ? 1 : 0) : tPValue(value / error, df),
    formula: "difference of means, Welch's t interval and test",
    n: {treated: one.n, control: none.n},
  };
}

/** A difference of the arms' means with its error. */
export type MeanDifference = {
  readonly value: number;
  readonly error: number;
  /** Customers. */
  readonly n: Effect["n"];
};

/**
 * The difference of the arms' means over rows, its error from the residuals summed by customer (cluster-robust, CR1).
 * Where every customer has one row that is the error of Welch. A customer belongs to one arm.
 * @throws RangeError when an arm has fewer than two customers, or a customer is in both.
 */
export function meanDifference(arms: TwoArms): MeanDifference {
  const {outcome, treated, customer} = arms;
  const armOf = new Map<number, number>();
  customer.forEach((c, i) => {
    if ((armOf.get(c) ?? treated[i]) !== treated[i])
      throw new RangeError(`meanDifference requires customers of one arm each, got both of ${c}`);
    armOf.set(c, treated[i]!);
  });
  const [none, one] = ([0, 1] as const).map(arm => {
    const {n, mean} = momentsOf(arms, arm);
    const rows = Array.from(treated.keys()).filter(i => treated[i] === arm);
    const own = rows.map(i => customer[i]!);
    const customers = new Set(own).size;
    if (customers < 2)
      throw new RangeError(`meanDifference requires two customers of each arm, got ${customers}`);
    const error = clusteredError(
      rows.map(i => (outcome[i]! - mean) / n),
      own,
    );
    return {mean, customers, error};
  }) as [Side, Side];
  return {
    value: one.mean - none.mean,
    error: Math.hypot(one.error, none.error),
    n: {treated: one.customers, control: none.customers},
  };
}

type Side = {readonly mean: number; readonly customers: number; readonly error: number};

/** {@link meanDifference} with its interval and test, for customers with several rows. */
export function clusteredDifference(arms: TwoArms, level = 0.95): Effect {
  requireShare("clusteredDifference", "a level", level);
  const {value, error, n} = meanDifference(arms);
  return normalEffect(value, error, {
    ...{level, n},
    formula: "difference of means over rows, error clustered by customer (CR1), normal interval and test",
  });
}

/** An effect from its standard error by the normal distribution. */
export function normalEffect(
  value: number,
  error: number,
  {level, formula, n}: Pick<Effect, "level" | "formula" | "n">,
): Effect {
  const half = normalAt((1 + level) / 2) * error;
  const p = error === 0 ? (value === 0 ? 1 : 0) : normalPValue(value / error);
  return {value, low: value - half, high: value + half, level, p, formula, n};
}
