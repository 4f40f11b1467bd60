import {versionOf} from "../../src/bin/files.ts";
import type {Terminal} from "../../src/bin/terminal.ts";
import {DataError} from "../../src/data-error.ts";
import type {Benchmark, Options, Outcome} from "./benchmark.ts";
import {measureNoise, noiseTables} from "./boost-noise.ts";
import {speedTables} from "./boost-tables.ts";
import {verdictsOn} from "./boost-targets.ts";
import type {ChurnRows} from "./churn-rows.ts";
import {findPeers, OWN, type Peers, type Trained, trainOnce, withChurnRows} from "./train-processes.ts";
import type {TrainParameters} from "./train-task.ts";

/** A number of rows and trees, the same parameters for all engines. */
export type BoostCase = {
  readonly name: string;
  readonly title: string;
  readonly rows: number;
  readonly parameters: TrainParameters;
  /** Rows explained in one thread; 0: none. */
  readonly shapRows: number;
};

const parameters = {depth: 6, rate: 0.1, l2: 1, minChildWeight: 1, bins: 255};
export const CASES: readonly BoostCase[] = [
  {
    name: "10k",
    title: "10k x 30, 200 trees",
    rows: 10_000,
    parameters: {...parameters, trees: 200},
    shapRows: 0,
  },
  {
    name: "100k",
    title: "100k x 30, 200 trees",
    rows: 100_000,
    parameters: {...parameters, trees: 200},
    shapRows: 4000,
  },
  {
    name: "1M",
    title: "1M x 30, 100 trees",
    rows: 1_000_000,
    parameters: {...parameters, trees: 100},
    shapRows: 0,
  },
];
const TEST_ROWS = 200_000;
const THREADS = [1, 2];

/** The best of each figure over the repetitions. */
export type BoostRow = Trained & {
  readonly case: string;
  readonly engine: string;
  readonly threads: number;
  /** Whether every repetition gave the same model. */
  readonly sameModel: boolean;
  /** What was judged of each repetition, in their order. */
  readonly repeats: readonly Pick<Trained, "trainCpuSeconds" | "wallSeconds" | "peakMegabytes">[];
};

export const boost: Benchmark = {
  about:
    "the boosting engine against LightGBM, XGBoost and scikit-learn: train, predict, explain, memory, AUC",
  options: {
    repeats: {type: "string"},
    case: {type: "string", multiple: true},
    noise: {type: "boolean"},
  },
  help: [
    "--repeats N   repetitions of which the best counts, 5 by default",
    `--case NAME   ${CASES.map(({name}) => name).join(", ")}; all of them by default, may be given several times`,
    "--noise       instead: by how much AUC differs by chance, over eight neighbouring settings at 100k",
  ],
  run: runBoost,
};

async function runBoost(options: Options, terminal: Terminal): Promise<Outcome> {
  const repeats = repeatsOf(options.repeats);
  const cases = options.noise ? CASES.filter(({name}) => name === "100k") : casesOf(options.case);
  const peers = await findPeers();
  const versions = {churnbook: versionOf("churnbook"), ...peers.versions};
  for (const line of peers.absent) terminal.say(line);
  const rows = Math.max(...cases.map(({rows}) => rows));
  terminal.progress(`making ${rows} rows`);
  return withChurnRows({rows, testRows: TEST_ROWS}, async made => {
    const data = {rows: made.rows, testRows: made.testRows, sha256: made.sha256};
    terminal.say(`data: ${rows} rows to train, ${TEST_ROWS} to test, SHA-256 ${made.sha256.slice(0, 12)}`);
    if (options.noise) {
      const noise = await measureNoise(cases[0]!, {data: made, peers, terminal});
      noiseTables(noise).forEach(terminal.say);
      return {versions, data, ...noise};
    }
    const measured = await measure(cases, {data: made, peers, repeats, threads: THREADS, terminal});
    const targets = verdictsOn(measured, OWN);
    speedTables(cases, measured, targets).forEach(terminal.say);
    return {versions, data, repeats, rows: measured, targets};
  });
}

function repeatsOf(given: unknown): number {
  const repeats = Number(given ?? 5);
  if (!Number.isInteger(repeats) || repeats < 1)
    throw new DataError(`bench requires a whole number of repeats, 1 or more, got ${given}`);
  return repeats;
}

function casesOf(given: unknown): readonly BoostCase[] {
  if (given === undefined) return CASES;
  return (given as string[]).map(name => {
    const known = CASES.find(known => known.name === name);
    if (!known)
      throw new DataError(`bench requires a case ${CASES.map(({name}) => name).join(", ")}, got ${name}`);
    return known;
  });
}

type Measuring = {
  readonly data: ChurnRows;
  readonly peers: Pick<Peers, "engines" | "python">;
  readonly repeats: number;
  readonly threads: readonly number[];
  readonly terminal: Pick<Terminal, "progress">;
};

/**
 * Engine after engine, then all again: what else the machine does meets them alike.
 * @throws Error when our model is not the same every time, whatever the threads.
 */
export async function measure(
  cases: readonly BoostCase[],
  {data, peers, repeats, threads, terminal}: Measuring,
): Promise<BoostRow[]> {
  const rows: BoostRow[] = [];
  for (const boostCase of cases) {
    const engines = [OWN, ...peers.engines];
    for (const count of threads) {
      const found = engines.map((): Trained[] => []);
      for (let repeat = 1; repeat <= repeats; repeat++)
        for (const [k, engine] of engines.entries()) {
          terminal.progress(`${boostCase.title}, ${engine}, threads ${count}, ${repeat} of ${repeats}`);
          const shapRows = count === 1 ? boostCase.shapRows : 0;
          const training = {...boostCase, engine, threads: count, shapRows};
          found[k]!.push(await trainOnce(training, data, peers.python));
        }
      engines.forEach((engine, k) => {
        rows.push(bestOf(found[k]!, {case: boostCase.name, engine, threads: count}));
      });
    }
  }
  requireSameModel(rows);
  return rows;
}

function bestOf(all: readonly Trained[], of: Pick<BoostRow, "case" | "engine" | "threads">): BoostRow {
  const [first] = all as [Trained];
  const lowest = (figure: keyof Trained): number => Math.min(...all.map(one => one[figure] as number));
  const highest = (figure: "shapRowsPerSecond" | "shapSumError"): number | null =>
    first[figure] === null ? null : Math.max(...all.map(one => one[figure]!));
  return {
    ...of,
    trainCpuSeconds: lowest("trainCpuSeconds"),
    wallSeconds: lowest("wallSeconds"),
    peakMegabytes: lowest("peakMegabytes"),
    baselineMegabytes: lowest("baselineMegabytes"),
    predictCpuSeconds: lowest("predictCpuSeconds"),
    predictWallSeconds: lowest("predictWallSeconds"),
    shapRowsPerSecond: highest("shapRowsPerSecond"),
    shapSumError: highest("shapSumError"),
    auc: first.auc,
    logLoss: first.logLoss,
    model: first.model,
    sameModel: all.every(({model}) => model === first.model),
    repeats: all.map(({trainCpuSeconds, wallSeconds, peakMegabytes}) => ({
      trainCpuSeconds,
      wallSeconds,
      peakMegabytes,
    })),
  };
}

function requireSameModel(rows: readonly BoostRow[]): void {
  const own = rows.filter(({engine}) => engine === OWN);
  for (const row of own) {
    const first = own.find(other => other.case === row.case)!;
    if (row.sameModel && row.model === first.model) continue;
    throw new Error(`boost requires the same model every time, got others in the case ${row.case}`);
  }
}
