import {solveCholesky} from "../../cholesky.ts";
import type {Matrix} from "../../features/matrix.ts";
import type {Trial} from "../trial.ts";
import {designMatrix, dot} from "./design-matrix.ts";
import {
  checkObserved,
  clusteredError,
  countRows,
  type EffectOptions,
  intervalAround,
  type ObservedEffect,
} from "./observed-effect.ts";

/**
 * Coefficients of y on the columns, by least squares.
 * @param ridge added to the sum of squares of each column but the first.
 * @throws RangeError when columns repeat each other and there is no ridge.
 */
export function leastSquares(columns: readonly Float64Array[], y: Float64Array, ridge = 0): Float64Array {
  const d = columns.length;
  const product = crossProduct(columns);
  for (let j = 1; j < d; j++) product[j * d + j]! += ridge;
  const solved = solveCholesky(
    product,
    Float64Array.from(columns, column => dot(column, y)),
  );
  if (!solved)
    throw new RangeError(
      `leastSquares requires ${d} columns that do not repeat each other, got some that do`,
    );
  return solved;
}

function crossProduct(columns: readonly Float64Array[]): Float64Array {
  const d = columns.length;
  const out = new Float64Array(d * d);
  for (let j = 0; j < d; j++)
    for (let k = 0; k <= j; k++) out[j * d + k] = out[k * d + j] = dot(columns[j]!, columns[k]!);
  return out;
}

/** A column of ones and those of the matrix. */
export const columnsOf = (x: Matrix): Float64Array[] => [
  new Float64Array(x.rows).fill(1),
  ...x.names.map((_, j) => x.values.subarray(j * x.rows, (j + 1) * x.rows)),
];

/**
 * Coefficient of the treatment in the regression of the outcome on treatment and covariates. It is the effect on
 * everybody only if the effect is the same for all and the covariates act linearly.
 * @param x covariates, put through {@link designMatrix}.
 * @param errors "hc3" (MacKinnon and White 1985), scores summed by customer; "classical" for one variance in all rows.
 * @throws RangeError as {@link checkObserved}, when `x` has other rows, or when the covariates tell who is treated.
 */
export function regressionEffect(
  trial: Trial,
  x: Matrix,
  {errors = "hc3", level = 0.95}: EffectOptions & {readonly errors?: "hc3" | "classical"} = {},
): ObservedEffect {
  checkObserved("regressionEffect", trial);
  const {outcome, treated, customer} = trial;
  if (x.rows !== outcome.length)
    throw new RangeError(`regressionEffect requires ${outcome.length} rows of covariates, got ${x.rows}`);
  const columns = [Float64Array.from(treated), ...columnsOf(designMatrix(x))];
  const beta = leastSquares(columns, outcome);
  const d = columns.length;
  const product = crossProduct(columns);
  const inverse = columns.map(
    (_, j) =>
      solveCholesky(
        product,
        Float64Array.from(columns, (_, k) => Number(k === j)),
      )!,
  );
  const residual = outcome.map(
    (y, i) => y - columns.reduce((sum, column, j) => sum + beta[j]! * column[i]!, 0),
  );
  const along = (j: number, i: number): number =>
    columns.reduce((sum, column, k) => sum + inverse[j]![k]! * column[i]!, 0);
  const leverage = (i: number): number =>
    columns.reduce((sum, column, j) => sum + column[i]! * along(j, i), 0);
  let se: number;
  if (errors === "classical") {
    const variance = dot(residual, residual) / (outcome.length - d);
    se = Math.sqrt(variance * inverse[0]![0]!);
  } else {
    const scores = residual.map((r, i) => (r / Math.max(1 - leverage(i), 1e-12)) * along(0, i));
    const customers = new Set(customer).size;
    // HC3 has no factor for the number of customers.
    se = clusteredError(scores, customer) * Math.sqrt((customers - 1) / customers);
  }
  return {
    method: "Regression",
    formula: `coefficient of the treatment beside the covariates, least squares; ${errors === "hc3" ? "HC3 errors (MacKinnon and White 1985), scores summed by customer" : "classical error"}`,
    estimand: "ATE",
    estimate: beta[0]!,
    se,
    ...intervalAround(beta[0]!, se, level),
    rows: countRows(treated, null),
    weights: null,
  };
}
