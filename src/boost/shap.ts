import type {Boost} from "./boost.ts";
import {type BoostData, requireRows} from "./boost-data.ts";
import {pairColumn, shareOut} from "./shap-program.ts";

/** Margins shared out among the features: a row's values and the base sum up to its margin. */
export type BoostShap = {
  readonly names: readonly string[];
  readonly rows: number;
  /** Row-major, rows x features; of interactions rows x features x features. In units of the margin. */
  readonly values: Float64Array;
  /** What is expected of a row of which no feature is known. */
  readonly base: number;
};

/**
 * Exact Shapley values, path-dependent: a row of which a feature is not known goes both ways at its splits, by the
 * covers (Lundberg et al. 2020, "From local explanations to global understanding with explainable AI for trees").
 * The margins are summed in double precision here, in single precision by `boostMargins`.
 * @throws DataError naming the feature that is missing, unknown or out of the model's order.
 * @throws RangeError for a value that is infinite in single precision, or a category that is no whole code.
 */
export function boostShap(model: Boost, x: BoostData): BoostShap {
  requireRows("boostShap", model, x);
  return valuesOf(model, x);
}

/**
 * Shapley interaction values of each two features, path-dependent: each of (i, j) and (j, i) has half of what the
 * two do together, and (i, i) has the rest, so that a row of the square sums up to the feature's Shapley value.
 * @throws the errors of {@link boostShap}.
 */
export function boostShapInteractions(model: Boost, x: BoostData): BoostShap {
  requireRows("boostShapInteractions", model, x);
  const n = model.features.length;
  const {names, rows, values: single, base} = valuesOf(model, x);
  const values = new Float64Array(rows * n * n);
  shareOut({model, pairs: true}, x, (first, count, sums, stride) => {
    for (let i = 0; i < n; i++)
      for (let j = i + 1; j < n; j++)
        for (let k = 0; k < count; k++) {
          const sum = sums[pairColumn(i, j, n) * stride + k]!;
          values[((first + k) * n + i) * n + j]! += sum;
          values[((first + k) * n + j) * n + i]! += sum;
        }
  });
  for (let k = 0; k < rows * n; k++) {
    const together = values.subarray(k * n, (k + 1) * n).reduce((sum, value) => sum + value, 0);
    values[k * n + (k % n)] = single[k]! - together;
  }
  return {names, rows, values, base};
}

/**
 * Exact Shapley values, interventional: a feature that is not known has the value that a background row has, the
 * mean over all of them taken; the base is the mean margin of the background.
 * @param background one row or more; some hundreds tell much the same as thousands.
 * @throws RangeError for a background without rows, or a tree with more than 64 features on the way to a leaf; the
 * errors of {@link boostShap}, for either table.
 */
export function boostShapInterventional(model: Boost, x: BoostData, background: BoostData): BoostShap {
  requireRows("boostShapInterventional", model, x);
  requireRows("boostShapInterventional", model, background);
  if (background.rows === 0)
    throw new RangeError("boostShapInterventional requires at least 1 row of background, got 0");
  return valuesOf(model, x, background);
}

function valuesOf(model: Boost, x: BoostData, background?: BoostData): BoostShap {
  const n = model.features.length;
  const values = new Float64Array(x.rows * n);
  const task = background ? {model, pairs: false, background} : {model, pairs: false};
  const expected = shareOut(task, x, (first, count, sums, stride) => {
    for (let j = 0; j < n; j++)
      for (let k = 0; k < count; k++) values[(first + k) * n + j]! += sums[j * stride + k]!;
  });
  return {names: x.names, rows: x.rows, values, base: model.baseMargin + expected};
}
