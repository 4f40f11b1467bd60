import type {Day} from "../data/event-log.ts";
import type {Instant} from "../data/instant.ts";
import {NEVER, type Subscriptions} from "../data/subscriptions.ts";
import type {SubscriptionChurn} from "../study.ts";

/** Churn by subscriptions with the table that it reads. */
export type SubscriptionRule = SubscriptionChurn & {readonly subscriptions: Subscriptions};

/** The time under contract of a customer: ascending periods, a whole day or more between them. */
export type Periods = {
  readonly start: readonly Day[];
  /** Day after which nothing is covered; the churn day if nothing follows. */
  readonly end: readonly Day[];
};

/**
 * Periods of customer c by the contracts that are valid in the end, or, with a cutoff t, by the versions of contracts
 * that were known before t; where only the day is known on which one became known, not before the end of it. Contracts that overlap or follow each other without a whole day between are one: a change
 * of plan ends nothing, and it does not matter whether a table gives the last day or the first day after it.
 */
export function contractPeriods(
  {offsets, start, end, known, until}: Subscriptions,
  c: number,
  {at}: {readonly at?: Instant} = {},
): Periods {
  const [starts, ends]: [Day[], Day[]] = [[], []];
  const asked = at === undefined || known instanceof Float64Array ? at : Math.floor(at);
  for (let i = offsets[c]!; i < offsets[c + 1]!; i++) {
    const seen = asked === undefined ? until[i] === NEVER : known[i]! < asked && until[i]! >= asked;
    if (!seen) continue;
    if (ends.length > 0 && start[i]! <= ends.at(-1)! + 1)
      ends[ends.length - 1] = Math.max(ends.at(-1)!, end[i]!);
    else {
      starts.push(start[i]!);
      ends.push(end[i]!);
    }
  }
  return {start: starts, end: ends};
}
