import type {Study} from "../study.ts";
import {decayWeights} from "./decay.ts";
import {oneCutoffPerCustomer} from "./one-cutoff.ts";
import {smote} from "./smote.ts";
import {requireCutoffs, type Sample, type TrainingData} from "./training-data.ts";
import {undersample} from "./undersample.ts";

/** What a study does to its train rows. */
export type Sampling = Study["sampling"];

/** The schemes that are compared beside all rows as they are; the study's own stands for its kind. */
export function schemesBeside(own: Sampling): Sampling[] {
  const usual: readonly Sampling[] = [
    {kind: "undersample", ratio: 1},
    {kind: "smote", ratio: 1, neighbours: 5},
    {kind: "decay", halfLifeDays: 180},
    {kind: "one-cutoff"},
    {kind: "per-cutoff"},
  ];
  return usual.map(scheme => (scheme.kind === own.kind ? own : scheme));
}

/** Whether churners are too many for an undersampling or SMOTE to change anything. */
export function changesNothing(sampling: Sampling, {y}: TrainingData): boolean {
  let positives = 0;
  for (let i = 0; i < y.length; i++) positives += y[i]!;
  const negatives = y.length - positives;
  if (sampling.kind === "undersample") return sampling.ratio * positives >= negatives;
  return sampling.kind === "smote" && Math.floor(sampling.ratio * negatives) <= positives;
}

/** Whether a sampling gives the rows weights. */
export const isWeighted = ({kind}: Sampling): boolean => kind === "decay" || kind === "one-cutoff";

/**
 * The train rows as a sampling makes them. It neither sees nor changes any other row. Decay weights are scaled to
 * mean 1, so that penalties and least weights of leaves mean what they mean without.
 * @throws as the function of each kind; decay and one-cutoff require `data.cutoffs`.
 */
export function sampleRows(
  data: TrainingData,
  sampling: Exclude<Sampling, {kind: "per-cutoff"}>,
  seed: number,
): Sample {
  switch (sampling.kind) {
    case "none":
      return {...data, keptNegatives: 1};
    case "undersample":
      return undersample(data, {ratio: sampling.ratio, seed});
    case "smote":
      return smote(data, {...sampling, seed});
    case "decay": {
      const cutoffs = requireCutoffs("sampling by decay", data);
      let asOf = Number.NEGATIVE_INFINITY;
      for (let i = 0; i < cutoffs.length; i++) asOf = Math.max(asOf, cutoffs[i]!);
      const weights = decayWeights(cutoffs, {halfLifeDays: sampling.halfLifeDays, asOf});
      const mean = weights.reduce((sum, w) => sum + w, 0) / weights.length;
      return {...data, weights: weights.map(w => w / mean), keptNegatives: 1};
    }
    case "one-cutoff":
      return oneCutoffPerCustomer(data, {seed});
  }
}
