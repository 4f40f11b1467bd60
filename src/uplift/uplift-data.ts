import {byCodeUnit} from "../data/event-log.ts";
import {type Matrix, takeRows} from "../features/matrix.ts";
import {requireNoInfinity} from "../sampling/training-data.ts";
import {hashUnit} from "../split/sets.ts";
import {checkTrial, type Trial} from "./trial.ts";

/** Rows of a trial with what was known of them before it. */
export type UpliftData = {
  /** NaN is missing. */
  readonly x: Matrix;
  readonly trial: Trial;
  /** Id of each customer code of the trial; folds are cut by a hash of it. */
  readonly ids: readonly string[];
};

/** Rows of a trial, in the given order. */
export function takeTrial(trial: Trial, rows: ArrayLike<number>): Trial {
  const {outcome, treated, propensity, customer, weight} = trial;
  const pick = (values: Float64Array) => Float64Array.from(rows, i => values[i]!);
  return {
    outcome: pick(outcome),
    treated: Uint8Array.from(rows, i => treated[i]!),
    propensity: pick(propensity),
    customer: Int32Array.from(rows, i => customer[i]!),
    ...(weight ? {weight: pick(weight)} : {}),
  };
}

/** The given rows, in the given order. */
export const takeUplift = ({x, trial, ids}: UpliftData, rows: ArrayLike<number>): UpliftData => ({
  x: takeRows(x, rows),
  trial: takeTrial(trial, rows),
  ids,
});

/**
 * The rows of `data` by customer id, then by all that they hold, so that equal rows only can change places.
 * @throws RangeError when the trial is none, the features are not of its rows, a value is infinite or a customer has
 *   no id.
 */
export function inUpliftOrder(caller: string, {x, trial, ids}: UpliftData): Int32Array {
  checkTrial(caller, trial);
  const {outcome, treated, propensity, customer, weight} = trial;
  if (x.rows !== outcome.length)
    throw new RangeError(`${caller} requires features of ${outcome.length} rows, got ${x.rows}`);
  const without = customer.find(c => ids[c] === undefined);
  if (without !== undefined)
    throw new RangeError(`${caller} requires an id of each customer, got none of ${without}`);
  requireNoInfinity(caller, x);
  const columns: ArrayLike<number>[] = [treated, outcome, propensity, ...(weight ? [weight] : [])];
  for (let j = 0; j < x.names.length; j++) columns.push(x.values.subarray(j * x.rows, (j + 1) * x.rows));
  return Int32Array.from(customer.keys()).sort((a, b) => {
    const byCustomer = byCodeUnit(ids[customer[a]!]!, ids[customer[b]!]!);
    if (byCustomer !== 0) return byCustomer;
    for (const column of columns) {
      const [left, right] = [column[a]!, column[b]!];
      if (left < right || (Number.isNaN(right) && !Number.isNaN(left))) return -1;
      if (left > right || (Number.isNaN(left) && !Number.isNaN(right))) return 1;
    }
    return 0;
  });
}

/** Whose the rows are, and by which ids folds are cut. */
export type Customers = Pick<UpliftData, "ids"> & {readonly trial: Pick<Trial, "customer">};

/** A place in [0, 1) for each row, the same for all rows of a customer, by a hash of the id and the salt. */
export function placesOf({trial, ids}: Customers, salt: string): Float64Array {
  const known = new Map<number, number>();
  return Float64Array.from(trial.customer, c => {
    const place = known.get(c) ?? hashUnit(ids[c]!, salt);
    known.set(c, place);
    return place;
  });
}

/** Numbers of the rows whose value is such, ascending. */
export function rowsWhere(values: ArrayLike<number>, is: (value: number) => boolean): number[] {
  const rows: number[] = [];
  for (let i = 0; i < values.length; i++) if (is(values[i]!)) rows.push(i);
  return rows;
}

/** Row numbers of each of `folds` folds of customers, and those of the others. */
export function foldsOf(
  data: Customers,
  {salt, folds}: {readonly salt: string; readonly folds: number},
): {readonly inside: number[]; readonly outside: number[]}[] {
  const fold = placesOf(data, salt).map(u => Math.floor(u * folds));
  return Array.from({length: folds}, (_, k) => ({
    inside: rowsWhere(fold, v => v === k),
    outside: rowsWhere(fold, v => v !== k),
  })).filter(({inside}) => inside.length > 0);
}

/** The fold of each row. */
export function foldNumbers(
  data: Pick<UpliftData, "trial" | "ids">,
  cut: {readonly salt: string; readonly folds: number},
): Int32Array {
  const fold = new Int32Array(data.trial.customer.length);
  foldsOf(data, cut).forEach(({inside}, k) => {
    for (const row of inside) fold[row] = k;
  });
  return fold;
}
