import {expect, test} from "vitest";
import type {Matrix} from "../../src/features/matrix.ts";
import {applyLogistic, fitLogistic} from "../../src/model/logistic.ts";
import {referenceCase} from "./reference.ts";

type Fit = {params: number[]};
const reference = referenceCase<{
  mle: Fit & {llf: number};
  freq_weighted: Fit;
  l2_C1: {intercept: number; coef: number[]};
}>("logistic_regression");
const y = reference.column("y");
const names = ["x1", "x2", "x3"];
const x: Matrix = {
  names,
  rows: y.length,
  values: Float64Array.from(names.flatMap(name => [...reference.column(name)])),
};

function near(actual: readonly number[], expected: readonly number[], tolerance = 1e-6): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, j) => {
    expect(Math.abs(actual[j]! - value)).toBeLessThan(tolerance);
  });
}

test("fitLogistic(x, y, {c: 1}) equals scikit-learn's coefficients", () => {
  const fit = fitLogistic(x, y);
  near(
    [fit.intercept, ...fit.coefficients],
    [reference.expected.l2_C1.intercept, ...reference.expected.l2_C1.coef],
  );
});

test("fitLogistic(x, y, {c: Infinity}) equals the maximum likelihood of statsmodels", () => {
  const fit = fitLogistic(x, y, {c: Number.POSITIVE_INFINITY});
  near([fit.intercept, ...fit.coefficients], reference.expected.mle.params);
  const margins = applyLogistic(fit, x);
  const loss = margins.reduce((sum, m, i) => sum + Math.log1p(Math.exp(y[i] === 1 ? -m : m)), 0);
  expect(Math.abs(loss + reference.expected.mle.llf)).toBeLessThan(1e-6);
});

test("fitLogistic(x, y, {weights}) equals rows repeated by their weight", () => {
  // numpy rounds halves to even.
  const weights = reference.column("weight").map(w => {
    const doubled = 2 * w;
    return doubled % 1 === 0.5 ? 2 * Math.round(doubled / 2) : Math.round(doubled);
  });
  const fit = fitLogistic(x, y, {c: Number.POSITIVE_INFINITY, weights});
  near([fit.intercept, ...fit.coefficients], reference.expected.freq_weighted.params);
});

test("fitLogistic(x, y, {c}) ends where the gradient of its objective is 0", () => {
  const c = 0.03;
  const fit = fitLogistic(x, y, {c});
  const residual = applyLogistic(fit, x).map((m, i) => 1 / (1 + Math.exp(-m)) - y[i]!);
  const gradient = fit.coefficients.map(
    (b, j) => b + c * residual.reduce((sum, r, i) => sum + r * x.values[j * x.rows + i]!, 0),
  );
  near([c * residual.reduce((sum, r) => sum + r, 0), ...gradient], [0, 0, 0, 0], 1e-9);
});

test("fitLogistic(x, y) of classes that one feature parts has finite coefficients, and none without a penalty", () => {
  const parted: Matrix = {names: ["a"], rows: 6, values: Float64Array.of(-3, -2, -1, 1, 2, 3)};
  const labels = [0, 0, 0, 1, 1, 1];
  expect(fitLogistic(parted, labels, {c: 1000}).coefficients[0]).toBeGreaterThan(1);
  expect(() => fitLogistic(parted, labels, {c: Number.POSITIVE_INFINITY})).toThrow(/classes that overlap/);
});

test("fitLogistic(x, y) refuses one class, a missing value and a repeated feature without a penalty", () => {
  const one: Matrix = {names: ["a"], rows: 3, values: Float64Array.of(1, 2, 3)};
  expect(() => fitLogistic(one, [0, 0, 0])).toThrow("fitLogistic requires both classes, got 0 positive of 3");
  expect(() => fitLogistic({...one, values: Float64Array.of(1, Number.NaN, 3)}, [0, 1, 0])).toThrow(
    "fitLogistic requires finite features, got NaN in a, row 1",
  );
  const twice: Matrix = {
    ...x,
    names: ["x1", "again"],
    values: Float64Array.from([0, 1].flatMap(() => [...x.values.subarray(0, x.rows)])),
  };
  expect(() => fitLogistic(twice, y, {c: Number.POSITIVE_INFINITY})).toThrow(/do not repeat each other/);
});
