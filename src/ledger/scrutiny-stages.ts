import {chooseTop} from "../evaluate/choose.ts";
import {dataOf, rankedOf} from "../evaluate/compete.ts";
import {type EqualTreatment, priceEqualTreatment} from "../evaluate/equal-treatment.ts";
import {type Fairness, type Groups, intersect, judgeFairness} from "../evaluate/fairness.ts";
import {type LearningCurve, learningCurve} from "../evaluate/learning-curve.ts";
import {rocAuc} from "../evaluate/metrics.ts";
import {judgeOracle, type Oracle, trueProbabilities} from "../evaluate/oracle.ts";
import {findWorstSlices, partText, type Slice, type SliceSearch, slicesOf} from "../evaluate/slices.ts";
import {
  figuresByGroup,
  figuresBySeed,
  groupsByCutoff,
  type PartFigures,
  type SeedFigures,
} from "../evaluate/stability.ts";
import {declaredOrder} from "../features/levels.ts";
import {joinColumns, type Matrix, takeRows} from "../features/matrix.ts";
import {computeFeatures} from "../features/sweep.ts";
import {fitSampled} from "../model/average.ts";
import {applyModel, type ModelKind} from "../model/model.ts";
import type {Sampling} from "../sampling/sample.ts";
import type {FeatureStages} from "./feature-stages.ts";
import {type RunInputs, stageKeys} from "./inputs.ts";
import type {ModelStages} from "./model-stages.ts";
import {once} from "./once.ts";
import {stored} from "./store.ts";
import type {TargetStages} from "./target-stages.ts";

/** How the model in use does on parts of the test rows. */
export type Stability = {
  readonly byCutoff: readonly PartFigures[];
  readonly bySegment: readonly {readonly segment: string; readonly parts: readonly PartFigures[]}[];
};

/** The decision at capacity by one sensitive column, or by two of them together. */
export type FairnessOf = Fairness & {
  readonly columns: readonly string[];
  /** None for two columns together. */
  readonly equal: readonly EqualTreatment[];
};

/** The stages of a run that ask where the model in use does worse, and whom it treats otherwise. */
export type ScrutinyStages = {
  readonly stability: () => Promise<Stability>;
  /** The model in use fitted again with other seeds; its own only, where no seed plays a part in it. */
  readonly seeds: () => Promise<readonly SeedFigures[]>;
  readonly worstSlices: () => Promise<SliceSearch>;
  /** Whether more customers or more history would still help. */
  readonly learning: () => Promise<LearningCurve>;
  /** What the true probabilities would reach; none where the study has no such thing. */
  readonly oracle: () => Promise<Oracle | undefined>;
  /** By sensitive segments and features; none where the study names none. */
  readonly fairness: () => Promise<readonly FairnessOf[]>;
};

/** Further seeds that the model in use is fitted with. */
const FURTHER_SEEDS = 3;

