import {expect, test} from "vitest";
import {takeSnapshot} from "../../src/bin/data-files.ts";
import {dateOf, dayOf} from "../../src/data/calendar.ts";
import {loadEventLog} from "../../src/data/load.ts";
import {entriesIn, folderOf, ingestText, messageOf, snapshotOf, sourceOf} from "./event-files.ts";
import {FIRST, knownThen, logByDefinition, VERSIONED, versionedCsv, versionedRows} from "./versioned.ts";

test("loadEventLog(snapshot) is the log of the valid versions, with the superseded ones beside it", async () => {
  for (const seed of [1, 2, 3]) {
    const rows = versionedRows(300, {seed});
    const {log, manifest} = await snapshotOf(VERSIONED, folderOf({"events.csv": versionedCsv(rows)}));
    const expected = logByDefinition(rows);
    expect(entriesIn(log)).toEqual(entriesIn(expected));
    for (const key of ["customers", "types", "offsets", "firstDay", "lastDay"] as const)
      expect(log[key], key).toEqual(expected[key]);
    expect(manifest.rows).toBe(expected.day.length);
    expect(expected.superseded!.until.length).toBeGreaterThan(20);
  }
});

test("loadEventLog(snapshot, {timesOfDay: true}) knows events and versions by the instant", async () => {
  for (const seed of [6, 7]) {
    const rows = versionedRows(300, {seed});
    const {folder} = await snapshotOf(VERSIONED, folderOf({"events.csv": versionedCsv(rows)}));
    const log = await loadEventLog(folder, {timesOfDay: true});
    const expected = logByDefinition(rows, {timesOfDay: true});
    expect(entriesIn(log)).toEqual(entriesIn(expected));
    for (const key of ["customers", "offsets", "day", "timeOfDay", "type"] as const)
      expect(log[key], key).toEqual(expected[key]);
    // Versions of one day are kept apart.
    const byDay = logByDefinition(rows).superseded!.until.length;
    expect(expected.superseded!.until.length).toBeGreaterThan(byDay);
  }
});

test("takeSnapshot({asOf: D}) holds the rows and versions known before D, for every D", async () => {
  const rows = versionedRows(250, {seed: 4});
  const folder = folderOf({"events.csv": versionedCsv(rows)});
  for (let asOf = FIRST + 5; asOf < FIRST + 140; asOf += 9) {
    const {log, manifest} = await snapshotOf(VERSIONED, folder, {asOf: dateOf(asOf)});
    const expected = logByDefinition(knownThen(rows, asOf));
    expect(entriesIn(log), dateOf(asOf)).toEqual(entriesIn(expected));
    expect([log.customers, log.types]).toEqual([expected.customers, expected.types]);
    expect([manifest.asOf, log.lastDay]).toEqual([dateOf(asOf), Math.min(expected.lastDay, asOf - 1)]);
  }
});

test("takeSnapshot({asOf: D}) of a log that has grown is what takeSnapshot() gave on D", async () => {
  const rows = versionedRows(250, {seed: 5});
  for (let asOf = FIRST + 10; asOf < FIRST + 100; asOf += 17) {
    const known = folderOf({"events.csv": versionedCsv(knownThen(rows, asOf))});
    const then = await snapshotOf(VERSIONED, known, {today: dateOf(asOf)});
    const later = folderOf({"events.csv": versionedCsv(rows)});
    const {manifest} = await snapshotOf(VERSIONED, later, {asOf: dateOf(asOf), today: "2099-01-01"});
    expect(manifest.digest).toBe(then.manifest.digest);
    const {digest, partitions, rows: n, lateness, quarantined} = then.manifest;
    expect(manifest).toMatchObject({digest, partitions, rows: n, lateness, quarantined});
    const findings = manifest.contract.filter(({check}) => check !== "as-of");
    expect(findings).toEqual(then.manifest.contract);
  }
});

