import {closeSync, existsSync, openSync, readFileSync, readSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import type {Boost} from "../../src/boost/boost.ts";
import type {BoostData} from "../../src/boost/boost-data.ts";
import type * as File from "../../src/boost/file.ts";
import type * as Fit from "../../src/boost/fit.ts";
import type * as Predict from "../../src/boost/predict.ts";
import type * as Shap from "../../src/boost/shap.ts";
import type {TrainFigures, TrainTask} from "./train-task.ts";

// Trains once in a fresh process on what prepare.ts wrote, predicts, explains, and prints the figures as JSON.

async function run(task: TrainTask): Promise<TrainFigures> {
  const {fitBoost} = await part<typeof Fit>("fit", task);
  const baseline = peakMegabytes();
  const x = readTable("train", task, {rows: task.rows, written: task.rowsWritten});
  const labels = readLabels(task);
  const training = stopwatch();
  const model = await fitBoost(x, labels, {...task.parameters, threads: task.threads});
  const trained = training();
  const peak = peakMegabytes();
  const used = await use(model, task);
  // Only now: these take memory.
  const {boostFile} = await part<typeof File>("file", task);
  const {createHash} = await import("node:crypto");
  return {
    trainCpuSeconds: trained.cpu,
    wallSeconds: trained.wall,
    peakMegabytes: peak,
    baselineMegabytes: baseline,
    ...used,
    model: createHash("sha256").update(boostFile(model)).digest("hex"),
  };
}

async function use(model: Boost, task: TrainTask) {
  const {boostMargins} = await part<typeof Predict>("predict", task);
  const test = readTable("test", task, {rows: task.testRows, written: task.testRows});
  const predicting = stopwatch();
  const margins = boostMargins(model, test);
  const predicted = predicting();
  writeFileSync(task.margins, margins);
  return {
    predictCpuSeconds: predicted.cpu,
    predictWallSeconds: predicted.wall,
    ...(await explain(model, task, margins)),
  };
}

async function explain(model: Boost, task: TrainTask, margins: Float32Array) {
  if (task.shapRows === 0) return {shapRowsPerSecond: null, shapSumError: null};
  const {boostShap} = await part<typeof Shap>("shap", task);
  const x = readTable("test", task, {rows: task.shapRows, written: task.testRows});
  const explaining = stopwatch();
  const {values, base} = boostShap(model, x);
  const explained = explaining();
  let shapSumError = 0;
  for (let row = 0; row < x.rows; row++) {
    const shares = values.subarray(row * task.features, (row + 1) * task.features);
    const sum = shares.reduce((total, value) => total + value, base);
    shapSumError = Math.max(shapSumError, Math.abs(sum - margins[row]!));
  }
  return {shapRowsPerSecond: x.rows / explained.cpu, shapSumError};
}

const part = <T>(name: string, {compiled}: TrainTask): Promise<T> => import(`${compiled}${name}.js`);

/** The first rows, out of the columns of all rows written. */
function readTable(
  name: string,
  {folder, features}: TrainTask,
  {rows, written}: {rows: number; written: number},
): BoostData & {readonly values: Float32Array} {
  const values = new Float32Array(rows * features);
  const file = openSync(join(folder, `${name}.columns.f32`), "r");
  for (let j = 0; j < features; j++) readSync(file, values, 4 * j * rows, 4 * rows, 4 * j * written);
  closeSync(file);
  return {names: Array.from({length: features}, (_, j) => `f${j}`), rows, values};
}

function readLabels({folder, rows}: TrainTask): Float32Array {
  const labels = new Float32Array(rows);
  const file = openSync(join(folder, "train.labels.f32"), "r");
  readSync(file, labels, 0, 4 * rows, 0);
  closeSync(file);
  return labels;
}

/** Starts to measure; the answer gives the seconds since, of CPU those of all threads. */
function stopwatch(): () => {cpu: number; wall: number} {
  const cpu = process.cpuUsage();
  const wall = process.hrtime.bigint();
  return () => {
    const {user, system} = process.cpuUsage(cpu);
    return {cpu: (user + system) / 1e6, wall: Number(process.hrtime.bigint() - wall) / 1e9};
  };
}

/** Of this program alone: the peak that Node gives may be that of the process that started it. */
function peakMegabytes(): number {
  const status = existsSync("/proc/self/status") ? readFileSync("/proc/self/status", "utf8") : "";
  const peak = /^VmHWM:\s*(\d+) kB/m.exec(status);
  return (peak ? Number(peak[1]) : process.resourceUsage().maxRSS) / 1024;
}

console.log(JSON.stringify(await run(JSON.parse(process.argv[2]!) as TrainTask)));
