import {existsSync, readFileSync, statSync} from "node:fs";
import {dirname, join, resolve} from "node:path";
import {pathToFileURL} from "node:url";
import {DataError} from "../data-error.ts";
import {defineStudy, type Study} from "../study.ts";
import {PACKAGE_FOLDER, sha256, shown} from "./files.ts";

/** A study with where it was read from; its paths are relative to `folder`. */
export type LoadedStudy = {readonly study: Study; readonly file: string; readonly folder: string};

/**
 * Reads a study file: a TypeScript module that exports `study`; of a folder, its study.ts.
 * @throws DataError when there is no such file, it does not load, or exports no valid study.
 */
export async function loadStudy(path: string): Promise<LoadedStudy> {
  const given = resolve(path);
  const file = existsSync(given) && statSync(given).isDirectory() ? resolve(given, "study.ts") : given;
  if (!existsSync(file))
    throw new DataError(
      `there is no study file ${shown(file)}; give its path, or make a study with \`churnbook init <dir> --events <files>\``,
      {file},
    );
  if (!/\.[mc]?[jt]s$/.test(file))
    throw new DataError(
      `${shown(file)} is no study file, which is a TypeScript module; see \`churnbook init\``,
      {file},
    );
  let module: {study?: unknown};
  // A module is loaded once a name: under the digest of its text, an edited study is another module.
  try {
    module = (await import(`${pathToFileURL(file).href}?${sha256(readFileSync(file))}`)) as typeof module;
  } catch (error) {
    if (error instanceof Error && error.name === "DataError")
      throw new DataError(`${shown(file)}: ${error.message}`, {file});
    throw new DataError(`${shown(file)} does not load: ${await whyNot(error)}`, {file});
  }
  if (module.study === undefined)
    throw new DataError(
      `${shown(file)} exports no \`study\`; write \`export const study = defineStudy({…})\``,
      {file},
    );
  return {study: defineStudy(module.study as Study), file, folder: dirname(file)};
}

/** Why a study file does not load; of a name that churnbook has and the file does not import, where it is from. */
async function whyNot(error: unknown): Promise<string> {
  const message = error instanceof Error ? error.message : String(error);
  const name = error instanceof ReferenceError ? /^(\w+) is not defined$/.exec(message)?.[1] : undefined;
  if (name === undefined) return message;
  // The compiled package, as a study imports it; the source would import this file in a circle.
  const library = pathToFileURL(join(PACKAGE_FOLDER, "dist", "index.js")).href;
  const exported = (await import(library)) as Record<string, unknown>;
  return exported[name] === undefined
    ? message
    : `${message}; import it: \`import {${name}} from "churnbook"\``;
}
