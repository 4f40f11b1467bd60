import {readFileSync} from "node:fs";
import {describe, expect, test} from "vitest";
import type {Boost} from "../../src/boost/boost.ts";
import type {BoostData} from "../../src/boost/boost-data.ts";
import {quadrature} from "../../src/boost/quadrature.ts";
import {boostShap, boostShapInteractions, boostShapInterventional} from "../../src/boost/shap.ts";
import {shapTree} from "../../src/boost/shap-groups.ts";
import type {Tree} from "../../src/boost/tree.ts";
import {randomOf} from "../../src/random.ts";
import {type RandomBoostOptions, randomBoost, randomData} from "./random-trees.ts";
import {backgroundWorth, pathWorth, shapleyInteraction, shapleyValues, walkMargins} from "./tree-walk.ts";

const shapes: {readonly [name: string]: RandomBoostOptions} = {
  "small trees": {leaves: 7},
  "two features again and again": {leaves: 40, numbers: 1, categories: 1, trees: 4},
  "full trees": {shape: "full", leaves: 64, trees: 3, numbers: 5, categories: 2},
  "ways with 9 features and more": {shape: "chain", leaves: 40, trees: 3, numbers: 9, categories: 2},
  "categories alone": {numbers: 0, categories: 4, codes: 100, leaves: 12},
  "single leaves": {leaves: 1, trees: 3},
  "no trees": {trees: 0},
};

const sumOf = (values: Iterable<number>): number => [...values].reduce((sum, value) => sum + value, 0);

describe.each(Object.entries(shapes))("%s", (_, options) => {
  const random = randomOf(5);
  const model = randomBoost(random, options);
  const n = model.features.length;
  const x = randomData(random, model.features, 6);

  test("boostShap is the definition over all sets of features", () => {
    const {values, base} = boostShap(model, x);
    for (let row = 0; row < x.rows; row++) {
      const found = [...values.subarray(row * n, (row + 1) * n), base];
      shapleyValues(n, pathWorth(model, x, row)).forEach((value, j) => {
        expect(Math.abs(found[j]! - value)).toBeLessThan(1e-10);
      });
    }
  });

  test("boostShapInteractions is the definition over all sets, and a row of it sums up to the Shapley value", () => {
    const rows = n > 8 ? 1 : 3;
    const few = head(x, rows);
    const {values, base} = boostShapInteractions(model, few);
    const single = boostShap(model, few);
    expect(base).toBe(single.base);
    for (let row = 0; row < rows; row++) {
      const worth = remembered(pathWorth(model, few, row));
      for (let i = 0; i < n; i++) {
        const of = values.subarray((row * n + i) * n, (row * n + i + 1) * n);
        expect(Math.abs(sumOf(of) - single.values[row * n + i]!)).toBeLessThan(1e-10);
        for (let j = 0; j < n; j++)
          if (j !== i) expect(Math.abs(of[j]! - shapleyInteraction(n, worth, i, j))).toBeLessThan(1e-10);
      }
    }
  });

  test.each([1, 2, 19])("boostShapInterventional is the definition against %i rows", rows => {
    const background = randomData(random, model.features, rows);
    const few = head(x, 3);
    const {values, base} = boostShapInterventional(model, few, background);
    for (let row = 0; row < few.rows; row++) {
      const found = [...values.subarray(row * n, (row + 1) * n), base];
      shapleyValues(n, backgroundWorth(model, few, row, background)).forEach((value, j) => {
        expect(Math.abs(found[j]! - value)).toBeLessThan(1e-10);
      });
    }
  });
});

test("the shapes take both ways: some leaves too deep for a table, some not", () => {
  const deepIn = (name: string): number =>
    sumOf(randomBoost(randomOf(5), shapes[name]).trees.map(tree => shapTree(tree).deep.length));
  expect(deepIn("ways with 9 features and more")).toBeGreaterThan(20);
  expect(deepIn("full trees")).toBe(0);
});

test("each leaf is in one group or deep, and a group has at most 8 conditions", () => {
  const random = randomOf(8);
  for (const leaves of [1, 2, 9, 30, 200]) {
    const tree = randomBoost(random, {trees: 1, leaves, numbers: 20}).trees[0]!;
    const {groups, deep} = shapTree(tree);
    expect(sumOf(groups.map(group => group.leaves.length)) + deep.length).toBe(leaves);
    for (const {conditions} of groups) expect(conditions.length).toBeLessThanOrEqual(8);
    for (const {features} of deep) expect(features.length).toBeGreaterThan(8);
  }
});

