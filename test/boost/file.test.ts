import fc from "fast-check";
import {describe, expect, test} from "vitest";
import type {Boost} from "../../src/boost/boost.ts";
import {BOOST_FORMAT, BOOST_VERSION, boostFile, readBoostFile, singleText} from "../../src/boost/file.ts";
import {EVERY_NUMBER} from "../../src/boost/tree.ts";
import {randomOf} from "../../src/random.ts";
import {randomBoost} from "./random-trees.ts";

/** Two trees: a number and then a category; a leaf alone. */
const SMALL: Boost = {
  features: [
    {name: "spend", kind: "number", bins: [-1.5, 0, 0.1, 3e38].map(Math.fround), missing: 3},
    {name: 'plan "x"\n', kind: "category", bins: [0, 2, 253], missing: 0},
  ],
  objective: "logistic",
  baseMargin: Math.fround(-2.2),
  trees: [
    {
      feature: [0, -1, 1, -1, -1],
      threshold: [EVERY_NUMBER, 0, 0, 0, 0],
      categories: {2: [0, 253]},
      missingLeft: [1, 0, 0, 0, 0],
      left: [1, 0, 3, 0, 0],
      right: [2, 0, 4, 0, 0],
      value: [0, -0, 0, 1e-45, -0.3].map(Math.fround),
      gain: [1.23456789012345, 0, 1e-12, 0, 0],
      cover: [10, 4, 6, 5.1, 0.9].map(Math.fround),
      rows: [40, 16, 24, 20, 4],
    },
    {
      feature: [-1],
      threshold: [0],
      categories: {},
      missingLeft: [0],
      left: [0],
      right: [0],
      value: [-0],
      gain: [0],
      cover: [0],
      rows: [40],
    },
  ],
  parameters: {
    trees: 2,
    growth: "leaf",
    depth: 32,
    leaves: 31,
    rate: 0.1,
    bins: 255,
    l1: 0,
    l2: 1,
    categoryL2: 10,
    minChildWeight: 1,
    minGain: 0,
    rowSample: 0.5,
    columnSample: 1,
    nodeColumnSample: 1,
    positiveWeight: 1,
    monotone: {spend: -1},
  },
  seed: -7,
  training: {rows: 40, tuneLoss: [0.7243189045612379, -0], notes: ["a note"]},
};

const random = randomOf(20261124);
const MODELS = [
  SMALL,
  {...SMALL, trees: [], features: [], parameters: {...SMALL.parameters, monotone: {}}},
  ...(["logistic", "squared", "custom"] as const).map(objective =>
    randomBoost(random, {trees: 6, leaves: 40, codes: 200, objective}),
  ),
];

test("readBoostFile(boostFile(model)) is the model, bit by bit, and its file the same bytes", () => {
  for (const model of MODELS) {
    const text = boostFile(model);
    const again = readBoostFile(text);
    expect(again).toStrictEqual(model);
    expect(boostFile(again)).toBe(text);
  }
});

test("boostFile(model) does not depend on the order in which the model's fields were given", () => {
  const [spend, plan] = SMALL.features;
  const model = {...SMALL, features: [spend!, {...plan!, kind: "number" as const}], trees: []};
  const given = {...SMALL.parameters, monotone: {[spend!.name]: 1, [plan!.name]: -1} as const};
  const {monotone, trees, ...others} = given;
  const reversed = {monotone: {[plan!.name]: -1, [spend!.name]: 1} as const, ...others, trees};
  expect(Object.keys(reversed.monotone)).not.toEqual(Object.keys(monotone));
  expect(boostFile({...model, parameters: reversed})).toBe(boostFile({...model, parameters: given}));
});

test("boostFile(model) gives a line to each feature and tree, and says how to read them", () => {
  const lines = boostFile(SMALL).split("\n");
  expect(lines.filter(line => line.startsWith('{"name":'))).toHaveLength(2);
  expect(lines.filter(line => line.startsWith('{"feature":'))).toHaveLength(2);
  expect(lines).toContain('"format":"churnbook-boost",');
  expect(lines).toContain('"version":1,');
  const {readme} = JSON.parse(boostFile(SMALL));
  for (const key of Object.keys(SMALL.trees[0]!).filter(key => key !== "threshold"))
    expect(JSON.stringify(readme)).toContain(key);
});

