import type {Boost} from "../boost/boost.ts";
import {boostMargins} from "../boost/predict.ts";
import {byCodeUnit} from "../data/event-log.ts";
import type {Matrix} from "../features/matrix.ts";
import type {SkippedCutoff} from "../sampling/by-cutoff.ts";
import {isWeighted, type Sampling, sampleRows} from "../sampling/sample.ts";
import {
  canonicalOrder,
  checkTrainingData,
  requireNoInfinity,
  type Sample,
  type TrainingData,
  takeTraining,
} from "../sampling/training-data.ts";
import {hashUnit} from "../split/sets.ts";
import type {Study} from "../study.ts";
import {type AliveRanking, applyAliveRanking, fitAliveRanking} from "./alive.ts";
import {applyDummy, type Dummy, fitDummy} from "./dummy.ts";
import {requireFeatures} from "./feature-order.ts";
import {applyLogistic, fitLogistic, type Logistic} from "./logistic.ts";
import {sortLevels} from "./prepare/column.ts";
import type {LevelOrder} from "./prepare/ordinal.ts";
import {linearPlan, nativePlan, treePlan, widthOf} from "./prepare/plans.ts";
import {applyPreparation, fitPreparation, type Preparation} from "./prepare/preparation.ts";
import {applyRecency, fitRecency, type Recency} from "./recency.ts";
import {type Search, type SearchOptions, searchBoost} from "./search.ts";
import {applyXgboost, fitXgboost, maximumRows, type Xgboost, type XgboostOptions} from "./xgboost.ts";

export type ModelKind = Study["models"][number];

const TITLES: Readonly<Record<ModelKind, string>> = {
  dummy: "Base rate",
  recency: "Rule of thumb",
  alive: "Buying until leaving",
  logistic: "Logistic regression",
  "ml-xgboost": "Boosted trees, second engine",
  boost: "Boosted trees",
};

/** What people read for a kind of model. */
export const titleOf = (kind: ModelKind): string => TITLES[kind];

/** Steps that a row goes through, in order, before the model proper sees it. */
type Prepared = {readonly preparation: readonly Preparation[]};

/** What each kind of model has learned. */
type Learned = {
  readonly dummy: {readonly dummy: Dummy};
  readonly recency: {readonly recency: Recency};
  readonly alive: {readonly alive: AliveRanking};
  readonly logistic: Prepared & {readonly logistic: Logistic};
  readonly "ml-xgboost": Prepared & {readonly xgboost: Xgboost};
  readonly boost: Prepared & {readonly boost: Boost; readonly search: Search};
};

type ModelOf<Kind extends ModelKind> = {
  readonly kind: Kind;
  /** The features that it is applied to, in order. */
  readonly features: readonly string[];
  /** What it was fitted on, before any sampling. */
  readonly trained: {readonly rows: number; readonly positives: number};
  /** There when the rows were sampled: what it learned from in their place. */
  readonly sampled?: Sampled;
  /** There when the engine could not hold all training rows: rows kept, of how many. */
  readonly subsampled?: {readonly kept: number; readonly of: number};
} & Learned[Kind];

/** How the rows that a model learned from differ from the training rows. */
export type Sampled = {
  readonly sampling: Sampling;
  readonly rows: number;
  readonly positives: number;
  /** Added to each margin: puts the prior of the training rows back. 0 for a margin that is no log-odds. */
  readonly shift: number;
};

/** A model fitted on one set of rows. */
export type SingleModel = {[Kind in ModelKind]: ModelOf<Kind>}[ModelKind];

/** Models of one kind, each of one cutoff; the margin of a row is the mean of theirs. */
export type AverageModel = {
  readonly kind: "average";
  readonly of: ModelKind;
  readonly features: readonly string[];
  readonly trained: {readonly rows: number; readonly positives: number};
  /** By cutoff day, ascending. */
  readonly members: readonly {readonly cutoff: number; readonly model: SingleModel}[];
  /** Cutoffs without a model. */
  readonly skipped: readonly SkippedCutoff[];
};

/** A fitted model: plain data, equal after a round trip through JSON. */
export type Model = SingleModel | AverageModel;

export type FitOptions = {
  /** For recency: name of the feature with the days since the last activity. */
  readonly recencyFeature?: string;
  /** For alive: name of the feature with the probability of no purchase in the horizon. */
  readonly silentFeature?: string;
  /** Categories whose levels have an order, lowest first: those become numbers, and any other level missing. */
  readonly order?: LevelOrder;
  /** For logistic: inverse strength of the penalty. */
  readonly c?: number;
  readonly xgboost?: XgboostOptions;
  /** For ml-xgboost: the largest number of rows; what its memory holds when absent. */
  readonly maximumRows?: number;
  /** For boost: the rows on which it is stopped early and its settings are chosen, of customers of their own. */
  readonly tune?: TrainingData;
  /** For boost: how its settings are searched. */
  readonly search?: Omit<SearchOptions, "seed">;
  /**
   * For ml-xgboost: which customers are kept when not all rows are; for boost: settings, customers and samples that
   * are drawn. Nothing else is random.
   */
  readonly seed?: number;
  /** What is done to the training rows first; nothing when absent. */
  readonly sampling?: Exclude<Sampling, {kind: "per-cutoff"}>;
};

