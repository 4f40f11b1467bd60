import {createRequire} from "node:module";
import process from "node:process";
import type {Matrix} from "../features/matrix.ts";
import {requireFeatures} from "./feature-order.ts";
import {addTrees, readXgboostFile, type Tree} from "./trees.ts";

/** Boosted trees fitted by XGBoost. Margins are log-odds. */
export type Xgboost = {
  readonly features: readonly string[];
  /** Subtracted from each feature before the trees see it, so that all they learned from was above 0. */
  readonly offsets: readonly number[];
  /** The log-odds that the trees start from. */
  readonly baseMargin: number;
  readonly trees: readonly Tree[];
};

export type XgboostOptions = {
  readonly trees?: number;
  /** Largest depth of a tree. */
  readonly depth?: number;
  /** Learning rate, in (0, 1]. */
  readonly rate?: number;
  /** Smallest sum of p (1 - p) in a leaf. */
  readonly minChildWeight?: number;
  /** L2 penalty of the leaves. */
  readonly lambda?: number;
};

/** Cells, the labels counted, that fit into the memory of the WebAssembly module with room for its copies. */
const MAXIMUM_CELLS = 20_000_000;

/** Rows that {@link fitXgboost} takes at most with that many features. */
export const maximumRows = (columns: number): number => Math.floor(MAXIMUM_CELLS / (columns + 1));

/**
 * Fits boosted trees with XGBoost (before 1.0, compiled to WebAssembly by the package ml-xgboost; histogram
 * splits, no sampling, so the same rows in the same order give the same trees).
 *
 * The engine takes the value -1 for missing and cannot be told otherwise, and its histograms do not part a lowest
 * value of 0 from missing. So each feature is shifted above 0, to start at its own range, and -1 then stands for
 * NaN alone. Values are rounded to single precision after the shift. Prediction
 * reads the trees themselves: the engine asks for one row at a time, and its log-odds are lost in a probability.
 * @param y 1 for a churner, else 0.
 * @throws RangeError for one class only, an infinite value, or more rows than {@link maximumRows}.
 */
export async function fitXgboost(
  x: Matrix,
  y: ArrayLike<number>,
  {trees = 200, depth = 4, rate = 0.05, minChildWeight = 5, lambda = 1}: XgboostOptions = {},
): Promise<Xgboost> {
  const positives = checkData(x, y);
  const offsets = x.names.map((_, j) => offsetOf(x.values.subarray(j * x.rows, (j + 1) * x.rows)));
  const parameters = {
    booster: "gbtree",
    objective: "binary:logistic",
    tree_method: "hist",
    base_score: positives / x.rows,
    max_depth: depth,
    eta: rate,
    min_child_weight: minChildWeight,
    lambda,
    subsample: 1,
    colsample_bytree: 1,
    seed: 0,
    silent: 1,
  };
  const file = train(await engine(), shifted(x, offsets), y, {rows: x.rows, parameters, trees});
  return {features: [...x.names], offsets, ...readXgboostFile(file)};
}

/** Log-odds of each row; NaN is missing. @throws DataError when the features are not those of the model. */
export function applyXgboost({features, offsets, baseMargin, trees}: Xgboost, x: Matrix): Float64Array {
  requireFeatures("applyXgboost", features, x);
  const out = new Float64Array(x.rows).fill(baseMargin);
  addTrees(trees, shifted(x, offsets), x.rows, out);
  return out;
}

/** Column-major, single precision, each feature less its offset; NaN stays. */
function shifted(x: Matrix, offsets: readonly number[]): Float32Array {
  const out = new Float32Array(x.values.length);
  for (let j = 0; j < offsets.length; j++) {
    const offset = offsets[j]!;
    for (let i = j * x.rows; i < (j + 1) * x.rows; i++) out[i] = x.values[i]! - offset;
  }
  return out;
}

/** What is used of the module that emscripten made; addresses are in bytes. */
type Engine = {
  readonly isReady: {then(done: () => void): void};
  print: (text: string) => void;
  printErr: (text: string) => void;
  readonly HEAPU8: Uint8Array;
  readonly HEAPF32: Float32Array;
  _malloc(bytes: number): number;
  _free(address: number): void;
  cwrap(name: string, result: "number" | null, parameters: string[]): (...values: unknown[]) => number;
};