test("boostFile(model) writes single precision with the fewest digits", () => {
  expect(boostFile(SMALL)).toContain(
    '"threshold":[3.4028235e+38,0,0,0,0],"categories":{"2":[0,253]},"missingLeft":[1,0,0,0,0],' +
      '"left":[1,0,3,0,0],"right":[2,0,4,0,0],"value":[0,-0,0,1e-45,-0.3]',
  );
});

test("singleText(x, caller) rounds to x, and no decimal of fewer digits does", () => {
  const digits = (text: string) => text.replace(/e.*|[-.]/g, "").replace(/^0+|0+$/g, "").length;
  fc.assert(
    fc.property(fc.float({noNaN: true, noDefaultInfinity: true}), x => {
      const text = singleText(x, "test");
      expect(Math.fround(Number(text))).toBe(x);
      for (let fewer = 1; fewer < digits(text); fewer++)
        expect(Math.fround(Number(x.toPrecision(fewer)))).not.toBe(x);
    }),
    {seed: 20261124, numRuns: 3000},
  );
});

test("boostFile(model) refuses numbers that are not finite, or not single precision", () => {
  expect(() => boostFile({...SMALL, baseMargin: 0.1})).toThrow(
    new RangeError("boostFile requires finite single-precision numbers, got 0.1"),
  );
  expect(() => boostFile({...SMALL, seed: Number.NaN})).toThrow(
    new RangeError("boostFile requires finite numbers, got NaN"),
  );
});

test("readBoostFile(text) refuses another version and another format by name", () => {
  const at = (change: object) => JSON.stringify({...JSON.parse(boostFile(SMALL)), ...change});
  expect(() => readBoostFile(at({version: 2}))).toThrow(
    new RangeError("readBoostFile requires churnbook-boost version 1, got version 2"),
  );
  expect(() => readBoostFile(at({format: "other"}))).toThrow(
    new RangeError("readBoostFile requires the format churnbook-boost, got other"),
  );
  expect(() => readBoostFile("[1, 2]")).toThrow(
    new RangeError("readBoostFile requires a JSON object, got [1,2]"),
  );
  expect(() => readBoostFile('{"format": "churnbook-boost", ')).toThrow(
    /^readBoostFile requires JSON, got an error of its parser: /,
  );
  expect(() => readBoostFile(5 as unknown as string)).toThrow(TypeError);
  expect([BOOST_FORMAT, BOOST_VERSION]).toEqual(["churnbook-boost", 1]);
});

