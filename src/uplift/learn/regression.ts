import type {Boost} from "../../boost/boost.ts";
import {fitBoost} from "../../boost/fit.ts";
import {boostMargins, boostProbabilities} from "../../boost/predict.ts";
import {type Matrix, takeRows} from "../../features/matrix.ts";
import {applyLogistic, fitLogistic, type Logistic} from "../../model/logistic.ts";
import {nativePlan} from "../../model/prepare/plans.ts";
import {fitPreparation, type Preparation} from "../../model/prepare/preparation.ts";
import {rowsWhere} from "../uplift-data.ts";
import {applyRidge, fitRidgeByFolds, type Ridge} from "./ridge.ts";

/** What the learners of uplift are made of: boosted trees, or logistic and ridge regression. */
export type Base = "boost" | "linear";

/** A fitted regression of a 0/1 outcome or of an amount: plain data. */
export type Regression =
  | {readonly kind: "constant"; readonly value: number}
  | {readonly kind: "logistic"; readonly logistic: Logistic}
  | {readonly kind: "ridge"; readonly ridge: Ridge}
  | {readonly kind: "boost"; readonly boost: Boost};

export type RegressionOptions = {
  readonly base: Base;
  /** Whether y is a class, 0 or 1, or an amount. */
  readonly of: "class" | "amount";
  /** Above 0, one a row. */
  readonly weights: Float64Array;
  /** Of each row, in [0, 1): its customer's place. Rows of a customer are held out together. */
  readonly place: Float64Array;
  readonly threads?: number | undefined;
};

/**
 * Shallow trees, slow, of many rows a leaf: effects are small beside the noise. A split needs a weight of 20, which
 * is some 120 rows of an outcome of 20 %.
 */
const TREES = {trees: 300, depth: 3, rate: 0.05, l2: 20, minChildWeight: 20, bins: 63} as const;
const PATIENCE = 30;
/** Inverse penalties of the logistic regression, strongest first. */
const INVERSE_PENALTIES = [0.0003, 0.003, 0.03, 0.3];
/** Folds of customers in which strength of penalty and number of trees are chosen; of many rows one is enough. */
const FOLDS = 4;
const MANY_ROWS = 20_000;

/**
 * How the features are made fit for a base; it looks at no outcome, so a row may be used that it was learned on.
 * Numbers are filled and scaled, and categories become columns, for the linear base; trees take both as they are.
 */
export function fitUpliftPreparation(
  x: Matrix,
  customers: readonly string[],
  base: Base,
): {readonly steps: readonly Preparation[]; readonly x: Matrix} {
  const plan =
    base === "boost"
      ? nativePlan()
      : ([
          {kind: "rare", most: 12},
          {kind: "imputeLevel"},
          {kind: "impute"},
          {kind: "scale"},
          {kind: "oneHot"},
        ] as const);
  return fitPreparation({x, y: new Uint8Array(x.rows), customers}, plan);
}

/**
 * Fits E[y | x], with its strength chosen on customers held out: a constant where no feature lowers the loss there,
 * or where y is one value.
 * @throws RangeError without rows.
 */
export async function fitRegression(
  x: Matrix,
  y: Float64Array,
  options: RegressionOptions,
): Promise<Regression> {
  if (x.rows === 0) throw new RangeError("fitRegression requires rows, got none");
  // Penalties are set against sums of weights: in units of their mean, the unit of the weights makes no difference.
  const scale = x.rows / sum(options.weights);
  const weights = options.weights.map(weight => weight * scale);
  const mean = weightedMean(y, weights);
  if (x.names.length === 0 || y.every(value => value === y[0])) return {kind: "constant", value: mean};
  const even = {...options, weights};
  if (options.base === "boost") return fitTrees(x, y, even);
  return options.of === "class" ? fitClasses(x, y, even) : fitAmounts(x, y, even);
}

/** Expected y of each row of `x`: of a class its probability. */
export function applyRegression(model: Regression, x: Matrix): Float64Array {
  switch (model.kind) {
    case "constant":
      return new Float64Array(x.rows).fill(model.value);
    case "logistic":
      return applyLogistic(model.logistic, x).map(margin => 1 / (1 + Math.exp(-margin)));
    case "ridge":
      return applyRidge(model.ridge, x);
    case "boost":
      return model.boost.objective === "logistic"
        ? boostProbabilities(model.boost, x)
        : Float64Array.from(boostMargins(model.boost, x));
  }
}

const foldOf = (place: Float64Array): Uint32Array => Uint32Array.from(place, u => Math.floor(u * FOLDS));

