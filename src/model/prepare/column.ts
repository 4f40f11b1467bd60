import {byCodeUnit} from "../../data/event-log.ts";
import {DataError} from "../../data-error.ts";
import type {Matrix} from "../../features/matrix.ts";

/** A feature on its way through the steps: numbers, NaN missing; a category has `levels` and holds their codes. */
export type Column = {
  readonly name: string;
  readonly values: Float64Array;
  readonly levels?: readonly string[];
};

/** A feature of categories. */
export type CategoryColumn = Column & {readonly levels: readonly string[]};

export const isCategory = (column: Column): column is CategoryColumn => column.levels !== undefined;

/** The level that rare ones, and ones never seen, are put together in. */
export const OTHER = "(other)";

/** The level that stands for a missing category where missing is a value. */
export const MISSING = "(missing)";

/** What a step knows of one column. */
type Named = {readonly name: string};

/**
 * The features of `x` one by one; their values are read, never written.
 * @throws RangeError when a category holds what is no code of its levels.
 */
export function columnsOf({names, rows, values, categories}: Matrix): Column[] {
  return names.map((name, j) => {
    const column = values.subarray(j * rows, (j + 1) * rows);
    const levels = categories?.[name];
    if (!levels) return {name, values: column};
    const bad = column.findIndex(code => !Number.isNaN(code) && levels[code] === undefined);
    if (bad >= 0)
      throw new RangeError(
        `the category ${name} requires whole codes in [0, ${levels.length}), got ${column[bad]} in row ${bad}`,
      );
    return {name, values: column, levels};
  });
}

/** @throws DataError when two columns have one name. */
export function matrixOf(columns: readonly Column[], rows: number): Matrix {
  const names = columns.map(({name}) => name);
  const twice = names.find((name, j) => names.indexOf(name) !== j);
  if (twice !== undefined)
    throw new DataError(`preparing the features makes two called ${twice}; rename the one of the study`);
  const values = new Float64Array(rows * columns.length);
  columns.forEach((column, j) => {
    values.set(column.values, j * rows);
  });
  const categories = Object.fromEntries(columns.filter(isCategory).map(({name, levels}) => [name, levels]));
  return {names, rows, values, ...(Object.keys(categories).length > 0 ? {categories} : {})};
}

/**
 * The columns with those that a step knows replaced by what `change` makes of them, in their places.
 * @throws DataError when one is missing, or is a category where the step knows a number, or the reverse.
 */
export function changeColumns<Known extends Named, From extends Column>(
  columns: readonly Column[],
  {known, of}: {readonly known: readonly Known[]; readonly of: (column: Column) => column is From},
  change: (known: Known, column: From) => readonly Column[],
): Column[] {
  const byName = new Map(known.map(one => [one.name, one]));
  const absent = known.find(({name}) => !columns.some(column => column.name === name));
  if (absent)
    throw new DataError(
      `applyPreparation requires the feature ${absent.name}, which is not there; compute the study's features`,
    );
  return columns.flatMap(column => {
    const one = byName.get(column.name);
    if (!one) return [column];
    if (!of(column))
      throw new DataError(
        `applyPreparation requires ${isCategory(column) ? "numbers" : "a category"} in the feature ` +
          `${column.name}, got ${isCategory(column) ? "a category" : "numbers"}; compute it as for training`,
      );
    return change(one, column);
  });
}

export const isNumber = (column: Column): column is Column => !isCategory(column);

/** Levels that some row has, ascending by code unit: they depend neither on the order of rows nor on that of codes. */
export function seenLevels({values, levels}: CategoryColumn): string[] {
  const seen = new Uint8Array(levels.length);
  for (const code of values) if (!Number.isNaN(code)) seen[code] = 1;
  return levels.filter((_, code) => seen[code] === 1).sort(byCodeUnit);
}

/** `x` with the levels of its categories ascending by code unit, and only those that some row has. */
export function sortLevels(x: Matrix): Matrix {
  if (!x.categories) return x;
  const sorted = columnsOf(x).map((column): Column => {
    if (!isCategory(column)) return column;
    const levels = seenLevels(column);
    return {name: column.name, values: codesIn(levels, column), levels};
  });
  return matrixOf(sorted, x.rows);
}

/** The place of each row's level in `wanted`; -1 for a level that is not in it, NaN for missing. */
export function codesIn(wanted: readonly string[], {values, levels}: CategoryColumn): Float64Array {
  const places = new Map(wanted.map((level, k) => [level, k]));
  const code = Float64Array.from(levels, level => places.get(level) ?? -1);
  return values.map(old => (Number.isNaN(old) ? old : code[old]!));
}

/** @throws RangeError naming the column and the row of the first infinite value. */
export function requireNoInfinity(caller: string, columns: readonly Column[]): void {
  for (const {name, values} of columns) {
    const bad = values.findIndex(value => value === Infinity || value === -Infinity);
    if (bad >= 0)
      throw new RangeError(
        `${caller} requires finite or missing values, got ${values[bad]} in ${name}, row ${bad}`,
      );
  }
}

/** The known values, ascending. */
export const sortedKnown = ({values}: Column): Float64Array =>
  values.filter(value => !Number.isNaN(value)).sort();

/** The first few of some levels, in words. */
export const listed = (levels: readonly string[], most = 5): string =>
  levels.slice(0, most).join(", ") + (levels.length > most ? ` and ${levels.length - most} more` : "");
