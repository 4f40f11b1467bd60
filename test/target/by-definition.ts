import {addSpan} from "../../src/data/calendar.ts";
import type {Day, EventRow} from "../../src/data/event-log.ts";
import type {ContractChurn, InactivityChurn, Span} from "../../src/study.ts";
import type {RegularityRule} from "../../src/target/regularity.ts";
import {studentQuantile} from "../../src/target/student.ts";

/** Definitions that read one customer's events and nothing else. */
export type EventRule = ContractChurn | InactivityChurn | RegularityRule;

/** The definitions of churn and cohort, executed day by day on the events of one customer. */
export function churnDaysByDefinition(events: readonly EventRow[], churn: EventRule, lastDay: Day): Day[] {
  const days = range(0, lastDay);
  return churn.kind === "contract"
    ? days.filter(c => endsOn(events, churn, c) && c + churn.graceDays <= lastDay)
    : days.filter(c => churnsBySilence(events, churn, c));
}

export function activeByDefinition(events: readonly EventRow[], churn: EventRule, t: Day): boolean {
  const seen = events.filter(({day}) => day < t);
  if (churn.kind === "contract") return runsInto(seen, churn, t);
  const days = seen.filter(({type}) => type === churn.of).map(({day}) => day);
  return days.length > 0 && Math.max(...days) >= t - allowedByDefinition(seen, churn, Math.max(...days));
}

function churnsBySilence(
  events: readonly EventRow[],
  churn: InactivityChurn | RegularityRule,
  c: Day,
): boolean {
  const has = (day: Day): boolean => events.some(event => event.type === churn.of && event.day === day);
  return events.some(
    ({day: p, type}) =>
      type === churn.of && p + allowedByDefinition(events, churn, p) === c && !range(p + 1, c).some(has),
  );
}

/** The days of silence allowed after day p: for regularity from the gaps between the days up to p, all at once. */
export function allowedByDefinition(
  events: readonly EventRow[],
  churn: InactivityChurn | RegularityRule,
  p: Day,
): number {
  if (churn.kind === "inactivity") return churn.days;
  const days = [...new Set(events.filter(e => e.type === churn.of && e.day <= p).map(({day}) => day))].sort(
    (a, b) => a - b,
  );
  const gaps = days.slice(1).map((day, i) => Math.log(day - days[i]!));
  const n = gaps.length;
  const mean = n === 0 ? 0 : gaps.reduce((a, b) => a + b, 0) / n;
  const {mean: m0, meanWeight: k0, shape: a0, scale: b0} = churn.population;
  const kn = k0 + n;
  const an = a0 + n / 2;
  const squares = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0);
  const bn = b0 + 0.5 * squares + (0.5 * k0 * n * (mean - m0) ** 2) / kn;
  const location = (k0 * m0 + n * mean) / kn;
  const next = location + quantileOf(churn.quantile, 2 * an) * Math.sqrt((bn * (kn + 1)) / (an * kn));
  return Math.min(churn.mostDays, Math.max(churn.leastDays, Math.ceil(Math.exp(next) - 1e-6)));
}

const quantiles = new Map<string, number>();

function quantileOf(p: number, degrees: number): number {
  const known = quantiles.get(`${p} ${degrees}`) ?? studentQuantile(p, degrees);
  quantiles.set(`${p} ${degrees}`, known);
  return known;
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
