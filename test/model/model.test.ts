import {createRequire} from "node:module";
import {expect, test, vi} from "vitest";
import {rocAuc} from "../../src/evaluate/metrics.ts";
import {type Matrix, takeRows} from "../../src/features/matrix.ts";
import {applyModel, type FitOptions, fitModel, type Model, type ModelKind} from "../../src/model/model.ts";
import {applyXgboost, fitXgboost, maximumRows} from "../../src/model/xgboost.ts";
import {churners} from "./churners.ts";

const KINDS: ModelKind[] = ["dummy", "recency", "alive", "logistic", "ml-xgboost", "boost"];
const train = churners(900, 1);
const later = churners(600, 2);
const OPTIONS: FitOptions = {
  recencyFeature: "since",
  silentFeature: "noise",
  xgboost: {trees: 40},
  tune: churners(300, 3),
  search: {auc: rocAuc, candidates: 4},
};

test.each(KINDS)("applyModel(%s) after a round trip through JSON gives the same bits", async kind => {
  const model = await fitModel(kind, train, OPTIONS);
  const copy = JSON.parse(JSON.stringify(model)) as Model;
  expect(copy).toEqual(model);
  expect(await applyModel(copy, later.x)).toEqual(await applyModel(model, later.x));
});

test.each(KINDS)("fitModel(%s) is the same model whatever the order of the rows", async kind => {
  const order = Int32Array.from({length: train.x.rows}, (_, i) => i).sort(
    (a, b) => ((a * 389) % 900) - ((b * 389) % 900),
  );
  const moved = {
    x: takeRows(train.x, order),
    y: Uint8Array.from(order, i => train.y[i]!),
    customers: Array.from(order, i => train.customers[i]!),
  };
  expect(await fitModel(kind, moved, OPTIONS)).toEqual(await fitModel(kind, train, OPTIONS));
});

test.each(KINDS)(
  "applyModel(%s) gives a row the same margin alone as among others, and x stays as it was",
  async kind => {
    const before = [train.x.values.slice(), train.y.slice(), later.x.values.slice()];
    const model = await fitModel(kind, train, OPTIONS);
    const margins = await applyModel(model, later.x);
    for (const i of [0, 17, 599])
      expect((await applyModel(model, takeRows(later.x, [i])))[0]).toBe(margins[i]);
    expect([train.x.values, train.y, later.x.values]).toEqual(before);
    expect(margins.every(Number.isFinite)).toBe(true);
  },
);

test("fitModel(kind) ranks unseen rows better the more it may learn", async () => {
  const auc: Partial<Record<ModelKind, number>> = {};
  for (const kind of KINDS)
    auc[kind] = rocAuc(await applyModel(await fitModel(kind, train, OPTIONS), later.x), later.y);
  expect(auc.dummy).toBe(0.5);
  expect(auc.recency).toBeGreaterThan(0.6);
  expect(auc.logistic).toBeGreaterThan(auc.recency! + 0.03);
  expect(auc["ml-xgboost"]).toBeGreaterThan(auc.recency! + 0.03);
  expect(auc.boost).toBeGreaterThan(auc.recency! + 0.03);
});

test("fitModel(boost) does not depend on the order of the tune rows, and needs them", async () => {
  const tune = OPTIONS.tune!;
  const order = Array.from({length: 300}, (_, i) => (i * 7) % 300);
  const moved = {
    x: takeRows(tune.x, order),
    y: Uint8Array.from(order, i => tune.y[i]!),
    customers: order.map(i => tune.customers[i]!),
  };
  const model = await fitModel("boost", train, OPTIONS);
  expect(await fitModel("boost", train, {...OPTIONS, tune: moved})).toEqual(model);
  const {tune: _, ...without} = OPTIONS;
  await expect(fitModel("boost", train, without)).rejects.toThrow(
    "fitModel requires options.tune for boost, got none",
  );
});

test("applyModel(recency) ranks a row without activity as the longest silent", async () => {
  const x: Matrix = {names: ["since"], rows: 4, values: Float64Array.of(3, Number.NaN, 90, 10)};
  const model = await fitModel(
    "recency",
    {x, y: [0, 1, 1, 0], customers: ["a", "b", "c", "d"]},
    {recencyFeature: "since"},
  );
  expect([...(await applyModel(model, x))]).toEqual([3, 91, 90, 10]);
  expect([...(await applyModel(model, {names: ["since"], rows: 1, values: Float64Array.of(500)}))]).toEqual([
    91,
  ]);
});

