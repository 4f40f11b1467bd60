import type {Matrix} from "../../features/matrix.ts";
import {clusteredError} from "../clustered-error.ts";
import {leastSquares, residualsOf, rowsInRegression} from "../least-squares.ts";
import {normalAt, normalPValue, requireShare, tPValue, tTwoSided} from "./distributions.ts";
import {clusteredDifference, differenceOfMeans, type Effect, meanDifference, type TwoArms} from "./effect.ts";

/** An effect with less noise: what customers did before is taken out of what they did after. */
export type Adjusted = Effect & {
  /** Variance of the adjusted outcome over that of the outcome as it is; 0.25 saves three customers in four. */
  readonly varianceRatio: number;
};

/**
 * CUPED (Deng et al. 2013): the outcome less theta times the covariates' excess over their means, theta from the
 * regression of the outcome on the covariates over both arms; then Welch, or where customers have several rows an error
 * clustered by customer. Only what was known before the assignment may be a covariate: the contact changes what comes
 * after.
 * @param covariates one row a row of the arms, all finite.
 * @returns the coefficients too, in the order of the covariates.
 * @throws RangeError for a missing value, or covariates of which one repeats others.
 */
export function cuped(
  arms: TwoArms,
  covariates: Matrix,
  level = 0.95,
): Adjusted & {readonly theta: readonly number[]} {
  const {outcome, customer} = arms;
  const centred = centredColumns("cuped", covariates, outcome.length);
  const mean = outcome.reduce((sum, y) => sum + y, 0) / outcome.length;
  const moved = outcome.map(y => y - mean);
  const theta = leastSquares(centred, moved, {caller: "cuped"});
  const adjusted = residualsOf(centred, outcome, theta);
  const single = new Set(customer).size === customer.length;
  const effect = (single ? differenceOfMeans : clusteredDifference)({...arms, outcome: adjusted}, level);
  return {
    ...effect,
    formula: `CUPED with pre-period covariates, ${single ? "Welch's t interval and test" : "error clustered by customer (CR1), normal interval and test"}`,
    varianceRatio: variance(adjusted) / variance(outcome),
    theta: [...theta],
  };
}

function variance(values: Float64Array): number {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  return values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1);
}

/** The columns less their means. */
function centredColumns(caller: string, {names, rows, values}: Matrix, expected: number): Float64Array[] {
  if (rows !== expected || names.length === 0)
    throw new RangeError(
      `${caller} requires covariates of ${expected} rows, got ${names.length} of ${rows} rows`,
    );
  return names.map((name, j) => {
    const column = values.slice(j * rows, (j + 1) * rows);
    const bad = column.findIndex(value => !Number.isFinite(value));
    if (bad >= 0)
      throw new RangeError(
        `${caller} requires finite covariates, got ${column[bad]} of ${name} in row ${bad}`,
      );
    const mean = column.reduce((sum, value) => sum + value, 0) / rows;
    return column.map(value => value - mean);
  });
}

/**
 * The effect by regression on the arm, the centred covariates and their products with the arm (Lin 2013), which is never
 * less precise than the plain difference in large samples. Where every customer has one row the error is HC3 (MacKinnon
 * and White 1985) with Student's t; where rows repeat it is clustered by customer (CR1) with the normal distribution.
 * @throws RangeError as {@link cuped}, or with fewer rows than it has coefficients.
 */
export function linAdjusted(arms: TwoArms, covariates: Matrix, level = 0.95): Adjusted {
  requireShare("linAdjusted", "a level", level);
  const {outcome, treated, customer} = arms;
  const n = outcome.length;
  const centred = centredColumns("linAdjusted", covariates, n);
  const columns = [
    new Float64Array(n).fill(1),
    Float64Array.from(treated),
    ...centred,
    ...centred.map(column => column.map((value, i) => value * treated[i]!)),
  ];
  if (n <= columns.length)
    throw new RangeError(`linAdjusted requires more than ${columns.length} rows, got ${n}`);
  const beta = leastSquares(columns, outcome, {caller: "linAdjusted"});
  const residual = residualsOf(columns, outcome, beta);
  const {weightOf, leverage} = rowsInRegression(columns);
  const weight = weightOf(1);
  const single = new Set(customer).size === n;
  const error = single
    ? Math.sqrt(residual.reduce((sum, r, i) => sum + ((weight[i]! * r) / (1 - leverage[i]!)) ** 2, 0))
    : clusteredError(
        residual.map((r, i) => weight[i]! * r),
        customer,
      );
  const df = n - columns.length;
  const value = beta[1]!;
  const half = (single ? tTwoSided(1 - level, df) : normalAt((1 + level) / 2)) * error;
  const t = value / error;
  return {
    ...{value, low: value - half, high: value + half, level},
    p: error === 0 ? (value === 0 ? 1 : 0) : single ? tPValue(t, df) : normalPValue(t),
    formula: `regression adjustment with interactions (Lin 2013), ${single ? "HC3 error, t interval and test" : "error clustered by customer (CR1), normal interval and test"}`,
    n: {treated: countArm(arms, 1), control: countArm(arms, 0)},
    varianceRatio: error ** 2 / meanDifference(arms).error ** 2,
  };
}

const countArm = ({treated}: TwoArms, arm: 0 | 1): number =>
  treated.reduce((sum, one) => sum + (one === arm ? 1 : 0), 0);
