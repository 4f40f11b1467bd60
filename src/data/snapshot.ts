import {createHash} from "node:crypto";
import {join} from "node:path";
import {DataError} from "../data-error.ts";
import {dateOf} from "./calendar.ts";
import {chunksOf, type Database, literal, named, quoted, rowsOf, withDatabase} from "./database.ts";
import {byCodeUnit} from "./event-log.ts";
import type {Finding} from "./finding.ts";
import type {Ingested} from "./ingest.ts";

/** Form of the canonical rows and of the folder; another number is another kind of snapshot. */
const VERSION = 1;

/** What a snapshot folder holds, as in its manifest.json. It names no clock and no machine. */
export type SnapshotManifest = {
  readonly version: number;
  /** sha256 of the canonical rows, hex; the name of the folder. */
  readonly digest: string;
  readonly rows: number;
  readonly customers: number;
  /** Rows by event type. */
  readonly types: Readonly<Record<string, number>>;
  /** Columns of events.parquet; `attribute` is the source's name for an attribute. */
  readonly schema: readonly {readonly column: string; readonly type: string; readonly attribute?: string}[];
  /** First day with an event, YYYY-MM-DD. */
  readonly firstDay: string;
  /** Last fully observed day, YYYY-MM-DD: the snapshot is the state as of its end. */
  readonly lastDay: string;
  readonly rowsRead: number;
  readonly sources: readonly {readonly name: string; readonly bytes: number; readonly sha256: string}[];
  readonly contract: readonly Finding[];
  /** Rows of quarantine.csv by check. */
  readonly quarantined: Readonly<Record<string, number>>;
};

export type Snapshot = {readonly folder: string; readonly manifest: SnapshotManifest};

/** What a snapshot needs of the file system. */
export type SnapshotFiles = {
  readonly fingerprint: (path: string) => Promise<{bytes: number; sha256: string}>;
  /** Makes a new empty folder inside `parent`, and `parent` where it is missing. */
  readonly temporaryFolder: (parent: string) => Promise<string>;
  readonly exists: (path: string) => Promise<boolean>;
  /** Writes a text file at once or not at all. */
  readonly write: (path: string, text: string) => Promise<void>;
  /** Renames a file or a folder; a file of that name is replaced. */
  readonly rename: (from: string, to: string) => Promise<void>;
  readonly remove: (path: string) => Promise<void>;
};

/**
 * Writes `<store>/snapshots/<digest>/`: events.parquet, quarantine.csv and manifest.json.
 * The digest is that of {@link canonicalRows}: the order and names of files, their compression and delimiter
 * do not change it. A snapshot that is there is reused: its events stay; what is said of the sources, the
 * contract and the quarantine becomes that of this reading.
 */
