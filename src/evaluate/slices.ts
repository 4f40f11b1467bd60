import type {Matrix} from "../features/matrix.ts";
import {randomOf} from "../random.ts";
import {quantileOf} from "./quantile.ts";

/** The part of a column that a slice holds: numbers in (above, upTo], a level of a category, or what is missing. */
export type Part = {readonly column: string} & (
  | {readonly above: number; readonly upTo: number}
  | {readonly level: string}
  | {readonly missing: true}
);

/** Rows that have something in common. */
export type Slice = {readonly parts: readonly Part[]; readonly rows: Int32Array};

/**
 * Cuts every column into slices: a category by its levels, a number at the quartiles of the reference rows, so that the
 * cuts do not hang on the judged rows, and the rows without a value on their own. Slices without a row are left out.
 * @param x judged rows; @param reference rows with the same columns.
 */
export function slicesOf(x: Matrix, reference: Matrix): Slice[] {
  return x.names.flatMap((column, j) => {
    const values = x.values.subarray(j * x.rows, (j + 1) * x.rows);
    const rowsWhere = (keep: (value: number) => boolean) =>
      Int32Array.from(values.keys()).filter(i => keep(values[i]!));
    const missing: Slice = {parts: [{column, missing: true}], rows: rowsWhere(Number.isNaN)};
    const levels = x.categories?.[column];
    const known = levels
      ? levels.map((level, code): Slice => ({parts: [{column, level}], rows: rowsWhere(v => v === code)}))
      : rangesOf(reference.values.subarray(j * reference.rows, (j + 1) * reference.rows)).map(
          ([above, upTo]): Slice => ({
            parts: [{column, above, upTo}],
            rows: rowsWhere(v => v > above && v <= upTo),
          }),
        );
    return [...known, missing].filter(({rows}) => rows.length > 0);
  });
}

/**
 * Ranges (above, upTo] between the quartiles; none when all values are one. Open at both ends, unlike the edges of a map or a curve:
 * the judged rows may lie beyond those of the reference.
 */
function rangesOf(values: Float64Array): [above: number, upTo: number][] {
  const sorted = values.filter(v => !Number.isNaN(v)).sort();
  if (sorted.length === 0 || sorted[0] === sorted.at(-1)) return [];
  const cuts = [...new Set([0.25, 0.5, 0.75].map(q => quantileOf(sorted, q)))].filter(
    cut => cut < sorted.at(-1)!,
  );
  // Where most rows have the highest value, the others are a slice all the same.
  if (cuts.length === 0) cuts.push(sorted.findLast(value => value < sorted.at(-1)!)!);
  const edges = [Number.NEGATIVE_INFINITY, ...cuts, Number.POSITIVE_INFINITY];
  return edges.slice(1).map((edge, k) => [edges[k]!, edge]);
}

/** A part in words: "app", "more than 3, up to 7", "not known". Numbers have three digits. */
export function partText(part: Part): string {
  if ("missing" in part) return "not known";
  if ("level" in part) return part.level;
  const figure = (value: number): string => String(Number(value.toPrecision(3))).replace("-", "\u2212");
  const {above, upTo} = part;
  if (above === Number.NEGATIVE_INFINITY) return `up to ${figure(upTo)}`;
  return upTo === Number.POSITIVE_INFINITY
    ? `more than ${figure(above)}`
    : `more than ${figure(above)}, up to ${figure(upTo)}`;
}

/** Rows as a model judged them, and what came. One entry a row, all in one order. */
export type JudgedRows = {
  /** Calibrated. */
  readonly probabilities: ArrayLike<number>;
  /** 1 for a churner, else 0. */
  readonly y: ArrayLike<number>;
  /** Index of the row's customer. */
  readonly customer: Int32Array;
};

/** A slice of which the predicted share of churners is off. */
export type WorstSlice = Slice & {
  readonly customers: number;
  /** Mean probability, after the level of all rows was put right. */
  readonly predicted: number;
  readonly observed: number;
  /** Standard errors by which more churn than predicted, beyond what holds for all rows; below 0 when fewer do. */
  readonly z: number;
  /** Probability that some slice of a well calibrated model looks as bad. */
  readonly p: number;
};

export type SliceSearch = {
  /** Slices and pairs of slices that were looked at. */
  readonly looked: number;
  readonly draws: number;
  /** Worst first; one that mostly holds the same rows as a worse one is left out. */
  readonly worst: readonly WorstSlice[];
};

