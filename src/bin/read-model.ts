import {existsSync, readFileSync, statSync} from "node:fs";
import {DataError} from "../data-error.ts";
import type {Bundle} from "../ledger/bundle.ts";
import type {Champion} from "../ledger/inputs.ts";
import {sha256, shown} from "./files.ts";

/**
 * Reads a model.
 * @param otherwise what else to do where there is no such file: words that follow "or".
 * @throws DataError when the file is not there, or is no model of this version.
 */
export function readModel(path: string, otherwise: string): Champion {
  const file = shown(path);
  if (!existsSync(path) || !statSync(path).isFile())
    throw new DataError(`there is no model ${file}; make one with \`churnbook run\`, or ${otherwise}`, {
      file,
    });
  const bytes = readFileSync(path);
  let bundle: Partial<Bundle> | null = null;
  try {
    bundle = JSON.parse(bytes.toString("utf8")) as Partial<Bundle> | null;
  } catch {
    // No JSON: said below.
  }
  const parts = [
    bundle?.study,
    bundle?.model,
    bundle?.cadence,
    bundle?.features,
    bundle?.reasons,
    bundle?.split,
  ];
  if (bundle?.schemaVersion !== "1" || parts.some(part => !part))
    throw new DataError(`${file} is no model of this version; give the model.json of a run`, {file});
  return {bundle: bundle as Bundle, digest: sha256(bytes)};
}
