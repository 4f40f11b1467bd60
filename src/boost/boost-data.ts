import {DataError} from "../data-error.ts";
import type {BoostFeature} from "./boost.ts";
import {EVERY_NUMBER} from "./tree.ts";

/**
 * Rows to learn from or to predict. Column-major: row i of feature j is values[j * rows + i]; a `Matrix` fits.
 * Values are rounded to single precision. NaN is missing. Categories are whole codes, 0 or more.
 */
export type BoostData = {
  readonly names: readonly string[];
  readonly rows: number;
  readonly values: Float64Array | Float32Array;
};

/** @throws TypeError or RangeError when `values` is not a table of `rows` rows and a column a name. */
export function requireTable(caller: string, {names, rows, values}: BoostData): void {
  if (!(values instanceof Float64Array || values instanceof Float32Array))
    throw new TypeError(`${caller} requires values in a Float64Array or Float32Array, got ${kindOf(values)}`);
  if (!Number.isInteger(rows) || rows < 0)
    throw new RangeError(`${caller} requires a whole number of rows, got ${rows}`);
  if (values.length !== names.length * rows)
    throw new RangeError(
      `${caller} requires ${names.length * rows} values, ${rows} rows of ${names.length} features, got ${values.length}`,
    );
}

/** @throws DataError naming the first feature of `x` that is missing, unknown to the model, or out of its order. */
export function requireFeatureOrder(
  caller: string,
  features: readonly Pick<BoostFeature, "name">[],
  {names}: Pick<BoostData, "names">,
): void {
  if (names.length === features.length && features.every(({name}, j) => name === names[j])) return;
  const [known, given] = [new Set(features.map(({name}) => name)), new Set(names)];
  const missing = features.find(({name}) => !given.has(name));
  if (missing)
    throw new DataError(
      `${caller} requires the feature ${missing.name}, which is not there; compute the model's features`,
    );
  const extra = names.find((name, j) => !known.has(name) || names.indexOf(name) !== j);
  if (extra !== undefined)
    throw new DataError(
      known.has(extra)
        ? `${caller} got the feature ${extra} twice; leave one out`
        : `${caller} got the feature ${extra}, which the model does not know; leave it out`,
    );
  const wrong = features.findIndex(({name}, j) => names[j] !== name);
  throw new DataError(
    `${caller} requires the features in the order of the model, got ${names[wrong]} where ` +
      `${features[wrong]!.name} belongs; sort them as in the model`,
  );
}

/** @throws DataError or RangeError when a model with these features cannot judge the rows, see the checks below. */
export function requireRows(
  caller: string,
  {features}: {readonly features: readonly Pick<BoostFeature, "name" | "kind">[]},
  x: BoostData,
): void {
  requireTable(caller, x);
  requireFeatureOrder(caller, features, x);
  requireFinite(
    caller,
    x,
    features.map(({kind}) => kind),
  );
}

/**
 * @param kinds one a feature.
 * @throws RangeError naming feature and row, counted from 0, of the first number that is infinite in single
 * precision or the largest one, or of the first category that is no whole code.
 */
export function requireFinite(
  caller: string,
  {names, rows, values}: BoostData,
  kinds: readonly Kind[],
): void {
  for (let j = 0; j < names.length; j++) {
    const column = values.subarray(j * rows, (j + 1) * rows);
    const category = kinds[j] === "category";
    const row = category ? firstWithoutCode(column) : firstTooLarge(column);
    if (row < 0) continue;
    const required = category ? "categories to be whole codes of 0 or more" : "finite or missing values";
    throw new RangeError(`${caller} requires ${required}, got ${column[row]} in row ${row} of ${names[j]}`);
  }
}

type Kind = BoostFeature["kind"];

function firstTooLarge(column: Float64Array | Float32Array): number {
  const rows = column.length;
  for (let i = 0; i < rows; i++) if (Math.abs(Math.fround(column[i]!)) >= EVERY_NUMBER) return i;
  return -1;
}

function firstWithoutCode(column: Float64Array | Float32Array): number {
  const rows = column.length;
  for (let i = 0; i < rows; i++) {
    const code = Math.fround(column[i]!);
    if (code < 0 || code !== Math.floor(code) || code >= EVERY_NUMBER) if (!Number.isNaN(code)) return i;
  }
  return -1;
}

const kindOf = (value: unknown): string =>
  typeof value === "object" && value !== null ? value.constructor.name : typeof value;