describe("a row's values", () => {
  const random = randomOf(21);
  const model = randomBoost(random, {trees: 30, leaves: 24, numbers: 12, categories: 3});
  const x = randomData(random, model.features, 2065);
  const n = model.features.length;
  const {values, base} = boostShap(model, x);

  test("and the base sum up to the margin", () => {
    walkMargins(model, x).forEach((margin, row) => {
      // The margins are summed in single precision.
      expect(Math.abs(base + sumOf(values.subarray(row * n, (row + 1) * n)) - margin)).toBeLessThan(1e-5);
    });
  });

  test("do not depend on the rows beside it", () => {
    for (const row of [0, 15, 1023, 1024, 2064])
      expect(boostShap(model, only(x, row)).values).toEqual(values.slice(row * n, (row + 1) * n));
  });

  test("sum up against a background, whose mean margin is the base", () => {
    const background = randomData(random, model.features, 1500);
    const against = boostShapInterventional(model, x, background);
    expect(against.base).toBeCloseTo(sumOf(walkMargins(model, background)) / 1500, 5);
    walkMargins(model, x).forEach((margin, row) => {
      const sum = against.base + sumOf(against.values.subarray(row * n, (row + 1) * n));
      expect(Math.abs(sum - margin)).toBeLessThan(1e-5);
    });
  });
});

test("tables that do not fit together are made one after the other", () => {
  const random = randomOf(4);
  const model = randomBoost(random, {trees: 500, shape: "full", leaves: 64, numbers: 30, categories: 0});
  const x = randomData(random, model.features, 5);
  const {values, base} = boostShap(model, x);
  const halves = [model.trees.slice(0, 200), model.trees.slice(200)].map(trees =>
    boostShap({...model, trees}, x),
  );
  values.forEach((value, k) => {
    expect(value).toBeCloseTo(halves[0]!.values[k]! + halves[1]!.values[k]!, 10);
  });
  expect(base + model.baseMargin).toBeCloseTo(halves[0]!.base + halves[1]!.base, 10);
});

test("a feature that no tree splits on has 0, and two that do the same have the same", () => {
  const model = randomBoost(randomOf(1), {numbers: 3, categories: 0, trees: 0});
  const both: Tree = {
    feature: [0, 1, -1, -1, 1, -1, -1],
    threshold: [0.5, 0.5, 0, 0, 0.5, 0, 0],
    categories: {},
    missingLeft: [1, 1, 0, 0, 1, 0, 0],
    left: [1, 2, 0, 0, 5, 0, 0],
    right: [4, 3, 0, 0, 6, 0, 0],
    value: [0, 0, -1, -1, 0, -1, 3],
    gain: [1, 1, 0, 0, 1, 0, 0],
    cover: [16, 8, 4, 4, 8, 4, 4],
    rows: [16, 8, 4, 4, 8, 4, 4],
  };
  const x = {names: ["n0", "n1", "n2"], rows: 1, values: Float64Array.of(1, 1, 1)};
  const and = {...model, baseMargin: 0, trees: [both]};
  // By hand: 3 when both are high and else -1, each high half of the time, so 4 / 4 - 1 without either.
  expect([...boostShap(and, x).values]).toEqual([1.5, 1.5, 0]);
  expect(boostShap(and, x).base).toBe(0);
  expect([...boostShapInteractions(and, x).values]).toEqual([1, 0.5, 0, 0.5, 1, 0, 0, 0, 0]);
});

