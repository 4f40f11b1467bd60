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

/**
 * A/A check: assigns the same customers again and again, each time with another salt, and compares halves of them by a
 * metric of the time before, where there is no effect to be found.
 * @param metric one a customer, known before the assignment, finite.
 * @param salts how many, 100 or more; @param blocks as in {@link assignArms}.
 * @throws RangeError for values that are not finite or do not differ.
 */
export function nullCheck(
  customers: readonly string[],
  metric: Float64Array,
  {
    salt,
    salts = 500,
    blocks,
  }: {readonly salt: string; readonly salts?: number; readonly blocks?: readonly string[]},
): NullCheck {
  if (metric.length !== customers.length)
    throw new RangeError(
      `nullCheck requires ${customers.length} values, one a customer, got ${metric.length}`,
    );
  const bad = metric.findIndex(value => !Number.isFinite(value));
  if (bad >= 0)
    throw new RangeError(`nullCheck requires finite values, got ${metric[bad]} of ${customers[bad]}`);
  if (metric.every(value => value === metric[0]))
    throw new RangeError(`nullCheck requires values that differ, got ${metric[0]} for all`);
  if (!Number.isInteger(salts) || salts < 100)
    throw new RangeError(`nullCheck requires 100 salts or more, got ${salts}`);
  const halves = ["first", "second"].map(name => ({name, share: 0.5}));
  const p = Float64Array.from({length: salts}, (_, s) => {
    const treated = assignArms(customers, {
      ...{salt: `${salt}:null-check:${s}`, arms: halves},
      ...(blocks === undefined ? {} : {blocks}),
    });
    return differenceOfMeans({outcome: metric, treated}).p;
  });
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
