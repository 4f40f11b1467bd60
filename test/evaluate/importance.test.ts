import {expect, test} from "vitest";
import {permutationImportance, permuteColumn} from "../../src/evaluate/importance.ts";
import {rocAuc} from "../../src/evaluate/metrics.ts";
import {applyModel, fitModel} from "../../src/model/model.ts";
import {randomOf} from "../../src/random.ts";
import {churners} from "../model/churners.ts";

const {x, y, customers} = churners(1200, 1);

test("permutationImportance(model, x, y) finds the features that matter, and which way they point", async () => {
  const model = await fitModel("logistic", {x, y, customers});
  const [since, orders, sometimes, noise] = await permutationImportance(model, x, y, {random: randomOf(1)});
  expect(since!.drop).toBeGreaterThan(0.05);
  expect(orders!.drop).toBeGreaterThan(0.02);
  expect(sometimes!.drop).toBeGreaterThan(0.005);
  expect(Math.abs(noise!.drop)).toBeLessThan(0.005);
  expect([since!.direction, orders!.direction]).toEqual([1, -1]);
});

test("permutationImportance(model, x, y, {repeats: 1}) is the AUC less that with the column shuffled", async () => {
  const model = await fitModel("logistic", {x, y, customers});
  const [first] = await permutationImportance(model, x, y, {random: randomOf(8), repeats: 1});
  const random = randomOf(8);
  const rows = Array.from({length: x.rows}, (_, i) => i);
  for (let i = x.rows - 1; i > 0; i--) {
    const k = Math.floor(random() * (i + 1));
    [rows[i], rows[k]] = [rows[k]!, rows[i]!];
  }
  const base = rocAuc(await applyModel(model, x), y);
  expect(first!.drop).toBe(base - rocAuc(await applyModel(model, permuteColumn(x, 0, rows)), y));
});

test("permutationImportance(recency) is 0 for every feature that the rule does not read", async () => {
  const model = await fitModel("recency", {x, y, customers}, {recencyFeature: "since"});
  const [since, ...others] = await permutationImportance(model, x, y, {random: randomOf(2), repeats: 2});
  expect(since).toMatchObject({direction: 1, correlation: 1});
  expect(others.map(({drop}) => drop)).toEqual([0, 0, 0]);
});

test("permutationImportance(model, x, y) is the same for a seed and does not write to x", async () => {
  const before = x.values.slice();
  const model = await fitModel("logistic", {x, y, customers});
  const run = () => permutationImportance(model, x, y, {random: randomOf(4), repeats: 2});
  expect(await run()).toEqual(await run());
  expect(x.values).toEqual(before);
});
