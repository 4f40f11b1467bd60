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
