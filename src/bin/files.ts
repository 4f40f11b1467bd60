import {createHash} from "node:crypto";
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import {findPackageJSON} from "node:module";
import {dirname, join, relative, resolve, sep} from "node:path";
import {fileURLToPath} from "node:url";
import {byCodeUnit} from "../data/event-log.ts";
import {DataError} from "../data-error.ts";
import type {Store} from "../ledger/store.ts";

/** Folder of this package: where its templates, notebooks and compiled library are. */
export const PACKAGE_FOLDER: string = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** Writes a file by a temporary name in the same folder and a rename, so that nobody ever sees half of it. */
export function writeAtomically(path: string, bytes: string | Uint8Array): void {
  makeFolder(dirname(path));
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, bytes);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, {force: true});
    throw error;
  }
}

/**
 * Makes a folder and those above it that are missing.
 * @throws DataError when it cannot be made.
 */
export function makeFolder(path: string): void {
  if (existsSync(path)) return;
  try {
    // One by one: where the file system says no, a recursive call of Node may try for ever.
    if (dirname(path) !== path) makeFolder(dirname(path));
    mkdirSync(path);
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(
      `${shown(path)} cannot be made (${error instanceof Error ? error.message : error}); name another folder`,
    );
  }
}

/** @throws DataError when neither the folder nor the nearest one above it that exists can be written to. */
export function requireWritable(path: string): void {
  const existing = existsSync(path) ? path : undefined;
  if (existing === undefined) {
    if (dirname(path) !== path) requireWritable(dirname(path));
    return;
  }
  try {
    accessSync(existing, constants.W_OK);
  } catch {
    throw new DataError(`${shown(existing)} cannot be written to; name another folder`);
  }
  if (!statSync(existing).isDirectory()) throw new DataError(`${shown(existing)} is a file; name a folder`);
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
