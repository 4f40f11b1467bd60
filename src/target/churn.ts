import {type Day, type EventLog, timesOf} from "../data/event-log.ts";
import {type Instant, instant, type Times, timesLike} from "../data/instant.ts";
import {DataError} from "../data-error.ts";
import type {ContractChurn} from "../study.ts";
import {contractReader, endOfTime, lapse, noContract, stepContract} from "./contract.ts";
import {type ChurnRule, type SilenceRule, silenceReader} from "./rule.ts";
import {contractPeriods, type SubscriptionRule} from "./subscriptions.ts";

/** In place of a day: the customer had not come back by the last observed day. */
export const NOT_BACK = -0x8000_0000;

/**
 * The churn days of every customer, instants of a log with times of day, ascending, one a spell: who churns and comes
 * back may churn again.
 * Customer c of the log owns the entries [offsets[c], offsets[c + 1]) of `day` and of `back`.
 */
export type ChurnDays = {
  readonly offsets: Int32Array;
  readonly day: Times;
  /** First time after the churn day that ends the spell, on E at the latest: a qualifying event, a payment, a new contract. */
  readonly back: Times;
  /** Last day of which the log says whether a customer churned on it; no later churn day is listed. */
  readonly knownUntil: Day;
  /** Customers with a qualifying event or a contract by E: who can churn at all. */
  readonly customers: number;
};

/**
 * Finds the churn days of a log. With times of day all of this is of instants, a day being 24 hours: "on the days
 * after" is within so many times 24 hours, both ends included, and only events of one instant are of "one day".
 * - Inactivity of d days, regularity with d the customer's own at p: p + d for a qualifying day p with none on
 *   p + 1 … p + d, known when p + d <= E.
 * - Contract: the day of an end event, or the first day not paid for, unless a start or renewal falls on one
 *   of the `graceDays` days after it; known when the last of those days is at most E. A payment on the very
 *   end of the paid time is a renewal. For events on one day see {@link stepContract}.
 * - Subscription: the end of time under contract, unless a contract starts on one of the `graceDays` days after it;
 *   known likewise.
 * @throws DataError when the log has no event of the type that the definition hangs on.
 */
export function churnDays(log: EventLog, rule: ChurnRule): ChurnDays {
  const {customers, lastDay} = log;
  const time = timesOf(log);
  const days: number[] = [];
  const backs: number[] = [];
  const ends = new Int32Array(customers.length + 1);
  const knownUntil = "graceDays" in rule ? lastDay - rule.graceDays : lastDay;
  const spells = spellsOf(log, time, rule);
  let seen = 0;
  for (let c = 0; c < customers.length; c++) {
    const any = spells(c, (day, back) => {
      if (day >= knownUntil + 1) return;
      days.push(day);
      backs.push(back >= lastDay + 1 ? NOT_BACK : back);
    });
    if (any) seen += 1;
    ends[c + 1] = days.length;
  }
  return {
    offsets: ends,
    day: timesLike(time, days.length, i => days[i]!),
    back: timesLike(time, backs.length, i => backs[i]!),
    knownUntil,
    customers: seen,
  };
}

/**
 * Gives the churn days of a customer in ascending order, each with the day of coming back, Infinity when there is
 * none. @returns whether the customer had anything to churn from by E.
 */
type Spells = (customer: number, emit: (day: Instant, back: Instant) => void) => boolean;

function spellsOf(log: EventLog, time: Times, rule: ChurnRule): Spells {
  switch (rule.kind) {
    case "inactivity":
    case "regularity":
      return silenceSpells(log, time, rule);
    case "contract":
      return contractSpells(log, time, rule);
    case "subscription":
      return subscriptionSpells(log, rule);
  }
}

function silenceSpells({offsets, type, types, lastDay}: EventLog, time: Times, rule: SilenceRule): Spells {
  const code = typeCode({types}, rule.of, "churn.of");
  const reader = silenceReader(rule);
  return (c, emit) => {
    const allowed = reader();
    let until = Number.NEGATIVE_INFINITY;
    for (let i = offsets[c]!; i < offsets[c + 1]! && time[i]! < lastDay + 1; i++) {
      if (type[i] !== code) continue;
      if (Number.isFinite(until) && time[i]! > until) emit(until, time[i]!);
      until = instant(time[i]! + allowed(time[i]!));
    }
    if (!Number.isFinite(until)) return false;
    emit(until, Number.POSITIVE_INFINITY);
    return true;
  };
}

function contractSpells(log: EventLog, time: Times, churn: ContractChurn): Spells {
  const {offsets, lastDay} = log;
  const read = contractReader(log, churn);
  return (c, emit) => {
    const standing = noContract();
    const to = offsets[c + 1]!;
    let any = false;
    for (let i = offsets[c]!, next = i; i < to && time[i]! < lastDay + 1; i = next) {
      next = endOfTime(time, i, to);
      const events = read(i, next);
      any ||= events.start || events.renew;
      const churned = stepContract(standing, time[i]!, events, churn);
      if (churned !== undefined) emit(churned, time[i]!);
    }
    lapse(standing, Number.POSITIVE_INFINITY);
    if (Number.isFinite(standing.ended)) emit(standing.ended, Number.POSITIVE_INFINITY);
    return any;
  };
}

function subscriptionSpells({lastDay}: EventLog, rule: SubscriptionRule): Spells {
  return (c, emit) => {
    const {start, end} = contractPeriods(rule.subscriptions, c);
    for (let i = 0; i < start.length && start[i]! <= lastDay; i++) {
      const next = start[i + 1] ?? Number.POSITIVE_INFINITY;
      if (next > end[i]! + rule.graceDays) emit(end[i]!, next);
    }
    return start.length > 0 && start[0]! <= lastDay;
  };
}

/** Index of an event type. @throws DataError when the log has none of it. */
export function typeCode({types}: Pick<EventLog, "types">, type: string, field: string): number {
  const code = types.indexOf(type);
  if (code < 0)
    throw new DataError(
      `${field} requires an event type of the log, got ${JSON.stringify(type)}; ` +
        `the log has ${types.join(", ") || "no event"}`,
    );
  return code;
}
