import {readFileSync} from "node:fs";
import {describe, expect, test} from "vitest";
import {
  expectedSpend,
  fitGammaGamma,
  gammaGammaSurface,
  type Spending,
} from "../../src/features/gamma-gamma.ts";
import {type Random, randomOf} from "../../src/random.ts";
import {gammaDraw} from "./buyers.ts";
import {expectDerivatives} from "./derivatives.ts";
import {goldenRows, noGolden} from "./golden-rows.ts";
import {errorsByDifferences} from "./information.ts";

const golden = JSON.parse(
  readFileSync(new URL("../reference/btyd_cdnow/expected.json", import.meta.url), "utf8"),
).expected.gamma_gamma;
const PUBLISHED = {p: 6.25, q: 3.74, v: 15.44};
const NAMES = ["p", "q", "v"] as const;

/** Customers who spend as the model says: the mean of x purchases, each a gamma draw of their own rate. */
const drawSpendings = ({p, q, v}: typeof PUBLISHED, n: number, random: Random): Spending[] =>
  Array.from({length: n}, () => {
    const x = 1 + Math.floor(6 * random());
    const rate = gammaDraw(q, random) / v;
    let sum = 0;
    for (let i = 0; i < x; i++) sum += gammaDraw(p, random) / rate;
    return {x, meanSpend: sum / x};
  });

test("expectedSpend(published, …) of the first customers of CDNOW is that of scipy", () => {
  (golden.first10_x_zbar as [number, number][]).forEach(([x, meanSpend], i) => {
    expect(expectedSpend(PUBLISHED, {x, meanSpend})).toBeCloseTo(golden.cond_mean_first10_at_published[i], 9);
  });
});

describe.skipIf(noGolden)("with all customers of CDNOW", () => {
  test("fitGammaGamma(spendings) finds the published parameters, at a likelihood no lower than scipy's", () => {
    const rows = goldenRows("input_money.csv").map(([, x, , , meanSpend]) => ({
      x: x!,
      meanSpend: meanSpend!,
    }));
    const fitted = fitGammaGamma(rows);
    expect(fitted.customers).toBe(golden.n);
    for (const name of NAMES) {
      expect(Math.abs(fitted[name] / golden.params[name] - 1)).toBeLessThan(1e-4);
      // The published ones, as printed, lie a hundredth away at most.
      expect(Math.abs(fitted[name] - golden.published[name])).toBeLessThan(0.01);
    }
    expect(fitted.logLikelihood).toBeCloseTo(golden.loglik, 6);
    // Not lower but for rounding.
    expect(fitted.logLikelihood).toBeGreaterThan(golden.loglik - 1e-9);
  });
});

test("gammaGammaSurface(spendings) and expectedSpend are those of integration over a customer's own rate", () => {
  for (const {x, meanSpend} of drawSpendings(PUBLISHED, 12, randomOf(4))) {
    const {p, q, v} = PUBLISHED;
    let [density, mean] = [0, 0];
    const step = 1 / 64;
    for (let t = -4.5; t <= 4.5; t += step) {
      const s = (Math.PI / 2) * Math.sinh(t);
      const rate = Math.exp(s);
      // Gamma(q, v) of the rate, times the gamma density of a mean of x purchases.
      const log =
        q * Math.log(v) + q * s - v * rate + p * x * (s + Math.log(x)) + (p * x - 1) * Math.log(meanSpend);
      const weight = Math.exp(log - rate * x * meanSpend) * (Math.PI / 2) * Math.cosh(t) * step;
      density += weight;
      mean += (weight * p) / rate;
    }
    const {value} = gammaGammaSurface([{x, meanSpend}])(Float64Array.of(p, q, v));
    expect(value).toBeCloseTo(Math.log(density) - logGamma(q) - logGamma(p * x), 9);
    expect(expectedSpend(PUBLISHED, {x, meanSpend})).toBeCloseTo(mean / density, 9);
  }
});

/** ln Γ(s) by integration of its definition. */
function logGamma(s: number): number {
  let sum = 0;
  const step = 1 / 64;
  for (let t = -5; t <= 5; t += step) {
    const e = (Math.PI / 2) * Math.sinh(t);
    // Over its largest value, so that nothing overflows.
    sum += Math.exp(s * e - Math.exp(e) - s * Math.log(s) + s) * (Math.PI / 2) * Math.cosh(t) * step;
  }
  return Math.log(sum) + s * Math.log(s) - s;
}

