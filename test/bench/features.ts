import {execFile} from "node:child_process";
import {mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {promisify} from "node:util";
import {versionOf} from "../../src/bin/files.ts";
import type {Terminal} from "../../src/bin/terminal.ts";
import {DataError} from "../../src/data-error.ts";
import {decimal, whole} from "../../src/figures.ts";
import type {Benchmark, Options, Outcome} from "./benchmark.ts";
import {COMPARABLE, FEATURE_CUTOFFS} from "./feature-log.ts";
import type {FeatureFigures, FeatureTask, ReadFigures} from "./features-task.ts";
import {textTable} from "./text-table.ts";

const execute = promisify(execFile);
const OWN = "churnbook";
const POLARS = ["polars, a pass a cutoff", "polars, cross join"];
const THREADS = 2;

type FeatureCase = {
  readonly name: string;
  readonly events: number;
  /** What DuckDB may use. */
  readonly memory: string;
  /** Whether polars is asked, too: at 50M it takes more memory than most machines have. */
  readonly peers: boolean;
  /** Most that the whole program may take. */
  readonly mostMegabytes: number | null;
};

const CASES: readonly FeatureCase[] = [
  {name: "1M", events: 1_000_000, memory: "500MB", peers: true, mostMegabytes: null},
  {name: "10M", events: 10_000_000, memory: "500MB", peers: true, mostMegabytes: 1200},
  {name: "50M", events: 50_000_000, memory: "1500MB", peers: false, mostMegabytes: 4500},
];
const MOST_RATIO = 0.35;
const MOST_SLOPE = 1.05;
const LEAST_ROWS_A_SECOND = 1e6;

/** The figures of the repetition with the least CPU time. */
export type FeatureRow = FeatureFigures & {
  readonly case: string;
  readonly engine: string;
  readonly threads: number;
  readonly repeatsCpuSeconds: readonly number[];
};

/** What the figures are to be, and whether they are; null where it was not measured. */
type Verdict = {readonly target: string; readonly value: number | null; readonly met: boolean | null};

export const features: Benchmark = {
  about: "33 features at 24 monthly cutoffs from 1M to 50M events, against polars from the same roll-up",
  options: {
    repeats: {type: "string"},
    case: {type: "string", multiple: true},
  },
  help: [
    "--repeats N   repetitions of which the least CPU time counts, 3 by default",
    `--case NAME   ${CASES.map(({name}) => name).join(", ")}; 1M and 10M by default, may be given several times`,
  ],
  run: runFeatures,
};

async function runFeatures(options: Options, terminal: Terminal): Promise<Outcome> {
  const repeats = Number(options.repeats ?? 3);
  if (!Number.isInteger(repeats) || repeats < 1)
    throw new DataError(`bench requires a whole number of repeats, 1 or more, got ${options.repeats}`);
  const cases = casesOf(options.case);
  const peer = await findPolars();
  if (!peer.python) terminal.say(`polars is absent from ${peer.where}`);
  const folder = mkdtempSync(join(tmpdir(), "churnbook-bench-"));
  try {
    const rows: FeatureRow[] = [];
    for (const one of cases)
      rows.push(...(await measureCase(one, {folder, repeats, python: peer.python, terminal})));
    terminal.progress("reading a table");
    const read = await childOf<ReadFigures>({
      ...{what: "read", folder, log: "", events: 0, threads: THREADS, memory: "2GB"},
    });
    const targets = verdictsOn(rows, read);
    for (const line of tablesOf(rows, read, targets)) terminal.say(line);
    const versions = {
      churnbook: versionOf("churnbook"),
      duckdb: versionOf("@duckdb/node-api"),
      ...peer.versions,
    };
    return {versions, repeats, features: COMPARABLE.map(({name}) => name), rows, read, targets};
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}

function casesOf(given: unknown): readonly FeatureCase[] {
  const names = (given as string[] | undefined) ?? ["1M", "10M"];
  return names.map(name => {
    const known = CASES.find(known => known.name === name);
    if (!known)
      throw new DataError(`bench requires a case ${CASES.map(({name}) => name).join(", ")}, got ${name}`);
    return known;
  });
}

type Measuring = {
  readonly folder: string;
  readonly repeats: number;
  readonly python: string | undefined;
  readonly terminal: Pick<Terminal, "progress">;
};

/** Engine after engine, then all again; every engine is to find the same sums. */
export async function measureCase(
  {name, events, memory, peers}: FeatureCase,
  {folder, repeats, python, terminal}: Measuring,
): Promise<FeatureRow[]> {
  const [log, rollup] = [join(folder, `${name}.parquet`), join(folder, `${name}-rollup.parquet`)];
  const task = {folder, log, events, threads: THREADS, memory};
  terminal.progress(`writing ${name} events`);
  await childOf({...task, what: "write", memory: "8GB"});
  const engines = [OWN, ...(python && peers ? POLARS : [])];
  const found = engines.map((): FeatureFigures[] => []);
  for (let repeat = 1; repeat <= repeats; repeat++)
    for (const [k, engine] of engines.entries()) {
      terminal.progress(`${name}, ${engine}, ${repeat} of ${repeats}`);
      const wanted = repeat === 1 && engines.length > 1 ? {rollup} : {};
      const figures =
        engine === OWN
          ? await childOf<FeatureFigures>({...task, what: "compute", ...wanted})
          : await polarsOf(python!, engine, rollup);
      requireSame(figures, found[0]![0] ?? figures, engine);
      found[k]!.push(figures);
    }
  rmSync(log);
  rmSync(rollup, {force: true});
  return engines.map((engine, k) => ({
    ...found[k]!.reduce((a, b) => (b.cpuSeconds < a.cpuSeconds ? b : a)),
    ...{case: name, engine, threads: THREADS, repeatsCpuSeconds: found[k]!.map(({cpuSeconds}) => cpuSeconds)},
  }));
}

/** Single precision is summed in another order by each. */
function requireSame(one: FeatureFigures, other: FeatureFigures, engine: string): void {
  if (one.rows !== other.rows)
    throw new Error(`features requires ${other.rows} rows of ${engine}, got ${one.rows}`);
  one.sums.forEach((sum, j) => {
    if (Math.abs(sum - other.sums[j]!) > 1e-6 * Math.max(1, Math.abs(sum)))
      throw new Error(
        `features requires the sum ${other.sums[j]} of ${COMPARABLE[j]!.name} of ${engine}, got ${sum}`,
      );
  });
}

async function childOf<T>(task: FeatureTask): Promise<T> {
  const flags = ["--disable-warning=ExperimentalWarning", join(import.meta.dirname, "features-child.ts")];
  const {stdout} = await execute(process.execPath, [...flags, JSON.stringify(task)]);
  return JSON.parse(stdout.trim().split("\n").at(-1)!) as T;
}

const SCRIPT = join(import.meta.dirname, "features_polars.py");

async function polarsOf(python: string, engine: string, rollup: string): Promise<FeatureFigures> {
  const task = [engine, rollup, JSON.stringify(FEATURE_CUTOFFS), String(THREADS)];
  const {stdout} = await execute(python, [SCRIPT, ...task], {
    env: {...process.env, POLARS_MAX_THREADS: String(THREADS)},
  });
  return JSON.parse(stdout) as FeatureFigures;
}

/** Looks for polars in the Python named by CHURNBOOK_PYTHON, else in those on the PATH. */
export async function findPolars() {
  const given = process.env.CHURNBOOK_PYTHON;
  for (const python of given ? [given] : ["python3", "python"])
    try {
      const {stdout} = await execute(python, [SCRIPT]);
      return {python, where: python, versions: JSON.parse(stdout) as {[program: string]: string}};
    } catch {}
  const where = given ?? "python3 or python on the PATH; CHURNBOOK_PYTHON names another";
  return {python: undefined, where, versions: {}};
}

/** Holds the figures against the targets; CPU time, since the machine may be shared. */
export function verdictsOn(rows: readonly FeatureRow[], read: ReadFigures): Verdict[] {
  const of = (name: string, engine: string) => rows.find(row => row.case === name && row.engine === engine);
  const most = (target: string, value: number | null, limit: number): Verdict => ({
    ...{target: `${target} (<= ${limit})`, value, met: value === null ? null : value <= limit},
  });
  const rivals = rows.filter(row => row.case === "10M" && row.engine !== OWN);
  const best = Math.min(...rivals.map(row => row.featureCpuSeconds));
  const own = of("10M", OWN);
  const measured = CASES.flatMap(({name, events}) => {
    const row = of(name, OWN);
    return row ? [{events, cpu: row.cpuSeconds}] : [];
  });
  const [small, large] = [measured[0], measured.at(-1)];
  const slope =
    small && large && small !== large
      ? Math.log(large.cpu / small.cpu) / Math.log(large.events / small.events)
      : null;
  const rate = read.rows / read.readWallSeconds;
  return [
    most(
      "10M: CPU time from the same roll-up against the better polars",
      own && rivals.length > 0 ? own.featureCpuSeconds / best : null,
      MOST_RATIO,
    ),
    ...CASES.flatMap(({name, mostMegabytes}) =>
      mostMegabytes === null
        ? []
        : [most(`${name}: peak MB, roll-up included`, of(name, OWN)?.peakMegabytes ?? null, mostMegabytes)],
    ),
    most("log-log slope of CPU time over events", slope, MOST_SLOPE),
    {
      target: `rows of ${read.columns} columns read a second (>= ${LEAST_ROWS_A_SECOND})`,
      ...{value: rate, met: rate >= LEAST_ROWS_A_SECOND},
    },
  ];
}

function tablesOf(rows: readonly FeatureRow[], read: ReadFigures, targets: readonly Verdict[]): string[] {
  const seconds = (value: number | null): string => (value === null ? "given" : decimal(value, 1));
  return [
    "",
    ...textTable(
      ["events", "engine", "roll-up CPU s", "features CPU s", "all CPU s", "wall s", "peak MB", "rows"],
      rows.map(row => [
        ...[row.case, row.engine, seconds(row.rollupCpuSeconds), seconds(row.featureCpuSeconds)],
        ...[seconds(row.cpuSeconds), seconds(row.wallSeconds), whole(row.peakMegabytes), whole(row.rows)],
      ]),
    ),
    "",
    `read: ${whole(read.rows)} rows x ${read.columns} columns in ${decimal(read.readWallSeconds)} s, ${decimal(read.readCpuSeconds)} CPU s`,
    "",
    ...textTable(
      ["target", "value", "verdict"],
      targets.map(({target, value, met}) => [
        ...[target, value === null ? "-" : value > 1000 ? whole(value) : decimal(value)],
        met === null ? "not measured" : met ? "met" : "missed",
      ]),
    ),
  ];
}