test("applyModel(alive) is the log-odds of no purchase, finite at 0 and 1, and the highest known where missing", async () => {
  const named = (...values: number[]): Matrix => ({
    names: ["p_silent"],
    rows: values.length,
    values: Float64Array.from(values),
  });
  const data = {x: named(0.2, Number.NaN, 0.75, 0.5), y: [0, 1, 1, 0], customers: ["a", "b", "c", "d"]};
  const model = await fitModel("alive", data, {silentFeature: "p_silent"});
  const margins = await applyModel(model, data.x);
  for (const [i, m] of [-Math.log(4), Math.log(3), Math.log(3), 0].entries())
    expect(margins[i]).toBeCloseTo(m, 14);
  const [never, sure] = await applyModel(model, named(0, 1));
  expect([never! < -30, sure! > 30, Number.isFinite(never! - sure!)]).toEqual([true, true, true]);
  await expect(fitModel("alive", data)).rejects.toThrow(
    "fitModel requires options.silentFeature for alive, got none",
  );
  await expect(fitModel("alive", data, {silentFeature: "p"})).rejects.toThrow(
    'the model "alive" requires the feature p, got p_silent',
  );
  const unknown = {...data, x: named(Number.NaN, Number.NaN, Number.NaN, Number.NaN)};
  await expect(fitModel("alive", unknown, {silentFeature: "p_silent"})).rejects.toThrow(
    'the model "alive" requires customers who have bought, got p_silent missing in all 4 rows',
  );
});

test("applyModel(dummy) is the log-odds of the base rate", async () => {
  const x: Matrix = {names: ["a"], rows: 4, values: new Float64Array(4)};
  const model = await fitModel("dummy", {x, y: [1, 0, 0, 0], customers: ["a", "b", "c", "d"]});
  expect([...(await applyModel(model, x))]).toEqual(new Array(4).fill(Math.log(1 / 3)));
});

test("applyModel(model, x) names the feature that is missing, unknown or out of order", async () => {
  const model = await fitModel("logistic", train, OPTIONS);
  const {x} = later;
  const named = (names: string[]): Matrix => ({
    names,
    rows: x.rows,
    values: x.values.slice(0, names.length * x.rows),
  });
  await expect(applyModel(model, named(["since", "orders", "sometimes"]))).rejects.toThrow(
    "applyModel requires the feature noise, which is not there; compute the study's features",
  );
  await expect(applyModel(model, {...x, names: ["since", "orders", "noise", "sometimes"]})).rejects.toThrow(
    "applyModel requires the features in the order of the model, got noise where sometimes belongs",
  );
  const extra = {names: [...x.names, "age"], rows: x.rows, values: new Float64Array(5 * x.rows)};
  await expect(applyModel(model, extra)).rejects.toThrow(
    "applyModel got the feature age, which the model does not know",
  );
  await expect(fitModel("recency", train, {recencyFeature: "since_visit"})).rejects.toThrow(
    /requires the feature since_visit/,
  );
});

test("fitModel(kind, data) refuses one class and infinite values, by name and row", async () => {
  const none = {...train, y: new Uint8Array(900)};
  await expect(fitModel("dummy", none)).rejects.toThrow(
    "fitModel requires both classes, got 0 positive of 900",
  );
  const values = train.x.values.slice();
  values[900 + 7] = Number.NEGATIVE_INFINITY;
  await expect(fitModel("logistic", {...train, x: {...train.x, values}})).rejects.toThrow(
    "fitModel requires finite or missing values, got -Infinity in orders, row 7",
  );
});

test("fitModel(ml-xgboost, data, {maximumRows}) keeps whole customers by hash and says how many rows", async () => {
  const model = await fitModel("ml-xgboost", train, {...OPTIONS, maximumRows: 500});
  expect(model.subsampled).toEqual({kept: 498, of: 900});
  expect(model.trained.rows).toBe(900);
  expect((await fitModel("ml-xgboost", train, OPTIONS)).subsampled).toBeUndefined();
});

