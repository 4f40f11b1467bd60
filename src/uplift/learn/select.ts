import {applyPreparation} from "../../model/prepare/preparation.ts";
import {rankAverageEffect} from "../measure/rate.ts";
import {type Trial, weightsOf} from "../trial.ts";
import {inUpliftOrder, takeUplift, type UpliftData} from "../uplift-data.ts";
import {applyUplift, fitUplift, type UpliftKind, type UpliftModel, type UpliftOptions} from "./learners.ts";
import {applyNuisance, fitNuisance} from "./nuisance.ts";
import {doublyRobustScores, marginalMeans, type Nuisance} from "./pseudo-outcome.ts";
import {type Base, fitUpliftPreparation} from "./regression.ts";

/** What candidates are chosen by, on rows that none of them saw. */
export type SelectionMetric = {
  readonly name: string;
  readonly better: "lower" | "higher";
  /** Of effects, one a row of the trial; `nuisance` is of models that did not see its customers either. */
  readonly of: (uplift: Float64Array, trial: Trial, nuisance: Nuisance) => number;
};

/** Weighted mean of ((y - m) - (t - e) effect)², lower is better (Nie and Wager 2021). In squared units of the outcome. */
export const R_LOSS: SelectionMetric = {
  name: "R-loss",
  better: "lower",
  of: (uplift, trial, nuisance) => {
    const mean = marginalMeans(nuisance);
    return meanSquare(
      trial,
      i => trial.outcome[i]! - mean[i]! - (trial.treated[i]! - nuisance.propensity[i]!) * uplift[i]!,
    );
  },
};

/**
 * Weighted mean squared distance from the doubly robust scores, lower is better. Less its value for the true effects it
 * estimates the squared error of the effects; most of it is noise that all candidates share.
 */
export const DR_LOSS: SelectionMetric = {
  name: "doubly robust loss",
  better: "lower",
  of: (uplift, trial, nuisance) => {
    const scores = doublyRobustScores(trial, nuisance);
    return meanSquare(trial, i => scores[i]! - uplift[i]!);
  },
};

/**
 * AUTOC of the order by effect, higher is better, 0 for one effect for all (Yadlowsky et al. 2021): judges the order
 * alone, not how large the effects are. Of rows judged by one model: those of several take `compareLearners`.
 */
export const AUTOC: SelectionMetric = {
  name: "AUTOC",
  better: "higher",
  of: (uplift, trial, nuisance) =>
    rankAverageEffect(trial, uplift, {seed: 0, draws: 2, outcomes: nuisance}).autoc.value,
};

function meanSquare(trial: Trial, error: (i: number) => number): number {
  const weights = weightsOf(trial);
  let [sum, total] = [0, 0];
  for (let i = 0; i < weights.length; i++) {
    sum += weights[i]! * error(i) ** 2;
    total += weights[i]!;
  }
  return sum / total;
}

/** A learner over a base. */
export type UpliftCandidate = {readonly kind: UpliftKind; readonly base: Base};

export type UpliftSelection = {
  readonly metric: {readonly name: string; readonly better: "lower" | "higher"};
  /** All of them, in the order in which they were given; NaN where the metric is undefined. */
  readonly candidates: readonly (UpliftCandidate & {readonly value: number})[];
  /** Of the best, of equals the first. */
  readonly chosen: number;
  readonly model: UpliftModel;
  /** Rows that they were fitted on, and chosen on. */
  readonly rows: {readonly train: number; readonly tune: number};
};

/**
 * Fits candidates on the train rows and takes the best on the tune rows, which are of other customers; what the metric
 * needs to expect is learned on the train rows, by trees. Name "average" first, so that an effect that is the same for
 * all stands where nothing is better. The value of the chosen one is too good for having been chosen.
 * @throws RangeError when a customer is in both, or the metric is defined for no candidate; the errors of {@link fitUplift}.
 */
export async function selectUplift(
  candidates: readonly UpliftCandidate[],
  {train, tune}: {readonly train: UpliftData; readonly tune: UpliftData},
  {metric = R_LOSS, ...options}: Omit<UpliftOptions, "base"> & {readonly metric?: SelectionMetric} = {},
): Promise<UpliftSelection> {
  const seen = new Set(Array.from(train.trial.customer, c => train.ids[c]!));
  const both = tune.trial.customer.find(c => seen.has(tune.ids[c]!));
  if (both !== undefined)
    throw new RangeError(`selectUplift requires other customers to choose on, got ${tune.ids[both]} in both`);
  const ordered = takeUplift(tune, inUpliftOrder("selectUplift", tune));
  const nuisance = await heldOutNuisance(train, ordered, options);
  const found: (UpliftCandidate & {value: number; model: UpliftModel})[] = [];
  for (const {kind, base} of candidates) {
    const model: UpliftModel = await fitUplift(kind, train, {...options, base});
    const value = metric.of(applyUplift(model, ordered.x), ordered.trial, nuisance);
    found.push({kind, base, value, model});
  }
  const sign = metric.better === "higher" ? -1 : 1;
  const best = found
    .filter(({value}) => Number.isFinite(value))
    .reduce<(typeof found)[number] | undefined>(
      (a, b) => (a === undefined || sign * b.value < sign * a.value ? b : a),
      undefined,
    );
  if (!best)
    throw new RangeError(
      `selectUplift requires a candidate with a ${metric.name}, got none of ${found.length}`,
    );
  return {
    metric: {name: metric.name, better: metric.better},
    candidates: found.map(({kind, base, value}) => ({kind, base, value})),
    chosen: found.indexOf(best),
    model: best.model,
    rows: {train: train.x.rows, tune: tune.x.rows},
  };
}

/** What is to be expected of the rows of `judged` by models of the rows of `train`, in the order of `judged`. */
export async function heldOutNuisance(
  train: UpliftData,
  judged: UpliftData,
  {propensity = "known", threads}: Omit<UpliftOptions, "base"> = {},
): Promise<Nuisance> {
  const ordered = takeUplift(train, inUpliftOrder("heldOutNuisance", train));
  const customers = Array.from(ordered.trial.customer, c => ordered.ids[c]!);
  const {steps, x} = fitUpliftPreparation(ordered.x, customers, "boost");
  const model = await fitNuisance({...ordered, x}, {base: "boost", propensity, threads});
  return applyNuisance(model, applyPreparation(steps, judged.x), judged.trial.propensity);
}
