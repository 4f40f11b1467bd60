import {createHash} from "node:crypto";
import {createReadStream} from "node:fs";
import {access, mkdir, mkdtemp, rename, rm, writeFile} from "node:fs/promises";
import {join} from "node:path";
import type {SnapshotFiles} from "../data/snapshot.ts";

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
  exists: path =>
    access(path).then(
      () => true,
      () => false,
    ),
  write: async (path, text) => {
    await writeFile(`${path}.new`, text);
    await rename(`${path}.new`, path);
  },
  rename,
  remove: path => rm(path, {recursive: true, force: true}),
};