test("fitXgboost(x, y) predicts what the engine itself predicts from the same trees", async () => {
  const {x, y} = train;
  const model = await fitXgboost(x, y, {trees: 30});
  const margins = applyXgboost(model, x);
  // The package's own class, given what the model doc says: features from 0 up, missing as -1.
  type Classifier = {train(x: number[][], y: number[]): void; predict(x: number[][]): number[]; free(): void};
  const XGBoost = (await createRequire(import.meta.url)("ml-xgboost")) as new (options: object) => Classifier;
  const rows = Array.from({length: x.rows}, (_, i) =>
    x.names.map((_, j) => {
      const value = x.values[j * x.rows + i]!;
      return Number.isNaN(value) ? -1 : value - model.offsets[j]!;
    }),
  );
  const engine = new XGBoost({
    ...{booster: "gbtree", objective: "binary:logistic", tree_method: "hist", max_depth: 4, eta: 0.05},
    ...{
      min_child_weight: 5,
      lambda: 1,
      subsample: 1,
      colsample_bytree: 1,
      silent: 1,
      seed: 0,
      iterations: 30,
    },
    base_score: y.reduce((sum, label) => sum + label, 0) / y.length,
  });
  engine.train(rows, [...y]);
  const expected = engine.predict(rows);
  engine.free();
  // Single precision sums of 30 leaves.
  margins.forEach((m, i) => {
    expect(Math.abs(1 / (1 + Math.exp(-m)) - expected[i]!)).toBeLessThan(1e-6);
  });
});

test("fitXgboost(x, y) keeps a value of -1 apart from a missing one", async () => {
  const rows = 400;
  const values = Float64Array.from({length: rows}, (_, i) => (i % 2 === 0 ? -1 : Number.NaN));
  const x: Matrix = {names: ["a"], rows, values};
  const y = Uint8Array.from({length: rows}, (_, i) => (i % 20 === 0 || i % 2 === 1 ? 1 : 0));
  const [known, missing] = applyXgboost(await fitXgboost(x, y), takeRows(x, [0, 1]));
  expect(missing! - known!).toBeGreaterThan(2);
});

test("fitXgboost(x, y) parts missing from all known values, whatever their smallest", async () => {
  const rows = 600;
  for (const least of [-3, -1, 0, 1, 1000]) {
    const values = Float64Array.from({length: rows}, (_, i) => (i % 3 === 0 ? Number.NaN : least + (i % 7)));
    const y = Uint8Array.from({length: rows}, (_, i) => (i % 3 === 0 ? i % 2 : i % 11 === 0 ? 1 : 0));
    const x: Matrix = {names: ["a"], rows, values};
    const margins = applyXgboost(await fitXgboost(x, y), x);
    const mean = (wanted: boolean) => {
      const part = margins.filter((_, i) => (i % 3 === 0) === wanted);
      return part.reduce((sum, m) => sum + m, 0) / part.length;
    };
    expect(mean(true) - mean(false)).toBeGreaterThan(1.5);
  }
});

test("fitXgboost(x, y) gives the same ranking whatever the unit of a feature", async () => {
  const {x, y} = train;
  const shrunk: Matrix = {...x, values: x.values.map(v => v * 2 ** -60)};
  const one = applyXgboost(await fitXgboost(x, y, {trees: 20}), x);
  const other = applyXgboost(await fitXgboost(shrunk, y, {trees: 20}), shrunk);
  expect(Math.abs(rocAuc(one, y) - rocAuc(other, y))).toBeLessThan(0.005);
});

test("fitXgboost(x, y) says nothing and leaves no handler on the process", async () => {
  const printed = [vi.spyOn(console, "log"), vi.spyOn(console, "warn"), vi.spyOn(console, "error")];
  vi.resetModules();
  const fresh = await import("../../src/model/xgboost.ts");
  const before = process.listenerCount("uncaughtException");
  await fresh.fitXgboost(train.x, train.y, {trees: 2});
  expect(process.listenerCount("uncaughtException")).toBe(before);
  for (const spy of printed) expect(spy).not.toHaveBeenCalled();
});

test("fitXgboost(x, y) takes more rows than the package's own stack of 5 MiB holds", async () => {
  const {x, y} = churners(300_000, 3);
  const model = await fitXgboost(x, y, {trees: 1, depth: 2});
  expect(rocAuc(applyXgboost(model, x), y)).toBeGreaterThan(0.6);
});

test("fitXgboost(x, y) refuses more rows than maximumRows(columns)", async () => {
  const rows = maximumRows(0) + 1;
  await expect(fitXgboost({names: [], rows, values: new Float64Array(0)}, [])).rejects.toThrow(
    "fitXgboost requires at most 20000000 rows with 0 features, got 20000001",
  );
});
