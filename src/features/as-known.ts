import type {EventLog} from "../data/event-log.ts";
import {knownBefore, unsettledAt} from "../data/known.ts";
import type {Cohort} from "../target/cohort.ts";
import type {Matrix} from "./matrix.ts";

/** Computes features of the rows of a cohort from the events of a log before each cutoff. */
export type Compute = (log: EventLog, cohort: Cohort) => Matrix;

/**
 * What `compute` gives for every row from the log as it was known before the row's cutoff: rows of whose customer
 * another thing was known then than the log says are computed again from that.
 */
export function asKnown(log: EventLog, cohort: Cohort, compute: Compute): Matrix {
  if (!log.known && !log.superseded) return compute(log, cohort);
  const x = compute(settled(log), cohort);
  for (const [k, customers] of unsettledAt(log, cohort.cutoffs).entries()) {
    const concerned = new Set(customers);
    const rows = [...cohort.cutoff.keys()].filter(
      i => cohort.cutoff[i] === k && concerned.has(cohort.customer[i]!),
    );
    if (rows.length === 0) continue;
    const before = knownBefore(log, cohort.cutoffs[k]!, {only: customers});
    const then = compute(settled(before), rowsOf(cohort, rows));
    for (let j = 0; j < x.names.length; j++)
      rows.forEach((row, i) => {
        x.values[j * x.rows + row] = then.values[j * rows.length + i]!;
      });
  }
  return x;
}

/** A log all of whose entries count as known when they happened. */
const settled = ({known: _, superseded: __, ...log}: EventLog): EventLog => log;

function rowsOf({cutoffs, customer, cutoff, recency, tenure}: Cohort, rows: readonly number[]): Cohort {
  const take = (from: Int32Array) => Int32Array.from(rows, i => from[i]!);
  return {
    ...{cutoffs, rows: rows.length, customer: take(customer), cutoff: take(cutoff)},
    ...{recency: take(recency), tenure: take(tenure)},
  };
}
