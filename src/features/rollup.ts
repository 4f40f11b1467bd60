import type {Campaigns} from "../data/campaigns.ts";
import type {EventLog} from "../data/event-log.ts";
import {DAY_MILLISECONDS, type Instant} from "../data/instant.ts";
import {CONTACT_TYPES, type HistoryPlan, type Plan} from "./plan.ts";

/** Units of time in a day: days themselves where every cutoff is at 00:00, else milliseconds. */
export type Unit = 1 | typeof DAY_MILLISECONDS;

/**
 * Entries of a block of customers. Customer c of the block owns [offsets[c], offsets[c + 1]), by time, then by the
 * time known.
 */
export type Entries = {
  readonly offsets: Int32Array;
  /** Units since 1970. */
  readonly time: Int32Array | Float64Array;
  /** Days since 1970. */
  readonly day: Int32Array;
  /** Units when it became known, at least its time; of an unknown time of its day, the last. Absent when all are known then. */
  readonly known?: Int32Array | Float64Array | undefined;
};

/**
 * What the sweep reads: the events of whole customers, those of one time and one time known added up. Arrays may be
 * longer than the entries.
 */
export type Rollup = Entries & {
  /** Position of the first customer of the block among all. */
  readonly first: number;
  readonly customers: number;
  readonly unit: Unit;
  /** By history of the plan: number of events. */
  readonly counts: readonly Int32Array[];
  /** By history, where its amounts are read: events with an amount, and their sum in ten-thousandths. */
  readonly amounts: readonly (Int32Array | undefined)[];
  readonly sums: readonly (Float64Array | undefined)[];
  /** By codes of the plan: one entry an attribute value. */
  readonly codes: readonly Coded[];
};

/** Entries of which each has one value of an attribute, as its position among the values of the log. */
export type Coded = Entries & {readonly code: Int32Array; readonly count: Int32Array};

export type RollupOptions = {
  readonly plan: Plan;
  readonly unit: Unit;
  readonly campaigns?: Campaigns | undefined;
  /** Customers [from, to) of the log. */
  readonly from: number;
  readonly to: number;
};

/** Rolls the events, and campaign contacts, of some customers up in memory. */
export function rollUpLog(log: EventLog, {plan, unit, campaigns, from, to}: RollupOptions): Rollup {
  const stream = streamOf(log, {unit, campaigns, from, to});
  const {offsets, source, time, day, known} = stream;
  const most = source.length;
  const late = known !== undefined;
  const times = () => (unit === 1 ? new Int32Array(most) : new Float64Array(most));
  const make = () => ({
    offsets: new Int32Array(to - from + 1),
    time: times(),
    day: new Int32Array(most),
    known: late ? times() : undefined,
  });
  const entries = make();
  const counts = plan.histories.map(() => new Int32Array(most));
  const amounts = plan.histories.map(h => (h.amounts ? new Int32Array(most) : undefined));
  const sums = plan.histories.map(h => (h.amounts ? new Float64Array(most) : undefined));
  const belongs = plan.histories.map(history => matcherOf(log, history));
  let rows = 0;
  for (let c = 0; c < to - from; c++) {
    const start = rows;
    for (let i = offsets[c]!; i < offsets[c + 1]!; i++) {
      const isNew =
        rows === start ||
        entries.time[rows - 1] !== time[i] ||
        (late && entries.known![rows - 1] !== known[i]!);
      if (isNew) {
        entries.time[rows] = time[i]!;
        entries.day[rows] = day[i]!;
        if (late) entries.known![rows] = known[i]!;
        rows += 1;
      }
      const at = source[i]!;
      const amount = at < 0 ? Number.NaN : log.amount[at]!;
      for (let h = 0; h < belongs.length; h++) {
        if (!belongs[h]!(at)) continue;
        counts[h]![rows - 1]! += 1;
        if (Number.isNaN(amount) || !amounts[h]) continue;
        amounts[h]![rows - 1]! += 1;
        sums[h]![rows - 1]! += amount;
      }
    }
    entries.offsets[c + 1] = rows;
  }
  const codes = plan.codes.map(({types, attribute}): Coded => {
    const coded = {...make(), code: new Int32Array(most), count: new Int32Array(most).fill(1)};
    const belongs = matcherOf(log, {types});
    const values = log.attributes[attribute]!.codes;
    let n = 0;
    for (let c = 0; c < to - from; c++) {
      for (let i = offsets[c]!; i < offsets[c + 1]!; i++) {
        const at = source[i]!;
        if (at < 0 || values[at]! < 0 || !belongs(at)) continue;
        coded.time[n] = time[i]!;
        coded.day[n] = day[i]!;
        if (late) coded.known![n] = known[i]!;
        coded.code[n++] = values[at]!;
      }
      coded.offsets[c + 1] = n;
    }
    return coded;
  });
  return {...entries, first: from, customers: to - from, unit, counts, amounts, sums, codes};
}

