import {type Matrix, takeRows} from "../features/matrix.ts";
import {applyModel, fitModel, type Model} from "../model/model.ts";
import type {LevelOrder} from "../model/prepare/ordinal.ts";
import type {TrainingData} from "../sampling/training-data.ts";
import {rowsOf, type Split} from "../split/rows.ts";
import type {Cohort} from "../target/cohort.ts";
import {rocAuc} from "./metrics.ts";

/** Models that take no search: enough to compare questions, not to answer one. */
export const QUICK = ["logistic", "boost"] as const;
export type QuickKind = (typeof QUICK)[number];

export type QuickOptions = {
  readonly cohort: Cohort;
  readonly customers: readonly string[];
  /** By cohort row, 1 or 0 wherever the row has a role. */
  readonly labels: Int8Array;
  readonly split: Split;
  /** Categories whose levels have an order, lowest first. */
  readonly order?: LevelOrder | undefined;
  readonly seed: number;
  /** No figure depends on it. */
  readonly threads?: number | undefined;
};

/**
 * Fits a model with its default setting on the train rows. Trees are stopped early on the calibrate rows, so that no
 * tune row has had a say in it.
 * @returns undefined where the train, tune or calibrate rows lack a class.
 */
export async function fitQuick(
  kind: QuickKind,
  x: Matrix,
  {cohort, customers, labels, split, order = {}, seed, threads = 1}: QuickOptions,
): Promise<Model | undefined> {
  const dataOf = (role: "train" | "tune" | "calibrate"): TrainingData => {
    const rows = rowsOf(split, role);
    return {
      x: takeRows(x, rows),
      y: Uint8Array.from(rows, i => labels[i]!),
      customers: Array.from(rows, i => customers[cohort.customer[i]!]!),
    };
  };
  const [train, tune, calibrate] = (["train", "tune", "calibrate"] as const).map(dataOf);
  if (![train!, tune!, calibrate!].every(hasBothClasses)) return undefined;
  return fitModel(kind, train!, {
    ...{seed, order},
    tune: calibrate!,
    search: {candidates: 1, auc: rocAuc, threads},
  });
}

const hasBothClasses = ({y}: TrainingData): boolean => {
  const labels = Array.from(y);
  return labels.includes(0) && labels.includes(1);
};

/** Margins of some rows of `x`. */
export const quickMargins = (model: Model, x: Matrix, rows: ArrayLike<number>): Promise<Float64Array> =>
  applyModel(model, takeRows(x, rows));
