/** Numeric table of features. Column-major: row i of feature j is values[j * rows + i]. NaN is missing. */
export type Matrix = {
  readonly names: readonly string[];
  readonly rows: number;
  readonly values: Float64Array;
  /** Where a feature is a category: the texts that its values, whole numbers from 0, stand for, by name. */
  readonly levels?: Readonly<Record<string, readonly string[]>> | undefined;
};

/** A matrix of the given rows of `x`, in the given order. */
export function takeRows(x: Matrix, rows: ArrayLike<number>): Matrix {
  const {values, rows: n, levels} = x;
  const m = rows.length;
  const out = new Float64Array(m * x.names.length);
  for (let j = 0; j < x.names.length; j++)
    for (let i = 0; i < m; i++) out[j * m + i] = values[j * n + rows[i]!]!;
  return {names: x.names, rows: m, values: out, ...(levels ? {levels} : {})};
}

/** The columns of `x`, then those of `more`, of the same rows. @throws RangeError when the rows or names do not fit. */
export function joinColumns(x: Matrix, more: Matrix): Matrix {
  if (more.rows !== x.rows)
    throw new RangeError(`joinColumns requires as many rows in both, got ${x.rows} and ${more.rows}`);
  const twice = more.names.find(name => x.names.includes(name));
  if (twice !== undefined)
    throw new RangeError(`joinColumns requires names that differ, got ${twice} in both`);
  const values = new Float64Array(x.values.length + more.values.length);
  values.set(x.values);
  values.set(more.values, x.values.length);
  const levels = {...x.levels, ...more.levels};
  const names = [...x.names, ...more.names];
  return {names, rows: x.rows, values, ...(Object.keys(levels).length === 0 ? {} : {levels})};
}
