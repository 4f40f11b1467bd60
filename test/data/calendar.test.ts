import {expect, test} from "vitest";
import {addSpan, dateOf, dayOf, momentText, monthStarts} from "../../src/data/calendar.ts";
import {DAY_MILLISECONDS, daysBetween, instantOf} from "../../src/data/instant.ts";

test("addSpan(31 January, 1 month) clamps the day to the month's end", () => {
  expect(dateOf(addSpan(dayOf("2025-01-31"), {months: 1}))).toBe("2025-02-28");
  expect(dateOf(addSpan(dayOf("2024-01-31"), {months: 1}))).toBe("2024-02-29");
  expect(dateOf(addSpan(dayOf("2024-11-15"), {months: 3}))).toBe("2025-02-15");
});

test("dayOf refuses a date that does not exist, by its text", () => {
  expect(() => dayOf("2025-02-30")).toThrow('dayOf requires a date written YYYY-MM-DD, got "2025-02-30"');
  expect(dayOf("1970-01-02")).toBe(1);
});

test("monthStarts(from, to) holds both months", () => {
  expect(monthStarts("2025-11", "2026-02").map(dateOf)).toEqual([
    "2025-11-01",
    "2025-12-01",
    "2026-01-01",
    "2026-02-01",
  ]);
});

test("addSpan(an instant, …) keeps the time of day and is the very number of that instant", () => {
  const at = (text: string) => instantOf(0, Date.parse(`${text}Z`));
  expect(addSpan(at("2025-01-31T10:37"), {months: 1})).toBe(at("2025-02-28T10:37"));
  expect(addSpan(at("2024-11-15T23:59:59.999"), {months: 3})).toBe(at("2025-02-15T23:59:59.999"));
  // Days after 1992-06-06 and 2014-11-10 take a bit more before the point, and one less after it.
  for (const start of ["1969-12-31T22:01", "1992-05-01T07:20:00.007", "2014-10-30T10:37"])
    for (let n = 1; n < 60; n++)
      expect(addSpan(at(start), {days: n})).toBe(
        instantOf(0, Date.parse(`${start}Z`) + n * DAY_MILLISECONDS),
      );
  expect(daysBetween(at("1992-05-01T07:20:00.007"), at("2025-05-01T07:20:00.007"))).toBe(12_053);
});

test("momentText(t) is the date at 00:00, and has the minute at any other time", () => {
  expect([momentText(20_000), momentText(instantOf(20_000, 38_220_000))]).toEqual([
    ...["2024-10-04", "2024-10-04 10:37 UTC"],
  ]);
});
