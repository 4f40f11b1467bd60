import {expect, test} from "vitest";
import {fitBoost} from "../../src/boost/fit.ts";
import {boostMargins} from "../../src/boost/predict.ts";
import {DataError} from "../../src/data-error.ts";
import {rocAuc} from "../../src/evaluate/metrics.ts";
import {takeRows} from "../../src/features/matrix.ts";
import {fitAverage, fitSampled} from "../../src/model/average.ts";
import {fitLogistic} from "../../src/model/logistic.ts";
import {
  applyModel,
  canLearn,
  type FitOptions,
  fitModel,
  type Model,
  type ModelKind,
  workOf,
} from "../../src/model/model.ts";
import {applyPreparation} from "../../src/model/prepare/preparation.ts";
import {DEFAULT_SETTING, searchBoost} from "../../src/model/search.ts";
import {type Sampling, sampleRows} from "../../src/sampling/sample.ts";
import {canonicalOrder, type TrainingData, takeTraining} from "../../src/sampling/training-data.ts";
import {logisticWorld, meanOf, sigmoid} from "../sampling/world.ts";

const KINDS: ModelKind[] = ["dummy", "recency", "logistic", "ml-xgboost", "boost"];
const SAMPLINGS: Sampling[] = [
  {kind: "none"},
  {kind: "undersample", ratio: 1},
  {kind: "smote", ratio: 1, neighbours: 5},
  {kind: "decay", halfLifeDays: 45},
  {kind: "one-cutoff"},
  {kind: "per-cutoff"},
];
const train = logisticWorld(1500, 1);
const later = logisticWorld(500, 2);
const OPTIONS: FitOptions = {
  recencyFeature: "a",
  xgboost: {trees: 30},
  tune: logisticWorld(400, 3),
  search: {auc: rocAuc, candidates: 1},
};
const pairs = KINDS.flatMap(kind =>
  SAMPLINGS.filter(sampling => canLearn(kind, sampling)).map(
    sampling => [kind, sampling.kind, sampling] as const,
  ),
);

test.each(pairs)(
  "fitSampled(%s, {sampling: %s}) is plain data, the same in any order of rows",
  async (kind, _, sampling) => {
    const model = await fitSampled(kind, train, {...OPTIONS, sampling});
    const copy = JSON.parse(JSON.stringify(model)) as Model;
    expect(copy).toEqual(model);
    const margins = await applyModel(model, later.x);
    expect(await applyModel(copy, later.x)).toEqual(margins);
    expect(margins.every(Number.isFinite)).toBe(true);
    expect((await applyModel(model, takeRows(later.x, [7])))[0]).toBe(margins[7]);
    const order = Array.from({length: 6000}, (_, i) => (i * 2893) % 6000);
    expect(await fitSampled(kind, takeTraining(train, order), {...OPTIONS, sampling})).toEqual(model);
    expect(model.trained).toEqual({rows: 6000, positives: meanOf(train.y) * 6000});
    expect(workOf(model)).toBeGreaterThan(0);
  },
);

test("fitModel(kind, data, {sampling: none}) is the model without the option, to the byte", async () => {
  for (const kind of KINDS)
    expect(JSON.stringify(await fitModel(kind, train, {...OPTIONS, sampling: {kind: "none"}}))).toBe(
      JSON.stringify(await fitModel(kind, {x: train.x, y: train.y, customers: train.customers}, OPTIONS)),
    );
});

test("applyModel(model) of undersampled rows predicts the base rate of all rows, which the margins as learned do not", async () => {
  const world = logisticWorld(10_000, 9);
  const base = meanOf(world.y);
  const error = Math.sqrt((base * (1 - base)) / world.y.length);
  for (const kind of ["dummy", "logistic", "boost"] as const) {
    const model = await fitModel(kind, world, {...OPTIONS, sampling: {kind: "undersample", ratio: 1}});
    const margins = await applyModel(model, world.x);
    const {shift} = model.sampled!;
    expect(shift).toBeLessThan(-1.5);
    const predicted = meanOf(margins.map(sigmoid));
    if (kind === "dummy") expect(predicted).toBeCloseTo(base, 12);
    // Trees see the negatives that were kept, a part, and stop by the tune rows, so some errors more.
    else expect(Math.abs(predicted - base) / error).toBeLessThan(kind === "logistic" ? 2 : 4);
    expect(meanOf(margins.map(m => sigmoid(m - shift))) - base).toBeGreaterThan(0.15);
  }
});

test("fitModel(recency, data, {sampling}) leaves its margins, days, as they are", async () => {
  const model = await fitModel("recency", train, {...OPTIONS, sampling: {kind: "undersample", ratio: 1}});
  expect(model.sampled!.shift).toBe(0);
});

test("fitModel(boost, data, {sampling}) stops by the tune loss at the prior of the sample", async () => {
  const sampling: Sampling = {kind: "undersample", ratio: 1};
  const model = await fitModel("boost", train, {...OPTIONS, sampling});
  const sample = sampleRows(takeTraining(train, canonicalOrder(train)), sampling, 1);
  const tune = OPTIONS.tune!;
  const weights = Float64Array.from(tune.y, label => (label === 1 ? 1 : sample.keptNegatives));
  const byHand = await fitBoost(sample.x, sample.y, {
    ...DEFAULT_SETTING,
    ...{trees: 600, earlyStopping: 50, tune: {x: tune.x, y: tune.y, weights}},
  });
  expect(boostMargins(model.boost, later.x)).toEqual(boostMargins(byHand, later.x));
});

