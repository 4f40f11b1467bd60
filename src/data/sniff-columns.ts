import {type Database, rowsOf} from "./database.ts";
import {filled, rawColumn} from "./raw.ts";

/** What is known of a column of text before it is decided what it means. */
export type ColumnFacts = {
  readonly name: string;
  /** Its column of the table `raw`. */
  readonly cell: string;
  readonly rows: number;
  /** Rows that are not blank. */
  readonly filled: number;
  readonly distinct: number;
  /** Rows that are numbers. */
  readonly numbers: number;
};

/** Counts over all rows of the table `raw`, whose columns are `names` in this order. */
export async function factsOf(database: Database, names: readonly string[]): Promise<ColumnFacts[]> {
  const counts = names.map((_, i) => {
    const cell = filled(rawColumn(i));
    return `, count(${cell})::DOUBLE AS f${i}, count(DISTINCT ${cell})::DOUBLE AS d${i},
      (count(*) FILTER (isfinite(try_cast(${cell} AS DOUBLE))))::DOUBLE AS n${i}`;
  });
  const sql = `SELECT count(*)::DOUBLE AS rows${counts.join("")} FROM raw`;
  const [row] = await rowsOf<Record<string, number>>(database, sql);
  return names.map((name, i) => ({
    name,
    cell: rawColumn(i),
    rows: row!.rows!,
    filled: row![`f${i}`]!,
    distinct: row![`d${i}`]!,
    numbers: row![`n${i}`]!,
  }));
}

/** "a and b could both be the time", "a, b and c could all be the time". */
export const couldBe = (names: readonly string[], what: string): string =>
  `${names.slice(0, -1).join(", ")} and ${names.at(-1)} could ${names.length === 2 ? "both" : "all"} be ${what}`;
