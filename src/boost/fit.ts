import {setImmediate as nextTurn} from "node:timers/promises";
import type {Boost, BoostFeature, BoostParameters} from "./boost.ts";
import type {BoostData} from "./boost-data.ts";
import {Crew} from "./crew.ts";
import {ADDRESS_SPACE, type Memory, memoryOf} from "./engine.ts";
import {readTree} from "./grown-tree.ts";
import {
  classWeights,
  labelsOf,
  meanLabel,
  parametersOf,
  type RowWeights,
  requireInRange,
  requireShape,
  requireThreads,
  weightsOf,
} from "./inputs.ts";
import {
  type BoostShape,
  boostMemory,
  JOB,
  type Layout,
  layoutOf,
  sortArea,
  sorters,
  TUNE_BLOCK,
} from "./memory.ts";
import {CATEGORY_LIMIT, type Tree} from "./tree.ts";
import {MOST_THREADS} from "./work.ts";

/** A loss of the user's own, by its derivatives with respect to the margin. */
export type CustomObjective = {
  readonly name: string;
  /** Margin that every row starts from; 0 when absent. */
  readonly baseMargin?: number;
  /** Writes first and second derivative for each row to `out`; the second is 0 or more. Weights come on top. */
  gradient(
    margins: Float32Array,
    out: {readonly gradient: Float32Array; readonly hessian: Float32Array},
  ): void;
  /** Loss of the tune rows at these margins; needed for early stopping. */
  loss?(margins: Float32Array): number;
};

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

/**
 * Fits gradient-boosted trees (Friedman 2001) on histograms, with second-order gains and L1 and L2 penalties (Chen
 * and Guestrin 2016). Numbers are put into at most `bins` bins of about equal weight; a missing value goes to the
 * side that lowers the loss more, and where none was missing in training to the side with the larger sum of
 * hessians. Categories are split into sets, ordered by gradient over hessian (Fisher 1958).
 *
 * Gradients are summed as whole numbers, so the trees depend neither on the number of threads nor, without
 * sampling, on the order of the rows: equal bytes for equal data, parameters and seed.
 *
 * @param x features, rounded to single precision; NaN is missing.
 * @param y one label a row: 0 or 1 for the objective "logistic".
 * @throws RangeError when a value is infinite, a code of a category is none, one class only is there, a weight is
 *   negative or all are 0, lengths do not match, a parameter is out of its range, or the memory does not suffice.
 * @throws the signal's reason when it is aborted.
 */
export async function fitBoost(
  x: BoostData,
  y: ArrayLike<number>,
  options: FitBoostOptions = {},
): Promise<Boost> {
  const job = checked(x, y, options);
  const layout = roomFor(job.shape, options.memoryLimit);
  const crew = new Crew(memoryFor(layout), layout, job.shape.threads);
  try {
    return await train(crew, layout, job);
  } finally {
    crew.stop();
  }
}

