import {setImmediate as nextTurn} from "node:timers/promises";
import {binFeatures} from "./bin.ts";
import type {Boost, BoostFeature} from "./boost.ts";
import type {BoostData} from "./boost-data.ts";
import {Crew} from "./crew.ts";
import {readTree} from "./grown-tree.ts";
import {checkedJob, type FitBoostOptions, type Job, kindOf} from "./job.ts";
import {JOB, type Layout, memoryFor, roomFor, type Views, viewsOf} from "./memory.ts";
import {baseMarginOf, differentiate, lossOf} from "./objective.ts";
import type {Tree} from "./tree.ts";

export type {FitBoostOptions} from "./job.ts";
export type {CustomObjective} from "./objective.ts";

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
  const job = checkedJob(x, y, options);
  const layout = roomFor(job.shape, options.memoryLimit);
  const crew = new Crew(memoryFor(layout), layout, job.shape.threads);
  try {
    return await train(crew, layout, job);
  } finally {
    crew.stop();
  }
}

async function train(crew: Crew, layout: Layout, job: Job): Promise<Boost> {
  const views = viewsOf(crew.buffer);
  configure(views, layout, job);
  load(views, layout, job);
  const {features, notes} = binFeatures(crew, views, layout, job);
  const baseMargin = baseMarginOf(crew.trainer, job);
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

/** Rows of all trees together after which others may have their turn. */
const ROWS_A_TURN = 200_000;

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
  let worked = 0;
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
    // Lets the caller's timers and signals have their turn, every few dozen milliseconds.
    worked += job.x.rows;
    if (worked >= ROWS_A_TURN) {
      await nextTurn();
      worked = 0;
    }
  }
  return {trees: options.earlyStopping === undefined ? trees : trees.slice(0, best + 1), tuneLoss};
}
