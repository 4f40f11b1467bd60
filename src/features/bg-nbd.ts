import exp from "@stdlib/math-base-special-exp";
import expm1 from "@stdlib/math-base-special-expm1";
import ln from "@stdlib/math-base-special-ln";
import log1p from "@stdlib/math-base-special-log1p";
import {maximise, type Surface} from "./maximise.ts";
import type {PurchaseSummary} from "./purchases.ts";

/**
 * The BG/NBD model of buying until leaving (Fader, Hardie and Lee 2005). While alive, a customer buys at a rate λ of
 * their own, Gamma(r, alpha) over customers; after each repeat purchase they leave with a probability p of their own,
 * Beta(a, b). So nobody leaves before a first repeat. Time has one unit throughout: alpha is a time and scales with
 * it, a rate is r / alpha on average, and r, a and b have no unit. Fitted in days, alpha is 7 times that of weeks.
 */
export type BgNbdParameters = {
  readonly r: number;
  readonly alpha: number;
  readonly a: number;
  readonly b: number;
};

/** A fitted BG/NBD: plain data. */
export type BgNbd = BgNbdParameters & {
  /** Of all customers together; its unit is that of the times, through their logarithm. */
  readonly logLikelihood: number;
  /** From the observed information, by parameter. */
  readonly standardErrors: BgNbdParameters;
  /** Customers it was fitted on, and those of them with a repeat purchase. */
  readonly customers: number;
  readonly repeaters: number;
  readonly steps: number;
};

/** A customer's purchases so far, in the time unit of the parameters. */
export type Purchases = Pick<PurchaseSummary, "x" | "tx" | "T">;

/** Customers with a repeat purchase without which four parameters are guesswork. */
export const FEWEST_REPEATERS = 50;

const NAMES = ["r", "alpha", "a", "b"] as const;
const [R, ALPHA, A, B] = [0, 1, 2, 3] as const;

/**
 * Fits by maximum likelihood. Customers with equal summaries are counted first, in an order of their own, so that the
 * order in which they come makes no difference. The search starts where all four shapes are 1 and alpha fits the rate.
 * @param summaries of customers with a first purchase, times in one unit; x an integer.
 * @throws RangeError for a malformed summary, too few customers with a repeat purchase, or a likelihood that rises
 *   without end: customers all alike in how often they buy, or in how soon they leave.
 */
export function fitBgNbd(summaries: readonly Purchases[]): BgNbd {
  for (const summary of summaries) checkPurchases("fitBgNbd", summary);
  const sum = (of: (summary: Purchases) => number) => summaries.reduce((total, one) => total + of(one), 0);
  const repeaters = sum(({x}) => (x > 0 ? 1 : 0));
  if (repeaters < FEWEST_REPEATERS)
    throw new RangeError(
      `fitBgNbd requires at least ${FEWEST_REPEATERS} customers with a repeat purchase, got ${repeaters} of ${summaries.length}`,
    );
  const cells = cellsOf(summaries);
  const [time, repeats] = [
    cells.reduce((total, {T, n}) => total + n * T, 0),
    cells.reduce((total, {x, n}) => total + n * x, 0),
  ];
  const found = maximise(surfaceOf(cells), Float64Array.of(1, time / repeats, 1, 1));
  if ("runaway" in found)
    throw new RangeError(
      `fitBgNbd requires customers who differ in ${found.runaway < A ? "how often they buy" : "how soon they leave"}, ` +
        `got a likelihood that rises as ${NAMES[found.runaway]} goes to ${found.up ? "infinity" : "0"}`,
    );
  const {at, value, standardErrors, steps} = found;
  return {
    ...named(at),
    logLikelihood: value,
    standardErrors: named(standardErrors),
    customers: summaries.length,
    repeaters,
    steps,
  };
}

const named = (values: Float64Array): BgNbdParameters =>
  Object.fromEntries(NAMES.map((name, j) => [name, values[j]!])) as BgNbdParameters;

/** Customers with equal purchases, and how many they are. */
type Cell = Purchases & {readonly n: number};

function cellsOf(summaries: readonly Purchases[]): Cell[] {
  const sorted = [...summaries].sort((one, other) => one.x - other.x || one.tx - other.tx || one.T - other.T);
  const cells: {x: number; tx: number; T: number; n: number}[] = [];
  for (const {x, tx, T} of sorted) {
    const last = cells.at(-1);
    if (last && last.x === x && last.tx === tx && last.T === T) last.n += 1;
    else cells.push({x, tx, T, n: 1});
  }
  return cells;
}

