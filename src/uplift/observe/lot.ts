import {clustersOf} from "../../evaluate/bootstrap.ts";
import {delongAuc, type NormalInterval} from "../../evaluate/delong.ts";
import {rankRows} from "../../evaluate/ranking.ts";
import {type Random, randomOf} from "../../random.ts";
import {balanceOf} from "../balance.ts";
import {dot} from "../least-squares.ts";
import {designMatrix, orthonormal} from "./design-matrix.ts";
import {fitTargeting, type ObservedContacts} from "./targeting.ts";

/** Whether the arms look as if a lot had drawn them. */
export type LotCheck = {
  /** Features and levels compared, and those that differ by more than 0.1 standard deviations. */
  readonly compared: number;
  readonly apart: number;
  /** Share of the variance of who was contacted, within days, that the features tell by a linear model. */
  readonly told: number;
  /** Mean of that share over new lots. */
  readonly toldByLuck: number;
  /** Share of new lots, the one seen among them, that tell as much: 0.01 happens once in a hundred good lots. */
  readonly p: number;
  /** ROC AUC of who was contacted, by trees that did not see the customer: 0.5 when nothing tells it. */
  readonly auc: NormalInterval;
  /** Whether luck hardly explains what is seen. */
  readonly broken: boolean;
};

export type LotOptions = {
  readonly seed: number;
  /** New lots to compare with. */
  readonly draws?: number;
};

/** A good lot is called broken about once in a hundred. */
const LEAST_P = 0.01;
/** Standard errors of the AUC above 0.5 from which on trees are said to see something. */
const ERRORS = 3;
const APART = 0.1;

/**
 * Asks whether what was known before a contact tells who was contacted: by permutation of the arms among the contacts of
 * a day, or among customers contacted on the same days where every customer has one arm only (an omnibus test after
 * Hansen and Bowers 2008), and by the AUC of cross-fitted trees, which see what is not linear.
 * @param contacts with the day of each, in any unit: the share of the treated may differ from day to day.
 * @throws RangeError as {@link fitTargeting}.
 */
export async function checkLot(
  contacts: ObservedContacts & {readonly day: Int32Array},
  {seed, draws = 999}: LotOptions,
): Promise<LotCheck> {
  const {x, treated, customer, day} = contacts;
  const blocks = blocksOf(contacts);
  const centred = (values: Float64Array): Float64Array => withinDays(values, day);
  const {basis} = orthonormal(columnsOf(designMatrix(x)).map(centred));
  const {seen, byLuck} = permuted({blocks, basis, treated, day}, {seed, draws});
  const balance = balanceOf(x, treated);
  const {propensity} = await fitTargeting(contacts, {learner: "boost", folds: 5, seed});
  const auc = delongAuc(rankRows(propensity, treated), {clusters: clustersOf(customer)});
  const p = (1 + byLuck.filter(told => told >= seen - 1e-12).length) / (draws + 1);
  return {
    compared: balance.length,
    apart: balance.filter(({smd}) => Math.abs(smd) > APART).length,
    ...{told: seen, toldByLuck: byLuck.reduce((sum, told) => sum + told, 0) / draws, p, auc},
    broken: p < LEAST_P || auc.value - 0.5 > ERRORS * auc.standardError,
  };
}

const columnsOf = ({rows, names, values}: {rows: number; names: readonly string[]; values: Float64Array}) =>
  names.map((_, j) => values.subarray(j * rows, (j + 1) * rows));

/** What a lot deals among each other: unit k is the rows [k × size, (k + 1) × size), which go together. */
type Block = {readonly rows: Int32Array; readonly size: number};

function blocksOf({customer, treated, day}: ObservedContacts & {readonly day: Int32Array}): Block[] {
  const rowsOfCustomer = groupBy(customer.keys(), i => customer[i]!);
  const constant = [...rowsOfCustomer.values()].every(rows =>
    rows.every(i => treated[i] === treated[rows[0]!]),
  );
  if (!constant)
    return [...groupBy(day.keys(), i => day[i]!).values()].map(rows => ({
      rows: Int32Array.from(rows),
      size: 1,
    }));
  const days = (rows: readonly number[]) =>
    rows
      .map(i => day[i]!)
      .sort((a, b) => a - b)
      .join();
  return [...groupBy(rowsOfCustomer.values(), days).values()].map(units => ({
    rows: Int32Array.from(units.flat()),
    size: units[0]!.length,
  }));
}

function groupBy<T, K>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

function withinDays(values: Float64Array, day: Int32Array): Float64Array {
  const sums = new Map<number, [sum: number, rows: number]>();
  for (let i = 0; i < values.length; i++) {
    const [sum, rows] = sums.get(day[i]!) ?? [0, 0];
    sums.set(day[i]!, [sum + values[i]!, rows + 1]);
  }
  return values.map((value, i) => {
    const [sum, rows] = sums.get(day[i]!)!;
    return value - sum / rows;
  });
}

/**
 * What the features tell of the arms, as they are and dealt anew: the sum of squares along the basis, which is centred
 * within days already, over that of the arms, which no lot changes.
 */
function permuted(
  {
    blocks,
    basis,
    treated,
    day,
  }: {
    readonly blocks: readonly Block[];
    readonly basis: readonly Float64Array[];
    readonly treated: Uint8Array;
    readonly day: Int32Array;
  },
  {seed, draws}: {readonly seed: number; readonly draws: number},
): {readonly seen: number; readonly byLuck: readonly number[]} {
  const centred = withinDays(Float64Array.from(treated), day);
  const all = dot(centred, centred);
  const d = basis.length;
  // Row-major: a row of the treated is added in one go.
  const table = new Float64Array(treated.length * d);
  basis.forEach((column, j) => {
    for (let i = 0; i < column.length; i++) table[i * d + j] = column[i]!;
  });
  const sums = new Float64Array(d);
  const toldOf = (arms: Uint8Array): number => {
    sums.fill(0);
    for (let i = 0; i < arms.length; i++)
      if (arms[i] === 1) for (let j = 0; j < d; j++) sums[j]! += table[i * d + j]!;
    return all === 0 ? 0 : dot(sums, sums) / all;
  };
  const arms = treated.slice();
  const byLuck = Array.from({length: draws}, (_, draw) => {
    const random = randomOf(seed, draw);
    arms.set(treated);
    for (const block of blocks) deal(arms, block, random);
    return toldOf(arms);
  });
  return {seen: toldOf(treated), byLuck};
}

/** Fisher and Yates' shuffle of the arms of a block's units, written to `out`. */
function deal(out: Uint8Array, {rows, size}: Block, random: Random): void {
  for (let k = rows.length / size - 1; k > 0; k--) {
    const other = Math.floor(random() * (k + 1));
    for (let r = 0; r < size; r++) {
      const [a, b] = [rows[k * size + r]!, rows[other * size + r]!];
      const kept = out[a]!;
      out[a] = out[b]!;
      out[b] = kept;
    }
  }
}
