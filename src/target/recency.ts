import type {Cohort} from "./cohort.ts";

/** The rows of a cohort whose last activity lies one recency month back. */
export type RecencyMonth = {
  /** 1 for 1 to 30 days before the cutoff, 2 for 31 to 60, and so on. */
  readonly month: number;
  /** Days of recency, both included. */
  readonly fromDays: number;
  readonly toDays: number;
  readonly rows: number;
  readonly positives: number;
  /** Share of positives among the rows, NaN without rows. */
  readonly rate: number;
  /** Share of all positives of the cohort that are in this month, NaN without positives. */
  readonly shareOfPositives: number;
  readonly shareOfRows: number;
};

export type RecencyTable = {
  /** Every month up to the last with rows. */
  readonly months: readonly RecencyMonth[];
  /** The labelled rows without any activity before the cutoff. */
  readonly never: {readonly rows: number; readonly positives: number};
  readonly rows: number;
  readonly positives: number;
  /** Share of positives, NaN without rows. */
  readonly rate: number;
  /** No ranking has a higher lift: 1 / rate, Infinity without positives. */
  readonly liftCeiling: number;
  /**
   * Share of the label's variance that the recency month alone explains (the correlation ratio), 0 to 1; NaN when
   * there are not both classes. It asks for no order among the months, so that a reversed effect counts in full.
   */
  readonly explained: number;
};

/** Days of a recency month. */
const MONTH = 30;

/** Tabulates a target by recency month over the labelled rows (label not -1). */
export function recencyTable(cohort: Cohort, labels: Int8Array): RecencyTable {
  const {rows: n, recency} = cohort;
  const cells: {rows: number; positives: number}[] = [];
  const never = {rows: 0, positives: 0};
  for (let i = 0; i < n; i++) {
    if (labels[i] === -1) continue;
    const month = Math.floor((recency[i]! - 1) / MONTH);
    while (cells.length <= month) cells.push({rows: 0, positives: 0});
    const cell = recency[i] === -1 ? never : cells[month]!;
    cell.rows++;
    cell.positives += labels[i]!;
  }
  const all = [...cells, never];
  const rows = all.reduce((a, cell) => a + cell.rows, 0);
  const positives = all.reduce((a, cell) => a + cell.positives, 0);
  const rate = positives / rows;
  const between = all.reduce(
    (a, cell) => a + (cell.rows ? (cell.positives - cell.rows * rate) ** 2 / cell.rows : 0),
    0,
  );
  const months = cells.map((cell, k) => ({
    month: k + 1,
    fromDays: k * MONTH + 1,
    toDays: (k + 1) * MONTH,
    ...cell,
    rate: cell.positives / cell.rows,
    shareOfPositives: cell.positives / positives,
    shareOfRows: cell.rows / rows,
  }));
  return {
    months,
    never,
    rows,
    positives,
    rate,
    liftCeiling: rows / positives,
    explained: between / (rows * rate * (1 - rate)),
  };
}

/**
 * ROC AUC of a whole number of each row, higher ranking first, over the labelled rows (label not -1).
 * @param rows those looked at; all when absent. @returns null without both classes.
 */
export function valueAuc(
  value: (row: number) => number,
  labels: Int8Array,
  rows: Iterable<number> = labels.keys(),
): number | null {
  const counts = new Map<number, [number, number]>();
  for (const i of rows) {
    if (labels[i] === -1) continue;
    const at = value(i);
    const pair = counts.get(at) ?? [0, 0];
    pair[labels[i]!]! += 1;
    counts.set(at, pair);
  }
  let [negatives, positives, area] = [0, 0, 0];
  for (const at of [...counts.keys()].sort((a, b) => a - b)) {
    const [n, p] = counts.get(at)!;
    area += p * (negatives + n / 2);
    negatives += n;
    positives += p;
  }
  return negatives === 0 || positives === 0 ? null : area / (negatives * positives);
}

/** ROC AUC of the days since the last activity alone; no activity counts as longest. */
export const recencyAuc = (
  {recency}: Pick<Cohort, "recency">,
  labels: Int8Array,
  rows?: Iterable<number>,
): number | null => valueAuc(i => (recency[i]! < 0 ? Number.MAX_SAFE_INTEGER : recency[i]!), labels, rows);
