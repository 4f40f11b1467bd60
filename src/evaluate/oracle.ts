import type {CustomerTable} from "../data/customer-table.ts";
import {columnOf} from "../data/customer-table.ts";
import type {Cohort} from "../target/cohort.ts";
import {bayesAuc, bayesCeiling} from "./ceiling.ts";
import {lift} from "./lift.ts";
import {rocAuc} from "./metrics.ts";
import {rankRows} from "./ranking.ts";

/** What knowing the true probabilities would be worth; nobody knows them outside a simulation. */
export type Oracle = {
  readonly rows: number;
  /** Rows whose truth is not in the table. */
  readonly unknown: number;
  /** At capacity: expected of whoever ranks by the truth, and what that ranking reached with the outcomes that came. */
  readonly lift: {readonly expected: number; readonly reached: number};
  readonly auc: {readonly expected: number; readonly reached: number};
};

/**
 * The true probability of each cohort row, NaN where the table has none: that of its row of the customer and the day
 * of the cutoff.
 */
export function trueProbabilities(
  table: CustomerTable,
  column: string,
  {customer, cutoff, cutoffs}: Pick<Cohort, "customer" | "cutoff" | "cutoffs">,
): Float64Array {
  const values = columnOf(table, column);
  return Float64Array.from(customer, (c, i) => {
    for (let k = table.offsets[c]!; k < table.offsets[c + 1]!; k++)
      if (table.known[k] === cutoffs[cutoff[i]!]) return values[k]!;
    return Number.NaN;
  });
}

/**
 * How well the true probabilities rank: above any model in expectation, and still far below hindsight, since whoever is
 * likely to churn may stay. @returns undefined when the truth of no row is known, or these rows hold one class.
 * @throws RangeError when a probability is outside [0, 1].
 */
export function judgeOracle(
  truth: Float64Array,
  y: ArrayLike<number>,
  {capacity}: {readonly capacity: number},
): Oracle | undefined {
  const known = Int32Array.from(truth.keys()).filter(i => !Number.isNaN(truth[i]!));
  const probabilities = Float64Array.from(known, i => truth[i]!);
  const labels = Uint8Array.from(known, i => y[i]!);
  const churners = labels.reduce((sum, label) => sum + label, 0);
  if (churners === 0 || churners === labels.length) return undefined;
  return {
    rows: known.length,
    unknown: truth.length - known.length,
    lift: {
      expected: bayesCeiling(probabilities, {fraction: capacity}).lift,
      reached: lift(rankRows(probabilities, labels), {fraction: capacity}),
    },
    auc: {expected: bayesAuc(probabilities), reached: rocAuc(probabilities, labels)},
  };
}
