import {expect, test} from "vitest";
import {rocAuc} from "../../src/evaluate/metrics.ts";
import {explainRows, fitReference} from "../../src/explain/explain-rows.ts";
import {type Matrix, takeRows} from "../../src/features/matrix.ts";
import {fitSampled} from "../../src/model/average.ts";
import {applyModel, type FitOptions, type Model, type ModelKind} from "../../src/model/model.ts";
import {applyPreparation} from "../../src/model/prepare/preparation.ts";
import {preparedColumns} from "../../src/model/prepare/sources.ts";
import {randomOf} from "../../src/random.ts";
import type {Sampling} from "../../src/sampling/sample.ts";
import type {TrainingData} from "../../src/sampling/training-data.ts";
import {pathWorth, shapleyValues} from "../boost/tree-walk.ts";
import {table} from "../model/prepare/rows.ts";

/** Numbers and categories, some missing, with a risk of each; `silent` is a probability. */
function shoppers(rows: number, seed: number): TrainingData {
  const random = randomOf(seed);
  const cells = Array.from({length: rows}, () => ({
    since: random() < 0.1 ? null : Math.floor(60 * random()),
    silent: random() < 0.1 ? null : random(),
    plan: random() < 0.1 ? null : ["basic", "plus", "family"][Math.floor(3 * random())]!,
    town: `town ${Math.floor(12 * random())}`,
    size: random() < 0.1 ? null : ["small", "middle", "large"][Math.floor(3 * random())]!,
    u: random(),
  }));
  const odds = ({since, plan, silent}: (typeof cells)[number]) =>
    -2 + (since ?? 90) / 30 + (plan === "plus" ? 1 : 0) + (silent ?? 0);
  return {
    x: table({
      since: cells.map(({since}) => since),
      silent: cells.map(({silent}) => silent),
      plan: cells.map(({plan}) => plan),
      town: cells.map(({town}) => town),
      size: cells.map(({size}) => size),
    }),
    y: Uint8Array.from(cells, cell => (cell.u < 1 / (1 + Math.exp(-odds(cell))) ? 1 : 0)),
    customers: cells.map((_, i) => `C${Math.floor(i / 2)}`),
    cutoffs: Int32Array.from(cells, (_, i) => 20_000 + (i % 2)),
  };
}

const train = shoppers(1200, 1);
const later = takeRows(shoppers(400, 2).x, [0, 1, 2, 3, 4, 5, 6, 7]);
const OPTIONS: FitOptions = {
  recencyFeature: "since",
  silentFeature: "silent",
  order: {size: ["small", "middle", "large"]},
  tune: shoppers(400, 3),
  search: {auc: rocAuc, candidates: 1},
};
const ADDITIVE: ModelKind[] = ["dummy", "recency", "alive", "logistic"];
const fitted = (kind: ModelKind, sampling: Sampling = {kind: "none"}): Promise<Model> =>
  fitSampled(kind, train, {...OPTIONS, sampling});

test.each(ADDITIVE)(
  "explainRows(%s) is the Shapley value by definition, with what is not known drawn from the reference",
  async kind => {
    const model = await fitted(kind);
    const reference = takeRows(train.x, [5, 6, 7, 100, 101, 300, 301]);
    const {values, base, names} = explainRows(model, later, fitReference(model, reference));
    const n = names.length;
    expect(names).toEqual(later.names);
    for (let row = 0; row < later.rows; row++) {
      const worth = await worthOf(model, takeRows(later, [row]), reference);
      const expected = shapleyValues(n, known => worth[known]!);
      [...values.subarray(row * n, (row + 1) * n), base].forEach((value, j) => {
        expect(value).toBeCloseTo(expected[j]!, 10);
      });
    }
  },
);

/** Mean margin with the features in `known`, as bits, from the row and the others from each row of reference. */
async function worthOf(model: Model, row: Matrix, reference: Matrix): Promise<number[]> {
  const n = row.names.length;
  const worth: number[] = [];
  for (let known = 0; known < 1 << n; known++) {
    const values = reference.values.map((value, k) => {
      const j = Math.floor(k / reference.rows);
      return (known >> j) & 1 ? recoded(row, reference, j) : value;
    });
    const margins = await applyModel(model, {...reference, values});
    worth.push(margins.reduce((sum, margin) => sum + margin, 0) / reference.rows);
  }
  return worth;
}

/** The value of a row, in the codes of the reference. */
function recoded(row: Matrix, reference: Matrix, j: number): number {
  const [name, value] = [row.names[j]!, row.values[j]!];
  const level = row.categories?.[name]?.[value];
  return level === undefined ? value : reference.categories![name]!.indexOf(level);
}

test("explainRows(boost) is the Shapley value of the trees by definition, by feature of the study", async () => {
  const model = await fitted("boost");
  if (model.kind !== "boost") throw new TypeError("boost");
  const {values, base} = explainRows(model, later, fitReference(model, train.x));
  const prepared = applyPreparation(model.preparation, later);
  expect(model.boost.features.map(({name}) => name)).toEqual(later.names);
  for (let row = 0; row < later.rows; row++) {
    const expected = shapleyValues(5, pathWorth(model.boost, prepared, row));
    [...values.subarray(row * 5, (row + 1) * 5), base].forEach((value, j) => {
      expect(value).toBeCloseTo(expected[j]!, 9);
    });
  }
});

test.each([...ADDITIVE, "boost"] as const)(
  "explainRows(%s) and the base sum up to the margin: sampled, averaged over cutoffs, and of a row alone",
  async kind => {
    const models = [
      await fitted(kind),
      await fitted(kind, {kind: "undersample", ratio: 1}),
      await fitted(kind, {kind: "per-cutoff"}),
    ];
    for (const model of models) {
      const reference = fitReference(model, train.x);
      const {values, base} = explainRows(model, later, reference);
      const margins = await applyModel(model, later);
      for (let i = 0; i < later.rows; i++) {
        const sum = values.subarray(5 * i, 5 * i + 5).reduce((total, value) => total + value, base);
        expect(Math.abs(sum - margins[i]!)).toBeLessThan(kind === "boost" ? 1e-5 : 1e-10);
        expect(explainRows(model, takeRows(later, [i]), reference).values).toEqual(
          values.slice(5 * i, 5 * i + 5),
        );
      }
    }
  },
);

test("explainRows refuses a reference of other features, other features, and a kind that is never in use", async () => {
  const model = await fitted("logistic");
  const reference = fitReference(model, train.x);
  expect(() => explainRows(model, later, {...reference, features: ["since"]})).toThrow(
    "explainRows requires a reference of the model's features, got since",
  );
  const {names} = later;
  expect(() => explainRows(model, {...later, names: names.toReversed()}, reference)).toThrow(
    "explainRows requires the features in the order of the model",
  );
  expect(() => fitReference(model, takeRows(train.x, []))).toThrow("fitReference requires rows, got none");
  const second = await fitted("ml-xgboost");
  expect(() => fitReference(second, train.x)).toThrow("requires a kind of model that may be in use");
});

test("preparedColumns(steps, features) names the columns that applyPreparation makes", async () => {
  for (const kind of ["logistic", "boost", "ml-xgboost"] as const) {
    const model = await fitted(kind);
    if (!("preparation" in model)) throw new TypeError(kind);
    const columns = preparedColumns(model.preparation, later.names);
    expect(columns.map(({name}) => name)).toEqual(applyPreparation(model.preparation, later).names);
    for (const {name, source} of columns) expect(name.startsWith(source)).toBe(true);
  }
});
