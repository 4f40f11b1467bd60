import {expect, test} from "vitest";
import {dateOf, dayOf, monthStarts} from "../../src/data/calendar.ts";
import {type EventLog, type EventRow, eventLogOf} from "../../src/data/event-log.ts";
import {contract, days, inactivity, months, type Span, type TargetName} from "../../src/study.ts";
import {inactivityAlternatives} from "../../src/target/alternatives.ts";
import {buildCohort, type Cohort} from "../../src/target/cohort.ts";
import {targetCounts} from "../../src/target/counts.ts";
import {recencyTable} from "../../src/target/recency.ts";
import {labelTargets, type Targets, windowOf} from "../../src/target/targets.ts";
import {treatedInWindow} from "../../src/target/treated.ts";
import {targetWarnings, type Warning} from "../../src/target/warnings.ts";

const member = contract({start: "join", renew: "renewal", end: "cancel", graceDays: 0});
const t = dayOf("2025-03-01");

/** Members since 2024, each cancelling on the date given, or never. */
function membersUntil(...ends: (string | undefined)[]): EventLog {
  const rows = ends.flatMap((date, i): EventRow[] => {
    const customer = `c${i}`;
    const join = {customer, day: dayOf("2024-12-01"), type: "join"};
    return date ? [join, {customer, day: dayOf(date), type: "cancel"}] : [join];
  });
  return eventLogOf(rows, {lastDay: dayOf("2026-12-31")});
}

function labelsOf(log: EventLog, horizon: Span): Targets {
  const cohort = buildCohort(log, {churn: member, cutoffs: [t], activity: "join"});
  return labelTargets(log, cohort, {churn: member, horizon, activity: "join"});
}

test("labelTargets(log, cohort, {horizon: months(3)}) counts a churn on t and none on t + h", () => {
  const log = membersUntil("2025-03-01", "2025-04-30", "2025-05-01", "2025-05-31", "2025-06-01", undefined);
  const {within, in: last} = labelsOf(log, months(3));
  expect([...within]).toEqual([1, 1, 1, 1, 0, 0]);
  expect([...last]).toEqual([0, 0, 1, 1, 0, 0]);
});

test("labelTargets(log, cohort, {horizon: days(90)}) looks at the last 30 days for IN", () => {
  const log = membersUntil("2025-04-29", "2025-04-30", "2025-05-29", "2025-05-30");
  const {within, in: last} = labelsOf(log, days(90));
  expect([...within]).toEqual([1, 1, 1, 0]);
  expect([...last]).toEqual([0, 1, 1, 0]);
});

test("windowOf(t, horizon) clamps months to the month's end, and rounds days to months of 30", () => {
  const dates = (from: string, horizon: Span): string[] => {
    const {lastMonth, to} = windowOf(dayOf(from), horizon);
    return [dateOf(lastMonth), dateOf(to)];
  };
  expect(dates("2024-11-30", months(3))).toEqual(["2025-01-30", "2025-02-28"]);
  expect(dates("2025-03-01", months(1))).toEqual(["2025-03-01", "2025-04-01"]);
  expect(dates("2025-01-01", days(100))).toEqual(["2025-03-02", "2025-04-11"]);
  expect(dates("2025-01-01", days(10))).toEqual(["2025-01-01", "2025-01-11"]);
});

test("labelTargets(log, …) labels a cutoff with t + h = E + 1, and with a grace period only after it", () => {
  const mature = (graceDays: number, lastDay: string): number => {
    const log = {...membersUntil(undefined), lastDay: dayOf(lastDay)};
    const churn = {...member, graceDays};
    const cohort = buildCohort(log, {churn, cutoffs: [t], activity: "join"});
    const targets = labelTargets(log, cohort, {churn, horizon: months(3), activity: "join"});
    expect(targets.within[0] !== -1 && targets.in[0] !== -1 && targets.silent[0] !== -1).toBe(
      targets.mature[0] === 1,
    );
    return targets.mature[0]!;
  };
  expect([mature(0, "2025-05-31"), mature(0, "2025-05-30")]).toEqual([1, 0]);
  expect([mature(14, "2025-06-14"), mature(14, "2025-06-13")]).toEqual([1, 0]);
});

test("buildCohort(log, {minimumTenureDays}) leaves out who has less history than that", () => {
  const log = membersUntil(undefined);
  const rows = (minimumTenureDays: number): number =>
    buildCohort(log, {churn: member, cutoffs: [t], activity: "join", minimumTenureDays}).rows;
  expect([rows(90), rows(91)]).toEqual([1, 0]);
});

