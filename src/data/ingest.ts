import {DataError} from "../data-error.ts";
import type {Study} from "../study.ts";
import {asOfDay, cutAsOf} from "./as-of.ts";
import {dayOf} from "./calendar.ts";
import {contractOf, stopOver} from "./contract.ts";
import {type Database, dayColumn, openDatabase, rowsOf} from "./database.ts";
import type {Day} from "./event-log.ts";
import type {Finding} from "./finding.ts";
import {judge} from "./judge.ts";
import {type Lateness, latenessFindings} from "./lateness.ts";
import {loadRaw} from "./raw.ts";
import {readingOf} from "./reading.ts";
import {setApart} from "./set-apart.ts";
import {openFiles, type SourceFile} from "./source.ts";
import {checkReading} from "./time.ts";

/**
 * Events that were read and judged, in the tables of an open database:
 * `events` (customer, time in UTC, type, amount, "@0", "@1", … the attributes in the order of `attributes`; where
 * `known` or `ids` also known in UTC and id), the valid version of each event; `superseded`, with the same columns, the versions that were
 * replaced later than they were known; and `quarantine` (file, row from 1 with the header not counted, column,
 * value, reason, check), in source order.
 */
export type Ingested = {
  readonly database: Database;
  /** As of a day, those that had rows then. */
  readonly files: readonly SourceFile[];
  /** Names of the attributes. */
  readonly attributes: readonly string[];
  /** Whether the source has a column that says when events became known; else `known` is the time. */
  readonly known: boolean;
  /** Whether it has one that identifies them; else `id` is NULL. */
  readonly ids: boolean;
  /** Day before which all is known that was read; the state of the source's end when absent. */
  readonly asOf?: Day | undefined;
  /** Rows read, kept or not; as of a day, without those that came later. */
  readonly rowsRead: number;
  /** Events: rows kept, superseded versions not counted. */
  readonly rows: number;
  /** Rows of `superseded`. */
  readonly superseded: number;
  /** Customers with an event. */
  readonly customers: number;
  /** Events by type; 0 for a type that superseded versions alone have. */
  readonly types: Readonly<Record<string, number>>;
  /** First day with an event. */
  readonly firstDay: Day;
  /** Last fully observed day: the declared one, else the day of the last event; at most the day before `asOf`. */
  readonly lastDay: Day;
  /** What every check of the contract found, in a fixed order. */
  readonly contract: readonly Finding[];
  readonly lateness: Lateness;
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
  /** Day, YYYY-MM-DD: only what was known before 00:00 UTC of it is read, see {@link cutAsOf}. */
  readonly asOf?: string | undefined;
  /** Database without tables to read into; a new one when absent. */
  readonly database?: Database | undefined;
  /** Whether too many bad rows are an error (the default), or a finding only. */
  readonly stop?: boolean | undefined;
};

/**
 * Reads the event files of a study, checks the contract and puts bad rows in quarantine.
 * @throws DataError for files or columns that are not there, and for more bad rows than the study allows.
 */
export async function ingest(source: Study["events"], options: IngestOptions): Promise<Ingested> {
  const own = options.database === undefined;
  const db = options.database ?? (await openDatabase());
  const close = () => {
    if (own) db.close();
  };
  try {
    return {...(await read(db, source, options)), close};
  } catch (error) {
    close();
    throw error;
  }
}

async function read(
  database: Database,
  source: Study["events"],
  {folder, today, asOf, stop = true}: IngestOptions,
): Promise<Omit<Ingested, "close">> {
  const cut = asOf === undefined ? undefined : asOfDay(asOf, today);
  await checkReading(database, source);
  const csv = {...source.csv, expected: [source.customer, source.time]};
  const files = await openFiles(database, source.from, {folder, csv, field: "events.from"});
  const reading = await readingOf(database, source, files);
  await loadRaw(database, files, reading.columns);
  const declared = source.lastDay === undefined ? undefined : dayOf(source.lastDay);
  await countRows(database, files);
  if (cut !== undefined) await cutAsOf(database, source, reading, cut);
  const rowsRead = await countRows(database, files, asOf);
  const present = cut === undefined ? files : await withRows(database, files);
  const last = declared ?? (today === undefined ? undefined : dayOf(today));
  await judge(database, source, reading, last);
  await database.connection.run("DROP TABLE raw");
  const lateness = await setApart(database, source, files, last);
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
    files: present,
    attributes: source.attributes,
    known: source.known !== undefined,
    ids: source.id !== undefined,
    asOf: cut,
    rowsRead,
    ...summary,
    lastDay: Math.min(declared ?? summary.lastDay, (cut ?? Number.POSITIVE_INFINITY) - 1),
    contract: [...contract, ...latenessFindings(lateness, {rows: summary.rows, asOf: cut})],
    lateness,
    quarantined,
  };
}

async function countRows(database: Database, files: readonly SourceFile[], asOf?: string): Promise<number> {
  const [row] = await rowsOf<{n: number}>(
    database,
    "SELECT ((SELECT count(*) FROM raw) + (SELECT count(*) FROM rejected))::DOUBLE AS n",
  );
  if (row!.n > 0) return row!.n;
  const file = files[0]!.name;
  if (asOf !== undefined)
    throw new DataError(`no row of ${nameAll(files)} was known before ${asOf}; ask for a later day`, {file});
  throw new DataError(`${nameAll(files)} has a header but no rows; give a file with one row an event`, {
    file,
  });
}

/** The files of which rows are left. */
async function withRows(database: Database, files: readonly SourceFile[]): Promise<readonly SourceFile[]> {
  const rows = await rowsOf<{file: number}>(
    database,
    'SELECT "$file"::DOUBLE AS file FROM raw UNION SELECT "$file"::DOUBLE FROM rejected',
  );
  const left = new Set(rows.map(({file}) => file));
  return files.filter((_, i) => left.has(i));
}

const nameAll = (files: readonly SourceFile[]): string =>
  files.length === 1 ? files[0]!.name : `${files[0]!.name} and ${files.length - 1} more`;

async function summaryOf(
  database: Database,
): Promise<Pick<Ingested, "rows" | "superseded" | "customers" | "types" | "firstDay" | "lastDay">> {
  const [row] = await rowsOf<Record<"rows" | "superseded" | "customers" | "first" | "last", number>>(
    database,
    `SELECT count(*)::DOUBLE AS rows, (SELECT count(*) FROM superseded)::DOUBLE AS superseded, count(DISTINCT customer)::DOUBLE AS customers,
       coalesce(${dayColumn("min(time)")}, 0) AS first,
       coalesce(${dayColumn("max(time)")}, 0) AS last FROM events`,
  );
  const types = await rowsOf<{type: string; n: number}>(
    database,
    `SELECT type, sum(n)::DOUBLE AS n FROM (SELECT type, 1 AS n FROM events UNION ALL SELECT type, 0 FROM superseded)
     GROUP BY type ORDER BY type`,
  );
  return {
    rows: row!.rows,
    superseded: row!.superseded,
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
