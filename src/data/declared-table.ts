import type {Place} from "../data-error.ts";
import type {DataCheck} from "../study.ts";
import {type Cell, type Database, rowsOf} from "./database.ts";
import {filled} from "./raw.ts";
import type {SourceFile} from "./source.ts";

/** The files of a table, read as texts. */
export type Table = {
  readonly name: string;
  /** Name of the SQL table, laid out as `raw` is, with the times beside. */
  readonly sql: string;
  readonly files: readonly SourceFile[];
  /** SQL for the cell of a column. */
  readonly cell: (column: string) => string;
  /** SQL for the time in a column whose times a check reads, a TIMESTAMP in UTC, NULL where there is none. */
  readonly time: (column: string) => string;
};

/** What a check is called in reports: its kind, the table and the column. */
export const titleOf = (check: DataCheck, {name}: Table): string =>
  `${check.check} ${name}.${"columns" in check ? check.columns.join("+") : check.column}`;

/** Rows that break a check, and the first three of them. */
export type Tally = {readonly rows: number; readonly places: readonly Place[]};

/** Table and column of `table.column`. */
export const targetOf = (to: string): [table: string, column: string] => {
  const dot = to.indexOf(".");
  return [to.slice(0, dot), to.slice(dot + 1)];
};

/** SQL for the number of rows under a condition, n0, and the first three as JSON, p0. */
export function tally(cell: string, i: number, condition?: string): string {
  const filter = condition === undefined ? "" : ` FILTER (${condition})`;
  const place = `{file: "$file", row: "$row", cell: left(${cell}, 40)}`;
  return `(count(*)${filter})::DOUBLE AS n${i},
    to_json(arg_min(${place}, ${ORDER}, 3)${filter})::VARCHAR AS p${i}`;
}

/** SQL for the place of a row among all rows of a table. */
const ORDER = `("$file"::BIGINT * 1099511627776 + "$row")`;

export function tallyOf(
  row: Readonly<Record<string, Cell>>,
  i: number,
  {files}: Table,
  column: string,
): Tally {
  const first = JSON.parse((row[`p${i}`] as string | null) ?? "[]") as
    | {file: number; row: number; cell: string | null}[]
    | null;
  const places = (first ?? []).map(({file, row, cell}) => ({
    file: files[file]!.name,
    row,
    column,
    ...(cell === null || cell.trim() === "" ? {} : {cell}),
  }));
  return {rows: row[`n${i}`] as number, places};
}

/** Ids are compared as they are written, spaces and all, as everywhere; a blank one is none. */
const key = (cell: string): string => `CASE WHEN ${filled(cell)} IS NOT NULL THEN ${cell} END`;

/** Rows that have the same cells as an earlier one; missing equals missing, and rows without any are left out. */
export async function repeated(database: Database, columns: readonly string[], table: Table): Promise<Tally> {
  const keys = columns.map((column, i) => `${key(table.cell(column))} AS k${i}`);
  const names = columns.map((_, i) => `k${i}`);
  const same = names.map(name => `keyed.${name} IS NOT DISTINCT FROM twice.${name}`).join(" AND ");
  const [row] = await rowsOf<Record<string, Cell>>(
    database,
    `WITH keyed AS (SELECT * FROM (SELECT "$file", "$row", ${keys.join(", ")} FROM ${table.sql})
         WHERE coalesce(${names.join(", ")}) IS NOT NULL),
       twice AS (SELECT ${names.join(", ")} FROM keyed GROUP BY ALL HAVING count(*) > 1),
       again AS (SELECT *, row_number() OVER (PARTITION BY ${names.join(", ")} ORDER BY ${ORDER}) AS n
         FROM keyed SEMI JOIN twice ON ${same})
     SELECT ${tally(`concat_ws(', ', ${names.join(", ")})`, 0)} FROM again WHERE n > 1`,
  );
  return tallyOf(row!, 0, table, columns.join(", "));
}

/** Rows whose cell is not in the column of another table that it refers to; a blank one refers to nothing. */
export async function unknown(
  database: Database,
  {column, to}: Extract<DataCheck, {check: "references"}>,
  table: Table,
  tables: ReadonlyMap<string, Table>,
): Promise<Tally> {
  const [name, target] = targetOf(to);
  const other = tables.get(name)!;
  const cell = table.cell(column);
  const [row] = await rowsOf<Record<string, Cell>>(
    database,
    `SELECT ${tally(cell, 0)} FROM ${table.sql} AS own
     ANTI JOIN (SELECT DISTINCT ${other.cell(target)} AS known FROM ${other.sql}) ON own.${cell} = known
     WHERE ${filled(cell)} IS NOT NULL`,
  );
  return tallyOf(row!, 0, table, column);
}
