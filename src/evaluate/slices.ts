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
  // Where most rows have the highest value, the others are a slice all the same.
  if (cuts.length === 0) cuts.push(sorted.findLast(value => value < sorted.at(-1)!)!);
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
 * drawn from the probabilities, a number for each customer (single-step maxT, Westfall and Young 1993). A slice without
 * a churner is judged right by that, which it would not be by the residuals alone.
 */
export function findWorstSlices(
  {probabilities, y, customer}: JudgedRows,
  slices: readonly Slice[],
  {seed, draws = 1000, fewestCustomers = 50, most = 5}: SliceOptions,
): SliceSearch {
  const level = levelled(probabilities, y);
  const tested = [...slices, ...pairsOf(slices)].flatMap(slice => {
    const spread = new Map<number, number>();
    for (const i of slice.rows) {
      const own = Math.sqrt(level[i]! * (1 - level[i]!));
      spread.set(customer[i]!, (spread.get(customer[i]!) ?? 0) + own);
    }
    let variance = 0;
    for (const own of spread.values()) variance += own * own;
    const error = Math.sqrt(variance);
    return spread.size < fewestCustomers || error === 0 ? [] : [{slice, customers: spread.size, error}];
  });
  const zOf = (labels: ArrayLike<number>, {slice, error}: (typeof tested)[number]): number => {
    let sum = 0;
    for (const i of slice.rows) sum += labels[i]! - level[i]!;
    return sum / error;
  };
  const worstByChance = new Float64Array(draws);
  const random = randomOf(seed);
  const drawn = new Uint8Array(y.length);
  const fate = new Float64Array(1 + customer.reduce((a, b) => Math.max(a, b), 0));
  for (let d = 0; d < draws; d++) {
    for (let c = 0; c < fate.length; c++) fate[c] = random();
    for (let i = 0; i < drawn.length; i++) drawn[i] = fate[customer[i]!]! < level[i]! ? 1 : 0;
    for (const one of tested) worstByChance[d] = Math.max(worstByChance[d]!, Math.abs(zOf(drawn, one)));
  }
  const mean = (values: ArrayLike<number>, rows: Int32Array) =>
    rows.reduce((sum, i) => sum + values[i]!, 0) / rows.length;
  const worst: WorstSlice[] = [];
  const ranked = tested.map(one => ({...one, z: zOf(y, one)})).sort((a, b) => Math.abs(b.z) - Math.abs(a.z));
  for (const {slice, customers, z} of ranked) {
    if (worst.length === most) break;
    if (worst.some(other => overlap(other.rows, slice.rows) > 0.5)) continue;
    worst.push({
      ...slice,
      ...{customers, z},
      predicted: mean(level, slice.rows),
      observed: mean(y, slice.rows),
      p: worstByChance.reduce((sum, by) => sum + (by >= Math.abs(z) ? 1 : 0), 1) / (draws + 1),
    });
  }
  return {looked: tested.length, draws, worst};
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
