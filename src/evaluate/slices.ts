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

/** Ranges (above, upTo] between the quartiles; none when all values are one. */
function rangesOf(values: Float64Array): [above: number, upTo: number][] {
  const sorted = values.filter(v => !Number.isNaN(v)).sort();
  if (sorted.length === 0 || sorted[0] === sorted.at(-1)) return [];
  const cuts = [...new Set([0.25, 0.5, 0.75].map(q => quantileOf(sorted, q)))].filter(
    cut => cut < sorted.at(-1)!,
  );
  const edges = [Number.NEGATIVE_INFINITY, ...cuts, Number.POSITIVE_INFINITY];
  return edges.slice(1).map((edge, k) => [edges[k]!, edge]);
}

/** A part in words: "app", "more than 3, up to 7", "not known". Numbers have three digits. */
export function partText(part: Part): string {
  if ("missing" in part) return "not known";
  if ("level" in part) return part.level;
  const figure = (value: number): string => String(Number(value.toPrecision(3)));
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
 * Looks for the slices, and pairs of them, in which the probabilities are furthest off. z sums the residuals of a slice
 * by customer. Among hundreds of slices some look bad by chance: p compares each with the worst of all slices when the
 * signs of the customers' residuals are drawn at random, which keeps whatever the slices have in common (single-step
 * maxT, Westfall and Young 1993, by the wild bootstrap of Wu 1986).
 */
export function findWorstSlices(
  {probabilities, y, customer}: JudgedRows,
  slices: readonly Slice[],
  {seed, draws = 1000, fewestCustomers = 50, most = 5}: SliceOptions,
): SliceSearch {
  const n = y.length;
  let overall = 0;
  for (let i = 0; i < n; i++) overall += (y[i]! - probabilities[i]!) / n;
  const tested = [...slices, ...pairsOf(slices)].flatMap(slice => {
    const sums = new Map<number, number>();
    for (const i of slice.rows) {
      const c = customer[i]!;
      sums.set(c, (sums.get(c) ?? 0) + y[i]! - probabilities[i]! - overall);
    }
    if (sums.size < fewestCustomers) return [];
    const [customers, residuals] = [Int32Array.from(sums.keys()), Float64Array.from(sums.values())];
    const error = Math.sqrt(residuals.reduce((sum, r) => sum + r * r, 0));
    if (error === 0) return [];
    const z = residuals.reduce((sum, r) => sum + r, 0) / error;
    return [{slice, customers, residuals, error, z}];
  });
  const worstByChance = new Float64Array(draws);
  const random = randomOf(seed);
  const sign = new Float64Array(1 + customer.reduce((a, b) => Math.max(a, b), 0));
  for (let d = 0; d < draws; d++) {
    for (let c = 0; c < sign.length; c++) sign[c] = random() < 0.5 ? -1 : 1;
    for (const {customers, residuals, error} of tested) {
      let sum = 0;
      for (let k = 0; k < customers.length; k++) sum += sign[customers[k]!]! * residuals[k]!;
      worstByChance[d] = Math.max(worstByChance[d]!, Math.abs(sum) / error);
    }
  }
  const mean = (values: ArrayLike<number>, rows: Int32Array) =>
    rows.reduce((sum, i) => sum + values[i]!, 0) / rows.length;
  const worst: WorstSlice[] = [];
  for (const {slice, customers, z} of tested.sort((a, b) => Math.abs(b.z) - Math.abs(a.z))) {
    if (worst.length === most) break;
    if (worst.some(other => overlap(other.rows, slice.rows) > 0.5)) continue;
    worst.push({
      ...slice,
      ...{customers: customers.length, z},
      predicted: mean(probabilities, slice.rows),
      observed: mean(y, slice.rows),
      p: worstByChance.reduce((sum, by) => sum + (by >= Math.abs(z) ? 1 : 0), 1) / (draws + 1),
    });
  }
  return {looked: tested.length, draws, worst};
}

/** Slices that two slices of different columns have in common. */
function pairsOf(slices: readonly Slice[]): Slice[] {
  const members = slices.map(({rows}) => new Set(rows));
  return slices.flatMap((one, a) =>
    slices.slice(a + 1).flatMap((other, k): Slice[] => {
      if (one.parts[0]!.column === other.parts[0]!.column) return [];
      const rows = one.rows.filter(i => members[a + 1 + k]!.has(i));
      return rows.length === 0 ? [] : [{parts: [...one.parts, ...other.parts], rows}];
    }),
  );
}

/** Rows in both over rows in either. */
function overlap(one: Int32Array, other: Int32Array): number {
  const members = new Set(one);
  const both = other.filter(i => members.has(i)).length;
  return both / (one.length + other.length - both);
}
