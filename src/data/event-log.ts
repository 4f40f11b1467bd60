import {type Instant, instantOf, type Times, timesLike} from "./instant.ts";

/** Days since 1970-01-01 (UTC), an integer. */
export type Day = number;

/**
 * A customer event log in memory, one entry an event, sorted by customer (in the order of `customers`),
 * then by time (the day, where times of day are not known), then by type. Customer c owns the entries
 * [offsets[c], offsets[c + 1]).
 */
export type EventLog = {
  /** Customer ids, sorted by code unit, each once. */
  readonly customers: readonly string[];
  readonly offsets: Int32Array;
  readonly day: Int32Array;
  /** Milliseconds from 00:00 UTC of the day; absent when only days are known. See {@link timesOf}. */
  readonly timeOfDay?: Int32Array | undefined;
  /** Index into `types`. */
  readonly type: Uint8Array;
  /** Event types, sorted by code unit. */
  readonly types: readonly string[];
  /** In ten-thousandths of the currency, an integer so that sums are exact; NaN is missing. */
  readonly amount: Float64Array;
  /** Text attributes by name: `codes[i]` indexes `values`, -1 is missing. */
  readonly attributes: Readonly<
    Record<string, {readonly codes: Int32Array; readonly values: readonly string[]}>
  >;
  /**
   * When each event became known, at least its own time: days, instants where the log has times of day. Absent when
   * the source does not say.
   */
  readonly known?: Times | undefined;
  /** Versions of events that were valid until a later one replaced them; absent when there are none. */
  readonly superseded?: Superseded | undefined;
  /** First day with an event. */
  readonly firstDay: Day;
  /** Last fully observed day (E of definitions). */
  readonly lastDay: Day;
};

/** Superseded versions, in a log with the customers, types and attribute values of the one that they belong to. */
export type Superseded = {
  readonly log: EventLog & {readonly known: Times};
  /** When the next version of each became known, later than `log.known`; days or instants like it. */
  readonly until: Times;
};

/** When the events of a log happened: their instants where it has times of day, else their days. */
export function timesOf({day, timeOfDay}: Pick<EventLog, "day" | "timeOfDay">): Times {
  return timeOfDay ? Float64Array.from(day, (d, i) => instantOf(d, timeOfDay[i]!)) : day;
}

/** Units of `EventLog.amount` in one unit of currency. */
export const AMOUNT_SCALE = 10_000;

export type EventRow = {
  readonly customer: string;
  readonly day: Day;
  /** Milliseconds from 00:00 UTC of the day. */
  readonly timeOfDay?: number | undefined;
  readonly type: string;
  /** In currency; absent is missing. */
  readonly amount?: number | undefined;
  readonly attributes?: Readonly<Record<string, string>> | undefined;
  /** Day on which it became known, in a log with times of day the instant; its own time when absent or earlier. */
  readonly known?: Instant | undefined;
  /** Rows with one id are versions of an event: the one known last is valid, of equals the later in the list. */
  readonly id?: string | undefined;
};

/**
 * Builds an event log from rows in any order, but for versions that were known at one time. It has times of day when
 * any row has one; a row without is then of 00:00.
 * @param lastDay last fully observed day; the day of the last event when absent.
 */
export function eventLogOf(rows: readonly EventRow[], {lastDay}: {lastDay?: Day} = {}): EventLog {
  const timed = rows.some(row => row.timeOfDay !== undefined);
  const {valid, superseded, until} = versionsOf(rows);
  const texts = textsOf([...valid, ...superseded]);
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const {day} of valid) {
    if (day < first) first = day;
    if (day > last) last = day;
  }
  const extent = {firstDay: first, lastDay: lastDay ?? last};
  const {known, ...log} = {...columnsOf(sortedRows(valid, texts), texts, timed), ...extent};
  const old = sortedRows(superseded, texts);
  return {
    ...log,
    ...(rows.some(row => row.known !== undefined) ? {known} : {}),
    ...(old.length === 0
      ? {}
      : {
          superseded: {
            log: {...columnsOf(old, texts, timed), ...extent},
            until: timesLike(known, old.length, i => until.get(old[i]!.row)!),
          },
        }),
  };
}

