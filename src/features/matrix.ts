/** Table of features. Column-major: row i of feature j is values[j * rows + i]. NaN is missing. */
export type Matrix = {
  readonly names: readonly string[];
  readonly rows: number;
  readonly values: Float64Array;
  /**
   * Levels of the features that are categories, by name: the values of such a feature are whole codes, code k
   * stands for the text categories[name][k]. All other features are numbers.
   */
  readonly categories?: Readonly<Record<string, readonly string[]>> | undefined;
};

/** A matrix of the given rows of `x`, in the given order. */
export function takeRows(x: Matrix, rows: ArrayLike<number>): Matrix {
  const {values, rows: n} = x;
  const m = rows.length;
  const out = new Float64Array(m * x.names.length);
  for (let j = 0; j < x.names.length; j++)
    for (let i = 0; i < m; i++) out[j * m + i] = values[j * n + rows[i]!]!;
  return {...x, rows: m, values: out};
}

/** A matrix of the named columns of `x`, in the given order. @throws RangeError for a name that it does not have. */
export function takeColumns(x: Matrix, names: readonly string[]): Matrix {
  const values = new Float64Array(x.rows * names.length);
  names.forEach((name, k) => {
    const j = x.names.indexOf(name);
    if (j < 0) throw new RangeError(`takeColumns requires columns of the table, got ${name}`);
    values.set(x.values.subarray(j * x.rows, (j + 1) * x.rows), k * x.rows);
  });
  const categories = Object.fromEntries(
    Object.entries(x.categories ?? {}).filter(([name]) => names.includes(name)),
  );
  return {
    names: [...names],
    rows: x.rows,
    values,
    ...(Object.keys(categories).length === 0 ? {} : {categories}),
  };
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
  const categories = {...x.categories, ...more.categories};
  const names = [...x.names, ...more.names];
  return {names, rows: x.rows, values, ...(Object.keys(categories).length === 0 ? {} : {categories})};
}
