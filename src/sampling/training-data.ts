import {byCodeUnit} from "../data/event-log.ts";
import {type Matrix, takeRows} from "../features/matrix.ts";

/** Training rows; NaN is missing. */
export type TrainingData = {
  readonly x: Matrix;
  /** 1 for a churner, else 0, one a row. */
  readonly y: ArrayLike<number>;
  /** Customer id of each row. */
  readonly customers: readonly string[];
  /** Cutoff of each row, in days, for sampling that goes by it. */
  readonly cutoffs?: ArrayLike<number> | undefined;
};

/** Rows to learn from in the place of the train rows. */
export type Sample = TrainingData & {
  /** One a row, of mean 1; none when all count alike. */
  readonly weights?: Float64Array;
  /**
   * Share of the negatives kept over the share of the positives kept: the odds of churn in the sample, times this,
   * are those of the train rows. Its logarithm, added to a log-odds margin, puts the prior back.
   */
  readonly keptNegatives: number;
};

/** The given rows, in the given order. */
export function takeTraining({x, y, customers, cutoffs}: TrainingData, rows: ArrayLike<number>) {
  const take = Array.from(rows);
  return {
    x: takeRows(x, rows),
    y: Uint8Array.from(take, i => y[i]!),
    customers: take.map(i => customers[i]!),
    ...(cutoffs === undefined ? {} : {cutoffs: Float64Array.from(take, i => cutoffs[i]!)}),
  };
}

/** Rows by customer id, then by label, values and cutoff, so that equal rows only can change places. */
export function canonicalOrder({x, y, customers, cutoffs}: TrainingData): Int32Array {
  const {rows, values} = x;
  const order = Int32Array.from({length: rows}, (_, i) => i);
  return order.sort((a, b) => {
    const byCustomer = byCodeUnit(customers[a]!, customers[b]!) || y[a]! - y[b]!;
    if (byCustomer !== 0) return byCustomer;
    for (let at = 0; at < values.length; at += rows) {
      const [left, right] = [values[at + a]!, values[at + b]!];
      if (left < right || (Number.isNaN(left) && !Number.isNaN(right))) return -1;
      if (left > right || (Number.isNaN(right) && !Number.isNaN(left))) return 1;
    }
    return cutoffs === undefined ? 0 : cutoffs[a]! - cutoffs[b]!;
  });
}

/**
 * @returns the number of positives.
 * @throws RangeError when the lengths differ, a label is not 0 or 1, one class only is there, or a value is infinite.
 */
export function checkTrainingData(caller: string, {x, y, customers, cutoffs}: TrainingData): number {
  if (y.length !== x.rows || customers.length !== x.rows)
    throw new RangeError(
      `${caller} requires one label and one customer a row, got ${y.length} and ${customers.length} for ${x.rows}`,
    );
  if (cutoffs !== undefined && cutoffs.length !== x.rows)
    throw new RangeError(`${caller} requires one cutoff a row, got ${cutoffs.length} for ${x.rows}`);
  let positives = 0;
  for (let i = 0; i < x.rows; i++) {
    if (y[i] !== 0 && y[i] !== 1)
      throw new RangeError(`${caller} requires labels 0 or 1, got ${y[i]} in row ${i}`);
    positives += y[i]!;
  }
  if (positives === 0 || positives === x.rows)
    throw new RangeError(`${caller} requires both classes, got ${positives} positive of ${x.rows}`);
  requireNoInfinity(caller, x);
  return positives;
}

/** @throws RangeError naming feature and row of the first infinite value. */
export function requireNoInfinity(caller: string, x: Matrix): void {
  const bad = x.values.findIndex(value => value === Infinity || value === -Infinity);
  if (bad >= 0)
    throw new RangeError(
      `${caller} requires finite or missing values, got ${x.values[bad]} in ` +
        `${x.names[Math.floor(bad / x.rows)]}, row ${bad % x.rows}`,
    );
}

/** @throws TypeError when the rows come without their cutoffs. */
export function requireCutoffs(caller: string, {cutoffs}: TrainingData): ArrayLike<number> {
  if (cutoffs === undefined) throw new TypeError(`${caller} requires the cutoff of each row, got none`);
  return cutoffs;
}
