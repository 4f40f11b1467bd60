import {createHash} from "node:crypto";
import {existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync} from "node:fs";
import {findPackageJSON} from "node:module";
import {dirname, join, relative, resolve, sep} from "node:path";
import {fileURLToPath} from "node:url";
import {byCodeUnit} from "../data/event-log.ts";
import type {Store} from "../ledger/store.ts";

/** Folder of this package: where its templates, notebooks and compiled library are. */
export const PACKAGE_FOLDER: string = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** Writes a file by a temporary name in the same folder and a rename, so that nobody ever sees half of it. */
export function writeAtomically(path: string, bytes: string | Uint8Array): void {
  mkdirSync(dirname(path), {recursive: true});
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, bytes);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, {force: true});
    throw error;
  }
}

export const sha256 = (bytes: string | Uint8Array): string =>
  createHash("sha256").update(bytes).digest("hex");

/** A store of stage results as files named by their key. */
export function fileStore(folder: string): Store {
  const path = (key: string) => join(folder, key.slice(0, 2), key);
  return {
    read: key => (existsSync(path(key)) ? readFileSync(path(key)) : undefined),
    write: (key, bytes) => writeAtomically(path(key), bytes),
  };
}

/**
 * Digest of the compiled library and the templates: what stands on a card as the code version, and what stage
 * results depend on.
 */
export function libraryDigest(): string {
  const hash = createHash("sha256");
  const files = ["dist", "templates/card"]
    .flatMap(folder =>
      readdirSync(join(PACKAGE_FOLDER, folder), {recursive: true, encoding: "utf8"}).map(
        name => `${folder}/${name.split(sep).join("/")}`,
      ),
    )
    .filter(name => /\.(js|wasm|css|json|mustache)$/.test(name))
    .sort(byCodeUnit);
  for (const name of files) hash.update(`${name}\0${sha256(readFileSync(join(PACKAGE_FOLDER, name)))}\n`);
  return hash.digest("hex");
}

/** A path as a person would type it from where they are. */
export function shown(path: string): string {
  const short = relative(process.cwd(), path);
  return short === "" ? "." : short.startsWith("..") && short.length > path.length ? path : short;
}

/** @returns the version in package.json of this package, or of a dependency by name. */
export function versionOf(name?: string): string {
  const file =
    name === undefined ? join(PACKAGE_FOLDER, "package.json") : findPackageJSON(name, import.meta.url)!;
  return (JSON.parse(readFileSync(file, "utf8")) as {version: string}).version;
}
