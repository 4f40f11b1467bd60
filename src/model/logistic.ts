import {solveCholesky} from "../cholesky.ts";
import type {Matrix} from "../features/matrix.ts";
import {requireFeatures} from "./feature-order.ts";

/** A logistic regression: log-odds = intercept + coefficients · features, in the order of `features`. */
export type Logistic = {
  readonly features: readonly string[];
  readonly intercept: number;
  readonly coefficients: readonly number[];
  /** Steps of Newton's method that it took. */
  readonly steps: number;
};

export type LogisticOptions = {
  /** Inverse strength of the penalty; Infinity for maximum likelihood. */
  readonly c?: number;
  /** One weight a row, at least 0; 1 each when absent. */
  readonly weights?: ArrayLike<number> | undefined;
};

/**
 * Fits by Newton's method the minimum of ½‖coefficients‖² + c · Σ weight · log loss; the intercept is free.
 * The features should have been scaled: the penalty treats them alike. Deterministic; steps end below 1e-10.
 * @param y 1 for a churner, else 0; a value between is a smoothed label.
 * @throws RangeError for one class only, a missing or infinite value, or (with c = Infinity) data in which
 * features repeat each other or part the classes perfectly.
 */
export function fitLogistic(
  x: Matrix,
  y: ArrayLike<number>,
  {c = 1, weights}: LogisticOptions = {},
): Logistic {
  checkData(x, y, {c, weights});
  const d = x.names.length + 1;
  const problem: Problem = {
    d,
    columns: Array.from({length: d}, (_, j) =>
      j === 0 ? new Float64Array(x.rows).fill(1) : x.values.subarray((j - 1) * x.rows, j * x.rows),
    ),
    y,
    weights: weights === undefined ? new Float64Array(x.rows).fill(1) : Float64Array.from(weights),
    penalty: 1 / c,
  };
  const {beta, steps} = minimise(problem);
  return {features: [...x.names], intercept: beta[0]!, coefficients: Array.from(beta.subarray(1)), steps};
}

/** Log-odds of each row of `x`. @throws DataError when a feature is not the one that the model was fitted on. */
export function applyLogistic({features, intercept, coefficients}: Logistic, x: Matrix): Float64Array {
  requireFeatures("applyLogistic", features, x);
  const out = new Float64Array(x.rows).fill(intercept);
  for (let j = 0; j < coefficients.length; j++) {
    const w = coefficients[j]!;
    const start = j * x.rows;
    for (let i = 0; i < x.rows; i++) out[i]! += w * x.values[start + i]!;
  }
  return out;
}

type Problem = {
  readonly d: number;
  /** The first is all 1. */
  readonly columns: readonly Float64Array[];
  readonly y: ArrayLike<number>;
  readonly weights: Float64Array;
  readonly penalty: number;
};

const STEP = 1e-10;

function minimise(problem: Problem): {readonly beta: Float64Array; readonly steps: number} {
  const {d} = problem;
  let beta = new Float64Array(d);
  let loss = lossAt(problem, beta);
  for (let iteration = 0; iteration < 200; iteration++) {
    const {gradient, hessian} = derivatives(problem, beta);
    const step = solveCholesky(hessian, gradient);
    if (!step) break;
    const size = Math.max(...step.map((s, j) => Math.abs(s) / Math.max(1, Math.abs(beta[j]!))));
    const fall = gradient.reduce((sum, g, j) => sum + g * step[j]!, 0);
    if (size < STEP) return {beta: beta.map((b, j) => b - step[j]!), steps: iteration + 1};
    // Full steps converge from near the minimum; halving guards the way there. The slack is rounding.
    for (let t = 1; ; t /= 2) {
      if (t < 1e-12) throw new RangeError("fitLogistic requires a loss that falls along a step, got none");
      const next = beta.map((b, j) => b - t * step[j]!);
      const nextLoss = lossAt(problem, next);
      if (nextLoss <= loss - 1e-4 * t * fall + 1e-13 * Math.abs(loss)) {
        beta = next;
        loss = nextLoss;
        break;
      }
    }
  }
  throw new RangeError(
    "fitLogistic requires features that do not repeat each other and classes that overlap, got no minimum; " +
      "set c to a finite value",
  );
}

