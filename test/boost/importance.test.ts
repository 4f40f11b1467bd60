import {expect, test} from "vitest";
import {boostImportance} from "../../src/boost/importance.ts";
import {randomOf} from "../../src/random.ts";
import {randomBoost} from "./random-trees.ts";

test("boostImportance(model) sums gain and cover of each feature's splits and counts them", () => {
  const model = randomBoost(randomOf(2), {trees: 2, leaves: 3, numbers: 2, categories: 1});
  const [first, second] = [model.trees[0]!, model.trees[1]!];
  const trees = [
    {...first, feature: [2, -1, 2, -1, -1], gain: [5, 0, 0.25, 0, 0], cover: [8, 2, 6, 4, 2]},
    {...second, feature: [0, -1, 2, -1, -1], gain: [3, 0, 1, 0, 0], cover: [7, 3, 4, 1, 3]},
  ];
  expect(boostImportance({...model, trees})).toEqual([
    {feature: "n0", gain: 3, cover: 7, count: 1},
    {feature: "n1", gain: 0, cover: 0, count: 0},
    {feature: "c0", gain: 6.25, cover: 18, count: 3},
  ]);
});
