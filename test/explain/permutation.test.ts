import {expect, test} from "vitest";
import {rocAuc} from "../../src/evaluate/metrics.ts";
import {drawPermutations, permutationImportance, permuteColumns} from "../../src/explain/permutation.ts";
import type {Matrix} from "../../src/features/matrix.ts";
import {applyModel, fitModel} from "../../src/model/model.ts";
import {randomOf} from "../../src/random.ts";
import {churners} from "../model/churners.ts";
import * as reference from "./inspection.ts";

type Drops = {readonly drops: readonly number[]; readonly mean: number; readonly std_ddof0: number};
const {permutations, importance, group_tenure_spend, baseline_auc} = reference.expected
  .permutation_importance!.expected as {
  readonly permutations: number[][];
  readonly importance: Readonly<Record<string, Drops>>;
  readonly group_tenure_spend: Drops;
  readonly baseline_auc: number;
};

test("the reference model gives the margins and the ROC AUC of scikit-learn", () => {
  const margins = reference.predict(reference.x) as Float64Array;
  reference.firstMargins.forEach((margin, i) => {
    expect(margins[i]).toBeCloseTo(margin, 12);
  });
  expect(rocAuc(margins, reference.y)).toBeCloseTo(baseline_auc, 12);
});

test("permutationImportance with the permutations of the reference gives its drops, one feature and a group", async () => {
  const {predict, x, y} = reference;
  const groups = [...x.names.map(name => [name]), ["tenure", "spend"]];
  const found = await permutationImportance(predict, x, y, {groups, permutations});
  for (const {features, drop, deviation} of found.slice(0, 4)) {
    const {mean, std_ddof0} = importance[features[0]!]!;
    expect(drop).toBeCloseTo(mean, 10);
    expect(deviation).toBeCloseTo(std_ddof0 * Math.sqrt(5 / 4), 10);
  }
  expect(found[4]).toMatchObject({features: ["tenure", "spend"]});
  expect(found[4]!.drop).toBeCloseTo(group_tenure_spend.mean, 10);
  const one = await permutationImportance(predict, x, y, {permutations: [permutations[2]!]});
  one.forEach(({drop, deviation, features}) => {
    expect(drop).toBeCloseTo(importance[features[0]!]!.drops[2]!, 10);
    expect(deviation).toBe(0);
  });
});

const {x, y, customers} = churners(1200, 1);

test("permutationImportance finds the features that matter, leaves x as it was, and a seed gives one result", async () => {
  const before = x.values.slice();
  const model = await fitModel("logistic", {x, y, customers});
  const run = () =>
    permutationImportance(table => applyModel(model, table), x, y, {
      permutations: drawPermutations(x.rows, {count: 5, random: randomOf(1)}),
    });
  const [since, orders, sometimes, noise] = await run();
  expect(since!.drop).toBeGreaterThan(0.05);
  expect(orders!.drop).toBeGreaterThan(0.02);
  expect(sometimes!.drop).toBeGreaterThan(0.005);
  expect(Math.abs(noise!.drop)).toBeLessThan(0.005);
  expect(await run()).toEqual([since, orders, sometimes, noise]);
  expect(x.values).toEqual(before);
});

test("permutationImportance of a rule by one feature is 0 for the others, and the same for a monotone map", async () => {
  const model = await fitModel("recency", {x, y, customers}, {recencyFeature: "since"});
  const permutations = drawPermutations(x.rows, {count: 2, random: randomOf(2)});
  const plain = await permutationImportance(table => applyModel(model, table), x, y, {permutations});
  expect(plain.slice(1).map(({drop}) => drop)).toEqual([0, 0, 0]);
  const mapped = async (table: Matrix) =>
    (await applyModel(model, table)).map(margin => Math.exp(margin / 50));
  expect(await permutationImportance(mapped, x, y, {permutations})).toEqual(plain);
});

test("permuting all features together is permuting the labels: what is left is the AUC of chance", async () => {
  const predict = ({values, rows}: Matrix) => values.subarray(0, rows);
  const permutations = drawPermutations(x.rows, {count: 3, random: randomOf(3)});
  const [all] = await permutationImportance(predict, x, y, {groups: [x.names], permutations});
  const margins = predict(x);
  const falls = permutations.map(
    order =>
      rocAuc(margins, y) -
      rocAuc(
        Array.from(order, i => margins[i]!),
        y,
      ),
  );
  expect(all!.drop).toBeCloseTo(falls.reduce((sum, fall) => sum + fall, 0) / 3, 14);
});

test("permutationImportance refuses one class, no permutation, another number of rows and an unknown feature", async () => {
  const predict = (table: Matrix) => new Float64Array(table.rows);
  const order = [Int32Array.from(y.keys())];
  const run = (labels: ArrayLike<number>, options: Parameters<typeof permutationImportance>[3]) =>
    permutationImportance(predict, x, labels, options);
  await expect(run(new Uint8Array(1200), {permutations: order})).rejects.toThrow("requires both classes");
  await expect(run(y, {permutations: []})).rejects.toThrow("requires a permutation, got none");
  await expect(run(y, {permutations: [[0, 1]]})).rejects.toThrow("permutations of 1200 rows, got 2");
  expect(() => permuteColumns(x, ["who"], order[0]!)).toThrow("requires features of the table, got who");
});
