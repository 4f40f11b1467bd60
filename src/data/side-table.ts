import {DataError} from "../data-error.ts";
import {dateOf} from "./calendar.ts";
import {chunksOf, copyColumn, type Database, rowsOf} from "./database.ts";
import {number} from "./evaluate.ts";
import type {Day} from "./event-log.ts";
import {filled, loadRaw, rawColumn} from "./raw.ts";
import {openFiles, type SourceFile} from "./source.ts";
import {timeOf} from "./time.ts";

/** What reading a table beside the events takes. */
export type SideOptions = {
  /** Folder that relative paths start from: that of the study file. */
  readonly folder: string;
  /** `log.customers`. */
  readonly customers: readonly string[];
  /** Only what was known before 00:00 UTC of this day is read; all when absent. */
  readonly asOf?: Day | undefined;
};

/** A column of a table beside the events. Times are ISO 8601, in UTC where they have no offset. */
export type SideColumn = {
  /** Its name in the files. */
  readonly name: string;
  /** Where the study names it, for messages: `campaigns.arm`, say. */
  readonly field: string;
  readonly kind: "customer" | "text" | "time" | "number";
  /** What a cell is, for messages: "the arm", say. */
  readonly what: string;
  /** Whether a blank cell is an error (the default); else it is NULL. */
  readonly required?: boolean;
};

export type SideTableOptions = {
  /** Folder that relative paths start from: that of the study file. */
  readonly folder: string;
  /** Where the study names the files, for messages. */
  readonly field: string;
  readonly columns: readonly SideColumn[];
  /** Rows with a time in column `column` on this day or later are left out before they are judged. */
  readonly before?: {readonly day: Day; readonly column: number} | undefined;
  /** What else is wrong with a row, as SQL over {@link sideColumn}, with the column to blame. */
  readonly rules?: readonly {readonly when: string; readonly column: number; readonly what: string}[];
};

/** SQL for column `i` of the table `side`. */
export const sideColumn = (i: number): string => `c${i}`;

/**
 * Reads files into the table `side`: the columns of `raw`, then c0, c1, …, those asked for in the order given: customers as
 * they are written, texts without spaces around them, times as TIMESTAMP in UTC, numbers as finite DOUBLE.
 * @throws DataError for files or columns that are not there, and for the first row that cannot be read.
 */
export async function loadSideTable(
  database: Database,
  from: string | readonly string[],
  {folder, field, columns, before, rules = []}: SideTableOptions,
): Promise<void> {
  const names = columns.map(({name}) => name);
  const files = await openFiles(database, from, {folder, csv: {expected: names}, field});
  for (const file of files) for (const column of columns) requireColumn(file, column);
  await loadRaw(database, files, names);
  if (before !== undefined)
    await database.connection.run(
      `DELETE FROM raw WHERE coalesce(${cellOf(columns[before.column]!, before.column)} >= TIMESTAMP '${dateOf(before.day)}', false)`,
    );
  const values = columns.map((column, i) => `${cellOf(column, i)} AS ${sideColumn(i)}`);
  await database.connection.run(
    `CREATE TABLE side AS SELECT *, ${values.join(", ")} FROM raw; DROP TABLE raw`,
  );
  await refuseBadRow(database, files, {columns, rules});
}

function cellOf({kind}: SideColumn, i: number): string {
  const cell = rawColumn(i);
  if (kind === "customer") return cell;
  if (kind === "text") return filled(cell);
  return kind === "time" ? timeOf(filled(cell), {timeZone: "UTC"}) : number(cell);
}

function requireColumn({name: file, columns}: SourceFile, {name, field}: SideColumn): void {
  if (columns.includes(name)) return;
  const present = columns.map(column => JSON.stringify(column)).join(", ");
  throw new DataError(`${file} has no column ${JSON.stringify(name)}, it has ${present}; correct ${field}`, {
    file,
    column: name,
  });
}

const UNREADABLE = {time: "is no date or time of ISO 8601", number: "is no number"} as const;

