import {expect, test} from "vitest";
import type {Boost} from "../../src/boost/boost.ts";
import {boostShap} from "../../src/boost/shap.ts";
import {explainRows, fitReference} from "../../src/explain/explain-rows.ts";
import {strongestInteractions, tableOf} from "../../src/explain/interactions.ts";
import {stripOf, summariseExplanation} from "../../src/explain/summary.ts";
import type {Matrix} from "../../src/features/matrix.ts";
import {fitModel, type Model} from "../../src/model/model.ts";
import {randomOf} from "../../src/random.ts";
import {randomBoost, randomData} from "../boost/random-trees.ts";
import {pathWorth, shapleyInteraction} from "../boost/tree-walk.ts";
import {table} from "../model/prepare/rows.ts";

const explained = {
  names: ["a", "b"],
  rows: 4,
  values: Float64Array.of(1, -0.5, 0, -0.5, -1, 0.5, 2, 0.5),
  base: 0,
};
const x = table({a: [3, 2, 1, 9], b: [5, null, 5, 5]});

test("summariseExplanation gives the mean of absolute values and the direction, the largest first", () => {
  expect(summariseExplanation(explained, x)).toEqual([
    {feature: "a", meanAbsolute: 1, correlation: 1},
    {feature: "b", meanAbsolute: 0.5, correlation: 0},
  ]);
  expect(() => summariseExplanation({...explained, rows: 3}, x)).toThrow(
    "requires the rows that were explained",
  );
});

test("summariseExplanation of one-hot columns adds them up with their signs: parts that cancel do not count", async () => {
  const random = randomOf(2);
  const plans = Array.from({length: 400}, () => ["p", "q"][Math.floor(2 * random())]!);
  const z = table({plan: plans});
  const y = Uint8Array.from(plans, plan => (random() < (plan === "p" ? 0.6 : 0.3) ? 1 : 0));
  const model = await fitModel("logistic", {x: z, y, customers: plans.map((_, i) => `C${i}`)});
  if (model.kind !== "logistic") throw new TypeError("logistic");
  const [p, q] = model.logistic.coefficients as [number, number];
  const shares = plans.map(plan => (plan === "p" ? 1 : 0));
  const mean = shares.reduce<number>((sum, one) => sum + one, 0) / 400;
  const expected =
    shares.reduce<number>((sum, one) => sum + Math.abs(p * (one - mean) + q * (mean - one)), 0) / 400;
  const explanation = explainRows(model, z, fitReference(model, z));
  expect(summariseExplanation(explanation, z)[0]!.meanAbsolute).toBeCloseTo(expected, 12);
});

test("stripOf counts the rows of each step, with the mean rank of the feature in them", () => {
  expect(stripOf(explained, x, {feature: "a", range: [-1, 2], steps: 3})).toEqual([
    {low: -1, high: 0, rows: 1, level: 0},
    {low: 0, high: 1, rows: 1, level: 1 / 3},
    {low: 1, high: 2, rows: 2, level: (2 / 3 + 1) / 2},
  ]);
  expect(stripOf(explained, x, {feature: "b", range: [-1, 1], steps: 2})).toEqual([
    {low: -1, high: 0, rows: 2, level: null},
    {low: 0, high: 1, rows: 2, level: null},
  ]);
  expect(() => stripOf(explained, x, {feature: "a", range: [0, 2], steps: 2})).toThrow(
    "values in [0, 2], got -1",
  );
});

test("stripOf ranks equal values at their mean, missing ones not at all", () => {
  const z = table({a: [1, 1, 1, 4, null]});
  const one = {names: ["a"], rows: 5, values: Float64Array.of(0, 0, 0, 1, 0), base: 0};
  expect(stripOf(one, z, {feature: "a", range: [0, 1], steps: 2})).toEqual([
    {low: 0, high: 0.5, rows: 4, level: 1 / 3},
    {low: 0.5, high: 1, rows: 1, level: 1},
  ]);
});

test("strongestInteractions is the mean of the absolute Shapley interaction by definition", () => {
  const random = randomOf(5);
  const boost = randomBoost(random, {leaves: 8, trees: 4, numbers: 4, categories: 0});
  const rows = randomData(random, boost.features, 6) as Matrix;
  const found = strongestInteractions(modelOf(boost), rows, {strongest: 6})!;
  expect(found.length).toBe(6);
  expect(found.map(({meanAbsolute}) => meanAbsolute)).toEqual(
    found.map(({meanAbsolute}) => meanAbsolute).sort((a, b) => b - a),
  );
  for (const {features, values, meanAbsolute} of found) {
    const [a, b] = features.map(name => rows.names.indexOf(name)) as [number, number];
    const expected = Array.from(
      {length: 6},
      (_, i) => 2 * shapleyInteraction(4, pathWorth(boost, rows, i), a, b),
    );
    expected.forEach((value, i) => {
      expect(values[i]).toBeCloseTo(value, 10);
    });
    expect(meanAbsolute).toBeCloseTo(expected.reduce((sum, v) => sum + Math.abs(v), 0) / 6, 10);
  }
  expect(boostShap(boost, rows).rows).toBe(6);
});

test("strongestInteractions is undefined for a model without trees", () => {
  const dummy = {
    kind: "dummy",
    features: ["a", "b"],
    dummy: {baseRate: 0.2},
    trained: {rows: 1, positives: 0},
  };
  expect(strongestInteractions(dummy as Model, x, {strongest: 1})).toBeUndefined();
});

test("tableOf averages an interaction over parts of two features, and leaves rows with a missing value out", () => {
  const z = table({a: [1, 2, 3, 4, null], b: [0, 0, 1, 1, 1]});
  const values = Float64Array.of(1, 3, -1, 5, 100);
  const {edges, cells} = tableOf({features: ["a", "b"], meanAbsolute: 0, values}, z, {parts: [2, 2]});
  expect(edges).toEqual([
    [1, 2.5, 4],
    [0, 1],
  ]);
  expect(cells).toEqual([[{mean: 2, rows: 2}], [{mean: 2, rows: 2}]]);
});

const modelOf = (boost: Boost): Model => ({
  ...{kind: "boost", features: boost.features.map(({name}) => name), trained: {rows: 1, positives: 0}},
  ...{preparation: [], boost, search: {tried: [], winner: 0, work: 0}},
});
