import {execFileSync, spawnSync} from "node:child_process";
import {mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {expect, test} from "vitest";
import {randomOf} from "../../src/random.ts";
import {type BoostCase, type BoostRow, CASES, measure} from "./boost.ts";
import {speedTables} from "./boost-tables.ts";
import {verdictsOn} from "./boost-targets.ts";
import {drawRows, FEATURES, readSingles, writeChurnRows} from "./churn-rows.ts";
import {measureEvaluate} from "./evaluate.ts";
import {findPeers, OWN, trainOnce, withChurnRows} from "./train-processes.ts";

const parameters = {trees: 5, depth: 6, rate: 0.1, l2: 1, minChildWeight: 1, bins: 255};
const tiny: BoostCase = {name: "tiny", title: "1k x 30, 5 trees", rows: 1000, parameters, shapRows: 0};
const silent = {progress: () => {}};

test("measure(cases) gives the figures of each number of threads, and the same model every time", async () => {
  const rows = await withChurnRows({rows: 1200, testRows: 500}, data =>
    measure([tiny], {
      data,
      peers: {python: undefined, engines: []},
      repeats: 2,
      threads: [1, 2],
      terminal: silent,
    }),
  );
  expect(rows.map(row => [row.case, row.engine, row.threads, row.repeats.length])).toEqual([
    ["tiny", OWN, 1, 2],
    ["tiny", OWN, 2, 2],
  ]);
  for (const row of rows) {
    expect(row.model).toMatch(/^[0-9a-f]{64}$/);
    expect(row.model).toBe(rows[0]!.model);
    expect(row.sameModel).toBe(true);
    expect(row.trainCpuSeconds).toBeGreaterThan(0);
    expect(row.trainCpuSeconds).toBe(Math.min(...row.repeats.map(repeat => repeat.trainCpuSeconds)));
    expect(row.wallSeconds).toBeGreaterThan(0);
    expect(row.predictCpuSeconds).toBeGreaterThan(0);
    expect(row.baselineMegabytes).toBeGreaterThan(10);
    expect(row.peakMegabytes).toBeGreaterThan(row.baselineMegabytes);
    expect(row.auc).toBeGreaterThan(0.55);
    expect(row.logLoss).toBeLessThan(0.5);
  }
});

test("the other engines learn from the same rows", async context => {
  const peers = await findPeers();
  const engine = peers.engines[0];
  if (engine === undefined) return context.skip("no Python with LightGBM, XGBoost or scikit-learn");
  await withChurnRows({rows: 3000, testRows: 2000}, async data => {
    const training = {rows: 3000, threads: 1, parameters: {...parameters, trees: 20}, shapRows: 0};
    const ours = await trainOnce({...training, engine: OWN}, data, undefined);
    const theirs = await trainOnce({...training, engine}, data, peers.python);
    expect(Object.keys(theirs).sort()).toEqual(Object.keys(ours).sort());
    // By chance they differ by about 0.01 at that size; with columns or labels mixed up, AUC is 0.5.
    expect(ours.auc).toBeGreaterThan(0.6);
    expect(Math.abs(theirs.auc - ours.auc)).toBeLessThan(0.04);
  });
});

test("drawRows(n, random) has 10 % positives, and 15 % missing in four features", () => {
  const rows = 20_000;
  const {values, labels} = drawRows(rows, randomOf(1));
  expect(labels.reduce((sum, label) => sum + label) / rows).toBeCloseTo(0.1, 2);
  const missing = Array.from({length: FEATURES}, () => 0);
  values.forEach((value, at) => {
    if (Number.isNaN(value)) missing[at % FEATURES]! += 1 / rows;
  });
  missing.forEach((share, j) => {
    if ([9, 14, 15, 20].includes(j)) expect(share).toBeCloseTo(0.15, 2);
    else expect(share).toBe(0);
  });
});

test("drawRows(n, random) begins with the same rows whatever n", () => {
  const [few, many] = [drawRows(50, randomOf(1)), drawRows(60, randomOf(1))];
  expect(many.values.subarray(0, few.values.length)).toEqual(few.values);
  expect(many.labels.subarray(0, 50)).toEqual(few.labels);
});

test("writeChurnRows(folder, sizes) writes the same table by row and by column", () => {
  const folder = mkdtempSync(join(tmpdir(), "churnbook-test-"));
  try {
    const read = (name: string) => readSingles(join(folder, `${name}.f32`));
    const written = writeChurnRows(folder, {rows: 40, testRows: 10});
    expect(written).toEqual({
      folder,
      rows: 40,
      testRows: 10,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(writeChurnRows(folder, {rows: 40, testRows: 10})).toEqual(written);
    for (const [name, rows] of [
      ["train", 40],
      ["test", 10],
    ] as const) {
      const [byRow, byColumn] = [read(`${name}.rows`), read(`${name}.columns`)];
      expect(byRow).toHaveLength(rows * FEATURES);
      expect(byRow).toEqual(
        byRow.map((_, at) => byColumn[(at % FEATURES) * rows + Math.floor(at / FEATURES)]!),
      );
      expect(read(`${name}.labels`)).toHaveLength(rows);
    }
  } finally {
    rmSync(folder, {recursive: true});
  }
});

const row = (figures: Partial<BoostRow>): BoostRow => ({
  case: "100k",
  engine: OWN,
  threads: 1,
  trainCpuSeconds: 1,
  wallSeconds: 1,
  peakMegabytes: 100,
  baselineMegabytes: 50,
  predictCpuSeconds: 1,
  predictWallSeconds: 1,
  shapRowsPerSecond: 900,
  shapSumError: 0,
  auc: 0.8,
  logLoss: 0.3,
  model: "0".repeat(64),
  sameModel: true,
  repeats: [],
  ...figures,
});

test("verdictsOn(rows, own) compares with the better variant, and knows what was not measured", () => {
  const rows = [
    row({}),
    row({
      engine: "LightGBM by row",
      trainCpuSeconds: 1.25,
      peakMegabytes: 80,
      shapRowsPerSecond: 100,
      auc: 0.8011,
    }),
    row({engine: "LightGBM by column", trainCpuSeconds: 2, peakMegabytes: 200, shapRowsPerSecond: 120}),
    row({engine: "scikit-learn", trainCpuSeconds: 0.1, predictCpuSeconds: 4, shapRowsPerSecond: null}),
  ];
  const verdicts = verdictsOn(rows, OWN);
  const of = (title: string) => verdicts.filter(({target}) => target.startsWith(title));
  expect(of("train, 1 thread, CPU time against LightGBM")).toEqual([
    expect.objectContaining({case: "100k", value: 0.8, rival: "LightGBM by row", most: 0.9, met: true}),
  ]);
  expect(of("train, 2 threads")[0]).toMatchObject({value: null, rival: null, met: null});
  expect(of("train, 1 thread, CPU time against XGBoost")[0]).toMatchObject({value: null, met: null});
  expect(of("peak memory, 1 thread")[0]).toMatchObject({value: 1.25, rival: "LightGBM by row", met: false});
  expect(of("predict")[0]).toMatchObject({value: 1, rival: "LightGBM by row", most: 0.7, met: false});
  expect(of("exact SHAP")[0]).toMatchObject({value: 7.5, rival: "LightGBM by column", least: 8, met: false});
  expect(of("AUC")[0]).toMatchObject({value: expect.closeTo(-0.0011, 10), met: false});
  const text = speedTables(CASES.slice(1, 2), rows, verdicts).join("\n");
  expect(text).toContain("0.80 met (<= 0.9)");
  expect(text).toContain("7.50 missed (>= 8)");
  expect(text).toContain("not measured (<= 1)");
});

const program = join(import.meta.dirname, "bench.ts");

test("bench lists the benchmarks, and ends with 2 for one that is unknown or a bad option", () => {
  expect(execFileSync(process.execPath, [program], {encoding: "utf8"})).toContain(
    "\nboost: the boosting engine",
  );
  for (const args of [["nope"], ["boost", "--case", "7"], ["boost", "--repeats", "0"], ["boost", "--nope"]]) {
    const {status, stderr} = spawnSync(process.execPath, [program, ...args], {encoding: "utf8"});
    expect([status, stderr]).toEqual([2, expect.stringMatching(/^bench.*(got|nope).*\n$/)]);
  }
});

test("measureEvaluate(rows) gives the same figures for each number of threads", async () => {
  const rows = await measureEvaluate({rows: 2000, draws: 20, repeats: 1}, silent);
  expect(rows.map(row => [row.case, row.threads])).toEqual([
    ["metric table", 1],
    ["metric table", 2],
    ["DeLong, by customer", 1],
    ["DeLong, paired difference", 1],
  ]);
  expect(rows[1]!.digest).toBe(rows[0]!.digest);
  expect(Math.abs(rows[2]!.auc - rows[0]!.auc)).toBeLessThan(1e-12);
});
