import {expect, test} from "vitest";
import {rowsByCutoff} from "../../src/sampling/by-cutoff.ts";
import {decayWeights} from "../../src/sampling/decay.ts";
import {sampleRows} from "../../src/sampling/sample.ts";
import {canonicalOrder, type TrainingData} from "../../src/sampling/training-data.ts";
import {logisticWorld, meanOf} from "./world.ts";

const world = logisticWorld(300, 8);

test("decayWeights(cutoffs, {halfLifeDays, asOf}) is 1 on the day, a half a half-life before, a quarter two before", () => {
  const weights = decayWeights([100, 40, -20, 70], {halfLifeDays: 60, asOf: 100});
  expect([...weights].slice(0, 3).map(w => Math.round(w * 1e15) / 1e15)).toEqual([1, 0.5, 0.25]);
  expect(weights[3]).toBeCloseTo(Math.SQRT1_2, 15);
  expect(() => decayWeights([101], {halfLifeDays: 60, asOf: 100})).toThrow(
    "decayWeights requires cutoffs up to 100, got 101 in row 0",
  );
  expect(() => decayWeights([1], {halfLifeDays: 0, asOf: 1})).toThrow("requires halfLifeDays above 0, got 0");
});

test("sampleRows(data, decay) weighs by the newest cutoff, with mean 1, and changes nothing else", () => {
  const {weights, keptNegatives, ...rest} = sampleRows(world, {kind: "decay", halfLifeDays: 30}, 1);
  expect(rest).toEqual(world);
  expect(keptNegatives).toBe(1);
  expect(meanOf(weights!)).toBeCloseTo(1, 12);
  // Four cutoffs, 30 days apart: each counts twice the one before.
  const [w0, w1, w2, w3] = weights!;
  for (const [older, newer] of [
    [w0, w1],
    [w1, w2],
    [w2, w3],
  ])
    expect(newer! / older!).toBeCloseTo(2, 12);
  expect(sampleRows(world, {kind: "none"}, 1)).toEqual({...world, keptNegatives: 1});
});

test("rowsByCutoff(data) parts the rows by cutoff, ascending, and names those with one class", () => {
  const data: TrainingData = {
    x: {names: ["a"], rows: 7, values: Float64Array.of(1, 2, 3, 4, 5, 6, 7)},
    y: [1, 0, 0, 0, 1, 0, 1],
    customers: ["a", "b", "c", "d", "e", "f", "g"],
    cutoffs: [30, 10, 20, 20, 10, 30, 40],
  };
  const {parts, skipped} = rowsByCutoff(data);
  expect(parts.map(({cutoff, data: {customers}}) => [cutoff, ...customers])).toEqual([
    [10, "b", "e"],
    [30, "a", "f"],
  ]);
  expect(skipped).toEqual([
    {cutoff: 20, rows: 2, positives: 0},
    {cutoff: 40, rows: 1, positives: 1},
  ]);
  expect(() => rowsByCutoff({...data, cutoffs: [1, 2, 3, 4, 5, 6, 7]})).toThrow(
    'sampling "per-cutoff" requires a cutoff with positives and negatives, got none of 7; use another sampling',
  );
});

test("canonicalOrder(data) tells rows that differ in nothing but their cutoff apart", () => {
  const data: TrainingData = {
    x: {names: ["a"], rows: 4, values: Float64Array.of(1, 1, Number.NaN, 1)},
    y: [0, 0, 0, 0],
    customers: ["b", "b", "b", "a"],
    cutoffs: [30, 20, 10, 40],
  };
  expect([...canonicalOrder(data)]).toEqual([3, 2, 1, 0]);
});