test("takeSnapshot({asOf: D}) is the same whatever comes later: bad rows, other types of cells, corrections", async () => {
  const known = "id,at,seen,code,eur\n1,2025-01-01,2025-01-02,4,1\n2,2025-01-03,2025-01-03,10,2\n";
  const later =
    "1,2025-02-01,2025-02-01,x,y\n,2025-02-02,2025-02-02,1,1\n3,2025-01-02,2025-02-03,y,z\n4,2025-02-04,?,x,z\n5,?,2025-02-05,1,1\n";
  const fields = {known: "seen", type: "CASE WHEN code < 5 THEN 'low' ELSE 'high' END", amount: "eur * 1"};
  const snapshots = [];
  for (const text of [known, known + later])
    snapshots.push(
      await snapshotOf(sourceOf(fields), folderOf({"events.csv": text}), {asOf: "2025-01-31", stop: false}),
    );
  const [one, two] = snapshots.map(({manifest: {sources: _, ...manifest}}) => manifest);
  expect(two).toEqual(one);
  expect(one!.types).toEqual({high: 1, low: 1});
  expect(one!.lastDay).toBe("2025-01-03");
});

test("takeSnapshot({asOf: D}) ends at D - 1 where the study declares a later last day", async () => {
  const folder = folderOf({"events.csv": "id,at\n1,2025-01-05\n1,2025-03-01\n"});
  const source = sourceOf({lastDay: "2025-06-30"});
  const {log, manifest} = await snapshotOf(source, folder, {asOf: "2025-02-10"});
  expect([log.day.length, log.lastDay]).toEqual([1, dayOf("2025-02-09")]);
  expect(manifest.contract.find(({check}) => check === "as-of")).toEqual({
    check: "as-of",
    severity: "warning",
    rows: 1,
    share: 1,
    message:
      "as of 2025-02-10 by the time of the events, as no column says when they were known: what came late is in it",
  });
  const early = await snapshotOf(sourceOf({lastDay: "2025-02-01"}), folder, {
    asOf: "2025-02-10",
    stop: false,
  });
  expect(early.log.lastDay).toBe(dayOf("2025-02-01"));
});

test("takeSnapshot({asOf}) refuses what is no date, a day after that of reading, and one before all rows", async () => {
  const folder = folderOf({"events.csv": "id,at\n1,2025-01-05\n"});
  const take = (asOf: string) =>
    messageOf(takeSnapshot(sourceOf(), {folder, store: `${folder}/store`, today: "2025-03-01", asOf}));
  expect(await take("March")).toBe('DataError: --as-of requires a date written YYYY-MM-DD, got "March"');
  expect(await take("2025-03-02")).toBe(
    "DataError: --as-of 2025-03-02 lies after the day of reading, 2025-03-01, and more may be known by then; ask for 2025-03-01 or an earlier day",
  );
  expect(await take("2025-01-05")).toBe(
    "DataError: no row of events.csv was known before 2025-01-05; ask for a later day",
  );
  expect(await take("2025-01-06")).toBe("no error");
});

test("takeSnapshot({asOf: D}) names the files that had rows then", async () => {
  const files = {"a.csv": "id,at\n1,2025-01-05\n", "b.csv": "id,at\n1,2025-02-05\n2,2025-03-01\n"};
  const namesAt = async (asOf?: string) =>
    (await snapshotOf(sourceOf({from: "*.csv"}), folderOf(files), {asOf})).manifest.sources.map(
      ({name}) => name,
    );
  expect(await namesAt("2025-02-05")).toEqual(["a.csv"]);
  expect(await namesAt("2025-02-06")).toEqual(["a.csv", "b.csv"]);
  expect(await namesAt()).toEqual(["a.csv", "b.csv"]);
});

test("ingest({known}) quarantines a row without a time at which it was known, and names a column that is missing", async () => {
  const text = "id,at,seen\n1,2025-01-01,2025-01-02\n2,2025-01-01,soon\n3,2025-01-01,\n";
  expect(await messageOf(ingestText(text, {known: "seen"}))).toBe(
    'DataError: 2 bad rows of 3 (66.7%) are over events.maxBadShare 1%: events.csv row 2, seen: the time at which it was known is no date or time of ISO 8601 ("soon"); events.csv row 3, seen: the time at which it was known is no date or time of ISO 8601; correct the data, or allow more by maxBadShare: 0.67 in events',
  );
  expect(await messageOf(ingestText(text, {known: "loaded"}))).toBe(
    'DataError: events.csv has no column "loaded", it has "id", "at", "seen"; correct events.known',
  );
  expect(await messageOf(ingestText(text, {id: "event"}))).toBe(
    'DataError: events.csv has no column "event", it has "id", "at", "seen"; correct events.id',
  );
});
