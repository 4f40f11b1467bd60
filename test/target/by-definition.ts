import {addSpan} from "../../src/data/calendar.ts";
import type {Day, EventRow} from "../../src/data/event-log.ts";
import type {Churn, ContractChurn, InactivityChurn, Span} from "../../src/study.ts";

/** The definitions of churn and cohort, executed day by day on the events of one customer. */
export function churnDaysByDefinition(events: readonly EventRow[], churn: Churn, lastDay: Day): Day[] {
  const days = range(0, lastDay);
  return churn.kind === "inactivity"
    ? days.filter(c => churnsByInactivity(events, churn, c))
    : days.filter(c => endsOn(events, churn, c) && c + churn.graceDays <= lastDay);
}

export function activeByDefinition(events: readonly EventRow[], churn: Churn, t: Day): boolean {
  const seen = events.filter(({day}) => day < t);
  return churn.kind === "inactivity"
    ? seen.some(({day, type}) => type === churn.of && day >= t - churn.days)
    : runsInto(seen, churn, t);
}

function churnsByInactivity(events: readonly EventRow[], {days, of}: InactivityChurn, c: Day): boolean {
  const has = (day: Day): boolean => events.some(event => event.type === of && event.day === day);
  return has(c - days) && !range(c - days + 1, c).some(has);
}

/** Whether a contract ends on day c, and no start or renewal follows on the grace days after it. */
function endsOn(events: readonly EventRow[], churn: ContractChurn, c: Day): boolean {
  const running = runsInto(
    events.filter(({day}) => day < c),
    churn,
    c,
  );
  const {start, renew, end} = on(events, churn, c);
  const begins = !running && (start || renew);
  const switches = running && start;
  const lapses = running && paidUntil(events, churn, c) === c && !start && !renew;
  const over = lapses || ((running || begins) && end && !switches);
  return over && !range(c + 1, c + churn.graceDays).some(day => pays(events, churn, day));
}

/** Whether a contract that `events`, all before t, show is running when t begins, in its paid time. */
function runsInto(events: readonly EventRow[], churn: ContractChurn, t: Day): boolean {
  const paid = events.filter(({type}) => type === churn.start || type === churn.renew).map(({day}) => day);
  if (paid.length === 0) return false;
  const lastPaid = Math.max(...paid);
  if (paidThrough(events, churn) < t) return false;
  const ends = events.filter(({day, type}) => type === churn.end && day >= lastPaid).map(({day}) => day);
  if (ends.some(day => day > lastPaid)) return false;
  if (ends.length === 0) return true;
  // An end on the day of the last payment: only a start of a customer who was running outlives it.
  const before = events.filter(({day}) => day < lastPaid);
  return on(events, churn, lastPaid).start && runsInto(before, churn, lastPaid);
}

function paidUntil(events: readonly EventRow[], churn: ContractChurn, c: Day): Day {
  return paidThrough(
    events.filter(({day}) => day < c),
    churn,
  );
}

/** The first day that the payments of `events` do not cover: a renewal in paid time adds to it. */
function paidThrough(events: readonly EventRow[], churn: ContractChurn): Day {
  if (!churn.term) return Number.POSITIVE_INFINITY;
  const last = Math.max(...events.filter(({day}) => pays(events, churn, day)).map(({day}) => day));
  const before = events.filter(({day}) => day < last);
  const adds = !on(events, churn, last).start && runsInto(before, churn, last);
  return addSpan(adds ? paidThrough(before, churn) : last, churn.term as Span);
}

function on(
  events: readonly EventRow[],
  {start, renew, end}: ContractChurn,
  day: Day,
): Record<"start" | "renew" | "end", boolean> {
  const has = (type: string): boolean => events.some(event => event.day === day && event.type === type);
  return {start: has(start), renew: has(renew), end: has(end)};
}

function pays(events: readonly EventRow[], churn: ContractChurn, day: Day): boolean {
  const {start, renew} = on(events, churn, day);
  return start || renew;
}

/** The whole numbers from `first` to `last`, both included. */
export const range = (first: number, last: number): number[] =>
  Array.from({length: Math.max(0, last - first + 1)}, (_, i) => first + i);
