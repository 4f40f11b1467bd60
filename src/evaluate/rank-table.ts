import type {Ranking} from "./ranking.ts";

/**
 * Cumulative sums at the end of each group of tied rows, the riskiest first: what lift, gains, precision, recall,
 * ROC and precision-recall are all read from. A tie is one point.
 */
export type RankTable = {
  /** Weight of the rows down to the end of the group. */
  readonly weight: Float64Array;
  /** Their weight times value; the weight of the churners among them where no other value was asked for. */
  readonly sum: Float64Array;
};

/**
 * The table of a ranking.
 * @param weights by row, at least 0; 1 each when absent. @param values by row; the label when absent.
 */
export function rankTable(
  ranking: Ranking,
  {
    weights,
    values,
  }: {readonly weights?: ArrayLike<number> | undefined; readonly values?: ArrayLike<number>} = {},
): RankTable {
  const rowAt = {length: ranking.order.length ? 1 + ranking.order.reduce((a, b) => Math.max(a, b), 0) : 0};
  const {table, fill} = refillable(
    ranking,
    Int32Array.from(rowAt, (_, i) => i),
    values,
  );
  fill(weights ? Float64Array.from(weights) : new Float64Array(rowAt.length).fill(1));
  return table;
}

/**
 * A table that is filled again and again, with weights by slot.
 * @param slotOfRow slot in [0, n) of each row, such as its customer.
 * @returns the table, and what fills it from the weight of each slot.
 */
export function refillable(
  ranking: Ranking,
  slotOfRow: ArrayLike<number>,
  values?: ArrayLike<number>,
): {readonly table: RankTable; readonly fill: (weightOfSlot: Float64Array) => void} {
  const {order, ends, positive} = ranking;
  const table = {weight: new Float64Array(ends.length), sum: new Float64Array(ends.length)};
  const slotAt = Int32Array.from(order, i => slotOfRow[i]!);
  const valueAt = Float64Array.from(order, (i, k) => (values ? values[i]! : positive[k]!));
  const fill = (weightOfSlot: Float64Array): void => {
    const {weight, sum} = table;
    let [w, s, k] = [0, 0, 0];
    for (let g = 0; g < ends.length; g++) {
      for (const end = ends[g]!; k < end; k++) {
        const own = weightOfSlot[slotAt[k]!]!;
        w += own;
        s += own * valueAt[k]!;
      }
      weight[g] = w;
      sum[g] = s;
    }
  };
  return {table, fill};
}

/** Weight of all rows. */
export const totalWeight = ({weight}: RankTable): number => weight.at(-1) ?? 0;

/** Sum over all rows. */
export const totalSum = ({sum}: RankTable): number => sum.at(-1) ?? 0;

/** Area under the ROC curve of a table of churners; NaN when a class has no weight. */
export function tableAuc(table: RankTable): number {
  const {weight, sum} = table;
  let [churners, stayers, area] = [0, 0, 0];
  for (let g = 0; g < sum.length; g++) {
    const found = sum[g]!;
    const passed = weight[g]! - found;
    area += (passed - stayers) * (churners + found);
    churners = found;
    stayers = passed;
  }
  return area / (2 * churners * stayers);
}

/** Average precision of a table of churners: precision at each point times the recall it adds; NaN without one. */
export function tableAveragePrecision({weight, sum}: RankTable): number {
  let [churners, area] = [0, 0];
  for (let g = 0; g < sum.length; g++) {
    const found = sum[g]!;
    if (found > churners) area += (found - churners) * (found / weight[g]!);
    churners = found;
  }
  return area / churners;
}

/** Sum over the first `fraction` of all weight, in [0, 1]; of a group over the cut, its part. */
export function tableTop({weight, sum}: RankTable, fraction: number): number {
  const last = weight.length - 1;
  if (last < 0) return 0;
  const cut = fraction * weight[last]!;
  // Only rounding can leave a cut beyond the last row.
  if (cut >= weight[last]!) return sum[last]!;
  let [low, high] = [0, last];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (weight[middle]! >= cut) high = middle;
    else low = middle + 1;
  }
  const [before, above] = low === 0 ? [0, 0] : [weight[low - 1]!, sum[low - 1]!];
  const own = weight[low]! - before;
  return own === 0 ? above : above + (sum[low]! - above) * ((cut - before) / own);
}
