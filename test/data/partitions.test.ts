import {createHash} from "node:crypto";
import {
  copyFileSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";
import {takeSnapshot} from "../../src/bin/data-files.ts";
import {dateOf} from "../../src/data/calendar.ts";
import {loadEventLog} from "../../src/data/load.ts";
import {entriesIn, folderOf, messageOf, snapshotOf, sourceOf} from "./event-files.ts";
import {
  FIRST,
  knownHour,
  logByDefinition,
  VERSIONED,
  type VersionedRow,
  versionedCsv,
  versionedRows,
} from "./versioned.ts";

/** Files of a store's partitions, with their time of writing. */
function partitionsIn(store: string): Map<string, number> {
  const folder = join(store, "partitions");
  return new Map(readdirSync(folder).map(name => [name, statSync(join(folder, name)).mtimeMs]));
}

const monthOf = (hour: number) => dateOf(Math.floor(hour / 24)).slice(0, 7);

/** Digests by their definition, of a list of rows under a heading. */
function digestByDefinition(rows: readonly VersionedRow[], heading: readonly string[]): string {
  const field = (text: string) => (text === "" ? "-," : `${Buffer.byteLength(text)}:${text},`);
  const micros = (hour: number) => String(hour * 3_600_000_000);
  const money = (eur: string) => (eur === "" ? "" : String(Math.round(Number(eur) * 10_000)));
  const cells = rows.map(row => [
    ...[row.customer, micros(row.time), row.what, money(row.eur), micros(knownHour(row)), row.id, row.shop],
  ]);
  const compare = (x: string, y: string, i: number) =>
    x === "" || y === ""
      ? x.length - y.length
      : [1, 3, 4].includes(i)
        ? Number(x) - Number(y)
        : Buffer.compare(Buffer.from(x), Buffer.from(y));
  cells.sort((a, b) => a.map((x, i) => compare(x, b[i]!, i)).find(order => order !== 0) ?? 0);
  const lines = [heading, ...cells].map(row => row.map(field).join(""));
  return createHash("sha256")
    .update(`${lines.join("\n")}\n`)
    .digest("hex");
}

/** The rows without those known at the very time of their replacement. */
function seenRows(rows: readonly VersionedRow[]): VersionedRow[] {
  const last = new Map(rows.map(row => [`${row.id} ${knownHour(row)}`, row]));
  return rows.filter(row => row.id === "" || last.get(`${row.id} ${knownHour(row)}`) === row);
}

test("writeSnapshot(rows with versions) has the digests that the definition gives, one a month known", async () => {
  const rows = versionedRows(400, {seed: 6});
  const {manifest} = await snapshotOf(VERSIONED, folderOf({"events.csv": versionedCsv(rows)}));
  const seen = seenRows(rows);
  expect(manifest.digest).toBe(
    digestByDefinition(seen, ["churnbook-events+known+id", "1", manifest.lastDay, "shop"]),
  );
  const months = [...Map.groupBy(seen, row => monthOf(knownHour(row)))].sort(([a], [b]) => (a < b ? -1 : 1));
  expect(manifest.partitions).toEqual(
    months.map(([month, own]) => ({
      ...{month, rows: own.length},
      digest: digestByDefinition(own, ["churnbook-partition+known+id", "1", "shop"]),
    })),
  );
});

test("takeSnapshot(a log grown by a month) writes the partitions of that month alone, late rows and corrections included", async () => {
  const rows = versionedRows(2000, {seed: 7, days: 300});
  const store = join(folderOf({}), "store");
  const cuts = [200, 231, 262].map(day => (FIRST + day) * 24);
  // Cut where months begin, as a monthly load is.
  const starts = cuts.map(hour => Date.parse(`${monthOf(hour)}-01`) / 3_600_000);
  let before = new Map<string, number>();
  for (const start of starts) {
    const known = rows.filter(row => knownHour(row) < start);
    const {log, manifest, written} = await snapshotOf(
      VERSIONED,
      folderOf({"events.csv": versionedCsv(known)}),
      {store},
    );
    const after = partitionsIn(store);
    const added = [...after.keys()].filter(name => !before.has(name));
    for (const [name, at] of before) expect(after.get(name), name).toBe(at);
    expect(added.sort()).toEqual(written.map(({digest}) => `${digest}.parquet`).sort());
    if (before.size > 0) {
      expect(written.map(({month}) => month)).toEqual([monthOf(start - 1)]);
      const bytes = (names: Iterable<string>) =>
        [...names].reduce((sum, name) => sum + statSync(join(store, "partitions", name)).size, 0);
      expect(bytes(added)).toBeLessThan(bytes(after.keys()) / 5);
    }
    expect(manifest.superseded).toBeGreaterThan(0);
    expect(entriesIn(log)).toEqual(entriesIn(logByDefinition(known)));
    before = after;
  }
});

test("takeSnapshot(a log without known times) writes the month of a late event again, and no other", async () => {
  const lines = ["1,2025-01-05", "1,2025-02-05", "1,2025-03-05"];
  const store = join(folderOf({}), "store");
  const take = (own: readonly string[]) =>
    snapshotOf(sourceOf(), folderOf({"events.csv": `id,at\n${own.join("\n")}\n`}), {store});
  expect((await take(lines)).written.map(({month}) => month)).toEqual(["2025-01", "2025-02", "2025-03"]);
  const late = await take([...lines, "2,2025-02-07", "2,2025-04-01"]);
  expect(late.written.map(({month}) => month)).toEqual(["2025-02", "2025-04"]);
  expect((await take(lines)).written).toEqual([]);
});

test("takeSnapshot(the same attributes in another order) shares the partitions", async () => {
  const store = join(folderOf({}), "store");
  const folder = folderOf({"events.csv": "id,at,type,type_2\n1,2025-01-05,x,y\n"});
  const one = await snapshotOf(sourceOf({attributes: ["type", "type_2"]}), folder, {store});
  const two = await snapshotOf(sourceOf({attributes: ["type_2", "type"]}), folder, {store});
  expect([one.written.length, two.written.length, two.folder]).toEqual([1, 0, one.folder]);
  for (const {log} of [one, two])
    expect([log.attributes.type!.values, log.attributes.type_2!.values]).toEqual([["x"], ["y"]]);
});

test("takeSnapshot(…) at the same time as others in one store harms none of them", async () => {
  const rows = versionedRows(600, {seed: 8, days: 150});
  const store = join(folderOf({}), "store");
  const cuts = [FIRST + 60, FIRST + 90, FIRST + 120, FIRST + 120];
  const snapshots = await Promise.all(
    cuts.map(async cut => {
      const known = rows.filter(row => knownHour(row) < cut * 24);
      const folder = folderOf({"events.csv": versionedCsv(known)});
      const {folder: written} = await takeSnapshot(VERSIONED, {folder, store, today: "2099-01-01"});
      return {written, known};
    }),
  );
  for (const {written, known} of snapshots)
    expect(entriesIn(await loadEventLog(written))).toEqual(entriesIn(logByDefinition(known)));
  expect(readdirSync(join(store, "snapshots")).sort()).toEqual(
    [...new Set(snapshots.map(({written}) => written.split("/").at(-1)!))].sort(),
  );
  for (const name of partitionsIn(store).keys()) expect(name).toMatch(/^[0-9a-f]{64}\.parquet$/);
});

test("loadEventLog(folder) names a partition that is missing or damaged, and takeSnapshot writes it again", async () => {
  const folder = folderOf({"events.csv": "id,at\n1,2025-01-05\n2,2025-01-05\n1,2025-02-05\n"});
  const {folder: written, manifest} = await snapshotOf(sourceOf(), folder);
  const path = (i: number) =>
    join(folder, "store", "partitions", `${manifest.partitions[i]!.digest}.parquet`);
  const bytes = readFileSync(path(1));
  truncateSync(path(1), bytes.length - 5);
  expect(await messageOf(loadEventLog(written))).toBe(
    `DataError: ${path(1)}, the events of 2025-02, is missing or damaged; run the study again`,
  );
  writeFileSync(path(1), bytes);
  copyFileSync(path(0), path(1));
  expect(await messageOf(loadEventLog(written))).toContain("the events of 2025-02, is missing or damaged");
  rmSync(path(0));
  expect(await messageOf(loadEventLog(written))).toContain("the events of 2025-01, is missing");
  const again = await snapshotOf(sourceOf(), folder);
  expect(again.written.map(({month}) => month)).toEqual(["2025-01", "2025-02"]);
  expect(readFileSync(path(1)).equals(bytes)).toBe(true);
});

test("takeSnapshot(log) takes the place of a snapshot of an earlier form", async () => {
  const folder = folderOf({"events.csv": "id,at\n1,2025-01-05\n"});
  const {folder: written} = await snapshotOf(sourceOf(), folder);
  writeFileSync(join(written, "manifest.json"), '{"version": 1}');
  const {log} = await snapshotOf(sourceOf(), folder);
  expect(log.day.length).toBe(1);
});