async function refuseBadRow(
  database: Database,
  files: readonly SourceFile[],
  {columns, rules}: Required<Pick<SideTableOptions, "columns" | "rules">>,
): Promise<void> {
  const verdicts = columns.flatMap(({kind, what, required = true}, column) => {
    const text = filled(rawColumn(column));
    const missing = {when: `${text} IS NULL`, what: `${what} is missing`, column};
    const unreadable = (readable: keyof typeof UNREADABLE) => ({
      when: `${text} IS NOT NULL AND ${sideColumn(column)} IS NULL`,
      what: `${what} ${UNREADABLE[readable]}`,
      column,
    });
    return [
      ...(required ? [missing] : []),
      ...(kind === "time" || kind === "number" ? [unreadable(kind)] : []),
    ];
  });
  const all = [...verdicts, ...rules];
  const fault = `CASE ${all.map(({when}, i) => `WHEN ${when} THEN ${i}`).join(" ")} END`;
  const value = `[${columns.map((_, i) => rawColumn(i)).join(", ")}][[${all.map(({column}) => column + 1).join(", ")}][fault + 1]]`;
  const [bad] = await rowsOf<{file: number; row: number; fault: number; value: string | null}>(
    database,
    `SELECT "$file" AS file, "$row"::DOUBLE AS row, fault, value FROM (
       SELECT "$file", "$row", -1 AS fault, value FROM rejected UNION ALL
       SELECT "$file", "$row", fault, ${value} FROM (
         SELECT *, ${fault} AS fault FROM side) WHERE fault IS NOT NULL)
     ORDER BY "$file", "$row" LIMIT 1`,
  );
  if (bad === undefined) return;
  const verdict = all[bad.fault];
  const column = verdict === undefined ? undefined : columns[verdict.column]!.name;
  const what = verdict?.what ?? "the line has not the columns of its file";
  const file = files[bad.file]!.name;
  throw new DataError(
    `${file} row ${bad.row}${column === undefined ? "" : `, ${column}`}: ${what}${bad.value ? ` (${JSON.stringify(bad.value)})` : ""}; correct or remove the row`,
    {file, row: bad.row, column, cell: bad.value ?? undefined},
  );
}

/** Rows of a table by customer. */
export type SideRows<Columns> = {
  /** Customer c of the log owns the rows [offsets[c], offsets[c + 1]), in the order of the query. */
  readonly offsets: Int32Array;
  readonly columns: Columns;
  /** Rows left out because their customer has no event. */
  readonly unknownCustomers: number;
};

/** Columns of numbers, one entry a row. */
type NumberColumns = readonly [NumberColumn, ...NumberColumn[]];
type NumberColumn = Int32Array | Float64Array | Uint8Array;

/**
 * Groups the rows of a query by customer.
 * @param sql its first column is the customer, the others are those of `make`, in order and without NULL.
 * @param make makes the columns for a number of rows.
 */
export async function rowsByCustomer<Columns extends NumberColumns>(
  database: Database,
  sql: string,
  {customers, make}: {readonly customers: readonly string[]; readonly make: (rows: number) => Columns},
): Promise<SideRows<Columns>> {
  const index = new Map(customers.map((id, i) => [id, i]));
  const [{n}] = (await rowsOf<{n: number}>(database, `SELECT count(*)::DOUBLE AS n FROM (${sql})`)) as [
    {n: number},
  ];
  const read = make(n);
  const owner = new Int32Array(n);
  let at = 0;
  for await (const chunk of chunksOf(database, sql)) {
    for (const [i, id] of chunk.getColumnValues(0).entries()) owner[at + i] = index.get(id as string) ?? -1;
    for (const [j, column] of read.entries()) copyColumn(chunk, 1 + j, at, column);
    at += chunk.rowCount;
  }
  const offsets = new Int32Array(customers.length + 1);
  for (const c of owner) if (c >= 0) offsets[c + 1]! += 1;
  for (let c = 0; c < customers.length; c++) offsets[c + 1]! += offsets[c]!;
  const columns = make(offsets[customers.length]!);
  const next = offsets.slice();
  for (let i = 0; i < n; i++) {
    const c = owner[i]!;
    if (c < 0) continue;
    const to = next[c]!++;
    for (let j = 0; j < read.length; j++) columns[j]![to] = read[j]![i]!;
  }
  return {offsets, columns, unknownCustomers: n - offsets[customers.length]!};
}
