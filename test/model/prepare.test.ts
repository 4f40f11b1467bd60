import {expect, test} from "vitest";
import type {Matrix} from "../../src/features/matrix.ts";
import {applyPreparation, fitImputer, fitScaler} from "../../src/model/prepare.ts";

const NONE = Number.NaN;
const x: Matrix = {names: ["a", "b"], rows: 4, values: Float64Array.of(4, NONE, 1, 2, 5, 5, 5, 5)};

test("fitImputer(x) learns medians of what is known, and an indicator only where something was missing", () => {
  const imputer = fitImputer(x);
  expect(imputer).toEqual({kind: "impute", features: ["a", "b"], medians: [2, 5], indicators: ["a"]});
  expect(applyPreparation([imputer], x)).toEqual({
    names: ["a", "b", "a_missing"],
    rows: 4,
    values: Float64Array.of(4, 2, 1, 2, 5, 5, 5, 5, 0, 1, 0, 0),
  });
});

test("applyPreparation([imputer], other) uses the training median for a row of its own", () => {
  const other: Matrix = {names: ["a", "b"], rows: 1, values: Float64Array.of(NONE, NONE)};
  expect([...applyPreparation([fitImputer(x)], other).values]).toEqual([2, 5, 1]);
});

test("fitScaler(x) gives mean 0 and deviation 1, and 0 for a constant feature", () => {
  const full: Matrix = {names: ["a", "b"], rows: 4, values: Float64Array.of(1, 2, 3, 6, 0.1, 0.1, 0.1, 0.1)};
  const scaled = applyPreparation([fitScaler(full)], full);
  const a = [...scaled.values.subarray(0, 4)];
  expect(a.reduce((s, v) => s + v)).toBeCloseTo(0, 12);
  expect(a.reduce((s, v) => s + v * v, 0) / 4).toBeCloseTo(1, 12);
  for (const value of scaled.values.subarray(4)) expect(Math.abs(value)).toBeLessThan(1e-15);
});

test("applyPreparation(steps, x) does not write to x and survives JSON", () => {
  const before = [...x.values];
  const imputer = fitImputer(x);
  const steps = [imputer, fitScaler(applyPreparation([imputer], x))];
  const direct = applyPreparation(steps, x);
  expect(applyPreparation(JSON.parse(JSON.stringify(steps)), x)).toEqual(direct);
  expect([...x.values]).toEqual(before);
});

test("fitImputer(x) of a feature without any value fills 0 and flags it; an infinite value is refused", () => {
  const empty: Matrix = {names: ["a"], rows: 2, values: Float64Array.of(NONE, NONE)};
  expect([...applyPreparation([fitImputer(empty)], empty).values]).toEqual([0, 0, 1, 1]);
  const infinite: Matrix = {names: ["a"], rows: 2, values: Float64Array.of(1, Number.POSITIVE_INFINITY)};
  expect(() => fitImputer(infinite)).toThrow("got an infinite one in a");
});
