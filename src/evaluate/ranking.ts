/**
 * Rows from the riskiest down, sorted once and read by every statistic of rank.
 * Tied rows form a group; position k of the ranking is row order[k].
 */
export type Ranking = {
  /** Rows that are ranked: all of them, or the part that was asked for. */
  readonly rows: number;
  /** Numbers of these rows by falling margin; tied rows keep their order. */
  readonly order: Int32Array;
  /** Group g covers the positions [ends[g - 1], ends[g]), the first one from 0. */
  readonly ends: Int32Array;
  /** 1 when the row at this position is a churner. */
  readonly positive: Uint8Array;
};

/**
 * Ranks rows by margin, the riskiest first.
 * @param y 1 for a churner, 0 for the others, one a row.
 * @param rows numbers of the rows to rank, ascending, such as those of a slice; all when absent.
 * @throws RangeError when a margin is not finite, a label is not 0 or 1, or the lengths differ.
 */
export function rankRows(
  margins: ArrayLike<number>,
  y: ArrayLike<number>,
  {rows}: {readonly rows?: ArrayLike<number>} = {},
): Ranking {
  const all = margins.length;
  if (y.length !== all) throw new RangeError(`rankRows requires one label a row, got ${y.length} for ${all}`);
  const order = rows ? Int32Array.from(rows) : Int32Array.from({length: all}, (_, i) => i);
  for (const i of order) {
    if (!Number.isFinite(margins[i]))
      throw new RangeError(`rankRows requires finite margins, got ${margins[i]} in row ${i}`);
    if (y[i] !== 0 && y[i] !== 1)
      throw new RangeError(`rankRows requires labels 0 or 1, got ${y[i]} in row ${i}`);
  }
  order.sort((a, b) => margins[b]! - margins[a]! || a - b);
  const ends: number[] = [];
  const positive = new Uint8Array(order.length);
  for (let k = 0; k < order.length; k++) {
    positive[k] = y[order[k]!]!;
    if (k + 1 === order.length || margins[order[k + 1]!] !== margins[order[k]!]) ends.push(k + 1);
  }
  return {rows: order.length, order, ends: Int32Array.from(ends), positive};
}

/** Number of churners. */
export function positivesOf({positive}: Ranking): number {
  let sum = 0;
  for (const p of positive) sum += p;
  return sum;
}

/** @throws RangeError naming `caller` when `y` lacks a class, with what it holds. */
export function requireBothClasses(caller: string, y: ArrayLike<number>): void {
  let positives = 0;
  for (let i = 0; i < y.length; i++) positives += y[i]!;
  if (positives === 0 || positives === y.length)
    throw new RangeError(`${caller} requires both classes, got ${positives} positive of ${y.length}`);
}
