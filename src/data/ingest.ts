import {DataError} from "../data-error.ts";
import type {Study} from "../study.ts";
import {dateOf, dayOf} from "./calendar.ts";
import {contractOf, stopOver} from "./contract.ts";
import {type Database, dayColumn, openDatabase, quoted, rowsOf} from "./database.ts";
import type {Day} from "./event-log.ts";
import type {Finding} from "./finding.ts";
import {FAULTS, judge} from "./judge.ts";
import {loadRaw} from "./raw.ts";
import {readingOf} from "./reading.ts";
import {openFiles, type SourceFile} from "./source.ts";
import {checkReading} from "./time.ts";

/**
 * Events that were read and judged, in the tables of an open database:
 * `events` (customer, time in UTC, type, amount, "@0", "@1", … the attributes in the order of `attributes`) and
 * `quarantine` (file, row from 1 with the header not counted, column, value, reason, check), in source order.
 */
export type Ingested = {
  readonly database: Database;
  readonly files: readonly SourceFile[];
  /** Names of the attributes. */
  readonly attributes: readonly string[];
  /** Rows read, kept or not. */
  readonly rowsRead: number;
  /** Rows kept. */
  readonly rows: number;
  readonly customers: number;
  /** Rows kept, by event type. */
  readonly types: Readonly<Record<string, number>>;
  /** First day with an event. */
  readonly firstDay: Day;
  /** Last fully observed day: the declared one, else the day of the last event. */
  readonly lastDay: Day;
  /** What every check of the contract found, in a fixed order. */
  readonly contract: readonly Finding[];
  /** Rows in quarantine by check; rows left out for a negative amount are counted in the contract alone. */
  readonly quarantined: Readonly<Record<string, number>>;
  /** Frees the database, if it was opened here. */
  readonly close: () => void;
};

export type IngestOptions = {
  /** Folder that relative paths start from: that of the study file. */
  readonly folder: string;
  /** Day of reading, YYYY-MM-DD: no event may be later, when the source declares no last day. */
  readonly today?: string | undefined;
  /** Database without tables to read into; a new one when absent. */
  readonly database?: Database | undefined;
  /** Whether too many bad rows are an error (the default), or a finding only. */
  readonly stop?: boolean | undefined;
};

/**
 * Reads the event files of a study, checks the contract and puts bad rows in quarantine.
 * @throws DataError for files or columns that are not there, and for more bad rows than the study allows.
 */
export async function ingest(
  source: Study["events"],
  {folder, today, database, stop = true}: IngestOptions,
): Promise<Ingested> {
  const own = database === undefined;
  const db = database ?? (await openDatabase());
  const close = () => {
    if (own) db.close();
  };
  try {
    return {...(await read(db, source, folder, today, stop)), close};
  } catch (error) {
    close();
    throw error;
  }
}

async function read(
  database: Database,
  source: Study["events"],
  folder: string,
  today: string | undefined,
  stop: boolean,
): Promise<Omit<Ingested, "close">> {
  await checkReading(database, source);
  const csv = {...source.csv, expected: [source.customer, source.time]};
  const files = await openFiles(database, source.from, {folder, csv, field: "events.from"});
  const reading = await readingOf(database, source, files);
  await loadRaw(database, files, reading.columns);
  const declared = source.lastDay === undefined ? undefined : dayOf(source.lastDay);
  const rowsRead = await countRows(database, files);
  const last = declared ?? (today === undefined ? undefined : dayOf(today));
  await judge(database, source, reading, last);
  await database.connection.run("DROP TABLE raw");
  await setApart(database, source, files, last);
  const summary = await summaryOf(database);
  const quarantined = await quarantinedIn(database);
  const contract = await contractOf(database, source, {
    rowsRead,
    quarantined,
    files,
    lastAllowed: declared ?? (last === undefined ? undefined : "day of reading"),
  });
  if (stop) await stopOver(database, source, {rowsRead, quarantined});
  if (summary.rows === 0)
    throw new DataError(
      `no event is left of ${rowsRead} rows in ${nameAll(files)}; read the reasons with churnbook data check`,
    );
  if (Object.keys(summary.types).length > 256)
    throw new DataError(
      `events.type gives ${Object.keys(summary.types).length} event types, at most 256 can be told apart; group them in the expression`,
    );
  return {
    database,
    files,
    attributes: source.attributes,
    rowsRead,
    ...summary,
    lastDay: declared ?? summary.lastDay,
    contract,
    quarantined,
  };
}

