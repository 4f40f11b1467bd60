import {solveCholesky} from "../../cholesky.ts";
import type {Matrix} from "../../features/matrix.ts";
import {requireFeatures} from "../../model/feature-order.ts";

/** A linear regression: value = intercept + coefficients · features, in the order of `features`. */
export type Ridge = {
  readonly features: readonly string[];
  readonly intercept: number;
  readonly coefficients: readonly number[];
  /** The penalty on the squared coefficients, per unit of weight. */
  readonly penalty: number;
};

export type RidgeOptions = {
  /** One a row, 0 or more; 1 each when absent. */
  readonly weights?: ArrayLike<number> | undefined;
  /** Per unit of weight, 0 or more: a penalty means the same for any number of rows. 0 is least squares. */
  readonly penalty?: number;
};

/** Penalties that {@link fitRidgeByFolds} tries, for features of unit spread; the last leaves hardly anything but the mean. */
const PENALTIES = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 100, 1e6];

/**
 * Least squares with an L2 penalty (Hoerl and Kennard 1970): the minimum of Σ weight (y - value)² / Σ weight
 * + penalty ‖coefficients‖²; the intercept is free. The features should have been scaled.
 * @throws RangeError when lengths differ, all weights are 0, or features repeat each other without a penalty.
 */
export function fitRidge(x: Matrix, y: ArrayLike<number>, {weights, penalty = 0}: RidgeOptions = {}): Ridge {
  if (!(penalty >= 0)) throw new RangeError(`fitRidge requires a penalty of 0 or more, got ${penalty}`);
  const [moments] = momentsByFold(x, y, {weights, fold: new Uint32Array(x.rows), folds: 1});
  return {features: [...x.names], ...solve(moments!, x.names.length, penalty), penalty};
}

/**
 * A ridge regression whose penalty is the one of least squared error on rows held out, fold by fold; of equals the
 * strongest. Where the best is to leave out all features, so does the model.
 * @param fold of each row, in [0, folds); rows that belong together share one.
 */
export function fitRidgeByFolds(
  x: Matrix,
  y: ArrayLike<number>,
  {weights, fold, folds}: {weights?: ArrayLike<number> | undefined; fold: Uint32Array; folds: number},
): Ridge {
  const d = x.names.length;
  const parts = momentsByFold(x, y, {weights, fold, folds});
  const all = sumOf(parts);
  const used = parts.filter(part => part.gram[0]! > 0 && part.gram[0]! < all.gram[0]!);
  const errorOf = (penalty: number) =>
    used.reduce((sum, part) => sum + squaredError(part, solve(minus(all, part), d, penalty)), 0);
  let penalty = PENALTIES.at(-1)!;
  let least = errorOf(penalty);
  for (const candidate of PENALTIES.slice(0, -1).reverse()) {
    const error = errorOf(candidate);
    if (error >= least) continue;
    least = error;
    penalty = candidate;
  }
  return {features: [...x.names], ...solve(all, d, penalty), penalty};
}

/** Values of the rows of `x`. @throws DataError when a feature is not the one that the model was fitted on. */
export function applyRidge({features, intercept, coefficients}: Ridge, x: Matrix): Float64Array {
  requireFeatures("applyRidge", features, x);
  const out = new Float64Array(x.rows).fill(intercept);
  coefficients.forEach((w, j) => {
    for (let i = 0; i < x.rows; i++) out[i]! += w * x.values[j * x.rows + i]!;
  });
  return out;
}

/** Weighted sums over rows of z zᵀ (row-major, lower triangle), z y and y², with z = (1, features). */
type Moments = {readonly gram: Float64Array; readonly cross: Float64Array; readonly square: number};

function momentsByFold(
  x: Matrix,
  y: ArrayLike<number>,
  {weights, fold, folds}: {weights?: ArrayLike<number> | undefined; fold: Uint32Array; folds: number},
): Moments[] {
  const {rows, values} = x;
  if (y.length !== rows || (weights !== undefined && weights.length !== rows))
    throw new RangeError(
      `fitRidge requires one value and weight a row, got ${y.length} and ${weights?.length ?? rows} for ${rows}`,
    );
  const d = x.names.length + 1;
  const columns = Array.from({length: d}, (_, j) =>
    j === 0 ? new Float64Array(rows).fill(1) : values.subarray((j - 1) * rows, j * rows),
  );
  const out = Array.from({length: folds}, () => ({
    gram: new Float64Array(d * d),
    cross: new Float64Array(d),
    square: 0,
  }));
  const weight = weights ? Float64Array.from(weights) : new Float64Array(rows).fill(1);
  for (let i = 0; i < rows; i++) out[fold[i]!]!.square += weight[i]! * y[i]! * y[i]!;
  const scaled = new Float64Array(rows);
  for (let j = 0; j < d; j++) {
    const column = columns[j]!;
    for (let i = 0; i < rows; i++) {
      scaled[i] = weight[i]! * column[i]!;
      out[fold[i]!]!.cross[j]! += scaled[i]! * y[i]!;
    }
    for (let k = 0; k <= j; k++) {
      const other = columns[k]!;
      for (let i = 0; i < rows; i++) out[fold[i]!]!.gram[j * d + k]! += scaled[i]! * other[i]!;
    }
  }
  return out;
}

const combine = (a: Moments, b: Moments, sign: 1 | -1): Moments => ({
  gram: a.gram.map((value, i) => value + sign * b.gram[i]!),
  cross: a.cross.map((value, i) => value + sign * b.cross[i]!),
  square: a.square + sign * b.square,
});
const minus = (a: Moments, b: Moments): Moments => combine(a, b, -1);
const sumOf = (parts: readonly Moments[]): Moments => parts.reduce((a, b) => combine(a, b, 1));

function solve(
  {gram, cross}: Moments,
  features: number,
  penalty: number,
): {readonly intercept: number; readonly coefficients: readonly number[]} {
  const d = features + 1;
  const total = gram[0]!;
  if (!(total > 0)) throw new RangeError(`fitRidge requires a weight above 0, got ${total} in all`);
  const penalised = gram.slice();
  for (let j = 1; j < d; j++) penalised[j * d + j]! += penalty * total;
  const beta = solveCholesky(penalised, cross);
  if (!beta)
    throw new RangeError(
      "fitRidge requires features that do not repeat each other, or a penalty; got neither",
    );
  return {intercept: beta[0]!, coefficients: Array.from(beta.subarray(1))};
}

/** Sum of weighted squared errors of a model on the rows that the moments are of. */
function squaredError(
  {gram, cross, square}: Moments,
  {intercept, coefficients}: {readonly intercept: number; readonly coefficients: readonly number[]},
): number {
  const beta = [intercept, ...coefficients];
  const d = beta.length;
  let sum = square;
  for (let j = 0; j < d; j++) {
    sum -= 2 * beta[j]! * cross[j]!;
    for (let k = 0; k <= j; k++) sum += (j === k ? 1 : 2) * beta[j]! * beta[k]! * gram[j * d + k]!;
  }
  return sum;
}
