import {type EventLog, timesOf} from "../data/event-log.ts";
import {daysBetween, type Instant, instant, type Times} from "../data/instant.ts";
import {knownBefore, unsettledAt} from "../data/known.ts";
import type {ContractChurn} from "../study.ts";
import {typeCode} from "./churn.ts";
import {contractReader, endOfTime, noContract, stepContract} from "./contract.ts";
import type {Moments} from "./cutoffs.ts";
import {type ChurnRule, type SilenceRule, silenceReader} from "./rule.ts";
import {contractPeriods, type SubscriptionRule} from "./subscriptions.ts";

/**
 * Who is active at which cutoff: one row a customer and cutoff, ordered by cutoff, then customer.
 * Everything in it was known before the cutoff.
 */
export type Cohort = {
  /** Cutoffs, ascending: 00:00 of days, or instants. */
  readonly cutoffs: readonly Instant[];
  readonly rows: number;
  /** Index into the log's customers. */
  readonly customer: Int32Array;
  /** Index into `cutoffs`. */
  readonly cutoff: Int32Array;
  /**
   * Days from the last `activity` event before the cutoff to the cutoff, a part of a day counting as one, so at least
   * 1; -1 when there is none.
   */
  readonly recency: Int32Array;
  /** Days from the customer's first event of any type, or first contract, to the cutoff, counted likewise. */
  readonly tenure: Int32Array;
};

export type CohortOptions = {
  readonly churn: ChurnRule;
  /** Ascending, each once. */
  readonly cutoffs: readonly Instant[];
  /** The cutoffs of each customer; every cutoff is everybody's when absent. */
  readonly moments?: Moments | undefined;
  /** Event type that recency is counted from. */
  readonly activity: string;
  /** Customers with a shorter tenure at a cutoff are left out. */
  readonly minimumTenureDays?: number;
};

/**
 * Finds the customers that are active at each cutoff t, from what was known of the events before t alone: an event
 * that became known at t or later is not seen, and a correction of t or later leaves it as it was. In a log with times
 * of day that goes by the instant, so that a cutoff within a day sees what that day brought before it.
 * - Inactivity of d days, regularity with d the customer's own then: the last qualifying event lies in [t - d, t).
 * - Contract: started before t, not ended before t, and paid until t or later when the contract has a term.
 *   A customer in a grace period at t is left out: at t nobody knows whether the end will be undone.
 * - Subscription: a contract started before t and ends on t or later, and there was an event before t: the log's
 *   customers are those with events, and nobody knows at t who will have the first one later.
 * @throws RangeError when the cutoffs do not ascend, or one lies within a day and the log knows days only.
 * @throws DataError when the log has no event of a type that is asked for.
 */
export function buildCohort(log: EventLog, options: CohortOptions): Cohort {
  const {cutoffs, moments} = options;
  checkCutoffs(log, cutoffs);
  const found = activeRows(log, options);
  for (const [k, customers] of unsettledAt(log, cutoffs).entries()) {
    if (customers.length === 0) continue;
    const then = knownBefore(log, cutoffs[k]!, {only: customers});
    const asked = moments ? customers.filter(c => hasMoment(moments, c, k)) : customers;
    const [rows] = activeRows(then, {...options, cutoffs: [cutoffs[k]!], moments: undefined}, asked);
    found[k] = replaceRows(found[k]!, customers, rows!);
  }
  return {
    cutoffs: [...cutoffs],
    rows: found.reduce((n, {customer}) => n + customer.length, 0),
    customer: Int32Array.from(found.flatMap(rows => rows.customer)),
    cutoff: Int32Array.from(found.flatMap(({customer}, k) => customer.map(() => k))),
    recency: Int32Array.from(found.flatMap(rows => rows.recency)),
    tenure: Int32Array.from(found.flatMap(rows => rows.tenure)),
  };
}

/** Whether a customer is asked at the k-th cutoff. */
const hasMoment = ({offsets, cutoff}: Moments, c: number, k: number): boolean =>
  cutoff.subarray(offsets[c], offsets[c + 1]).includes(k);

/** The rows of one cutoff, by customer. */
type CutoffRows = {readonly customer: number[]; readonly recency: number[]; readonly tenure: number[]};

const noRows = (): CutoffRows => ({customer: [], recency: [], tenure: []});

