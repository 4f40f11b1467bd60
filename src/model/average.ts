import {rowsByCutoff} from "../sampling/by-cutoff.ts";
import type {Sampling} from "../sampling/sample.ts";
import {checkTrainingData, type TrainingData} from "../sampling/training-data.ts";
import {type AverageModel, type FitOptions, fitModel, type Model, type ModelKind} from "./model.ts";

/** Options of fitModel with any sampling. */
export type FitSampledOptions = Omit<FitOptions, "sampling"> & {readonly sampling?: Sampling};

/**
 * Fits a model on the training rows as a sampling makes them: with "per-cutoff" one of each cutoff, averaged, else
 * one model.
 * @throws as fitModel; DataError when the rows do not suffice for the sampling.
 */
export function fitSampled(
  kind: ModelKind,
  data: TrainingData,
  {sampling = {kind: "none"}, ...options}: FitSampledOptions = {},
): Promise<Model> {
  return sampling.kind === "per-cutoff"
    ? fitAverage(kind, data, options)
    : fitModel(kind, data, {...options, sampling});
}

/**
 * Fits a model of each cutoff by itself, on nothing but its rows. The average forgets none of the cutoffs and learns
 * nothing across them; each member knows its own base rate, so no prior has to be put back. A cutoff with one class
 * only has no model and is named in `skipped`.
 * @throws DataError when no cutoff has both classes; else as fitModel.
 */
export async function fitAverage(
  kind: ModelKind,
  data: TrainingData,
  options: Omit<FitOptions, "sampling"> = {},
): Promise<AverageModel> {
  const positives = checkTrainingData("fitAverage", data);
  const {parts, skipped} = rowsByCutoff(data);
  const members: AverageModel["members"][number][] = [];
  for (const {cutoff, data: own} of parts) members.push({cutoff, model: await fitModel(kind, own, options)});
  return {
    ...{kind: "average", of: kind, features: [...data.x.names]},
    trained: {rows: data.x.rows, positives},
    ...{members, skipped},
  };
}
