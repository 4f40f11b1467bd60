import type {NormalInterval} from "../../evaluate/delong.ts";
import {type Level, normalQuantile} from "../../evaluate/quantile.ts";
import type {Trial} from "../trial.ts";
import {type ArmOutcomes, armScores, effectScores, requireScore, weightsOf} from "./scores.ts";

/** Predicted and observed effect of rows with about the same prediction. */
export type UpliftBin = {
  /** Weight of the rows. */
  readonly rows: number;
  readonly predicted: number;
  readonly observed: NormalInterval;
};

export type UpliftCalibration = {
  /** By rising prediction. Rows with one prediction are in one group, so there may be fewer than were asked for. */
  readonly bins: readonly UpliftBin[];
  /**
   * Observed effect = average + slope × (prediction − mean prediction). A slope of 1 is right; 0 says that the predictions
   * tell nobody from another. Chernozhukov, Demirer, Duflo and Fernández-Val (2018): the best linear predictor.
   */
  readonly slope: NormalInterval;
  /** Observed less predicted effect in the mean; 0 is right. */
  readonly offset: NormalInterval;
};

/**
 * Whether effects are as large as predicted, by doubly robust scores; errors are clustered by customer with the factor
 * G / (G − 1). Predictions must not have seen the rows' customers.
 * @param predicted effect of each row in units of the outcome.
 * @throws RangeError when all predictions are equal.
 */
export function upliftCalibration(
  trial: Trial,
  predicted: ArrayLike<number>,
  {
    outcomes,
    groups = 10,
    level = 0.95,
  }: {
    readonly outcomes?: ArmOutcomes | undefined;
    readonly groups?: number;
    readonly level?: Level;
  } = {},
): UpliftCalibration {
  requireScore("upliftCalibration", trial, predicted, "predictions");
  const gamma = effectScores(armScores(trial, outcomes));
  const weights = weightsOf(trial);
  const rows = [...gamma.keys()];
  const mean = (of: (i: number) => number, among: readonly number[]) => {
    let [above, below] = [0, 0];
    for (const i of among) {
      above += weights[i]! * of(i);
      below += weights[i]!;
    }
    return above / below;
  };
  const centre = mean(i => predicted[i]!, rows);
  const spread = mean(i => (predicted[i]! - centre) ** 2, rows);
  if (!(spread > 0))
    throw new RangeError(`upliftCalibration requires predictions that differ, got ${predicted[0]} for all`);
  const average = mean(i => gamma[i]!, rows);
  const slope = mean(i => (predicted[i]! - centre) * gamma[i]!, rows) / spread;
  const estimate = (value: number, influence: (i: number) => number, among: readonly number[]) =>
    clustered(value, {influence, among, customer: trial.customer, weights, level});
  const lineAt = (i: number) => average + slope * (predicted[i]! - centre);
  return {
    bins: binsOf(predicted, weights, groups).map(own => ({
      rows: own.reduce((sum, i) => sum + weights[i]!, 0),
      predicted: mean(i => predicted[i]!, own),
      observed: (() => {
        const value = mean(i => gamma[i]!, own);
        return estimate(value, i => gamma[i]! - value, own);
      })(),
    })),
    slope: estimate(slope, i => ((predicted[i]! - centre) * (gamma[i]! - lineAt(i))) / spread, rows),
    offset: estimate(average - centre, i => gamma[i]! - predicted[i]! - (average - centre), rows),
  };
}

/** Rows by rising prediction in parts of about equal weight that no tie lies across. */
function binsOf(predicted: ArrayLike<number>, weights: Float64Array, groups: number): number[][] {
  const order = [...weights.keys()].sort((a, b) => predicted[a]! - predicted[b]! || a - b);
  const total = weights.reduce((a, b) => a + b, 0);
  const bins: number[][] = [];
  let [own, passed]: [number[], number] = [[], 0];
  order.forEach((i, k) => {
    own.push(i);
    passed += weights[i]!;
    const next = order[k + 1];
    const full = passed >= ((bins.length + 1) / groups) * total - 1e-9 * total;
    if (next === undefined || (full && predicted[next] !== predicted[i])) {
      bins.push(own);
      own = [];
    }
  });
  return bins;
}

/** A weighted mean of influences as an error, summed by customer. */
function clustered(
  value: number,
  {
    influence,
    among,
    customer,
    weights,
    level,
  }: {
    readonly influence: (i: number) => number;
    readonly among: readonly number[];
    readonly customer: Int32Array;
    readonly weights: Float64Array;
    readonly level: Level;
  },
): NormalInterval {
  const sums = new Map<number, number>();
  let total = 0;
  for (const i of among) {
    total += weights[i]!;
    sums.set(customer[i]!, (sums.get(customer[i]!) ?? 0) + weights[i]! * influence(i));
  }
  let squares = 0;
  for (const sum of sums.values()) squares += (sum / total) ** 2;
  const standardError = Math.sqrt((squares * sums.size) / (sums.size - 1));
  const half = normalQuantile(level) * standardError;
  return {value, standardError, low: value - half, high: value + half, level};
}
