import type {Boost} from "../boost/boost.ts";
import {boostMargins} from "../boost/predict.ts";
import {byCodeUnit} from "../data/event-log.ts";
import {type Matrix, takeRows} from "../features/matrix.ts";
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
  alive: "Buy till you die",
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
  /** What it was fitted on. */
  readonly trained: {readonly rows: number; readonly positives: number};
  /** There when the engine could not hold all training rows: rows kept, of how many. */
  readonly subsampled?: {readonly kept: number; readonly of: number};
} & Learned[Kind];

/** A fitted model: plain data, equal after a round trip through JSON. */
export type Model = {[Kind in ModelKind]: ModelOf<Kind>}[ModelKind];

/** Training rows; NaN is missing. */
export type TrainingData = {
  readonly x: Matrix;
  /** 1 for a churner, else 0, one a row. */
  readonly y: ArrayLike<number>;
  /** Customer id of each row. */
  readonly customers: readonly string[];
};

export type FitOptions = {
  /** For recency: name of the feature with the days since the last activity. */
  readonly recencyFeature?: string;
  /** For alive: name of the feature with the probability of no purchase in the horizon. */
  readonly silentFeature?: string;
  /** Categories whose levels have an order, lowest first; they become numbers. */
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
};

type Fitter<Kind extends ModelKind> = {
  readonly fit: (data: TrainingData, options: FitOptions) => Promise<Learned[Kind]> | Learned[Kind];
  readonly apply: (model: ModelOf<Kind>, x: Matrix) => Float64Array;
  /** Values looked at in fitting it. */
  readonly work: (model: ModelOf<Kind>) => number;
  /** Rows that it can be fitted on at most; without it any number. */
  readonly limit?: (x: Matrix, options: FitOptions) => number;
};

