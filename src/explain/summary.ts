import {meanRanks, spearman} from "../evaluate/spearman.ts";
import type {Matrix} from "../features/matrix.ts";
import type {Explanation} from "./explain-rows.ts";

/** What one feature does to the margins of some rows. */
export type FeatureSummary = {
  readonly feature: string;
  /** Mean absolute Shapley value, in units of the margin. */
  readonly meanAbsolute: number;
  /**
   * Spearman's rank correlation of the feature and its Shapley values over the rows where it is known; above 0 when
   * more of it goes with a riskier score. 0 for a category, which has no order.
   */
  readonly correlation: number;
};

/** Of the rows, those whose Shapley value of a feature lies in [low, high); the last step holds `high` too. */
export type StripCell = {
  readonly low: number;
  readonly high: number;
  readonly rows: number;
  /** Mean rank of the feature's value among all rows, in [0, 1], ties at their mean; null where it tells nothing. */
  readonly level: number | null;
};

/**
 * Sums up the Shapley values of rows by feature. The values are those of features of the study: columns that were made
 * of one have been added up with their signs before the absolute value is taken, else parts that cancel would count
 * twice.
 * @param x the rows that were explained.
 * @returns by mean absolute value, descending; of equals the first in the order of `x`.
 */
export function summariseExplanation(explanation: Explanation, x: Matrix): FeatureSummary[] {
  requireSameRows("summariseExplanation", explanation, x);
  return x.names
    .map((feature, j) => {
      const values = valuesOf(explanation, j);
      const meanAbsolute = values.reduce((sum, value) => sum + Math.abs(value), 0) / Math.max(1, x.rows);
      const correlation = x.categories?.[feature] ? 0 : spearman(columnOf(x, j), values);
      return {feature, meanAbsolute, correlation};
    })
    .sort((a, b) => b.meanAbsolute - a.meanAbsolute);
}

/**
 * The Shapley values of one feature in steps of equal width, for a strip of a chart; steps without rows are left out.
 * @param range lower and upper end of all steps; the values must lie in it.
 * @throws RangeError when a value does not.
 */
export function stripOf(
  explanation: Explanation,
  x: Matrix,
  {
    feature,
    range: [low, high],
    steps,
  }: {
    readonly feature: string;
    readonly range: readonly [number, number];
    readonly steps: number;
  },
): StripCell[] {
  requireSameRows("stripOf", explanation, x);
  const j = x.names.indexOf(feature);
  const values = valuesOf(explanation, j);
  const width = (high - low) / steps;
  const ranks = x.categories?.[feature] ? new Float64Array(x.rows).fill(Number.NaN) : ranksOf(columnOf(x, j));
  const cells = Array.from({length: steps}, () => ({rows: 0, known: 0, sum: 0}));
  values.forEach((value, i) => {
    if (!(value >= low && value <= high))
      throw new RangeError(`stripOf requires values in [${low}, ${high}], got ${value}`);
    const cell = cells[Math.min(steps - 1, width > 0 ? Math.floor((value - low) / width) : 0)]!;
    cell.rows += 1;
    if (Number.isNaN(ranks[i]!)) return;
    cell.known += 1;
    cell.sum += ranks[i]!;
  });
  return cells.flatMap(({rows, known, sum}, k) =>
    rows === 0
      ? []
      : [{low: low + k * width, high: low + (k + 1) * width, rows, level: known === 0 ? null : sum / known}],
  );
}

/** The Shapley values of feature j, one a row. */
const valuesOf = ({values, rows, names}: Explanation, j: number): Float64Array =>
  Float64Array.from({length: rows}, (_, i) => values[i * names.length + j]!);

const columnOf = (x: Matrix, j: number): Float64Array => x.values.subarray(j * x.rows, (j + 1) * x.rows);

/** Ranks of the known values scaled to [0, 1], ties at their mean; NaN where missing, and where all are equal. */
function ranksOf(column: Float64Array): Float64Array {
  const known = Int32Array.from(column.keys()).filter(i => !Number.isNaN(column[i]!));
  const out = new Float64Array(column.length).fill(Number.NaN);
  if (known.every(i => column[i] === column[known[0]!])) return out;
  meanRanks(known.length, k => column[known[k]!]!).forEach((rank, k) => {
    out[known[k]!] = rank / (known.length - 1);
  });
  return out;
}

function requireSameRows(caller: string, {names, rows}: Explanation, x: Matrix): void {
  if (rows !== x.rows || names.some((name, j) => x.names[j] !== name))
    throw new RangeError(`${caller} requires the rows that were explained, got ${x.rows} for ${rows}`);
}
