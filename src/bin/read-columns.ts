import {existsSync} from "node:fs";
import {basename} from "node:path";
import {chunksOf, dayColumn, withDatabase} from "../data/database.ts";
import {loadSideTable, type SideColumn, type SideTableOptions, sideColumn} from "../data/side-table.ts";
import {openFiles} from "../data/source.ts";
import {DataError} from "../data-error.ts";

/** Columns of a file, one entry a row. Text that is blank is "", a number NaN; times are days since 1970-01-01. */
export type Columns = {
  readonly text: (i: number) => string[];
  readonly number: (i: number) => Float64Array;
};

/**
 * Reads columns of a CSV or Parquet file, relative to where the command runs.
 * @param field what names the file on the command line, for messages.
 * @param once the column whose values may not repeat.
 * @throws DataError for a file or column that is not there, and for the first row that cannot be read or repeats.
 */
export const readColumns = (
  file: string,
  {
    field,
    columns,
    rules = [],
    once,
  }: Pick<SideTableOptions, "columns" | "rules"> & {readonly field: string; readonly once?: number},
): Promise<Columns> =>
  withDatabase(async database => {
    requireOne(file, field);
    await loadSideTable(database, file, {folder: process.cwd(), field, columns, rules});
    const sql = columns.map(({kind}, i) => (kind === "time" ? dayColumn(sideColumn(i)) : sideColumn(i)));
    const values: (string | number | null)[][] = columns.map(() => []);
    const row: number[] = [];
    for await (const chunk of chunksOf(
      database,
      `SELECT ${sql.join(", ")}, "$row"::DOUBLE FROM side ORDER BY "$file", "$row"`,
    ))
      for (let j = 0; j <= columns.length; j++)
        for (const value of chunk.getColumnValues(j))
          (j < columns.length ? values[j]! : row).push(value as never);
    if (once !== undefined) refuseRepeated(file, columns[once]!, {texts: values[once]!, row});
    return {
      text: i => values[i]!.map(value => (value === null ? "" : String(value))),
      number: i => Float64Array.from(values[i]!, value => (value === null ? Number.NaN : Number(value))),
    };
  });

/** A digest is of one file, and a row's number is of one too. */
function requireOne(file: string, field: string): void {
  if (/[*?[]/.test(file) && !existsSync(file))
    throw new DataError(`${field} names ${file}, which is no file; name one file`, {file});
}

function refuseRepeated(
  file: string,
  {name, what}: SideColumn,
  {texts, row}: {readonly texts: readonly unknown[]; readonly row: readonly number[]},
): void {
  const seen = new Map<unknown, number>();
  texts.forEach((text, i) => {
    const first = seen.get(text);
    if (first !== undefined)
      throw new DataError(
        `${basename(file)} row ${row[i]}, ${name}: ${what} ${JSON.stringify(text)} is in row ${first} too; leave one row a customer`,
        {file, row: row[i], column: name, cell: String(text)},
      );
    seen.set(text, row[i]!);
  });
}

/** Names of the columns of a file. @throws DataError when it is not there or cannot be read. */
export const columnNames = (file: string, {field}: {readonly field: string}): Promise<readonly string[]> =>
  withDatabase(async database => {
    const [first] = await openFiles(database, file, {folder: process.cwd(), field});
    return first!.columns;
  });