function fitAmounts(x: Matrix, y: Float64Array, {weights, place}: RegressionOptions): Regression {
  return {kind: "ridge", ridge: fitRidgeByFolds(x, y, {weights, fold: foldOf(place), folds: FOLDS})};
}

/** The rows of a fold and those of the others, where both can be learned from and judged on. */
function partsOf(y: Float64Array, place: Float64Array, binary: boolean) {
  const fold = foldOf(place);
  const folds = y.length > MANY_ROWS ? 1 : FOLDS;
  return Array.from({length: folds}, (_, k) => ({
    learn: rowsWhere(fold, v => v !== k),
    judge: rowsWhere(fold, v => v === k),
  })).filter(({learn, judge}) => {
    const varied = learn.some(i => y[i] !== y[learn[0]!]);
    return judge.length > 0 && learn.length > 0 && (varied || !binary);
  });
}

const take = (values: Float64Array, rows: readonly number[]): Float64Array =>
  Float64Array.from(rows, i => values[i]!);

function fitClasses(x: Matrix, y: Float64Array, {weights, place}: RegressionOptions): Regression {
  const parts = partsOf(y, place, true).map(({learn, judge}) => ({
    learn: {x: takeRows(x, learn), y: take(y, learn), weights: take(weights, learn)},
    judge: {x: takeRows(x, judge), y: take(y, judge), weights: take(weights, judge)},
  }));
  const losses = INVERSE_PENALTIES.map(c =>
    parts.reduce((sum, {learn, judge}) => {
      const logistic = fitLogistic(learn.x, learn.y, {c, weights: learn.weights});
      return sum + logLoss(applyRegression({kind: "logistic", logistic}, judge.x), judge);
    }, 0),
  );
  const c = INVERSE_PENALTIES[losses.indexOf(Math.min(...losses))]!;
  return {kind: "logistic", logistic: fitLogistic(x, y, {c, weights})};
}

async function fitTrees(
  x: Matrix,
  y: Float64Array,
  {of, weights, place, threads: most = 1}: RegressionOptions,
): Promise<Regression> {
  // To start further threads takes longer than to learn from few rows.
  const threads = x.rows > MANY_ROWS ? most : 1;
  const binary = of === "class";
  const objective = binary ? "logistic" : "squared";
  // Trees add up hessians: those of a squared loss are the weights, those of a class at most a quarter of them.
  const settings = {...TREES, minChildWeight: binary ? TREES.minChildWeight / 4 : TREES.minChildWeight};
  const common = {...settings, objective, threads, categorical: Object.keys(x.categories ?? {})} as const;
  const gains = new Float64Array(TREES.trees + 1);
  for (const {learn, judge} of partsOf(y, place, binary)) {
    const held = {y: take(y, judge), weights: take(weights, judge)};
    const learned = {y: take(y, learn), weights: take(weights, learn)};
    const {training} = await fitBoost(takeRows(x, learn), learned.y, {
      ...{...common, weights: learned.weights, earlyStopping: PATIENCE},
      tune: {x: takeRows(x, judge), ...held},
    });
    const start = new Float64Array(judge.length).fill(weightedMean(learned.y, learned.weights));
    const plain = (binary ? logLoss : squaredLoss)(start, held);
    const total = sum(held.weights);
    // Past the end of an early stop nothing is known: the loss stays where it was.
    for (let t = 1; t <= TREES.trees; t++)
      gains[t]! += plain - training.tuneLoss[Math.min(t, training.tuneLoss.length) - 1]! * total;
  }
  const trees = gains.indexOf(gains.reduce((a, b) => Math.max(a, b), 0));
  if (trees === 0) return {kind: "constant", value: weightedMean(y, weights)};
  return {kind: "boost", boost: await fitBoost(x, y, {...common, weights, trees})};
}

type Held = {readonly y: Float64Array; readonly weights: Float64Array};

function logLoss(p: Float64Array, {y, weights}: Held): number {
  let loss = 0;
  for (let i = 0; i < y.length; i++)
    loss -= weights[i]! * Math.log(Math.max(1e-12, y[i] === 1 ? p[i]! : 1 - p[i]!));
  return loss;
}

const squaredLoss = (p: Float64Array, {y, weights}: Held): number =>
  y.reduce((loss, value, i) => loss + weights[i]! * (value - p[i]!) ** 2, 0);

const sum = (values: Float64Array): number => values.reduce((a, b) => a + b, 0);

const weightedMean = (y: Float64Array, weights: Float64Array): number =>
  y.reduce((total, value, i) => total + value * weights[i]!, 0) / sum(weights);
