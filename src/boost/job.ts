import type {Boost, BoostParameters} from "./boost.ts";
import type {BoostData} from "./boost-data.ts";
import {
  labelsOf,
  parametersOf,
  type RowWeights,
  requireInRange,
  requireShape,
  requireThreads,
  weightsOf,
} from "./inputs.ts";
import type {BoostShape} from "./memory.ts";
import type {CustomObjective} from "./objective.ts";

export type FitBoostOptions = Partial<BoostParameters> & {
  /** "logistic" for labels 0 and 1, "squared" for numbers, or a loss of your own. */
  readonly objective?: "logistic" | "squared" | CustomObjective;
  /** One a row, 0 or more; a row of weight 2 counts like two rows. */
  readonly weights?: ArrayLike<number>;
  /** Names of the features whose values are codes of categories, whole in [0, CATEGORY_LIMIT). */
  readonly categorical?: readonly string[];
  /** For the samples of rows and features; nothing else is random. */
  readonly seed?: number;
  /** The model is the same for any number of them. */
  readonly threads?: number;
  /** Rows on which the loss is measured after each tree. */
  readonly tune?: {
    readonly x: BoostData;
    readonly y: ArrayLike<number>;
    readonly weights?: ArrayLike<number>;
  };
  /** Rounds without a lower loss on the tune rows after which training stops; the trees up to the best are kept. */
  readonly earlyStopping?: number;
  /** Bytes that the training may take at most; the caller's own data does not count. */
  readonly memoryLimit?: number;
  /** Called after every tree. */
  readonly progress?: (at: {readonly tree: number; readonly of: number; readonly tuneLoss?: number}) => void;
  readonly signal?: AbortSignal;
};

/** One training: its inputs, checked, and what of the options was left open. */
export type Job = {
  readonly x: BoostData;
  readonly labels: Float32Array;
  readonly weights: RowWeights | undefined;
  readonly tune:
    | {readonly x: BoostData; readonly labels: Float32Array; readonly weights: RowWeights | undefined}
    | undefined;
  readonly objective: "logistic" | "squared" | CustomObjective;
  readonly parameters: BoostParameters;
  readonly shape: BoostShape;
  readonly categorical: ReadonlySet<string>;
  readonly options: FitBoostOptions;
};

export const kindOf = (objective: Job["objective"]): Boost["objective"] =>
  typeof objective === "string" ? objective : "custom";

/** @throws RangeError when an input or a parameter is not what a training can be made of. */
export function checkedJob(x: BoostData, y: ArrayLike<number>, options: FitBoostOptions): Job {
  const {objective = "logistic", threads = 1, seed = 1, earlyStopping} = options;
  requireShape(x);
  const parameters = parametersOf(options, x.names);
  requireThreads(threads);
  requireInRange("seed", seed, {least: 0, most: 0xffffffff, whole: true});
  const kind = kindOf(objective);
  if (kind !== "logistic" && parameters.positiveWeight !== 1)
    throw new RangeError(`fitBoost requires the objective "logistic" for a positiveWeight, got ${kind}`);
  const categorical = new Set(options.categorical);
  for (const name of categorical) {
    if (!x.names.includes(name))
      throw new RangeError(`fitBoost requires categorical to name features, got ${JSON.stringify(name)}`);
    if (parameters.monotone[name] !== undefined)
      throw new RangeError(`fitBoost requires a number where it is monotone, got the category ${name}`);
  }
  const labels = labelsOf(y, x.rows, kind);
  const {positiveWeight} = parameters;
  const weights = weightsOf(options.weights, labels, {positiveWeight});
  if (earlyStopping !== undefined) requireInRange("earlyStopping", earlyStopping, {least: 1, whole: true});
  const tune = tuneOf(x, kind, options, parameters);
  if (earlyStopping !== undefined && tune === undefined)
    throw new RangeError("fitBoost requires tune rows for earlyStopping, got none");
  if (earlyStopping !== undefined && typeof objective === "object" && !objective.loss)
    throw new RangeError(`fitBoost requires a loss for earlyStopping, got none of ${objective.name}`);
  const shape = {
    rows: x.rows,
    tuneRows: tune?.x.rows ?? 0,
    features: x.names.length,
    growth: parameters.growth,
    depth: parameters.depth,
    leaves: parameters.leaves,
    threads,
    weighted: weights !== undefined,
  };
  return {x, labels, weights, tune, objective, parameters, shape, categorical, options};
}

function tuneOf(
  {names}: BoostData,
  kind: Boost["objective"],
  {tune}: FitBoostOptions,
  {positiveWeight}: BoostParameters,
): Job["tune"] {
  if (tune === undefined) return undefined;
  requireShape(tune.x, "tune rows");
  const other = names.findIndex((name, i) => tune.x.names[i] !== name);
  if (other >= 0 || tune.x.names.length !== names.length)
    throw new RangeError(
      `fitBoost requires the tune rows to have the features of the training rows in their order, got ` +
        `${tune.x.names[Math.max(0, other)]} for ${names[Math.max(0, other)]}`,
    );
  const labels = labelsOf(tune.y, tune.x.rows, kind, " of the tune rows");
  return {
    x: tune.x,
    labels,
    weights: weightsOf(tune.weights, labels, {positiveWeight, what: " of the tune rows"}),
  };
}
