import {DataError} from "../data-error.ts";
import {type Random, randomOf} from "../random.ts";
import {nearestPoints, pointsOf} from "./neighbours.ts";
import {canonicalOrder, checkTrainingData, type Sample, type TrainingData} from "./training-data.ts";

/** Customers with a churner's row below which nothing is made up: it would repeat a handful of people. */
export const FEWEST_CHURNERS = 50;

/** Churners' rows that are looked at: every pair of them is, which for these takes seconds. */
export const MOST_ROWS = 10_000;

/** Apart from the streams of numbers that others draw from the same seed. */
const STREAM = 11;

export type SmoteOptions = {
  /** Churners' rows there shall be for each other row, made-up ones included. */
  readonly ratio?: number;
  /** Nearest churners to choose from, in [1, 20]. */
  readonly neighbours?: number;
  readonly seed?: number;
};

/** The sample, with its made-up rows at the end. */
export type Smote = Sample & {
  /** Rows of the data between which each made-up row lies, two a row: the one it starts from and its neighbour. */
  readonly parents: Int32Array;
};

/**
 * Makes up rows of churners between real ones: SMOTE, and where `data.x` has categories SMOTE-NC (Chawla et al. 2002). Each made-up
 * row starts from a churner's row, all used equally often within one, and goes a random part of the way to one of its
 * nearest churners' rows ({@link nearestPoints}), never of the same customer: between two cutoffs of one customer
 * lies a copy. One random part a row keeps it on the segment, as the text of the paper has it; its listing draws one
 * a feature.
 *
 * - A number lies between those of the two rows, both included, so never outside of what was seen; in a feature
 *   with whole numbers only it is rounded to one.
 * - A number that is missing in the first row stays missing; missing in the neighbour only, it stays the first's.
 * - A category is that of most of the neighbours, of equals the nearest one's; missing counts as a category.
 *
 * Of more than {@link MOST_ROWS} churners' rows that many are drawn, and rows are made up between them. Every made-up
 * row is of a customer of its own. The same rows come for a seed in whatever order the data are. As the
 * made-up churners are not drawn from the real ones' distribution, `keptNegatives` puts the mean of the probabilities
 * back about, and not exactly.
 * @throws RangeError as {@link checkTrainingData}, for an option out of range.
 * @throws DataError with fewer than {@link FEWEST_CHURNERS} customers with a churner's row.
 */
export function smote(data: TrainingData, {ratio = 1, neighbours = 5, seed = 1}: SmoteOptions = {}): Smote {
  const positives = checkTrainingData("smote", data);
  checkOptions({ratio, neighbours});
  const isCategory = data.x.names.map(name => data.x.categories?.[name] !== undefined);
  const churners = canonicalOrder(data).filter(i => data.y[i] === 1);
  const n = Math.max(0, Math.floor(ratio * (data.x.rows - positives)) - positives);
  const random = randomOf(seed, STREAM);
  const bases = shuffled(positives, random)
    .subarray(0, MOST_ROWS)
    .map(place => churners[place]!);
  const near = nearestPoints(pointsOf(data.x, bases, isCategory), {
    group: groupsOf(bases, data.customers),
    wanted: Int32Array.from({length: Math.min(n, bases.length)}, (_, i) => i),
    k: neighbours,
  }).map(place => bases[place]!);
  const rows: MadeUp[] = Array.from({length: n}, (_, i) => {
    const base = i % bases.length;
    const nearest = near.subarray(base * neighbours, (base + 1) * neighbours);
    const [chosen, gap] = [nearest[Math.floor(random() * neighbours)]!, random()];
    return {base: bases[base]!, chosen, nearest, gap};
  });
  return {
    ...withRows(data, rows, isCategory),
    keptNegatives: positives / (positives + n),
    parents: Int32Array.from(rows.flatMap(({base, chosen}) => [base, chosen])),
  };
}

/** A row to be made up: rows of the data, and the part of the way from `base` to `chosen`, in [0, 1). */
type MadeUp = {
  readonly base: number;
  readonly chosen: number;
  readonly nearest: Int32Array;
  readonly gap: number;
};

function withRows(
  {x, y, customers, cutoffs}: TrainingData,
  made: readonly MadeUp[],
  isCategory: readonly boolean[],
): TrainingData {
  const rows = x.rows + made.length;
  const values = new Float64Array(rows * x.names.length);
  for (let j = 0; j < x.names.length; j++) {
    const column = x.values.subarray(j * x.rows, (j + 1) * x.rows);
    values.set(column, j * rows);
    const isWhole = column.every(value => Number.isNaN(value) || Number.isInteger(value));
    made.forEach(({base, chosen, nearest, gap}, i) => {
      values[j * rows + x.rows + i] = isCategory[j]
        ? majority(Array.from(nearest, row => column[row]!))
        : between(column[base]!, column[chosen]!, {gap, isWhole});
    });
  }
  // A name that no customer has, nor begins with.
  let prefix = "smote ";
  while (customers.some(id => id.startsWith(prefix))) prefix = `~${prefix}`;
  return {
    x: {...x, rows, values},
    y: Uint8Array.from({length: rows}, (_, i) => (i < x.rows ? y[i]! : 1)),
    customers: [...customers, ...made.map((_, i) => `${prefix}${i}`)],
    ...(cutoffs === undefined
      ? {}
      : {cutoffs: Float64Array.from([...Array.from(cutoffs), ...made.map(({base}) => cutoffs[base]!)])}),
  };
}

function between(from: number, to: number, {gap, isWhole}: {gap: number; isWhole: boolean}): number {
  if (Number.isNaN(from) || Number.isNaN(to)) return from;
  const value = from + gap * (to - from);
  // Rounding may step over an end.
  return Math.min(Math.max(isWhole ? Math.round(value) : value, Math.min(from, to)), Math.max(from, to));
}

/** The most frequent value, of equals the first; NaN is one of them. */
function majority(values: readonly number[]): number {
  const count = (value: number) =>
    values.filter(v => v === value || (Number.isNaN(v) && Number.isNaN(value)));
  return values.reduce((best, value) => (count(value).length > count(best).length ? value : best));
}

/** Index of each row's customer. @throws DataError when they are too few. */
function groupsOf(rows: Int32Array, customers: readonly string[]): Int32Array {
  const places = new Map<string, number>();
  const group = rows.map(i => {
    const id = customers[i]!;
    if (!places.has(id)) places.set(id, places.size);
    return places.get(id)!;
  });
  if (places.size < FEWEST_CHURNERS)
    throw new DataError(
      `sampling "smote" requires at least ${FEWEST_CHURNERS} churners among the train customers to make up others ` +
        `from, got ${places.size}; use more customers or cutoffs, or sampling "none"`,
    );
  return group;
}

/** The numbers below n in random order (Fisher and Yates). */
function shuffled(n: number, random: Random): Int32Array {
  const order = Int32Array.from({length: n}, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const held = order[i]!;
    order[i] = order[j]!;
    order[j] = held;
  }
  return order;
}

function checkOptions({ratio, neighbours}: Required<Omit<SmoteOptions, "seed">>): void {
  if (!(ratio > 0 && ratio < Infinity)) throw new RangeError(`smote requires a ratio above 0, got ${ratio}`);
  if (!Number.isInteger(neighbours) || neighbours < 1 || neighbours > 20)
    throw new RangeError(`smote requires 1 to 20 neighbours, got ${neighbours}`);
}
