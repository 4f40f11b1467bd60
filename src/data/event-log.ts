/** Days since 1970-01-01 (UTC), an integer. */
export type Day = number;

/**
 * A customer event log in memory, one entry an event, sorted by customer (in the order of `customers`),
 * then by day, then by type. Customer c owns the entries [offsets[c], offsets[c + 1]).
 */
export type EventLog = {
  /** Customer ids, sorted by code unit, each once. */
  readonly customers: readonly string[];
  readonly offsets: Int32Array;
  readonly day: Int32Array;
  /** Milliseconds from 00:00 UTC of the day, in no order within it; absent when only days are known. */
  readonly timeOfDay?: Int32Array | undefined;
  /** Day on which each entry was known, at least its own day; absent when each was known on its day. */
  readonly known?: Int32Array | undefined;
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
  /** First day with an event. */
  readonly firstDay: Day;
  /** Last fully observed day (E of definitions). */
  readonly lastDay: Day;
};

/** Milliseconds of a day: an instant is a {@link Day} with a fraction, a whole number of them over this. */
export const DAY_MILLISECONDS = 86_400_000;

/** Units of `EventLog.amount` in one unit of currency. */
export const AMOUNT_SCALE = 10_000;

export type EventRow = {
  readonly customer: string;
  readonly day: Day;
  /** Milliseconds from 00:00 UTC of the day. */
  readonly timeOfDay?: number | undefined;
  /** Day on which it was known. */
  readonly known?: Day | undefined;
  readonly type: string;
  /** In currency; absent is missing. */
  readonly amount?: number | undefined;
  readonly attributes?: Readonly<Record<string, string>> | undefined;
};

/**
 * Builds an event log from rows in any order. It has times of day, or days known, when any row has one; a row
 * without is then of 00:00, or known on its day.
 * @param lastDay last fully observed day; the day of the last event when absent.
 */
export function eventLogOf(rows: readonly EventRow[], {lastDay}: {lastDay?: Day} = {}): EventLog {
  const customers = [...new Set(rows.map(row => row.customer))].sort(byCodeUnit);
  const types = [...new Set(rows.map(row => row.type))].sort(byCodeUnit);
  const customerIndex = new Map(customers.map((id, i) => [id, i]));
  const typeIndex = new Map(types.map((id, i) => [id, i]));
  const sorted = rows
    .map(row => ({row, c: customerIndex.get(row.customer)!, t: typeIndex.get(row.type)!}))
    .sort((a, b) => a.c - b.c || a.row.day - b.row.day || a.t - b.t);
  const n = sorted.length;
  const offsets = new Int32Array(customers.length + 1);
  for (const {c} of sorted) offsets[c + 1]! += 1;
  for (let c = 0; c < customers.length; c++) offsets[c + 1]! += offsets[c]!;
  const names = [...new Set(rows.flatMap(row => Object.keys(row.attributes ?? {})))].sort(byCodeUnit);
  const attributes = Object.fromEntries(
    names.map(name => {
      const values = [...new Set(rows.flatMap(row => row.attributes?.[name] ?? []))].sort(byCodeUnit);
      const codes = Int32Array.from(sorted, ({row}) => {
        const value = row.attributes?.[name];
        return value === undefined ? -1 : values.indexOf(value);
      });
      return [name, {codes, values}];
    }),
  );
  const day = Int32Array.from(sorted, ({row}) => row.day);
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const d of day) {
    if (d < first) first = d;
    if (d > last) last = d;
  }
  return {
    customers,
    offsets,
    day,
    ...(rows.some(row => row.timeOfDay !== undefined)
      ? {timeOfDay: Int32Array.from(sorted, ({row}) => row.timeOfDay ?? 0)}
      : {}),
    ...(rows.some(row => row.known !== undefined)
      ? {known: Int32Array.from(sorted, ({row}) => Math.max(row.day, row.known ?? row.day))}
      : {}),
    type: Uint8Array.from(sorted, ({t}) => t),
    types,
    amount: Float64Array.from({length: n}, (_, i) => {
      const amount = sorted[i]!.row.amount;
      return amount === undefined ? Number.NaN : Math.round(amount * AMOUNT_SCALE);
    }),
    attributes,
    firstDay: first,
    lastDay: lastDay ?? last,
  };
}

/** Order of two texts by UTF-16 code unit: the same in every locale. */
export const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
