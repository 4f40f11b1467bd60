import type {Matrix} from "../features/matrix.ts";
import {type AccumulatedEffects, accumulatedEffects, weightedMean} from "./accumulated-effects.ts";
import {partialDependence} from "./partial-dependence.ts";
import type {Predict} from "./permutation.ts";

/** The way a score goes along one feature, told twice; the curves of some rows show who answers differently. */
export type FeatureEffects = {
  readonly local: AccumulatedEffects;
  /** Partial dependence at the edges of `local`, centred in the same way. */
  readonly partial: readonly number[];
  /** Of some rows, the margin at each edge less that at the first: one list a row. */
  readonly curves: readonly (readonly number[])[];
  /**
   * Largest distance of the two lines, over the range of `local`; 0 when they are one, Infinity when `local` is flat
   * and `partial` is not.
   */
  readonly gap: number;
};

/** A gap from which on the two lines tell different stories. */
export const PARTED = 0.25;

/**
 * Accumulated local effects and partial dependence of one feature, at the same points.
 * @param rows that get a curve of their own, at most; evenly spread over `x`.
 * @throws as accumulatedEffects.
 */
export async function effectsOf(
  predict: Predict,
  x: Matrix,
  {feature, curves: rows}: {readonly feature: string; readonly curves: number},
): Promise<FeatureEffects> {
  const local = await accumulatedEffects(predict, x, {feature});
  const {edges, effect, counts} = local;
  const {mean, curves} = await partialDependence(predict, x, {feature, grid: edges});
  const centre = weightedMean(mean, counts);
  const partial = Array.from(mean, value => value - centre);
  const n = edges.length;
  const shown = Math.min(rows, x.rows);
  const distance = Math.max(...partial.map((value, k) => Math.abs(value - effect[k]!)));
  const range = Math.max(...effect) - Math.min(...effect);
  return {
    ...{local, partial},
    curves: Array.from({length: shown}, (_, k) => {
      const start = Math.floor((k * x.rows) / shown) * n;
      return Array.from({length: n}, (__, g) => curves[start + g]! - curves[start]!);
    }),
    gap: distance === 0 ? 0 : distance / range,
  };
}
