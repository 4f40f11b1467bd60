import type {Day} from "../data/event-log.ts";
import type {SubscriptionChurn} from "../study.ts";

/** End of a contract that has none. */
export const OPEN_END = 0x7fff_ffff;

/** Contracts, one entry a contract, sorted by customer, then by start. */
export type Subscriptions = {
  /** Index into the log's customers. */
  readonly customer: Int32Array;
  /** First day. */
  readonly start: Int32Array;
  /** The day it ends, which is the churn day if nothing follows, at or after `start`; {@link OPEN_END} without one. */
  readonly end: Int32Array;
};

/** Churn by subscriptions with the table that it reads. */
export type SubscriptionRule = SubscriptionChurn & {readonly subscriptions: Subscriptions};

/**
 * The time under contract of each customer: ascending periods, a day or more between them. Customer c owns the
 * entries [offsets[c], offsets[c + 1]).
 */
export type Periods = {
  readonly offsets: Int32Array;
  readonly start: readonly Day[];
  readonly end: readonly Day[];
};

/**
 * Merges contracts that overlap or follow each other without a whole day between: a change of plan ends nothing.
 * So it does not matter whether a table gives the last day of a contract or the first day after it.
 * @param customers how many the log has.
 * @throws RangeError when the contracts are not sorted, or one ends before it starts.
 */
export function contractPeriods({customer, start, end}: Subscriptions, customers: number): Periods {
  const offsets = new Int32Array(customers + 1);
  const [starts, ends]: [Day[], Day[]] = [[], []];
  for (let i = 0, c = 0; c < customers; c++) {
    const first = ends.length;
    for (; i < customer.length && customer[i] === c; i++) {
      checkContract(start[i]!, end[i]!, i > 0 && customer[i - 1] === c ? start[i - 1]! : start[i]!);
      if (ends.length > first && start[i]! <= ends.at(-1)! + 1)
        ends[ends.length - 1] = Math.max(ends.at(-1)!, end[i]!);
      else {
        starts.push(start[i]!);
        ends.push(end[i]!);
      }
    }
    offsets[c + 1] = ends.length;
    if (c + 1 === customers && i < customer.length)
      throw new RangeError(
        `contractPeriods requires contracts sorted by customer of the log, got customer ${customer[i]} at ${i}`,
      );
  }
  return {offsets, start: starts, end: ends};
}

function checkContract(start: Day, end: Day, before: Day): void {
  if (end < start)
    throw new RangeError(
      `contractPeriods requires a contract to end after its start, got ${start} to ${end}`,
    );
  if (start < before)
    throw new RangeError(
      `contractPeriods requires contracts sorted by start, got a start on ${start} after one on ${before}`,
    );
}
