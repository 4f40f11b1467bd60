import {describe, expect, test} from "vitest";
import {dateOf, dayOf} from "../../src/data/calendar.ts";
import {type EventRow, eventLogOf} from "../../src/data/event-log.ts";
import {DataError} from "../../src/data-error.ts";
import {contract, inactivity, months} from "../../src/study.ts";
import {churnDays} from "../../src/target/churn.ts";
import {buildCohort} from "../../src/target/cohort.ts";
import type {ChurnRule} from "../../src/target/rule.ts";

/** Events of one customer, written "2025-01-31 start". */
const eventsOf = (...lines: string[]): EventRow[] =>
  lines.map(line => {
    const [date, type] = line.split(" ");
    return {customer: "a", day: dayOf(date!), type: type!};
  });

function churnDates(churn: ChurnRule, lastDay: string, ...lines: string[]): string[] {
  const {day} = churnDays(eventLogOf(eventsOf(...lines), {lastDay: dayOf(lastDay)}), churn);
  return [...day].map(dateOf);
}

function activeAt(churn: ChurnRule, date: string, ...lines: string[]): boolean {
  const log = eventLogOf(eventsOf(...lines), {lastDay: dayOf("2026-12-31")});
  const activity = log.types[0]!;
  return buildCohort(log, {churn, cutoffs: [dayOf(date)], activity}).rows === 1;
}

describe("inactivity", () => {
  const churn = inactivity({days: 30, of: "buy"});

  test("churnDays(log, inactivity({days: 30})) lets a gap of exactly 30 days survive", () => {
    expect(churnDates(churn, "2025-12-31", "2025-01-01 buy", "2025-01-31 buy")).toEqual(["2025-03-02"]);
    expect(churnDates(churn, "2025-12-31", "2025-01-01 buy", "2025-02-01 buy")).toEqual([
      "2025-01-31",
      "2025-03-03",
    ]);
  });

  test("churnDays(log, …) knows a churn day equal to the last observed day, and none after it", () => {
    expect(churnDates(churn, "2025-01-31", "2025-01-01 buy")).toEqual(["2025-01-31"]);
    expect(churnDates(churn, "2025-01-30", "2025-01-01 buy")).toEqual([]);
  });

  test("churnDays(log, …) counts only the qualifying type", () => {
    expect(churnDates(churn, "2025-12-31", "2025-01-01 buy", "2025-01-20 visit")).toEqual(["2025-01-31"]);
  });

  test("churnDays(log, {of}) throws on a type that the log does not have, and names those it has", () => {
    expect(() => churnDates(inactivity({days: 30, of: "bye"}), "2025-12-31", "2025-01-01 buy")).toThrow(
      new DataError('churn.of requires an event type of the log, got "bye"; the log has buy'),
    );
  });

  test("buildCohort(log, …) takes a last event on day t - d and leaves out one a day older", () => {
    expect(activeAt(churn, "2025-01-31", "2025-01-01 buy")).toBe(true);
    expect(activeAt(churn, "2025-02-01", "2025-01-01 buy")).toBe(false);
  });

  test("buildCohort(log, …) does not see an event on the cutoff day", () => {
    expect(activeAt(churn, "2025-01-01", "2025-01-01 buy")).toBe(false);
    expect(activeAt(churn, "2025-01-02", "2025-01-01 buy")).toBe(true);
  });
});

