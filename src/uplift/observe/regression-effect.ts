import type {Matrix} from "../../features/matrix.ts";
import {clusteredError} from "../clustered-error.ts";
import {dot, leastSquares, residualsOf, rowsInRegression} from "../least-squares.ts";
import type {Trial} from "../trial.ts";
import {designMatrix} from "./design-matrix.ts";
import {
  checkObserved,
  countRows,
  type EffectOptions,
  intervalAround,
  type ObservedEffect,
} from "./observed-effect.ts";

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
  const {weightOf, leverage, inverse} = rowsInRegression(columns);
  const residual = residualsOf(columns, outcome, beta);
  let se: number;
  if (errors === "classical") {
    const variance = dot(residual, residual) / (outcome.length - d);
    se = Math.sqrt(variance * inverse[0]![0]!);
  } else {
    const weight = weightOf(0);
    const scores = residual.map((r, i) => (r / Math.max(1 - leverage[i]!, 1e-12)) * weight[i]!);
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