/**
 * The log likelihood of the summaries (equation 6 of the paper) as a function of [r, alpha, a, b], with its first and
 * second derivatives. The ratios of gamma functions are sums over the repeat purchases, which hold for any parameter.
 */
export const bgNbdSurface = (summaries: readonly Purchases[]): ((parameters: Float64Array) => Surface) =>
  surfaceOf(cellsOf(summaries));

function surfaceOf(cells: readonly Cell[]): (parameters: Float64Array) => Surface {
  const more = repeatersBeyond(cells);
  return ([r, alpha, a, b]) => {
    const gradient = new Float64Array(4);
    const hessian = new Float64Array(16);
    let value = 0;
    for (let i = 0; i < more.length; i++) {
      const n = more[i]!;
      const [byR, byB, byAB] = [1 / (r! + i), 1 / (b! + i), 1 / (a! + b! + i)];
      value += n * (ln(r! + i) + ln((b! + i) * byAB));
      gradient[R]! += n * byR;
      gradient[A]! -= n * byAB;
      gradient[B]! += n * (byB - byAB);
      hessian[R * 4 + R]! -= n * byR * byR;
      hessian[A * 4 + A]! += n * byAB * byAB;
      hessian[B * 4 + A]! += n * byAB * byAB;
      hessian[B * 4 + B]! += n * (byAB * byAB - byB * byB);
    }
    for (const {x, tx, T, n} of cells) {
      const late = alpha! + T;
      const never = log1p(T / alpha!);
      value -= n * (r! * never + x * ln(late));
      gradient[R]! -= n * never;
      gradient[ALPHA]! += n * (r! / alpha! - (r! + x) / late);
      hessian[ALPHA * 4 + R]! += n * (1 / alpha! - 1 / late);
      hessian[ALPHA * 4 + ALPHA]! += n * ((r! + x) / (late * late) - r! / (alpha! * alpha!));
      if (x > 0)
        value += n * addLeaving({x, tx, T, n}, {r: r!, alpha: alpha!, a: a!, b: b!}, gradient, hessian);
    }
    return {value, gradient, hessian};
  };
}

/** At i, how many customers have more than i repeat purchases. */
function repeatersBeyond(cells: readonly Cell[]): Float64Array {
  const more = new Float64Array(cells.at(-1)?.x ?? 0);
  for (const {x, n} of cells) if (x > 0) more[x - 1]! += n;
  for (let i = more.length - 2; i >= 0; i--) more[i]! += more[i + 1]!;
  return more;
}

/** The part that leaving has in one customer's log likelihood, ln(1 + odds of having left); adds its derivatives n times. */
function addLeaving(
  {x, tx, T, n}: Cell,
  {r, alpha, a, b}: BgNbdParameters,
  gradient: Float64Array,
  hessian: Float64Array,
): number {
  const [late, early] = [1 / (alpha + T), 1 / (alpha + tx)];
  const silence = log1p((T - tx) * early);
  const odds = ln(a / (b + x - 1)) + (r + x) * silence;
  const left = logistic(odds);
  const slope = [silence, (r + x) * (late - early), 1 / a, -1 / (b + x - 1)] as const;
  const spread = left * logistic(-odds);
  for (let j = 0; j < 4; j++) {
    gradient[j]! += n * left * slope[j]!;
    for (let k = 0; k <= j; k++) hessian[j * 4 + k]! += n * spread * slope[j]! * slope[k]!;
  }
  hessian[ALPHA * 4 + R]! += n * left * (late - early);
  hessian[ALPHA * 4 + ALPHA]! += n * left * (r + x) * (early * early - late * late);
  hessian[A * 4 + A]! -= n * left * slope[A] * slope[A];
  hessian[B * 4 + B]! += n * left * slope[B] * slope[B];
  return Math.max(odds, 0) + log1p(exp(-Math.abs(odds)));
}

const logistic = (logOdds: number): number => 1 / (1 + exp(-logOdds));

/** Log-odds of having left by T; -Infinity without a repeat purchase. */
const oddsOfHavingLeft = ({r, alpha, a, b}: BgNbdParameters, {x, tx, T}: Purchases): number =>
  x === 0 ? Number.NEGATIVE_INFINITY : ln(a / (b + x - 1)) + (r + x) * log1p((T - tx) / (alpha + tx));

/**
 * Probability that a customer is still alive at T, in [0, 1]; 1 without a repeat purchase, since nobody leaves before.
 * @throws RangeError for malformed purchases.
 */