describe("contract without a term", () => {
  const churn = contract({start: "join", renew: "renewal", end: "cancel", graceDays: 14});
  const join = "2025-01-01 join";

  test("churnDays(log, contract(…)) is the day of the end event", () => {
    expect(churnDates(churn, "2025-12-31", join, "2025-03-10 cancel")).toEqual(["2025-03-10"]);
  });

  test("a start or renewal on the last grace day undoes the end; one a day later is a new spell", () => {
    for (const type of ["join", "renewal"]) {
      expect(churnDates(churn, "2025-12-31", join, "2025-03-10 cancel", `2025-03-24 ${type}`)).toEqual([]);
      expect(churnDates(churn, "2025-12-31", join, "2025-03-10 cancel", `2025-03-25 ${type}`)).toEqual([
        "2025-03-10",
      ]);
    }
  });

  test("who comes back may churn again", () => {
    expect(
      churnDates(churn, "2025-12-31", join, "2025-03-10 cancel", "2025-06-01 join", "2025-07-01 cancel"),
    ).toEqual(["2025-03-10", "2025-07-01"]);
  });

  test("an end is known once its grace days are observed", () => {
    expect(churnDates(churn, "2025-03-24", join, "2025-03-10 cancel")).toEqual(["2025-03-10"]);
    expect(churnDates(churn, "2025-03-23", join, "2025-03-10 cancel")).toEqual([]);
  });

  test("a second end and an end without a contract mean nothing", () => {
    expect(churnDates(churn, "2025-12-31", join, "2025-03-10 cancel", "2025-03-12 cancel")).toEqual([
      "2025-03-10",
    ]);
    expect(churnDates(churn, "2025-12-31", "2024-12-01 cancel", join)).toEqual([]);
  });

  test("on one day: renewed and cancelled is cancelled", () => {
    expect(churnDates(churn, "2025-12-31", join, "2025-03-10 renewal", "2025-03-10 cancel")).toEqual([
      "2025-03-10",
    ]);
  });

  test("on one day: cancelled and started again while running is a change that runs on", () => {
    const change = [join, "2025-03-10 cancel", "2025-03-10 join"];
    expect(churnDates(churn, "2025-12-31", ...change)).toEqual([]);
    expect(activeAt(churn, "2025-06-01", ...change)).toBe(true);
  });

  test("on one day: started and cancelled with nothing running is over", () => {
    expect(churnDates(churn, "2025-12-31", join, "2025-01-01 cancel")).toEqual(["2025-01-01"]);
  });

  test("buildCohort(log, …) leaves out who is in a grace period, and has who ends on the cutoff day", () => {
    const undone = [join, "2025-03-10 cancel", "2025-03-15 renewal"];
    expect(activeAt(churn, "2025-03-10", ...undone)).toBe(true);
    expect(activeAt(churn, "2025-03-11", ...undone)).toBe(false);
    expect(activeAt(churn, "2025-03-15", ...undone)).toBe(false);
    expect(activeAt(churn, "2025-03-16", ...undone)).toBe(true);
  });

  test("churnDays(log, contract(…)) throws when nothing ever starts or renews", () => {
    expect(() => churnDates(churn, "2025-12-31", "2025-01-01 cancel")).toThrow(
      'churn requires events of type "join" or "renewal", got only cancel',
    );
  });
});

describe("contract with a monthly term", () => {
  const churn = contract({start: "join", renew: "renewal", end: "cancel", graceDays: 3, term: months(1)});

  test("a start on 31 January pays until 28 February, the first day not paid for", () => {
    expect(churnDates(churn, "2025-12-31", "2025-01-31 join")).toEqual(["2025-02-28"]);
    expect(churnDates(churn, "2024-12-31", "2024-01-31 join")).toEqual(["2024-02-29"]);
  });

  test("a renewal on the very end day renews; on the last grace day it heals; a day later it is too late", () => {
    const join = "2025-01-10 join";
    expect(churnDates(churn, "2025-12-31", join, "2025-02-10 renewal")).toEqual(["2025-03-10"]);
    expect(churnDates(churn, "2025-12-31", join, "2025-02-13 renewal")).toEqual(["2025-03-13"]);
    expect(churnDates(churn, "2025-12-31", join, "2025-02-14 renewal")).toEqual(["2025-02-10", "2025-03-14"]);
  });

  test("a renewal before the end adds to the paid time; a new start in paid time counts from its day", () => {
    const join = "2025-01-10 join";
    expect(churnDates(churn, "2025-12-31", join, "2025-01-20 renewal")).toEqual(["2025-03-10"]);
    expect(churnDates(churn, "2025-12-31", join, "2025-01-20 join")).toEqual(["2025-02-20"]);
  });

  test("on the very end day: cancelled and started again runs on, renewed and cancelled is over", () => {
    const [join, cancel] = ["2025-01-10 join", "2025-02-10 cancel"];
    expect(churnDates(churn, "2025-12-31", join, cancel, "2025-02-10 join")).toEqual(["2025-03-10"]);
    expect(churnDates(churn, "2025-12-31", join, cancel, "2025-02-10 renewal")).toEqual(["2025-02-10"]);
  });

  test("an end event in the middle of paid time ends on its own day", () => {
    expect(churnDates(churn, "2025-12-31", "2025-01-10 join", "2025-01-20 cancel")).toEqual(["2025-01-20"]);
  });

  test("an end event after the paid time does not move the end", () => {
    expect(churnDates(churn, "2025-12-31", "2025-01-10 join", "2025-02-11 cancel")).toEqual(["2025-02-10"]);
  });

  test("buildCohort(log, …) has who is paid until the cutoff, and not who was until the day before", () => {
    expect(activeAt(churn, "2025-02-10", "2025-01-10 join")).toBe(true);
    expect(activeAt(churn, "2025-02-11", "2025-01-10 join")).toBe(false);
  });
});
