import {describe, expect, test} from "vitest";
import type {Boost} from "../../src/boost/boost.ts";
import type {BoostData} from "../../src/boost/boost-data.ts";
import {planOf} from "../../src/boost/planes.ts";
import {boostLeaves, boostMargins, boostProbabilities} from "../../src/boost/predict.ts";
import {EVERY_NUMBER, type Tree} from "../../src/boost/tree.ts";
import {randomOf} from "../../src/random.ts";
import {type RandomBoostOptions, randomBoost} from "./random-trees.ts";

/** Rows with values at, next to and far from the cuts, codes seen, unseen and past the limit, and missing ones. */
function randomRows(model: Boost, rows: number, seed: number): BoostData {
  const random = randomOf(seed);
  const names = model.features.map(({name}) => name);
  const values = new Float64Array(rows * names.length);
  model.features.forEach(({kind, bins}, j) => {
    for (let i = 0; i < rows; i++) {
      const u = random();
      const bin = bins[Math.floor(random() * bins.length)] ?? 0;
      const number = u < 0.4 ? bin : u < 0.5 ? (random() < 0.5 ? -0 : 3e38) : 5 * random() - 2.5;
      const code = u < 0.7 ? bin : Math.floor(random() * 400);
      values[j * rows + i] = random() < 0.15 ? Number.NaN : kind === "category" ? code : number;
    }
  });
  return {names, rows, values};
}

/** The definition of a tree, see there. */
function leafOf(tree: Tree, model: Boost, {values, rows}: BoostData, row: number): number {
  let node = 0;
  while (tree.feature[node]! >= 0) {
    const j = tree.feature[node]!;
    const value = Math.fround(values[j * rows + row]!);
    let left = value < tree.threshold[node]!;
    if (model.features[j]!.kind === "category") left = !tree.categories[node]!.includes(value);
    if (Number.isNaN(value)) left = tree.missingLeft[node] === 1;
    node = left ? tree.left[node]! : tree.right[node]!;
  }
  return node;
}

const shapes: {readonly [name: string]: RandomBoostOptions} = {
  "small trees": {leaves: 7},
  "full trees": {shape: "full", leaves: 64, trees: 20},
  "single leaves": {leaves: 1, trees: 3},
  "as many leaves as a byte tells apart": {leaves: 256, trees: 3},
  "more leaves than a byte tells apart": {leaves: 300, shape: "chain", trees: 2},
  "254 thresholds": {leaves: 200, numbers: 1, cuts: 254, categories: 0, trees: 12},
  "more thresholds than a byte tells apart": {leaves: 200, numbers: 1, cuts: 900, categories: 0, trees: 12},
  "categories alone": {numbers: 0, categories: 3, codes: 100, leaves: 20},
  "no trees": {trees: 0},
};

describe.each(Object.entries(shapes))("%s", (_, options) => {
  const model = randomBoost(randomOf(11), options);
  test.each([0, 1, 63, 64, 65, 2049])("boostMargins and boostLeaves follow the trees for %i rows", rows => {
    const x = randomRows(model, rows, rows + 1);
    const margins = boostMargins(model, x);
    const leaves = boostLeaves(model, x);
    for (let i = 0; i < rows; i++) {
      let margin = model.baseMargin;
      model.trees.forEach((tree, t) => {
        const leaf = leafOf(tree, model, x, i);
        expect(leaves[i * model.trees.length + t]).toBe(leaf);
        margin = Math.fround(margin + tree.value[leaf]!);
      });
      expect(margins[i]).toBe(margin);
    }
  });
});

test("trees past a byte are walked, all others are judged in batches", () => {
  const planned = Object.entries(shapes).map(([name, options]) => [
    name,
    planOf(randomBoost(randomOf(11), options)) !== undefined,
  ]);
  expect(planned.filter(([, has]) => !has).map(([name]) => name)).toEqual([
    "more leaves than a byte tells apart",
    "more thresholds than a byte tells apart",
  ]);
});

test("a threshold above all numbers parts the missing from them", () => {
  const model = randomBoost(randomOf(3), {numbers: 1, categories: 0, trees: 0});
  const stump = (missingLeft: 0 | 1): Tree => ({
    feature: [0, -1, -1],
    threshold: [EVERY_NUMBER, 0, 0],
    categories: {},
    missingLeft: [missingLeft, 0, 0],
    left: [1, 0, 0],
    right: [2, 0, 0],
    value: [0, 1, 2],
    gain: [1, 0, 0],
    cover: [2, 1, 1],
    rows: [2, 1, 1],
  });
  const x = {names: ["n0"], rows: 3, values: Float64Array.of(3.4e38, -3.4e38, Number.NaN)};
  expect([...boostMargins({...model, baseMargin: 0, trees: [stump(0)]}, x)]).toEqual([1, 1, 2]);
  expect([...boostMargins({...model, baseMargin: 0, trees: [stump(0), stump(1)]}, x)]).toEqual([2, 2, 3]);
});

test("a row's margin does not depend on the rows beside it, nor on the precision it is handed over in", () => {
  const model = randomBoost(randomOf(5), {leaves: 20});
  const x = randomRows(model, 200, 9);
  const before = x.values.slice();
  const all = boostMargins(model, x);
  for (const row of [0, 77, 199]) {
    const alone = {
      names: x.names,
      rows: 1,
      values: Float32Array.from(x.names, (_, j) => x.values[j * 200 + row]!),
    };
    expect(boostMargins(model, alone)[0]).toBe(all[row]);
  }
  expect(x.values).toEqual(before);
});

test("boostProbabilities(model, x) are 1 / (1 + exp(-margin)) to the last places, and of logistic models only", () => {
  const model = randomBoost(randomOf(6), {trees: 30});
  const x = randomRows(model, 100, 4);
  const margins = boostMargins(model, x);
  boostProbabilities(model, x).forEach((p, i) => {
    expect(p).toBeCloseTo(1 / (1 + Math.exp(-margins[i]!)), 14);
  });
  expect(() => boostProbabilities({...model, objective: "squared"}, x)).toThrow(
    'boostProbabilities requires the objective "logistic", got "squared"',
  );
});

describe("boostMargins refuses", () => {
  const model = randomBoost(randomOf(7), {numbers: 2, categories: 1});
  const x = {names: ["n0", "n1", "c0"], rows: 2, values: Float64Array.of(0, 1, 0, 1, 0, 1)};
  const changed = (at: number, value: number) => ({...x, values: x.values.with(at, value)});
  test.each([
    ["a feature in another place", {...x, names: ["n1", "n0", "c0"]}, "got n1 where n0 belongs"],
    ["a missing feature", {...x, names: ["n0", "n2", "c0"]}, "requires the feature n1, which is not there"],
    [
      "an unknown feature",
      {names: [...x.names, "n9"], rows: 2, values: new Float64Array(8)},
      "got the feature n9",
    ],
    ["an infinite value", changed(3, Infinity), "got Infinity in row 1 of n1"],
    ["a value past single precision", changed(0, 1e39), "got 1e+39 in row 0 of n0"],
    ["half a code", changed(5, 1.5), "got 1.5 in row 1 of c0"],
    ["a code below 0", changed(4, -1), "got -1 in row 0 of c0"],
    ["values that do not fill the rows", {...x, rows: 3}, "requires 9 values"],
  ])("%s", (_, data, message) => {
    expect(() => boostMargins(model, data)).toThrow(message);
  });
});
