import {expect, test} from "vitest";
import {applyPreparation, fitPreparation, type Rule} from "../../../src/model/prepare/preparation.ts";
import {referenceCase} from "../reference.ts";
import {type Cells, cellsOf, table} from "./rows.ts";

// scikit-learn's own encoders on the same rows; how they were asked is written in the case's make.py.
const {text, expected, tolerance} = referenceCase<{
  train: number;
  target: number[];
  oneHotPlan: number[][];
  oneHotSource: number[][];
  oneHotSourceNames: string[];
  ordinal: (number | null)[];
  imputedScaled: number[][];
  bounds: [number, number];
}>("sklearn_encoders");

const cells = (name: string): Cells =>
  text(name).map(cell => (cell === "" ? null : name === "spend" ? Number(cell) : cell));

/** A column prepared by a plan that was learned from the training rows alone. */
function prepared(name: string, ...plan: readonly Rule[]) {
  const n = expected.train;
  const train = table({[name]: cells(name).slice(0, n)});
  const y = text("y").slice(0, n).map(Number);
  const {steps} = fitPreparation({x: train, y, customers: y.map((_, i) => `C${i}`)}, plan);
  const x = applyPreparation(steps, table({[name]: cells(name)}));
  return {steps, names: x.names, columns: x.names.map(column => cellsOf(x, column))};
}

function expectClose(got: Cells, wanted: readonly (number | null)[]): void {
  expect(got.length).toBe(wanted.length);
  got.forEach((value, i) => {
    if (wanted[i] === null || value === null) expect(value).toBe(wanted[i]);
    else expect(Math.abs((value as number) - wanted[i]!)).toBeLessThan(tolerance);
  });
}

test("target gives what TargetEncoder(smooth=20) gives, a level never seen too", () => {
  expectClose(prepared("city", {kind: "target", strength: 20}).columns[0]!, expected.target);
});

test("oneHot gives what OneHotEncoder gives", () => {
  const {columns} = prepared("plan", {kind: "oneHot"});
  expect(columns).toEqual(expected.oneHotPlan);
});

test("rare and oneHot give what OneHotEncoder(min_frequency=20, infrequent_if_exist) gives", () => {
  const {columns, names} = prepared("source", {kind: "rare", least: 20}, {kind: "oneHot"});
  expect(expected.oneHotSourceNames).toEqual(["source_shop", "source_web", "source_infrequent_sklearn"]);
  // By code unit the bracket stands before the letters, so the rare come first here.
  expect(names).toEqual(["source=(other)", "source=shop", "source=web"]);
  const [shop, web, infrequent] = expected.oneHotSource;
  expect(columns).toEqual([infrequent, shop, web]);
});

test("ordinal gives what OrdinalEncoder with the same order gives", () => {
  const order = {size: ["small", "middle", "large"]};
  expect(prepared("size", {kind: "ordinal", order}).columns[0]).toEqual(expected.ordinal);
});

test("impute and scale give what SimpleImputer with an indicator and StandardScaler give", () => {
  const {columns} = prepared("spend", {kind: "impute"}, {kind: "scale"});
  expect(columns).toHaveLength(2);
  columns.forEach((column, k) => {
    expectClose(column, expected.imputedScaled[k]!);
  });
});

test("winsorise learns the bounds that numpy's inverted_cdf quantile gives from either end", () => {
  const {steps} = prepared("spend", {kind: "winsorise", share: 0.05});
  const [low, high] = expected.bounds;
  expect(steps[0]).toMatchObject({columns: [{name: "spend", low, high}]});
});
