import type {Matrix} from "../../features/matrix.ts";

/**
 * Covariates for a linear model without a penalty: numbers standardised, with the mean in place of a missing value
 * and a column that tells where one was missing; a category as one column a level that occurs, the first left out, where
 * a missing value is a level of its own. Columns that do not vary are left out.
 */
export function designMatrix(x: Matrix): Matrix {
  const columns = x.names.flatMap((name, j) => {
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
    return [...own, {name: `${name} missing`, values: missing}].filter(column => varies(column.values));
  });
  const values = new Float64Array(x.rows * columns.length);
  columns.forEach((column, j) => {
    values.set(column.values, j * x.rows);
  });
  return {names: columns.map(column => column.name), rows: x.rows, values};
}

const varies = (values: Float64Array): boolean => values.some(value => value !== values[0]);

function standardised(values: Float64Array): Float64Array {
  const present = values.filter(value => !Number.isNaN(value));
  if (present.length === 0) return new Float64Array(values.length);
  const mean = present.reduce((sum, value) => sum + value, 0) / present.length;
  const spread = Math.sqrt(present.reduce((sum, value) => sum + (value - mean) ** 2, 0) / present.length);
  return values.map(value => (Number.isNaN(value) || spread === 0 ? 0 : (value - mean) / spread));
}
