import {addSpan} from "../data/calendar.ts";
import type {EventLog} from "../data/event-log.ts";
import {type Instant, instant, type Times} from "../data/instant.ts";
import {DataError} from "../data-error.ts";
import type {ContractChurn} from "../study.ts";

/**
 * Where a customer's contract stands after the events of a day, or of an instant in a log with times of day;
 * {@link stepContract} moves it on.
 */
export type Standing = {
  running: boolean;
  /** First day not paid for, while running; Infinity without a term. */
  paidUntil: Instant;
  /** Day of an end that a start or renewal may still undo; -Infinity when there is none. */
  ended: Instant;
};

/** The contract events of one customer on one day, or at one instant. */
export type ContractEvents = {readonly start: boolean; readonly renew: boolean; readonly end: boolean};

/** A customer that the log has not shown a contract of yet. */
export const noContract = (): Standing => ({
  running: false,
  paidUntil: Number.NEGATIVE_INFINITY,
  ended: Number.NEGATIVE_INFINITY,
});

/**
 * Moves `standing` over the events of `day`; days come in ascending order. A day has no clock, so the order
 * within it is: renewals, then the end, then a start; but a start with nothing running comes first. Hence a
 * contract renewed and cancelled on one day is cancelled, one cancelled and started again on one day has
 * changed hands and runs on, and one started and cancelled on one day is over. With times of day the clock gives the
 * order, and this one is that of events at one instant.
 * A renewal in paid time adds its term to the end of it; a start pays from its own day.
 * A renewal with nothing running starts a contract; an end with nothing running means nothing.
 * @returns the churn day of an end that `day` comes too late to undo, if there is one.
 */
export function stepContract(
  standing: Standing,
  day: Instant,
  {start, renew, end}: ContractEvents,
  {graceDays, term}: ContractChurn,
): Instant | undefined {
  let churned: Instant | undefined;
  lapse(standing, day);
  const ran = standing.running;
  const pay = (): void => {
    if (standing.ended > Number.NEGATIVE_INFINITY && day > instant(standing.ended + graceDays))
      churned = standing.ended;
    standing.running = true;
    const from = ran && !start ? standing.paidUntil : day;
    standing.paidUntil = term ? addSpan(from, term) : Number.POSITIVE_INFINITY;
    standing.ended = Number.NEGATIVE_INFINITY;
  };
  if (start || renew) pay();
  if (end && standing.running && !(start && ran)) {
    standing.running = false;
    standing.ended = day;
  }
  return churned;
}

/** Ends a contract whose paid time is over before `day`. A payment on the very end day, or instant, is in time. */
export function lapse(standing: Standing, day: Instant): void {
  if (!standing.running || standing.paidUntil >= day) return;
  standing.running = false;
  standing.ended = standing.paidUntil;
}

/** Reads the contract events of the entries [from, to) of a log, all of one customer and day, or instant. */
export type ContractReader = (from: number, to: number) => ContractEvents;

/** @throws DataError when the log has neither a start nor a renewal. */
export function contractReader(log: EventLog, {start, renew, end}: ContractChurn): ContractReader {
  const {type, types} = log;
  const [s, r, e] = [types.indexOf(start), types.indexOf(renew), types.indexOf(end)];
  if (s < 0 && r < 0)
    throw new DataError(
      `churn requires events of type ${JSON.stringify(start)} or ${JSON.stringify(renew)}, got only ` +
        `${types.join(", ") || "none"}; correct churn.start and churn.renew in the study`,
    );
  return (from, to) => {
    const events = {start: false, renew: false, end: false};
    for (let i = from; i < to; i++) {
      const code = type[i]!;
      if (code === s) events.start = true;
      if (code === r) events.renew = true;
      if (code === e) events.end = true;
    }
    return events;
  };
}

/** Index one past the entries, from `from`, that share its time; `to` ends the customer. */
export function endOfTime(time: Times, from: number, to: number): number {
  let i = from + 1;
  while (i < to && time[i] === time[from]) i++;
  return i;
}
