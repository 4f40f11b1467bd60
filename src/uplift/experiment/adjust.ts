import {solveCholesky} from "../../cholesky.ts";
import type {Matrix} from "../../features/matrix.ts";
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
 * clustered by customer. Only what was known before the assignment may
 * be a covariate: the contact changes what comes after.
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
  const theta = solved(
    "cuped",
    centred,
    Float64Array.from(outcome, y => y - mean),
  );
  const adjusted = Float64Array.from(outcome, (y, i) =>
    centred.reduce((left, column, j) => left - theta[j]! * column[i]!, y),
  );
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

/** Least squares of y on the columns. */
function solved(caller: string, columns: readonly Float64Array[], y: Float64Array): Float64Array {
  const found = solveCholesky(
    gram(columns),
    Float64Array.from(columns, column => dot(column, y)),
  );
  if (found) return found;
  throw new RangeError(`${caller} requires covariates that vary and do not repeat each other`);
}

function gram(columns: readonly Float64Array[]): Float64Array {
  const n = columns.length;
  const products = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) products[i * n + j] = products[j * n + i] = dot(columns[i]!, columns[j]!);
  return products;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
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
  const beta = solved("linAdjusted", columns, outcome);
  const residual = Float64Array.from(outcome, (y, i) =>
    columns.reduce((left, column, j) => left - beta[j]! * column[i]!, y),
  );
  // The coefficient of the arm is the sum of these weights times the outcomes.
  const unit = Float64Array.from(columns, (_, j) => (j === 1 ? 1 : 0));
  const direction = solveCholesky(gram(columns), unit)!;
  const weight = Float64Array.from(outcome, (_, i) =>
    columns.reduce((sum, column, j) => sum + direction[j]! * column[i]!, 0),
  );
  const customers = new Set(customer).size;
  const single = customers === n;
  const error = single
    ? hc3(columns, residual, weight)
    : clusteredError(customer, residual, weight, customers);
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

function hc3(columns: readonly Float64Array[], residual: Float64Array, weight: Float64Array): number {
  const inverse = inverseOf(gram(columns), columns.length);
  const p = columns.length;
  let sum = 0;
  for (let i = 0; i < residual.length; i++) {
    let leverage = 0;
    for (let a = 0; a < p; a++)
      for (let b = 0; b < p; b++) leverage += columns[a]![i]! * inverse[a * p + b]! * columns[b]![i]!;
    sum += ((weight[i]! * residual[i]!) / (1 - leverage)) ** 2;
  }
  return Math.sqrt(sum);
}

function inverseOf(a: Float64Array, n: number): Float64Array {
  const inverse = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    const unit = new Float64Array(n);
    unit[j] = 1;
    inverse.set(solveCholesky(a, unit)!, j * n);
  }
  return inverse;
}

function clusteredError(
  customer: Int32Array,
  residual: Float64Array,
  weight: Float64Array,
  customers: number,
): number {
  const sums = new Map<number, number>();
  for (let i = 0; i < residual.length; i++)
    sums.set(customer[i]!, (sums.get(customer[i]!) ?? 0) + weight[i]! * residual[i]!);
  let squares = 0;
  for (const sum of sums.values()) squares += sum * sum;
  return Math.sqrt((customers / (customers - 1)) * squares);
}

const countArm = ({treated}: TwoArms, arm: 0 | 1): number =>
  treated.reduce((sum, one) => sum + (one === arm ? 1 : 0), 0);
