import {assignArms} from "./assign.ts";
import {differenceOfMeans} from "./effect.ts";

/** What many assignments say where nobody was contacted yet. */
export type NullCheck = {
  readonly salts: number;
  /** Of no difference, one a salt, in the order of the salts. */
  readonly p: Float64Array;
  /** Share of the salts with p below 0.05; about 0.05 where all is well. */
  readonly claims: number;
  /** Largest distance of the distribution of p from the uniform one, and the probability of a larger one. */
  readonly distance: number;
  readonly distanceP: number;
  /** Whether differences are claimed more often than luck allows: by 3 standard errors. */
  readonly tooMany: boolean;
  /** Whether they are claimed less often than that: the strata explain the metric, and the plain test is cautious. */
  readonly tooFew: boolean;
};

type NullOptions = {readonly salt: string; readonly salts?: number; readonly blocks?: readonly string[]};

/**
 * A/A check: assigns the same customers again and again, each time with another salt, and compares halves of them by a
 * metric of the time before, where there is no effect to be found.
 * @param metric one a customer, known before the assignment; NaN is missing, and such customers are not compared.
 * @param salts how many, 100 or more; @param blocks as in {@link assignArms}.
 */
export const nullCheck = (
  customers: readonly string[],
  metric: Float64Array,
  options: NullOptions,
): NullCheck => nullChecks(customers, [metric], options)[0]!;

/** {@link nullCheck} of several metrics with the same assignments. */
export function nullChecks(
  customers: readonly string[],
  metrics: readonly Float64Array[],
  {salt, salts = 500, blocks}: NullOptions,
): NullCheck[] {
  for (const {length} of metrics)
    if (length !== customers.length)
      throw new RangeError(`nullCheck requires ${customers.length} values, one a customer, got ${length}`);
  if (!Number.isInteger(salts) || salts < 100)
    throw new RangeError(`nullCheck requires 100 salts or more, got ${salts}`);
  const halves = ["first", "second"].map(name => ({name, share: 0.5}));
  const known = metrics.map(metric => metric.map(value => (Number.isNaN(value) ? 0 : 1)));
  const p = metrics.map(() => new Float64Array(salts));
  for (let s = 0; s < salts; s++) {
    const treated = assignArms(customers, {
      ...{salt: `${salt}:null-check:${s}`, arms: halves},
      ...(blocks === undefined ? {} : {blocks}),
    });
    metrics.forEach((metric, k) => {
      const has = (_: number, i: number) => known[k]![i] === 1;
      p[k]![s] = differenceOfMeans({outcome: metric.filter(has), treated: treated.filter(has)}).p;
    });
  }
  return p.map(checkOf);
}

function checkOf(p: Float64Array): NullCheck {
  const salts = p.length;
  const claims = p.reduce((sum, one) => sum + (one < 0.05 ? 1 : 0), 0) / salts;
  const error = Math.sqrt((0.05 * 0.95) / salts);
  const distance = uniformDistance(p);
  return {
    ...{salts, p, claims, distance, distanceP: kolmogorovAbove(distance * Math.sqrt(salts))},
    tooMany: claims > 0.05 + 3 * error,
    tooFew: claims < 0.05 - 3 * error,
  };
}

function uniformDistance(p: Float64Array): number {
  const sorted = p.slice().sort();
  const n = sorted.length;
  return sorted.reduce((most, one, i) => Math.max(most, one - i / n, (i + 1) / n - one), 0);
}

/** Probability that Kolmogorov's statistic is above x, in large samples. */
export function kolmogorovAbove(x: number): number {
  // The series alternates slowly near 0, where the answer is 1 to all digits.
  if (x < 0.2) return 1;
  let sum = 0;
  for (let k = 1; k <= 100; k++) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k * k * x * x);
  return Math.min(1, Math.max(0, sum));
}
