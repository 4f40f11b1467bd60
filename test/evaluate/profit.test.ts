import {expect, test} from "vitest";
import {campaignValue, campaignValues, type Economics, triangularAt} from "../../src/evaluate/profit.ts";
import {randomOf} from "../../src/random.ts";
import {triangular} from "../../src/study.ts";

const economics: Economics = {
  contactCost: 2,
  offerCost: 10,
  customerValue: triangular(120, 180, 260),
  offerWorks: triangular(0.1, 0.2, 0.3),
  capacity: 0.1,
};
const fixed: Economics = {
  ...economics,
  customerValue: triangular(200, 200, 200),
  offerWorks: triangular(0.25, 0.25, 0.25),
};
const random = randomOf(3);
const rows = 2000;
const probabilities = Float64Array.from({length: rows}, () => random() ** 3);
const scored = {
  margins: probabilities,
  y: Uint8Array.from(probabilities, p => (random() < p ? 1 : 0)),
  clusters: {cluster: Int32Array.from({length: rows}, (_, i) => i >> 1), n: rows / 2},
};

test("campaignValue(rows, economics) is churners kept times their worth less the cost of all contacted", () => {
  const {model, random: chance, perfect, contacted} = campaignValue(scored, fixed, {seed: 1});
  const byRisk = [...probabilities.keys()].sort((a, b) => probabilities[b]! - probabilities[a]!);
  const sorted = byRisk.map(i => scored.y[i]!);
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  expect(contacted).toBe(200);
  expect(model.churners).toBeCloseTo(sum(sorted.slice(0, 200)), 9);
  expect(model.value).toBeCloseTo(sum(sorted.slice(0, 200).map(p => p * 0.25 * 200 - 12)), 8);
  expect(chance.value).toBeCloseTo(0.1 * sum(sorted) * 50 - 200 * 12, 8);
  expect(perfect.value).toBeCloseTo(Math.min(200, sum(sorted)) * 50 - 200 * 12, 8);
});

test("campaignValue(rows, economics) orders random, model, perfect, and its range holds the value", () => {
  const {model, random: chance, perfect} = campaignValue(scored, economics, {seed: 1});
  expect(chance.value).toBeLessThan(model.value);
  expect(model.value).toBeLessThan(perfect.value);
  for (const {low, value, high} of [chance, model, perfect]) expect(low < value && value < high).toBe(true);
});

test("campaignValue(rows, economics, {customers}) scales to a cohort", () => {
  const small = campaignValue(scored, economics, {seed: 1});
  const large = campaignValue(scored, economics, {seed: 1, customers: 3 * rows});
  for (const name of ["churners", "value", "low", "high"] as const)
    expect(large.model[name]).toBeCloseTo(3 * small.model[name], 6);
});

test("campaignValues(rows, economics, fractions) at 1 is the same for every choice, and at 0 is nothing", () => {
  const [none, all] = campaignValues(scored, economics, [0, 1], {seed: 2});
  expect(none!.model).toEqual({churners: 0, value: 0, low: 0, high: 0});
  for (const name of ["value", "low", "high"] as const) {
    expect(all!.model[name]).toBeCloseTo(all!.random[name], 6);
    expect(all!.model[name]).toBeCloseTo(all!.perfect[name], 6);
  }
});

test("campaignValue(rows, fixed economics) ranges over churners alone, and equally for a seed", () => {
  const value = campaignValue(scored, fixed, {seed: 5});
  expect(campaignValue(scored, fixed, {seed: 5})).toEqual(value);
  expect(campaignValue(scored, fixed, {seed: 6})).not.toEqual(value);
  const certain = {...scored, y: new Uint8Array(rows).fill(1)};
  const {low, high, value: sure} = campaignValue(certain, fixed, {seed: 5}).model;
  expect([low, high]).toEqual([sure, sure]);
});

test("campaignValues(rows, economics, fractions) refuses fractions out of order", () => {
  expect(() => campaignValues(scored, economics, [0.2, 0.1], {seed: 1})).toThrow(
    "campaignValues requires ascending fractions in [0, 1], got 0.1",
  );
});

test("triangularAt(t, u) inverts the triangular distribution function", () => {
  const t = triangular(120, 180, 260);
  for (const u of [0, 0.1, 0.42, 0.43, 0.9, 0.999]) {
    const v = triangularAt(t, u);
    const below = v < 180 ? (v - 120) ** 2 / (140 * 60) : 1 - (260 - v) ** 2 / (140 * 80);
    expect(below).toBeCloseTo(u, 12);
  }
  expect(triangularAt(triangular(5, 5, 5), 0.3)).toBe(5);
});
