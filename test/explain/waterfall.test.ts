import {expect, test} from "vitest";
import {waterfallChart} from "../../src/charts/waterfall.ts";
import type {Explanation} from "../../src/explain/explain-rows.ts";
import {familyGroups, singleGroups, subjectsOf} from "../../src/explain/subjects.ts";
import {waterfallOf} from "../../src/explain/waterfall.ts";
import {applyCalibration, type Calibration} from "../../src/model/calibration.ts";
import {randomOf} from "../../src/random.ts";
import {declare, matrixOf} from "./subjects.ts";

const features = Array.from({length: 9}, (_, k) =>
  declare({name: `f${k}`, title: `Feature ${k}`, ...(k % 3 === 0 ? {measure: "recency"} : {days: 10 + k})}),
);
const subjects = subjectsOf(features, matrixOf([], []));
const random = randomOf(1);
const contributions: Explanation = {
  ...{names: features.map(({name}) => name), rows: 30, base: -1.3},
  values: Float64Array.from({length: 270}, () => Math.round(20 * random() - 10) / 10),
};
const calibration: Calibration = {kind: "platt", a: -1.2, b: 0.1};

test("waterfallOf(contributions, row) goes from the base to the margin by its groups, the largest first", () => {
  for (let row = 0; row < 30; row++) {
    const own = contributions.values.slice(9 * row, 9 * row + 9);
    const margin = own.reduce((sum, v) => sum + v, -1.3);
    for (const groups of [singleGroups(subjects), familyGroups(subjects)]) {
      const fall = waterfallOf(contributions, row, {groups, calibration, most: 4});
      expect(fall.margin).toBeCloseTo(margin, 12);
      expect([fall.baseProbability, fall.probability]).toEqual([
        ...applyCalibration(calibration, [-1.3, fall.margin]),
      ]);
      let at = -1.3;
      for (const step of fall.steps) {
        expect(step.from).toBe(at);
        expect(step.to).toBe(at + step.contribution);
        at = step.to;
      }
      expect(at).toBeCloseTo(margin, 12);
      const sizes = fall.steps
        .filter(({title}) => title !== "Everything else")
        .map(s => Math.abs(s.contribution));
      expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
    }
  }
});

test("waterfallOf(contributions, row, {most}) has the k largest and one step for everything else, never a lone one", () => {
  const few = {...contributions, rows: 1, values: Float64Array.of(3, -4, 1, 1, 0, 0, 0, 0.5, -0.25)};
  const titles = (most: number) =>
    waterfallOf(few, 0, {groups: singleGroups(subjects), calibration, most}).steps.map(
      ({title, contribution}) => [title, contribution],
    );
  expect(titles(2)).toEqual([
    ["Feature 1", -4],
    ["Feature 0", 3],
    ["Everything else", 2.25],
  ]);
  expect(waterfallOf(few, 0, {groups: singleGroups(subjects), calibration, most: 2}).others).toBe(7);
  expect(titles(5).map(([title]) => title)).toEqual([
    "Feature 1",
    "Feature 0",
    "Feature 2",
    "Feature 3",
    "Feature 7",
    "Feature 8",
  ]);
  expect(() => waterfallOf(few, 1, {groups: singleGroups(subjects), calibration})).toThrow(
    "a row from 0 to 0, got 1",
  );
});

test("waterfallChart(fall) says in words what raises and what lowers the risk, and its table has every step", () => {
  const few = {...contributions, rows: 1, values: Float64Array.of(0.9, -0.4, 0.1, 0.1, 0, 0, 0, 0, 0)};
  const chart = waterfallChart({
    ...waterfallOf(few, 0, {
      groups: singleGroups(subjects),
      calibration: {kind: "platt", a: -1, b: 0},
      most: 2,
    }),
    who: "Customer A",
  });
  expect(chart.title).toBe("Customer A: Feature 0 raises the risk most");
  expect(chart.description).toBe(
    "How the score of Customer A comes about: from 21%, when nothing is known of a customer, to 35%. " +
      "Raises the risk: Feature 0 (+0.90), Everything else (+0.20). Lowers the risk: Feature 1 (\u22120.40). " +
      "These are associations in the data, not causes.",
  );
  const {table} = chart.spec.usermeta as {table: {rows: unknown[][]}};
  const numbers = table.rows.map(row =>
    row.map(cell => (typeof cell === "number" ? Math.round(1000 * cell) / 1000 : cell)),
  );
  expect(numbers).toEqual([
    ["Nothing known of the customer", null, null, -1.3, 0.214],
    ["Feature 0", 0.9, "raises the risk", -0.4, null],
    ["Feature 1", -0.4, "lowers the risk", -0.8, null],
    ["Everything else", 0.2, "raises the risk", -0.6, null],
    ["Customer A", null, null, -0.6, 0.354],
  ]);
});
