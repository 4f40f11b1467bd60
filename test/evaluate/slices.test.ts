import {expect, test} from "vitest";
import {findWorstSlices, partText, slicesOf} from "../../src/evaluate/slices.ts";
import type {Matrix} from "../../src/features/matrix.ts";
import {randomOf} from "../../src/random.ts";

const N = 1200;

/** Two rows a customer, who turn out together; `b` is a category, a third of `c` is missing; churn as predicted but where `off` says. */
function rowsOf(seed: number, off: (x: {a: number; b: number}) => number = () => 0) {
  const random = randomOf(seed);
  const x: Matrix = {
    names: ["a", "b", "c"],
    rows: N,
    values: new Float64Array(3 * N),
    categories: {b: ["app", "web", "shop"]},
  };
  let fate = 0;
  const [probabilities, y] = [new Float64Array(N), new Uint8Array(N)];
  for (let i = 0; i < N; i++) {
    const [a, b] = [random(), Math.floor(3 * random())];
    x.values[i] = a;
    x.values[N + i] = b;
    x.values[2 * N + i] = random() < 1 / 3 ? Number.NaN : random();
    probabilities[i] = 0.1 + 0.3 * a;
    if (i % 2 === 0) fate = random();
    y[i] = fate < probabilities[i]! + off({a, b}) ? 1 : 0;
  }
  const customer = Int32Array.from({length: N}, (_, i) => i >> 1);
  return {x, judged: {probabilities, y, customer}};
}

test("partText(part) has a true minus, not a hyphen", () => {
  expect(partText({column: "a", above: Number.NEGATIVE_INFINITY, upTo: -0.2})).toBe("up to \u22120.2");
  expect(partText({column: "a", above: -1.2345, upTo: 3})).toBe("more than \u22121.23, up to 3");
});

test("slicesOf(x, reference) cuts each row once a column, numbers at the quartiles of the reference", () => {
  const {x} = rowsOf(1);
  const reference: Matrix = {
    names: x.names,
    rows: 5,
    values: Float64Array.from([0, 0.2, 0.4, 0.6, 0.8, 0, 1, 2, 0, 1, 3, 3, 3, 3, 3]),
  };
  const slices = slicesOf(x, reference);
  const of = (column: string) => slices.filter(({parts}) => parts[0]!.column === column);
  expect(of("a").map(({parts}) => parts[0])).toEqual([
    {column: "a", above: Number.NEGATIVE_INFINITY, upTo: 0.2},
    {column: "a", above: 0.2, upTo: 0.4},
    {column: "a", above: 0.4, upTo: expect.closeTo(0.6, 12)},
    {column: "a", above: expect.closeTo(0.6, 12), upTo: Number.POSITIVE_INFINITY},
  ]);
  expect(of("b").map(({parts}) => (parts[0] as {level: string}).level)).toEqual(["app", "web", "shop"]);
  // All values of the reference are one: nothing to cut at, but rows without a value.
  expect(of("c").map(({parts}) => parts[0])).toEqual([{column: "c", missing: true}]);
  for (const column of ["a", "b"])
    expect(
      of(column)
        .flatMap(({rows}) => [...rows])
        .sort((i, k) => i - k),
    ).toEqual([...Array(N).keys()]);
});

test("slicesOf(x) cuts a column of which most values are the highest, and none of which all are one", () => {
  const x: Matrix = {names: ["few", "one"], rows: 10, values: new Float64Array(20).fill(1)};
  x.values.set([0, 0], 0);
  expect(slicesOf(x, x).map(({parts, rows}) => [parts[0]!.column, rows.length])).toEqual([
    ["few", 2],
    ["few", 8],
  ]);
});

test("findWorstSlices(rows, slices) finds the pair where the probabilities are off, and says by how much", () => {
  const {x, judged} = rowsOf(2, ({a, b}) => (a > 0.75 && b === 1 ? 0.35 : 0));
  const {worst, looked} = findWorstSlices(judged, slicesOf(x, x), {seed: 1, draws: 400});
  const [first] = worst;
  expect(first!.parts.map(part => part.column)).toEqual(["a", "b"]);
  expect(first!.parts[1]).toEqual({column: "b", level: "web"});
  const mean = (of: ArrayLike<number>) =>
    [...first!.rows].reduce((sum, i) => sum + of[i]!, 0) / first!.rows.length;
  expect(first!.observed).toBeCloseTo(mean(judged.y), 12);
  // The level is put right over all rows, which the slice has pushed up.
  expect(first!.predicted).toBeGreaterThan(mean(judged.probabilities));
  expect(first!.observed - first!.predicted).toBeGreaterThan(0.2);
  expect(first!.customers).toBe(new Set([...first!.rows].map(i => i >> 1)).size);
  expect(first!.z).toBeGreaterThan(4);
  expect(first!.p).toBeLessThan(0.01);
  expect(looked).toBeGreaterThan(30);
  for (const [k, slice] of worst.entries())
    for (const other of worst.slice(k + 1)) {
      const both = [...slice.rows].filter(i => other.rows.includes(i)).length;
      expect(both / (slice.rows.length + other.rows.length - both)).toBeLessThanOrEqual(0.5);
    }
});

