import {join} from "node:path";
import {dayOf} from "./calendar.ts";
import {
  chunksOf,
  copyColumn,
  type Database,
  dayColumn,
  literal,
  named,
  quoted,
  rowsOf,
  withDatabase,
} from "./database.ts";
import {byCodeUnit, type EventLog} from "./event-log.ts";
import {manifestIn} from "./snapshot.ts";

/**
 * Reads the events of a snapshot folder into memory; days are in UTC. Entries of a customer that agree in day
 * and type keep the order of their times.
 * @param timesOfDay whether to read them, too, which only cutoffs within a day need.
 * @throws DataError when the folder is no snapshot.
 */
export const loadEventLog = (
  folder: string,
  {timesOfDay = false}: {readonly timesOfDay?: boolean} = {},
): Promise<EventLog> =>
  withDatabase(async database => {
    const manifest = await manifestIn(database, folder);
    const source = `read_parquet(${quoted(literal(join(folder, "events.parquet")))}, hive_partitioning = false)`;
    const customers = await customersOf(database, source);
    const types = Object.keys(manifest.types).sort(byCodeUnit);
    const dictionaries: Dictionary[] = [];
    for (const {column, attribute} of manifest.schema)
      if (attribute !== undefined)
        dictionaries.push(await dictionaryOf(database, source, column, attribute, dictionaries.length));
    const entries = await entriesOf(database, source, {rows: manifest.rows, types, dictionaries, timesOfDay});
    const {codes, ...columns} = inOrder(customers, entries);
    return {
      ...columns,
      types,
      attributes: Object.fromEntries(
        dictionaries.map(({attribute, values}, i) => [attribute, {codes: codes[i]!, values}]),
      ),
      firstDay: dayOf(manifest.firstDay),
      lastDay: dayOf(manifest.lastDay),
    };
  });

type Customers = {readonly ids: readonly string[]; readonly counts: Int32Array};

/** Customers in the order of SQL, by UTF-8 bytes, with their numbers of entries. */
async function customersOf(database: Database, source: string): Promise<Customers> {
  const ids: string[] = [];
  const counts: number[] = [];
  const sql = `SELECT customer, count(*)::INTEGER AS n FROM ${source} GROUP BY customer ORDER BY customer`;
  for await (const chunk of chunksOf(database, sql)) {
    for (const id of chunk.getColumnValues(0)) ids.push(id as string);
    for (const n of chunk.getColumnValues(1)) counts.push(n as number);
  }
  return {ids, counts: Int32Array.from(counts)};
}

type Dictionary = {
  /** Name of the table (value, code) in the database. */
  readonly table: string;
  readonly column: string;
  readonly attribute: string;
  /** In code-unit order. */
  readonly values: readonly string[];
  /** Position in `values` of each code. */
  readonly position: Int32Array;
};

async function dictionaryOf(
  database: Database,
  source: string,
  column: string,
  attribute: string,
  i: number,
): Promise<Dictionary> {
  const table = `dictionary_${i}`;
  const name = named(column);
  await database.connection.run(
    `CREATE TABLE ${table} AS SELECT value, (row_number() OVER (ORDER BY value) - 1)::INTEGER AS code
     FROM (SELECT DISTINCT ${name} AS value FROM ${source} WHERE ${name} IS NOT NULL)`,
  );
  const rows = await rowsOf<{value: string}>(database, `SELECT value FROM ${table} ORDER BY code`);
  const {order, values} = byUnits(rows.map(row => row.value));
  const position = new Int32Array(values.length);
  for (let k = 0; k < order.length; k++) position[order[k]!] = k;
  return {table, column, attribute, values, position};
}

/** Texts in code-unit order, and where each was before: SQL sorts by bytes, which differs beyond U+FFFF. */
function byUnits(texts: readonly string[]): {values: string[]; order: Int32Array} {
  const order = Int32Array.from(texts.keys());
  let sorted = true;
  for (let i = 1; i < texts.length && sorted; i++) sorted = texts[i - 1]! < texts[i]!;
  if (!sorted) order.sort((a, b) => byCodeUnit(texts[a]!, texts[b]!));
  return {order, values: Array.from(order, i => texts[i]!)};
}

