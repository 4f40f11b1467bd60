import fc from "fast-check";
import {expect, test} from "vitest";
import {eventLogOf} from "../../src/data/event-log.ts";
import {NEVER, type Subscriptions} from "../../src/data/subscriptions.ts";
import {days, subscription} from "../../src/study.ts";
import {churnDays, NOT_BACK} from "../../src/target/churn.ts";
import {buildCohort} from "../../src/target/cohort.ts";
import {contractPeriods} from "../../src/target/subscriptions.ts";
import {labelTargets} from "../../src/target/targets.ts";
import {range} from "./by-definition.ts";

/** Known from its start on, and for ever, unless said otherwise. */
type Contract = readonly [customer: number, start: number, end: number, known?: number, until?: number];

const tableOf = (contracts: readonly Contract[]): Subscriptions => {
  const sorted = contracts.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]);
  return {
    offsets: Int32Array.from([0, 1, 2, 3], c => sorted.filter(([customer]) => customer < c).length),
    start: Int32Array.from(sorted, ([, start]) => start),
    end: Int32Array.from(sorted, ([, , end]) => end),
    plan: new Int32Array(sorted.length).fill(-1),
    plans: [],
    known: Int32Array.from(sorted, ([, start, , known = start]) => known),
    until: Int32Array.from(sorted, ([, , , , until = NEVER]) => until),
    unknownCustomers: 0,
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
  expect(churned(0, [0, 1, NEVER])).toEqual([]);
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
  expect(churned(0, [0, 1, 20], [0, 10, NEVER])).toEqual([]);
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

test("buildCohort(log, subscription) goes by what was known before t, and churnDays by what is valid in the end", () => {
  // Signed until 50; on day 30 it became known that it had ended on 20; on day 33 a contract from 10 on came to light.
  const table: Contract[] = [
    [0, 1, 50, 1, 30],
    [0, 1, 20, 30],
    [1, 10, NEVER, 33],
  ];
  const churn = ruleOf(0, ...table);
  const active = (t: number): number[] => [
    ...buildCohort(log, {churn, cutoffs: [t], activity: "visit"}).customer,
  ];
  expect([active(25), active(30), active(31), active(33), active(34)]).toEqual([[0], [0], [], [], [1]]);
  expect([...churnDays(log, churn).day]).toEqual([20]);
  const labels = (t: number) => {
    const cohort = buildCohort(log, {churn, cutoffs: [t], activity: "visit"});
    const {within, goneBefore} = labelTargets(log, cohort, {churn, horizon: days(10), activity: "visit"});
    return [within[0], goneBefore[0]];
  };
  expect([labels(20), labels(21), labels(30)]).toEqual([
    [1, 0],
    [0, 1],
    [0, 1],
  ]);
  expect(contractPeriods(tableOf(table), 0)).toEqual({start: [1], end: [20]});
  expect(contractPeriods(tableOf(table), 0, {at: 25})).toEqual({start: [1], end: [50]});
});

test("buildCohort(log, subscription) at an instant: contracts cover whole days, versions are known to the instant", () => {
  const timed = eventLogOf(
    ["a", "b", "c"].map(customer => ({customer, day: 0, timeOfDay: 1, type: "visit"})),
    {lastDay: LAST},
  );
  const active = (t: number, churn: ReturnType<typeof ruleOf>): number[] => [
    ...buildCohort(timed, {churn, cutoffs: [t], activity: "visit"}).customer,
  ];
  const plain = ruleOf(0, [0, 5, 20]);
  const toTheInstant = (
    subscriptions: Subscriptions,
    known: readonly number[],
    until: readonly number[],
  ) => ({
    ...plain,
    subscriptions: {...subscriptions, known: Float64Array.from(known), until: Float64Array.from(until)},
  });
  const exact = toTheInstant(plain.subscriptions, [5], [NEVER]);
  expect([active(5, exact), active(5.25, exact), active(19.75, exact), active(20, exact)]).toEqual([
    ...[[], [0], [0], [0]],
  ]);
  expect(active(20.25, exact)).toEqual([]);
  // The end of 20 lies in the window of a cutoff on day 19, and in none of day 20.
  const cohort = buildCohort(timed, {churn: exact, cutoffs: [19.75, 20], activity: "visit"});
  const targets = labelTargets(timed, cohort, {churn: exact, horizon: days(1), activity: "visit"});
  expect([...targets.within]).toEqual([1, 1]);
  expect([...targets.firstChurn]).toEqual([0, 0]);
  // It became known at 30.5 that the contract signed until 50 had ended on day 20.
  const both = ruleOf(0, [0, 1, 50, 1, 30], [0, 1, 20, 30]).subscriptions;
  const corrected = toTheInstant(both, [1, 30.5], [30.5, NEVER]);
  expect([active(30.25, corrected), active(30.5, corrected), active(30.75, corrected)]).toEqual([
    [0],
    [0],
    [],
  ]);
  // Known by the day: not before its end.
  expect([active(30.75, ruleOf(0, [0, 1, 50, 1, 30], [0, 1, 20, 30])), active(5.25, plain)]).toEqual([
    [0],
    [],
  ]);
});

test("churn, cohort and WITHIN of subscriptions are those of the definition, tried day by day", () => {
  const contract = fc
    .tuple(fc.integer({min: 0, max: 2}), fc.integer({min: 0, max: 50}), fc.integer({min: 0, max: 25}))
    .map(([c, start, length]): Contract => [c, start, length > 22 ? NEVER : start + length]);
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
          const runs = own.some(([, start, end]) => start < t && end >= t);
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
