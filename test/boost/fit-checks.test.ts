import {describe, expect, test} from "vitest";
import {type FitBoostOptions, fitBoost} from "../../src/boost/fit.ts";
import {type BoostShape, boostMemory} from "../../src/boost/memory.ts";

const names = ["a", "b"];
const values = [1, 2, 3, 4, 0, 1, 0, 1];
const y = [0, 1, 0, 1];
const train = (
  options: FitBoostOptions = {},
  cells: readonly number[] = values,
  labels: ArrayLike<number> = y,
) => fitBoost({names, rows: 4, values: Float64Array.from(cells)}, labels, {trees: 1, ...options});
const changed = (at: number, value: number): number[] => values.with(at, value);

describe("fitBoost refuses", () => {
  test.each<[string, () => Promise<unknown>, string]>([
    ["an infinite value", () => train({}, changed(6, -Infinity)), "got -Infinity in b, row 2"],
    ["a value past single precision", () => train({}, changed(1, 3.5e38)), "got 3.5e+38 in a, row 1"],
    ["one class", () => train({}, values, [1, 1, 1, 1]), "requires both classes, got 4 positive of 4"],
    [
      "a class without weight",
      () => train({weights: [0, 1, 0, 1]}),
      "requires both classes with a weight above 0",
    ],
    ["a label", () => train({}, values, [0, 1, 2, 1]), "requires labels 0 or 1, got 2 in row 2"],
    [
      "a missing label",
      () => train({objective: "squared"}, values, [0, 1, Number.NaN, 1]),
      "got NaN in row 2",
    ],
    ["too few labels", () => train({}, values, [0, 1]), "requires one label a row, got 2 for 4"],
    ["a negative weight", () => train({weights: [1, 1, -1, 1]}), "weights of 0 or more, got -1 in row 2"],
    ["a weight that is missing", () => train({weights: [1, Number.NaN, 1, 1]}), "got NaN in row 1"],
    ["weights that are all 0", () => train({weights: [0, 0, 0, 0]}), "requires a weight above 0, got only 0"],
    ["too few weights", () => train({weights: [1]}), "requires one weight a row, got 1 for 4"],
    [
      "a code over the limit",
      () => train({categorical: ["a"]}, changed(3, 254)),
      "[0, 254) of a category, got 254 in a, row 3",
    ],
    ["half a code", () => train({categorical: ["b"]}, changed(5, 0.5)), "got 0.5 in b, row 1"],
    ["a code below 0", () => train({categorical: ["b"]}, changed(5, -1)), "got -1 in b, row 1"],
    ["an unknown category", () => train({categorical: ["c"]}), 'categorical to name features, got "c"'],
    ["an unknown monotone feature", () => train({monotone: {c: 1}}), 'monotone to name features, got "c"'],
    ["a monotone category", () => train({monotone: {b: 1}, categorical: ["b"]}), "got the category b"],
    ["values that do not fill the rows", () => train({}, values.slice(1)), "requires 4 x 2 values, got 7"],
    [
      "no rows",
      () => fitBoost({names, rows: 0, values: new Float64Array(0)}, []),
      "requires at least one row of features",
    ],
    [
      "no features",
      () => fitBoost({names: [], rows: 4, values: new Float64Array(0)}, y),
      "requires at least one feature, got none",
    ],
    [
      "leaves with growth by depth",
      () => train({leaves: 5}),
      'requires growth "leaf" for a number of leaves',
    ],
    [
      "positiveWeight without classes",
      () => train({objective: "squared", positiveWeight: 2}),
      "for a positiveWeight, got squared",
    ],
    [
      "early stopping without tune rows",
      () => train({earlyStopping: 3}),
      "requires tune rows for earlyStopping",
    ],
    [
      "tune rows of other features",
      () => train({tune: {x: {names: ["b", "a"], rows: 1, values: new Float64Array(2)}, y: [1]}}),
      "got b for a",
    ],
    [
      "a gradient that is none",
      () => train({objective: {name: "mine", gradient: (_, {gradient}) => gradient.fill(Number.NaN)}}),
      "of mine, got NaN and 0 in row 0",
    ],
  ])("%s", async (_, run, message) => {
    await expect(run()).rejects.toThrow(message);
    await expect(run()).rejects.toBeInstanceOf(RangeError);
  });

  test.each<[keyof FitBoostOptions, readonly unknown[]]>([
    ["trees", [0, 1.5, -1, Number.NaN]],
    ["growth", ["breadth"]],
    ["depth", [0, 33, 2.5]],
    ["rate", [0, 1.1, Number.NaN]],
    ["bins", [1, 256, 10.5]],
    ["l1", [-1, Infinity]],
    ["l2", [-0.1]],
    ["categoryL2", [-1]],
    ["minChildWeight", [-1, Number.NaN]],
    ["minGain", [-1]],
    ["rowSample", [0, 1.01]],
    ["columnSample", [0, 2]],
    ["nodeColumnSample", [0, -1]],
    ["positiveWeight", [0, -2]],
    ["threads", [0, 65, 1.5]],
    ["seed", [-1, 2 ** 32, 0.5]],
  ])("%s out of its range", async (name, wrong) => {
    for (const value of wrong)
      await expect(train({[name]: value}), `${name} ${value}`).rejects.toThrow(`fitBoost requires ${name} `);
  });
});

test("a column without a value, or with one value, is allowed and noted", async () => {
  const model = await train({}, [Number.NaN, Number.NaN, Number.NaN, Number.NaN, 5, 5, 5, 5]);
  expect(model.training.notes).toEqual([
    "a is missing in every row: no tree can split on it",
    "b is the same in every row: no tree can split on it",
  ]);
  expect(model.features.map(({bins, missing}) => ({bins, missing}))).toEqual([
    {bins: [], missing: 4},
    {bins: [], missing: 0},
  ]);
});

test("a memory limit that is too low is refused before anything is made, and says what fits", async () => {
  const shape: BoostShape = {
    ...{rows: 50_000, tuneRows: 0, features: 4, growth: "depth" as const, depth: 6, leaves: 31},
    ...{threads: 1, weighted: false},
  };
  const x = {names: ["a", "b", "c", "d"], rows: 50_000, values: new Float64Array(200_000)};
  const labels = Uint8Array.from({length: 50_000}, (_, i) => i % 2);
  const needed = boostMemory(shape);
  const [, fits] = /: (\d+) rows x 4 features x 256 bins would fit/.exec(
    (await fitBoost(x, labels, {memoryLimit: needed - 1_000_000}).catch(error => String(error))) as string,
  )!;
  expect(boostMemory({...shape, rows: Number(fits)})).toBeLessThanOrEqual(needed - 1_000_000);
  expect(boostMemory({...shape, rows: Number(fits) + 1})).toBeGreaterThan(needed - 1_000_000);
  await expect(fitBoost(x, labels, {memoryLimit: needed, trees: 1})).resolves.toBeDefined();
  await expect(fitBoost(x, labels, {memoryLimit: 1000})).rejects.toThrow(
    "with so many features no number of rows fits",
  );
});

test("more than 4 GiB is refused before it is asked for, whatever the limit", async () => {
  // 65 536 leaves keep a histogram each: 2 KiB a feature.
  const features = Array.from({length: 40}, (_, j) => `f${j}`);
  const x = {names: features, rows: 4, values: new Float64Array(160)};
  await expect(fitBoost(x, y, {growth: "leaf", leaves: 65_536, memoryLimit: 2 ** 40})).rejects.toThrow(
    "got 4096 MiB: with so many features no number of rows fits",
  );
});
