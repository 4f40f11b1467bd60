import {expect, test} from "vitest";
import {dayOf} from "../../src/data/calendar.ts";
import {eventLogOf} from "../../src/data/event-log.ts";
import {periodCounts} from "../../src/features/calendar.ts";
import {inactivity} from "../../src/study.ts";
import {buildCohort} from "../../src/target/cohort.ts";

const dates = [
  "2024-12-31",
  "2025-01-01",
  "2025-01-31",
  "2025-01-31",
  "2025-02-15",
  "2025-03-10",
  "2025-04-02",
];
const log = eventLogOf(
  [
    ...dates.map(date => ({customer: "a", day: dayOf(date), type: "buy"})),
    {customer: "a", day: dayOf("2025-03-20"), type: "visit"},
  ],
  {lastDay: dayOf("2025-12-31")},
);
const at = (date: string, cut: "rolling" | "calendar") => {
  const cohort = buildCohort(log, {
    churn: inactivity({days: 200, of: "buy"}),
    cutoffs: [dayOf(date)],
    activity: "buy",
  });
  return [...periodCounts(log, cohort, {of: "buy", cut}).values];
};

test("periodCounts(log, cohort, {cut: calendar}) counts the last three months that are over", () => {
  expect(at("2025-04-01", "calendar")).toEqual([1, 1, 3, 1]);
  expect(at("2025-03-31", "calendar")).toEqual([1, 3, 1, 1]);
  // The event of 2 April belongs to the month under way.
  expect(at("2025-04-16", "calendar")).toEqual([1, 1, 3, 1]);
  expect(at("2025-06-01", "calendar")).toEqual([0, 1, 1, 2]);
});

test("periodCounts(log, cohort, {cut: rolling}) counts 30 days three times over, up to the cutoff", () => {
  // [3-02, 4-01), [1-31, 3-02), [1-01, 1-31).
  expect(at("2025-04-01", "rolling")).toEqual([1, 3, 1, 22 / 30]);
  expect(at("2025-04-03", "rolling")).toEqual([2, 1, 2, 1 / 30]);
});

test("periodCounts(log, cohort) reads no event on the cutoff or later", () => {
  for (const cut of ["rolling", "calendar"] as const) {
    const cohort = buildCohort(log, {
      ...{churn: inactivity({days: 200, of: "buy"}), cutoffs: [dayOf("2025-03-10")], activity: "buy"},
    });
    const of = (rows: typeof log) => [...periodCounts(rows, cohort, {of: "buy", cut}).values];
    const past = eventLogOf(
      [...dates.slice(0, 5), "2025-03-30"].map(date => ({customer: "a", day: dayOf(date), type: "buy"})),
    );
    expect(of(past)).toEqual(of(log));
  }
  expect(() => at("2025-03-10", "rolling")).not.toThrow();
  const cohort = buildCohort(log, {
    ...{churn: inactivity({days: 200, of: "buy"}), cutoffs: [dayOf("2025-03-10")], activity: "buy"},
  });
  expect(() => periodCounts(log, cohort, {of: "byu", cut: "rolling"})).toThrow('got "byu"');
});