describe("readBoostFile(text) says what is wrong and where:", () => {
  type Raw = {[key: string]: unknown};
  const tree = (change: (tree: {[key: string]: unknown[]} & {categories: Raw}) => void) => (file: Raw) =>
    change((file.trees as never[])[0]!);
  const feature = (change: object) => (file: Raw) => Object.assign((file.features as Raw[])[0]!, change);
  const parameter = (change: object) => (file: Raw) => Object.assign(file.parameters as Raw, change);
  const put = (change: object) => (file: Raw) => Object.assign(file, change);
  const set = (key: string, node: number, value: unknown) =>
    tree(columns => {
      columns[key]![node] = value;
    });

  const cases: [string, (file: Raw) => unknown][] = [
    [
      "5 entries of gain, got 4 in tree 0",
      tree(({gain}) => {
        gain!.pop();
      }),
    ],
    ["gain to be a finite number, got null at node 2 of tree 0", set("gain", 2, null)],
    ["feature to be a whole number in [-1, 2), got 2 at node 2 of tree 0", set("feature", 2, 2)],
    ["feature to be a whole number in [-1, 2), got 0.5 at node 2 of tree 0", set("feature", 2, 0.5)],
    ["right to be a whole number in [0, 5), got 5 at node 2 of tree 0", set("right", 2, 5)],
    [
      "nodes in the order parent, left subtree, right subtree, got left child 0 at node 2 of tree 0",
      set("left", 2, 0),
    ],
    [
      "nodes in the order parent, left subtree, right subtree, got right child 3 at node 0 of tree 0",
      set("right", 0, 3),
    ],
    ["a parent for each node, got none for node 1 of tree 0", set("feature", 0, -1)],
    [
      "nodes in the order parent, left subtree, right subtree, got left child 0 at node 4 of tree 0",
      tree(({feature, threshold, value}) => {
        [feature![4], threshold![4], value![4]] = [0, 1, 0];
      }),
    ],
    [
      "threshold to be a single-precision number, got 0.123456789012 at node 0 of tree 0",
      set("threshold", 0, 0.123456789012),
    ],
    ["threshold to be a single-precision number, got 1e+39 at node 0 of tree 0", set("threshold", 0, 1e39)],
    [
      "value to be a single-precision number, got 0.30000001 at node 4 of tree 0",
      set("value", 4, 0.30000001),
    ],
    ["threshold 0, got 1 at node 1 of tree 0", set("threshold", 1, 1)],
    ["threshold 0, got 1 at node 2 of tree 0", set("threshold", 2, 1)],
    ["value 0 at a split, got 1 at node 0 of tree 0", set("value", 0, 1)],
    ["gain, left and right 0 at a leaf, got [0,0,1] at node 1 of tree 0", set("right", 1, 1)],
    ["missingLeft to be a whole number in [0, 2), got true at node 0 of tree 0", set("missingLeft", 0, true)],
    ["cover above 0, got 0 at node 1 of tree 0", set("cover", 1, 0)],
    ["rows to be a whole number in [0, 9007199254740991), got -1 at node 1 of tree 0", set("rows", 1, -1)],
    [
      "categories where a category splits, and nowhere else, got none at node 2 of tree 0",
      tree(columns => {
        columns.categories = {};
      }),
    ],
    [
      "categories where a category splits, and nowhere else, got some at node 0 of tree 0",
      tree(columns => {
        columns.categories[0] = [1];
      }),
    ],
    [
      "ascending categories in [0, 254), got 254 at node 2 of tree 0",
      tree(columns => {
        columns.categories[2] = [0, 254];
      }),
    ],
    [
      "ascending categories in [0, 254), got 7 at node 2 of tree 0",
      tree(columns => {
        columns.categories[2] = [7, 7];
      }),
    ],
    [
      "a category a whole number from 0 on, got -1 at node 2 of tree 0",
      tree(columns => {
        columns.categories[2] = [-1];
      }),
    ],
    [
      "a category or more to go right, got none at node 2 of tree 0",
      tree(columns => {
        columns.categories[2] = [];
      }),
    ],
    [
      "categories of nodes, got node 9 of tree 0",
      tree(columns => {
        columns.categories[9] = [1];
      }),
    ],
    ["cover as an array, got none in tree 0", tree(columns => void delete columns.cover)],
    ["bins in ascending order, got [1,1] in feature 0", feature({bins: [1, 1]})],
    ["a cut a single-precision number, got 0.123456789012 in feature 0", feature({bins: [0.123456789012]})],
    ["the kind number or category, got text in feature 0", feature({kind: "text"})],
    ['features of different names, got plan "x"\n twice', feature({name: 'plan "x"\n'})],
    ["monotone 1 or -1, got 2 for spend", parameter({monotone: {spend: 2}})],
    ["monotone to name features, got age", parameter({monotone: {age: 1}})],
    ["parameters.rate finite, got none", parameter({rate: undefined})],
    ["parameters.l2 0 or more, got -1", parameter({l2: -1})],
    ["parameters.growth depth or leaf, got wide", parameter({growth: "wide"})],
    ["the objective logistic, squared or custom, got multi", put({objective: "multi"})],
    ["baseMargin a single-precision number, got null", put({baseMargin: null})],
    ["seed a whole number, got 0.5", put({seed: 0.5})],
    ["an array of trees, got none", put({trees: undefined})],
    ["tuneLoss finite, got null in round 1", put({training: {rows: 1, tuneLoss: [1, null], notes: []}})],
  ];
  test.each(cases)("%s", (message, change) => {
    const file = JSON.parse(boostFile(SMALL));
    change(file);
    expect(() => readBoostFile(JSON.stringify(file))).toThrow(
      new RangeError(`readBoostFile requires ${message}`),
    );
  });
});

test("readBoostFile(text) never reads a file with a character too few", () => {
  const text = boostFile(SMALL).trimEnd();
  for (let end = 0; end < text.length; end += 7)
    expect(() => readBoostFile(text.slice(0, end))).toThrow(RangeError);
});