type Fitter<Kind extends ModelKind> = {
  readonly fit: (data: Sample, options: FitOptions) => Promise<Learned[Kind]> | Learned[Kind];
  readonly apply: (model: ModelOf<Kind>, x: Matrix) => Float64Array;
  /** Values looked at in fitting it. */
  readonly work: (model: ModelOf<Kind>) => number;
  /** Rows that it can be fitted on at most; without it any number. */
  readonly limit?: (x: Matrix, options: FitOptions) => number;
  /** Its margins are no log-odds, so no prior can be put back into them. */
  readonly ranksOnly?: true;
  /** Its engine takes no weights. */
  readonly weightless?: true;
};

const FITTERS: {readonly [Kind in ModelKind]: Fitter<Kind>} = {
  dummy: {
    fit: ({y, weights}) => ({dummy: fitDummy(y, {weights})}),
    apply: ({dummy}, x) => applyDummy(dummy, x.rows),
    work: rowsLearnedFrom,
  },
  recency: {
    fit: ({x}, {recencyFeature}) => {
      if (recencyFeature === undefined)
        throw new TypeError("fitModel requires options.recencyFeature for recency, got none");
      return {recency: fitRecency(x, {column: recencyFeature})};
    },
    apply: ({recency}, x) => applyRecency(recency, x),
    work: rowsLearnedFrom,
    ranksOnly: true,
  },
  alive: {
    fit: ({x}, {silentFeature}) => {
      if (silentFeature === undefined)
        throw new TypeError("fitModel requires options.silentFeature for alive, got none");
      return {alive: fitAliveRanking(x, {column: silentFeature})};
    },
    apply: ({alive}, x) => applyAliveRanking(alive, x),
    work: rowsLearnedFrom,
    ranksOnly: true,
  },
  logistic: {
    fit: (data, {c = 1, order}) => {
      const {steps: preparation, x} = fitPreparation(data, linearPlan({order}));
      return {preparation, logistic: fitLogistic(x, data.y, {c, weights: data.weights})};
    },
    apply: ({preparation, logistic}, x) => applyLogistic(logistic, applyPreparation(preparation, x)),
    work: model => rowsLearnedFrom(model) * model.logistic.features.length * model.logistic.steps,
  },
  "ml-xgboost": {
    fit: async (data, {xgboost, order}) => {
      const {steps: preparation, x} = fitPreparation(data, treePlan({order}));
      return {preparation, xgboost: await fitXgboost(x, data.y, xgboost)};
    },
    limit: (x, options) => options.maximumRows ?? maximumRows(widthOf(x)),
    apply: ({preparation, xgboost}, x) => applyXgboost(xgboost, applyPreparation(preparation, x)),
    work: model => rowsLearnedFrom(model) * model.xgboost.features.length * model.xgboost.trees.length,
    weightless: true,
  },
  boost: {
    fit: async (train, {tune, search, seed, order}) => {
      if (tune === undefined || search === undefined)
        throw new TypeError(
          `fitModel requires options.${tune === undefined ? "tune" : "search"} for boost, got none`,
        );
      checkTrainingData("fitModel", tune);
      const ordered = inCanonicalOrder(tune);
      const {steps: preparation, x} = fitPreparation(train, nativePlan({order}));
      const found = await searchBoost(
        {...train, x},
        withPriorOf(train, {...ordered, x: applyPreparation(preparation, ordered.x)}),
        {...search, ...(seed === undefined ? {} : {seed})},
      );
      return {preparation, ...found};
    },
    apply: ({preparation, boost}, x) =>
      Float64Array.from(boostMargins(boost, applyPreparation(preparation, x))),
    work: ({search}) => search.work,
  },
};

/**
 * Fits a model. The rows are first put into an order of their own, so the model does not depend, not even by
 * rounding, on the order in which they come; then they are sampled.
 * @throws RangeError when `y` holds one class only, or a feature an infinite value.
 * @throws TypeError for a kind that {@link canLearn} says cannot learn from the sample.
 * @throws DataError when the feature of recency or alive is not there, or the order of a category names none of its levels.
 */