test("findWorstSlices(rows, slices) of a calibrated model finds one at 5 % in about one set of twenty", () => {
  let found = 0;
  const sets = 120;
  for (let seed = 10; seed < 10 + sets; seed++) {
    const {x, judged} = rowsOf(seed);
    const {worst} = findWorstSlices(judged, slicesOf(x, x), {seed, draws: 199});
    if (worst[0]!.p <= 0.05) found += 1;
  }
  // Binomial(120, .05): 0 to 13 with probability .9985.
  expect(found).toBeLessThanOrEqual(13);
  expect(found).toBeGreaterThanOrEqual(1);
});

test("findWorstSlices(rows, slices) takes what is off for everybody as no fault of a slice", () => {
  const {x, judged} = rowsOf(3, () => 0.2);
  expect(findWorstSlices(judged, slicesOf(x, x), {seed: 1, draws: 400}).worst[0]!.p).toBeGreaterThan(0.05);
});

test("findWorstSlices(rows, slices) adds up pairs as their rows would, one by one", () => {
  const {x, judged} = rowsOf(4, ({a, b}) => (a < 0.5 && b === 0 ? 0.2 : 0));
  const slices = slicesOf(x, x);
  const {looked, worst} = findWorstSlices(judged, slices, {seed: 1, draws: 20, fewestCustomers: 50});
  const pairs = slices.flatMap((one, k) =>
    slices
      .slice(k + 1)
      .filter(other => other.parts[0]!.column !== one.parts[0]!.column)
      .map(other => one.rows.filter(i => other.rows.includes(i))),
  );
  const enough = [...slices.map(({rows}) => rows), ...pairs].filter(
    rows => new Set(rows.map(i => judged.customer[i]!)).size >= 50,
  );
  expect(looked).toBe(enough.length);
  // The log-odds of all rows, shifted until as many are expected as came.
  const churners = judged.y.reduce((sum, label) => sum + label, 0);
  const shifted = (by: number) =>
    judged.probabilities.map(p => 1 / (1 + Math.exp(-Math.log(p / (1 - p)) - by)));
  let [low, high] = [-3, 3];
  for (let step = 0; step < 60; step++) {
    const by = (low + high) / 2;
    if (shifted(by).reduce((sum, p) => sum + p, 0) > churners) high = by;
    else low = by;
  }
  const level = shifted(low);
  const zs = enough.map(rows => {
    const spread = new Map<number, number>();
    for (const i of rows)
      spread.set(i >> 1, (spread.get(i >> 1) ?? 0) + Math.sqrt(level[i]! * (1 - level[i]!)));
    const error = Math.sqrt([...spread.values()].reduce((sum, own) => sum + own ** 2, 0));
    return rows.reduce((sum, i) => sum + judged.y[i]! - level[i]!, 0) / error;
  });
  expect(Math.abs(worst[0]!.z)).toBeCloseTo(Math.max(...zs.map(Math.abs)), 9);
});

test("findWorstSlices(rows, slices) of a calibrated model has p evenly spread over (0, 1]", () => {
  // Two halves of all rows: what is off in one, once the level is right, is off in the other the other way.
  const ps = Array.from({length: 200}, (_, k) => {
    const {judged} = rowsOf(1000 + k);
    const half: Matrix = {
      names: ["half"],
      rows: N,
      values: Float64Array.from({length: N}, (_, i) => (i >> 1) % 2),
      categories: {half: ["a", "b"]},
    };
    return findWorstSlices(judged, slicesOf(half, half), {seed: k, draws: 199}).worst[0]!.p;
  }).sort((a, b) => a - b);
  const distance = Math.max(
    ...ps.map((p, k) => Math.max(Math.abs(p - k / 200), Math.abs(p - (k + 1) / 200))),
  );
  // Kolmogorov and Smirnov: at 200 it is beyond .115 once in a hundred.
  expect(distance).toBeLessThan(0.115);
});

test("findWorstSlices(rows, slices) refuses slices of a column that overlap", () => {
  const {x, judged} = rowsOf(1);
  const [first] = slicesOf(x, x);
  expect(() => findWorstSlices(judged, [first!, first!], {seed: 1})).toThrow("without a common row");
});