type Job = {
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

const kindOf = (objective: Job["objective"]): Boost["objective"] =>
  typeof objective === "string" ? objective : "custom";

function checked(x: BoostData, y: ArrayLike<number>, options: FitBoostOptions): Job {
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

/** Lays out the memory. @throws RangeError when it is past the limit, saying what would fit. */
function roomFor(shape: BoostShape, memoryLimit = ADDRESS_SPACE): Layout {
  const layout = layoutOf(shape);
  const limit = Math.min(memoryLimit, ADDRESS_SPACE);
  if (layout.bytes <= limit) return layout;
  let [fits, not] = [0, shape.rows];
  while (not - fits > 1) {
    const rows = Math.floor((fits + not) / 2);
    if (boostMemory({...shape, rows}) <= limit) fits = rows;
    else not = rows;
  }
  const megabytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`;
  throw new RangeError(
    `fitBoost requires ${megabytes(layout.bytes)} for ${shape.rows} rows x ${shape.features} features x 256 bins, got ` +
      `${megabytes(limit)}: ` +
      (fits === 0
        ? "with so many features no number of rows fits, take fewer features, less depth or fewer leaves"
        : `${fits} rows x ${shape.features} features x 256 bins would fit`),
  );
}

function memoryFor({bytes}: Layout): Memory {
  try {
    return memoryOf(bytes);
  } catch (error) {
    throw new RangeError(
      `fitBoost requires ${Math.ceil(bytes / 2 ** 20)} MiB of memory, got none from the system`,
      {cause: error},
    );
  }
}

/** Views on the memory of the training; it never grows, so they stay valid. */
function viewsOf(buffer: ArrayBufferLike) {
  return {
    floats: (at: number, length: number): Float32Array => new Float32Array(buffer, at, length),
    doubles: (at: number, length: number): Float64Array => new Float64Array(buffer, at, length),
    words: (at: number, length: number): Uint32Array => new Uint32Array(buffer, at, length),
    view: new DataView(buffer),
  };
}

type Views = ReturnType<typeof viewsOf>;

async function train(crew: Crew, layout: Layout, job: Job): Promise<Boost> {
  const views = viewsOf(crew.buffer);
  configure(views, layout, job);
  load(views, layout, job);
  const {features, notes} = bin(crew, views, layout, job);
  const baseMargin = baseMarginOf(crew, job);
  views.floats(layout.margins, job.x.rows).fill(baseMargin);
  views.floats(layout.tuneMargins, layout.tuneRows).fill(baseMargin);
  const {trees, tuneLoss} = await grow(crew, views, layout, {job, features});
  const {parameters, options} = job;
  return {
    features,
    objective: kindOf(job.objective),
    baseMargin,
    trees,
    parameters,
    seed: options.seed ?? 1,
    training: {rows: job.x.rows, tuneLoss, notes},
  };
}

/** Writes the block of parameters that the program reads, and the kinds of the features. */
function configure(
  views: Views,
  layout: Layout,
  {parameters, objective, x, categorical, options, weights, tune}: Job,
): void {
  const {rowSample, columnSample, nodeColumnSample, monotone} = parameters;
  const drawnColumns = Math.max(1, Math.ceil(columnSample * x.names.length - 1e-9));
  const words: {readonly [name: string]: number} = {
    ...layout,
    weights: weights ? layout.weights : 0,
    tuneWeights: tune?.weights ? layout.tuneWeights : 0,
    objective: ["logistic", "squared", "custom"].indexOf(kindOf(objective)),
    rowThreshold: rowSample === 1 ? 0 : Math.max(1, Math.floor(rowSample * 2 ** 32)),
    drawnColumns,
    nodeColumns: Math.max(1, Math.ceil(nodeColumnSample * drawnColumns - 1e-9)),
    seed: options.seed ?? 1,
    constrained: Object.keys(monotone).length > 0 ? 1 : 0,
  };
  views.words(layout.job, JOB.length).set(JOB.map(name => words[name]!));
  const {l1, l2, categoryL2, minChildWeight, minGain, rate} = parameters;
  views.doubles(layout.job + 192, 6).set([l1, l2, categoryL2, minChildWeight, minGain, rate]);
  x.names.forEach((name, i) => {
    const at = layout.columns + 16 * i;
    views.view.setInt32(at + 4, categorical.has(name) ? 1 : 0, true);
    views.view.setInt32(at + 8, monotone[name] ?? 0, true);
  });
}

function load(views: Views, layout: Layout, {labels, weights, tune}: Job): void {
  views.floats(layout.labels, labels.length).set(labels);
  if (weights) {
    views.floats(layout.weights, labels.length).set(weights.values);
    views.words(layout.whole, labels.length).set(weights.whole);
  }
  if (!tune) return;
  views.floats(layout.tuneLabels, tune.labels.length).set(tune.labels);
  if (tune.weights) views.floats(layout.tuneWeights, tune.labels.length).set(tune.weights.values);
}

/** Gives every value its bin: numbers by their cuts, as many columns at a time as there is room to sort. */
function bin(
  crew: Crew,
  views: Views,
  layout: Layout,
  {x, tune, parameters, categorical}: Job,
): {features: BoostFeature[]; notes: string[]} {
  const {trainer} = crew;
  const {rows, columnBins} = layout;
  const numbers = x.names.flatMap((name, i) => (categorical.has(name) ? [] : [i]));
  const cutsOf = (i: number): number => layout.cuts + 1024 * i;
  const counts = new Map<number, number>();
  const atOnce = sorters(layout);
  for (let first = 0; first < numbers.length; first += atOnce) {
    const group = numbers.slice(first, first + atOnce);
    const order = [rows, layout.whole, parameters.bins];
    group.forEach((i, thread) => {
      const {values, work} = sortArea(layout, thread);
      stage(views, x, i, values);
      requireFinite(trainer.findInfinite(values, rows), x, i, "");
      order.push(values, work, cutsOf(i), columnBins + i * rows);
    });
    while (order.length < 3 + 4 * MOST_THREADS) order.push(0);
    const out = crew.order("bin", order);
    group.forEach((i, thread) => {
      counts.set(i, out[3 + 4 * thread + 1]!);
    });
  }
  for (const name of categorical) {
    const i = x.names.indexOf(name);
    stage(views, x, i, layout.margins);
    requireCodes(trainer.findNoCode(layout.margins, rows, CATEGORY_LIMIT), x, i, "");
    trainer.assignCodes(layout.margins, rows, columnBins + i * rows);
  }
  crew.order("transpose", [columnBins, rows, layout.features, layout.rowBins, layout.stride]);
  if (tune) binTune(crew, views, layout, {x: tune.x, categorical, counts});
  const notes: string[] = [];
  const features = x.names.map((name, i): BoostFeature => {
    const missing = trainer.countMissing(columnBins + i * rows, rows);
    const kind = categorical.has(name) ? "category" : "number";
    const seen = new Uint8Array(views.view.buffer, columnBins + i * rows, rows);
    const bins =
      kind === "category" ? codesIn(seen) : [...views.floats(cutsOf(i), Math.max(0, counts.get(i)!))];
    views.view.setInt32(
      layout.columns + 16 * i,
      kind === "category" ? CATEGORY_LIMIT : bins.length + 1,
      true,
    );
    if (missing === rows) notes.push(`${name} is missing in every row: no tree can split on it`);
    else if (missing === 0 && bins.length === (kind === "category" ? 1 : 0))
      notes.push(`${name} is the same in every row: no tree can split on it`);
    return {name, kind, bins, missing};
  });
  return {features, notes};
}

function binTune(
  {trainer}: Crew,
  views: Views,
  layout: Layout,
  {
    x,
    categorical,
    counts,
  }: {x: BoostData; categorical: ReadonlySet<string>; counts: ReadonlyMap<number, number>},
): void {
  const {tuneBins, margins, cuts} = layout;
  x.names.forEach((name, i) => {
    stage(views, x, i, margins);
    const out = tuneBins + i * x.rows;
    if (categorical.has(name)) {
      requireCodes(trainer.findNoCode(margins, x.rows, Number.POSITIVE_INFINITY), x, i, " of the tune rows");
      trainer.assignCodes(margins, x.rows, out);
    } else {
      requireFinite(trainer.findInfinite(margins, x.rows), x, i, " of the tune rows");
      trainer.assignBins(margins, x.rows, cuts + 1024 * i, Math.max(0, counts.get(i)!), out);
    }
  });
}

/** Rounds a column to single precision, in the memory of the program. */
function stage(views: Views, x: BoostData, column: number, at: number): void {
  views.floats(at, x.rows).set(x.values.subarray(column * x.rows, (column + 1) * x.rows));
}

function codesIn(bins: Uint8Array): number[] {
  const seen = new Uint8Array(256);
  for (const code of bins) seen[code] = 1;
  return Array.from({length: CATEGORY_LIMIT}, (_, code) => code).filter(code => seen[code] === 1);
}

function requireFinite(row: number, x: BoostData, column: number, what: string): void {
  if (row < 0) return;
  throw new RangeError(
    `fitBoost requires missing or finite values in single precision, got ${x.values[column * x.rows + row]} in ` +
      `${x.names[column]}, row ${row}${what}`,
  );
}

function requireCodes(row: number, x: BoostData, column: number, what: string): void {
  if (row < 0) return;
  throw new RangeError(
    `fitBoost requires whole codes in [0, ${CATEGORY_LIMIT}) of a category, got ` +
      `${x.values[column * x.rows + row]} in ${x.names[column]}, row ${row}${what}; ` +
      "put rare categories together, or code them as numbers",
  );
}

/** What all margins start from: the log-odds or the mean of the labels. */
function baseMarginOf({trainer}: Crew, {objective, labels, weights}: Job): number {
  if (typeof objective === "object") return Math.fround(objective.baseMargin ?? 0);
  if (objective === "squared") return Math.fround(meanLabel(labels, weights?.whole));
  const [positives, negatives] = classWeights(labels, weights?.whole);
  if (positives === 0 || negatives === 0)
    throw new RangeError("fitBoost requires both classes with a weight above 0, got one");
  return Math.fround(trainer.log(positives / negatives));
}

async function grow(
  crew: Crew,
  views: Views,
  layout: Layout,
  {job, features}: {job: Job; features: readonly BoostFeature[]},
): Promise<{trees: Tree[]; tuneLoss: number[]}> {
  const {options, objective, tune, parameters} = job;
  const cuts = features.map(({kind, bins}) => (kind === "number" ? bins : undefined));
  const trees: Tree[] = [];
  const tuneLoss: number[] = [];
  let best = 0;
  for (let t = 0; t < parameters.trees; t++) {
    options.signal?.throwIfAborted();
    views.view.setInt32(layout.state + 20, t, true);
    if (typeof objective === "object") differentiate(views, layout, objective);
    crew.order("tree");
    const hessianScale = views.view.getFloat64(layout.state + 40, true);
    trees.push(readTree({view: views.view, nodes: layout.nodes, hessianScale, cuts}));
    if (tune) {
      crew.order("tune");
      tuneLoss.push(lossOf(views, layout, job));
      if (tuneLoss[t]! < tuneLoss[best]!) best = t;
    }
    options.progress?.({
      tree: t + 1,
      of: parameters.trees,
      ...(tune ? {tuneLoss: tuneLoss[t]!} : {}),
    });
    if (options.earlyStopping !== undefined && t - best >= options.earlyStopping) break;
    // Lets the caller's timers and signals have their turn.
    await nextTurn();
  }
  return {trees: options.earlyStopping === undefined ? trees : trees.slice(0, best + 1), tuneLoss};
}

/** Lets the user's objective write its derivatives to where the program takes them from. */
function differentiate(views: Views, layout: Layout, objective: CustomObjective): void {
  const {rows} = layout;
  const out = {gradient: new Float32Array(rows), hessian: new Float32Array(rows)};
  objective.gradient(views.floats(layout.margins, rows).slice(), out);
  const pairs = views.floats(layout.gradients, 2 * rows);
  for (let i = 0; i < rows; i++) {
    const [g, h] = [out.gradient[i]!, out.hessian[i]!];
    if (!Number.isFinite(g) || !(h >= 0) || h === Number.POSITIVE_INFINITY)
      throw new RangeError(
        `fitBoost requires finite gradients and hessians of 0 or more of ${objective.name}, got ${g} and ${h} in row ${i}`,
      );
    pairs[2 * i] = h;
    pairs[2 * i + 1] = g;
  }
}

/** Mean loss of the tune rows after the last tree. */
function lossOf(views: Views, layout: Layout, {objective, tune}: Job): number {
  const rows = layout.tuneRows;
  if (typeof objective === "object")
    return objective.loss?.(views.floats(layout.tuneMargins, rows).slice()) ?? Number.NaN;
  const sum = views.doubles(layout.tuneSums, Math.ceil(rows / TUNE_BLOCK)).reduce((a, b) => a + b, 0);
  const weight = tune?.weights ? tune.weights.values.reduce((a, b) => a + b, 0) : rows;
  return sum / weight;
}