type Entries = {
  readonly day: Int32Array;
  readonly timeOfDay?: Int32Array | undefined;
  readonly type: Uint8Array;
  readonly amount: Float64Array;
  readonly codes: readonly Int32Array[];
};

/** All entries, by customer in the order of SQL, then day, then type. */
async function entriesOf(
  database: Database,
  source: string,
  {
    rows,
    types,
    dictionaries,
    timesOfDay,
  }: {
    readonly rows: number;
    readonly types: readonly string[];
    readonly dictionaries: readonly Dictionary[];
    readonly timesOfDay: boolean;
  },
): Promise<Entries> {
  const entries: Entries = {
    day: new Int32Array(rows),
    ...(timesOfDay ? {timeOfDay: new Int32Array(rows)} : {}),
    type: new Uint8Array(rows),
    amount: new Float64Array(rows),
    codes: dictionaries.map(() => new Int32Array(rows)),
  };
  const code = dictionaries.map((_, i) => `, coalesce(d${i}.code, -1)::INTEGER AS c${i}`).join("");
  const joins = dictionaries
    .map(({table, column}, i) => `LEFT JOIN ${table} d${i} ON d${i}.value = e.${named(column)}`)
    .join(" ");
  const sql = `SELECT ${dayColumn("time")} AS day,
      (list_position([${types.map(quoted).join(", ")}], type) - 1)::UTINYINT AS kind,
      coalesce((amount * 10000)::DOUBLE, 'nan'::DOUBLE) AS money${code}
      ${timesOfDay ? ", ((epoch_us(time) - epoch_us(date_trunc('day', time))) // 1000)::INTEGER AS time_of_day" : ""}
    FROM ${source} e ${joins}
    ORDER BY customer, day, kind, time, money${dictionaries.map((_, i) => `, c${i}`).join("")}`;
  let at = 0;
  for await (const chunk of chunksOf(database, sql)) {
    copyColumn(chunk, 0, at, entries.day);
    copyColumn(chunk, 1, at, entries.type);
    copyColumn(chunk, 2, at, entries.amount);
    for (const [i, codes] of entries.codes.entries()) copyColumn(chunk, 3 + i, at, codes);
    if (entries.timeOfDay) copyColumn(chunk, 3 + entries.codes.length, at, entries.timeOfDay);
    at += chunk.rowCount;
  }
  for (const [i, codes] of entries.codes.entries()) relabel(codes, dictionaries[i]!.position);
  return entries;
}

function relabel(codes: Int32Array, position: Int32Array): void {
  for (let i = 0; i < codes.length; i++) if (codes[i]! >= 0) codes[i] = position[codes[i]!]!;
}

/** Brings the customers, and their blocks of entries, into code-unit order. */
function inOrder(
  {ids, counts}: Customers,
  entries: Entries,
): Entries & {customers: string[]; offsets: Int32Array} {
  const {order, values: customers} = byUnits(ids);
  const starts = new Int32Array(counts.length + 1);
  for (let c = 0; c < counts.length; c++) starts[c + 1] = starts[c]! + counts[c]!;
  if (order.every((from, to) => from === to)) return {...entries, customers, offsets: starts};
  const offsets = new Int32Array(counts.length + 1);
  for (let c = 0; c < counts.length; c++) offsets[c + 1] = offsets[c]! + counts[order[c]!]!;
  const moved = <T extends Int32Array | Uint8Array | Float64Array>(from: T): T => {
    const out = from.slice() as T;
    for (let c = 0; c < counts.length; c++)
      out.set(from.subarray(starts[order[c]!]!, starts[order[c]! + 1]!), offsets[c]!);
    return out;
  };
  const {day, timeOfDay, type, amount, codes} = entries;
  return {
    day: moved(day),
    ...(timeOfDay ? {timeOfDay: moved(timeOfDay)} : {}),
    type: moved(type),
    amount: moved(amount),
    codes: codes.map(moved),
    customers,
    offsets,
  };
}
