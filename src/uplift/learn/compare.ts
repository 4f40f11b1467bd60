import type {NormalInterval} from "../../evaluate/delong.ts";
import {twoSided} from "../experiment/distributions.ts";
import {meanInterval} from "../measure/influence.ts";
import {compareRankAverageEffects, rankAverageEffect} from "../measure/rate.ts";
import {type ArmOutcomes, armScores, effectScores, takeOutcomes} from "../measure/scores.ts";
import {weightsOf} from "../trial.ts";
import {takeTrial, type UpliftData} from "../uplift-data.ts";
import {type Forward, learnForward} from "./forward.ts";
import {applyUplift, fitUplift, type UpliftOptions} from "./learners.ts";
import {placesWithinFolds} from "./out-of-fold.ts";
import type {UpliftCandidate} from "./select.ts";

/** A learner, judged on rows of customers that its models did not see: see {@link learnForward}. */
export type ComparedLearner = UpliftCandidate & {
  /** Expected effect of each row that is judged. */
  readonly effects: Float64Array;
  /** Of the order by effect, within parts. */
  readonly autoc: NormalInterval;
  /** That less the first learner's, in the same half samples; null for the first. Its interval allows for all that are tried. */
  readonly over: {readonly value: number; readonly low: number; readonly high: number} | null;
  /** Squared error of the effects less that of the same effect for all, by doubly robust scores: below 0 is better. */
  readonly loss: NormalInterval;
};

/** `rows` and `part` as in {@link Forward}, the same for all learners. */
export type LearnerComparison = Pick<Forward, "rows" | "part"> & {
  readonly learners: readonly ComparedLearner[];
  /** The learner to use. */
  readonly chosen: number;
};

/**
 * Tries learners of an effect and says which to use, by a rule fixed beforehand: the first stays, unless the AUTOC of
 * another is larger by an interval above 0; of several such the one that is larger by most. The intervals share 5 % among
 * them (Bonferroni), so that of learners that are all alike the first is kept in 95 of 100 trials. A chosen one that is
 * not the first looks better on these rows than it is.
 * @param candidates the simplest, or the one known to do well, first.
 * @throws RangeError without a candidate; the errors of {@link learnForward}.
 */
export async function compareLearners(
  data: UpliftData,
  candidates: readonly UpliftCandidate[],
  {
    seed,
    outcomes,
    draws = 500,
    ...options
  }: Omit<UpliftOptions, "base"> & {
    readonly seed: number;
    readonly outcomes: ArmOutcomes;
    readonly draws?: number;
  },
): Promise<LearnerComparison> {
  if (candidates.length === 0) throw new RangeError("compareLearners requires a candidate, got none");
  const learned = (kind: UpliftCandidate["kind"], base: UpliftCandidate["base"]) =>
    learnForward(data, async earlier => {
      const model = await fitUplift(kind, earlier, {...options, base});
      return x => applyUplift(model, x);
    });
  const {rows, part, value: average} = await learned("average", "linear");
  const trial = takeTrial(data.trial, rows);
  const judging = {seed, draws, outcomes: takeOutcomes(outcomes, rows)};
  const gamma = effectScores(armScores(trial, judging.outcomes));
  const sample = {
    rows: [...gamma.keys()],
    customer: trial.customer,
    weights: weightsOf(trial),
    level: 0.95 as const,
  };
  const z = twoSided(0.05 / Math.max(1, candidates.length - 1));
  const learners: ComparedLearner[] = [];
  let first: Float64Array | undefined;
  for (const {kind, base} of candidates) {
    const {value: effects} = await learned(kind, base);
    const order = placesWithinFolds(effects, part);
    const difference = first && compareRankAverageEffects(trial, {a: order, b: first}, judging).autoc;
    first ??= order;
    learners.push({
      ...{kind, base, effects},
      autoc: rankAverageEffect(trial, order, judging).autoc,
      over: difference
        ? {
            value: difference.value,
            low: difference.value - z * difference.standardError,
            high: difference.value + z * difference.standardError,
          }
        : null,
      loss: meanInterval(sample, i => (gamma[i]! - effects[i]!) ** 2 - (gamma[i]! - average[i]!) ** 2),
    });
  }
  const better = learners.filter(({over}) => over !== null && over.low > 0);
  const best = better.reduce<ComparedLearner | undefined>(
    (a, b) => (a === undefined || b.over!.value > a.over!.value ? b : a),
    undefined,
  );
  return {rows, part, learners, chosen: best ? learners.indexOf(best) : 0};
}
