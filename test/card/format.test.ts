import {expect, test} from "vitest";
import {formatCell, formatDate, formatEstimate, formatNumber, isNumeric} from "../../src/card/format.ts";

test("formatNumber(value, {format}) groups thousands by thin spaces and signs with a true minus", () => {
  expect(formatNumber(1_234_567.4, {format: "integer"})).toBe("1\u2009234\u2009567");
  expect(formatNumber(-12_345.678, {format: "decimal"})).toBe("\u221212\u2009345.68");
  expect(formatNumber(999, {format: "integer"})).toBe("999");
  expect(formatNumber(-0.001, {format: "decimal"})).toBe("0.00");
});

test('formatNumber(0.314, {format: "percent"}) shows a share in percent', () => {
  expect(formatNumber(0.314, {format: "percent"})).toBe("31.4%");
  expect(formatNumber(0.314, {format: "percent", digits: 0})).toBe("31%");
});

test('formatNumber(value, {format: "money", unit}) puts the currency in front', () => {
  expect(formatNumber(-4300, {format: "money", unit: "EUR"})).toBe("EUR \u22124\u2009300");
  expect(formatNumber(12, {format: "money", unit: "CHF a month"})).toBe("CHF 12 a month");
  expect(formatNumber(12, {unit: "days", format: "integer"})).toBe("12 days");
});

test("formatNumber(NaN) is refused", () => {
  expect(() => formatNumber(Number.NaN)).toThrow("formatNumber requires a finite number, got NaN");
});

test("formatEstimate(value) is the figure with its interval", () => {
  const lift = {kind: "number", value: 2.6, low: 2.2, high: 3, digits: 1} as const;
  expect(formatEstimate(lift)).toBe("2.6 (2.2 to 3.0)");
  expect(formatEstimate({...lift, unit: "times"})).toBe("2.6 (2.2 to 3.0) times");
  expect(formatEstimate({kind: "number", value: 5, format: "money", unit: "EUR", low: -1, high: 9})).toBe(
    "EUR 5 (EUR \u22121 to 9)",
  );
});

test("formatCell(cell, column) shows what is unknown as a dash and keeps text", () => {
  expect(formatCell(null, {name: "a", title: "A", format: "integer"})).toBe("–");
  expect(formatCell("2025-01", {name: "a", title: "A"})).toBe("2025-01");
  expect(formatCell(2026, {name: "a", title: "A", format: "text"})).toBe("2026");
  expect(formatCell(0.5, {name: "a", title: "A", format: "percent", digits: 0})).toBe("50%");
});

test("isNumeric(column, rows, at) looks past what is unknown", () => {
  const column = {name: "a", title: "A"};
  expect(isNumeric(column, [[1], [null]], 0)).toBe(true);
  expect(isNumeric(column, [[1], ["x"]], 0)).toBe(false);
  expect(isNumeric({...column, format: "text"}, [[1]], 0)).toBe(false);
});

test("formatDate(date) is the date in words", () => {
  expect(formatDate("2026-07-04")).toBe("4 July 2026");
});
