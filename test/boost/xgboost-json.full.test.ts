import {execFileSync} from "node:child_process";
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import process from "node:process";
import {afterAll, describe, expect, test} from "vitest";
import type {Boost} from "../../src/boost/boost.ts";
import type {BoostData} from "../../src/boost/boost-data.ts";
import {fitBoost} from "../../src/boost/fit.ts";
import {EVERY_NUMBER, type Tree} from "../../src/boost/tree.ts";
import {toXgboostJson} from "../../src/boost/xgboost-export.ts";
import {fromXgboostJson} from "../../src/boost/xgboost-import.ts";
import {randomOf} from "../../src/random.ts";
import {randomBoost, randomData} from "./random-trees.ts";
import {bruteShapley, walkMargins} from "./tree-walk.ts";

const python = process.env.CHURNBOOK_PYTHON;
if (!python) console.warn("XGBoost tests are skipped: CHURNBOOK_PYTHON names no Python");

type Answer = {predictions: number[]; margins: number[]; contributions: number[][]};

const folder = mkdtempSync(join(tmpdir(), "churnbook-xgboost-"));
afterAll(() => rmSync(folder, {recursive: true}));

type Case = {readonly name: string; readonly model: Boost; readonly data: BoostData};

async function cases(): Promise<readonly Case[]> {
  const random = randomOf(20261124);
  const made = (["logistic", "squared", "custom"] as const).flatMap(objective =>
    (["any", "chain", "full"] as const).map(shape => {
      const model = randomBoost(random, {trees: 12, leaves: 20, numbers: 3, categories: 2, objective, shape});
      return {name: `${objective}, ${shape}`, model, data: randomData(random, model.features, 60)};
    }),
  );
  const {model, data} = made[0]!;
  const leaf = randomBoost(random, {trees: 2, leaves: 1, numbers: 3}).trees;
  return [
    ...made,
    {name: "no tree", model: {...model, trees: []}, data},
    {name: "leaves alone", model: {...model, trees: leaf}, data},
    {name: "a leaf first", model: {...model, trees: [...leaf, ...model.trees]}, data},
    {name: "a leaf that no row reached", model: {...model, trees: [uncovered, ...model.trees]}, data},
    {name: "missing against all numbers", model: {...model, trees: [edges, edges]}, data},
    {name: "base margin far out", model: {...model, baseMargin: Math.fround(-13.7)}, data},
    {name: "names of all kinds", ...renamed(model, data)},
    ...(await fitted()),
  ];
}

/** Models of data in which missing values and some categories tell. */
async function fitted(): Promise<readonly Case[]> {
  const random = randomOf(20261126);
  const rows = 1500;
  const columns = [
    Array.from({length: rows}, () => (random() < 0.2 ? Number.NaN : random() - 0.5)),
    Array.from({length: rows}, () => Math.floor(4 * random())),
    Array.from({length: rows}, () => (random() < 0.05 ? Number.NaN : Math.floor(12 * random()))),
    Array.from({length: rows}, () => 1e6 * random() ** 4),
  ];
  const [a, b, plan] = columns as [number[], number[], number[]];
  const odds = a.map((x, i) => (Number.isNaN(x) ? 1.5 : 2 * x) + 0.4 * b[i]! + (plan[i]! % 3 === 0 ? 1 : -1));
  const y = odds.map(margin => (random() < 1 / (1 + Math.exp(-margin)) ? 1 : 0));
  const data = {names: ["a", "b", "plan", "spend"], rows, values: Float64Array.from(columns.flat())};
  const few = {
    ...data,
    rows: 100,
    values: Float64Array.from(columns.flatMap(column => column.slice(0, 100))),
  };
  const weighted = {trees: 25, categorical: ["plan"], positiveWeight: 1.5};
  return [
    {
      name: "fitted by depth",
      model: await fitBoost(data, y, {...weighted, depth: 5, rowSample: 0.5}),
      data: few,
    },
    {
      name: "fitted by leaves",
      model: await fitBoost(data, odds, {
        trees: 15,
        categorical: ["plan"],
        objective: "squared",
        growth: "leaf",
        leaves: 20,
      }),
      data: few,
    },
  ];
}

const uncovered: Tree = {
  feature: [-1],
  threshold: [0],
  categories: {},
  missingLeft: [0],
  left: [0],
  right: [0],
  value: [-0],
  gain: [0],
  cover: [0],
  rows: [0],
};

