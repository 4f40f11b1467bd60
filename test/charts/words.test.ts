import {expect, test} from "vitest";
import {niceTop, spread} from "../../src/charts/layout.ts";
import {coloursOf} from "../../src/charts/theme.ts";
import {periodLabels, periodText} from "../../src/charts/time-axis.ts";
import {decimal, listed, percent, roughEms, whole, wrap} from "../../src/charts/words.ts";
import {monthsFrom} from "./examples.ts";

test("percent(share) has one decimal below 10%, none above, and never rounds to all", () => {
  const shares = [0, 0.05, 0.004, 0.082, 0.0996, 0.124, 0.996, 0.994, 1, -0.052];
  expect(shares.map(percent)).toEqual([
    "0%",
    "5%",
    "0.4%",
    "8.2%",
    "10%",
    "12%",
    "99.6%",
    "99%",
    "100%",
    "\u22125.2%",
  ]);
});

test("whole(value) groups by thin spaces and decimal(value) has a true minus sign, never before zero", () => {
  expect([0, 999, 1000, 1234567, -12345.4].map(whole)).toEqual([
    "0",
    "999",
    "1\u2009000",
    "1\u2009234\u2009567",
    "\u221212\u2009345",
  ]);
  expect([whole(-0.2), decimal(-0.001), decimal(-1.5, 1)]).toEqual(["0", "0.00", "\u22121.5"]);
});

test("listed(items) joins with commas and one and", () => {
  expect([[], ["a"], ["a", "b"], ["a", "b", "c"]].map(listed)).toEqual(["", "a", "a and b", "a, b and c"]);
});

test("wrap(text, {ems, lines}) keeps within the width and ends what is cut in an ellipsis", () => {
  expect(wrap("within 3 months", {ems: 20})).toEqual(["within 3 months"]);
  expect(wrap("Purchases in the shop", {ems: 8})).toEqual(["Purchases in", "the shop"]);
  const cut = wrap("Donaudampfschifffahrtsgesellschaft of the upper river", {ems: 7, lines: 2});
  expect(cut).toHaveLength(2);
  expect(cut[1]).toMatch(/\u2026$/);
  for (const line of cut) expect(roughEms(line)).toBeLessThanOrEqual(7.5);
});

test("spread(positions, {gap, low, high}) keeps order, gap and bounds, and moves only what touches", () => {
  expect(spread([10, 50], {gap: 10, low: 0, high: 100})).toEqual([10, 50]);
  expect(spread([50, 50], {gap: 10, low: 0, high: 100})).toEqual([45, 55]);
  expect(spread([99, 98], {gap: 10, low: 0, high: 100})).toEqual([100, 90]);
  expect(spread([0, 1, 2], {gap: 100, low: 0, high: 10})).toEqual([0, 5, 10]);
  const many = spread([5, 5.5, 6, 90, 90], {gap: 4, low: 0, high: 100});
  many.slice(1).forEach((at, i) => {
    expect(at - many[i]!).toBeGreaterThanOrEqual(4 - 1e-9);
  });
});

test("niceTop(value, limit) is a round number that holds the value", () => {
  expect([0, 0.173, 0.96, 1, 3.7, 6.4, 31_620].map(v => niceTop(v))).toEqual([1, 0.2, 1, 1, 4, 7, 40_000]);
  expect(niceTop(1.05, 1)).toBe(1);
});

test("periodLabels(months) names the year first and each January, and thins what has no room", () => {
  const lines = periodLabels(monthsFrom(2025, 16)).map(label => label.lines);
  expect(lines[0]).toEqual(["Jan", "2025"]);
  expect(lines.filter(l => l.length === 2)).toEqual([
    ["Jan", "2025"],
    ["Jan", "2026"],
  ]);
  expect(periodLabels(monthsFrom(2020, 72)).length).toBeLessThanOrEqual(12);
});

test("periodLabels(weeks) names the first week of a month; other texts stay as they are", () => {
  const weeks = ["2025-01-20", "2025-01-27", "2025-02-03", "2025-02-10"];
  expect(periodLabels(weeks)).toEqual([
    {index: 0, lines: ["Jan", "2025"]},
    {index: 2, lines: ["Feb"]},
  ]);
  expect(periodLabels(["W1", "W2"]).map(l => l.lines)).toEqual([["W1"], ["W2"]]);
});

test("periodText(period) writes a month or a day in words", () => {
  expect(["2025-03", "2025-03-01", "2025-03-17", "week 3"].map(periodText)).toEqual([
    "Mar 2025",
    "Mar 2025",
    "17 Mar 2025",
    "week 3",
  ]);
});

test("coloursOf(names) keeps the colour of recency, dummy and the targets, and differs for all others", () => {
  const all = coloursOf(["ml-xgboost", "logistic", "recency", "dummy"]);
  expect(new Set(all).size).toBe(4);
  expect(coloursOf(["logistic", "recency"])[1]).toBe(all[2]);
  expect(new Set(coloursOf(["within 3 months", "in month 3", "silent"])).size).toBe(3);
});
