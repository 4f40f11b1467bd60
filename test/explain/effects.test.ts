import {expect, test} from "vitest";
import {accumulatedEffects, weightedMean} from "../../src/explain/accumulated-effects.ts";
import {effectsOf} from "../../src/explain/effects.ts";
import {centreCurves, partialDependence} from "../../src/explain/partial-dependence.ts";
import type {Predict} from "../../src/explain/permutation.ts";
import {type Matrix, takeRows} from "../../src/features/matrix.ts";
import {randomOf} from "../../src/random.ts";
import {table} from "../model/prepare/rows.ts";
import * as reference from "./inspection.ts";

type Effects = {
  readonly grid: number[];
  readonly pdp_margin: number[];
  readonly ice_first5: number[][];
  readonly ale_8: {readonly edges: number[]; readonly ale: number[]; readonly counts: number[]};
};
const expected = reference.expected.pdp_ice_ale!.expected as Readonly<Record<string, Effects>>;

/** The reference is given to 1e-6; its values are those of scikit-learn in double precision. */
const DIGITS = 9;

test.each(reference.x.names)(
  "partialDependence(%s) gives the curves and the mean of scikit-learn",
  async feature => {
    const {grid, pdp_margin, ice_first5} = expected[feature]!;
    const {mean, curves} = await partialDependence(reference.predict, reference.x, {feature, grid});
    pdp_margin.forEach((margin, g) => {
      expect(mean[g]).toBeCloseTo(margin, DIGITS);
    });
    ice_first5.flat().forEach((margin, k) => {
      expect(curves[k]).toBeCloseTo(margin, DIGITS);
    });
  },
);

test.each(reference.x.names)(
  "accumulatedEffects(%s) has the edges, counts and effects of the reference",
  async feature => {
    const {edges, ale, counts} = expected[feature]!.ale_8;
    const found = await accumulatedEffects(reference.predict, reference.x, {feature, bins: 8});
    expect(found).toMatchObject({edges, counts, missing: 0});
    ale.forEach((effect, k) => {
      expect(found.effect[k]).toBeCloseTo(effect, DIGITS);
    });
  },
);

const random = randomOf(4);
const draw = (rows: number): Matrix =>
  table({
    a: Array.from({length: rows}, () => (random() < 0.1 ? null : Math.floor(12 * random()))),
    b: Array.from({length: rows}, () => random()),
    kind: Array.from({length: rows}, () => ["x", "y"][Math.floor(2 * random())]!),
  });
const at = ({values, rows}: Matrix, j: number, i: number) => values[j * rows + i]!;
const crossed: Predict = x =>
  Array.from(
    {length: x.rows},
    (_, i) => Math.sin(at(x, 0, i) || 0) + at(x, 0, i) * at(x, 1, i) - at(x, 2, i),
  );

test("accumulatedEffects is its definition, row by row, with ties and missing values", async () => {
  const x = draw(90);
  const {edges, effect, counts, missing} = await accumulatedEffects(crossed, x, {feature: "a", bins: 5});
  const rows = Array.from({length: 90}, (_, i) => i).filter(i => !Number.isNaN(at(x, 0, i)));
  expect(missing).toBe(90 - rows.length);
  const moved = async (i: number, value: number) => {
    const one = takeRows(x, [i]);
    one.values[0] = value;
    return (await crossed(one))[0]!;
  };
  let raw = 0;
  const accumulated = [0];
  for (let k = 0; k + 1 < edges.length; k++) {
    const here = rows.filter(i => at(x, 0, i) <= edges[k + 1]! && (k === 0 || at(x, 0, i) > edges[k]!));
    expect(counts[k]).toBe(here.length);
    let sum = 0;
    for (const i of here) sum += (await moved(i, edges[k + 1]!)) - (await moved(i, edges[k]!));
    raw += sum / here.length;
    accumulated.push(raw);
  }
  expect(counts.reduce((sum, n) => sum + n, 0)).toBe(rows.length);
  accumulated.forEach((value, k) => {
    expect(effect[k]! - effect[0]!).toBeCloseTo(value, 12);
  });
  expect(weightedMean(effect, counts)).toBeCloseTo(0, 12);
});

