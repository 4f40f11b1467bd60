/** Table of features. Column-major: row i of feature j is values[j * rows + i]. NaN is missing. */
export type Matrix = {
  readonly names: readonly string[];
  readonly rows: number;
  readonly values: Float64Array;
  /**
   * Levels of the features that are categories, by name: the values of such a feature are whole codes, code k
   * stands for the text categories[name][k]. All other features are numbers.
   */
  readonly categories?: {readonly [name: string]: readonly string[]};
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