const happenedAt = ({day, timeOfDay = 0}: EventRow): Instant => instantOf(day, timeOfDay);

function knownAt(row: EventRow): Instant {
  const happened = happenedAt(row);
  return Math.max(happened, row.known ?? happened);
}

/** The rows that are valid, and those that were until a later version became known, at a later time. */
function versionsOf(rows: readonly EventRow[]) {
  const until = new Map<EventRow, Instant>();
  const withId = rows.filter(row => row.id !== undefined);
  for (const versions of Map.groupBy(withId, row => row.id).values()) {
    const ordered = versions.toSorted((a, b) => knownAt(a) - knownAt(b));
    for (const [i, row] of ordered.slice(0, -1).entries()) until.set(row, knownAt(ordered[i + 1]!));
  }
  return {
    valid: rows.filter(row => !until.has(row)),
    superseded: rows.filter(row => (until.get(row) ?? Number.NEGATIVE_INFINITY) > knownAt(row)),
    until,
  };
}

/** The texts of rows, each once, sorted by code unit. */
type Texts = {
  readonly customers: readonly string[];
  readonly types: readonly string[];
  readonly values: Readonly<Record<string, readonly string[]>>;
};

function textsOf(rows: readonly EventRow[]): Texts {
  const sorted = (texts: readonly string[]) => [...new Set(texts)].sort(byCodeUnit);
  const names = sorted(rows.flatMap(row => Object.keys(row.attributes ?? {})));
  return {
    customers: sorted(rows.map(row => row.customer)),
    types: sorted(rows.map(row => row.type)),
    values: Object.fromEntries(
      names.map(name => [name, sorted(rows.flatMap(row => row.attributes?.[name] ?? []))]),
    ),
  };
}

/** A row with the indices of its customer and type. */
type IndexedRow = {readonly row: EventRow; readonly c: number; readonly t: number};

function sortedRows(rows: readonly EventRow[], {customers, types}: Texts): IndexedRow[] {
  const customerIndex = new Map(customers.map((id, i) => [id, i]));
  const typeIndex = new Map(types.map((id, i) => [id, i]));
  return rows
    .map(row => ({row, c: customerIndex.get(row.customer)!, t: typeIndex.get(row.type)!}))
    .sort((a, b) => a.c - b.c || happenedAt(a.row) - happenedAt(b.row) || a.t - b.t);
}

function columnsOf(sorted: readonly IndexedRow[], {customers, types, values}: Texts, timed: boolean) {
  const offsets = new Int32Array(customers.length + 1);
  for (const {c} of sorted) offsets[c + 1]! += 1;
  for (let c = 0; c < customers.length; c++) offsets[c + 1]! += offsets[c]!;
  const codesOf = (name: string, known: readonly string[]) =>
    Int32Array.from(sorted, ({row}) => {
      const value = row.attributes?.[name];
      return value === undefined ? -1 : known.indexOf(value);
    });
  return {
    ...{customers, types, offsets},
    day: Int32Array.from(sorted, ({row}) => row.day),
    ...(timed ? {timeOfDay: Int32Array.from(sorted, ({row}) => row.timeOfDay ?? 0)} : {}),
    type: Uint8Array.from(sorted, ({t}) => t),
    amount: Float64Array.from(sorted, ({row}) =>
      row.amount === undefined ? Number.NaN : Math.round(row.amount * AMOUNT_SCALE),
    ),
    attributes: Object.fromEntries(
      Object.entries(values).map(([name, own]) => [name, {codes: codesOf(name, own), values: own}]),
    ),
    known: timed
      ? Float64Array.from(sorted, ({row}) => knownAt(row))
      : Int32Array.from(sorted, ({row}) => knownAt(row)),
  };
}

/** Order of two texts by UTF-16 code unit: the same in every locale. */
export const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