async function countRows(database: Database, files: readonly SourceFile[]): Promise<number> {
  const [row] = await rowsOf<{n: number}>(
    database,
    "SELECT ((SELECT count(*) FROM raw) + (SELECT count(*) FROM rejected))::DOUBLE AS n",
  );
  if (row!.n > 0) return row!.n;
  throw new DataError(`${nameAll(files)} has a header but no rows; give a file with one row an event`, {
    file: files[0]!.name,
  });
}

const nameAll = (files: readonly SourceFile[]): string =>
  files.length === 1 ? files[0]!.name : `${files[0]!.name} and ${files.length - 1} more`;

/** Parts the judged rows into `events` and `quarantine`. */
async function setApart(
  {connection}: Database,
  source: Study["events"],
  files: readonly SourceFile[],
  last: Day | undefined,
): Promise<void> {
  await connection.run(
    `CREATE TABLE duplicated AS SELECT "$print" FROM judged WHERE fault IS NULL GROUP BY "$print" HAVING count(*) > 1;
     CREATE TABLE repeats AS SELECT "$file", "$row" FROM (
       SELECT "$file", "$row", row_number() OVER (PARTITION BY "$print" ORDER BY "$file", "$row") AS n
       FROM judged SEMI JOIN duplicated USING ("$print") WHERE fault IS NULL) WHERE n > 1`,
  );
  if (source.duplicates === "quarantine")
    await connection.run(
      `UPDATE judged SET fault = ${FAULTS.indexOf("duplicate-row")} FROM repeats
       WHERE judged."$file" = repeats."$file" AND judged."$row" = repeats."$row"`,
    );
  const attributes = source.attributes.map((_, i) => `, "@${i}"`).join("");
  const names = `[${files.map(file => quoted(file.name)).join(", ")}]`;
  const checks = `[${FAULTS.map(quoted).join(", ")}]`;
  const reasons = `[${reasonsOf(source, last).map(quoted).join(", ")}]`;
  await connection.run(
    `CREATE TABLE quarantine AS SELECT ${names}["$file" + 1] AS file, "$row" AS row, col AS column, value, reason, "check" FROM (
       SELECT "$file", "$row", '' AS col, value, reason, 'malformed-row' AS "check" FROM rejected UNION ALL
       SELECT "$file", "$row", coalesce("$column", ''), coalesce("$value", ''), ${reasons}[fault + 1], ${checks}[fault + 1]
       FROM judged WHERE fault IS NOT NULL) ORDER BY "$file", "$row";
     CREATE TABLE excluded AS SELECT count(*)::DOUBLE AS n FROM judged WHERE fault IS NULL AND excluded;
     CREATE TABLE events AS SELECT customer, time, type, amount${attributes} FROM judged WHERE fault IS NULL AND NOT excluded;
     DROP TABLE judged`,
  );
}

/** What is said of a row in quarantine, in the order of FAULTS. */
const reasonsOf = (source: Study["events"], last: Day | undefined): string[] => [
  "is no row of its file",
  "the customer is missing",
  source.timeFormat === undefined
    ? "the time is no date or time of ISO 8601"
    : `the time is not written ${source.timeFormat}`,
  last === undefined ? "" : `the time lies after ${dateOf(last)}`,
  "the type is missing",
  "the amount is no number",
  "the row repeats an earlier one",
];

async function summaryOf(
  database: Database,
): Promise<Pick<Ingested, "rows" | "customers" | "types" | "firstDay" | "lastDay">> {
  const [row] = await rowsOf<Record<"rows" | "customers" | "first" | "last", number>>(
    database,
    `SELECT count(*)::DOUBLE AS rows, count(DISTINCT customer)::DOUBLE AS customers,
       coalesce(${dayColumn("min(time)")}, 0) AS first,
       coalesce(${dayColumn("max(time)")}, 0) AS last FROM events`,
  );
  const types = await rowsOf<{type: string; n: number}>(
    database,
    "SELECT type, count(*)::DOUBLE AS n FROM events GROUP BY type ORDER BY type",
  );
  return {
    rows: row!.rows,
    customers: row!.customers,
    types: Object.fromEntries(types.map(({type, n}) => [type, n])),
    firstDay: row!.first,
    lastDay: row!.last,
  };
}

async function quarantinedIn(database: Database): Promise<Record<string, number>> {
  const rows = await rowsOf<{check: string; n: number}>(
    database,
    `SELECT "check", count(*)::DOUBLE AS n FROM quarantine GROUP BY "check" ORDER BY "check"`,
  );
  return Object.fromEntries(rows.map(row => [row.check, row.n]));
}
