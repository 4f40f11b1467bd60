import {expect, test} from "vitest";
import {rocAuc} from "../../src/evaluate/metrics.ts";
import {drawPermutations, permutationImportance} from "../../src/explain/permutation.ts";
import {type Matrix, takeRows} from "../../src/features/matrix.ts";
import {applyModel, type FitOptions, fitModel, type Model, type ModelKind} from "../../src/model/model.ts";
import {randomOf} from "../../src/random.ts";
import type {TrainingData} from "../../src/sampling/training-data.ts";
import {columnsByName, table} from "./prepare/rows.ts";

const KINDS: ModelKind[] = ["recency", "logistic", "ml-xgboost", "boost"];
const PLANS = ["basic", "plus", "family", "trial"];
const RISK = [-1, 0.5, -0.5, 2];

/** A number of little use, a category that matters, one of many levels that does not, and one with an order. */
function shoppers(rows: number, seed: number): TrainingData {
  const random = randomOf(seed);
  const cells = Array.from({length: rows}, () => ({
    since: Math.floor(60 * random()),
    plan: random() < 0.1 ? null : Math.floor(4 * random()),
    town: `town ${Math.floor(70 * random() ** 2)}`,
    size: random() < 0.1 ? null : ["small", "middle", "large"][Math.floor(3 * random())]!,
    u: random(),
  }));
  const odds = ({since, plan}: (typeof cells)[number]) => -1 + since / 60 + (plan === null ? 1 : RISK[plan]!);
  return {
    x: table({
      since: cells.map(({since}) => since),
      plan: cells.map(({plan}) => (plan === null ? null : PLANS[plan]!)),
      town: cells.map(({town}) => town),
      size: cells.map(({size}) => size),
    }),
    y: Uint8Array.from(cells, cell => (cell.u < 1 / (1 + Math.exp(-odds(cell))) ? 1 : 0)),
    customers: cells.map((_, i) => `C${Math.floor(i / 2)}`),
  };
}

const train = shoppers(2400, 1);
const later = shoppers(800, 2);
const OPTIONS: FitOptions = {
  recencyFeature: "since",
  order: {size: ["small", "middle", "large"]},
  xgboost: {trees: 60},
  tune: shoppers(600, 3),
  search: {auc: rocAuc, candidates: 2},
};
const fitted = (kind: ModelKind, data = train, options = OPTIONS) => fitModel(kind, data, options);

test.each(KINDS)(
  "applyModel(%s) with categories gives the same bits after JSON, and for a row alone",
  async kind => {
    const model = await fitted(kind);
    const margins = await applyModel(model, later.x);
    expect(await applyModel(JSON.parse(JSON.stringify(model)) as Model, later.x)).toEqual(margins);
    for (const i of [0, 17, 799])
      expect((await applyModel(model, takeRows(later.x, [i])))[0]).toBe(margins[i]);
  },
);

test.each(KINDS)(
  "fitModel(%s) is the same model whatever the order of the rows and the codes of the levels",
  async kind => {
    const order = Array.from({length: 2400}, (_, i) => (i * 7) % 2400);
    const cells = columnsByName(takeRows(train.x, order));
    const moved = {
      x: table(cells, {levels: {plan: ["of nobody", ...PLANS.toReversed()]}}),
      y: Uint8Array.from(order, i => train.y[i]!),
      customers: order.map(i => train.customers[i]!),
    };
    expect(await fitted(kind, moved)).toEqual(await fitted(kind));
  },
);

test.each(["logistic", "ml-xgboost", "boost"] as const)("fitModel(%s) learns from categories", async kind => {
  const without = ({x, ...rest}: TrainingData): TrainingData => {
    const {since} = columnsByName(x);
    return {...rest, x: table({since: since!})};
  };
  const {order: _, ...plain} = {...OPTIONS, tune: without(OPTIONS.tune!)};
  const blind = await applyModel(await fitted(kind, without(train), plain), without(later).x);
  const seeing = await applyModel(await fitted(kind), later.x);
  expect(rocAuc(seeing, later.y)).toBeGreaterThan(rocAuc(blind, later.y) + 0.1);
  // What made the rows could rank them so.
  const {plan, since} = columnsByName(later.x);
  const truth = plan!.map(
    (p, i) => (since![i] as number) / 60 + (p === null ? 1 : RISK[PLANS.indexOf(p as string)]!),
  );
  expect(rocAuc(seeing, later.y)).toBeGreaterThan(rocAuc(truth, later.y) - 0.02);
});

test.each(["logistic", "ml-xgboost", "boost"] as const)(
  "applyModel(%s) judges levels never seen, and missing",
  async kind => {
    const model = await fitted(kind);
    const rows = (plan: (string | null)[]): Matrix =>
      table({
        since: plan.map(() => 30),
        plan,
        town: plan.map(() => "town 3"),
        size: plan.map(() => "small"),
      });
    const margins = await applyModel(model, rows([...PLANS, null, "brand new", "another"]));
    expect(margins.every(Number.isFinite)).toBe(true);
    const [basic, , , trial, missing, fresh, another] = margins;
    expect(fresh).toBe(another);
    // No plan is rare, so one never seen is missing, and that is riskier than basic.
    expect(fresh).toBe(missing);
    expect(missing).toBeGreaterThan(basic!);
    expect(trial).toBeGreaterThan(missing!);
  },
);

test("fitModel(boost) splits on sets of levels, and keeps the dictionary of its codes", async () => {
  const {boost, preparation} = await fitModel("boost", train, OPTIONS);
  expect(boost.features.map(({name, kind}) => [name, kind])).toEqual([
    ["since", "number"],
    ["plan", "category"],
    ["town", "category"],
    ["size", "number"],
  ]);
  expect(preparation.map(({kind}) => kind)).toEqual(["ordinal", "rare"]);
  expect(preparation[1]!.columns[0]).toEqual({name: "plan", levels: PLANS.toSorted(), merged: 0});
  expect(boost.trees.some(({categories}) => Object.keys(categories).length > 0)).toBe(true);
});

test("fitModel(ml-xgboost) leaves room for the columns that categories become", async () => {
  const model = await fitModel("ml-xgboost", train, OPTIONS);
  expect(model.features).toEqual(["since", "plan", "town", "size"]);
  expect(model.xgboost.features).toEqual([
    "since",
    ...["(missing)", "basic", "family", "plus", "trial"].map(level => `plan=${level}`),
    ...["town", "size"],
  ]);
});

test("applyModel(model, x) refuses numbers where the model knows a category, and the reverse", async () => {
  const {since, ...rest} = columnsByName(later.x);
  const model = await fitted("logistic");
  const numbers = table({since: since!, ...rest, plan: since!});
  await expect(applyModel(model, numbers)).rejects.toThrow(
    "requires a category in the feature plan, got numbers",
  );
});

test("permutationImportance shuffles a category", async () => {
  const model = await fitted("boost");
  const permutations = drawPermutations(later.x.rows, {count: 2, random: randomOf(1)});
  const [, plan, town] = await permutationImportance(x => applyModel(model, x), later.x, later.y, {
    permutations,
  });
  expect(plan!.drop).toBeGreaterThan(0.1);
  expect(Math.abs(town!.drop)).toBeLessThan(0.02);
});
