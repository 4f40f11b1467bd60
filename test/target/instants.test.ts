import {describe, expect, test} from "vitest";
import {dayOf, momentText} from "../../src/data/calendar.ts";
import {type EventRow, eventLogOf} from "../../src/data/event-log.ts";
import {type Instant, instantOf} from "../../src/data/instant.ts";
import {computeFeatures} from "../../src/features/sweep.ts";
import {contract, days, inactivity, months, type Span} from "../../src/study.ts";
import {churnDays} from "../../src/target/churn.ts";
import {buildCohort} from "../../src/target/cohort.ts";
import type {ChurnRule} from "../../src/target/rule.ts";
import {labelTargets, windowOf} from "../../src/target/targets.ts";
import {treatedInWindow} from "../../src/target/treated.ts";

/** The instant of "2025-03-10 10:37", or "2025-03-10 10:37:00.001". */
function at(text: string): Instant {
  const [date = "", clock = "00:00"] = text.split(" ");
  const [hour = "0", minute = "0", second = "0"] = clock.split(":");
  return instantOf(dayOf(date), (Number(hour) * 60 + Number(minute)) * 60_000 + Number(second) * 1000);
}

/** Events of one customer, written "2025-03-10 10:37 join". */
const eventsOf = (lines: readonly string[]): EventRow[] =>
  lines.map(line => {
    const [date, clock, type] = line.split(" ");
    const day = dayOf(date!);
    const timeOfDay = Math.round((at(`${date} ${clock}`) - day) * 86_400_000);
    return {customer: "a", day, timeOfDay, type: type!};
  });

type Asked = {
  readonly churn: ChurnRule;
  readonly t: string;
  readonly horizon?: Span;
  readonly activity: string;
};

/** What a cutoff makes of one customer: undefined where not in the cohort. */
function ask({churn, t, horizon = days(30), activity}: Asked, ...lines: string[]) {
  const log = eventLogOf(eventsOf(lines), {lastDay: dayOf("2025-12-31")});
  const cohort = buildCohort(log, {churn, cutoffs: [at(t)], activity});
  const targets = labelTargets(log, cohort, {churn, horizon, activity});
  const feature = {name: "n", title: "n", unit: "", of: "*", measure: "count", actionable: false} as const;
  if (cohort.rows === 0) return undefined;
  return {
    seen: computeFeatures(log, cohort, {features: [feature]}).values[0],
    ...{within: targets.within[0], in: targets.in[0], silent: targets.silent[0]},
    ...{recency: cohort.recency[0], tenure: cohort.tenure[0], firstChurn: targets.firstChurn[0]},
  };
}

describe("a contract at 10:37 of a day", () => {
  const churn = contract({start: "join", renew: "renewal", end: "cancel", graceDays: 14});
  const asked = {churn, t: "2025-03-10 10:37", activity: "join"};
  const join = "2025-01-01 08:00 join";

  test("that was cancelled at 09:00 is no longer in the cohort", () => {
    expect(ask(asked, join, "2025-03-10 09:00 cancel")).toBeUndefined();
    expect(ask(asked, join, "2025-03-10 10:36:59.999 cancel")).toBeUndefined();
  });

  test("that is cancelled at 15:00, or at the cutoff itself, is WITHIN, and no feature sees it", () => {
    for (const clock of ["15:00", "10:37"])
      expect(ask(asked, join, `2025-03-10 ${clock} cancel`)).toMatchObject({
        ...{seen: 1, within: 1, firstChurn: 0, tenure: 69},
      });
  });

  test("that is cancelled at t + h is not WITHIN, and a millisecond before it is", () => {
    expect(ask(asked, join, "2025-04-09 10:36:59.999 cancel")).toMatchObject({within: 1, firstChurn: 29});
    expect(ask(asked, join, "2025-04-09 10:37 cancel")).toMatchObject({within: 0, firstChurn: 30});
  });

  test("that began at 09:00 is in the cohort since one day; one that begins at 10:37 is not", () => {
    expect(ask(asked, "2025-03-10 09:00 join")).toMatchObject({seen: 1, tenure: 1, recency: 1});
    expect(ask(asked, "2025-03-10 10:37 join")).toBeUndefined();
  });

  test("that was cancelled and renewed again this morning runs", () => {
    const lines = [join, "2025-03-10 09:00 cancel", "2025-03-10 09:30 renewal"];
    expect(ask(asked, ...lines)).toMatchObject({seen: 3, within: 0, recency: 69});
    expect(ask(asked, join, "2025-03-10 09:00 renewal", "2025-03-10 09:30 cancel")).toBeUndefined();
  });

  test("whose end is undone to the instant of the last grace day has not churned; a millisecond later it has", () => {
    const end = "2025-03-12 15:00 cancel";
    expect(ask(asked, join, end, "2025-03-26 15:00 join")).toMatchObject({within: 0});
    expect(ask(asked, join, end, "2025-03-26 15:00:00.001 join")).toMatchObject({within: 1, firstChurn: 2});
  });

  test("is known to have ended once the grace days are observed in full", () => {
    const log = (lastDay: string) =>
      eventLogOf(eventsOf([join, "2025-03-12 15:00 cancel"]), {lastDay: dayOf(lastDay)});
    expect([...churnDays(log("2025-03-26"), churn).day]).toEqual([at("2025-03-12 15:00")]);
    expect([...churnDays(log("2025-03-25"), churn).day]).toEqual([]);
  });

  test("with a term of a month is paid to the same time of day, the day clamped", () => {
    const paid = {...churn, term: months(1)};
    const ends = (...lines: string[]) =>
      [...churnDays(eventLogOf(eventsOf(lines), {lastDay: dayOf("2025-12-31")}), paid).day].map(momentText);
    expect(ends("2025-01-31 18:20 join")).toEqual(["2025-02-28 18:20 UTC"]);
    const last = {...asked, churn: paid, t: "2025-02-28 18:20"};
    expect(ask(last, "2025-01-31 18:20 join")).toMatchObject({within: 1, firstChurn: 0});
    expect(ask({...last, t: "2025-02-28 18:21"}, "2025-01-31 18:20 join")).toBeUndefined();
  });
});

