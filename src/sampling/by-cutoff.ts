import {DataError} from "../data-error.ts";
import {checkTrainingData, requireCutoffs, type TrainingData, takeTraining} from "./training-data.ts";

/** The rows of one cutoff. */
export type CutoffPart = {readonly cutoff: number; readonly data: TrainingData};

/** A cutoff that no model can be fitted on. */
export type SkippedCutoff = {
  readonly cutoff: number;
  readonly rows: number;
  readonly positives: number;
  /** Why the kind of model cannot learn from its rows; absent where they are of one class. */
  readonly reason?: string;
};

/**
 * The rows by cutoff, ascending, for a model of each; those with one class only are named instead.
 * @throws RangeError as {@link checkTrainingData}; TypeError without cutoffs.
 * @throws DataError when no cutoff has both classes.
 */
export function rowsByCutoff(data: TrainingData): {
  readonly parts: readonly CutoffPart[];
  readonly skipped: readonly SkippedCutoff[];
} {
  checkTrainingData("rowsByCutoff", data);
  const cutoffs = requireCutoffs("rowsByCutoff", data);
  const groups = Map.groupBy(
    Array.from({length: data.x.rows}, (_, i) => i),
    i => cutoffs[i]!,
  );
  const parts: CutoffPart[] = [];
  const skipped: SkippedCutoff[] = [];
  for (const [cutoff, rows] of [...groups].sort(([a], [b]) => a - b)) {
    const positives = rows.reduce((sum, i) => sum + data.y[i]!, 0);
    if (positives === 0 || positives === rows.length) skipped.push({cutoff, rows: rows.length, positives});
    else parts.push({cutoff, data: takeTraining(data, rows)});
  }
  if (parts.length === 0)
    throw new DataError(
      `sampling "per-cutoff" requires a cutoff with positives and negatives, got none of ${skipped.length}; ` +
        "use another sampling",
    );
  return {parts, skipped};
}
