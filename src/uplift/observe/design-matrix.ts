import type {Matrix} from "../../features/matrix.ts";
import {dot} from "../least-squares.ts";

/**
 * Covariates for a linear model without a penalty: numbers standardised, with the mean in place of a missing value
 * and a column that tells where one was missing; a category as one column a level that occurs, the first left out, where
 * a missing value is a level of its own. A column that does not vary, or that the ones before it tell, is left out.
 */
export function designMatrix(x: Matrix): Matrix {
  const all = x.names.flatMap((name, j) => {
    const values = x.values.subarray(j * x.rows, (j + 1) * x.rows);
    const missing = values.map(value => Number(Number.isNaN(value)));
    const levels = x.categories?.[name];
    const own = levels
      ? levels
          .map((level, code) => ({
            name: `${name} = ${level}`,
            values: values.map(value => Number(value === code)),
          }))
          .filter(column => column.values.includes(1))
          .slice(1)
      : [{name, values: standardised(values)}];
    return [...own, {name: `${name} missing`, values: missing}];
  });
  const {kept} = orthonormal([new Float64Array(x.rows).fill(1), ...all.map(column => column.values)]);
  const columns = all.filter((_, j) => kept.includes(j + 1));
  const values = new Float64Array(x.rows * columns.length);
  columns.forEach((column, j) => {
    values.set(column.values, j * x.rows);
  });
  return {names: columns.map(column => column.name), rows: x.rows, values};
}

/**
 * Columns of length 1 at right angles that span the same (Gram and Schmidt), and the numbers of those given that add
 * something to the ones before them.
 */
export function orthonormal(columns: readonly Float64Array[]): {
  readonly basis: readonly Float64Array[];
  readonly kept: readonly number[];
} {
  const basis: Float64Array[] = [];
  const kept = columns.flatMap((column, j) => {
    const before = lengthOf(column);
    const rest = column.slice();
    // Twice, since once leaves rounding behind.
    for (let pass = 0; pass < 2; pass++) for (const other of basis) takeOff(rest, other);
    const length = lengthOf(rest);
    if (!(length > TELLS * before)) return [];
    basis.push(rest.map(value => value / length));
    return [j];
  });
  return {basis, kept};
}

/** What is left of a column, of its length, from which on it says something of its own. */
const TELLS = 1e-6;

const lengthOf = (column: Float64Array): number => Math.sqrt(dot(column, column));

/** Takes off a column, which is written to, what lies along a unit. */
function takeOff(column: Float64Array, unit: Float64Array): void {
  const along = dot(column, unit);
  for (let i = 0; i < column.length; i++) column[i]! -= along * unit[i]!;
}

function standardised(values: Float64Array): Float64Array {
  const present = values.filter(value => !Number.isNaN(value));
  if (present.length === 0) return new Float64Array(values.length);
  const mean = present.reduce((sum, value) => sum + value, 0) / present.length;
  const spread = Math.sqrt(present.reduce((sum, value) => sum + (value - mean) ** 2, 0) / present.length);
  return values.map(value => (Number.isNaN(value) || spread === 0 ? 0 : (value - mean) / spread));
}
