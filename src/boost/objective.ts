import {classWeights, meanLabel} from "./inputs.ts";
import type {Job} from "./job.ts";
import {type Layout, TUNE_BLOCK, type Views} from "./memory.ts";
import type {Trainer} from "./work.ts";

/** A loss of the user's own, by its derivatives with respect to the margin. */
export type CustomObjective = {
  readonly name: string;
  /** Margin that every row starts from; 0 when absent. */
  readonly baseMargin?: number;
  /** Writes first and second derivative for each row to `out`; the second is 0 or more. Weights come on top. */
  gradient(
    margins: Float32Array,
    out: {readonly gradient: Float32Array; readonly hessian: Float32Array},
  ): void;
  /** Loss of the tune rows at these margins; needed for early stopping. */
  loss?(margins: Float32Array): number;
};

/** What all margins start from: the log-odds or the mean of the labels. */
export function baseMarginOf(trainer: Trainer, {objective, labels, weights}: Job): number {
  if (typeof objective === "object") return Math.fround(objective.baseMargin ?? 0);
  if (objective === "squared") return Math.fround(meanLabel(labels, weights?.whole));
  const [positives, negatives] = classWeights(labels, weights?.whole);
  if (positives === 0 || negatives === 0)
    throw new RangeError("fitBoost requires both classes with a weight above 0, got one");
  return Math.fround(trainer.log(positives / negatives));
}

/** Lets the user's objective write its derivatives to where the program takes them from. */
export function differentiate(views: Views, layout: Layout, objective: CustomObjective): void {
  const {rows} = layout;
  const out = {gradient: new Float32Array(rows), hessian: new Float32Array(rows)};
  objective.gradient(views.floats(layout.margins, rows).slice(), out);
  const pairs = views.floats(layout.gradients, 2 * rows);
  for (let i = 0; i < rows; i++) {
    const [g, h] = [out.gradient[i]!, out.hessian[i]!];
    if (!Number.isFinite(g) || !(h >= 0) || h === Number.POSITIVE_INFINITY)
      throw new RangeError(
        `fitBoost requires finite gradients and hessians of 0 or more of ${objective.name}, got ${g} and ${h} in row ${i}`,
      );
    pairs[2 * i] = h;
    pairs[2 * i + 1] = g;
  }
}

/** Mean loss of the tune rows after the last tree. */
export function lossOf(views: Views, layout: Layout, {objective, tune}: Job): number {
  const rows = layout.tuneRows;
  if (typeof objective === "object")
    return objective.loss?.(views.floats(layout.tuneMargins, rows).slice()) ?? Number.NaN;
  const sum = views.doubles(layout.tuneSums, Math.ceil(rows / TUNE_BLOCK)).reduce((a, b) => a + b, 0);
  const weight = tune?.weights ? tune.weights.values.reduce((a, b) => a + b, 0) : rows;
  return sum / weight;
}