export async function writeSnapshot(
  ingested: Ingested,
  {store, files}: {readonly store: string; readonly files: SnapshotFiles},
): Promise<Snapshot> {
  const {database} = ingested;
  const columns = attributeColumns(ingested.attributes);
  await sortEvents(database, ingested.attributes);
  const digest = await digestOf(ingested);
  const manifest = await manifestOf(ingested, digest, columns, files);
  const parent = join(store, "snapshots");
  const folder = join(parent, digest);
  const temporary = await files.temporaryFolder(parent);
  try {
    await writeQuarantine(database, join(temporary, "quarantine.csv"));
    await files.write(join(temporary, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
    if (await files.exists(join(folder, "events.parquet"))) {
      for (const name of ["quarantine.csv", "manifest.json"])
        await files.rename(join(temporary, name), join(folder, name));
    } else {
      await writeEvents(database, columns, join(temporary, "events.parquet"));
      await files.rename(temporary, folder);
    }
  } finally {
    await files.remove(temporary);
  }
  return {folder, manifest};
}

/** Names of the attributes' columns in Parquet: the attribute's own, unless it is taken. */
function attributeColumns(attributes: readonly string[]): string[] {
  const taken = new Set(["customer", "time", "type", "amount"]);
  return attributes.map(name => {
    let column = name;
    for (let n = 2; taken.has(column.toLowerCase()); n++) column = `${name}_${n}`;
    taken.add(column.toLowerCase());
    return column;
  });
}

/** Puts the events in canonical order: by the UTF-8 bytes of the texts in turn, missing first. */
async function sortEvents({connection}: Database, attributes: readonly string[]): Promise<void> {
  const keys = byName(attributes).map(({i}) => `, "@${i}" NULLS FIRST`);
  await connection.run(
    `CREATE TABLE sorted AS SELECT * FROM events ORDER BY customer, time, type, amount NULLS FIRST${keys.join("")};
     DROP TABLE events; ALTER TABLE sorted RENAME TO events`,
  );
}

/** Attributes in code-unit order of their names, with their places in the table. */
const byName = (attributes: readonly string[]): {name: string; i: number}[] =>
  attributes.map((name, i) => ({name, i})).sort((a, b) => byCodeUnit(a.name, b.name));

/**
 * SQL for the canonical rows, in order: every field as its length in UTF-8 bytes, a colon, the text and a comma,
 * a missing one as `-` and a comma; fields are customer, microseconds since 1970 (UTC), type, amount in
 * ten-thousandths, then the attributes in code-unit order of their names.
 */
export function canonicalRows(attributes: readonly string[]): string {
  const fields = [
    "customer",
    "epoch_us(time)::VARCHAR",
    "type",
    "CAST(CAST(amount * 10000 AS DECIMAL(28,0)) AS VARCHAR)",
    ...byName(attributes).map(({i}) => `"@${i}"`),
  ];
  return fields.map(field => `coalesce(strlen(${field}) || ':' || ${field} || ',', '-,')`).join(" || ");
}

/**
 * sha256 over a heading and the canonical rows, each ended by a line feed. The heading, in fields as above:
 * `churnbook-events`, the version, the last fully observed day, and the names of the attributes in order.
 */
async function digestOf({database, attributes, lastDay}: Ingested): Promise<string> {
  const hash = createHash("sha256");
  const names = byName(attributes).map(({name}) => name);
  const heading = ["churnbook-events", String(VERSION), dateOf(lastDay), ...names];
  hash.update(`${heading.map(text => `${Buffer.byteLength(text)}:${text},`).join("")}\n`);
  const sql = `SELECT ${canonicalRows(attributes)} AS line FROM events`;
  for await (const chunk of chunksOf(database, sql))
    hash.update(`${(chunk.getColumnValues(0) as string[]).join("\n")}\n`);
  return hash.digest("hex");
}

async function manifestOf(
  ingested: Ingested,
  digest: string,
  columns: readonly string[],
  files: SnapshotFiles,
): Promise<SnapshotManifest> {
  const sources = [];
  for (const {path, name} of ingested.files) sources.push({name, ...(await files.fingerprint(path))});
  return {
    version: VERSION,
    digest,
    rows: ingested.rows,
    customers: ingested.customers,
    types: ingested.types,
    schema: [
      {column: "customer", type: "VARCHAR"},
      {column: "time", type: "TIMESTAMP"},
      {column: "type", type: "VARCHAR"},
      {column: "amount", type: "DECIMAL(18,4)"},
      ...columns.map((column, i) => ({column, type: "VARCHAR", attribute: ingested.attributes[i]!})),
    ],
    firstDay: dateOf(ingested.firstDay),
    lastDay: dateOf(ingested.lastDay),
    rowsRead: ingested.rowsRead,
    sources,
    contract: ingested.contract,
    quarantined: ingested.quarantined,
  };
}

async function writeEvents({connection}: Database, columns: readonly string[], path: string): Promise<void> {
  const attributes = columns.map((column, i) => `, "@${i}" AS ${named(column)}`).join("");
  await connection.run(
    `COPY (SELECT customer, time, type, amount${attributes} FROM events)
     TO ${quoted(path)} (FORMAT parquet, COMPRESSION zstd)`,
  );
}

async function writeQuarantine({connection}: Database, path: string): Promise<void> {
  await connection.run(
    `COPY (SELECT file, row, "column", value, reason FROM quarantine) TO ${quoted(path)} (FORMAT csv, HEADER)`,
  );
}

/** Reads the manifest of a snapshot folder. @throws DataError when there is none, or of another version. */
export const readManifest = (folder: string): Promise<SnapshotManifest> =>
  withDatabase(database => manifestIn(database, folder));

/** {@link readManifest} through a database that is open. */
export async function manifestIn(database: Database, folder: string): Promise<SnapshotManifest> {
  const path = join(folder, "manifest.json");
  const sql = `SELECT content FROM read_text(${quoted(literal(path))})`;
  const [row] = await rowsOf<{content: string}>(database, sql);
  if (row === undefined)
    throw new DataError(`${folder} is no snapshot, it has no manifest.json; run the study again`, {
      file: path,
    });
  const manifest = JSON.parse(row.content) as SnapshotManifest;
  if (manifest.version !== VERSION)
    throw new DataError(
      `${path} is of version ${manifest.version}, this package reads ${VERSION}; run the study again`,
      {file: path},
    );
  return manifest;
}