test("buildCohort(log, {cutoffs}) requires ascending cutoffs", () => {
  const build = (cutoffs: number[]): Cohort =>
    buildCohort(membersUntil(undefined), {churn: member, cutoffs, activity: "join"});
  expect(() => build([5, 5])).toThrow("buildCohort requires ascending cutoffs, got 5 before 5");
  expect(() => build([])).toThrow("buildCohort requires at least one cutoff, got 0");
});

test("treatedInWindow(cohort, campaigns, horizon) flags a treatment on t, none on t + h, and no control", () => {
  const log = membersUntil(undefined, undefined, undefined, undefined, undefined);
  const cohort = buildCohort(log, {churn: member, cutoffs: [t], activity: "join"});
  const dates = ["2025-03-01", "2025-05-31", "2025-06-01", "2025-02-28", "2025-03-05", "2025-03-05"];
  const campaigns = {
    customer: Int32Array.of(0, 1, 2, 3, 4, -1),
    day: Int32Array.from(dates, dayOf),
    treated: Uint8Array.of(1, 1, 1, 1, 0, 1),
  };
  expect([...treatedInWindow(cohort, campaigns, months(3))]).toEqual([1, 1, 0, 0, 0]);
});

/** A cohort with one cutoff and given recencies, and its labels. */
const cohortOf = (recency: number[]): Cohort => ({
  cutoffs: [t],
  rows: recency.length,
  customer: Int32Array.from(recency.keys()),
  cutoff: new Int32Array(recency.length),
  recency: Int32Array.from(recency),
  tenure: new Int32Array(recency.length).fill(400),
});

test("recencyTable(cohort, labels) counts rows and positives by 30 days of recency, without unlabelled rows", () => {
  const table = recencyTable(cohortOf([1, 30, 31, 60, 91, -1, 5]), Int8Array.of(1, 0, 1, 1, 0, 0, -1));
  expect(table.months.map(m => [m.month, m.fromDays, m.toDays, m.rows, m.positives])).toEqual([
    [1, 1, 30, 2, 1],
    [2, 31, 60, 2, 2],
    [3, 61, 90, 0, 0],
    [4, 91, 120, 1, 0],
  ]);
  expect(table.never).toEqual({rows: 1, positives: 0});
  expect([table.rows, table.positives, table.rate, table.liftCeiling]).toEqual([6, 3, 0.5, 2]);
  expect(table.months[1]).toMatchObject({rate: 1, shareOfPositives: 2 / 3, shareOfRows: 1 / 3});
});

test("recencyTable(cohort, labels).explained is 1 when recency decides the label, 0 when it says nothing", () => {
  expect(recencyTable(cohortOf([1, 2, 40, 50]), Int8Array.of(0, 0, 1, 1)).explained).toBe(1);
  expect(recencyTable(cohortOf([1, 2, 40, 50]), Int8Array.of(1, 1, 0, 0)).explained).toBe(1);
  expect(recencyTable(cohortOf([1, 2, 40, 50]), Int8Array.of(0, 1, 1, 0)).explained).toBe(0);
});

/** Warnings for an inactivity definition over customers who buy on the days given. */
function warningsFor(d: number, target: TargetName, buys: string[][], horizon: Span = months(3)): Warning[] {
  const churn = inactivity({days: d, of: "buy"});
  const rows = buys.flatMap((dates, i) =>
    dates.map(date => ({customer: `c${i}`, day: dayOf(date), type: "buy"})),
  );
  const log = eventLogOf(rows, {lastDay: dayOf("2025-12-31")});
  const cohort = buildCohort(log, {churn, cutoffs: [t], activity: "buy"});
  const targets = labelTargets(log, cohort, {churn, horizon, activity: "buy"});
  return targetWarnings({cohort, targets, churn, horizon, target});
}

test("targetWarnings(…) is an error when no row can be positive", () => {
  const recent = [["2025-02-28"], ["2025-02-20", "2025-03-03"]];
  expect(warningsFor(120, "within", recent)).toMatchObject([
    {severity: "error", code: "none-possible", message: expect.stringContaining("use 60 to 90 days")},
  ]);
  expect(warningsFor(120, "in", recent)).toMatchObject([{severity: "error", code: "none-possible"}]);
  expect(warningsFor(120, "silent", recent).map(({severity}) => severity)).not.toContain("error");
});

test("targetWarnings(…) is an error when there is no label, no positive or no negative", () => {
  const one = [["2025-02-01"]];
  expect(warningsFor(60, "within", one, months(12))).toMatchObject([{severity: "error", code: "no-label"}]);
  expect(warningsFor(60, "in", one)).toMatchObject([{severity: "error", code: "no-positive"}]);
  expect(warningsFor(60, "within", one)).toMatchObject([{severity: "error", code: "no-negative"}]);
});

