import {DataError} from "../data-error.ts";
import type {Matrix} from "../features/matrix.ts";

/** Buying until leaving as a ranking: the likelier no purchase in the horizon, the riskier. */
export type AliveRanking = {
  /** The feature with the probability of no purchase. */
  readonly column: string;
  /** Margin of a row without any purchase, whom the model does not know: the highest of the training rows. */
  readonly highest: number;
};

/** Probabilities are held this far from 0 and 1, so that margins are finite. */
const EDGE = 2 ** -52;

/**
 * @param column name of the feature with the probability of no purchase in the horizon.
 * @throws DataError when `x` has no such feature, or it is missing in all rows.
 */
export function fitAliveRanking(x: Matrix, {column}: {readonly column: string}): AliveRanking {
  let highest = Number.NEGATIVE_INFINITY;
  for (const value of valuesOf(x, column)) if (value > highest) highest = value;
  if (highest === Number.NEGATIVE_INFINITY)
    throw new DataError(
      `the model "alive" requires customers who have bought, got ${column} missing in all ${x.rows} rows; leave it out of models`,
    );
  return {column, highest: logOdds(highest)};
}

/** Log-odds of no purchase in the horizon, for each row. @throws DataError when `x` lacks the feature. */
export function applyAliveRanking({column, highest}: AliveRanking, x: Matrix): Float64Array {
  return valuesOf(x, column).map(value => (Number.isNaN(value) ? highest : logOdds(value)));
}

function logOdds(p: number): number {
  const held = Math.min(Math.max(p, EDGE), 1 - EDGE);
  return Math.log(held / (1 - held));
}

function valuesOf(x: Matrix, column: string): Float64Array {
  const j = x.names.indexOf(column);
  if (j < 0)
    throw new DataError(
      `the model "alive" requires the feature ${column}, got ${x.names.join(", ")}; fit it on the study's purchases`,
    );
  return x.values.subarray(j * x.rows, (j + 1) * x.rows);
}
