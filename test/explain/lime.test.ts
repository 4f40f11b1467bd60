import {expect, test} from "vitest";
import {fitLime, GOOD_FIT, lime} from "../../src/explain/lime.ts";
import {agreementOf, jaccard, limeStability} from "../../src/explain/second-opinion.ts";
import type {Matrix} from "../../src/features/matrix.ts";
import {randomOf} from "../../src/random.ts";

const names = ["a", "b", "c", "d", "e", "f"];
const random = randomOf(9);
const rows = 1000;
const train: Matrix = {
  ...{names, rows},
  values: Float64Array.from({length: names.length * rows}, () => random()),
};
const linear =
  (coefficients: readonly number[]) =>
  (x: Matrix): Float64Array =>
    Float64Array.from({length: x.rows}, (_, i) =>
      coefficients.reduce((sum, b, j) => sum + b * x.values[j * x.rows + i]!, 0),
    );
const rowOf = (value: number): Matrix => ({names, rows: 1, values: new Float64Array(6).fill(value)});
const background = fitLime(train);

test("lime(linear) finds the order and the signs of the coefficients, and how much the row's own bin adds", async () => {
  const b = [0.5, -3, 2, 0, -1, 0.1];
  const low = await lime(linear(b), rowOf(0.1), 0, background, {seed: 1, samples: 4000, most: 4});
  expect(low.top.map(({feature}) => feature)).toEqual(["b", "c", "e", "a"]);
  expect(low.top.map(({weight}) => Math.sign(weight))).toEqual([1, -1, 1, -1]);
  const high = await lime(linear(b), rowOf(0.9), 0, background, {seed: 1, samples: 4000, most: 4});
  expect(high.top.map(({weight}) => Math.sign(weight))).toEqual([-1, 1, -1, 1]);
  // Uniform features: the lowest quarter has a mean of 1/8, the others 5/8.
  b.forEach((coefficient, j) => {
    expect(Math.abs(low.weights[j]! + coefficient / 2)).toBeLessThan(0.12);
  });
  expect(high.kernelWidth).toBeCloseTo(0.75 * Math.sqrt(6), 12);
});

test("lime(steps at the quartile) is followed wholly, and a product of two features not at all", async () => {
  const inBin = (x: Matrix) =>
    Float64Array.from({length: x.rows}, (_, i) => (x.values[i]! <= background.edges[0]![0]! ? 2 : 0));
  const exact = await lime(inBin, rowOf(0.1), 0, background, {seed: 2, samples: 3000});
  expect(exact.fit).toBeGreaterThan(0.999);
  expect(exact.top[0]).toMatchObject({feature: "a", weight: expect.closeTo(2, 1)});
  const product = (x: Matrix) =>
    Float64Array.from({length: x.rows}, (_, i) =>
      Math.sign((x.values[i]! - 0.5) * (x.values[x.rows + i]! - 0.5)),
    );
  const poor = await lime(product, rowOf(0.1), 0, background, {seed: 2, samples: 3000});
  expect(poor.fit).toBeLessThan(0.2);
  expect(poor.fit).toBeLessThan(GOOD_FIT);
  expect(
    (await lime(x => new Float64Array(x.rows).fill(3), rowOf(0.1), 0, background, {seed: 2})).fit,
  ).toBeNull();
});

test("lime(apply, x, row) is weighted least squares with a ridge of 1, by its normal equations", async () => {
  let seen: Matrix | undefined;
  const model = (x: Matrix) => {
    seen = x;
    return Float64Array.from({length: x.rows}, (_, i) => x.values[i]! ** 2 + x.values[2 * x.rows + i]!);
  };
  const {weights, kernelWidth} = await lime(model, rowOf(0.6), 0, background, {seed: 4, samples: 300});
  const x = seen!;
  const y = model(x);
  const z = Array.from({length: 300}, (_, i) =>
    names.map((_, j) => {
      const [low, high] = [background.edges[j]![1]!, background.edges[j]![2]!];
      const v = x.values[j * 300 + i]!;
      return v > low && v <= high ? 1 : 0;
    }),
  );
  expect(z[0]).toEqual([1, 1, 1, 1, 1, 1]);
  const w = z.map(row => Math.exp(-row.filter(v => v === 0).length / (2 * kernelWidth ** 2)));
  // The intercept that is best for these weights; then the gradient of every feature is 0.
  const said = (row: readonly number[]) => row.reduce((s: number, v, j) => s + v * weights[j]!, 0);
  const total = w.reduce((a, b) => a + b, 0);
  const intercept = w.reduce((s, wi, i) => s + wi * (y[i]! - said(z[i]!)), 0) / total;
  names.forEach((_, j) => {
    const gradient =
      w.reduce((s, wi, i) => s - wi * z[i]![j]! * (y[i]! - intercept - said(z[i]!)), 0) + weights[j]!;
    expect(gradient).toBeCloseTo(0, 8);
  });
});

