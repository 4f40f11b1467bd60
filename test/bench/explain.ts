import {performance} from "node:perf_hooks";
import {versionOf} from "../../src/bin/files.ts";
import type {Terminal} from "../../src/bin/terminal.ts";
import {fitBoost} from "../../src/boost/fit.ts";
import {DataError} from "../../src/data-error.ts";
import {explainRows, fitReference} from "../../src/explain/explain-rows.ts";
import {strongestInteractions} from "../../src/explain/interactions.ts";
import type {Matrix} from "../../src/features/matrix.ts";
import {decimal, whole} from "../../src/figures.ts";
import {applyModel, type Model} from "../../src/model/model.ts";
import {randomOf} from "../../src/random.ts";
import type {Benchmark, Options, Outcome} from "./benchmark.ts";
import {drawRows, FEATURES} from "./churn-rows.ts";
import {textTable} from "./text-table.ts";

/** Customers explained at once, and the seconds that it may take. */
export const CUSTOMERS = 20_000;
export const MOST_SECONDS = 10;
const INTERACTION_ROWS = 500;
const TRAINING_ROWS = 20_000;

export type ExplainRow = {
  readonly case: string;
  readonly rows: number;
  readonly trees: number;
  readonly depth: number;
  /** The least of the repetitions. */
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  /** Largest distance of base and values summed from the margin; of interactions not known. */
  readonly error: number | null;
};

export const explain: Benchmark = {
  about: "Shapley values of 20k customers, 30 features, trees of several depths",
  options: {repeats: {type: "string"}},
  help: ["--repeats N   repetitions of which the least time counts, 3 by default"],
  run: runExplain,
};

async function runExplain(options: Options, terminal: Terminal): Promise<Outcome> {
  const repeats = Number(options.repeats ?? 3);
  if (!Number.isInteger(repeats) || repeats < 1)
    throw new DataError(`bench requires a whole number of repeats, 1 or more, got ${options.repeats}`);
  const rows: ExplainRow[] = [];
  for (const shape of [
    {trees: 300, depth: 4},
    {trees: 600, depth: 6},
  ]) {
    terminal.progress(`${shape.trees} trees of depth ${shape.depth}`);
    rows.push(...(await measureExplaining(shape, {customers: CUSTOMERS, repeats})));
  }
  const table = textTable(
    ["case", "rows", "wall s", "CPU s", "largest error"],
    rows.map(row => [
      row.case,
      whole(row.rows),
      decimal(row.wallSeconds),
      decimal(row.cpuSeconds),
      row.error === null ? "" : row.error.toExponential(1),
    ]),
  );
  for (const line of table) terminal.say(line);
  const explained = rows.filter(({error}) => error !== null);
  const met = explained.every(({wallSeconds}) => wallSeconds < MOST_SECONDS);
  terminal.say(`${whole(CUSTOMERS)} customers in under ${MOST_SECONDS} s: ${met ? "met" : "missed"}`);
  return {versions: {churnbook: versionOf()}, rows, targets: [{target: MOST_SECONDS, met}]};
}

/** Times explaining rows, and the interactions of some of them, with a model of that shape. */
export async function measureExplaining(
  {trees, depth}: {readonly trees: number; readonly depth: number},
  {customers, repeats}: {readonly customers: number; readonly repeats: number},
): Promise<ExplainRow[]> {
  const train = columnsOf(TRAINING_ROWS, 1);
  const boost = await fitBoost(train.x, train.labels, {trees, depth, rate: 0.05, minChildWeight: 5});
  const model: Model = {
    ...{kind: "boost", features: train.x.names, trained: {rows: TRAINING_ROWS, positives: 1}},
    ...{preparation: [], boost, search: {tried: [], winner: 0, work: 0}},
  };
  const {x} = columnsOf(customers, 2);
  const reference = fitReference(model, x);
  const margins = await applyModel(model, x);
  const shape = {trees, depth};
  let values: Float64Array | undefined;
  let base = 0;
  const explained = least(repeats, () => {
    ({values, base} = explainRows(model, x, reference));
  });
  let error = 0;
  for (let i = 0; i < x.rows; i++) {
    let sum = base;
    for (let j = 0; j < FEATURES; j++) sum += values![i * FEATURES + j]!;
    error = Math.max(error, Math.abs(sum - margins[i]!));
  }
  const few = columnsOf(Math.min(customers, INTERACTION_ROWS), 3).x;
  const pairs = least(repeats, () => {
    strongestInteractions(model, few, {strongest: 5});
  });
  const name = `${trees} trees of depth ${depth}`;
  return [
    {case: name, rows: x.rows, ...shape, ...explained, error},
    {case: `${name}, interactions`, rows: few.rows, ...shape, ...pairs, error: null},
  ];
}

function columnsOf(rows: number, seed: number): {x: Matrix; labels: Float32Array} {
  const {values, labels} = drawRows(rows, randomOf(20260101, seed));
  const names = Array.from({length: FEATURES}, (_, j) => `f${j}`);
  const columns = new Float64Array(values.length);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < FEATURES; j++) columns[j * rows + i] = values[i * FEATURES + j]!;
  return {x: {names, rows, values: columns}, labels};
}

function least(repeats: number, task: () => void): {wallSeconds: number; cpuSeconds: number} {
  let [wallSeconds, cpuSeconds] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let k = 0; k < repeats; k++) {
    const [start, before] = [performance.now(), process.cpuUsage()];
    task();
    const {user, system} = process.cpuUsage(before);
    wallSeconds = Math.min(wallSeconds, (performance.now() - start) / 1000);
    cpuSeconds = Math.min(cpuSeconds, (user + system) / 1e6);
  }
  return {wallSeconds, cpuSeconds};
}
