import {DataError} from "../data-error.ts";
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
 * only, or with rows that the kind cannot learn from, has no model and is named in `skipped`.
 * @throws DataError when no cutoff has both classes, or none has a model; else as fitModel.
 */
export async function fitAverage(
  kind: ModelKind,
  data: TrainingData,
  options: Omit<FitOptions, "sampling"> = {},
): Promise<AverageModel> {
  const positives = checkTrainingData("fitAverage", data);
  const {parts, skipped: oneClass} = rowsByCutoff(data);
  const members: AverageModel["members"][number][] = [];
  const skipped = [...oneClass];
  let refusal: DataError | undefined;
  for (const {cutoff, data: own} of parts) {
    try {
      members.push({cutoff, model: await fitModel(kind, own, options)});
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      refusal ??= error;
      skipped.push({
        ...{cutoff, rows: own.x.rows},
        positives: checkTrainingData("fitAverage", own),
        reason: error.message,
      });
    }
  }
  if (members.length === 0 && refusal) throw refusal;
  skipped.sort((a, b) => a.cutoff - b.cutoff);
  return {
    ...{kind: "average", of: kind, features: [...data.x.names]},
    trained: {rows: data.x.rows, positives},
    ...{members, skipped},
  };
}
