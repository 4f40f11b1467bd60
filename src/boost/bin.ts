import type {BoostFeature} from "./boost.ts";
import type {BoostData} from "./boost-data.ts";
import type {Crew} from "./crew.ts";
import type {Job} from "./job.ts";
import {type Layout, sortArea, sorters, type Views} from "./memory.ts";
import {CATEGORY_LIMIT} from "./tree.ts";
import {MOST_THREADS} from "./work.ts";

/** Gives every value its bin: numbers by their cuts, as many columns at a time as there is room to sort. */
export function binFeatures(
  crew: Crew,
  views: Views,
  layout: Layout,
  {x, tune, parameters, categorical}: Job,
): {features: BoostFeature[]; notes: string[]} {
  const {trainer} = crew;
  const {rows, columnBins} = layout;
  const numbers = x.names.flatMap((name, i) => (categorical.has(name) ? [] : [i]));
  const cutsOf = (i: number): number => layout.cuts + 1024 * i;
  const counts = new Map<number, number>();
  const atOnce = sorters(layout);
  for (let first = 0; first < numbers.length; first += atOnce) {
    const group = numbers.slice(first, first + atOnce);
    const order = [rows, layout.whole, parameters.bins];
    group.forEach((i, thread) => {
      const {values, work} = sortArea(layout, thread);
      stage(views, x, i, values);
      requireFinite(trainer.findInfinite(values, rows), x, i, "");
      order.push(values, work, cutsOf(i), columnBins + i * rows);
    });
    while (order.length < 3 + 4 * MOST_THREADS) order.push(0);
    const out = crew.order("bin", order);
    group.forEach((i, thread) => {
      counts.set(i, out[3 + 4 * thread + 1]!);
    });
  }
  for (const name of categorical) {
    const i = x.names.indexOf(name);
    stage(views, x, i, layout.margins);
    requireCodes(trainer.findNoCode(layout.margins, rows, CATEGORY_LIMIT), x, i, "");
    trainer.assignCodes(layout.margins, rows, columnBins + i * rows);
  }
  crew.order("transpose", [columnBins, rows, layout.features, layout.rowBins, layout.stride]);
  if (tune) binTune(crew, views, layout, {x: tune.x, categorical, counts});
  const notes: string[] = [];
  const features = x.names.map((name, i): BoostFeature => {
    const missing = trainer.countMissing(columnBins + i * rows, rows);
    const kind = categorical.has(name) ? "category" : "number";
    const seen = new Uint8Array(views.view.buffer, columnBins + i * rows, rows);
    const bins =
      kind === "category" ? codesIn(seen) : [...views.floats(cutsOf(i), Math.max(0, counts.get(i)!))];
    views.view.setInt32(
      layout.columns + 16 * i,
      kind === "category" ? CATEGORY_LIMIT : bins.length + 1,
      true,
    );
    if (missing === rows) notes.push(`${name} is missing in every row: no tree can split on it`);
    else if (missing === 0 && bins.length === (kind === "category" ? 1 : 0))
      notes.push(`${name} is the same in every row: no tree can split on it`);
    return {name, kind, bins, missing};
  });
  return {features, notes};
}

function binTune(
  {trainer}: Crew,
  views: Views,
  layout: Layout,
  {
    x,
    categorical,
    counts,
  }: {x: BoostData; categorical: ReadonlySet<string>; counts: ReadonlyMap<number, number>},
): void {
  const {tuneBins, margins, cuts} = layout;
  x.names.forEach((name, i) => {
    stage(views, x, i, margins);
    const out = tuneBins + i * x.rows;
    if (categorical.has(name)) {
      requireCodes(trainer.findNoCode(margins, x.rows, Number.POSITIVE_INFINITY), x, i, " of the tune rows");
      trainer.assignCodes(margins, x.rows, out);
    } else {
      requireFinite(trainer.findInfinite(margins, x.rows), x, i, " of the tune rows");
      trainer.assignBins(margins, x.rows, cuts + 1024 * i, Math.max(0, counts.get(i)!), out);
    }
  });
}

/** Rounds a column to single precision, in the memory of the program. */
function stage(views: Views, x: BoostData, column: number, at: number): void {
  views.floats(at, x.rows).set(x.values.subarray(column * x.rows, (column + 1) * x.rows));
}

function codesIn(bins: Uint8Array): number[] {
  const seen = new Uint8Array(256);
  for (const code of bins) seen[code] = 1;
  return Array.from({length: CATEGORY_LIMIT}, (_, code) => code).filter(code => seen[code] === 1);
}

function requireFinite(row: number, x: BoostData, column: number, what: string): void {
  if (row < 0) return;
  throw new RangeError(
    `fitBoost requires missing or finite values in single precision, got ${x.values[column * x.rows + row]} in ` +
      `${x.names[column]}, row ${row}${what}`,
  );
}

function requireCodes(row: number, x: BoostData, column: number, what: string): void {
  if (row < 0) return;
  throw new RangeError(
    `fitBoost requires whole codes in [0, ${CATEGORY_LIMIT}) of a category, got ` +
      `${x.values[column * x.rows + row]} in ${x.names[column]}, row ${row}${what}; ` +
      "put rare categories together, or code them as numbers",
  );
}
