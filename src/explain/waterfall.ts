import {applyCalibration, type Calibration} from "../model/calibration.ts";
import {groupSums, stepsOf} from "./contributions.ts";
import type {Explanation} from "./explain-rows.ts";
import type {SubjectGroup} from "./subjects.ts";

/** A part of the way from the base to the score; contribution = to - from, in units of the margin. */
export type WaterfallStep = {
  readonly title: string;
  readonly contribution: number;
  readonly from: number;
  readonly to: number;
};

/** How a row's margin comes about, starting from what the model says when it knows nothing of the customer. */
export type Waterfall = {
  readonly base: number;
  /** The largest by size first, then everything else, if there is more. */
  readonly steps: readonly WaterfallStep[];
  /** Groups within "everything else". */
  readonly others: number;
  readonly margin: number;
  /** Calibrated probabilities of the base and of the margin. */
  readonly baseProbability: number;
  readonly probability: number;
};

export type WaterfallOptions = {
  /** Families, reason groups or features; every feature in one of them. */
  readonly groups: readonly SubjectGroup[];
  readonly calibration: Calibration;
  /** Groups shown by themselves; one that would be alone in everything else is shown, too. */
  readonly most?: number;
};

/**
 * Sums a row's contributions by group, with their signs, and puts them one after the other. Groups are compared in
 * whole steps of `PRECISION`, of equals the first; those of 0 belong to everything else.
 * @throws RangeError for a row that is not there, or a feature without group or contribution.
 */
export function waterfallOf(
  contributions: Explanation,
  row: number,
  {groups, calibration, most = 6}: WaterfallOptions,
): Waterfall {
  const {rows, base} = contributions;
  if (!Number.isInteger(row) || row < 0 || row >= rows)
    throw new RangeError(`waterfallOf requires a row from 0 to ${rows - 1}, got ${row}`);
  const {sum} = groupSums("waterfallOf", contributions, groups);
  const sums = sum(row, new Float64Array(groups.length));
  const ranked = groups
    .map(({title}, g) => ({title, contribution: sums[g]!, steps: Math.abs(stepsOf(sums[g]!))}))
    .sort((a, b) => b.steps - a.steps);
  const moving = ranked.filter(({steps}) => steps > 0).length;
  const shown = moving <= most + 1 ? moving : most;
  const rest = ranked.slice(shown);
  const parts = ranked.slice(0, shown);
  const others = moving > shown ? rest.length : 0;
  const other = rest.reduce((total, {contribution}) => total + contribution, 0);
  let at = base;
  const steps = [...parts, ...(moving > shown ? [{title: "Everything else", contribution: other}] : [])].map(
    ({title, contribution}) => {
      const from = at;
      at += contribution;
      return {title, contribution, from, to: at};
    },
  );
  const margin = moving > shown ? at : at + other;
  const [baseProbability, probability] = applyCalibration(calibration, [base, margin]);
  return {base, steps, others, margin, baseProbability: baseProbability!, probability: probability!};
}