/** The thresholds at both ends and next to 0, and the last category of all. */
const edges: Tree = {
  feature: [0, 1, 2, 3, -1, -1, -1, -1, -1],
  threshold: [EVERY_NUMBER, -EVERY_NUMBER, 1e-45, 0, 0, 0, 0, 0, 0].map(Math.fround),
  categories: {3: [253]},
  missingLeft: [0, 1, 1, 0, 0, 0, 0, 0, 0],
  left: [1, 2, 3, 4, 0, 0, 0, 0, 0],
  right: [8, 7, 6, 5, 0, 0, 0, 0, 0],
  value: [0, 0, 0, 0, 1, 2, 4, 8, 16].map(v => Math.fround(v / 10)),
  gain: [9, 8, 7, 6, 0, 0, 0, 0, 0],
  cover: [50, 40, 30, 20, 10, 10, 10, 10, 10],
  rows: [50, 40, 30, 20, 10, 10, 10, 10, 10],
};

function renamed(model: Boost, data: BoostData): {model: Boost; data: BoostData} {
  const names = ["überfällig", 'a "quoted" name', "back\\slash / slash", "tab\tand space", "日本"];
  return {
    model: {...model, features: model.features.map((feature, j) => ({...feature, name: names[j]!}))},
    data: {...data, names},
  };
}

describe.skipIf(!python)("Python's XGBoost", async () => {
  const given = python ? await cases() : [];
  const paths = given.map((_, k) => join(folder, `model-${k}.json`));
  let answers: Answer[] = [];
  const difference = (a: readonly number[], b: readonly number[]) =>
    a.length === b.length ? a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]!)), 0) : Number.NaN;

  test("loads all that toXgboostJson(model) writes", () => {
    given.forEach(({model}, k) => {
      writeFileSync(paths[k]!, toXgboostJson(model));
    });
    const input = JSON.stringify({
      cases: given.map(({model, data}, k) => ({
        model: paths[k],
        names: data.names,
        types: model.features.map(({kind}) => (kind === "category" ? "c" : "float")),
        rows: rowsOf(data).map(row => row.map(x => (Number.isNaN(x) ? null : x))),
      })),
    });
    const script = join(import.meta.dirname, "xgboost_check.py");
    const output = execFileSync(python!, [script], {input, encoding: "utf8", maxBuffer: 1 << 28});
    const {version, results} = JSON.parse(output) as {version: string; results: Answer[]};
    answers = results;
    expect(answers).toHaveLength(given.length);
    console.info(`XGBoost ${version}`);
  });

  test("predicts the margins and probabilities of toXgboostJson(model) to 1e-6", () => {
    const most = [0, 0];
    given.forEach(({name, model, data}, k) => {
      const margins = walkMargins(model, data);
      const predictions =
        model.objective === "logistic" ? margins.map(margin => 1 / (1 + Math.exp(-margin))) : margins;
      [difference(answers[k]!.margins, margins), difference(answers[k]!.predictions, predictions)].forEach(
        (by, part) => {
          expect(by, name).toBeLessThan(1e-6);
          most[part] = Math.max(most[part]!, by);
        },
      );
    });
    console.info(`margins differ by ${most[0]} at most, predictions by ${most[1]}`);
  });

  // XGBoost sums contributions over the trees in single precision: 1e-6 of the margins' size.
  test("attributes by pred_contribs as the definition does to 1e-6 of the margins", () => {
    let most = 0;
    given.forEach(({name, model, data}, k) => {
      for (let row = 0; row < data.rows; row++) {
        const expected = bruteShapley(model, data, row);
        const by = difference(answers[k]!.contributions[row]!, expected);
        const size = Math.max(1, ...expected.map(Math.abs));
        expect(by, `${name}, row ${row}`).toBeLessThan(1e-6 * size);
        most = Math.max(most, by);
      }
    });
    console.info(`contributions differ by ${most} at most`);
  });

  test("saves what fromXgboostJson(text) reads back as the model that was exported", () => {
    given.forEach(({name, model}, k) => {
      const again = fromXgboostJson(readFileSync(`${paths[k]}.again.json`, "utf8"));
      expect(again.baseMargin, name).toBe(model.baseMargin);
      expect(again.objective, name).toBe(model.objective === "logistic" ? "logistic" : "squared");
      expect(
        again.features.map(feature => [feature.name, feature.kind]),
        name,
      ).toEqual(model.features.map(feature => [feature.name, feature.kind]));
      expect(again.trees, name).toEqual(
        model.trees.map(tree => ({...tree, gain: tree.gain.map(Math.fround), rows: tree.rows.map(() => 0)})),
      );
    });
  });
});

const rowsOf = ({names, rows, values}: BoostData): number[][] =>
  Array.from({length: rows}, (_, i) => names.map((_, j) => values[j * rows + i]!));
