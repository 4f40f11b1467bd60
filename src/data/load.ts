import {join} from "node:path";
import {dayOf} from "./calendar.ts";
import {
  chunksOf,
  copyColumn,
  type Database,
  dayColumn,
  instantColumn,
  named,
  quoted,
  rowsOf,
  timeOfDayColumn,
  withDatabase,
} from "./database.ts";
import {byCodeUnit, type EventLog, type Superseded} from "./event-log.ts";
import type {Times} from "./instant.ts";
import {partitionRows} from "./partitions.ts";
import {manifestIn, type SnapshotManifest} from "./snapshot.ts";

/**
 * Reads the events of a snapshot folder into memory; days are in UTC. Entries of a customer that agree in day
 * and type keep the order of their times.
 * @param timesOfDay whether to read them, too, which only cutoffs within a day need. The log has none when its events
 * are of one time of day, or of two, which is how a file of dates reads, in a zone with summer time too.
 * @throws DataError when the folder is no snapshot, or lacks events.
 */
export const loadEventLog = (
  folder: string,
  {timesOfDay = false}: {readonly timesOfDay?: boolean} = {},
): Promise<EventLog> =>
  withDatabase(async database => {
    const manifest = await manifestIn(database, folder);
    const all = await partitionRows(database, manifest.partitions, join(folder, "..", ".."));
    const timed = timesOfDay && (await hasTimes(database, all));
    const tables = await tablesIn(database, all, {...manifest, timed});
    const customers = await customersOf(database, tables);
    const types = Object.keys(manifest.types).sort(byCodeUnit);
    const dictionaries: Dictionary[] = [];
    for (const {column, attribute} of manifest.schema)
      if (attribute !== undefined)
        dictionaries.push(await dictionaryOf(database, tables.all, column, attribute, dictionaries.length));
    const logOf = async (source: string, counts: Int32Array, moments: readonly string[]) => {
      const entries = await entriesOf(database, source, {counts, types, dictionaries, moments, timed});
      const {codes, moments: times, ...columns} = inOrder(customers.ids, counts, entries);
      const log: EventLog = {
        ...{...columns, types},
        attributes: Object.fromEntries(
          dictionaries.map(({attribute, values}, i) => [attribute, {codes: codes[i]!, values}]),
        ),
        firstDay: dayOf(manifest.firstDay),
        lastDay: dayOf(manifest.lastDay),
      };
      return {log, times};
    };
    const {log, times} = await logOf(tables.valid, customers.valid, tables.known ? ["known"] : []);
    return {
      ...log,
      ...(tables.known ? {known: times[0]!} : {}),
      ...(await supersededIn(tables, customers, logOf)),
    };
  });

/** Whether the events are of more than two times of day. */
async function hasTimes(database: Database, all: string): Promise<boolean> {
  const sql = `SELECT count(DISTINCT ${timeOfDayColumn("time")}) > 2 AS timed FROM ${all}`;
  return (await rowsOf<{timed: boolean}>(database, sql))[0]!.timed;
}

/** SQL for what a log keeps of a TIMESTAMP: its instant where it has times of day, else its day. */
const timeColumn = (time: string, timed: boolean): string => (timed ? instantColumn : dayColumn)(time);

/** The rows of a snapshot as tables, or SQL for tables, with the columns of its schema. */
type Tables = {
  /** Every row. */
  readonly all: string;
  /** The valid version of each event. */
  readonly valid: string;
  /**
   * The versions that were valid until a later day, or instant; "$seen" and "$until" are the times at which they and
   * the versions after them were known. Absent when there are none.
   */
  readonly superseded?: string;
  /** Whether there is a column `known`. */
  readonly known: boolean;
};

async function tablesIn(
  database: Database,
  all: string,
  {schema, superseded, timed}: Pick<SnapshotManifest, "schema" | "superseded"> & {readonly timed: boolean},
): Promise<Tables> {
  const known = schema.some(({column, attribute}) => column === "known" && attribute === undefined);
  if (superseded === 0) return {all, valid: all, known};
  const columns = schema.map(({column}) => named(column)).join(", ");
  await database.connection.run(
    `CREATE TABLE versioned AS SELECT id FROM ${all} WHERE id IS NOT NULL GROUP BY id HAVING count(*) > 1;
     CREATE TABLE versions AS SELECT *, lead("$seen") OVER (PARTITION BY id ORDER BY "$seen") AS "$until"
       FROM (SELECT ${columns}, ${known ? "known" : "time"} AS "$seen" FROM ${all} SEMI JOIN versioned USING (id));
     CREATE VIEW valid AS SELECT ${columns} FROM ${all} ANTI JOIN versioned USING (id)
       UNION ALL SELECT ${columns} FROM versions WHERE "$until" IS NULL;
     CREATE VIEW superseded AS SELECT * FROM versions
       WHERE ${timeColumn('"$seen"', timed)} < ${timeColumn('"$until"', timed)}`,
  );
  return {all, valid: "valid", superseded: "superseded", known};
}

/** Customers in the order of SQL, by UTF-8 bytes, with their numbers of entries. */
type Customers = {
  readonly ids: readonly string[];
  readonly valid: Int32Array;
  readonly superseded: Int32Array;
};

