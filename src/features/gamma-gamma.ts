import digamma from "@stdlib/math-base-special-digamma";
import gammaln from "@stdlib/math-base-special-gammaln";
import ln from "@stdlib/math-base-special-ln";
import trigamma from "@stdlib/math-base-special-trigamma";
import {FEWEST_REPEATERS} from "./bg-nbd.ts";
import {maximise, type Surface} from "./maximise.ts";

/**
 * The Gamma-Gamma model of spending (Fader and Hardie 2013): a purchase is Gamma(p, ν), the rate ν of a customer's own,
 * Gamma(q, v) over customers, and independent of how often they buy. v is an amount and scales with the currency.
 */
export type GammaGammaParameters = {readonly p: number; readonly q: number; readonly v: number};

/** A fitted Gamma-Gamma: plain data. */
export type GammaGamma = GammaGammaParameters & {
  readonly logLikelihood: number;
  /** From the observed information, by parameter. */
  readonly standardErrors: GammaGammaParameters;
  /** Customers it was fitted on. */
  readonly customers: number;
  readonly steps: number;
};

/** What a customer spent: the mean of x purchases. */
export type Spending = {
  /** Purchases in the mean; 0 when none is known, and then the mean has no part. */
  readonly x: number;
  /** In currency. */
  readonly meanSpend: number;
};

const NAMES = ["p", "q", "v"] as const;
const [P, Q, V] = [0, 1, 2] as const;

/**
 * Fits by maximum likelihood on the customers with x of at least 1 and a mean above 0; others are left out. Their
 * order makes no difference.
 * @throws RangeError for too few such customers, or a likelihood that rises without end: purchases or customers that
 *   are all alike in what is spent.
 */
export function fitGammaGamma(spendings: readonly Spending[]): GammaGamma {
  const known = knownSpendings(spendings);
  if (known.length < FEWEST_REPEATERS)
    throw new RangeError(
      `fitGammaGamma requires at least ${FEWEST_REPEATERS} customers with a repeat purchase and a mean amount above 0, ` +
        `got ${known.length} of ${spendings.length}`,
    );
  const mean = known.reduce((sum, {meanSpend}) => sum + meanSpend, 0) / known.length;
  // The mean purchase is p v / (q - 1).
  const found = maximise(surfaceOf(known), Float64Array.of(2, 2, mean / 2));
  if ("runaway" in found)
    throw new RangeError(
      "fitGammaGamma requires customers and purchases that differ in what is spent, got a likelihood that rises as " +
        `${NAMES[found.runaway]} goes to ${found.up ? "infinity" : "0"}`,
    );
  const {at, value, standardErrors, steps} = found;
  return {
    ...named(at),
    logLikelihood: value,
    standardErrors: named(standardErrors),
    customers: known.length,
    steps,
  };
}

const named = (values: Float64Array): GammaGammaParameters =>
  Object.fromEntries(NAMES.map((name, j) => [name, values[j]!])) as GammaGammaParameters;

const knownSpendings = (spendings: readonly Spending[]): Spending[] =>
  spendings
    .filter(({x, meanSpend}) => x > 0 && meanSpend > 0)
    .sort((one, other) => one.x - other.x || one.meanSpend - other.meanSpend);

/**
 * The log likelihood of the means as a function of [p, q, v], with its first and second
 * derivatives; customers without a mean above 0 are left out.
 */
export const gammaGammaSurface = (spendings: readonly Spending[]): ((parameters: Float64Array) => Surface) =>
  surfaceOf(knownSpendings(spendings));

function surfaceOf(known: readonly Spending[]): (parameters: Float64Array) => Surface {
  const counts = new Map<number, number>();
  for (const {x} of known) counts.set(x, (counts.get(x) ?? 0) + 1);
  return ([p, q, v]) => {
    const gradient = new Float64Array(3);
    const hessian = new Float64Array(9);
    let value = 0;
    // The gamma functions depend on x alone.
    for (const [x, n] of counts) {
      const own = p! * x;
      const all = own + q!;
      value += n * (gammaln(all) - gammaln(own) - gammaln(q!));
      gradient[P]! += n * x * (digamma(all) - digamma(own));
      gradient[Q]! += n * (digamma(all) - digamma(q!));
      hessian[P * 3 + P]! += n * x * x * (trigamma(all) - trigamma(own));
      hessian[Q * 3 + P]! += n * x * trigamma(all);
      hessian[Q * 3 + Q]! += n * (trigamma(all) - trigamma(q!));
    }
    for (const {x, meanSpend} of known) {
      const [spent, own] = [x * meanSpend, p! * x];
      const whole = spent + v!;
      const [share, rest] = [ln(spent / whole), ln(v! / whole)];
      value += own * share + q! * rest - ln(meanSpend);
      gradient[P]! += x * share;
      gradient[Q]! += rest;
      gradient[V]! += q! / v! - (own + q!) / whole;
      hessian[V * 3 + P]! -= x / whole;
      hessian[V * 3 + Q]! += 1 / v! - 1 / whole;
      hessian[V * 3 + V]! += (own + q!) / (whole * whole) - q! / (v! * v!);
    }
    return {value, gradient, hessian};
  };
}

/**
 * Expected amount of a purchase of a customer, p (x · mean + v) / (p x + q - 1): their own mean, drawn towards that of
 * all the less is known of them; with x = 0 that of all customers.
 * @throws RangeError for a negative x or mean, or where the model gives no finite mean: p x + q at most 1.
 */
export function expectedSpend({p, q, v}: GammaGammaParameters, {x, meanSpend}: Spending): number {
  if (!(x === 0 || (x > 0 && meanSpend >= 0)))
    throw new RangeError(`expectedSpend requires x and meanSpend of at least 0, got ${x} and ${meanSpend}`);
  if (!(p * x + q > 1))
    throw new RangeError(`expectedSpend requires p x + q above 1, got ${p * x + q}: there is no finite mean`);
  return (p * ((x === 0 ? 0 : x * meanSpend) + v)) / (p * x + q - 1);
}
