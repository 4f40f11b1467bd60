import {fitLogistic} from "./logistic.ts";

/**
 * Probability 1 / (1 + exp(−(a × ln p − b × ln(1 − p) + c))) of p = 1 / (1 + exp(−margin)), a and b ≥ 0: it never
 * falls with the margin. a = b = 1 and c = 0 leave p as it is.
 */
export type Beta = {readonly kind: "beta"; readonly a: number; readonly b: number; readonly c: number};

/** Inverse of a penalty too small to see; it keeps a fit finite where the classes are parted or the terms repeat each other. */
const C = 1e6;

/**
 * Beta calibration (Kull, Silva Filho and Flach 2017) by maximum likelihood over a, b ≥ 0.
 * @param margins log-odds, finite. @param y 1 for a churner, else 0; both must occur.
 */
export function fitBeta(margins: ArrayLike<number>, y: ArrayLike<number>): Beta {
  const terms = [
    {name: "a", values: Float64Array.from(margins, lnP)},
    {name: "b", values: Float64Array.from(margins, margin => -lnP(-margin))},
  ].filter(({values}) => values.some(value => value !== values[0]));
  const whole = fitTerms(terms, y);
  if (isRising(whole)) return whole;
  // The loss is convex: with the free minimum outside, the least of a, b ≥ 0 lies where one of them is 0.
  const edges = [...terms.map(term => fitTerms([term], y)), fitTerms([], y)].filter(isRising);
  return edges.reduce((best, one) => (lossOf(one, margins, y) < lossOf(best, margins, y) ? one : best));
}

const isRising = ({a, b}: Beta): boolean => a >= 0 && b >= 0;

/** ln of the probability at this margin; at its negative, ln(1 − p). */
const lnP = (margin: number): number => Math.min(margin, 0) - Math.log1p(Math.exp(-Math.abs(margin)));

/** Log-odds that the calibration gives to a margin. */
export const betaMargin = ({a, b, c}: Beta, margin: number): number => c + a * lnP(margin) - b * lnP(-margin);

/** The free fit of some of the terms; those left out are 0. */
function fitTerms(
  terms: readonly {readonly name: string; readonly values: Float64Array}[],
  y: ArrayLike<number>,
): Beta {
  const rows = y.length;
  const scales = terms.map(({values}) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / rows;
    return {mean, spread: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rows)};
  });
  const values = new Float64Array(rows * terms.length);
  terms.forEach((term, j) => {
    const {mean, spread} = scales[j]!;
    for (let i = 0; i < rows; i++) values[j * rows + i] = (term.values[i]! - mean) / spread;
  });
  const {intercept, coefficients} = fitLogistic({names: terms.map(({name}) => name), rows, values}, y, {
    c: C,
  });
  const found = {a: 0, b: 0, c: intercept};
  terms.forEach(({name}, j) => {
    const slope = coefficients[j]! / scales[j]!.spread;
    found[name as "a" | "b"] = slope;
    found.c -= slope * scales[j]!.mean;
  });
  return {kind: "beta", ...found};
}

function lossOf(beta: Beta, margins: ArrayLike<number>, y: ArrayLike<number>): number {
  let loss = 0;
  for (let i = 0; i < margins.length; i++) {
    const margin = betaMargin(beta, margins[i]!);
    loss -= y[i] === 1 ? lnP(margin) : lnP(-margin);
  }
  return loss;
}
