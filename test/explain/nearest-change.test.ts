import {expect, test} from "vitest";
import {changeables, nearestChange} from "../../src/explain/nearest-change.ts";
import {subjectsOf} from "../../src/explain/subjects.ts";
import type {Matrix} from "../../src/features/matrix.ts";
import {randomOf} from "../../src/random.ts";
import {declare, matrixOf} from "./subjects.ts";

const N = Number.NaN;
const names = ["a", "b", "c", "d"];
const subjects = subjectsOf(
  [
    declare({name: "a", days: 90, actionable: true}),
    declare({name: "b", days: 30, actionable: true}),
    declare({name: "c", days: 60, actionable: true}),
    declare({name: "d", days: 90}),
  ],
  matrixOf([], []),
);

function trainRows(seed: number): Matrix {
  const random = randomOf(seed);
  return matrixOf(
    names,
    Array.from({length: 30}, () => names.map(() => (random() < 0.1 ? N : Math.floor(4 * random())))),
  );
}

/** Any model of whole values: a table of numbers by the values of a row. */
function tableModel(seed: number) {
  return (x: Matrix): Float64Array =>
    Float64Array.from({length: x.rows}, (_, i) => {
      const key = names.reduce((sum, _, j) => {
        const v = x.values[j * x.rows + i]!;
        return sum * 7 + (Number.isNaN(v) ? 6 : v);
      }, seed);
      return randomOf(key)();
    });
}

test("nearestChange(apply, x, row) is what trying every combination finds: fewest features, then least change", async () => {
  let [found, none, two] = [0, 0, 0];
  for (let seed = 0; seed < 60; seed++) {
    const train = trainRows(seed);
    const features = changeables(subjects, train);
    expect(features.map(({feature}) => feature)).toEqual(["a", "b", "c"]);
    const apply = tableModel(seed);
    const [margin] = apply(matrixOf(names, [names.map((_, j) => train.values[j * 30]!)]));
    const below = margin! * 0.12;
    const result = await nearestChange(apply, train, 0, features, {below, most: 2});
    // All values of the three features, the row's own among them.
    const own = names.map((_, j) => train.values[j * 30]!);
    const choices = features.map(({candidates}, f) => [own[f]!, ...candidates.filter(v => v !== own[f])]);
    let best: {key: [number, number]; row: number[]} | undefined;
    for (const a of choices[0]!)
      for (const b of choices[1]!)
        for (const c of choices[2]!) {
          const row = [a, b, c, own[3]!];
          const changed = features.filter((_, f) => !Object.is(row[f], own[f]));
          if (changed.length === 0 || changed.length > 2) continue;
          if (!(apply(matrixOf(names, [row]))[0]! < below)) continue;
          const distance = features.reduce((sum, {scale, median}, f) => {
            if (Object.is(row[f], own[f])) return sum;
            return (
              sum +
              (Number.isNaN(own[f])
                ? 1 + Math.abs(row[f]! - median) / scale
                : Math.abs(row[f]! - own[f]!) / scale)
            );
          }, 0);
          if (
            !best ||
            changed.length < best.key[0] ||
            (changed.length === best.key[0] && distance < best.key[1] - 1e-9)
          )
            best = {key: [changed.length, distance], row};
        }
    if (!best) {
      expect(result).toBeUndefined();
      none += 1;
      continue;
    }
    found += 1;
    if (best.key[0] === 2) two += 1;
    expect(result!.changes.length).toBe(best.key[0]);
    expect(result!.distance).toBeCloseTo(best.key[1], 9);
    const after = [...own];
    for (const {feature, from, to} of result!.changes) {
      expect(from).toBe(own[names.indexOf(feature)]);
      after[names.indexOf(feature)] = to;
    }
    const [there] = apply(matrixOf(names, [after]));
    expect(result!.margin).toBe(there);
    expect(there).toBeLessThan(below);
  }
  expect(Math.min(found - two, two, none)).toBeGreaterThan(2);
});

test("nearestChange(apply, x, row) moves nothing that cannot be influenced", async () => {
  const train = matrixOf(
    names,
    Array.from({length: 20}, (_, i) => [i % 5, i % 4, i % 5, i]),
  );
  const features = changeables(subjects, train);
  const row = matrixOf(names, [[2, 2, 2, 2]]);
  const of = (j: number) => (x: Matrix) => x.values.slice(j * x.rows, (j + 1) * x.rows);
  expect((await nearestChange(of(0), row, 0, features, {below: 1}))!.changes).toEqual([
    {feature: "a", from: 2, to: 0},
  ]);
  expect((await nearestChange(of(0), row, 0, features, {below: 2}))!.changes).toEqual([
    {feature: "a", from: 2, to: 1},
  ]);
  expect(await nearestChange(of(3), row, 0, features, {below: 1})).toBeUndefined();
  await expect(nearestChange(of(0), row, 0, features, {below: 3})).rejects.toThrow(
    "a margin of at least 3, got 2",
  );
  await expect(nearestChange(of(0), row, 7, features, {below: 3})).rejects.toThrow(
    "a row from 0 to 0, got 7",
  );
});

test("changeables(subjects, x) are observed values within their range, of what is neither sensitive, nor counted since ever, nor all the same", () => {
  const x = matrixOf(
    ["a", "b", "c", "d"],
    Array.from({length: 101}, (_, i) => [i, 5, N, i]),
  );
  const [a, ...others] = changeables(subjects, x);
  expect(a!.candidates).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
  expect(a!.scale).toBeCloseTo(Math.sqrt((101 ** 2 - 1) / 12), 9);
  expect(others).toEqual([]);
  const private_ = subjects.map(subject => ({...subject, sensitive: true}));
  expect(changeables(private_, x)).toEqual([]);
  const soFar = subjectsOf([declare({name: "a", actionable: true})], x);
  expect(changeables(soFar, x)).toEqual([]);
  const levels: Matrix = {...matrixOf(["a"], [[2], [0], [2], [N]]), categories: {a: ["x", "y", "z"]}};
  expect(changeables(subjects.slice(0, 1), levels)).toEqual([
    {feature: "a", candidates: [0, 2], scale: 0, median: 2},
  ]);
});

test("nearestChange(apply, x, row) of a category counts 1, and of a missing value 1 and the way from the median", async () => {
  const x: Matrix = {
    ...matrixOf(
      ["a", "b"],
      [
        [0, N],
        [1, 0],
        [2, 2],
        [1, 4],
      ],
    ),
    categories: {a: ["x", "y", "z"]},
  };
  const features = changeables(subjects.slice(0, 2), x);
  const byCategory = (m: Matrix) =>
    Float64Array.from({length: m.rows}, (_, i) => (m.values[i] === 2 ? 0 : 1));
  expect(await nearestChange(byCategory, x, 0, features, {below: 0.5})).toEqual({
    ...{changes: [{feature: "a", from: 0, to: 2}], margin: 0, distance: 1},
  });
  const known = (m: Matrix) =>
    Float64Array.from({length: m.rows}, (_, i) => (Number.isNaN(m.values[m.rows + i]!) ? 1 : 0));
  expect(await nearestChange(known, x, 0, features, {below: 0.5})).toEqual({
    ...{changes: [{feature: "b", from: N, to: 2}], margin: 0, distance: 1},
  });
});
