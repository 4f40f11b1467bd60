import exp from "@stdlib/math-base-special-exp";
import gammaln from "@stdlib/math-base-special-gammaln";
import ln from "@stdlib/math-base-special-ln";
import {quadrature} from "../boost/quadrature.ts";
import {type Ranking, rankRows, requireBothClasses} from "./ranking.ts";

/** The campaign that the measure supposes; the published one when absent. */
export type EmpcOptions = {
  /** Shape of the beta distribution of the share of would-be churners that the offer keeps; both at least 1. */
  readonly alpha?: number;
  readonly beta?: number;
  /** Value of a customer, what the offer costs where it is taken, and what a contact costs, in one currency. */
  readonly value?: number;
  readonly offer?: number;
  readonly contact?: number;
};

export type Empc = {
  /** Expected maximum profit for each customer of the cohort. */
  readonly profit: number;
  /** Expected share to contact for it. */
  readonly fraction: number;
  /** Maximum profit with the mean share kept, and the share to contact for that. */
  readonly atMean: {readonly profit: number; readonly fraction: number};
};

/**
 * Expected maximum profit for churn (EMPC; Verbraken, Verbeke and Baesens 2013, IEEE TKDE 25(5)). A would-be churner
 * who is contacted takes the offer and stays with probability g; whoever would have stayed takes it anyway:
 *
 *     profit(t, g) = value (g (1 - d) - f) p0 F0(t) - value (d + f) p1 F1(t),  d = offer / value, f = contact / value,
 *
 * with p0 and p1 the shares of churners and stayers, F0 and F1 the parts of them above the threshold t. The best
 * threshold for each g lies on the convex hull of the ROC curve; the profit is averaged over g ~ Beta(alpha, beta). It
 * compares rankings, whatever their probabilities. The study's own decision is in {@link "./decision.ts"}.
 * @param margins one a row, higher is riskier; @param y 1 for a churner, else 0.
 * @throws RangeError when `y` holds one class only, or a figure is out of range.
 */
export function empc(
  margins: ArrayLike<number>,
  y: ArrayLike<number>,
  {alpha = 6, beta = 14, value = 200, offer = 10, contact = 1}: EmpcOptions = {},
): Empc {
  requireBothClasses("empc", y);
  if (!(alpha >= 1 && beta >= 1))
    throw new RangeError(`empc requires alpha and beta of at least 1, got ${alpha} and ${beta}`);
  if (!(value > offer && offer >= 0 && contact >= 0))
    throw new RangeError(
      `empc requires 0 <= offer < value and 0 <= contact, got ${offer}, ${value}, ${contact}`,
    );
  const hull = upperHull(rankRows(margins, y));
  const density = betaDensity(alpha, beta);
  const best = (g: number): {profit: number; fraction: number} => {
    let found = {profit: 0, fraction: 0};
    for (const {churners, stayers} of hull) {
      const profit = churners * (g * (value - offer) - contact) - stayers * (offer + contact);
      if (profit > found.profit) found = {profit, fraction: churners + stayers};
    }
    return found;
  };
  // The best point changes at these g; between two of them the integrand is smooth.
  const turns = hull.slice(1).map(({churners, stayers}, i) => {
    const [more, most] = [churners - hull[i]!.churners, stayers - hull[i]!.stayers];
    return more === 0 ? 1 : (most * (offer + contact) + more * contact) / (more * (value - offer));
  });
  const bounds = [0, ...turns.filter(g => g > 0 && g < 1), 1];
  let [profit, fraction] = [0, 0];
  for (let i = 1; i < bounds.length; i++) {
    const [from, to] = [bounds[i - 1]!, bounds[i]!];
    for (const {place, weight} of NODES) {
      const g = from + (to - from) * place;
      const at = best(g);
      const mass = (to - from) * weight * density(g);
      profit += mass * at.profit;
      fraction += mass * at.fraction;
    }
  }
  return {profit, fraction, atMean: best(alpha / (alpha + beta))};
}

/** Exact for integer shapes up to a sum of 40; no segment is wider than the density is smooth on. */
const NODES = quadrature(20);

const betaDensity = (alpha: number, beta: number): ((g: number) => number) => {
  const scale = gammaln(alpha + beta) - gammaln(alpha) - gammaln(beta);
  return g => exp(scale + (alpha - 1) * ln(g) + (beta - 1) * ln(1 - g));
};

/** Shares of all rows above a threshold that churned and that stayed. */
type Corner = {readonly churners: number; readonly stayers: number};

/** Corners of the convex hull of the ROC curve, from nobody to everybody. */
function upperHull({rows, ends, positive}: Ranking): Corner[] {
  const hull: Corner[] = [{churners: 0, stayers: 0}];
  let [found, k] = [0, 0];
  for (const end of ends) {
    for (; k < end; k++) found += positive[k]!;
    const corner = {churners: found / rows, stayers: (end - found) / rows};
    while (hull.length > 1 && !turnsDown(hull.at(-2)!, hull.at(-1)!, corner)) hull.pop();
    hull.push(corner);
  }
  return hull;
}

/** Whether the way from a over b to c bends towards the stayers. */
const turnsDown = (a: Corner, b: Corner, c: Corner): boolean =>
  (b.churners - a.churners) * (c.stayers - b.stayers) > (c.churners - b.churners) * (b.stayers - a.stayers);
