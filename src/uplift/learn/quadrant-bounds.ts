import type {Segment} from "../../data/simulate-campaign.ts";
import type {NormalInterval} from "../../evaluate/delong.ts";
import type {Level} from "../../evaluate/quantile.ts";
import {meanInterval} from "../measure/influence.ts";
import {type ArmOutcomes, armScores} from "../measure/scores.ts";
import {type Trial, weightsOf} from "../trial.ts";
import {type BySegment, bySegment, SEGMENTS} from "./quadrants.ts";

/** The share of rows in a quadrant, as far as any trial can tell it. In [0, 1]. */
export type QuadrantBounds = {
  /** The share is at least this, and at most that, whatever hangs together: each end with its own error. */
  readonly least: NormalInterval;
  readonly most: NormalInterval;
  /** From the low end of `least` to the high end of `most`: holds the share in 95 % of trials or more. */
  readonly low: number;
  readonly high: number;
};

/** Whether the customers of a quadrant are kept with contact, and without. */
const KEPT = {
  persuadable: {treated: true, control: false},
  "sure thing": {treated: true, control: true},
  "lost cause": {treated: false, control: false},
  "sleeping dog": {treated: false, control: true},
} as const satisfies BySegment<{treated: boolean; control: boolean}>;

/** The quadrant of a customer whose two lives are known, which only a simulation knows. */
export const quadrantOfLives = (lives: {readonly treated: boolean; readonly control: boolean}): Segment =>
  SEGMENTS.find(
    segment => KEPT[segment].treated === lives.treated && KEPT[segment].control === lives.control,
  )!;

/**
 * How many rows are persuadable (leave without contact, stay with it), sure things, lost causes and sleeping dogs. Of
 * nobody both are seen, so that no trial of any size tells the shares; it tells between what they lie. With a the
 * probability of the quadrant's outcome if treated and b that if not, both given the features, a share is
 *
 *     at least the mean of max(0, a + b − 1), at most the mean of min(a, b)
 *
 * (Fréchet and Hoeffding; of causes Tian and Pearl 2000), and no narrower range holds without assumptions. Which of the
 * two a row takes is chosen by its expected outcomes; what it is worth, by doubly robust scores. Poorly expected outcomes
 * make the range wider, never wrong (Ji, Lei and Spector 2023), where the propensities are right.
 * @param expected probability of being kept of each row in each arm, by models that have not seen the row's customer.
 * @throws RangeError when an outcome is not 0 or 1.
 */
export function quadrantBounds(
  trial: Trial,
  expected: ArmOutcomes,
  {level = 0.95}: {readonly level?: Level} = {},
): BySegment<QuadrantBounds> {
  const odd = trial.outcome.find(y => y !== 0 && y !== 1);
  if (odd !== undefined) throw new RangeError(`quadrantBounds requires outcomes 0 or 1, got ${odd}`);
  const scores = armScores(trial, expected);
  const {customer} = trial;
  const sample = {rows: [...customer.keys()], customer, weights: weightsOf(trial), level};
  return bySegment(segment => {
    const kept = KEPT[segment];
    const a = (of: ArmOutcomes, i: number) => (kept.treated ? of.treated[i]! : 1 - of.treated[i]!);
    const b = (of: ArmOutcomes, i: number) => (kept.control ? of.control[i]! : 1 - of.control[i]!);
    const least = meanInterval(sample, i =>
      a(expected, i) + b(expected, i) > 1 ? a(scores, i) + b(scores, i) - 1 : 0,
    );
    const most = meanInterval(sample, i => (a(expected, i) < b(expected, i) ? a(scores, i) : b(scores, i)));
    const low = Math.max(0, least.low);
    return {least, most, low, high: Math.max(low, Math.min(1, most.high))};
  });
}
