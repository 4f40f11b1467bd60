import {expect, test} from "vitest";
import {dayOf} from "../../src/data/calendar.ts";
import type {EventSource} from "../../src/data/reading.ts";
import {latenessTable} from "../../src/report/data.ts";
import {entriesIn, folderOf, snapshotOf, sourceOf} from "./event-files.ts";

const FIELDS = {known: "seen", id: "event", amount: "eur"};
const HEADER = "id,at,seen,event,eur";
const taken = (lines: readonly string[], fields: Partial<EventSource> = {}) =>
  snapshotOf(
    sourceOf({...FIELDS, ...fields}),
    folderOf({"events.csv": `${[HEADER, ...lines].join("\n")}\n`}),
    {
      stop: false,
    },
  );
const findingIn = ({manifest}: Awaited<ReturnType<typeof taken>>, name: string) =>
  manifest.contract.find(({check}) => check === name);

test("ingest({id}) takes the version known last, of equals the later row, whatever their order in the file", async () => {
  const {log, manifest} = await taken([
    "1,2025-01-01,2025-03-01,x,30",
    "1,2025-01-01,2025-01-02,x,10",
    "1,2025-01-01,2025-02-01,x,20",
    "2,2025-01-05,2025-01-06,y,1",
    "2,2025-01-05,2025-01-06,y,2",
    "3,2025-01-07,2025-01-07,,5",
    "3,2025-01-07,2025-01-07,,5",
  ]);
  expect([...log.amount].map(amount => amount / 10_000)).toEqual([30, 2, 5, 5]);
  const [first, second] = ["2025-02-01", "2025-03-01"].map(dayOf);
  expect(log.superseded!.until).toEqual(Int32Array.of(first!, second!));
  expect([manifest.rows, manifest.superseded]).toEqual([4, 2]);
});

test("ingest({id}) lets no bad row and no row that is left out replace a version", async () => {
  const lines = [
    "1,2025-01-01,2025-01-02,x,10",
    "1,2025-01-01,2025-01-03,x,ten",
    "1,2025-01-01,2025-01-04,x,-10",
  ];
  const excluded = await taken(lines, {negativeAmounts: "exclude"});
  expect(entriesIn(excluded.log)).toEqual(["valid 1 20089 purchase 100000 known 20090 until undefined"]);
  const kept = await taken(lines);
  expect(entriesIn(kept.log)).toEqual([
    "superseded 1 20089 purchase 100000 known 20090 until 20092",
    "valid 1 20089 cancellation -100000 known 20092 until undefined",
  ]);
});

test("ingest({id}) without known times takes the version that happened last", async () => {
  const {log} = await taken(["1,2025-01-04,,x,10", "2,2025-01-02,,x,7", "2,2025-01-01,,x,20"], {
    known: undefined,
  });
  expect(entriesIn(log)).toEqual([
    "superseded 2 20089 purchase 200000 known 20089 until 20090",
    "superseded 2 20090 purchase 70000 known 20090 until 20092",
    "valid 1 20092 purchase 100000 known undefined until undefined",
  ]);
  expect(log.customers).toEqual(["1", "2"]);
});

test("ingest({known, id}) says how late events were known, by their first version, and what corrections moved", async () => {
  const result = await taken([
    "1,2025-01-01T10:00:00Z,2025-01-01,,10",
    "1,2025-01-01T23:00:00Z,2025-01-02T01:00:00Z,,10",
    "1,2025-01-01,2025-01-08,a,10",
    "1,2025-01-01,2025-04-01,a,15",
    "1,2025-01-01,2025-01-09,,10",
    "1,2025-01-01,2025-02-01,,10",
    "1,2025-01-10,2025-01-02,,10",
    "2,2025-01-01,2025-01-01,b,",
    "2,2025-01-01,2025-01-01,b,35",
  ]);
  expect(result.manifest.lateness).toEqual({
    delays: {sameDay: 3, oneDay: 1, week: 1, month: 1, later: 1, largestDays: 31, beforeOwnTime: 1},
    corrections: {superseded: 2, tied: 1, events: 2, moneyShare: 5 / 100},
  });
  expect(
    result.manifest.contract
      .slice(-4)
      .map(({check, severity, rows, message}) => [check, severity, rows, message]),
  ).toEqual([
    [
      "known-late",
      "warning",
      3,
      "3 events known more than a day after their own, at most 31 days: at a cutoff they are not seen before they were known",
    ],
    [
      "known-before-time",
      "warning",
      1,
      "1 row known before their own time, taken as known at their own time",
    ],
    [
      "corrected",
      "warning",
      2,
      "2 rows replaced by a later version of 2 events, which moved 5% of the money",
    ],
    [
      "corrected-at-once",
      "warning",
      1,
      "1 row known at the same time as the version that replaces them, which is the one that stands later in the files",
    ],
  ]);
  expect(latenessTable(result.manifest).rows).toEqual([
    ["known on the day itself", 3, 3 / 7],
    ["1 day later", 1, 1 / 7],
    ["2 to 7 days later", 1, 1 / 7],
    ["8 to 30 days later", 1, 1 / 7],
    ["more than 30 days later, at most 31", 1, 1 / 7],
    ["corrected by a later version", 2, 2 / 7],
    ["versions that were replaced", 2, 2 / 7],
  ]);
});

test("ingest(source) without known times and ids says nothing about them", async () => {
  const result = await taken(["1,2025-01-01,x,y,10"], {known: undefined, id: undefined});
  expect(result.manifest.lateness).toEqual({});
  expect(findingIn(result, "known-unreadable")).toBeUndefined();
  expect(latenessTable(result.manifest).rows).toEqual([
    ["the log does not say when events were known; they count from their own day", 1, 1],
  ]);
  expect(result.log.known).toBeUndefined();
});