test("fitModel(logistic, data, {sampling: decay}) is that of newer rows repeated", async () => {
  const two = Array.from(train.customers.keys()).filter(i => (i & 3) < 2);
  const rows = takeTraining(train, two);
  const model = await fitModel("logistic", rows, {...OPTIONS, sampling: {kind: "decay", halfLifeDays: 30}});
  // Weights 2/3 and 4/3: one row and two, at a penalty for weights that are 3/2 times as large.
  const repeated = takeTraining(
    rows,
    [...rows.customers.keys()].flatMap(i => (rows.cutoffs![i] === 20_030 ? [i, i] : [i])),
  );
  const x = applyPreparation(model.preparation, repeated.x);
  const byHand = fitLogistic(x, repeated.y, {c: 2 / 3});
  expect(model.logistic.intercept).toBeCloseTo(byHand.intercept, 9);
  for (const [j, w] of model.logistic.coefficients.entries())
    expect(w).toBeCloseTo(byHand.coefficients[j]!, 9);
});

test("searchBoost({weights}) is that of rows repeated, on its rungs too", async () => {
  const weights = Float64Array.from(train.y, (_, i) => 1 + (i & 1));
  const twice = takeTraining(
    train,
    [...train.customers.keys()].flatMap(i => ((i & 1) === 1 ? [i, i] : [i])),
  );
  const tune = OPTIONS.tune!;
  const options = {auc: rocAuc, candidates: 3};
  const weighted = await searchBoost({...train, weights}, tune, options);
  const repeated = await searchBoost(twice, tune, options);
  const aucs = ({search}: typeof weighted) => search.tried.map(({rungs}) => rungs.map(rung => rung.tuneAuc));
  // Samples of rows are drawn by the number of rows, so only settings without them are the same trees.
  for (const [i, {setting}] of weighted.search.tried.entries())
    if (setting.rowSample === 1)
      for (const [k, auc] of aucs(weighted)[i]!.entries()) expect(auc).toBeCloseTo(aucs(repeated)[i]![k]!, 3);
  const [one, other] = await Promise.all(
    [{...train, weights}, twice].map(rows => searchBoost(rows, tune, {...options, candidates: 1})),
  );
  // Bins are cut between the same values; sums of whole weights are scaled, hence single precision.
  const margins = boostMargins(one!.boost, later.x);
  for (const [i, margin] of boostMargins(other!.boost, later.x).entries())
    expect(margins[i]).toBeCloseTo(margin, 4);
});

test("fitAverage(kind, data) has for margins the mean of those of models fitted on each cutoff alone", async () => {
  for (const kind of ["logistic", "boost"] as const) {
    const model = await fitAverage(kind, train, OPTIONS);
    expect(model.members.map(({cutoff}) => cutoff)).toEqual([20_000, 20_030, 20_060, 20_090]);
    const alone = await Promise.all(
      [0, 1, 2, 3].map(async k => {
        const rows = [...train.customers.keys()].filter(i => (i & 3) === k);
        return applyModel(await fitModel(kind, takeTraining(train, rows), OPTIONS), later.x);
      }),
    );
    for (const [i, margin] of (await applyModel(model, later.x)).entries())
      expect(margin).toBeCloseTo(meanOf(alone.map(margins => margins[i]!)), 12);
    expect(workOf(model)).toBe(model.members.reduce((sum, member) => sum + workOf(member.model), 0));
  }
});

test("fitAverage(kind, data) says on which cutoffs no model could be fitted", async () => {
  const y = train.y.map((label, i) => ((i & 3) === 2 ? 0 : label));
  const model = await fitAverage("logistic", {...train, y}, OPTIONS);
  expect(model.members.map(({cutoff}) => cutoff)).toEqual([20_000, 20_030, 20_090]);
  expect(model.skipped).toEqual([{cutoff: 20_060, rows: 1500, positives: 0}]);
});

test("fitAverage(alive, data) skips a cutoff where nobody has bought, and is refused where nobody ever has", async () => {
  const x = (values: readonly number[]) => ({
    names: ["p_silent"],
    rows: 8,
    values: Float64Array.from(values),
  });
  const data: TrainingData = {
    x: x([0.2, 0.7, Number.NaN, Number.NaN, 0.4, 0.6, 0.1, 0.3]),
    y: [0, 1, 0, 1, 0, 1, 0, 0],
    customers: ["a", "b", "a", "b", "a", "b", "a", "b"],
    cutoffs: [10, 10, 20, 20, 30, 30, 40, 40],
  };
  const model = await fitAverage("alive", data, {silentFeature: "p_silent"});
  expect(model.members.map(({cutoff}) => cutoff)).toEqual([10, 30]);
  expect(model.skipped).toEqual([
    {
      ...{cutoff: 20, rows: 2, positives: 1},
      reason:
        'the model "alive" requires customers who have bought, got p_silent missing in all 2 rows; leave it out of models',
    },
    {cutoff: 40, rows: 2, positives: 0},
  ]);
  const nobody = {...data, x: x(new Array(8).fill(Number.NaN))};
  await expect(fitAverage("alive", nobody, {silentFeature: "p_silent"})).rejects.toThrow(DataError);
});

test("fitModel(ml-xgboost, data, {sampling}) is refused where rows have weights: its engine takes none", async () => {
  for (const sampling of [{kind: "decay", halfLifeDays: 30}, {kind: "one-cutoff"}] as const)
    await expect(fitModel("ml-xgboost", train, {...OPTIONS, sampling})).rejects.toThrow(
      `fitModel requires a kind that takes weights for sampling ${sampling.kind}, got ml-xgboost`,
    );
  expect(pairs.filter(([kind]) => kind === "ml-xgboost").map(([, sampling]) => sampling)).toEqual([
    "none",
    "undersample",
    "smote",
    "per-cutoff",
  ]);
});
