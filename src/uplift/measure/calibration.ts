import type {NormalInterval} from "../../evaluate/delong.ts";
import type {Level} from "../../evaluate/quantile.ts";
import {placesWithinFolds} from "../learn/out-of-fold.ts";
import {type Trial, weightsOf} from "../trial.ts";
import {influenceInterval, meanInterval, meanOver, type Sample} from "./influence.ts";
import {type ArmOutcomes, armScores, effectScores, requireScore} from "./scores.ts";

/** Predicted and observed effect of rows with about the same prediction. */
export type UpliftBin = {
  /** Weight of the rows. */
  readonly rows: number;
  readonly predicted: number;
  readonly observed: NormalInterval;
};

export type UpliftCalibration = {
  /**
   * By rising prediction. Rows with one prediction are in one group, and a group has two customers or more, so there may be
   * fewer than were asked for.
   */
  readonly bins: readonly UpliftBin[];
  /**
   * Observed effect = average + slope × (prediction − mean prediction), both means those of the fold. A slope of 1 is right; 0 says that the predictions
   * tell nobody from another. Chernozhukov, Demirer, Duflo and Fernández-Val (2018): the best linear predictor.
   */
  readonly slope: NormalInterval;
  /** Observed less predicted effect in the mean; 0 is right. */
  readonly offset: NormalInterval;
};

/**
 * Whether effects are as large as predicted, by doubly robust scores; errors are clustered by customer with the factor
 * G / (G − 1). Predictions must not have seen the rows' customers.
 *
 * Predictions that were made fold by fold must be compared within their folds: each fold's are too high where its own
 * luck was poor, since the model learned from the others, and pooled they make a right slope look flat.
 * @param predicted effect of each row in units of the outcome.
 * @param fold of each row, 0 or more, where each fold's predictions are of a model of its own: slope and groups are then
 *   within folds.
 * @param groups how many, a whole number of 1 or more.
 * @throws RangeError when all predictions of a fold are equal, for every fold, or groups are none.
 */
export function upliftCalibration(
  trial: Trial,
  predicted: ArrayLike<number>,
  {
    outcomes,
    fold,
    groups = 10,
    level = 0.95,
  }: {
    readonly outcomes?: ArmOutcomes | undefined;
    readonly fold?: ArrayLike<number> | undefined;
    readonly groups?: number;
    readonly level?: Level;
  } = {},
): UpliftCalibration {
  requireScore("upliftCalibration", trial, predicted, "predictions");
  if (!(Number.isInteger(groups) && groups >= 1))
    throw new RangeError(`upliftCalibration requires a whole number of groups of 1 or more, got ${groups}`);
  const gamma = effectScores(armScores(trial, outcomes));
  const weights = weightsOf(trial);
  const rows = [...gamma.keys()];
  const of = (own: readonly number[]) => ({rows: own, customer: trial.customer, weights, level});
  const all = of(rows);
  const folds = [...Map.groupBy(rows, i => fold?.[i] ?? 0).values()].map(of);
  /** Each row's value less the mean in its fold. */
  const within = (values: ArrayLike<number>): Float64Array => {
    const out = new Float64Array(rows.length);
    for (const own of folds) {
      const mean = meanOver(own, i => values[i]!);
      for (const i of own.rows) out[i] = values[i]! - mean;
    }
    return out;
  };
  const [left, right] = [within(predicted), within(gamma)];
  const spread = meanOver(all, i => left[i]! ** 2);
  if (!(spread > 1e-24))
    throw new RangeError(`upliftCalibration requires predictions that differ, got ${predicted[0]} for all`);
  const slope = meanOver(all, i => left[i]! * right[i]!) / spread;
  const order = fold ? placesWithinFolds(predicted, fold) : predicted;
  return {
    bins: binsOf(order, {weights, customer: trial.customer, groups}).map(own => ({
      rows: own.reduce((sum, i) => sum + weights[i]!, 0),
      predicted: meanOver(of(own), i => predicted[i]!),
      observed: meanInterval(of(own), i => gamma[i]!),
    })),
    slope: influenceInterval(slope, i => (left[i]! * (right[i]! - slope * left[i]!)) / spread, all),
    offset: meanInterval(all, i => gamma[i]! - predicted[i]!),
  };
}

/**
 * Rows by rising prediction in parts of about equal weight that no tie lies across, each of two customers or more: one
 * alone has no error. A part ends where the weight passes the next multiple of an equal share; a tie may pass several.
 */
function binsOf(
  predicted: ArrayLike<number>,
  {weights, customer, groups}: Pick<Sample, "weights" | "customer"> & {readonly groups: number},
): number[][] {
  const order = [...weights.keys()].sort((a, b) => predicted[a]! - predicted[b]! || a - b);
  const share = weights.reduce((a, b) => a + b, 0) / groups;
  const bins: number[][] = [];
  let own: number[] = [];
  let customers = new Set<number>();
  let [passed, end] = [0, 1];
  order.forEach((i, k) => {
    own.push(i);
    customers.add(customer[i]!);
    passed += weights[i]! / share;
    const next = order[k + 1];
    const tied = next !== undefined && predicted[next] === predicted[i];
    if (tied || customers.size < 2 || passed < end - ROUNDING) return;
    bins.push(own);
    [own, customers, end] = [[], new Set(), Math.floor(passed + ROUNDING) + 1];
  });
  // What is left is no part of its own; where nothing came before it, it is the only one.
  if (own.length > 0) bins.push([...(bins.pop() ?? []), ...own]);
  return bins;
}

/** Of an equal share, for weights whose sum is not exact. */
const ROUNDING = 1e-9;
