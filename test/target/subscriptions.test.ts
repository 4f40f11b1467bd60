import fc from "fast-check";
import {expect, test} from "vitest";
import {eventLogOf} from "../../src/data/event-log.ts";
import {days, subscription} from "../../src/study.ts";
import {churnDays, NOT_BACK} from "../../src/target/churn.ts";
import {buildCohort} from "../../src/target/cohort.ts";
import {contractPeriods, OPEN_END, type Subscriptions} from "../../src/target/subscriptions.ts";
import {labelTargets} from "../../src/target/targets.ts";
import {range} from "./by-definition.ts";

type Contract = readonly [customer: number, start: number, end: number];

const tableOf = (contracts: readonly Contract[]): Subscriptions => {
  const sorted = contracts.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]);
  return {
    customer: Int32Array.from(sorted, ([customer]) => customer),
    start: Int32Array.from(sorted, ([, start]) => start),
    end: Int32Array.from(sorted, ([, , end]) => end),
  };
};
const LAST = 60;
const log = eventLogOf(
  ["a", "b", "c"].map(customer => ({customer, day: 0, type: "visit"})),
  {lastDay: LAST},
);
const ruleOf = (graceDays: number, ...contracts: Contract[]) => ({
  ...subscription({graceDays}),
  subscriptions: tableOf(contracts),
});
const churned = (graceDays: number, ...contracts: Contract[]): number[] => {
  const {day, offsets} = churnDays(log, ruleOf(graceDays, ...contracts));
  return [...day.subarray(offsets[0], offsets[1])];
};

test("churnDays(log, subscription) is the end without a start in the grace period, the last grace day included", () => {
  expect(churned(5, [0, 1, 20])).toEqual([20]);
  expect(churned(5, [0, 1, 20], [0, 25, 40])).toEqual([40]);
  expect(churned(5, [0, 1, 20], [0, 26, 40])).toEqual([20, 40]);
  expect(churned(0, [0, 1, OPEN_END])).toEqual([]);
});

test("churnDays(log, subscription) knows a churn day once its grace period is over by E", () => {
  expect(churned(5, [0, 1, 55])).toEqual([55]);
  expect(churned(5, [0, 1, 56])).toEqual([]);
  expect(churned(0, [0, 1, 60])).toEqual([60]);
  expect(churned(0, [0, 1, 61])).toEqual([]);
});

test("a change of plan ends nothing: contracts that overlap, touch, or follow on the next day are one", () => {
  expect(churned(0, [0, 1, 20], [0, 15, 30])).toEqual([30]);
  expect(churned(0, [0, 1, 30], [0, 10, 20])).toEqual([30]);
  expect(churned(0, [0, 1, 20], [0, 20, 30])).toEqual([30]);
  expect(churned(0, [0, 1, 20], [0, 21, 30])).toEqual([30]);
  expect(churned(0, [0, 1, 20], [0, 22, 30])).toEqual([20, 30]);
  expect(churned(0, [0, 1, 20], [0, 10, OPEN_END])).toEqual([]);
});

test("churnDays(log, subscription).back is the next start, or none by E", () => {
  const {back, customers} = churnDays(log, ruleOf(0, [0, 1, 20], [0, 30, 40], [1, 5, 10], [1, 61, 70]));
  expect([...back]).toEqual([30, NOT_BACK, NOT_BACK]);
  expect(customers).toBe(2);
});

test("buildCohort(log, subscription) has who runs at t, since the start or the first event, and no grace period", () => {
  const at = (t: number): unknown => {
    const churn = ruleOf(5, [0, 5, 20], [0, 25, 40], [1, 30, 35]);
    const {customer, tenure} = buildCohort(log, {churn, cutoffs: [t], activity: "visit"});
    return [...customer].map((c, i) => [c, tenure[i]]);
  };
  expect(at(5)).toEqual([]);
  expect(at(6)).toEqual([[0, 6]]);
  expect([at(20), at(21), at(25)]).toEqual([[[0, 20]], [], []]);
  expect(at(31)).toEqual([
    [0, 31],
    [1, 31],
  ]);
});

test("contractPeriods(contracts) refuses what is not sorted or ends before it starts", () => {
  const of = (...rows: Contract[]) => ({
    customer: Int32Array.from(rows, ([c]) => c),
    start: Int32Array.from(rows, ([, start]) => start),
    end: Int32Array.from(rows, ([, , end]) => end),
  });
  expect(() => contractPeriods(of([0, 9, 8]), 1)).toThrow("to end after its start, got 9 to 8");
  expect(() => contractPeriods(of([0, 9, 12], [0, 5, 6]), 1)).toThrow(
    "sorted by start, got a start on 5 after",
  );
  expect(() => contractPeriods(of([1, 9, 12], [0, 5, 6]), 2)).toThrow(
    "sorted by customer of the log, got customer 0",
  );
});

test("churn, cohort and WITHIN of subscriptions are those of the definition, tried day by day", () => {
  const contract = fc
    .tuple(fc.integer({min: 0, max: 2}), fc.integer({min: 0, max: 50}), fc.integer({min: 0, max: 25}))
    .map(([c, start, length]): Contract => [c, start, length > 22 ? OPEN_END : start + length]);
  fc.assert(
    fc.property(
      fc.array(contract, {maxLength: 8}),
      fc.integer({min: 0, max: 6}),
      fc.integer({min: 1, max: 55}),
      (contracts, grace, t) => {
        const rule = ruleOf(grace, ...contracts);
        const {day, offsets} = churnDays(log, rule);
        const cohort = buildCohort(log, {churn: rule, cutoffs: [t], activity: "visit"});
        const horizon = days(20);
        const targets = labelTargets(log, cohort, {churn: rule, horizon, activity: "visit"});
        for (const c of [0, 1, 2]) {
          const own = contracts.filter(([customer]) => customer === c);
          const follows = Math.max(1, grace);
          const ends = range(0, LAST - grace).filter(
            e =>
              own.some(([, , end]) => end === e) &&
              !own.some(([, start, end]) => start <= e + follows && end > e),
          );
          expect([...day.subarray(offsets[c], offsets[c + 1])]).toEqual(ends);
          const runs =
            own.some(([, start, end]) => start < t && end >= t) ||
            (own.some(([, start, end]) => start < t && end === t - 1) &&
              own.some(([, start]) => start === t));
          const row = cohort.customer.indexOf(c);
          expect(row >= 0).toBe(runs);
          if (row < 0) continue;
          const known = t + 20 <= LAST + 1 - grace;
          expect(targets.within[row]).toBe(known ? Number(ends.some(e => e >= t && e < t + 20)) : -1);
        }
      },
    ),
    {numRuns: 2000, seed: 20_250_101},
  );
});
