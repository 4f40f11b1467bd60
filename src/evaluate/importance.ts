import type {Matrix} from "../features/matrix.ts";
import {applyModel, type Model} from "../model/model.ts";
import type {Random} from "../random.ts";
import {rocAuc} from "./metrics.ts";
import {requireBothClasses} from "./ranking.ts";
import {spearman} from "./spearman.ts";

/** What a model loses when a feature is torn from its rows. */
export type FeatureImportance = {
  readonly feature: string;
  /** Mean fall of the ROC AUC over the repeats; around 0, or below by chance, for a feature without use. */
  readonly drop: number;
  /** Standard deviation of the falls between repeats; 0 with one repeat. */
  readonly deviation: number;
  /** Sign of the rank correlation of feature and margin: 1 when more of it goes with more risk; 0 when neither. */
  readonly direction: -1 | 0 | 1;
  /** Spearman's rank correlation of feature and margin over the rows where the feature is known; 0 for a category. */
  readonly correlation: number;
};

/**
 * Permutation importance (Breiman 2001; Fisher, Rudin and Dominici 2019): how far the AUC falls when the values
 * of one feature are shuffled among the rows, in the order of the features. It says what this model relies on:
 * features that stand for each other share it, and it is no effect of the feature on anyone.
 * @param y 1 for a churner, else 0.
 * @throws RangeError when `y` holds one class only, or repeats is not at least 1.
 */
export async function permutationImportance(
  model: Model,
  x: Matrix,
  y: ArrayLike<number>,
  {random, repeats = 5}: {readonly random: Random; readonly repeats?: number},
): Promise<FeatureImportance[]> {
  requireBothClasses("permutationImportance", y);
  if (!Number.isInteger(repeats) || repeats < 1)
    throw new RangeError(`permutationImportance requires at least 1 repeat, got ${repeats}`);
  const margins = await applyModel(model, x);
  const base = rocAuc(margins, y);
  const result: FeatureImportance[] = [];
  for (let j = 0; j < x.names.length; j++) {
    const drops: number[] = [];
    for (let repeat = 0; repeat < repeats; repeat++)
      drops.push(base - rocAuc(await applyModel(model, permuteColumn(x, j, permutation(x.rows, random))), y));
    const drop = drops.reduce((sum, d) => sum + d, 0) / repeats;
    const squares = drops.reduce((sum, d) => sum + (d - drop) ** 2, 0);
    // The codes of a category have no order.
    const correlation = x.categories?.[x.names[j]!]
      ? 0
      : spearman(x.values.subarray(j * x.rows, (j + 1) * x.rows), margins);
    result.push({
      feature: x.names[j]!,
      drop,
      deviation: repeats > 1 ? Math.sqrt(squares / (repeats - 1)) : 0,
      direction: correlation > 0 ? 1 : correlation < 0 ? -1 : 0,
      correlation,
    });
  }
  return result;
}

/** `x` with row i of feature `j` taken from row rows[i]; the other features stay. */
export function permuteColumn(x: Matrix, j: number, rows: ArrayLike<number>): Matrix {
  const values = x.values.slice();
  for (let i = 0; i < x.rows; i++) values[j * x.rows + i] = x.values[j * x.rows + rows[i]!]!;
  return {...x, values};
}

/** The numbers 0 to n - 1 in random order (Fisher and Yates). */
function permutation(n: number, random: Random): Int32Array {
  const out = Int32Array.from({length: n}, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const k = Math.floor(random() * (i + 1));
    [out[i], out[k]] = [out[k]!, out[i]!];
  }
  return out;
}