test("gammaGammaSurface(spendings) has the derivatives that differences come to", () => {
  const surface = gammaGammaSurface(drawSpendings(PUBLISHED, 300, randomOf(6)));
  for (const point of [
    [6.25, 3.74, 15.44],
    [0.4, 9, 200],
    [40, 0.6, 1],
  ]) {
    expectDerivatives(surface, point);
  }
});

test("fitGammaGamma(spendings) ends where the likelihood is flat, with the standard errors of its curvature", () => {
  const spendings = drawSpendings(PUBLISHED, 800, randomOf(8));
  const {p, q, v, standardErrors: errors, logLikelihood} = fitGammaGamma(spendings);
  const surface = gammaGammaSurface(spendings);
  const {gradient, value} = surface(Float64Array.of(p, q, v));
  expect(value).toBe(logLikelihood);
  const found = [errors.p, errors.q, errors.v];
  // A slope over a standard error is the rise that is left.
  gradient.forEach((slope, j) => {
    expect(Math.abs(slope * found[j]!)).toBeLessThan(1e-6);
  });
  errorsByDifferences(surface, [p, q, v]).forEach((error, j) => {
    expect(found[j]! / error).toBeCloseTo(1, 5);
  });
});

test("fitGammaGamma(spendings) recovers the parameters of made-up customers within its standard errors", () => {
  const fits = 24;
  const squares = {p: 0, q: 0, v: 0};
  for (let seed = 0; seed < fits; seed++) {
    const fitted = fitGammaGamma(drawSpendings(PUBLISHED, 1500, randomOf(seed, 3)));
    for (const name of NAMES)
      squares[name] +=
        (Math.log(fitted[name] / PUBLISHED[name]) / (fitted.standardErrors[name] / fitted[name])) ** 2;
  }
  // The sum of 24 squares is chi-squared: 9.9 and 45.6 hold all but 1 in 200 on either side.
  for (const sum of Object.values(squares)) {
    expect(sum).toBeGreaterThan(9.9);
    expect(sum).toBeLessThan(45.6);
  }
});

test("fitGammaGamma(spendings) is the same whatever their order and without who spent nothing; v has the currency", () => {
  const spendings = drawSpendings(PUBLISHED, 400, randomOf(9));
  const nothing = [
    {x: 0, meanSpend: Number.NaN},
    {x: 3, meanSpend: 0},
  ];
  const fitted = fitGammaGamma(spendings);
  expect(fitGammaGamma([...nothing, ...spendings.toReversed()])).toEqual(fitted);
  const inCents = fitGammaGamma(spendings.map(({x, meanSpend}) => ({x, meanSpend: 100 * meanSpend})));
  expect(inCents.p).toBeCloseTo(fitted.p, 7);
  expect(inCents.q).toBeCloseTo(fitted.q, 7);
  expect(inCents.v / 100).toBeCloseTo(fitted.v, 6);
});

test("fitGammaGamma(spendings) refuses too few customers, and one price for all", () => {
  const spendings = drawSpendings(PUBLISHED, 49, randomOf(1));
  expect(() => fitGammaGamma([...spendings, {x: 2, meanSpend: 0}])).toThrow(
    "fitGammaGamma requires at least 50 customers with a repeat purchase and a mean amount above 0, got 49 of 50",
  );
  const price = Array.from({length: 200}, (_, i) => ({x: 1 + (i % 4), meanSpend: 9.99}));
  expect(() => fitGammaGamma(price)).toThrow(
    /^fitGammaGamma requires customers and purchases that differ in what is spent, got a likelihood that rises as [pqv] goes to /,
  );
});

test("expectedSpend(…) draws a customer's mean towards that of all, and refuses where there is none", () => {
  const {p, q, v} = PUBLISHED;
  const all = (p * v) / (q - 1);
  expect(expectedSpend(PUBLISHED, {x: 0, meanSpend: Number.NaN})).toBe(all);
  const drawn = [1, 10, 1e6].map(x => expectedSpend(PUBLISHED, {x, meanSpend: 100}));
  expect(drawn).toEqual(drawn.toSorted((one, other) => one - other));
  expect(drawn[0]).toBeGreaterThan(all);
  expect(drawn[2]).toBeCloseTo(100, 3);
  expect(() => expectedSpend({...PUBLISHED, q: 0.9}, {x: 0, meanSpend: 0})).toThrow(
    "expectedSpend requires p x + q above 1, got 0.9: there is no finite mean",
  );
  expect(() => expectedSpend(PUBLISHED, {x: 2, meanSpend: Number.NaN})).toThrow(
    "expectedSpend requires x and meanSpend of at least 0, got 2 and NaN",
  );
});
