import type {Matrix} from "../../../src/features/matrix.ts";
import type {PreparationRows} from "../../../src/model/prepare/preparation.ts";
import {randomOf} from "../../../src/random.ts";

const NONE = Number.NaN;

/** Cells of a column: numbers, or texts for a category; null is missing. */
export type Cells = readonly (number | string | null)[];

/** A matrix of named columns; the levels of a category get codes as they come, unless `levels` sets them. */
export function table(
  columns: {readonly [name: string]: Cells},
  {levels = {}}: {readonly levels?: {readonly [name: string]: readonly string[]}} = {},
): Matrix {
  const names = Object.keys(columns);
  const rows = Object.values(columns)[0]!.length;
  const categories: {[name: string]: readonly string[]} = {};
  const values = Object.entries(columns).flatMap(([name, cells]) => {
    const texts = cells.filter(cell => typeof cell === "string");
    const known = levels[name] ?? [...new Set(texts)];
    if (texts.length > 0 || levels[name]) categories[name] = known;
    return cells.map(cell => (cell === null ? NONE : typeof cell === "number" ? cell : known.indexOf(cell)));
  });
  const any = Object.keys(categories).length > 0;
  return {names, rows, values: Float64Array.from(values), ...(any ? {categories} : {})};
}

/** A column as it was put into {@link table}. */
export function cellsOf({names, rows, values, categories}: Matrix, name: string): Cells {
  const j = names.indexOf(name);
  const levels = categories?.[name];
  return Array.from(values.subarray(j * rows, (j + 1) * rows), value =>
    Number.isNaN(value) ? null : levels ? levels[value]! : value,
  );
}

/** The columns of a matrix by name. */
export const columnsByName = (x: Matrix): {[name: string]: Cells} =>
  Object.fromEntries(x.names.map(name => [name, cellsOf(x, name)]));

/**
 * Made-up rows with all that a step may meet: numbers that are whole, missing, constant or never known, and
 * categories of few levels, of many, with rare and missing ones, of one level, and never known. Two rows a customer.
 */
export function mixedRows(rows: number, seed: number): PreparationRows {
  const random = randomOf(seed);
  const whole = (n: number) => Math.floor(n * random());
  const column = <T>(make: (i: number) => T): T[] => Array.from({length: rows}, (_, i) => make(i));
  const x = table(
    {
      orders: column(() => whole(9)),
      spend: column(() => (random() < 0.2 ? null : whole(5000) ** 2)),
      always: column(() => 3),
      never: column(() => null),
      plan: column(() => ["basic", "plus", "family"][whole(3)]!),
      city: column(() => (random() < 0.1 ? null : `city ${Math.floor(60 * random() ** 2)}`)),
      source: column(() => (random() < 0.9 ? "web" : random() < 0.5 ? null : `partner ${whole(40)}`)),
      country: column(() => "CH"),
      nothing: column(() => null),
    },
    {levels: {nothing: ["seen elsewhere"]}},
  );
  return {
    x,
    y: Uint8Array.from({length: rows}, () => (random() < 0.3 ? 1 : 0)),
    customers: column(i => `C${Math.floor(i / 2)}`),
  };
}
