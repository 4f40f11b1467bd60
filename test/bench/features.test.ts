import {mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {expect, test} from "vitest";
import {quoted, rowsOf, withDatabase} from "../../src/data/database.ts";
import {COMPARABLE, writeFeatureLog} from "./feature-log.ts";
import {type FeatureRow, findPolars, measureCase, verdictsOn} from "./features.ts";

const tiny = {name: "tiny", events: 3000, memory: "500MB", peers: true, mostMegabytes: null};

test("measureCase(case) gives the figures of each engine, and polars finds the same features", async context => {
  const {python} = await findPolars();
  const folder = mkdtempSync(join(tmpdir(), "churnbook-test-"));
  try {
    const rows = await measureCase(tiny, {folder, repeats: 1, python, terminal: {progress: () => {}}});
    expect(rows.map(row => row.engine)).toEqual([
      "churnbook",
      ...(python ? ["polars, a pass a cutoff", "polars, cross join"] : []),
    ]);
    expect(COMPARABLE).toHaveLength(33);
    for (const row of rows) {
      expect(row.sums).toHaveLength(33);
      expect(row.rows).toBeGreaterThan(500);
      expect(row.featureCpuSeconds).toBeGreaterThan(0);
      expect(row.peakMegabytes).toBeGreaterThan(50);
    }
  } finally {
    rmSync(folder, {recursive: true});
  }
  if (!python) context.skip("no Python with polars: only churnbook was measured");
});

test("writeFeatureLog(database, path, events) writes about as many events as asked, the same every time", async () => {
  const folder = mkdtempSync(join(tmpdir(), "churnbook-test-"));
  try {
    const sums: unknown[] = [];
    for (const name of ["a", "b"])
      await withDatabase(async database => {
        const path = join(folder, `${name}.parquet`);
        await writeFeatureLog(database, path, 20_000);
        sums.push(
          ...(await rowsOf(
            database,
            `SELECT count(*)::INTEGER AS n, count(DISTINCT type)::INTEGER AS types, sum(hash(columns(*)::VARCHAR) % 1000)::VARCHAR
               FROM read_parquet(${quoted(path)})`,
          )),
        );
      });
    expect(sums[1]).toEqual(sums[0]);
    const {n, types} = sums[0] as {n: number; types: number};
    expect(types).toBe(6);
    expect(Math.abs(n / 20_000 - 1)).toBeLessThan(0.1);
  } finally {
    rmSync(folder, {recursive: true});
  }
});

const row = (figures: Partial<FeatureRow>): FeatureRow => ({
  ...{case: "10M", engine: "churnbook", threads: 2, repeatsCpuSeconds: []},
  ...{rollupCpuSeconds: 7, rollupWallSeconds: 4, featureCpuSeconds: 3, cpuSeconds: 10, wallSeconds: 6},
  ...{peakMegabytes: 800, rows: 1, sums: []},
  ...figures,
});

test("verdictsOn(rows, read) compares with the better polars, and knows what was not measured", () => {
  const read = {rows: 2_000_000, columns: 33, readCpuSeconds: 1, readWallSeconds: 4};
  const rows = [
    row({case: "1M", cpuSeconds: 1.25}),
    row({}),
    row({engine: "polars, a pass a cutoff", featureCpuSeconds: 10}),
    row({engine: "polars, cross join", featureCpuSeconds: 12}),
  ];
  expect(verdictsOn(rows, read)).toEqual([
    expect.objectContaining({value: 0.3, met: true}),
    expect.objectContaining({target: "10M: peak MB, roll-up included (<= 1200)", value: 800, met: true}),
    expect.objectContaining({target: "50M: peak MB, roll-up included (<= 4500)", value: null, met: null}),
    expect.objectContaining({value: expect.closeTo(Math.log10(8), 12), met: true}),
    expect.objectContaining({value: 500_000, met: false}),
  ]);
  const alone = verdictsOn([row({cpuSeconds: 20})], read);
  expect(alone[0]).toMatchObject({value: null, met: null});
  expect(alone[3]).toMatchObject({value: null, met: null});
});
