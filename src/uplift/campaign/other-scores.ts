import {
  type CustomerTable,
  type CustomerTables,
  columnOf,
  rowKnownBefore,
} from "../../data/customer-table.ts";
import {AMOUNT_SCALE, byCodeUnit, type Day, type EventLog} from "../../data/event-log.ts";
import {DataError} from "../../data-error.ts";

/** Columns of numbers that other models say of customers, one entry a customer. NaN is missing. */
export type OtherScores = {
  readonly columns: Readonly<Record<string, Float64Array>>;
  /** Customers whom the table does not have. */
  readonly missing: number;
};

/**
 * The rows of a side table of the study for customers, as known before a day.
 * @param customers indices into the log's customers; -1 for one that it does not have.
 */
export function otherScores(table: CustomerTable, customers: ArrayLike<number>, before: Day): OtherScores {
  const rows = Int32Array.from(customers, c => (c < 0 ? -1 : rowKnownBefore(table, c, before)));
  const read = (name: string): Float64Array => {
    const values = columnOf(table, name);
    return Float64Array.from(rows, row => (row < 0 ? Number.NaN : values[row]!));
  };
  return {
    columns: Object.fromEntries(table.columns.map(name => [name, read(name)])),
    missing: rows.reduce((n, row) => n + (row < 0 ? 1 : 0), 0),
  };
}

/** A table of the study with other scores, and which of its columns they are. */
export type ScoreTable = {
  readonly name: string;
  /** Column of what a customer is worth. */
  readonly value?: string;
  /** Columns of scores by offer. */
  readonly offers?: readonly string[];
};

/**
 * The values and offers of a study's table, as {@link policyOrder} takes them.
 * @throws DataError when the study has no such table or the table no such column.
 */
export function policyScores(
  tables: CustomerTables | undefined,
  {name, value, offers = []}: ScoreTable,
  {customers, before}: {readonly customers: ArrayLike<number>; readonly before: Day},
): Pick<PolicyInput, "value" | "offers"> {
  const table = tables?.[name];
  if (!table)
    throw new DataError(`the study has no table ${name} of other scores; name its file under tables`);
  const missing = [...(value === undefined ? [] : [value]), ...offers].find(
    column => !table.columns.includes(column),
  );
  if (missing !== undefined)
    throw new DataError(`tables.${name} has no column ${missing}, it has ${table.columns.join(", ")}`);
  const {columns} = otherScores(table, customers, before);
  return {
    ...(value === undefined ? {} : {value: columns[value]!}),
    offers: Object.fromEntries(offers.map(column => [column, columns[column]!])),
  };
}

/**
 * What each customer of a log spent in the events of a type on days [from, to), in currency: a stand-in for what the
 * customer is worth where no table says so. 0 for who bought nothing; amounts that are missing count as 0.
 */
export function amountsOf(
  {offsets, day, type, types, amount}: EventLog,
  name: string,
  {from, to}: {readonly from: Day; readonly to: Day},
): Float64Array {
  const code = types.indexOf(name);
  return Float64Array.from({length: offsets.length - 1}, (_, c) => {
    let sum = 0;
    for (let i = offsets[c]!; i < offsets[c + 1]!; i++)
      if (type[i] === code && day[i]! >= from && day[i]! < to && !Number.isNaN(amount[i]!)) sum += amount[i]!;
    return sum / AMOUNT_SCALE;
  });
}

/** Customers in an order to contact them in. One entry a customer, in the order given. */
export type Policy = {
  /** Places of the customers, the first to contact first. */
  readonly order: Int32Array;
  /** What they are ordered by. */
  readonly priority: Float64Array;
  /** 1 where the value was missing and the median of the others stands in for it. */
  readonly assumed: Uint8Array;
  /** The median that stands in; NaN when nobody is missing or nobody has a value. */
  readonly median: number;
  /** Name of the offer of each: the column with the highest score, of equals the first; null where all are missing. */
  readonly offer: readonly (string | null)[];
};

export type PolicyInput = {
  readonly customers: readonly string[];
  /** Risk, or expected effect: what is at stake for each, in [0, 1] or any number. */
  readonly base: ArrayLike<number>;
  /** What a customer is worth, 0 or more; NaN is missing. All are worth the same when absent. */
  readonly value?: ArrayLike<number> | undefined;
  /** Scores by offer, of products say, of which the highest says what to offer; NaN is missing. */
  readonly offers?: Readonly<Record<string, ArrayLike<number>>> | undefined;
};

/**
 * Orders customers by base × value, highest first, of equals by id: risk × value is what may be lost, effect × value
 * what a contact may keep. A customer without a value is put in its place by the median value of the others, neither
 * favoured nor forgotten, and marked.
 * @throws RangeError for a value below 0 or a base that is not finite.
 */
export function policyOrder({customers, base, value, offers = {}}: PolicyInput): Policy {
  const n = customers.length;
  for (const [name, column] of Object.entries({base, ...(value ? {value} : {}), ...offers}))
    if (column.length !== n)
      throw new RangeError(`policyOrder requires ${n} entries of ${name}, got ${column.length}`);
  const known = value ? Array.from(value).filter(v => !Number.isNaN(v)) : [];
  const bad = known.find(v => !(v >= 0 && v < Number.POSITIVE_INFINITY));
  if (bad !== undefined) throw new RangeError(`policyOrder requires values of 0 or more, got ${bad}`);
  const wild = Array.from(base).find(v => !Number.isFinite(v));
  if (wild !== undefined) throw new RangeError(`policyOrder requires finite risks or effects, got ${wild}`);
  const assumed = Uint8Array.from({length: n}, (_, i) => (value && Number.isNaN(value[i]!) ? 1 : 0));
  const median = assumed.includes(1) ? medianOf(known) : Number.NaN;
  const worth = (i: number): number =>
    value === undefined || known.length === 0 ? 1 : assumed[i] === 1 ? median : value[i]!;
  const priority = Float64Array.from({length: n}, (_, i) => base[i]! * worth(i));
  const order = Int32Array.from(
    Array.from({length: n}, (_, i) => i).sort(
      (a, b) => priority[b]! - priority[a]! || byCodeUnit(customers[a]!, customers[b]!),
    ),
  );
  const offer = customers.map((_, i) => bestOf(offers, i));
  return {order, priority, assumed, median, offer};
}

function medianOf(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN;
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function bestOf(offers: Readonly<Record<string, ArrayLike<number>>>, i: number): string | null {
  let best: string | null = null;
  let highest = Number.NEGATIVE_INFINITY;
  for (const [name, scores] of Object.entries(offers))
    if (scores[i]! > highest) [best, highest] = [name, scores[i]!];
  return best;
}