/** The customers that are active at each cutoff by the events of a log before it, whenever they were known. */
function activeRows(
  log: EventLog,
  {churn, cutoffs, moments, activity, minimumTenureDays = 0}: CohortOptions,
  only: Iterable<number> = log.customers.keys(),
): CutoffRows[] {
  const {offsets, type} = log;
  const time = timesOf(log);
  const code = typeCode(log, activity, "activity");
  const watch = watchOf(log, time, churn);
  const everyCutoff = Int32Array.from(cutoffs.keys());
  const found = cutoffs.map(noRows);
  for (const c of only) {
    const to = offsets[c + 1]!;
    const {see, at, since} = watch(c);
    const first = offsets[c]! < to ? time[offsets[c]!]! : Number.POSITIVE_INFINITY;
    const own = moments ? moments.cutoff.subarray(moments.offsets[c], moments.offsets[c + 1]) : everyCutoff;
    let last = Number.NEGATIVE_INFINITY;
    let [i, next] = [offsets[c]!, offsets[c]!];
    for (const k of own) {
      if (k >= cutoffs.length) break;
      const t = cutoffs[k]!;
      for (; i < to && time[i]! < t; i = next) {
        next = endOfTime(time, i, to);
        see(i, next);
        for (let j = i; j < next; j++) if (type[j] === code) last = time[j]!;
      }
      const tenure = Math.ceil(daysBetween(Math.min(first, since(t)), t));
      if (first >= t || tenure < Math.max(1, minimumTenureDays) || !at(t)) continue;
      const rows = found[k]!;
      rows.customer.push(c);
      rows.recency.push(Number.isFinite(last) ? Math.ceil(daysBetween(last, t)) : -1);
      rows.tenure.push(tenure);
    }
  }
  return found;
}

/** Rows with those of some customers replaced by others of theirs; both by customer. */
function replaceRows(rows: CutoffRows, customers: Int32Array, others: CutoffRows): CutoffRows {
  const gone = new Set(customers);
  const out = noRows();
  const add = (from: CutoffRows, i: number) => {
    out.customer.push(from.customer[i]!);
    out.recency.push(from.recency[i]!);
    out.tenure.push(from.tenure[i]!);
  };
  let j = 0;
  for (const [i, c] of rows.customer.entries()) {
    if (gone.has(c)) continue;
    for (; j < others.customer.length && others.customer[j]! < c; j++) add(others, j);
    add(rows, i);
  }
  for (; j < others.customer.length; j++) add(others, j);
  return out;
}

/** Follows one customer: sees the entries [from, to) of each time in turn, and says whether active at t. */
type Watch = {
  readonly see: (from: number, to: number) => void;
  readonly at: (t: Instant) => boolean;
  /** First day, as known at t, of what is not in the events; Infinity when there is no such thing. */
  readonly since: (t: Instant) => Instant;
};

function watchOf(log: EventLog, time: Times, rule: ChurnRule): (customer: number) => Watch {
  switch (rule.kind) {
    case "inactivity":
    case "regularity":
      return watchSilence(log, time, rule);
    case "contract":
      return watchContract(log, time, rule);
    case "subscription":
      return watchSubscription(rule);
  }
}

function watchSilence(log: EventLog, time: Times, rule: SilenceRule): () => Watch {
  const {type} = log;
  const code = typeCode(log, rule.of, "churn.of");
  const reader = silenceReader(rule);
  return () => {
    const allowed = reader();
    let until = Number.NEGATIVE_INFINITY;
    return {
      see: (from, to) => {
        for (let i = from; i < to; i++) if (type[i] === code) until = instant(time[i]! + allowed(time[i]!));
      },
      at: t => until >= t,
      since: never,
    };
  };
}

function watchContract(log: EventLog, time: Times, churn: ContractChurn): () => Watch {
  const read = contractReader(log, churn);
  return () => {
    const standing = noContract();
    return {
      see: (from, to) => {
        stepContract(standing, time[from]!, read(from, to), churn);
      },
      at: t => standing.running && standing.paidUntil >= t,
      since: never,
    };
  };
}

function watchSubscription({subscriptions}: SubscriptionRule): (customer: number) => Watch {
  return c => ({
    see: () => undefined,
    at: t => {
      const {start, end} = contractPeriods(subscriptions, c, {at: t});
      return start.some((from, i) => from < t && end[i]! >= t);
    },
    since: t => contractPeriods(subscriptions, c, {at: t}).start[0] ?? Number.POSITIVE_INFINITY,
  });
}

const never = (): Instant => Number.POSITIVE_INFINITY;

function checkCutoffs({timeOfDay}: EventLog, cutoffs: readonly Instant[]): void {
  for (let k = 1; k < cutoffs.length; k++)
    if (!(cutoffs[k]! > cutoffs[k - 1]!))
      throw new RangeError(
        `buildCohort requires ascending cutoffs, got ${cutoffs[k - 1]} before ${cutoffs[k]}`,
      );
  if (cutoffs.length === 0) throw new RangeError("buildCohort requires at least one cutoff, got 0");
  const within = cutoffs.find(t => !Number.isInteger(t));
  if (within !== undefined && !timeOfDay)
    throw new RangeError(`buildCohort requires log.timeOfDay for cutoffs within a day, got ${within}`);
}