test("a model that adds features up has its own line as ALE and PDP, and both are the same for twice the rows", async () => {
  const x = draw(200);
  const line: Predict = z => Array.from({length: z.rows}, (_, i) => 3 * (at(z, 0, i) || 0) + at(z, 1, i));
  const twice = takeRows(x, [...Array(200).keys(), ...Array(200).keys()]);
  const ale = await accumulatedEffects(line, x, {feature: "a"});
  ale.edges.forEach((edge, k) => {
    expect(ale.effect[k]! - ale.effect[0]!).toBeCloseTo(3 * (edge - ale.edges[0]!), 10);
  });
  const again = await accumulatedEffects(line, twice, {feature: "a"});
  expect(again.edges).toEqual(ale.edges);
  again.effect.forEach((value, k) => {
    expect(value).toBeCloseTo(ale.effect[k]!, 12);
  });
  const pdp = await partialDependence(line, x, {feature: "a", grid: [0, 5]});
  expect(pdp.mean[1]! - pdp.mean[0]!).toBeCloseTo(15, 10);
});

test("where two features go together and a model takes one against the other, PDP shows what no row has, ALE does not", async () => {
  const b = Array.from({length: 400}, () => random());
  const x = table({a: b.map(value => value + 0.01 * random()), b});
  // Only rows that do not exist, with a far from b, score high.
  const odd: Predict = z =>
    Array.from({length: z.rows}, (_, i) => (Math.abs(at(z, 0, i) - at(z, 1, i)) > 0.3 ? 5 : 0));
  const ale = await accumulatedEffects(odd, x, {feature: "a"});
  expect(ale.effect.every(value => Math.abs(value) < 1e-12)).toBe(true);
  const {mean} = await partialDependence(odd, x, {feature: "a", grid: [0, 0.5, 1]});
  expect(mean[0]! - mean[1]!).toBeGreaterThan(1);
});

test("centreCurves(pdp) starts each curve from 0 and keeps its shape", async () => {
  const x = draw(20);
  const plain = await partialDependence(crossed, x, {feature: "b", grid: [0, 0.5, 1]});
  const {curves, mean} = centreCurves(plain);
  for (let i = 0; i < 20; i++)
    for (let g = 0; g < 3; g++) {
      const difference = plain.curves[3 * i + g]! - plain.curves[3 * i]!;
      if (!Number.isNaN(difference)) expect(curves[3 * i + g]).toBe(difference);
    }
  const known = takeRows(
    x,
    [...Array(20).keys()].filter(i => !Number.isNaN(at(x, 0, i))),
  );
  const centred = centreCurves(await partialDependence(crossed, known, {feature: "b", grid: [0, 1]}));
  expect(centred.mean[0]).toBe(0);
  expect(mean.length).toBe(3);
});

test("effectsOf has both lines at the same points, centred alike, and curves of rows that start from 0", async () => {
  const {predict, x} = reference;
  const {local, partial, curves, gap} = await effectsOf(predict, x, {feature: "tenure", curves: 7});
  expect(local).toEqual(await accumulatedEffects(predict, x, {feature: "tenure"}));
  const pdp = await partialDependence(predict, x, {feature: "tenure", grid: local.edges});
  partial.forEach((value, k) => {
    expect(value - partial[0]!).toBeCloseTo(pdp.mean[k]! - pdp.mean[0]!, 12);
  });
  expect(weightedMean(partial, local.counts)).toBeCloseTo(0, 12);
  const n = local.edges.length;
  expect(curves.length).toBe(7);
  curves.forEach((curve, k) => {
    const row = Math.floor((k * x.rows) / 7);
    expect(curve).toEqual(local.edges.map((_, g) => pdp.curves[row * n + g]! - pdp.curves[row * n]!));
  });
  const range = Math.max(...local.effect) - Math.min(...local.effect);
  expect(gap).toBeCloseTo(Math.max(...partial.map((p, k) => Math.abs(p - local.effect[k]!))) / range, 12);
});

test("accumulatedEffects refuses a category, an unknown feature, one value and no bins", async () => {
  const x = draw(20);
  const run = (feature: string, from = x, bins = 4) => accumulatedEffects(crossed, from, {feature, bins});
  await expect(run("kind")).rejects.toThrow("requires a number of the table, got the category kind");
  await expect(run("c")).rejects.toThrow("requires a number of the table, got c");
  await expect(run("b", takeRows(x, [3]))).rejects.toThrow("requires two values of b or more, got 1");
  await expect(run("b", x, 0)).rejects.toThrow("requires 1 bin or more, got 0");
  await expect(partialDependence(crossed, x, {feature: "b", grid: []})).rejects.toThrow(
    "requires rows and values",
  );
});
