import {expect, test} from "vitest";
import {planCutoffs} from "../../src/bin/plan-study.ts";
import {dayOf} from "../../src/data/calendar.ts";

const plan = (first: string, last: string, churnDays = 90) =>
  planCutoffs({firstDay: dayOf(first), lastDay: dayOf(last), churnDays, horizonDays: 90});

test("planCutoffs of 18 months starts after the first 90 days and ends 90 days before the last", () => {
  expect(plan("1997-01-01", "1998-06-30")).toMatchObject({
    from: "1997-04",
    to: "1998-04",
    testFrom: "1998-03",
    historyDays: 90,
  });
});

test("planCutoffs of more than two years leaves a year before the first cutoff and uses at most 24", () => {
  expect(plan("2020-01-01", "2022-12-31")).toMatchObject({from: "2021-01", to: "2022-10"});
  expect(plan("2010-01-01", "2022-12-31")).toMatchObject({from: "2020-11", to: "2022-10"});
});

test("planCutoffs refuses a log that leaves nothing to learn from, with the days that it would take", () => {
  expect(() => plan("2025-01-01", "2025-08-31")).toThrow(
    "the log is too short: it covers 243 days from 2025-01-01 to 2025-08-31, and 90 days of inactivity need about 332; " +
      "give more history or a smaller --churn-after",
  );
});
