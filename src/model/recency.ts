import {DataError} from "../data-error.ts";
import type {Matrix} from "../features/matrix.ts";

/** The rule that a business would use without a model: the longer since the last activity, the riskier. */
export type Recency = {
  /** The feature with the days since the last activity. */
  readonly column: string;
  /**
   * Margin of a row without any activity, in days: one more than the longest of the training rows. Longer
   * recencies are held at it, so that none stands above "never".
   */
  readonly longest: number;
};

/**
 * @param column name of the feature with the days since the last activity.
 * @throws DataError when `x` has no such feature.
 */
export function fitRecency(x: Matrix, {column}: {readonly column: string}): Recency {
  const values = valuesOf(x, column);
  let longest = 0;
  for (const value of values) if (value > longest) longest = value;
  return {column, longest: longest + 1};
}

/** Days since the last activity, for each row. @throws DataError when `x` lacks the feature. */
export function applyRecency({column, longest}: Recency, x: Matrix): Float64Array {
  return valuesOf(x, column).map(value => (Number.isNaN(value) ? longest : Math.min(value, longest)));
}

function valuesOf(x: Matrix, column: string): Float64Array {
  const j = x.names.indexOf(column);
  if (j < 0)
    throw new DataError(
      `the recency heuristic requires the feature ${column}, got ${x.names.join(", ")}; ` +
        'declare a feature with measure "recency" of the study\'s activity',
    );
  return x.values.subarray(j * x.rows, (j + 1) * x.rows);
}
