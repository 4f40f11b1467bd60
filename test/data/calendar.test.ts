import {expect, test} from "vitest";
import {addSpan, dateOf, dayOf, monthStarts} from "../../src/data/calendar.ts";

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
