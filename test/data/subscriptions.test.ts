import {expect, test} from "vitest";
import {dayOf} from "../../src/data/calendar.ts";
import {loadSubscriptions, NEVER} from "../../src/data/subscriptions.ts";
import {randomOf} from "../../src/random.ts";
import {folderOf, messageOf} from "./event-files.ts";

const SOURCE = {from: "s.csv", customer: "id", start: "begin", end: "finish", plan: "plan"};
const VERSIONED = {...SOURCE, known: "seen"};

const load = (
  text: string,
  {source = SOURCE as typeof SOURCE & {known?: string}, asOf = undefined as string | undefined} = {},
) =>
  loadSubscriptions(source, {
    folder: folderOf({"s.csv": text}),
    customers: ["007", "b"],
    asOf: asOf === undefined ? undefined : dayOf(asOf),
  });

const days = (...dates: string[]) => Int32Array.from(dates, date => (date === "" ? NEVER : dayOf(date)));

test("loadSubscriptions(file) sorts contracts by customer and start, leaves open ends open and drops strangers", async () => {
  const text =
    "id,begin,finish,plan\nb,2025-02-01,2025-02-01,basic\n007,2025-03-01T23:30:00-01:00,,pro\nx,2025-01-01,,\n007,2025-01-05,2025-02-01T12:00:00,\n";
  expect(await load(text)).toEqual({
    offsets: Int32Array.of(0, 2, 3),
    start: days("2025-01-05", "2025-03-02", "2025-02-01"),
    end: days("2025-02-01", "", "2025-02-01"),
    plan: Int32Array.of(-1, 1, 0),
    plans: ["basic", "pro"],
    known: days("2025-01-05", "2025-03-02", "2025-02-01"),
    until: days("", "", ""),
    unknownCustomers: 1,
  });
});

test("loadSubscriptions({known}) keeps the versions of a contract with the days from and to which they were valid", async () => {
  const text =
    "id,begin,finish,plan,seen\n007,2025-01-01,2025-06-01,pro,2025-05-20\n007,2025-01-01,,pro,2024-12-20\n007,2025-01-01,2025-07-01,pro,2025-05-20T10:00:00\n007,2025-08-01,,pro,2025-08-01\n";
  const {offsets, start, end, known, until} = await load(text, {source: VERSIONED});
  expect([...offsets]).toEqual([0, 3, 3]);
  expect(start).toEqual(days("2025-01-01", "2025-01-01", "2025-08-01"));
  expect(end).toEqual(days("", "2025-07-01", ""));
  expect(known).toEqual(days("2024-12-20", "2025-05-20", "2025-08-01"));
  expect(until).toEqual(days("2025-05-20", "", ""));
});

test("loadSubscriptions({asOf: D}) is the table of the rows known before D, and without known times knows no later end", async () => {
  const random = randomOf(2);
  const date = (day: number) => new Date((20_000 + day) * 86_400_000).toISOString().slice(0, 10);
  const rows = Array.from({length: 200}, () => {
    const [start, seen] = [Math.floor(random() * 40), Math.floor(random() * 100)];
    const end = random() < 0.4 ? "" : date(start + Math.floor(random() * 50));
    return {line: [random() < 0.5 ? "b" : "007", date(start), end, "pro", date(seen)].join(","), seen};
  });
  const header = "id,begin,finish,plan,seen\n";
  const textOf = (list: typeof rows) => `${header}${list.map(({line}) => line).join("\n")}\n`;
  for (let day = 5; day < 110; day += 15)
    expect(await load(textOf(rows), {source: VERSIONED, asOf: date(day)})).toEqual(
      await load(textOf(rows.filter(({seen}) => seen < day)), {source: VERSIONED}),
    );
  const text =
    "id,begin,finish,plan\nb,2025-01-01,2025-03-01,pro\nb,2025-02-01,2025-02-10,pro\nb,2025-04-01,,pro\n";
  const {start, end} = await load(text, {asOf: "2025-03-01"});
  expect([start, end]).toEqual([days("2025-01-01", "2025-02-01"), days("", "2025-02-10")]);
  expect((await load(text, {asOf: "2025-03-02"})).end).toEqual(days("2025-03-01", "2025-02-10"));
});

test("loadSubscriptions(file) names the first row that cannot be read, and a column that is missing", async () => {
  const header = "id,begin,finish,plan\n";
  expect(await messageOf(load(`${header}b,2025-01-01,,\nb,2025-03-01,2025-02-01,\n`))).toBe(
    'DataError: s.csv row 2, finish: the end lies before the start ("2025-02-01"); correct or remove the row',
  );
  expect(await messageOf(load(`${header}b,,,\n`))).toBe(
    "DataError: s.csv row 1, begin: the start is missing; correct or remove the row",
  );
  expect(await messageOf(load(`${header}b,2025-01-01,open,\n`))).toBe(
    'DataError: s.csv row 1, finish: the end is no date or time of ISO 8601 ("open"); correct or remove the row',
  );
  expect(await messageOf(load("id,begin,finish\nb,2025-01-01,\n"))).toBe(
    'DataError: s.csv has no column "plan", it has "id", "begin", "finish"; correct subscriptions.plan',
  );
  expect(await messageOf(load(`${header}b,2025-01-01,,\n`, {source: VERSIONED}))).toBe(
    'DataError: s.csv has no column "seen", it has "id", "begin", "finish", "plan"; correct subscriptions.known',
  );
  expect(await messageOf(loadSubscriptions(SOURCE, {folder: "/nowhere", customers: []}))).toBe(
    "DataError: subscriptions.from names s.csv, which is not in /nowhere; correct the path or put the file there",
  );
});