const FITTERS: {readonly [Kind in ModelKind]: Fitter<Kind>} = {
  dummy: {
    fit: ({y}) => ({dummy: fitDummy(y)}),
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
  },
  alive: {
    fit: ({x}, {silentFeature}) => {
      if (silentFeature === undefined)
        throw new TypeError("fitModel requires options.silentFeature for alive, got none");
      return {alive: fitAliveRanking(x, {column: silentFeature})};
    },
    apply: ({alive}, x) => applyAliveRanking(alive, x),
    work: rowsLearnedFrom,
  },
  logistic: {
    fit: (data, {c = 1, order}) => {
      const {steps: preparation, x} = fitPreparation(data, linearPlan({order}));
      return {preparation, logistic: fitLogistic(x, data.y, {c})};
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
  },
  boost: {
    fit: async (train, {tune, search, seed, order}) => {
      if (tune === undefined || search === undefined)
        throw new TypeError(
          `fitModel requires options.${tune === undefined ? "tune" : "search"} for boost, got none`,
        );
      checkData(tune);
      const ordered = inCanonicalOrder(tune);
      const {steps: preparation, x} = fitPreparation(train, nativePlan({order}));
      const found = await searchBoost(
        {...train, x},
        {...ordered, x: applyPreparation(preparation, ordered.x)},
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
 * rounding, on the order in which they come.
 * @throws RangeError when `y` holds one class only, or a feature an infinite value.
 * @throws DataError when the feature of recency or alive is not there, or the order of a category lacks one of its levels.
 */
export async function fitModel<Kind extends ModelKind>(
  kind: Kind,
  data: TrainingData,
  options: FitOptions = {},
): Promise<Extract<Model, {kind: Kind}>> {
  const positives = checkData(data);
  const ordered = inCanonicalOrder(data);
  const {fit: learn, limit} = FITTERS[kind];
  const kept = subsample(ordered, limit?.(data.x, options), options.seed);
  const model = {
    kind,
    features: [...data.x.names],
    trained: {rows: data.x.rows, positives},
    ...(kept === ordered ? {} : {subsampled: {kept: kept.x.rows, of: data.x.rows}}),
    ...(await learn(kept, options)),
  };
  return model as unknown as Extract<Model, {kind: Kind}>;
}

/**
 * Margins of the rows of `x`, higher is riskier: log-odds, for recency days. A row's margin does not depend on
 * the other rows.
 * @throws DataError naming the feature that is missing, unknown, or out of the model's order.
 * @throws RangeError when a value is infinite.
 */
export async function applyModel(model: Model, x: Matrix): Promise<Float64Array> {
  requireFeatures("applyModel", model.features, x);
  requireNoInfinity("applyModel", x);
  const {apply} = FITTERS[model.kind] as Fitter<ModelKind>;
  return apply(model as ModelOf<ModelKind>, x);
}

/**
 * Values looked at in fitting a model, the search for its settings included: rows times features, once for each tree
 * or step. Counted and not timed, it is the same on every machine.
 */
export function workOf(model: Model): number {
  const {work} = FITTERS[model.kind] as Fitter<ModelKind>;
  return work(model as ModelOf<ModelKind>);
}

function rowsLearnedFrom({trained, subsampled}: Pick<Model, "trained" | "subsampled">): number {
  return subsampled?.kept ?? trained.rows;
}

function rowsOf({x, y, customers}: TrainingData, rows: ArrayLike<number>): TrainingData {
  const take = Array.from(rows);
  return {
    x: takeRows(x, rows),
    y: Uint8Array.from(take, i => y[i]!),
    customers: take.map(i => customers[i]!),
  };
}

/** The same rows whatever their order and the codes of their categories. */
function inCanonicalOrder(data: TrainingData): TrainingData {
  const sorted = {...data, x: sortLevels(data.x)};
  return rowsOf(sorted, canonicalOrder(sorted));
}

/** Rows by customer id, then by their values, so that equal rows only can change places. */
function canonicalOrder({x, y, customers}: TrainingData): Int32Array {
  const {rows, values} = x;
  const order = Int32Array.from({length: rows}, (_, i) => i);
  return order.sort((a, b) => {
    const byCustomer = byCodeUnit(customers[a]!, customers[b]!) || y[a]! - y[b]!;
    if (byCustomer !== 0) return byCustomer;
    for (let at = 0; at < values.length; at += rows) {
      const [left, right] = [values[at + a]!, values[at + b]!];
      if (left < right || (Number.isNaN(left) && !Number.isNaN(right))) return -1;
      if (left > right || (Number.isNaN(right) && !Number.isNaN(left))) return 1;
    }
    return 0;
  });
}

/** Whole customers in the order of a hash of their own, as long as their rows fit into the limit. */
function subsample(data: TrainingData, limit = Number.POSITIVE_INFINITY, seed = 1): TrainingData {
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
  return rowsOf(
    data,
    kept.sort((a, b) => a - b),
  );
}

function checkData({x, y, customers}: TrainingData): number {
  if (y.length !== x.rows || customers.length !== x.rows)
    throw new RangeError(
      `fitModel requires one label and one customer a row, got ${y.length} and ${customers.length} for ${x.rows}`,
    );
  let positives = 0;
  for (let i = 0; i < x.rows; i++) {
    if (y[i] !== 0 && y[i] !== 1)
      throw new RangeError(`fitModel requires labels 0 or 1, got ${y[i]} in row ${i}`);
    positives += y[i]!;
  }
  if (positives === 0 || positives === x.rows)
    throw new RangeError(`fitModel requires both classes, got ${positives} positive of ${x.rows}`);
  requireNoInfinity("fitModel", x);
  return positives;
}

function requireNoInfinity(caller: string, x: Matrix): void {
  const bad = x.values.findIndex(value => value === Infinity || value === -Infinity);
  if (bad >= 0)
    throw new RangeError(
      `${caller} requires finite or missing values, got ${x.values[bad]} in ` +
        `${x.names[Math.floor(bad / x.rows)]}, row ${bad % x.rows}`,
    );
}