let loading: Promise<Engine> | undefined;

/** Loads the module once, without its messages and without the handler that it puts on the process. */
function engine(): Promise<Engine> {
  loading ??= new Promise(resolve => {
    const before = process.listeners("uncaughtException");
    const module = createRequire(import.meta.url)("ml-xgboost/dist/wasm/xgboost.js") as Engine;
    for (const listener of process.listeners("uncaughtException"))
      if (!before.includes(listener)) process.removeListener("uncaughtException", listener);
    module.print = () => {};
    module.printErr = () => {};
    // Wrapped in an object: a module with a `then` of its own must not be taken for a promise.
    module.isReady.then(() => resolve(module));
  });
  return loading;
}

type Training = {
  readonly rows: number;
  readonly parameters: Readonly<Record<string, string | number>>;
  readonly trees: number;
};

/**
 * Trains and returns the model file. The data is handed over on the module's heap, which grows; by the package's
 * own wrapper it would go over its stack of 5 MiB.
 */
function train(
  module: Engine,
  values: Float32Array,
  y: ArrayLike<number>,
  {rows, parameters, trees}: Training,
): Uint8Array {
  const columns = values.length / rows;
  const create = module.cwrap("create_model", "number", ["number", "number", "number", "number"]);
  const setParameter = module.cwrap("set_param", null, ["number", "string", "string"]);
  const run = module.cwrap("train_full_model", null, ["number", "number"]);
  const free = module.cwrap("free_memory_model", null, ["number"]);
  const data = module._malloc(4 * rows * columns);
  const labels = module._malloc(4 * rows);
  // The heap is looked up only now: an allocation may have moved it.
  const heap = module.HEAPF32;
  for (let j = 0; j < columns; j++)
    for (let i = 0; i < rows; i++) {
      const value = values[j * rows + i]!;
      heap[data / 4 + i * columns + j] = Number.isNaN(value) ? -1 : value;
    }
  for (let i = 0; i < rows; i++) heap[labels / 4 + i] = y[i]!;
  const model = create(data, labels, rows, columns);
  module._free(data);
  module._free(labels);
  try {
    for (const [name, value] of Object.entries(parameters)) setParameter(model, name, String(value));
    run(model, trees);
    return saved(module, model);
  } finally {
    free(model);
  }
}

function saved(module: Engine, model: number): Uint8Array {
  const save = module.cwrap("save_model", "number", ["number"]);
  const content = module.cwrap("get_file_content", null, ["number", "number"]);
  const size = save(model);
  const address = module._malloc(size);
  content(address, size);
  const bytes = module.HEAPU8.slice(address, address + size);
  module._free(address);
  return bytes;
}

function checkData(x: Matrix, y: ArrayLike<number>): number {
  const limit = maximumRows(x.names.length);
  if (x.rows > limit)
    throw new RangeError(
      `fitXgboost requires at most ${limit} rows with ${x.names.length} features, got ${x.rows}`,
    );
  if (y.length !== x.rows)
    throw new RangeError(`fitXgboost requires one label a row, got ${y.length} for ${x.rows}`);
  let positives = 0;
  for (let i = 0; i < x.rows; i++) {
    if (y[i] !== 0 && y[i] !== 1)
      throw new RangeError(`fitXgboost requires labels 0 or 1, got ${y[i]} in row ${i}`);
    positives += y[i]!;
  }
  if (positives === 0 || positives === x.rows)
    throw new RangeError(`fitXgboost requires both classes, got ${positives} positive of ${x.rows}`);
  const bad = x.values.findIndex(value => !Number.isNaN(value) && !Number.isFinite(Math.fround(value)));
  if (bad >= 0)
    throw new RangeError(
      `fitXgboost requires missing or finite features in single precision, got ${x.values[bad]} in ` +
        `${x.names[Math.floor(bad / x.rows)]}, row ${bad % x.rows}`,
    );
  return positives;
}

/** Smallest value less the range, so that rounding is relative to the range; 1 stands in for a range of 0. */
function offsetOf(values: Float64Array): number {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return most >= least ? least - (most - least || 1) : 0;
}
