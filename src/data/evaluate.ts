import {DataError} from "../data-error.ts";
import {type Database, named, rowsOf} from "./database.ts";
import {filled, RAW_PLACE, rawColumn} from "./raw.ts";
import type {EventSource, Reading} from "./reading.ts";

/** Rows of `raw` with the study's expressions evaluated. */
export type Evaluated = {
  /** SQL for a table: the columns of `raw`, "$type" VARCHAR and "$amount", a text or a number. */
  readonly sql: string;
  /** Columns that the amount reads as numbers: a cell of theirs that is none makes the amount unreadable. */
  readonly numeric: readonly string[];
};

/**
 * Evaluates `events.type` and `events.amount`. Columns are texts; in an expression of more than a name, those are
 * numbers whose cells are: all of them for the type, more than half for the amount, where a bad cell is a finding.
 * Where SQL refuses numbers, as `replace` does, the columns stay texts.
 * @throws DataError when SQL refuses the expression either way.
 */
export async function evaluate(
  database: Database,
  source: EventSource,
  reading: Reading,
): Promise<Evaluated> {
  const all = [RAW_PLACE, ...reading.columns.map((_, i) => rawColumn(i))].join(", ");
  const {typeColumns, amountColumns} = reading;
  /** A table with `kept` and the columns of an expression under their own names. */
  const scope = (kept: string, names: readonly string[], typed: readonly string[], table: string) => {
    const columns = names.map(name => {
      const cell = rawColumn(reading.columns.indexOf(name));
      return `, ${typed.includes(name) ? number(cell) : cell} AS ${named(name)}`;
    });
    return `(SELECT ${kept}${columns.join("")} FROM ${table})`;
  };
  const type = await bound(database, "events.type", source.type, {
    ways: [
      isName(source.type, typeColumns) ? [] : await numericColumns(database, reading, typeColumns, 1),
      [],
    ],
    sql: typed =>
      `(SELECT ${all}, (${source.type})::VARCHAR AS "$type" FROM ${scope(all, typeColumns, typed, "raw")})`,
  });
  const kept = `${all}, "$type"`;
  const {amount} = source;
  if (amount === undefined)
    return {sql: `(SELECT ${kept}, NULL::VARCHAR AS "$amount" FROM ${type.sql})`, numeric: []};
  if (isName(amount, amountColumns)) {
    const cell = filled(rawColumn(reading.columns.indexOf(amountColumns[0]!)));
    return {sql: `(SELECT ${kept}, ${cell} AS "$amount" FROM ${type.sql})`, numeric: []};
  }
  const {sql, typed} = await bound(database, "events.amount", amount, {
    ways: [await numericColumns(database, reading, amountColumns, 0.5), []],
    sql: typed =>
      `(SELECT ${kept}, (${amount}) AS "$amount" FROM ${scope(kept, amountColumns, typed, type.sql)})`,
  });
  return {sql, numeric: typed};
}

/** SQL for a text as a finite number, NULL when it is none. */
export const number = (cell: string): string =>
  `CASE WHEN isfinite(try_cast(${filled(cell)} AS DOUBLE)) THEN try_cast(${filled(cell)} AS DOUBLE) END`;

/** Whether an expression is no more than the name of its only column. */
function isName(expression: string, columns: readonly string[]): boolean {
  const [name] = columns;
  const text = expression.trim();
  return columns.length === 1 && (text.toLowerCase() === name!.toLowerCase() || text === named(name!));
}

/** Those of the columns of which more than `share` (1: all) of the cells that are not blank are numbers. */
async function numericColumns(
  database: Database,
  reading: Reading,
  names: readonly string[],
  share: number,
): Promise<string[]> {
  if (names.length === 0) return [];
  const cells = names.map(name => rawColumn(reading.columns.indexOf(name)));
  const counts = cells.map(
    (cell, i) => `count(${number(cell)})::DOUBLE AS n${i}, count(${filled(cell)})::DOUBLE AS d${i}`,
  );
  const [row] = await rowsOf<Record<string, number>>(database, `SELECT ${counts.join(", ")} FROM raw`);
  return names.filter((_, i) => {
    const [n, d] = [row![`n${i}`]!, row![`d${i}`]!];
    return d > 0 && (share === 1 ? n === d : n > share * d);
  });
}

/** The first way to type the columns of an expression that SQL accepts. @throws DataError when it accepts none. */
async function bound(
  database: Database,
  field: string,
  expression: string,
  {
    ways,
    sql,
  }: {readonly ways: readonly (readonly string[])[]; readonly sql: (typed: readonly string[]) => string},
): Promise<{sql: string; typed: readonly string[]}> {
  let why = "";
  for (const typed of ways) {
    try {
      await database.connection.run(`SELECT * FROM ${sql(typed)} LIMIT 0`);
      return {sql: sql(typed), typed};
    } catch (error) {
      why ||= (error as Error).message.split("\n")[0]!;
    }
  }
  throw new DataError(`${field} cannot be evaluated: ${expression} (${why}); correct it`);
}
