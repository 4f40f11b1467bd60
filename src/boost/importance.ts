import type {Boost} from "./boost.ts";

/** What the splits on one feature did, summed over all trees. */
export type BoostImportance = {
  readonly feature: string;
  /** By how much its splits lowered twice the regularised loss (XGBoost: total_gain; LightGBM: gain, halved there). */
  readonly gain: number;
  /** Sum of the hessians of the rows that its splits parted (XGBoost: total_cover). */
  readonly cover: number;
  /** Number of its splits (XGBoost: weight; LightGBM: split). */
  readonly count: number;
};

/** Importance of every feature, in the order of the columns; all 0 for one that no tree splits on. */
export function boostImportance({features, trees}: Boost): readonly BoostImportance[] {
  const sums = features.map(({name}) => ({feature: name, gain: 0, cover: 0, count: 0}));
  for (const tree of trees)
    tree.feature.forEach((feature, node) => {
      if (feature < 0) return;
      const sum = sums[feature]!;
      sum.gain += tree.gain[node]!;
      sum.cover += tree.cover[node]!;
      sum.count += 1;
    });
  return sums;
}