export function scrutinyStages(
  inputs: RunInputs,
  {cohort, labels, cohortSize}: TargetStages,
  {split, features}: FeatureStages,
  {models}: ModelStages,
): ScrutinyStages {
  const {study, log, campaigns, tables, store} = inputs;
  const keys = stageKeys(inputs);
  const {seed} = study;
  const {capacity} = study.economics;
  const key = [keys.models, study.segments, study.economics];
  const staged = <T>(stage: string, inputs: unknown, compute: () => Promise<T>): Promise<T> =>
    stored(store, {stage, inputs}, compute);
  const segments = once(() => computeFeatures(log, cohort(), {features: study.segments, campaigns, tables}));
  const test = once(async () => {
    const competition = await models();
    const ranked = rankedOf(competition, {
      ...{cohort: cohort(), labels: labels()},
      ...{candidate: competition.chosen, roles: ["test"]},
    });
    return {ranked, rows: competition.rows.test, train: competition.rows.train};
  });
  /** Columns that slices are cut from: all features, and the segments. */
  const columns = once(async () => joinColumns(await features(), segments()));
  const sliced = async (names?: readonly string[]): Promise<Slice[]> => {
    const {rows, train} = await test();
    const x = await columns();
    const kept = names ? pick(x, names) : x;
    return slicesOf(takeRows(kept, rows), takeRows(kept, train));
  };
  const groupsOf = async (name: string): Promise<Groups> =>
    groupsFrom(await sliced([name]), (await test()).rows.length);
  const stability = once(() =>
    staged("stability", key, async () => {
      const {ranked, rows} = await test();
      const options = {capacity, seed};
      const byCutoff = groupsByCutoff(
        rows.map(i => cohort().cutoff[i]!),
        cohort().cutoffs,
      );
      const bySegment = [];
      for (const {name} of study.segments)
        bySegment.push({
          segment: name,
          parts: figuresByGroup(ranked, await groupsOf(name), options),
        });
      return {byCutoff: figuresByGroup(ranked, byCutoff, options), bySegment};
    }),
  );
  const seeds = once(() =>
    staged("seeds", [keys.models, capacity], async () => {
      const {candidates, chosen} = await models();
      const {ranked, rows} = await test();
      const {kind, margins} = candidates[chosen]!;
      const found = [{seed, margins: margins.test}];
      const options = {cohort: cohort(), customers: log.customers, labels: labels(), split: split()};
      if (hasLuck(kind, study.sampling))
        for (let k = 1; k <= FURTHER_SEEDS; k++) {
          inputs.progress?.(`seed ${k} of ${FURTHER_SEEDS}`);
          const x = await features();
          const model = await fitSampled(kind, dataOf(x, options, "train"), {
            ...{seed: seed + k, sampling: study.sampling, tune: dataOf(x, options, "tune")},
            order: declaredOrder(study.features),
            search: {candidates: study.search.candidates, auc: rocAuc, threads: inputs.threads ?? 1},
          });
          found.push({seed: seed + k, margins: await applyModel(model, takeRows(x, rows))});
        }
      return figuresBySeed(found, ranked.y, capacity);
    }),
  );
  const worstSlices = once(() =>
    staged("worst-slices", key, async () => findWorstSlices((await test()).ranked, await sliced(), {seed})),
  );
  const fairness = once(() =>
    staged("fairness", key, async () => {
      const {ranked} = await test();
      const rows = {...ranked, chosen: chooseTop(ranked.margins, capacity)};
      const sensitive = [...study.segments, ...study.features].filter(column => column.sensitive);
      const single: {columns: readonly string[]; groups: Groups}[] = [];
      for (const {name} of sensitive) single.push({columns: [name], groups: await groupsOf(name)});
      const pairs = single.flatMap((one, a) =>
        single.slice(a + 1).map(other => ({
          columns: [...one.columns, ...other.columns],
          groups: intersect(one.groups, other.groups),
        })),
      );
      return [...single, ...pairs].map(({columns, groups}): FairnessOf => {
        const options = {seed, customers: cohortSize()};
        return {
          columns,
          ...judgeFairness(rows, groups, {seed}),
          equal: columns.length > 1 ? [] : priceEqualTreatment(ranked, groups, study.economics, options),
        };
      });
    }),
  );
  const learning = once(() =>
    staged("learning", [keys.models], async () => {
      inputs.progress?.("learning from more and more");
      return learningCurve(await features(), {
        ...{cohort: cohort(), customers: log.customers, labels: labels(), split: split(), seed},
        ...{searchCandidates: 1, recencyFeature: undefined, threads: inputs.threads},
        order: declaredOrder(study.features),
      });
    }),
  );
  const oracle = async () => {
    if (!study.truth || !tables) return undefined;
    const {ranked, rows} = await test();
    const truth = trueProbabilities(tables[study.truth.table]!, study.truth.column, cohort());
    return judgeOracle(
      Float64Array.from(rows, i => truth[i]!),
      ranked.y,
      {capacity},
    );
  };
  return {stability, seeds, worstSlices, fairness, learning, oracle};
}

/** Whether a seed plays a part in what a model learns. */
const hasLuck = (kind: ModelKind, {kind: sampling}: Sampling): boolean =>
  kind === "boost" || (kind === "logistic" && DRAWN.has(sampling));
const DRAWN: ReadonlySet<Sampling["kind"]> = new Set<Sampling["kind"]>([
  "undersample",
  "smote",
  "one-cutoff",
]);

/** The named columns of `x`. */
function pick(x: Matrix, names: readonly string[]): Matrix {
  const values = new Float64Array(names.length * x.rows);
  names.forEach((name, j) => {
    const from = x.names.indexOf(name) * x.rows;
    values.set(x.values.subarray(from, from + x.rows), j * x.rows);
  });
  return {...x, names, values};
}

/** Slices of one column as groups; a row without a value is in none. */
function groupsFrom(slices: readonly Slice[], rows: number): Groups {
  const known = slices.filter(({parts}) => !("missing" in parts[0]!));
  const code = new Int32Array(rows).fill(-1);
  known.forEach((slice, g) => {
    for (const i of slice.rows) code[i] = g;
  });
  return {names: known.map(({parts}) => partText(parts[0]!)), code};
}