export type SliceOptions = {
  readonly seed: number;
  readonly draws?: number;
  /** Slices with fewer customers are not looked at. */
  readonly fewestCustomers?: number;
  /** Slices that are returned, at most. */
  readonly most?: number;
};

/**
 * Looks for the slices, and pairs of them, in which the probabilities are furthest off, beyond what is off for all rows:
 * the log-odds are shifted first so that they agree over all. z is the sum of the residuals of a slice over its standard
 * error with the probabilities, all rows of a customer taken to turn out together, which is wide rather than narrow.
 * Among hundreds of slices some look bad by chance: p compares each with the worst of all slices when the outcomes are
 * drawn from the probabilities, a number for each customer, and levelled like those that came (single-step maxT, Westfall
 * and Young 1993). A slice without a churner is judged right by that, which it would not be by the residuals alone. Pairs
 * are added up column by column, so that memory does not grow with their number.
 * @throws RangeError when two slices of a column have a row in common.
 */
export function findWorstSlices(
  {probabilities, y, customer}: JudgedRows,
  slices: readonly Slice[],
  {seed, draws = 1000, fewestCustomers = 50, most = 5}: SliceOptions,
): SliceSearch {
  const level = levelled(probabilities, y);
  const cuts = cutsOf(slices, y.length).map(cut => ({cut, ...spreadOf(cut, level, customer)}));
  const isTested = ({customers, error}: (typeof cuts)[number], cell: number) =>
    customers[cell]! >= fewestCustomers && error[cell]! > 0;
  const residuals = level.map((p, i) => y[i]! - p);
  const ranked = cuts
    .flatMap(one => {
      const sums = sumsOf(one.cut, residuals, new Float64Array(one.error.length));
      return Array.from(sums, (sum, cell) => ({one, cell, z: sum / one.error[cell]!}));
    })
    .filter(({one, cell}) => isTested(one, cell))
    .sort((a, b) => Math.abs(b.z) - Math.abs(a.z));
  const worstByChance = new Float64Array(draws);
  const redraw = redrawn(level, customer, seed);
  const sums = new Float64Array(cuts.reduce((size, {error}) => Math.max(size, error.length), 0));
  for (let d = 0; d < draws; d++) {
    redraw(residuals);
    for (const one of cuts) {
      sumsOf(one.cut, residuals, sums);
      for (let cell = 0; cell < one.error.length; cell++)
        if (isTested(one, cell))
          worstByChance[d] = Math.max(worstByChance[d]!, Math.abs(sums[cell]! / one.error[cell]!));
    }
  }
  const mean = (values: ArrayLike<number>, rows: Int32Array) =>
    rows.reduce((sum, i) => sum + values[i]!, 0) / rows.length;
  const worst: WorstSlice[] = [];
  for (const {one, cell, z} of ranked) {
    if (worst.length === most) break;
    const slice = sliceAt(one.cut, cell);
    if (worst.some(other => overlap(other.rows, slice.rows) > 0.5)) continue;
    worst.push({
      ...slice,
      ...{customers: one.customers[cell]!, z},
      predicted: mean(level, slice.rows),
      observed: mean(y, slice.rows),
      p: worstByChance.reduce((sum, by) => sum + (by >= Math.abs(z) ? 1 : 0), 1) / (draws + 1),
    });
  }
  return {looked: ranked.length, draws, worst};
}

/** The probabilities with their log-odds shifted by one number, so that their sum is the number of churners. */
function levelled(probabilities: ArrayLike<number>, y: ArrayLike<number>): Float64Array {
  const churners = Array.from(y).reduce((sum, label) => sum + label, 0);
  const odds = Float64Array.from(probabilities, p => p / (1 - p));
  const shifted = (shift: number): Float64Array =>
    odds.map(o => (o === Number.POSITIVE_INFINITY ? 1 : (o * shift) / (1 + o * shift)));
  let [low, high] = [1e-6, 1e6];
  for (let step = 0; step < 80; step++) {
    const middle = Math.sqrt(low * high);
    if (shifted(middle).reduce((sum, p) => sum + p, 0) > churners) high = middle;
    else low = middle;
  }
  return shifted(Math.sqrt(low * high));
}

/**
 * Fills residuals of outcomes that are drawn from the probabilities, one number for each customer, and levelled as
 * those that came were: to first order, by what each row gives way when all log-odds are shifted.
 */
