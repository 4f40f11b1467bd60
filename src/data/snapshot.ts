import {join} from "node:path";
import {DataError} from "../data-error.ts";
import {dateOf} from "./calendar.ts";
import {digestsOf, type Partition, sortEvents} from "./canonical.ts";
import {type Database, literal, quoted, rowsOf, withDatabase} from "./database.ts";
import type {Finding} from "./finding.ts";
import type {Ingested} from "./ingest.ts";
import type {Lateness} from "./lateness.ts";
import {partitionSchema, type SchemaColumn, writePartitions} from "./partitions.ts";

/** Form of the folder; another number is another kind of snapshot. */
const VERSION = 2;

/** What a snapshot folder holds, as in its manifest.json. It names no clock and no machine. */
export type SnapshotManifest = {
  readonly version: number;
  /** sha256 of the canonical rows, hex; the name of the folder. */
  readonly digest: string;
  /** Events, the valid version of each. */
  readonly rows: number;
  /** Rows beside them that were valid until a later version replaced them. */
  readonly superseded: number;
  /** Customers with an event. */
  readonly customers: number;
  /** Events by type; 0 for a type that superseded versions alone have. */
  readonly types: Readonly<Record<string, number>>;
  /** Columns of every partition. */
  readonly schema: readonly SchemaColumn[];
  /** The rows, superseded ones included, by month, ascending. */
  readonly partitions: readonly Partition[];
  /** First day with an event, YYYY-MM-DD. */
  readonly firstDay: string;
  /** Last fully observed day, YYYY-MM-DD. */
  readonly lastDay: string;
  /** Day, YYYY-MM-DD, before which all is known that the snapshot holds; absent when nothing was cut. */
  readonly asOf?: string;
  readonly rowsRead: number;
  readonly sources: readonly {readonly name: string; readonly bytes: number; readonly sha256: string}[];
  readonly contract: readonly Finding[];
  readonly lateness: Lateness;
  /** Rows of quarantine.csv by check. */
  readonly quarantined: Readonly<Record<string, number>>;
};

export type Snapshot = {
  readonly folder: string;
  readonly manifest: SnapshotManifest;
  /** Partitions that the store did not hold. */
  readonly written: readonly Partition[];
};

/** What a snapshot needs of the file system. */
export type SnapshotFiles = {
  readonly fingerprint: (path: string) => Promise<{bytes: number; sha256: string}>;
  /** Makes a new empty folder inside `parent`, and `parent` where it is missing. */
  readonly temporaryFolder: (parent: string) => Promise<string>;
  /** Makes a folder, and those above it, where they are missing. */
  readonly makeFolder: (path: string) => Promise<void>;
  /** Writes a text file at once or not at all. */
  readonly write: (path: string, text: string) => Promise<void>;
  /** Renames a file; one of that name is replaced. */
  readonly rename: (from: string, to: string) => Promise<void>;
  readonly remove: (path: string) => Promise<void>;
};

/**
 * Writes `<store>/snapshots/<digest>/`, quarantine.csv and manifest.json, and the partitions that the manifest names
 * and the store does not hold. The digest is that of {@link canonicalRows}: the order and names of files, their
 * compression and delimiter do not change it. Of a snapshot that is there, what is said of the sources, the contract
 * and the quarantine becomes that of this reading.
 */
export async function writeSnapshot(
  ingested: Ingested,
  {store, files}: {readonly store: string; readonly files: SnapshotFiles},
): Promise<Snapshot> {
  const {database} = ingested;
  const temporary = await files.temporaryFolder(join(store, "snapshots"));
  try {
    await writeQuarantine(database, join(temporary, "quarantine.csv"));
    await sortEvents(database, ingested);
    const digests = await digestsOf(database, ingested);
    const manifest = await manifestOf(ingested, digests, files);
    const written = await writePartitions(database, manifest.partitions, {...ingested, store, files});
    const folder = join(store, "snapshots", manifest.digest);
    await files.write(join(temporary, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
    await files.makeFolder(folder);
    // The manifest last: a folder with one is whole.
    for (const name of ["quarantine.csv", "manifest.json"])
      await files.rename(join(temporary, name), join(folder, name));
    return {folder, manifest, written};
  } finally {
    await files.remove(temporary);
  }
}

async function manifestOf(
  ingested: Ingested,
  {digest, partitions}: {readonly digest: string; readonly partitions: readonly Partition[]},
  files: SnapshotFiles,
): Promise<SnapshotManifest> {
  const sources = [];
  for (const {path, name} of ingested.files) sources.push({name, ...(await files.fingerprint(path))});
  const {rows, superseded, customers, types, firstDay, lastDay, asOf} = ingested;
  const {rowsRead, contract, lateness, quarantined} = ingested;
  return {
    ...{version: VERSION, digest, rows, superseded, customers, types},
    schema: partitionSchema(ingested),
    partitions,
    ...{firstDay: dateOf(firstDay), lastDay: dateOf(lastDay)},
    ...(asOf === undefined ? {} : {asOf: dateOf(asOf)}),
    ...{rowsRead, sources, contract, lateness, quarantined},
  };
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
