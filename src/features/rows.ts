import {DAY_MILLISECONDS} from "../data/instant.ts";
import type {Cohort} from "../target/cohort.ts";
import type {Unit} from "./rollup.ts";

/** What features are asked of: rows of a cohort, grouped by customer. */
export type Rows = {
  readonly rows: number;
  /** Customer c has the rows order[starts[c]] … order[starts[c + 1] - 1], by ascending cutoff. */
  readonly starts: Int32Array;
  /** Absent when the rows stand in that order themselves. */
  readonly order?: Int32Array | undefined;
  /** Index into `cutoffs`, by row. */
  readonly cutoff: Int32Array;
  /** In units. */
  readonly cutoffs: Float64Array;
};

/** Rows of a cohort by customer; `customers` is the number of them. */
export function rowsOfCohort(
  {rows, customer, cutoff, cutoffs}: Pick<Cohort, "rows" | "customer" | "cutoff" | "cutoffs">,
  {customers, unit}: {readonly customers: number; readonly unit: Unit},
): Rows {
  const starts = new Int32Array(customers + 1);
  let inOrder = true;
  for (let i = 0; i < rows; i++) {
    starts[customer[i]! + 1]! += 1;
    if (i > 0)
      inOrder &&=
        customer[i - 1]! < customer[i]! || (customer[i - 1] === customer[i] && cutoff[i - 1]! <= cutoff[i]!);
  }
  for (let c = 0; c < customers; c++) starts[c + 1]! += starts[c]!;
  const units = Float64Array.from(cutoffs, t => Math.round(t * unit));
  const found = {rows, starts, cutoff, cutoffs: units};
  if (inOrder) return found;
  const order = new Int32Array(rows);
  const next = starts.slice();
  for (let i = 0; i < rows; i++) order[next[customer[i]!]!++] = i;
  for (let c = 0; c < customers; c++) sortByCutoff(order.subarray(starts[c]!, starts[c + 1]!), cutoff);
  return {...found, order};
}

/** Sorts the rows of one customer by cutoff, where they are not. */
function sortByCutoff(order: Int32Array, cutoff: Int32Array): void {
  for (let k = 1; k < order.length; k++)
    if (cutoff[order[k - 1]!]! > cutoff[order[k]!]!) {
      order.sort((a, b) => cutoff[a]! - cutoff[b]! || a - b);
      return;
    }
}

/** Days where every cutoff is one at 00:00, else milliseconds. */
export const unitOf = (cutoffs: readonly number[]): Unit =>
  cutoffs.every(Number.isInteger) ? 1 : DAY_MILLISECONDS;