test("lime(apply, x, row) knows missing values and categories as bins of their own", async () => {
  const mixed: Matrix = {
    ...{names: ["n", "k"], rows: 6},
    values: Float64Array.of(Number.NaN, 1, 2, Number.NaN, 3, 4, 0, 1, 2, 0, 1, 2),
    categories: {k: ["x", "y", "z"]},
  };
  const model = (x: Matrix) =>
    Float64Array.from(
      {length: x.rows},
      (_, i) => (Number.isNaN(x.values[i]!) ? 3 : 0) + (x.values[x.rows + i] === 1 ? -2 : 0),
    );
  const row: Matrix = {...mixed, rows: 1, values: Float64Array.of(Number.NaN, 1)};
  const found = await lime(model, row, 0, fitLime(mixed), {seed: 1});
  expect(found.top.map(({feature, weight}) => [feature, Math.round(weight)])).toEqual([
    ["n", 3],
    ["k", -2],
  ]);
  expect(found.fit).toBeGreaterThan(0.99);
});

test("lime(apply, x, row) is the same for a seed, writes to nothing, and says what it requires", async () => {
  const model = linear([1, 2, 3, 4, 5, 6]);
  const before = train.values.slice();
  const run = (seed: number) => lime(model, rowOf(0.4), 0, background, {seed, samples: 200});
  expect(await run(3)).toEqual(await run(3));
  expect((await run(4)).weights).not.toEqual((await run(3)).weights);
  expect(train.values).toEqual(before);
  await expect(lime(model, rowOf(0.4), 1, background, {seed: 1})).rejects.toThrow("a row from 0 to 0, got 1");
  await expect(
    lime(model, {...rowOf(0.4), names: ["b", ...names.slice(1)]}, 0, background, {seed: 1}),
  ).rejects.toThrow("a background of");
  expect(() => fitLime({names, rows: 0, values: new Float64Array(0)})).toThrow("at least 1 row");
});

test("limeStability(apply, x, row) is near 1 where one feature after the other matters, and low where none does", async () => {
  const clear = await limeStability(linear([8, -6, 4, 2, 1, 0]), rowOf(0.1), 0, background, {
    seed: 1,
    samples: 1000,
    most: 4,
  });
  expect(clear.runs).toHaveLength(10);
  expect(clear.jaccard).toBe(1);
  expect(clear.rankCorrelation).toBeGreaterThan(0.95);
  const noise = (x: Matrix) =>
    Float64Array.from({length: x.rows}, (_, i) =>
      Math.sin(1e5 * names.reduce((s, _, j) => s + x.values[j * x.rows + i]!, 0)),
    );
  const blind = await limeStability(noise, rowOf(0.1), 0, background, {seed: 1, samples: 500, most: 2});
  expect(blind.jaccard).toBeLessThan(0.5);
  expect(Math.abs(blind.rankCorrelation)).toBeLessThan(0.3);
  expect(blind.fit).toBeLessThan(GOOD_FIT);
  await expect(limeStability(noise, rowOf(0.1), 0, background, {seed: 1, seeds: 1})).rejects.toThrow(
    "at least 2 seeds",
  );
});

test("jaccard(a, b) and agreementOf(a, b) count what two explanations share", () => {
  expect([
    jaccard(["a", "b"], ["b", "c"]),
    jaccard(["a"], ["a"]),
    jaccard(["a"], ["b"]),
    jaccard([], []),
  ]).toEqual([1 / 3, 1, 0, 1]);
  const a = Float64Array.of(5, -4, 3, 0, 0.1);
  expect(agreementOf(a, a, {top: 3})).toEqual({overlap: 1, signs: 1, rankCorrelation: expect.closeTo(1, 12)});
  const opposite = agreementOf(
    a,
    a.map(v => -v),
    {top: 3},
  );
  expect(opposite).toEqual({overlap: 1, signs: 0, rankCorrelation: expect.closeTo(-1, 12)});
  expect(agreementOf(a, Float64Array.of(0, -4, 3, 9, -8), {top: 3})).toMatchObject({
    overlap: 1 / 3,
    signs: 2 / 3,
  });
  expect(() => agreementOf(a, new Float64Array(4))).toThrow("got 5 and 4");
});
