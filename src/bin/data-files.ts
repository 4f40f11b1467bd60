import {createHash} from "node:crypto";
import {createReadStream} from "node:fs";
import {mkdir, mkdtemp, rename, rm, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {withDatabase} from "../data/database.ts";
import {type ContractedStudy, checkDeclared, stopOnError} from "../data/declared.ts";
import {ingest} from "../data/ingest.ts";
import {type Snapshot, type SnapshotFiles, writeSnapshot} from "../data/snapshot.ts";
import type {Study} from "../study.ts";

/** The file system, as snapshots need it. */
export const snapshotFiles: SnapshotFiles = {
  fingerprint: async path => {
    const hash = createHash("sha256");
    let bytes = 0;
    for await (const chunk of createReadStream(path)) {
      hash.update(chunk as Buffer);
      bytes += (chunk as Buffer).length;
    }
    return {bytes, sha256: hash.digest("hex")};
  },
  temporaryFolder: async parent => {
    await mkdir(parent, {recursive: true});
    return mkdtemp(join(parent, ".new-"));
  },
  makeFolder: async path => {
    await mkdir(path, {recursive: true});
  },
  write: async (path, text) => {
    await writeFile(`${path}.new`, text);
    await rename(`${path}.new`, path);
  },
  rename,
  remove: path => rm(path, {recursive: true, force: true}),
};

export type SnapshotOptions = {
  readonly folder: string;
  readonly store: string;
  readonly today: string;
  /** Day, YYYY-MM-DD: the snapshot holds what was known before 00:00 UTC of it; all that there is when absent. */
  readonly asOf?: string | undefined;
  /** Whose declared contract is checked too. */
  readonly study?: ContractedStudy;
};

/**
 * Reads the events of a study and writes their snapshot into `store`; what does not fit into memory waits there.
 * @throws DataError as {@link ingest} does, and when the data breaks the declared contract.
 */
export async function takeSnapshot(
  events: Study["events"],
  {folder, store, today, asOf, study}: SnapshotOptions,
): Promise<Snapshot> {
  await mkdir(store, {recursive: true});
  const temporary = await mkdtemp(join(store, ".spill-"));
  try {
    return await withDatabase(
      async database => {
        const ingested = await ingest(events, {folder, today, asOf, database});
        const {lastDay, asOf: cut} = ingested;
        const declared =
          study === undefined ? [] : await checkDeclared(database, study, {folder, lastDay, asOf: cut});
        stopOnError(declared);
        const contract = [...ingested.contract, ...declared];
        return writeSnapshot({...ingested, contract}, {store, files: snapshotFiles});
      },
      {memory: "1GB", temporary},
    );
  } finally {
    await rm(temporary, {recursive: true, force: true});
  }
}