test("targetWarnings(…) gives the share of structural zeros when the days exceed the horizon", () => {
  const buys = [["2025-02-25"], ["2025-01-01"], ["2024-12-25"], ["2025-01-05"]];
  const found = warningsFor(120, "within", buys).find(({code}) => code === "days-over-horizon");
  expect(found).toMatchObject({severity: "warning", value: 0.25});
  expect(found!.message).toContain("25.0% of the rows, those active in the last 30 days");
});

test("targetWarnings(…) is quiet about the days from half the horizon to the horizon, 45 to 90", () => {
  const codes = (d: number): string[] =>
    warningsFor(d, "within", [["2025-02-27"], ["2025-02-27", "2025-03-20", "2025-04-20", "2025-05-20"]]).map(
      ({code}) => code,
    );
  expect(codes(44)).toContain("days-under-half-horizon");
  for (const d of [45, 60, 90]) expect(codes(d).filter(code => code.startsWith("days-"))).toEqual([]);
});

test("targetWarnings(…, target: in) warns of days that miss the last month, and else of eligibility", () => {
  const buys = [
    ["2025-02-15"],
    ["2025-02-27", "2025-03-20", "2025-04-20", "2025-05-20"],
    ["2025-01-10", "2025-03-10"],
  ];
  const found = warningsFor(90, "in", buys);
  expect(found.find(({code}) => code === "in-eligibility")).toMatchObject({value: 1});
  const missed = warningsFor(60, "in", buys).find(({code}) => code === "in-out-of-reach");
  expect(missed!.message).toContain("IN(3) needs churn days over 60 and up to 90, not 60");
});

test("targetWarnings(…) warns of base rates outside 5-95 %, and of a low ceiling of the lift", () => {
  const log = (share: number): Warning[] => {
    const ends = Array.from({length: 100}, (_, i) => (i < share ? "2025-04-01" : undefined));
    const members = membersUntil(...ends);
    const cohort = buildCohort(members, {churn: member, cutoffs: [t], activity: "join"});
    const horizon = months(3);
    const targets = labelTargets(members, cohort, {churn: member, horizon, activity: "join"});
    return targetWarnings({cohort, targets, churn: member, horizon, target: "within"});
  };
  expect(log(4)).toMatchObject([{code: "base-rate", value: 0.04}]);
  expect([log(5), log(50)]).toEqual([[], []]);
  expect(log(65)).toMatchObject([{code: "lift-ceiling", message: expect.stringContaining("lift over 1.5")}]);
  expect(log(95)).toMatchObject([{code: "lift-ceiling"}]);
  expect(log(96)).toMatchObject([{code: "base-rate", value: 0.96}]);
});

test("targetCounts(cohort, targets).overall are the sums over the cutoffs", () => {
  const log = membersUntil("2025-03-01", "2025-04-30", "2025-05-31", undefined);
  const cutoffs = monthStarts("2025-01", "2026-12");
  const cohort = buildCohort(log, {churn: member, cutoffs, activity: "join"});
  const targets = labelTargets(log, cohort, {churn: member, horizon: months(3), activity: "join"});
  const {byCutoff, overall} = targetCounts(cohort, targets);
  expect(overall).toEqual(
    byCutoff.reduce((sums: Record<string, number>, {cutoff: _, ...counts}) => {
      for (const [key, n] of Object.entries(counts)) sums[key] = (sums[key] ?? 0) + n;
      return sums;
    }, {}),
  );
  expect(overall.rows).toBe(cohort.rows);
  expect(overall.mature + overall.immature).toBe(overall.rows);
  expect(overall.agree + overall.withinButActive + overall.silentNotWithin).toBe(overall.mature);
  expect(overall.immature).toBe(2); // who stays, at 2026-11-01 and 2026-12-01
});

test("inactivityAlternatives(log, {daysList}) builds a cohort and labels for each of the days", () => {
  const rows = ["2025-02-27", "2025-01-15"].map((date, i) => ({
    customer: `c${i}`,
    day: dayOf(date),
    type: "buy",
  }));
  const log = eventLogOf(rows, {lastDay: dayOf("2025-12-31")});
  const found = inactivityAlternatives(log, {
    daysList: [30, 60],
    of: "buy",
    cutoffs: [t],
    horizon: months(3),
  });
  expect(found.map(({days: d, counts}) => [d, counts.rows])).toEqual([
    [30, 1],
    [60, 2],
  ]);
  expect(found[1]!.baseRate).toEqual({within: 1, in: 0, silent: 1});
});
