import {solveCholesky} from "../cholesky.ts";

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** Products of d columns of equal length with one another, d × d. */
export function crossProduct(columns: readonly Float64Array[]): Float64Array {
  const d = columns.length;
  const out = new Float64Array(d * d);
  for (let j = 0; j < d; j++)
    for (let k = 0; k <= j; k++) out[j * d + k] = out[k * d + j] = dot(columns[j]!, columns[k]!);
  return out;
}

/**
 * Coefficients of y on the columns, by least squares.
 * @param ridge added to the sum of squares of each column but the first.
 * @throws RangeError, as `caller`, when columns repeat each other and there is no ridge.
 */
export function leastSquares(
  columns: readonly Float64Array[],
  y: Float64Array,
  {ridge = 0, caller = "leastSquares"}: {readonly ridge?: number; readonly caller?: string} = {},
): Float64Array {
  const d = columns.length;
  const product = crossProduct(columns);
  for (let j = 1; j < d; j++) product[j * d + j]! += ridge;
  const solved = solveCholesky(
    product,
    Float64Array.from(columns, column => dot(column, y)),
  );
  if (!solved)
    throw new RangeError(
      `${caller} requires columns that vary and do not repeat each other, got some that do not`,
    );
  return solved;
}

/**
 * What each row has to do with the coefficients of a regression on the columns, which must not repeat each other.
 * @returns `weightOf(j)`: by what a coefficient moves with the outcome of each row, so that it is their sum of products;
 *   `leverage` of each row, in [0, 1]; `inverse` of the cross product, by column.
 */
export function rowsInRegression(columns: readonly Float64Array[]): {
  readonly weightOf: (j: number) => Float64Array;
  readonly leverage: Float64Array;
  readonly inverse: readonly Float64Array[];
} {
  const product = crossProduct(columns);
  const inverse = columns.map(
    (_, j) =>
      solveCholesky(
        product,
        Float64Array.from(columns, (_, k) => Number(k === j)),
      )!,
  );
  const weightOf = (j: number): Float64Array => {
    const out = new Float64Array(columns[0]!.length);
    columns.forEach((column, k) => {
      const by = inverse[j]![k]!;
      for (let i = 0; i < out.length; i++) out[i]! += by * column[i]!;
    });
    return out;
  };
  const leverage = new Float64Array(columns[0]!.length);
  columns.forEach((column, j) => {
    const weight = weightOf(j);
    for (let i = 0; i < leverage.length; i++) leverage[i]! += column[i]! * weight[i]!;
  });
  return {weightOf, leverage, inverse};
}

/** What the regression leaves of the outcome of each row. */
export const residualsOf = (
  columns: readonly Float64Array[],
  y: Float64Array,
  beta: Float64Array,
): Float64Array =>
  y.map((value, i) => columns.reduce((left, column, j) => left - beta[j]! * column[i]!, value));