async function customersOf(database: Database, {valid, superseded}: Tables): Promise<Customers> {
  const ids: string[] = [];
  const counts: [number[], number[]] = [[], []];
  const old = superseded === undefined ? "" : ` UNION ALL SELECT customer, 1 FROM ${superseded}`;
  const sql = `SELECT customer, sum(1 - old)::INTEGER, sum(old)::INTEGER
    FROM (SELECT customer, 0 AS old FROM ${valid}${old}) GROUP BY customer ORDER BY customer`;
  for await (const chunk of chunksOf(database, sql)) {
    for (const id of chunk.getColumnValues(0)) ids.push(id as string);
    for (const [i, list] of counts.entries())
      for (const n of chunk.getColumnValues(1 + i)) list.push(n as number);
  }
  return {ids, valid: Int32Array.from(counts[0]), superseded: Int32Array.from(counts[1])};
}

type LogOf = (
  source: string,
  counts: Int32Array,
  moments: readonly string[],
) => Promise<{log: EventLog; times: readonly Times[]}>;

async function supersededIn(
  tables: Tables,
  customers: Customers,
  logOf: LogOf,
): Promise<{superseded?: Superseded}> {
  if (tables.superseded === undefined || customers.superseded.every(n => n === 0)) return {};
  const {log, times} = await logOf(tables.superseded, customers.superseded, ['"$seen"', '"$until"']);
  return {superseded: {log: {...log, known: times[0]!}, until: times[1]!}};
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
  /** Further times, as the log keeps them. */
  readonly moments: readonly Times[];
};

type EntryOptions = {
  /** Entries by customer. */
  readonly counts: Int32Array;
  readonly types: readonly string[];
  readonly dictionaries: readonly Dictionary[];
  /** SQL for further times. */
  readonly moments: readonly string[];
  /** Whether to keep times of day. */
  readonly timed: boolean;
};

/** All entries of a table, by customer in the order of SQL, then time as the log keeps it, then type. */
async function entriesOf(
  database: Database,
  source: string,
  {counts, types, dictionaries, moments, timed}: EntryOptions,
): Promise<Entries> {
  const rows = counts.reduce((sum, n) => sum + n, 0);
  const entries: Entries = {
    day: new Int32Array(rows),
    ...(timed ? {timeOfDay: new Int32Array(rows)} : {}),
    type: new Uint8Array(rows),
    amount: new Float64Array(rows),
    codes: dictionaries.map(() => new Int32Array(rows)),
    moments: moments.map(() => new (timed ? Float64Array : Int32Array)(rows)),
  };
  const code = dictionaries.map((_, i) => `, coalesce(d${i}.code, -1)::INTEGER AS c${i}`).join("");
  const joins = dictionaries
    .map(({table, column}, i) => `LEFT JOIN ${table} d${i} ON d${i}.value = e.${named(column)}`)
    .join(" ");
  const times = moments.map((moment, i) => `, ${timeColumn(`e.${moment}`, timed)} AS m${i}`).join("");
  const keys = [...dictionaries.map((_, i) => `, c${i}`), ...moments.map((_, i) => `, m${i}`)].join("");
  const sql = `SELECT ${dayColumn("time")} AS day,
      (list_position([${types.map(quoted).join(", ")}], type) - 1)::UTINYINT AS kind,
      coalesce((amount * 10000)::DOUBLE, 'nan'::DOUBLE) AS money${code}${times}
      ${timed ? `, ${timeOfDayColumn("time")} AS time_of_day` : ""}
    FROM ${source} e ${joins}
    ORDER BY customer, day, ${timed ? "time_of_day, " : ""}kind, time, money${keys}`;
  const wide = [...entries.codes, ...entries.moments];
  let at = 0;
  for await (const chunk of chunksOf(database, sql)) {
    copyColumn(chunk, 0, at, entries.day);
    copyColumn(chunk, 1, at, entries.type);
    copyColumn(chunk, 2, at, entries.amount);
    for (const [i, values] of wide.entries()) copyColumn(chunk, 3 + i, at, values);
    if (entries.timeOfDay) copyColumn(chunk, 3 + wide.length, at, entries.timeOfDay);
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
  ids: readonly string[],
  counts: Int32Array,
  entries: Entries,
): Entries & {customers: string[]; offsets: Int32Array} {
  const {order, values: customers} = byUnits(ids);
  const starts = new Int32Array(counts.length + 1);
  for (let c = 0; c < counts.length; c++) starts[c + 1] = starts[c]! + counts[c]!;
  if (order.every((from, to) => from === to)) return {...entries, customers, offsets: starts};
  const offsets = new Int32Array(counts.length + 1);
  for (let c = 0; c < counts.length; c++) offsets[c + 1] = offsets[c]! + counts[order[c]!]!;
  const moved = <T extends Times | Uint8Array>(from: T): T => {
    const out = from.slice() as T;
    for (let c = 0; c < counts.length; c++)
      out.set(from.subarray(starts[order[c]!]!, starts[order[c]! + 1]!), offsets[c]!);
    return out;
  };
  const {day, timeOfDay, type, amount, codes, moments} = entries;
  return {
    ...{day: moved(day), type: moved(type), amount: moved(amount)},
    ...(timeOfDay ? {timeOfDay: moved(timeOfDay)} : {}),
    ...{codes: codes.map(moved), moments: moments.map(moved)},
    ...{customers, offsets},
  };
}
