import {type CategoryColumn, type Column, changeColumns, codesIn, isCategory, seenLevels} from "./column.ts";

/**
 * Replaces a category by the share of churners among the training rows of its level, shrunk towards that of all
 * training rows. In production a level never seen in training, and missing, become the share of all.
 */
export type TargetEncoder = {
  readonly kind: "target";
  /** Share of churners among all training rows, in [0, 1]. */
  readonly prior: number;
  /** Customers of a level at which its own share and that of all count alike. */
  readonly strength: number;
  /** Groups of customers; the training rows of each were encoded by what the others say. */
  readonly folds: number;
  readonly columns: readonly {
    readonly name: string;
    readonly levels: readonly string[];
    /** One a level, in [0, 1]. */
    readonly shares: readonly number[];
  }[];
};

export type TargetOptions = {
  /** 0 or more; 0 is no shrinkage. */
  readonly strength?: number;
  /** 2 or more. */
  readonly folds?: number;
};

/** The training rows as the encoder learns from them, one entry a row. */
export type LabelledRows = {
  /** 1 for a churner, else 0. */
  readonly y: ArrayLike<number>;
  /** Customer, as index from 0. */
  readonly customers: Int32Array;
  /** Fold of the customer, a whole number in [0, folds). */
  readonly foldOf: (folds: number) => Uint32Array;
};

/**
 * Learns the shares by the m-estimate (Cestnik 1990; Micci-Barreca 2001): (n · share of the level + strength · prior)
 * / (n + strength). n is the number of customers of the level and not of rows, as the rows of one customer repeat
 * each other; with one row a customer it is the m-estimate as it is known.
 *
 * A training row must not meet its own label in its features. So `training` holds the columns encoded out of fold:
 * each row by the shares of the customers in the other folds, a level that only its own fold has by the prior. The
 * prior is that of all rows in every fold: one of the other folds would tell from the fold which labels are in it.
 * @returns the encoder learned from all rows, for production, and the columns of the training rows.
 * @throws RangeError when the strength is negative or there are less than 2 folds.
 */
export function fitTargetEncoder(
  columns: readonly CategoryColumn[],
  {y, customers, foldOf}: LabelledRows,
  {strength = 20, folds = 5}: TargetOptions = {},
): {readonly encoder: TargetEncoder; readonly training: Column[]} {
  if (!(strength >= 0 && strength < Number.POSITIVE_INFINITY && Number.isInteger(folds) && folds >= 2))
    throw new RangeError(
      `fitTargetEncoder requires a strength of 0 or more and 2 folds or more, got ${strength} and ${folds}`,
    );
  let positives = 0;
  for (let i = 0; i < y.length; i++) positives += y[i]!;
  const prior = positives / y.length;
  const fold = foldOf(folds);
  const learned = columns.map(column => {
    const levels = seenLevels(column);
    const places = codesIn(levels, column);
    const counts = countLevels(places, levels.length, {y, customers, fold, folds});
    const all = levels.map((_, k) => sum(counts.map(one => one[k]!)));
    const shares = all.map(tally => shareOf(tally, prior, strength));
    // A customer is in one fold, so what the others count is the difference.
    const outside = counts.map(one =>
      one.map((tally, k) => shareOf(difference(all[k]!, tally), prior, strength)),
    );
    const values = places.map((place, i) => (Number.isNaN(place) ? prior : outside[fold[i]!]![place]!));
    return {encoding: {name: column.name, levels, shares}, column: {name: column.name, values}};
  });
  return {
    encoder: {kind: "target", prior, strength, folds, columns: learned.map(({encoding}) => encoding)},
    training: learned.map(({column}) => column),
  };
}

export function encodeTarget({prior, columns: known}: TargetEncoder, columns: readonly Column[]): Column[] {
  return changeColumns(columns, {known, of: isCategory}, ({name, levels, shares}, column) => [
    {name, values: codesIn(levels, column).map(place => shares[place] ?? prior)},
  ]);
}

/** What the training rows of one level hold. */
type Tally = {readonly positives: number; readonly rows: number; readonly customers: number};

const sum = (tallies: readonly Tally[]): Tally =>
  tallies.reduce((a, b) => ({
    positives: a.positives + b.positives,
    rows: a.rows + b.rows,
    customers: a.customers + b.customers,
  }));

const difference = (a: Tally, b: Tally): Tally => ({
  positives: a.positives - b.positives,
  rows: a.rows - b.rows,
  customers: a.customers - b.customers,
});

const shareOf = ({positives, rows, customers}: Tally, prior: number, strength: number): number =>
  rows === 0 ? prior : (customers * (positives / rows) + strength * prior) / (customers + strength);

/** By fold and level; whole numbers, so the order of the rows does not matter. */
function countLevels(
  places: Float64Array,
  levels: number,
  {
    y,
    customers,
    fold,
    folds,
  }: Pick<LabelledRows, "y" | "customers"> & {readonly fold: Uint32Array; readonly folds: number},
): Tally[][] {
  const out = Array.from({length: folds}, () =>
    Array.from({length: levels}, () => ({positives: 0, rows: 0, customers: 0})),
  );
  const seen = new Set<number>();
  places.forEach((place, i) => {
    if (Number.isNaN(place)) return;
    const tally = out[fold[i]!]![place]!;
    tally.positives += y[i]!;
    tally.rows += 1;
    const pair = customers[i]! * levels + place;
    if (!seen.has(pair)) tally.customers += 1;
    seen.add(pair);
  });
  return out;
}