describe("LightGBM's and shap's values, see test/reference/lightgbm_treeshap", () => {
  const {expected, tolerance} = JSON.parse(
    readFileSync(new URL("../reference/lightgbm_treeshap/expected.json", import.meta.url), "utf8"),
  ) as {expected: {mixed: Reference; numeric: Reference & Against}; tolerance: number};
  const close = (found: Iterable<number>, wanted: readonly number[]): void => {
    const values = [...found];
    expect(values.length).toBe(wanted.length);
    wanted.forEach((value, k) => {
      expect(Math.abs(values[k]! - value)).toBeLessThan(tolerance);
    });
  };
  test.each(["mixed", "numeric"] as const)("path-dependent values, %s features", name => {
    const {model, x} = read(expected[name]);
    const {contributions} = expected[name];
    const {values, base} = boostShap(model, head(x, contributions.length));
    const n = x.names.length;
    contributions.forEach((wanted, row) => {
      close([...values.subarray(row * n, (row + 1) * n), base], wanted);
    });
  });
  test("interactions", () => {
    const {model, x} = read(expected.numeric);
    const wanted = expected.numeric.interactions;
    close(boostShapInteractions(model, head(x, wanted.length)).values, wanted.flat(2));
  });
  test("interventional values", () => {
    const {model, x} = read(expected.numeric);
    const {against, againstBase, background} = expected.numeric;
    const {values, base} = boostShapInterventional(model, head(x, against.length), head(x, background));
    close(values, against.flat());
    close([base], [againstBase]);
  });
});

test.each([1, 2, 3, 7, 16, 32])("quadrature(%i) integrates powers up to degree 2 n - 1", n => {
  for (let degree = 0; degree < 2 * n; degree++)
    expect(sumOf(quadrature(n).map(({place, weight}) => weight * place ** degree))).toBeCloseTo(
      1 / (degree + 1),
      13,
    );
});

test("rows and backgrounds that do not fit are refused by name", () => {
  const model = randomBoost(randomOf(7), {numbers: 2, categories: 1});
  const x = {names: ["n0", "n1", "c0"], rows: 1, values: Float64Array.of(0, 1, 2)};
  expect(() => boostShap(model, {...x, names: ["n1", "n0", "c0"]})).toThrow("got n1 where n0 belongs");
  expect(() => boostShapInteractions(model, {...x, values: Float64Array.of(0, 1, 0.5)})).toThrow(
    "boostShapInteractions requires categories to be whole codes of 0 or more, got 0.5 in row 0 of c0",
  );
  expect(() => boostShapInterventional(model, x, {...x, rows: 0, values: new Float64Array(0)})).toThrow(
    "boostShapInterventional requires at least 1 row of background, got 0",
  );
  const chain = randomBoost(randomOf(7), {numbers: 90, categories: 0, trees: 1, leaves: 300, shape: "chain"});
  const row = randomData(randomOf(1), chain.features, 1);
  expect(() => boostShapInterventional(chain, row, row)).toThrow(
    "requires at most 64 features on the way to a leaf, got ",
  );
  const {values, base} = boostShap(chain, row);
  expect(base + sumOf(values)).toBeCloseTo(walkMargins(chain, row)[0]!, 5);
});

type Reference = {
  readonly x: {readonly [name: string]: readonly (number | null)[]};
  readonly trees: readonly Tree[];
  readonly contributions: readonly number[][];
};
type Against = {
  readonly interactions: readonly number[][][];
  readonly background: number;
  readonly against: readonly number[][];
  readonly againstBase: number;
};

function read({x, trees}: Reference): {readonly model: Boost; readonly x: BoostData} {
  const names = Object.keys(x);
  const columns = Object.values(x);
  const made = randomBoost(randomOf(1), {trees: 0});
  const features = names.map(name => ({
    name,
    kind: name === "plan" ? ("category" as const) : ("number" as const),
    bins: [],
    missing: 0,
  }));
  return {
    model: {...made, features, baseMargin: 0, trees},
    x: {
      names,
      rows: columns[0]!.length,
      values: Float64Array.from(columns.flatMap(column => column.map(value => value ?? Number.NaN))),
    },
  };
}

/** The first rows. */
function head({names, rows, values}: BoostData, count: number): BoostData {
  return {
    names,
    rows: count,
    values: Float64Array.from(names.flatMap((_, j) => [...values.subarray(j * rows, j * rows + count)])),
  };
}

const only = ({names, rows, values}: BoostData, row: number): BoostData => ({
  names,
  rows: 1,
  values: Float64Array.from(names, (_, j) => values[j * rows + row]!),
});

function remembered(worthOf: (set: number) => number): (set: number) => number {
  const known = new Map<number, number>();
  return set => {
    const worth = known.get(set) ?? worthOf(set);
    known.set(set, worth);
    return worth;
  };
}
