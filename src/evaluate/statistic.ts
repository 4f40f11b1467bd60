import {type RankTable, refillable, tableAuc, tableAveragePrecision, tableTop} from "./rank-table.ts";
import type {Ranking} from "./ranking.ts";

/**
 * A figure of weighted rows, as plain data: it can be handed to another thread. Values are by row. It is NaN where the
 * weights leave it undefined, such as an AUC without a churner.
 */
export type Statistic =
  | {readonly kind: "auc" | "averagePrecision"; readonly ranking: Ranking}
  | {
      readonly kind: "top";
      /**
       * With the sum over the top fraction of all weight, ties over the cut shared: its share of the sum over all
       * rows, that share over the fraction, or the mean at the top.
       */
      readonly read: "share" | "lift" | "mean";
      readonly ranking: Ranking;
      readonly fraction: number;
      /** The label when absent. */
      readonly values?: ArrayLike<number>;
    }
  /** Sum of weight × above over sum of weight × below; below is 1 when absent. */
  | {readonly kind: "ratio"; readonly above: ArrayLike<number>; readonly below?: ArrayLike<number>}
  | {readonly kind: "mean"; readonly of: readonly Statistic[]}
  | {readonly kind: "difference" | "quotient"; readonly a: Statistic; readonly b: Statistic};

/** ROC AUC of a ranking. */
export const aucStatistic = (ranking: Ranking): Statistic => ({kind: "auc", ranking});

/** Average precision of a ranking. */
export const averagePrecisionStatistic = (ranking: Ranking): Statistic => ({
  kind: "averagePrecision",
  ranking,
});

type Top = {
  /** Share contacted, in (0, 1]. */
  readonly fraction: number;
  /** What is summed over the rows contacted, by row; the label when absent. */
  readonly values?: ArrayLike<number>;
};

/** Share of churners among the top fraction over the share among all. */
export const liftStatistic = (ranking: Ranking, top: Top): Statistic => ({
  kind: "top",
  read: "lift",
  ranking,
  ...top,
});

/** Share of all churners that the top fraction holds. */
export const recallStatistic = (ranking: Ranking, top: Top): Statistic => ({
  kind: "top",
  read: "share",
  ranking,
  ...top,
});

/** Share of churners among the top fraction; of other values their mean there. */
export const precisionStatistic = (ranking: Ranking, top: Top): Statistic => ({
  kind: "top",
  read: "mean",
  ranking,
  ...top,
});

/** Weighted mean of a value a row: the base rate of labels, or the mean of a loss. */
export const meanStatistic = (values: ArrayLike<number>): Statistic => ({kind: "ratio", above: values});

/** Weighted sum of one value over that of another: the mean in a slice, with the values outside it at 0. */
export const ratioStatistic = (above: ArrayLike<number>, below: ArrayLike<number>): Statistic => ({
  kind: "ratio",
  above,
  below,
});

/** How far `a` is above `b`, both on the same draws: the paired comparison of two models. */
export const difference = (a: Statistic, b: Statistic): Statistic => ({kind: "difference", a, b});

/** The mean of several figures, one at least, all on the same draws. */
export const meanOf = (of: readonly Statistic[]): Statistic => ({kind: "mean", of});

/** `a` as a multiple of `b`, both on the same draws. */
export const quotient = (a: Statistic, b: Statistic): Statistic => ({kind: "quotient", a, b});

/** Fills `out`, one for each statistic, from the weight of each slot. */
export type Evaluator = (weightOfSlot: Float64Array, out: Float64Array) => void;

/**
 * Prepares statistics for many draws of weights: rows are summed by slot where the order does not matter, and each
 * ranking is gone through once a draw, for all the statistics that read it.
 * @param slotOfRow slot in [0, slots) of each row, such as its customer.
 */
export function evaluatorOf(
  statistics: readonly Statistic[],
  slotOfRow: Int32Array,
  slots: number,
): Evaluator {
  const {steps, tableOf, sumOf} = readingsOf(slotOfRow, slots);
  const placed = new Map<Statistic, number>();
  const values: number[] = [];
  const place = (statistic: Statistic): number => {
    const known = placed.get(statistic);
    if (known !== undefined) return known;
    const read = reading(statistic);
    const at = values.push(Number.NaN) - 1;
    steps.push(() => {
      values[at] = read();
    });
    placed.set(statistic, at);
    return at;
  };
  const reading = (statistic: Statistic): (() => number) => {
    switch (statistic.kind) {
      case "auc": {
        const table = tableOf(statistic.ranking);
        return () => tableAuc(table);
      }
      case "averagePrecision": {
        const table = tableOf(statistic.ranking);
        return () => tableAveragePrecision(table);
      }
      case "top": {
        const table = tableOf(statistic.ranking, statistic.values);
        const {read, fraction} = statistic;
        const last = table.sum.length - 1;
        if (read === "mean") return () => tableTop(table, fraction) / (fraction * table.weight[last]!);
        const by = read === "lift" ? fraction : 1;
        return () => tableTop(table, fraction) / table.sum[last]! / by;
      }
      case "ratio": {
        const [above, below] = [sumOf(statistic.above), sumOf(statistic.below)];
        return () => above.value / below.value;
      }
      case "mean": {
        const places = statistic.of.map(place);
        return () => places.reduce((sum, at) => sum + values[at]!, 0) / places.length;
      }
      default: {
        const [a, b] = [place(statistic.a), place(statistic.b)];
        return statistic.kind === "difference"
          ? () => values[a]! - values[b]!
          : () => values[a]! / values[b]!;
      }
    }
  };
  const places = statistics.map(place);
  return (weightOfSlot, out) => {
    for (const step of steps) step(weightOfSlot);
    for (let s = 0; s < places.length; s++) out[s] = values[places[s]!]!;
  };
}

/** What statistics are computed from, each made once for all that ask for it, and the steps that bring it up to date. */
function readingsOf(slotOfRow: Int32Array, slots: number) {
  const steps: ((weightOfSlot: Float64Array) => void)[] = [];
  const tables = new Map<Ranking, Map<ArrayLike<number> | undefined, RankTable>>();
  const sums = new Map<ArrayLike<number> | undefined, {value: number}>();
  const tableOf = (ranking: Ranking, values?: ArrayLike<number>): RankTable => {
    const byValues = tables.get(ranking) ?? new Map<ArrayLike<number> | undefined, RankTable>();
    tables.set(ranking, byValues);
    const known = byValues.get(values);
    if (known) return known;
    const {table, fill} = refillable(ranking, slotOfRow, values);
    steps.push(fill);
    byValues.set(values, table);
    return table;
  };
  const sumOf = (values: ArrayLike<number> | undefined): {readonly value: number} => {
    const known = sums.get(values);
    if (known) return known;
    const bySlot = new Float64Array(slots);
    for (let i = 0; i < slotOfRow.length; i++) bySlot[slotOfRow[i]!]! += values ? values[i]! : 1;
    const sum = {value: 0};
    steps.push(weightOfSlot => {
      let value = 0;
      for (let c = 0; c < slots; c++) value += weightOfSlot[c]! * bySlot[c]!;
      sum.value = value;
    });
    sums.set(values, sum);
    return sum;
  };
  return {steps, tableOf, sumOf};
}
