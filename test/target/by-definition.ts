import {addSpan} from "../../src/data/calendar.ts";
import type {EventRow} from "../../src/data/event-log.ts";
import {DAY_MILLISECONDS, type Instant, instantOf} from "../../src/data/instant.ts";
import type {ContractChurn, InactivityChurn, Span} from "../../src/study.ts";
import type {RegularityRule} from "../../src/target/regularity.ts";
import {studentQuantile} from "../../src/target/student.ts";

/** Definitions of churn that read one customer's events and nothing else. */
export type EventRule = ContractChurn | InactivityChurn | RegularityRule;

/** An event on the grid of a clock: `at` is a whole number of ticks since 1970. */
type Event = {readonly at: number; readonly type: string};

/** The definitions of churn and cohort, executed tick by tick on the events of one customer. */
export type Definitions = {
  readonly churnDays: (events: readonly EventRow[], churn: EventRule, lastDay: number) => Instant[];
  readonly active: (events: readonly EventRow[], churn: EventRule, t: Instant) => boolean;
  /** The days of silence allowed after p: for regularity from the gaps between the days up to p, all at once. */
  readonly allowed: (
    events: readonly EventRow[],
    churn: InactivityChurn | RegularityRule,
    p: Instant,
  ) => number;
  /** A time in ticks, and back. */
  readonly ticks: (t: Instant) => number;
  readonly time: (ticks: number) => Instant;
};

/** @param perDay ticks of a day, all events and cutoffs being on one: 1 for a log of days. */
export function definitionsOn(perDay: number): Definitions {
  const ticks = (t: Instant): number => Math.round(t * perDay);
  const time = (tick: number): Instant =>
    instantOf(Math.floor(tick / perDay), mod(tick, perDay) * (DAY_MILLISECONDS / perDay));
  const later = (tick: number, span: Span): number => ticks(addSpan(time(tick), span));
  const onGrid = (rows: readonly EventRow[]): Event[] =>
    rows.map(({day, timeOfDay = 0, type}) => ({at: ticks(instantOf(day, timeOfDay)), type}));

  function churnsBySilence(events: readonly Event[], churn: InactivityChurn | RegularityRule, c: number) {
    const has = (tick: number): boolean => events.some(({at, type}) => type === churn.of && at === tick);
    return events.some(
      ({at: p, type}) =>
        type === churn.of && p + allowed(events, churn, p) * perDay === c && !range(p + 1, c).some(has),
    );
  }

  function allowed(events: readonly Event[], churn: InactivityChurn | RegularityRule, p: number): number {
    if (churn.kind === "inactivity") return churn.days;
    const seen = events.filter(({type, at}) => type === churn.of && at <= p);
    const days = [...new Set(seen.map(({at}) => Math.floor(at / perDay)))].sort((a, b) => a - b);
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

  /** Whether a contract ends at c, and no start or renewal follows in the grace days after it. */
  function endsOn(events: readonly Event[], churn: ContractChurn, c: number): boolean {
    const before = events.filter(({at}) => at < c);
    const running = runsInto(before, churn, c);
    const {start, renew, end} = on(events, churn, c);
    const begins = !running && (start || renew);
    const switches = running && start;
    const lapses = running && paidThrough(before, churn) === c && !start && !renew;
    const over = lapses || ((running || begins) && end && !switches);
    return over && !range(c + 1, c + churn.graceDays * perDay).some(tick => pays(events, churn, tick));
  }

  /** Whether a contract that `events`, all before t, show is running when t begins, in its paid time. */
  function runsInto(events: readonly Event[], churn: ContractChurn, t: number): boolean {
    const paid = events.filter(({type}) => type === churn.start || type === churn.renew).map(({at}) => at);
    if (paid.length === 0) return false;
    const lastPaid = Math.max(...paid);
    if (paidThrough(events, churn) < t) return false;
    const ends = events.filter(({at, type}) => type === churn.end && at >= lastPaid).map(({at}) => at);
    if (ends.some(at => at > lastPaid)) return false;
    if (ends.length === 0) return true;
    // An end at the time of the last payment: only a start of a customer who was running outlives it.
    const before = events.filter(({at}) => at < lastPaid);
    return on(events, churn, lastPaid).start && runsInto(before, churn, lastPaid);
  }

  /** The first tick that the payments of `events` do not cover: a renewal in paid time adds to it. */
  function paidThrough(events: readonly Event[], churn: ContractChurn): number {
    if (!churn.term) return Number.POSITIVE_INFINITY;
    const last = Math.max(...events.filter(({at}) => pays(events, churn, at)).map(({at}) => at));
    const before = events.filter(({at}) => at < last);
    const adds = !on(events, churn, last).start && runsInto(before, churn, last);
    return later(adds ? paidThrough(before, churn) : last, churn.term);
  }

  return {
    churnDays: (rows, churn, lastDay) => {
      const events = onGrid(rows);
      const end = (lastDay + 1) * perDay;
      const all = range(0, end - 1);
      const found =
        churn.kind === "contract"
          ? all.filter(c => endsOn(events, churn, c) && c + churn.graceDays * perDay < end)
          : all.filter(c => churnsBySilence(events, churn, c));
      return found.map(time);
    },
    active: (rows, churn, t) => {
      const seen = onGrid(rows).filter(({at}) => at < ticks(t));
      if (churn.kind === "contract") return runsInto(seen, churn, ticks(t));
      const times = seen.filter(({type}) => type === churn.of).map(({at}) => at);
      const last = Math.max(...times);
      return times.length > 0 && last >= ticks(t) - allowed(seen, churn, last) * perDay;
    },
    allowed: (rows, churn, p) => allowed(onGrid(rows), churn, ticks(p)),
    ticks,
    time,
  };
}

const mod = (a: number, b: number): number => ((a % b) + b) % b;

const quantiles = new Map<string, number>();

function quantileOf(p: number, degrees: number): number {
  const known = quantiles.get(`${p} ${degrees}`) ?? studentQuantile(p, degrees);
  quantiles.set(`${p} ${degrees}`, known);
  return known;
}

function on(
  events: readonly Event[],
  {start, renew, end}: ContractChurn,
  tick: number,
): Record<"start" | "renew" | "end", boolean> {
  const has = (name: string): boolean => events.some(({at, type}) => at === tick && type === name);
  return {start: has(start), renew: has(renew), end: has(end)};
}

function pays(events: readonly Event[], churn: ContractChurn, tick: number): boolean {
  const {start, renew} = on(events, churn, tick);
  return start || renew;
}

/** The whole numbers from `first` to `last`, both included. */
export const range = (first: number, last: number): number[] =>
  Array.from({length: Math.max(0, last - first + 1)}, (_, i) => first + i);