function redrawn(level: Float64Array, customer: Int32Array, seed: number): (out: Float64Array) => void {
  const random = randomOf(seed);
  const fate = new Float64Array(1 + customer.reduce((a, b) => Math.max(a, b), 0));
  const yields = level.map(p => p * (1 - p));
  const all = yields.reduce((sum, by) => sum + by, 0);
  return out => {
    for (let c = 0; c < fate.length; c++) fate[c] = random();
    let off = 0;
    for (let i = 0; i < out.length; i++) {
      out[i] = (fate[customer[i]!]! < level[i]! ? 1 : 0) - level[i]!;
      off += out[i]!;
    }
    const shift = all > 0 ? off / all : 0;
    for (let i = 0; i < out.length; i++) out[i]! -= shift * yields[i]!;
  };
}

/** Slices of one column, none of which has a row of another: code[i] is that of row i, -1 where none holds it. */
type Cutting = {readonly slices: readonly (Pick<Slice, "parts"> | undefined)[]; readonly code: Int32Array};

/** Cells of two columns: that of slice a of the first and b of the second is a times the slices of the second, plus b. */
type Cut = readonly [first: Cutting, second: Cutting];

/** Each column alone, beside all rows as the one slice of another, then each pair of columns. */
function cutsOf(slices: readonly Slice[], rows: number): Cut[] {
  const columns: Cutting[] = [{slices: [undefined], code: new Int32Array(rows)}];
  for (const name of new Set(slices.map(({parts}) => parts[0]!.column))) {
    const own = slices.filter(({parts}) => parts[0]!.column === name);
    const code = new Int32Array(rows).fill(-1);
    own.forEach((slice, s) => {
      for (const i of slice.rows) {
        if (code[i] !== -1)
          throw new RangeError(
            `findWorstSlices requires slices of ${name} without a common row, got row ${i} in two`,
          );
        code[i] = s;
      }
    });
    columns.push({slices: own, code});
  }
  return columns.flatMap((first, a) => columns.slice(a + 1).map((second): Cut => [first, second]));
}

/** The sums of `values` over the cells, in the first entries of `out`. */
function sumsOf([first, second]: Cut, values: Float64Array, out: Float64Array): Float64Array {
  const [a, b, width] = [first.code, second.code, second.slices.length];
  out.fill(0);
  for (let i = 0; i < values.length; i++)
    if (a[i]! >= 0 && b[i]! >= 0) out[a[i]! * width + b[i]!]! += values[i]!;
  return out;
}

/** Customers of each cell, and the standard error of its sum when the rows of a customer turn out together. */
function spreadOf([first, second]: Cut, level: Float64Array, customer: Int32Array) {
  const [width, cells] = [second.slices.length, first.slices.length * second.slices.length];
  const byCustomer = Int32Array.from(customer.keys()).sort((i, k) => customer[i]! - customer[k]! || i - k);
  const [customers, variance, own] = [
    new Int32Array(cells),
    new Float64Array(cells),
    new Float64Array(cells),
  ];
  const latest = new Int32Array(cells).fill(-1);
  for (const i of byCustomer) {
    const [a, b] = [first.code[i]!, second.code[i]!];
    if (a < 0 || b < 0) continue;
    const cell = a * width + b;
    if (latest[cell] !== customer[i]) {
      variance[cell]! += own[cell]! ** 2;
      own[cell] = 0;
      latest[cell] = customer[i]!;
      customers[cell]! += 1;
    }
    own[cell]! += Math.sqrt(level[i]! * (1 - level[i]!));
  }
  return {customers, error: variance.map((sum, cell) => Math.sqrt(sum + own[cell]! ** 2))};
}

function sliceAt([first, second]: Cut, cell: number): Slice {
  const width = second.slices.length;
  const [a, b] = [Math.floor(cell / width), cell % width];
  return {
    parts: [...(first.slices[a]?.parts ?? []), ...(second.slices[b]?.parts ?? [])],
    rows: Int32Array.from(first.code.keys()).filter(i => first.code[i] === a && second.code[i] === b),
  };
}

/** Rows in both over rows in either. */
function overlap(one: Int32Array, other: Int32Array): number {
  const members = new Set(one);
  const both = other.filter(i => members.has(i)).length;
  return both / (one.length + other.length - both);
}