describe("inactivity of 30 days at 10:37 of a day", () => {
  const churn = inactivity({days: 30, of: "buy"});
  const asked = {churn, t: "2025-03-10 10:37", activity: "buy"};

  test("lets a gap of exactly 30 days survive, and none a millisecond longer", () => {
    const first = "2025-03-01 12:00 buy";
    expect(ask(asked, first, "2025-03-31 12:00 buy")).toMatchObject({within: 0});
    expect(ask(asked, first, "2025-03-31 12:00:00.001 buy")).toMatchObject({within: 1, firstChurn: 21});
  });

  test("takes a last event 30 days before to the minute, and none older", () => {
    expect(ask(asked, "2025-02-08 10:37 buy")).toMatchObject({recency: 30, within: 1, firstChurn: 0});
    expect(ask(asked, "2025-02-08 10:36 buy")).toBeUndefined();
  });

  test("counts a part of a day as a day of recency", () => {
    expect(ask(asked, "2025-03-10 10:36 buy")).toMatchObject({recency: 1, seen: 1});
    expect(ask(asked, "2025-03-09 10:37 buy")).toMatchObject({recency: 1});
    expect(ask(asked, "2025-03-09 10:36 buy")).toMatchObject({recency: 2});
  });

  test("is SILENT without an event from t to t + h: one at t speaks, one at t + h does not", () => {
    const last = "2025-03-09 20:00 buy";
    expect(ask(asked, last, "2025-03-10 10:37 buy")).toMatchObject({seen: 1, silent: 0});
    expect(ask(asked, last, "2025-04-09 10:36 buy")).toMatchObject({silent: 0});
    expect(ask(asked, last, "2025-04-09 10:37 buy")).toMatchObject({silent: 1});
  });

  test("is IN the last month from its first instant to the end of the window", () => {
    const inSecond = (clock: string) =>
      ask({...asked, horizon: months(2)}, "2025-03-09 20:00 buy", `2025-03-11 ${clock} buy`)?.in;
    // The second month is [10 April 10:37, 10 May 10:37); churn comes 30 days after the last purchase.
    expect(windowOf(at("2025-03-10 10:37"), months(2)).lastMonth).toBe(at("2025-04-10 10:37"));
    expect([inSecond("10:36"), inSecond("10:37")]).toEqual([0, 1]);
  });
});

test("labelTargets(log, …) labels a cutoff once its window is observed in full: t + h <= E + 1", () => {
  const churn = inactivity({days: 30, of: "buy"});
  const rows = eventsOf(["2025-03-09 20:00 buy"]);
  const mature = (lastDay: string) => {
    const log = eventLogOf(rows, {lastDay: dayOf(lastDay)});
    const cohort = buildCohort(log, {churn, cutoffs: [at("2025-03-10 10:37")], activity: "buy"});
    return labelTargets(log, cohort, {churn, horizon: days(30), activity: "buy"}).mature[0];
  };
  expect([mature("2025-04-08"), mature("2025-04-09")]).toEqual([0, 1]);
});

test("treatedInWindow(cohort, contacts, h) within a day counts contacts of that day and of the day it ends on", () => {
  const log = eventLogOf(eventsOf(["2025-03-09 20:00 buy"]), {lastDay: dayOf("2025-12-31")});
  const churn = inactivity({days: 30, of: "buy"});
  const cohort = buildCohort(log, {churn, cutoffs: [at("2025-03-10 10:37")], activity: "buy"});
  const flag = (date: string) =>
    treatedInWindow(
      cohort,
      {customer: Int32Array.of(0), day: Int32Array.of(dayOf(date)), treated: Uint8Array.of(1)},
      days(30),
    )[0];
  expect(["2025-03-09", "2025-03-10", "2025-04-09", "2025-04-10"].map(flag)).toEqual([0, 1, 1, 0]);
});

test("buildCohort(log of days, {cutoffs: [an instant]}) is refused", () => {
  const log = eventLogOf([{customer: "a", day: 5, type: "buy"}]);
  const churn = inactivity({days: 30, of: "buy"});
  expect(() => buildCohort(log, {churn, cutoffs: [6.5], activity: "buy"})).toThrow(
    "buildCohort requires log.timeOfDay for cutoffs within a day, got 6.5",
  );
});
