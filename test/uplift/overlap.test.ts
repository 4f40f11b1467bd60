import {expect, test} from "vitest";
import {keptRows, overlapOf} from "../../src/uplift/observe/overlap.ts";

const propensity = Float64Array.of(0.05, 0.1, 0.5, 0.9, 0.5, 0.95);
const treated = Uint8Array.of(0, 0, 0, 1, 1, 1);

test("overlapOf(trial) counts what lies in each bin, outside the common range, and outside [0.1, 0.9]", () => {
  const found = overlapOf({propensity, treated}, {bins: 2});
  expect(found.bins).toEqual([
    {from: 0, to: 0.5, treated: 0, control: 2 / 3},
    {from: 0.5, to: 1, treated: 1, control: 1 / 3},
  ]);
  expect(found.common).toEqual({low: 0.5, high: 0.5});
  expect(found.outside).toEqual({treated: 2 / 3, control: 2 / 3});
  expect(found.trimmed).toBeCloseTo(2 / 6, 12);
  expect(found.certain).toBeCloseTo(1 / 3, 12);
  const odds = [0.05 / 0.95, 0.1 / 0.9, 1];
  const [sum, squares] = [odds.reduce((a, b) => a + b), odds.reduce((a, b) => a + b * b, 0)];
  expect(found.effectiveControl).toBeCloseTo(sum ** 2 / squares, 12);
  expect(() => overlapOf({propensity, treated: treated.map(() => 1)})).toThrow("got 6 treated and 0 control");
});

test("keptRows(propensity) keeps both bounds", () => {
  expect(keptRows(propensity)).toEqual([1, 2, 3, 4]);
});

test("overlapOf(trial) refuses propensities that are none, and no bins", () => {
  const treated = Uint8Array.of(0, 1);
  expect(() => overlapOf({treated, propensity: Float64Array.of(0.2, Number.NaN)})).toThrow(
    "propensities in [0, 1], got NaN in row 1",
  );
  expect(() => overlapOf({treated, propensity: Float64Array.of(0.2, 0.3)}, {bins: 0})).toThrow(
    "1 bin or more",
  );
});
