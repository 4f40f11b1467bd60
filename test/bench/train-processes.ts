import {execFile} from "node:child_process";
import {mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {promisify} from "node:util";
import {logLoss, rocAuc} from "../../src/evaluate/metrics.ts";
import {type ChurnRows, FEATURES, readSingles} from "./churn-rows.ts";
import type {TrainFigures, TrainParameters, TrainTask} from "./train-task.ts";

const execute = promisify(execFile);
const file = (name: string): string => join(import.meta.dirname, name);

export const OWN = "churnbook";
const PEERS = {
  lightgbm: ["LightGBM by row", "LightGBM by column"],
  xgboost: ["XGBoost by DMatrix", "XGBoost by QuantileDMatrix"],
  "scikit-learn": ["scikit-learn"],
} as const;

/** The Python that has other engines, which of them, and why the others are absent. */
export type Peers = {
  readonly python: string | undefined;
  readonly engines: readonly string[];
  readonly versions: {readonly [program: string]: string};
  readonly absent: readonly string[];
};

/** Looks in the Python named by CHURNBOOK_PYTHON, else in those on the PATH; the one with most engines is taken. */
export async function findPeers(): Promise<Peers> {
  const given = process.env.CHURNBOOK_PYTHON;
  const names = Object.keys(PEERS) as (keyof typeof PEERS)[];
  let best: {python: string | undefined; versions: {[program: string]: string}} = {
    python: undefined,
    versions: {},
  };
  for (const python of given ? [given] : ["python3", "python"]) {
    const versions = await versionsOf(python);
    const count = (of: object): number => names.filter(name => name in of).length;
    if (count(versions) > count(best.versions)) best = {python, versions};
  }
  const where = best.python ?? given ?? "python3 or python on the PATH; CHURNBOOK_PYTHON names another";
  return {
    ...best,
    engines: names.filter(name => name in best.versions).flatMap(name => PEERS[name]),
    absent: names.filter(name => !(name in best.versions)).map(name => `${name} is absent from ${where}`),
  };
}

async function versionsOf(python: string): Promise<{[program: string]: string}> {
  try {
    const {stdout} = await execute(python, [file("boost_peers.py")]);
    return JSON.parse(stdout) as {[program: string]: string};
  } catch {
    return {};
  }
}

/** Writes the data, and hands it to `use`, after which it is removed, also when interrupted. */
export async function withChurnRows<T>(
  size: {readonly rows: number; readonly testRows: number},
  use: (data: ChurnRows) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "churnbook-bench-"));
  const remove = (): void => rmSync(folder, {recursive: true, force: true});
  const interrupt = (): void => {
    remove();
    process.exit(130);
  };
  process.once("SIGINT", interrupt);
  process.once("SIGTERM", interrupt);
  try {
    const flag = "--disable-warning=ExperimentalWarning";
    const sizes = [String(size.rows), String(size.testRows)];
    const {stdout} = await execute(process.execPath, [flag, file("prepare.ts"), folder, ...sizes]);
    return await use(JSON.parse(stdout) as ChurnRows);
  } finally {
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
    remove();
  }
}

/** A training on the first rows. */
export type Training = {
  readonly engine: string;
  readonly rows: number;
  readonly threads: number;
  readonly parameters: TrainParameters;
  readonly shapRows: number;
};

/** How good the margins of the test rows are: all engines are judged by the same code. */
export type Trained = TrainFigures & {readonly auc: number; readonly logLoss: number};

/** Trains in a process of its own. @throws Error with what the process said when it fails. */
export async function trainOnce(
  training: Training,
  data: ChurnRows,
  python: string | undefined,
): Promise<Trained> {
  const task: TrainTask = {
    ...training,
    folder: data.folder,
    rowsWritten: data.rows,
    testRows: data.testRows,
    features: FEATURES,
    margins: join(data.folder, "margins.f32"),
    compiled: new URL("../../dist/boost/", import.meta.url).href,
  };
  const [program, script] =
    training.engine === OWN
      ? [process.execPath, join(data.folder, "boost-child.mjs")]
      : [python!, file("boost_peers.py")];
  const figures = JSON.parse(await printed(training.engine, program, [script, JSON.stringify(task)]));
  return {...(figures as TrainFigures), ...judge(task.margins, join(data.folder, "test.labels.f32"))};
}

/** The last line that a program prints: some engines have something to say before. */
async function printed(engine: string, program: string, args: readonly string[]): Promise<string> {
  try {
    const {stdout} = await execute(program, args);
    return stdout.trim().split("\n").at(-1)!;
  } catch (error) {
    const said = (error as {stderr?: string}).stderr?.trim().split("\n") ?? [];
    const reason = said.findLast(line => /error/i.test(line)) ?? (error as Error).message;
    throw new Error(`bench requires ${engine} to train, got ${reason}`, {cause: error});
  }
}

function judge(marginsFile: string, labelsFile: string): {auc: number; logLoss: number} {
  const [margins, labels] = [readSingles(marginsFile), readSingles(labelsFile)];
  const probabilities = Float64Array.from(margins, margin => 1 / (1 + Math.exp(-margin)));
  return {auc: rocAuc(margins, labels), logLoss: logLoss(probabilities, labels)};
}
