import {readFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import type {Boost} from "../../src/boost/boost.ts";
import type {BoostData} from "../../src/boost/boost-data.ts";
import {boostFile, readBoostFile} from "../../src/boost/file.ts";
import {EVERY_NUMBER} from "../../src/boost/tree.ts";
import {toXgboostJson} from "../../src/boost/xgboost-export.ts";
import {fromXgboostJson} from "../../src/boost/xgboost-import.ts";
import {randomOf} from "../../src/random.ts";
import {randomBoost, randomData} from "./random-trees.ts";
import {bruteShapley, walkMargins} from "./tree-walk.ts";

const folder = join(import.meta.dirname, "../reference/xgboost_json");
const textOf = (name: string) => readFileSync(join(folder, `${name}.json`), "utf8");

type Expected = {
  rows: (number | null)[][];
  predictions: number[];
  margins: number[];
  contributions: number[][];
};

// Both ends of what is read: 1.7 writes NaN and a base_score of 0.5, 3.2 brackets and an estimated one.
describe.each(["1.7.6", "3.2.0"])("fromXgboostJson(text) of XGBoost %s", version => {
  const {tolerance, expected} = JSON.parse(textOf(`expected-${version}`)) as {
    tolerance: number;
    expected: {[name: string]: Expected};
  };

  test.each(Object.entries(expected))("predicts and attributes as XGBoost did: %s", (name, golden) => {
    const model = fromXgboostJson(textOf(`${name}-${version}`));
    const data = dataOf(
      model,
      golden.rows.map(row => row.map(x => x ?? Number.NaN)),
    );
    const margins = walkMargins(model, data);
    near(margins, golden.margins, tolerance);
    const logistic = margins.map(margin => 1 / (1 + Math.exp(-margin)));
    near(model.objective === "logistic" ? logistic : margins, golden.predictions, tolerance);
    golden.contributions.forEach((shares, i) => {
      near(bruteShapley(model, data, i), shares, tolerance);
    });
  });

  test.each(Object.keys(expected))("reads what readBoostFile(boostFile(model)) accepts: %s", name => {
    const model = fromXgboostJson(textOf(`${name}-${version}`));
    expect(readBoostFile(boostFile(model))).toStrictEqual(model);
  });

  test("tells names, kinds, the bins that trees split on, and what the trees show of the parameters", () => {
    const numeric = fromXgboostJson(textOf(`numeric-${version}`));
    expect(numeric.features.map(({name}) => name)).toEqual(["f0", "f1", "f2"]);
    expect(numeric.objective).toBe("logistic");
    expect(numeric.parameters).toMatchObject({trees: 3, depth: 3, rate: 1, positiveWeight: 2});
    expect(numeric.training.notes[0]).toContain(`Read from a file of XGBoost ${version}`);
    const {features, trees} = fromXgboostJson(textOf(`categorical-${version}`));
    expect(features.map(({name, kind}) => [name, kind])).toEqual([
      ["recency", "number"],
      ["spend", "number"],
      ["visits", "number"],
      ["plan", "category"],
    ]);
    features.forEach(({bins}, j) => {
      const used = trees.flatMap(({feature, threshold, categories}) =>
        feature.flatMap((f, node) => (f === j ? (categories[node] ?? [threshold[node]!]) : [])),
      );
      expect(bins).toEqual([...new Set(used)].sort((a, b) => a - b));
    });
    expect(features[3]!.bins.length).toBeGreaterThan(1);
    const forest = fromXgboostJson(textOf(`forest-${version}`));
    expect([forest.objective, forest.trees.length]).toEqual(["squared", 4]);
  });
});

const random = randomOf(20261125);

test("fromXgboostJson(toXgboostJson(model)) has the trees, the base margin and the names of the model", () => {
  for (const objective of ["logistic", "squared", "custom"] as const) {
    const model = randomBoost(random, {trees: 5, leaves: 30, codes: 60, objective});
    const again = fromXgboostJson(toXgboostJson(model));
    expect(again.trees).toStrictEqual(
      model.trees.map(tree => ({...tree, gain: tree.gain.map(Math.fround), rows: tree.rows.map(() => 0)})),
    );
    expect(again.baseMargin).toBe(model.baseMargin);
    expect(again.features.map(({name}) => name)).toEqual(model.features.map(({name}) => name));
    expect(again.objective).toBe(objective === "logistic" ? "logistic" : "squared");
    const data = randomData(random, model.features, 50);
    expect(walkMargins(again, data)).toEqual(walkMargins(model, data));
  }
});

test("toXgboostJson(model) puts each right child next to the left one, where XGBoost looks for it", () => {
  const {learner} = JSON.parse(toXgboostJson(randomBoost(random, {trees: 3, leaves: 20})));
  const trees = learner.gradient_booster.model.trees as {[key: string]: number[]}[];
  expect(trees.map(tree => tree.left_children!.length)).toEqual([1, 39, 39, 39]);
  for (const {left_children: left, right_children: right, parents} of trees)
    left!.forEach((child, node) => {
      expect(right![node]).toBe(child < 0 ? -1 : child + 1);
      if (child >= 0) expect([parents![child], parents![child + 1]]).toEqual([node, node]);
    });
});

test("toXgboostJson(model) refuses names that XGBoost refuses, and numbers that are not single precision", () => {
  const model = randomBoost(random, {trees: 1});
  const named = (name: string) => ({...model, features: [{...model.features[0]!, name}]});
  for (const name of ["", "a[0]", "x]", "a<b"])
    expect(() => toXgboostJson(named(name))).toThrow(
      new RangeError(`toXgboostJson requires names of features without [, ] and <, got "${name}"`),
    );
  expect(() => toXgboostJson({...model, baseMargin: 0.1})).toThrow(
    new RangeError("toXgboostJson requires finite single-precision numbers, got 0.1"),
  );
});

/** Two features, a tree of a category and a number with a deleted node between, and a leaf. */
function small() {
  return {
    learner: {
      attributes: {} as {[key: string]: string},
      feature_names: ["a", "c"],
      feature_types: ["float", "c"],
      gradient_booster: {
        name: "gbtree",
        model: {
          gbtree_model_param: {num_parallel_tree: "1", num_trees: "2"} as {[key: string]: string},
          tree_info: [0, 0],
          cats: {} as object,
          trees: [
            {
              categories: [5, 2],
              categories_nodes: [4],
              categories_segments: [0],
              categories_sizes: [2],
              default_left: [1, 0, 0, 0, 0, 0, 0],
              left_children: [3, -1, -1, -1, 5, -1, -1],
              right_children: [4, -1, -1, -1, 6, -1, -1],
              loss_changes: [9, 0, 0, 0, 4, 0, 0],
              split_conditions: [0.1, 7, 7, 1, 0, 2, 4] as (number | string)[],
              split_indices: [0, 4294967295, 4294967295, 0, 1, 0, 0],
              sum_hessian: [9, 0, 0, 4, 5, 2, 3],
            },
            {
              default_left: [0],
              left_children: [-1],
              right_children: [-1],
              loss_changes: [0],
              split_conditions: [-0.5],
              split_indices: [0],
              sum_hessian: [0],
            },
          ],
        },
      },
      learner_model_param: {base_score: "[2.5E-1]", num_class: "0", num_feature: "2", num_target: "1"},
      objective: {name: "binary:logistic", reg_loss_param: {scale_pos_weight: "1"}},
    },
    version: [3, 2, 0],
  };
}

test("fromXgboostJson(text) leaves deleted nodes out and puts parents before left and right subtrees", () => {
  const model = fromXgboostJson(JSON.stringify(small()));
  expect(model.baseMargin).toBe(Math.fround(-Math.log(3)));
  expect(model.trees).toStrictEqual([
    {
      feature: [0, -1, 1, -1, -1],
      threshold: [Math.fround(0.1), 0, 0, 0, 0],
      categories: {2: [2, 5]},
      missingLeft: [1, 0, 0, 0, 0],
      left: [1, 0, 3, 0, 0],
      right: [2, 0, 4, 0, 0],
      value: [0, 1, 0, 2, 4],
      gain: [9, 0, 4, 0, 0],
      cover: [9, 4, 5, 2, 3],
      rows: [0, 0, 0, 0, 0],
    },
    {
      feature: [-1],
      threshold: [0],
      categories: {},
      missingLeft: [0],
      left: [0],
      right: [0],
      value: [-0.5],
      gain: [0],
      cover: [0],
      rows: [0],
    },
  ]);
  expect(model.features).toEqual([
    {name: "a", kind: "number", bins: [Math.fround(0.1)], missing: 0},
    {name: "c", kind: "category", bins: [2, 5], missing: 0},
  ]);
});

test("fromXgboostJson(text) takes a leaf for the base margin only where toXgboostJson(model) put it", () => {
  const file = small();
  const {trees} = file.learner.gradient_booster.model;
  trees.reverse();
  file.learner.learner_model_param.base_score = "5E-1";
  const read = () => fromXgboostJson(JSON.stringify(file));
  expect([read().baseMargin, read().trees.length]).toEqual([0, 2]);
  file.learner.attributes = {churnbook_base_margin: "tree 0"};
  expect([read().baseMargin, read().trees.length]).toEqual([-0.5, 1]);
  file.learner.learner_model_param.base_score = "2.5E-1";
  expect([read().baseMargin, read().trees.length]).toEqual([Math.fround(-Math.log(3)), 2]);
});

test("fromXgboostJson(text) reads thresholds at infinity, and leaves strings alone that look like them", () => {
  const file = small();
  file.learner.feature_names = ['NaN "Infinity" \\', "c"];
  file.learner.gradient_booster.model.trees[0]!.split_conditions[0] = "at";
  const at = (value: string) => fromXgboostJson(JSON.stringify(file).replace('"at"', value));
  expect(at("Infinity").features[0]).toEqual({
    name: 'NaN "Infinity" \\',
    kind: "number",
    bins: [],
    missing: 0,
  });
  expect(at("Infinity").trees[0]!.threshold[0]).toBe(EVERY_NUMBER);
  expect(at("-Infinity").trees[0]!.threshold[0]).toBe(-EVERY_NUMBER);
  expect(() => at("NaN")).toThrow(
    new RangeError("fromXgboostJson requires a number in split_conditions, got NaN at node 0 of tree 0"),
  );
});

test("fromXgboostJson(text) notes the names of categories and rounds past the best one", () => {
  const file = small();
  file.learner.attributes = {best_iteration: "0"};
  const bytes = [...new TextEncoder().encode("blaugrün")];
  file.learner.gradient_booster.model.cats = {
    enc: [
      {offsets: [], values: []},
      {offsets: [0, 4, bytes.length], values: bytes},
    ],
  };
  expect(fromXgboostJson(JSON.stringify(file)).training.notes.slice(1)).toEqual([
    "Early stopping found the best round at 0, counted from 0; all 2 rounds are here.",
    "Codes of c: 0 = blau, 1 = grün.",
  ]);
});

describe("fromXgboostJson(text) says what is wrong and where:", () => {
  type File = ReturnType<typeof small>;
  type Columns = {[key: string]: number[]};
  const tree = (file: File) => file.learner.gradient_booster.model.trees[0]! as unknown as Columns;
  const set = (key: string, node: number, value: number) => (file: File) => {
    tree(file)[key]![node] = value;
  };
  const put =
    (part: (file: File) => object, change: object) =>
    (file: File): unknown =>
      Object.assign(part(file), change);
  const shape = (file: File) => file.learner.learner_model_param;
  const booster = (file: File) => file.learner.gradient_booster;

  const cases: [string, (file: File) => unknown][] = [
    ["the booster gbtree, got dart", put(booster, {name: "dart"})],
    [
      "the objective binary:logistic or reg:squarederror, got multi:softprob",
      put(({learner}) => learner.objective, {name: "multi:softprob"}),
    ],
    ["one output, got num_class 3", put(shape, {num_class: "3"})],
    ["one output, got num_target 2", put(shape, {num_target: "2"})],
    [
      "leaves of one value, got size_leaf_vector 2",
      put(file => booster(file).model.gbtree_model_param, {size_leaf_vector: "2"}),
    ],
    ["one base_score in (0, 1), got [1E-1,2E-1]", put(shape, {base_score: "[1E-1,2E-1]"})],
    ["one base_score in (0, 1), got 1E0", put(shape, {base_score: "1E0"})],
    ["3 different feature_names, got 2 of which 2 differ", put(shape, {num_feature: "3"})],
    ["a learner, got none", put(file => file, {learner: undefined})],
    ["trees as an array, got none", put(file => booster(file).model, {trees: undefined})],
    ["7 entries of sum_hessian, got 6 in tree 0", file => tree(file).sum_hessian!.pop()],
    ["numbers in left_children, got 7 at node 0 of tree 0", set("left_children", 0, 7)],
    [
      "children that make a tree, got node 3 of 7 in tree 0",
      file => {
        set("left_children", 4, 3)(file);
        set("right_children", 4, 4)(file);
      },
    ],
    ["right children next to the left ones, got 5 at node 0 of tree 0", set("right_children", 0, 5)],
    ["split_indices in [0, 2), got 2 at node 4 of tree 0", set("split_indices", 4, 2)],
    ["numbers in default_left, got 2 at node 0 of tree 0", set("default_left", 0, 2)],
    ["sum_hessian above 0, got 0 in tree 0", set("sum_hessian", 3, 0)],
    ["categories below 254, got 254 at node 4 of tree 0", set("categories", 0, 254)],
    ["categories to be codes, got 5 at node 4 of tree 0", set("categories", 1, 5)],
    ["a category to split by its codes, got a threshold for a", set("split_indices", 4, 0)],
    ["categories of node 4, got 2 in tree 0", set("categories_sizes", 0, 3)],
  ];
  test.each(cases)("%s", (message, change) => {
    const file = small();
    change(file);
    expect(() => fromXgboostJson(JSON.stringify(file))).toThrow(
      new RangeError(`fromXgboostJson requires ${message}`),
    );
  });

  test("text that is no JSON", () => {
    expect(() => fromXgboostJson("{L\u0000\u0000")).toThrow(
      /^fromXgboostJson requires JSON, as save_model writes it to a file that ends in \.json, got /,
    );
    expect(() => fromXgboostJson(5 as unknown as string)).toThrow(TypeError);
  });
});

function dataOf(model: Boost, table: readonly (readonly number[])[]): BoostData {
  const names = model.features.map(({name}) => name);
  const values = Float64Array.from(names.flatMap((_, j) => table.map(row => row[j]!)));
  return {names, rows: table.length, values};
}

function near(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, i) => {
    expect(Math.abs(actual[i]! - value)).toBeLessThan(tolerance);
  });
}