function logOdds({d, columns, y}: Problem, beta: Float64Array): Float64Array {
  const out = new Float64Array(y.length).fill(beta[0]!);
  for (let j = 1; j < d; j++) {
    const column = columns[j]!;
    const b = beta[j]!;
    for (let i = 0; i < out.length; i++) out[i]! += b * column[i]!;
  }
  return out;
}

function lossAt(problem: Problem, beta: Float64Array): number {
  const {d, y, weights, penalty} = problem;
  const margin = logOdds(problem, beta);
  let loss = 0;
  for (let i = 0; i < margin.length; i++) {
    const m = margin[i]!;
    loss += weights[i]! * (Math.max(m, 0) + Math.log1p(Math.exp(-Math.abs(m))) - y[i]! * m);
  }
  for (let j = 1; j < d; j++) loss += (penalty / 2) * beta[j]! ** 2;
  return loss;
}

function derivatives(
  problem: Problem,
  beta: Float64Array,
): {readonly gradient: Float64Array; readonly hessian: Float64Array} {
  const {d, columns, y, weights, penalty} = problem;
  const n = y.length;
  const margin = logOdds(problem, beta);
  const [residual, curvature, scaled] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)];
  for (let i = 0; i < n; i++) {
    const p = 1 / (1 + Math.exp(-margin[i]!));
    residual[i] = weights[i]! * (p - y[i]!);
    curvature[i] = weights[i]! * p * (1 - p);
  }
  const gradient = new Float64Array(d);
  const hessian = new Float64Array(d * d);
  for (let j = 0; j < d; j++) {
    const column = columns[j]!;
    let sum = 0;
    for (let i = 0; i < n; i++) {
      sum += residual[i]! * column[i]!;
      scaled[i] = curvature[i]! * column[i]!;
    }
    gradient[j] = sum + (j > 0 ? penalty * beta[j]! : 0);
    for (let k = 0; k <= j; k++) {
      const other = columns[k]!;
      let dot = 0;
      for (let i = 0; i < n; i++) dot += scaled[i]! * other[i]!;
      hessian[j * d + k] = dot + (j === k && j > 0 ? penalty : 0);
    }
  }
  return {gradient, hessian};
}

function checkData(x: Matrix, y: ArrayLike<number>, {c, weights}: Required<LogisticOptions>): void {
  if (!(c > 0)) throw new RangeError(`fitLogistic requires c above 0, got ${c}`);
  if (y.length !== x.rows)
    throw new RangeError(`fitLogistic requires one label a row, got ${y.length} for ${x.rows}`);
  if (weights !== undefined && weights.length !== x.rows)
    throw new RangeError(`fitLogistic requires one weight a row, got ${weights.length} for ${x.rows}`);
  let [positives, total] = [0, 0];
  for (let i = 0; i < x.rows; i++) {
    const w = weights === undefined ? 1 : weights[i]!;
    if (!(y[i]! >= 0 && y[i]! <= 1))
      throw new RangeError(`fitLogistic requires labels in [0, 1], got ${y[i]} in row ${i}`);
    if (!(w >= 0 && w < Number.POSITIVE_INFINITY))
      throw new RangeError(`fitLogistic requires weights of at least 0, got ${w} in row ${i}`);
    positives += w * y[i]!;
    total += w;
  }
  if (!(positives > 0 && positives < total))
    throw new RangeError(`fitLogistic requires both classes, got ${positives} positive of ${total}`);
  const bad = x.values.findIndex(value => !Number.isFinite(value));
  if (bad >= 0)
    throw new RangeError(
      `fitLogistic requires finite features, got ${x.values[bad]} in ${x.names[Math.floor(bad / x.rows)]}, ` +
        `row ${bad % x.rows}`,
    );
}
