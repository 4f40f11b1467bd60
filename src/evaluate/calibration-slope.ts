import {fitLogistic} from "../model/logistic.ts";
import type {NormalInterval} from "./delong.ts";
import {type Level, normalQuantile} from "./quantile.ts";

/** Cox's (1958) line: log-odds of churn = intercept + slope × log-odds predicted. */
export type CalibrationSlope = {readonly intercept: NormalInterval; readonly slope: NormalInterval};

/**
 * Cox's recalibration. Slope 1 and intercept 0 are ideal; a slope below 1 means predictions too extreme.
 * Probabilities are held within [epsilon, 1 - epsilon]. The standard errors are robust, by customer (Liang and Zeger
 * 1986), with the factor G / (G − 1) for G customers.
 * @param clusters customer of each row; every row is one of its own when absent.
 * @throws RangeError when `y` holds one class only or all probabilities are equal.
 */
export function calibrationSlope(
  probabilities: ArrayLike<number>,
  y: ArrayLike<number>,
  {
    epsilon = 1e-6,
    clusters,
    level = 0.95,
  }: {
    readonly epsilon?: number;
    readonly clusters?: ArrayLike<number> | undefined;
    readonly level?: Level;
  } = {},
): CalibrationSlope {
  const values = Float64Array.from(probabilities, p => {
    const held = Math.min(Math.max(p, epsilon), 1 - epsilon);
    return Math.log(held / (1 - held));
  });
  const fit = fitLogistic({names: ["margin"], rows: values.length, values}, y, {c: Number.POSITIVE_INFINITY});
  const line = {intercept: fit.intercept, slope: fit.coefficients[0]!};
  const variance = robustVariance(values, y, {line, clusters});
  const of = (value: number, squared: number): NormalInterval => {
    const standardError = Math.sqrt(squared);
    const half = normalQuantile(level) * standardError;
    return {value, standardError, low: value - half, high: value + half, level};
  };
  return {intercept: of(line.intercept, variance.intercept), slope: of(line.slope, variance.slope)};
}

/** The diagonal of H⁻¹ (Σ over customers of s sᵀ) H⁻¹, with the scores s and the curvature H of the log loss. */
function robustVariance(
  x: Float64Array,
  y: ArrayLike<number>,
  {line, clusters}: {line: {intercept: number; slope: number}; clusters: ArrayLike<number> | undefined},
): {readonly intercept: number; readonly slope: number} {
  let [h00, h01, h11] = [0, 0, 0];
  const scores = new Map<number, [number, number]>();
  for (let i = 0; i < x.length; i++) {
    const p = 1 / (1 + Math.exp(-(line.intercept + line.slope * x[i]!)));
    const curvature = p * (1 - p);
    h00 += curvature;
    h01 += curvature * x[i]!;
    h11 += curvature * x[i]! ** 2;
    const customer = clusters ? clusters[i]! : i;
    const [s0, s1] = scores.get(customer) ?? [0, 0];
    scores.set(customer, [s0 + p - y[i]!, s1 + (p - y[i]!) * x[i]!]);
  }
  const determinant = h00 * h11 - h01 ** 2;
  let [intercept, slope] = [0, 0];
  for (const [s0, s1] of scores.values()) {
    intercept += ((h11 * s0 - h01 * s1) / determinant) ** 2;
    slope += ((h00 * s1 - h01 * s0) / determinant) ** 2;
  }
  const factor = scores.size / (scores.size - 1);
  return {intercept: factor * intercept, slope: factor * slope};
}
