import type {Matrix} from "../features/matrix.ts";
import type {Predict} from "./permutation.ts";

/** What a model says when one feature is set to each of some values, and nothing else of the rows changes. */
export type PartialDependence = {
  readonly feature: string;
  /** The values, ascending; of a category its codes. */
  readonly grid: readonly number[];
  /** Mean margin over the rows, one a value. */
  readonly mean: Float64Array;
  /** Row-major, rows x grid: the margin of each row at each value, its curve of individual expectation. */
  readonly curves: Float64Array;
};

/**
 * Partial dependence (Friedman 2001, section 8.2) and individual conditional expectation (Goldstein et al. 2015), by
 * brute force. Where features hang together it asks about customers who do not exist, such as one with many orders and
 * no visits; see accumulatedEffects. Association, not cause.
 * @param grid the values to set the feature to.
 * @throws RangeError without rows or values, or for a feature that `x` does not have.
 */
export async function partialDependence(
  predict: Predict,
  x: Matrix,
  {feature, grid}: {readonly feature: string; readonly grid: readonly number[]},
): Promise<PartialDependence> {
  if (x.rows === 0 || grid.length === 0)
    throw new RangeError(
      `partialDependence requires rows and values, got ${x.rows} rows and ${grid.length} values`,
    );
  const mean = new Float64Array(grid.length);
  const curves = new Float64Array(x.rows * grid.length);
  for (let g = 0; g < grid.length; g++) {
    const margins = await predict(withColumn(x, feature, () => grid[g]!));
    for (let i = 0; i < x.rows; i++) {
      curves[i * grid.length + g] = margins[i]!;
      mean[g]! += margins[i]! / x.rows;
    }
  }
  return {feature, grid: [...grid], mean, curves};
}

/** Curves that start from 0 at the first value: c-ICE, in which rows that answer differently part. */
export function centreCurves({curves, grid, ...rest}: PartialDependence): PartialDependence {
  const n = grid.length;
  const centred = curves.map((margin, k) => margin - curves[k - (k % n)]!);
  const rows = curves.length / n;
  const mean = new Float64Array(n);
  for (let k = 0; k < centred.length; k++) mean[k % n]! += centred[k]! / rows;
  return {...rest, grid, curves: centred, mean};
}

/** `x` with the feature set to what `value` gives for each row. @throws RangeError when `x` does not have it. */
export function withColumn(x: Matrix, feature: string, value: (row: number) => number): Matrix {
  const j = x.names.indexOf(feature);
  if (j < 0) throw new RangeError(`withColumn requires a feature of the table, got ${feature}`);
  const values = x.values.slice();
  for (let i = 0; i < x.rows; i++) values[j * x.rows + i] = value(i);
  return {...x, values};
}
