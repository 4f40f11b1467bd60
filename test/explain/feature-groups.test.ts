import {expect, test} from "vitest";
import {spearman} from "../../src/evaluate/spearman.ts";
import {groupFeatures} from "../../src/explain/feature-groups.ts";
import type {Matrix} from "../../src/features/matrix.ts";
import {randomOf} from "../../src/random.ts";
import {table} from "../model/prepare/rows.ts";

function correlated(rows: number, features: number, seed: number): Matrix {
  const random = randomOf(seed);
  const common = Array.from({length: rows}, () => [random(), random(), random()]);
  return table(
    Object.fromEntries(
      Array.from({length: features}, (_, j) => [
        `f${j}`,
        common.map(parts => (random() < 0.1 ? null : Math.round(9 * (parts[j % 3]! + 0.2 * j * random())))),
      ]),
    ),
  );
}

/** Joins the nearest two groups by the mean over pairs of features, from scratch each time. */
function byDefinition(x: Matrix, cut: number): string[][] {
  const column = (name: string) => {
    const j = x.names.indexOf(name);
    return [...x.values.subarray(j * x.rows, (j + 1) * x.rows)];
  };
  const distance = (a: string, b: string) => {
    const pairs = column(a).flatMap((value, i) => {
      const other = column(b)[i]!;
      return Number.isNaN(value) || Number.isNaN(other) ? [] : [[value, other] as const];
    });
    return (
      1 -
      Math.abs(
        spearman(
          Float64Array.from(pairs, p => p[0]),
          Float64Array.from(pairs, p => p[1]),
        ),
      )
    );
  };
  let groups = x.names.map(name => [name]);
  for (;;) {
    let best: {mean: number; a: number; b: number} | undefined;
    for (let a = 0; a < groups.length; a++)
      for (let b = a + 1; b < groups.length; b++) {
        const all = groups[a]!.flatMap(one => groups[b]!.map(two => distance(one, two)));
        const mean = all.reduce((sum, d) => sum + d, 0) / all.length;
        if (mean <= cut && (!best || mean < best.mean - 1e-12)) best = {mean, a, b};
      }
    if (!best) return groups;
    const joined = [...groups[best.a]!, ...groups[best.b]!].sort(
      (p, q) => x.names.indexOf(p) - x.names.indexOf(q),
    );
    groups = groups.flatMap((group, k) => (k === best.a ? [joined] : k === best.b ? [] : [group]));
  }
}

test.each([0.2, 0.3, 0.6, 1])("groupFeatures(x, {cut: %f}) is average linkage by definition", cut => {
  for (const seed of [1, 2]) {
    const x = correlated(80, 9, seed);
    expect(groupFeatures(x, {cut})).toEqual(byDefinition(x, cut));
  }
});

test("groupFeatures joins what goes together or against each other, and nothing else", () => {
  const random = randomOf(3);
  const base = Array.from({length: 300}, () => random());
  const x = table({
    orders: base,
    noise: base.map(() => random()),
    since: base.map(value => -(value ** 3)),
    plan: base.map(value => (value > 0.5 ? "a" : "b")),
    same: base.map(() => 7),
  });
  expect(groupFeatures(x)).toEqual([["orders", "since"], ["noise"], ["plan"], ["same"]]);
  expect(groupFeatures(x, {cut: 0})).toEqual([["orders", "since"], ["noise"], ["plan"], ["same"]]);
  expect(() => groupFeatures(x, {cut: 2})).toThrow("groupFeatures requires a cut in [0, 1], got 2");
});