export function probabilityAlive(parameters: BgNbdParameters, purchases: Purchases): number {
  checkPurchases("probabilityAlive", purchases);
  return logistic(-oddsOfHavingLeft(parameters, purchases));
}

/**
 * Probability that a customer does not buy in (T, T + h]: they have left, or are alive and the first purchase of a
 * rate that is now Gamma(r + x, alpha + T) takes longer, P(left) + P(alive) · ((alpha + T) / (alpha + T + h))^(r + x).
 * Who does not buy cannot leave meanwhile, so p plays no part.
 * @param h a time above 0, in the unit of the parameters.
 * @throws RangeError for malformed purchases or an h that is not above 0.
 */
export function probabilitySilent(parameters: BgNbdParameters, purchases: Purchases, h: number): number {
  checkPurchases("probabilitySilent", purchases);
  checkHorizon("probabilitySilent", h);
  const odds = oddsOfHavingLeft(parameters, purchases);
  const quiet = exp(-(parameters.r + purchases.x) * log1p(h / (parameters.alpha + purchases.T)));
  return logistic(odds) + logistic(-odds) * quiet;
}

/**
 * Silence after the last purchase at which P(alive) has fallen to one half, in the unit of the parameters: 0 when it
 * starts below, Infinity without a repeat purchase.
 */
export function evenSilence({r, alpha, a, b}: BgNbdParameters, {x, tx}: Pick<Purchases, "x" | "tx">): number {
  if (x === 0) return Number.POSITIVE_INFINITY;
  return Math.max(0, (alpha + tx) * expm1(ln((b + x - 1) / a) / (r + x)));
}

/** Steps of the series of expectedPurchases that are still a moment's work. */
const MOST_TERMS = 1e8;

/**
 * Expected number of purchases in (T, T + h], given the purchases so far (equation 10 of the paper). Its Gaussian
 * hypergeometric function is not used: 1 minus it cancels, its series is slow where z is near 1, and a = 1 divides by
 * 0. Euler's transformation gives a sum of positive terms instead, which says the same: P(alive) · Σ w(n) M(n), where
 * w(n) is the negative binomial probability of n purchases, were nobody to leave, and M(n) = Σ_{j<n} E[(1 - p)^j]
 * of them are still made. w is summed, too, and divided out, so that it cannot underflow.
 * @throws RangeError for malformed purchases, an h that is not above 0, or one of more than some million times the
 *   time seen.
 */
export function expectedPurchases(parameters: BgNbdParameters, purchases: Purchases, h: number): number {
  checkHorizon("expectedPurchases", h);
  const alive = probabilityAlive(parameters, purchases);
  const {r, alpha, a, b} = parameters;
  const [shape, seen] = [r + purchases.x, alpha + purchases.T];
  if (!((h / seen) * (shape + 40) < MOST_TERMS))
    throw new RangeError(
      `expectedPurchases requires a horizon in the order of the time seen, ${seen}, got ${h}`,
    );
  const z = h / (seen + h);
  const stays = b + purchases.x;
  let [weight, made, stay] = [1, 0, 1];
  let [weights, sum] = [1, 0];
  for (let n = 1; ; n++) {
    weight *= (z * (shape + n - 1)) / n;
    made += stay;
    stay *= (stays + n - 1) / (a + stays + n - 1);
    weights += weight;
    sum += weight * made;
    // From here on each term is less than `ratio` times the one before, since M(n) grows at most as n does.
    const ratio = (z * (shape + n)) / n;
    if (ratio < 1 && weight * made * ratio <= 1e-17 * sum * (1 - ratio)) return (alive * sum) / weights;
    if (weight > 1e200) [weight, weights, sum] = [weight * 1e-200, weights * 1e-200, sum * 1e-200];
  }
}

function checkPurchases(caller: string, {x, tx, T}: Purchases): void {
  if (!(Number.isInteger(x) && x >= 0 && tx >= 0 && tx <= T && T < Number.POSITIVE_INFINITY))
    throw new RangeError(
      `${caller} requires an integer x of at least 0 and 0 <= tx <= T, got x ${x}, tx ${tx} and T ${T}`,
    );
  if (x === 0 && tx !== 0) throw new RangeError(`${caller} requires tx 0 where x is 0, got ${tx}`);
}

function checkHorizon(caller: string, h: number): void {
  if (!(h > 0 && h < Number.POSITIVE_INFINITY))
    throw new RangeError(`${caller} requires a horizon above 0, got ${h}`);
}
