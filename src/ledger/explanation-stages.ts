import {effectsOf, type FeatureEffects} from "../explain/effects.ts";
import {type Elimination, eliminateFeatures} from "../explain/elimination.ts";
import {type Explanation, explainRows, fitReference, type Reference} from "../explain/explain-rows.ts";
import {groupFeatures} from "../explain/feature-groups.ts";
import {type HabitTrial, tryHabits} from "../explain/habits.ts";
import {type Interaction, strongestInteractions} from "../explain/interactions.ts";
import {drawPermutations, type GroupImportance, permutationImportance} from "../explain/permutation.ts";
import {summariseExplanation} from "../explain/summary.ts";
import {applyFeatures} from "../features/fitted.ts";
import {type Matrix, takeRows} from "../features/matrix.ts";
import {applyCalibration} from "../model/calibration.ts";
import {applyModel} from "../model/model.ts";
import {randomOf} from "../random.ts";
import {buildCohort} from "../target/cohort.ts";
import {cutoffTimes} from "../target/cutoffs.ts";
import {labelTargets} from "../target/targets.ts";
import type {FeatureStages} from "./feature-stages.ts";
import {type RunInputs, stageKeys} from "./inputs.ts";
import type {ModelStages} from "./model-stages.ts";
import {once} from "./once.ts";
import {stored} from "./store.ts";
import type {TargetStages} from "./target-stages.ts";

/** Rows with what the model in use says of them, shared out among the features. */
export type ExplainedRows = {
  readonly x: Matrix;
  readonly explanation: Explanation;
};

/** The stages of a run that say what the model in use goes by. Association, not cause. */
export type ExplanationStages = {
  /** What explanations are measured from: the training rows. */
  readonly reference: () => Promise<Reference>;
  /** The test rows, in the order of `ranked("test")`. */
  readonly explanation: () => Promise<ExplainedRows>;
  /** What the ranking of the test rows loses without each group of features, the groups by what goes together there. */
  readonly importance: () => Promise<readonly GroupImportance[]>;
  /** Along the numbers with the largest Shapley values, the largest first. */
  readonly effects: () => Promise<readonly FeatureEffects[]>;
  /** The pairs with the largest joint effects, the largest first, and the rows; undefined for a model without trees. */
  readonly interactions: () => Promise<{x: Matrix; pairs: readonly Interaction[]} | undefined>;
  /** How few features would do, on the training rows; undefined with too few customers of a class. */
  readonly elimination: () => Promise<Elimination | undefined>;
  /** Signals and causes told apart, in the simulated shop; undefined for real data, of which nobody knows. */
  readonly habits: () => Promise<readonly HabitTrial[] | undefined>;
};

/** Features whose effects are drawn, and rows that show a curve of their own. */
const EFFECTS = 6;
const CURVES = 40;
const REPEATS = 5;
/** Rows whose interactions are looked at, at most. */
const INTERACTION_ROWS = 500;
const PAIRS = 5;

export function explanationStages(
  inputs: RunInputs,
  {cohort, labels, churnRule}: TargetStages,
  {features, fitted}: FeatureStages,
  {models}: ModelStages,
): ExplanationStages {
  const {study, log, store, progress} = inputs;
  const keys = stageKeys(inputs);
  const staged = <T>(stage: string, compute: () => Promise<T>): (() => Promise<T>) =>
    once(() =>
      stored(store, {stage, inputs: keys.models}, () => {
        progress?.(stage);
        return compute();
      }),
    );
  const inUse = async () => {
    const {candidates, chosen} = await models();
    return candidates[chosen]!;
  };
  const rowsOf = async (role: "train" | "test") => {
    const {rows} = await models();
    return {
      x: takeRows(await features(), rows[role]),
      y: Uint8Array.from(rows[role], i => labels()[i]!),
      customers: Array.from(rows[role], i => log.customers[cohort().customer[i]!]!),
    };
  };
  const predict = async (x: Matrix) => applyModel((await inUse()).model, x);
  const reference = staged("reference of explanations", async () =>
    fitReference((await inUse()).model, (await rowsOf("train")).x),
  );
  const explained = staged("explanation", async () =>
    explainRows((await inUse()).model, (await rowsOf("test")).x, await reference()),
  );
  const explanation = once(async () => ({x: (await rowsOf("test")).x, explanation: await explained()}));
  const importance = staged("importance", async () => {
    const {x, y} = await rowsOf("test");
    const permutations = drawPermutations(x.rows, {count: REPEATS, random: randomOf(study.seed)});
    return permutationImportance(predict, x, y, {groups: groupFeatures(x), permutations});
  });
  const effects = staged("effects", async () => {
    const {x, explanation: all} = await explanation();
    const found: FeatureEffects[] = [];
    for (const {feature, meanAbsolute} of summariseExplanation(all, x)) {
      if (found.length === EFFECTS || meanAbsolute === 0) break;
      if (hasEffects(x, feature)) found.push(await effectsOf(predict, x, {feature, curves: CURVES}));
    }
    return found;
  });
  const interactions = staged("interactions", async () => {
    const {x: all} = await rowsOf("test");
    const count = Math.min(all.rows, INTERACTION_ROWS);
    const x = takeRows(
      all,
      Int32Array.from({length: count}, (_, i) => Math.floor((i * all.rows) / count)),
    );
    const pairs = strongestInteractions((await inUse()).model, x, {strongest: PAIRS});
    return {found: pairs && {x, pairs}};
  });
  const elimination = staged("elimination", async () => ({
    found: await eliminateFeatures(await rowsOf("train"), {seed: study.seed}),
  }));
  const habits = staged("habits", async () => {
    // The simulated shop has neither contracts nor tables for features beside its log.
    if (inputs.subscriptions || study.features.some(({measure}) => measure === "latest"))
      return {found: undefined};
    const {calibration} = (await inUse()).calibration;
    const learned = await fitted();
    const {horizon, activity, minimumTenureDays, target} = study;
    const churn = churnRule();
    return {
      found: await tryHabits(log, {
        cohort: shop => {
          const {times: cutoffs, moments} = cutoffTimes(study.cutoffs, shop);
          return buildCohort(shop, {churn, cutoffs, moments, activity, minimumTenureDays});
        },
        labels: (shop, rows) => labelTargets(shop, rows, {churn, horizon, activity})[target],
        features: (shop, rows, beside) => applyFeatures(learned, shop, rows, beside),
        probabilities: async x => applyCalibration(calibration, await predict(x)),
      }),
    };
  });
  return {
    ...{reference, explanation, importance, effects},
    interactions: async () => (await interactions()).found,
    elimination: async () => (await elimination()).found,
    habits: async () => (await habits()).found,
  };
}

/** Whether a feature is a number with two values or more. */
function hasEffects(x: Matrix, feature: string): boolean {
  if (x.categories?.[feature]) return false;
  const j = x.names.indexOf(feature);
  const known = x.values.subarray(j * x.rows, (j + 1) * x.rows).filter(value => !Number.isNaN(value));
  return known.some(value => value !== known[0]);
}