export async function fitModel<Kind extends ModelKind>(
  kind: Kind,
  data: TrainingData,
  options: FitOptions = {},
): Promise<Extract<Model, {kind: Kind}>> {
  const positives = checkTrainingData("fitModel", data);
  const {sampling = {kind: "none"}, seed = 1} = options;
  if (!canLearn(kind, sampling))
    throw new TypeError(
      `fitModel requires a kind that takes weights for sampling ${sampling.kind}, got ${kind}`,
    );
  const sample = sampleRows(inCanonicalOrder(data), sampling, seed);
  const {fit: learn, limit, ranksOnly} = FITTERS[kind];
  const kept = subsample(sample, limit?.(data.x, options), seed);
  const model = {
    kind,
    features: [...data.x.names],
    trained: {rows: data.x.rows, positives},
    ...(sampling.kind === "none" ? {} : {sampled: sampledOf(sample, sampling, ranksOnly)}),
    ...(kept === sample ? {} : {subsampled: {kept: kept.x.rows, of: sample.x.rows}}),
    ...(await learn(kept, options)),
  };
  return model as unknown as Extract<Model, {kind: Kind}>;
}

/** Whether a kind of model can learn from the rows that a sampling makes: ml-xgboost takes no weights. */
export const canLearn = (kind: ModelKind, sampling: Sampling): boolean =>
  !isWeighted(sampling) || FITTERS[kind].weightless !== true;

/**
 * Margins of the rows of `x`, higher is riskier: log-odds at the prior of the training rows, for recency days. A
 * row's margin does not depend on the other rows.
 * @throws DataError naming the feature that is missing, unknown, or out of the model's order.
 * @throws RangeError when a value is infinite.
 */
export async function applyModel(model: Model, x: Matrix): Promise<Float64Array> {
  requireFeatures("applyModel", model.features, x);
  requireNoInfinity("applyModel", x);
  if (model.kind === "average") return meanMargins(model, x);
  const {apply} = FITTERS[model.kind] as Fitter<ModelKind>;
  const margins = apply(model as ModelOf<ModelKind>, x);
  const shift = model.sampled?.shift ?? 0;
  return shift === 0 ? margins : margins.map(margin => margin + shift);
}

async function meanMargins({members}: AverageModel, x: Matrix): Promise<Float64Array> {
  const sum = new Float64Array(x.rows);
  for (const {model} of members) {
    const margins = await applyModel(model, x);
    for (let i = 0; i < x.rows; i++) sum[i]! += margins[i]!;
  }
  return sum.map(value => value / members.length);
}

/**
 * Values looked at in fitting a model, the search for its settings included: rows times features, once for each tree
 * or step. Counted and not timed, it is the same on every machine.
 */
export function workOf(model: Model): number {
  if (model.kind === "average") return model.members.reduce((sum, member) => sum + workOf(member.model), 0);
  const {work} = FITTERS[model.kind] as Fitter<ModelKind>;
  return work(model as ModelOf<ModelKind>);
}

function rowsLearnedFrom({
  trained,
  sampled,
  subsampled,
}: Pick<SingleModel, "trained" | "sampled" | "subsampled">): number {
  return subsampled?.kept ?? (sampled ?? trained).rows;
}

function sampledOf({y, keptNegatives}: Sample, sampling: Sampling, ranksOnly = false): Sampled {
  let positives = 0;
  for (let i = 0; i < y.length; i++) positives += y[i]!;
  return {sampling, rows: y.length, positives, shift: ranksOnly ? 0 : Math.log(keptNegatives)};
}

/** The same rows whatever their order and the codes of their categories. */
function inCanonicalOrder(data: TrainingData): TrainingData {
  const sorted = {...data, x: sortLevels(data.x)};
  return takeTraining(sorted, canonicalOrder(sorted));
}

/**
 * The tune rows, weighed to the prior of the sample: the loss by which trees are stopped is then that of margins as
 * they are learned, before the prior is put back.
 */
const withPriorOf = ({keptNegatives}: Sample, tune: TrainingData) =>
  keptNegatives === 1
    ? tune
    : {...tune, weights: Float64Array.from(tune.y, label => (label === 1 ? 1 : keptNegatives))};

/** Whole customers in the order of a hash of their own, as long as their rows fit into the limit. */
function subsample(data: Sample, limit = Number.POSITIVE_INFINITY, seed = 1): Sample {
  if (data.x.rows <= limit) return data;
  const rowsOfCustomer = new Map<string, number[]>();
  data.customers.forEach((id, i) => {
    const rows = rowsOfCustomer.get(id);
    if (rows) rows.push(i);
    else rowsOfCustomer.set(id, [i]);
  });
  const byHash = [...rowsOfCustomer]
    .map(([id, rows]) => ({u: hashUnit(id, `subsample ${seed}`), id, rows}))
    .sort((a, b) => a.u - b.u || byCodeUnit(a.id, b.id));
  const kept: number[] = [];
  for (const {rows} of byHash) {
    if (kept.length + rows.length > limit) break;
    kept.push(...rows);
  }
  const rows = kept.sort((a, b) => a - b);
  return {...takeTraining(data, rows), keptNegatives: data.keptNegatives};
}
