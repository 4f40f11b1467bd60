import {expect, test} from "vitest";
import {dateOf, dayOf} from "../../src/data/calendar.ts";
import {type EventRow, eventLogOf} from "../../src/data/event-log.ts";
import {atRandom, every, inactivity} from "../../src/study.ts";
import {buildCohort} from "../../src/target/cohort.ts";
import {cutoffTimes, isCutoff, offCadenceDays} from "../../src/target/cutoffs.ts";

const range = {from: "2025-01-01", to: "2025-01-31"};
const nobody = {customers: []};

test('cutoffTimes(every("week", …)) are the Mondays of a range, both ends included', () => {
  const dates = (from: string, to: string) =>
    cutoffTimes(every("week", {from, to}), nobody).times.map(dateOf);
  expect(dates("2025-01-06", "2025-01-20")).toEqual(["2025-01-06", "2025-01-13", "2025-01-20"]);
  expect(dates("2025-01-07", "2025-01-19")).toEqual(["2025-01-13"]);
  expect(dates("1969-12-28", "1970-01-05")).toEqual(["1969-12-29", "1970-01-05"]);
  expect(() => dates("2025-01-07", "2025-01-12")).toThrow("cutoffs require a Monday in their range");
});

test('cutoffTimes(every("day", …)) are all days, and of months the first ones', () => {
  expect(cutoffTimes(every("day", range), nobody).times).toHaveLength(31);
  expect(cutoffTimes(every("month", {from: "2025-01", to: "2025-03"}), nobody).times.map(dateOf)).toEqual([
    "2025-01-01",
    "2025-02-01",
    "2025-03-01",
  ]);
});

const moments = (customers: string[], seed = 1, perCustomer = 5) => {
  const {times: days, moments: own} = cutoffTimes(atRandom({...range, perCustomer, seed}), {customers});
  return customers.map((_, c) =>
    [...own!.cutoff.subarray(own!.offsets[c], own!.offsets[c + 1])].map(k => days[k]!),
  );
};

test("cutoffTimes(atRandom(…)) draws days of a customer by seed and id, whoever else there is", () => {
  const [a, b] = moments(["a", "b"]);
  expect(a).not.toEqual(b);
  expect(moments(["0", "a", "b"]).slice(1)).toEqual([a, b]);
  expect(moments(["a"], 2)[0]).not.toEqual(a);
});

test("cutoffTimes(atRandom(…)) draws evenly within the range, both ends included, each day once a customer", () => {
  const all = moments(
    Array.from({length: 2000}, (_, c) => `customer ${c}`),
    7,
    3,
  );
  const [first, last] = [dayOf(range.from), dayOf(range.to)];
  const counts = new Array<number>(31).fill(0);
  for (const own of all) {
    expect(own).toEqual([...new Set(own)].sort((x, y) => x - y));
    for (const day of own) counts[day - first]! += 1;
  }
  expect(all.flat().every(day => day >= first && day <= last)).toBe(true);
  // About 191 a day; chi-squared with 30 degrees is under 59.7 in 999 of 1000.
  const mean = counts.reduce((x, y) => x + y, 0) / 31;
  expect(counts.reduce((sum, n) => sum + (n - mean) ** 2 / mean, 0)).toBeLessThan(59.7);
});

test("cutoffTimes(atRandom(…), log with times of day) draws a minute for each day, by the seed, for all", () => {
  const year = {from: "2024-01-01", to: "2026-12-31"};
  const timed = {customers: ["a", "b"], timeOfDay: new Int32Array(0)};
  const draw = (seed: number, log: Parameters<typeof cutoffTimes>[1] = timed) =>
    cutoffTimes(atRandom({...year, perCustomer: 1000, seed}), log);
  const {times, moments: own} = draw(1);
  const days = draw(1, {customers: timed.customers});
  expect(times.map(Math.floor)).toEqual(days.times);
  expect(own).toEqual(days.moments);
  for (const t of times) expect(t).toBe(Math.round(t * 1440) / 1440);
  const hours = times.map(t => Math.floor(24 * (t - Math.floor(t))));
  const counts = Array.from({length: 24}, (_, hour) => hours.filter(h => h === hour).length);
  const mean = times.length / 24;
  // Chi-squared with 23 degrees is under 49.7 in 999 of 1000.
  expect(counts.reduce((sum, n) => sum + (n - mean) ** 2 / mean, 0)).toBeLessThan(49.7);
  const momentOf = new Map(times.map(t => [Math.floor(t), t]));
  const other = draw(1, {...timed, customers: ["c"]}).times;
  expect(other.every(t => (momentOf.get(Math.floor(t)) ?? t) === t)).toBe(true);
  expect(draw(2).times.filter(t => momentOf.get(Math.floor(t)) === t).length).toBeLessThan(10);
});

test("buildCohort(log, {moments}) has the rows of all cutoffs that are the customer's own", () => {
  const rows: EventRow[] = ["a", "b", "c"].flatMap(customer =>
    [0, 9, 17, 25].map(n => ({customer, day: dayOf(range.from) - 10 + n, type: "buy"})),
  );
  const log = eventLogOf(rows, {lastDay: dayOf("2025-12-31")});
  const {times: days, moments: own} = cutoffTimes(atRandom({...range, perCustomer: 6, seed: 3}), log);
  const options = {churn: inactivity({days: 12, of: "buy"}), cutoffs: days, activity: "buy"};
  const rowsOf = (cohort: ReturnType<typeof buildCohort>) =>
    [...cohort.customer].map((c, i) => [c, cohort.cutoff[i]!, cohort.recency[i]!, cohort.tenure[i]!]);
  const mine = ([c, k]: number[]) =>
    own!.cutoff.subarray(own!.offsets[c!], own!.offsets[c! + 1]).includes(k!);
  const all = rowsOf(buildCohort(log, options));
  const some = rowsOf(buildCohort(log, {...options, moments: own}));
  expect(some).toEqual(all.filter(mine));
  expect(some.length).toBeGreaterThan(3);
  expect(some.length).toBeLessThan(all.length);
});

test("isCutoff(cadence, day) and offCadenceDays(cadence, days) know the rhythm", () => {
  const on = (unit: "month" | "week" | "day" | "moment", date: string) =>
    isCutoff({every: unit}, dayOf(date));
  expect([on("month", "2025-02-01"), on("month", "2025-02-28")]).toEqual([true, false]);
  expect([on("week", "2025-01-06"), on("week", "2025-01-05")]).toEqual([true, false]);
  expect([on("day", "2025-01-05"), on("moment", "2025-01-05")]).toEqual([true, true]);
  const within = (unit: "month" | "week" | "day" | "moment") =>
    isCutoff({every: unit}, dayOf("2025-09-01") + 0.5);
  expect([within("month"), within("week"), within("day"), within("moment")]).toEqual([
    ...[false, false, false, true],
  ]);
  const off = (unit: "month" | "week" | "day", date: string) =>
    offCadenceDays({every: unit}, [dayOf(date)]).map(dateOf);
  expect([off("month", "2025-02-01"), off("week", "2025-01-06"), off("day", "2025-01-06")]).toEqual([
    ["2025-02-16"],
    ["2025-01-09"],
    [],
  ]);
});