/** Whether the entry `at` of the log, or the contact -1 (control) or -2 (treated), is of a history. */
function matcherOf(
  log: EventLog,
  {types, where}: Pick<HistoryPlan, "types" | "where">,
): (at: number) => boolean {
  const own = Uint8Array.from(log.types, type => (types.includes(type) ? 1 : 0));
  const contacts = CONTACT_TYPES.map(type => types.includes(type));
  const {type} = log;
  if (!where) return at => (at < 0 ? contacts[-1 - at]! : own[type[at]!] === 1);
  const {codes, values} = log.attributes[where.attribute]!;
  const code = values.indexOf(where.value);
  return at => at >= 0 && own[type[at]!] === 1 && codes[at] === code;
}

type Stream = Entries & {
  /** Entry of the log, or -1 for a control contact and -2 for a treated one. */
  readonly source: Int32Array;
};

/** Events and contacts of some customers in one order. */
function streamOf(log: EventLog, {unit, campaigns, from, to}: Omit<RollupOptions, "plan">): Stream {
  const {timeOfDay} = log;
  const contacts = contactsOf(campaigns, from, to);
  const events = log.offsets[to]! - log.offsets[from]!;
  const most = events + (contacts.last - contacts.first);
  const offsets = new Int32Array(to - from + 1);
  const source = new Int32Array(most);
  const time = unit === 1 ? new Int32Array(most) : new Float64Array(most);
  const day = new Int32Array(most);
  const known = log.known && (unit === 1 ? new Int32Array(most) : new Float64Array(most));
  let n = 0;
  let k = contacts.first;
  const add = (at: number, d: number, ms: number, seen: number | undefined): void => {
    source[n] = at;
    day[n] = d;
    time[n] = unit === 1 ? d : d * unit + ms;
    if (known) known[n] = seen === undefined ? time[n]! : Math.max(time[n]!, unitsOf(seen, unit));
    n += 1;
  };
  for (let c = from; c < to; c++) {
    const start = n;
    for (let i = log.offsets[c]!; i < log.offsets[c + 1]!; i++) {
      const d = log.day[i]!;
      add(i, d, timeOfDay?.[i] ?? 0, log.known?.[i]);
    }
    for (; k < contacts.last && campaigns!.customer[k] === c; k++) {
      const d = campaigns!.day[k]!;
      // Of an unknown time of its day: not before its end.
      add(-1 - campaigns!.treated[k]!, d, DAY_MILLISECONDS - 1, undefined);
    }
    offsets[c - from + 1] = n;
    sortRange({source, time, day, known}, start, n);
  }
  return {offsets, source, time, day, known};
}

/** A time known in units: in days it is the day, whatever the time. */
const unitsOf = (known: Instant, unit: Unit): number =>
  unit === 1 ? Math.floor(known) : Math.round(known * unit);

/** The contacts [first, last) of the customers [from, to). */
function contactsOf(campaigns: Campaigns | undefined, from: number, to: number) {
  const customer = campaigns?.customer ?? new Int32Array(0);
  const position = (c: number): number => {
    let [low, high] = [0, customer.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (customer[middle]! < c) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {first: position(from), last: position(to)};
}

/** Sorts the entries [from, to) by time, then by the time known, where they are not. */
function sortRange({source, time, day, known}: Omit<Stream, "offsets">, from: number, to: number): void {
  const compare = (a: number, b: number): number =>
    time[a]! - time[b]! || (known ? known[a]! - known[b]! : 0);
  let sorted = true;
  for (let i = from + 1; i < to && sorted; i++) sorted = compare(i - 1, i) <= 0;
  if (sorted) return;
  const order = Int32Array.from({length: to - from}, (_, i) => from + i).sort(
    (a, b) => compare(a, b) || a - b,
  );
  for (const values of [source, time, day, ...(known ? [known] : [])])
    values.set(
      Array.from(order, i => values[i]!),
      from,
    );
}
