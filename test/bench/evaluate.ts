import {createHash} from "node:crypto";
import {performance} from "node:perf_hooks";
import {versionOf} from "../../src/bin/files.ts";
import type {Terminal} from "../../src/bin/terminal.ts";
import {DataError} from "../../src/data-error.ts";
import {clustersOf} from "../../src/evaluate/bootstrap.ts";
import type {Ranked} from "../../src/evaluate/compete.ts";
import {delongAuc, delongDifference} from "../../src/evaluate/delong.ts";
import {metricTable} from "../../src/evaluate/metric-table.ts";
import {rankRows} from "../../src/evaluate/ranking.ts";
import {decimal, whole} from "../../src/figures.ts";
import {randomOf} from "../../src/random.ts";
import type {Benchmark, Options, Outcome} from "./benchmark.ts";
import {textTable} from "./text-table.ts";

const THREADS = [1, 2];
const MOST_SECONDS = 30;

export const evaluate: Benchmark = {
  about: "every figure of a model with its interval, by bootstrap over customers, and DeLong's variance",
  options: {rows: {type: "string"}, draws: {type: "string"}, repeats: {type: "string"}},
  help: [
    "--rows N      rows, four a customer, 100000 by default",
    "--draws N     resamples, 1000 by default",
    "--repeats N   repetitions of which the shortest counts, 3 by default",
  ],
  run: runEvaluate,
};

type EvaluateRow = {
  readonly case: string;
  readonly engine: string;
  readonly threads: number;
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly auc: number;
  readonly low: number;
  readonly high: number;
  /** Of all figures: the same for any number of threads. */
  readonly digest: string;
};

async function runEvaluate(options: Options, terminal: Terminal): Promise<Outcome> {
  const of = (name: string, usual: number): number => {
    const value = Number(options[name] ?? usual);
    if (!Number.isInteger(value) || value < 1)
      throw new DataError(`bench requires a whole number of ${name}, 1 or more, got ${options[name]}`);
    return value;
  };
  const [rows, draws, repeats] = [of("rows", 100_000), of("draws", 1000), of("repeats", 3)];
  const found = await measureEvaluate({rows, draws, repeats}, terminal);
  const shown = found.map(row => [
    row.case,
    String(row.threads),
    decimal(row.wallSeconds, 3),
    decimal(row.cpuSeconds, 3),
    `${decimal(row.auc, 4)} (${decimal(row.low, 4)} to ${decimal(row.high, 4)})`,
  ]);
  terminal.say(`${whole(rows)} rows of ${whole(Math.ceil(rows / 4))} customers, ${whole(draws)} resamples`);
  for (const line of textTable(["case", "threads", "wall s", "CPU s", "ROC AUC"], shown)) terminal.say(line);
  const slowest = found.find(row => row.threads === 2)!.wallSeconds;
  const target = {target: `the table takes at most ${MOST_SECONDS} s on two threads`, value: slowest};
  const targets = [{...target, met: slowest <= MOST_SECONDS}];
  terminal.say(`${target.target}: ${targets[0]!.met ? "met" : "missed"}`);
  return {versions: {churnbook: versionOf("churnbook")}, draws, repeats, rows: found, targets};
}

/** Case after case, then all again. */
export async function measureEvaluate(
  {rows, draws, repeats}: {readonly rows: number; readonly draws: number; readonly repeats: number},
  {progress}: Pick<Terminal, "progress">,
): Promise<EvaluateRow[]> {
  const [one, other] = [sampleOf(rows, 1), sampleOf(rows, 2)];
  const clusters = clustersOf(one.customer);
  const tables = THREADS.map(threads => ({
    ...{name: "metric table", threads},
    run: async () => {
      const table = await metricTable(one, {capacity: 0.1, seed: 1, draws, threads});
      return {shown: table.auc, all: table};
    },
  }));
  const cases = [
    ...tables,
    {
      ...{name: "DeLong, by customer", threads: 1},
      run: async () => {
        const auc = delongAuc(rankRows(one.margins, one.y), {clusters});
        return {shown: auc, all: auc};
      },
    },
    {
      ...{name: "DeLong, paired difference", threads: 1},
      run: async () => {
        const [a, b] = [rankRows(one.margins, one.y), rankRows(other.margins, one.y)];
        const gain = delongDifference(a, b, {clusters});
        return {shown: gain, all: gain};
      },
    },
  ];
  const best = new Map<(typeof cases)[number], EvaluateRow>();
  for (let repeat = 1; repeat <= repeats; repeat++)
    for (const each of cases) {
      progress(`${each.name}, ${each.threads} threads, ${repeat} of ${repeats}`);
      const [start, before] = [performance.now(), process.cpuUsage()];
      const {shown, all} = await each.run();
      const wallSeconds = (performance.now() - start) / 1000;
      const {user, system} = process.cpuUsage(before);
      const digest = createHash("sha256").update(JSON.stringify(all)).digest("hex");
      const row = {
        ...{case: each.name, engine: "churnbook", threads: each.threads, wallSeconds},
        ...{cpuSeconds: (user + system) / 1e6, auc: shown.value, low: shown.low, high: shown.high, digest},
      };
      const last = best.get(each);
      const rival = [...best.values()].find(known => known.case === row.case);
      if (rival && rival.digest !== digest)
        throw new Error(`evaluate requires the same figures every time, got others for ${each.name}`);
      if (!last || row.wallSeconds < last.wallSeconds) best.set(each, row);
    }
  return cases.map(each => best.get(each)!);
}

/** Rows of customers who differ in their risk, four each, with margins that say something of it. */
function sampleOf(rows: number, seed: number): Ranked {
  const [risks, random, noise] = [randomOf(1, 1), randomOf(1), randomOf(seed, 2)];
  const risk = Float64Array.from({length: Math.ceil(rows / 4)}, () => 4 * risks() - 4);
  const customer = Int32Array.from({length: rows}, (_, i) => i >> 2);
  const sigmoid = (margin: number): number => 1 / (1 + Math.exp(-margin));
  const margins = Float64Array.from(customer, c => risk[c]! + noise() - 0.5);
  return {
    ...{customer, margins, probabilities: margins.map(sigmoid)},
    y: Uint8Array.from(customer, c => (random() < sigmoid(risk[c]!) ? 1 : 0)),
  };
}
