import fc from "fast-check";
import {expect, test} from "vitest";
import {takeRows} from "../../src/features/matrix.ts";
import {randomOf} from "../../src/random.ts";
import {nearestPoints, pointsOf} from "../../src/sampling/neighbours.ts";
import {MOST_ROWS, type Smote, smote} from "../../src/sampling/smote.ts";
import type {TrainingData} from "../../src/sampling/training-data.ts";

const NAMES = ["spend", "orders", "plan", "gap"];
const CATEGORIES = ["plan"];

/** Churners of 60 customers, two or three rows each, among others; `orders` is whole, `gap` often missing. */
function rowsOf(seed: number, {missing = true} = {}): TrainingData & {y: Uint8Array} {
  const random = randomOf(seed);
  const rows = 700;
  const values = new Float64Array(4 * rows);
  const customers = Array.from({length: rows}, (_, i) => `C${i < 150 ? i % 60 : i}`);
  for (let i = 0; i < rows; i++) {
    values[i] = 100 * random() ** 3;
    values[rows + i] = Math.floor(12 * random());
    values[2 * rows + i] = missing && random() < 0.1 ? Number.NaN : Math.floor(4 * random());
    values[3 * rows + i] = missing && random() < 0.4 ? Number.NaN : -5 + 10 * random();
  }
  return {
    x: {names: NAMES, rows, values, categories: {plan: ["a", "b", "c", "d"]}},
    y: Uint8Array.from({length: rows}, (_, i) => (i < 150 ? 1 : 0)),
    customers,
    cutoffs: Int32Array.from({length: rows}, (_, i) => 20_000 + (i % 3)),
  };
}

const at = ({x}: Pick<TrainingData, "x">, row: number, j: number) => x.values[j * x.rows + row]!;
const data = rowsOf(1);
const OPTIONS = {seed: 4};
const made = smote(data, OPTIONS);

/** Made-up rows as texts, sorted: what came out, whatever the order. */
const textsOf = (sample: Smote, rows: number) =>
  Array.from({length: sample.x.rows - rows}, (_, i) =>
    NAMES.map((_, j) => String(at(sample, rows + i, j))).join(),
  ).sort();

/** Nearest churners of a row by the definition: all distances, sorted. */
function nearestByDefinition(of: TrainingData, base: number, k: number): number[] {
  const churners = Array.from(of.customers.keys()).filter(i => of.y[i] === 1);
  const deviation = NAMES.map((_, j) => {
    const known = churners.map(i => at(of, i, j)).filter(v => !Number.isNaN(v));
    const mean = known.reduce((a, b) => a + b) / known.length;
    return Math.sqrt(known.reduce((sum, v) => sum + (v - mean) ** 2, 0) / known.length);
  });
  const distance = (other: number) =>
    NAMES.reduce((sum, name, j) => {
      const [a, b] = [at(of, base, j), at(of, other, j)];
      if (Number.isNaN(a) || Number.isNaN(b)) return sum + (Number.isNaN(a) === Number.isNaN(b) ? 0 : 1);
      if (CATEGORIES.includes(name)) return sum + (a === b ? 0 : 1);
      return sum + ((a - b) / deviation[j]!) ** 2;
    }, 0);
  return churners
    .filter(i => of.customers[i] !== of.customers[base])
    .map(i => ({i, d: distance(i)}))
    .sort((a, b) => a.d - b.d)
    .slice(0, k)
    .map(({i}) => i);
}

test("smote(data) adds churners up to the ratio, after the rows of the data, of customers of their own", () => {
  expect(made.x.rows).toBe(700 + 550 - 150);
  expect(smote(data, {...OPTIONS, ratio: 0.5}).x.rows).toBe(700 + 275 - 150);
  expect(made.keptNegatives).toBe(150 / 550);
  expect(
    takeRows(
      made.x,
      Array.from({length: 700}, (_, i) => i),
    ),
  ).toEqual(data.x);
  expect([...(made.y as Uint8Array)].slice(700)).toEqual(new Array(400).fill(1));
  const own = made.customers.slice(700);
  expect(new Set([...own, ...data.customers]).size).toBe(new Set(data.customers).size + 400);
  const taken = smote(
    {...data, customers: data.customers.map((id, i) => (i === 699 ? "smote 3" : id))},
    OPTIONS,
  );
  expect(new Set(taken.customers.slice(700)).has("smote 3")).toBe(false);
  // Enough churners already: nothing to make up.
  expect(smote(data, {...OPTIONS, ratio: 0.1})).toMatchObject({keptNegatives: 1, parents: new Int32Array(0)});
});

test("smote(data) puts every number between its two parents, who are churners and not the same customer", () => {
  fc.assert(
    fc.property(fc.integer({min: 0, max: 10_000}), fc.boolean(), (seed, missing) => {
      const rows = rowsOf(seed, {missing});
      const sample = smote(rows, {seed});
      for (let i = 0; i < sample.parents.length / 2; i++) {
        const [base, other] = [sample.parents[2 * i]!, sample.parents[2 * i + 1]!];
        expect([rows.y[base], rows.y[other]]).toEqual([1, 1]);
        expect(rows.customers[base]).not.toBe(rows.customers[other]);
        const parts: number[] = [];
        for (const j of [0, 1, 3]) {
          const [from, to, value] = [at(rows, base, j), at(rows, other, j), at(sample, 700 + i, j)];
          if (Number.isNaN(from) || Number.isNaN(to)) expect(value).toBe(from);
          else {
            expect(value).toBeGreaterThanOrEqual(Math.min(from, to));
            expect(value).toBeLessThanOrEqual(Math.max(from, to));
            if (j === 1) expect(Number.isInteger(value)).toBe(true);
            else if (Math.abs(to - from) > 1e-3) parts.push((value - from) / (to - from));
          }
        }
        // One part of the way for all features: the row lies on the segment.
        if (parts.length === 2) expect(parts[0]).toBeCloseTo(parts[1]!, 8);
      }
    }),
    {numRuns: 20},
  );
});

test("smote(data) takes one of the nearest by brute force, and their most frequent category, of equals the nearest's", () => {
  for (let i = 0; i < 400; i++) {
    const [base, other] = [made.parents[2 * i]!, made.parents[2 * i + 1]!];
    const nearest = nearestByDefinition(data, base, 5);
    expect(nearest).toContain(other);
    const plans = nearest.map(row => at(data, row, 2));
    const count = (plan: number) => plans.filter(p => Object.is(p, plan)).length;
    const most = Math.max(...plans.map(count));
    expect(at(made, 700 + i, 2)).toBe(plans.find(plan => count(plan) === most));
  }
});

test("smote(data) starts from every churner's row equally often within one, and takes each neighbour about as often", () => {
  const bases = Array.from({length: 400}, (_, i) => made.parents[2 * i]!);
  const counts = Array.from({length: 150}, (_, row) => bases.filter(base => base === row).length);
  expect(new Set(counts)).toEqual(new Set([2, 3]));
  const ranks = [0, 0, 0, 0, 0];
  const many = smote(data, {...OPTIONS, ratio: 5});
  const n = many.parents.length / 2;
  const nearest = Array.from({length: 150}, (_, row) => nearestByDefinition(data, row, 5));
  for (let i = 0; i < n; i++) ranks[nearest[many.parents[2 * i]!]!.indexOf(many.parents[2 * i + 1]!)]! += 1;
  const chiSquare = ranks.reduce((sum, count) => sum + (count - n / 5) ** 2 / (n / 5), 0);
  // The 99.9 % quantile of chi-square with 4 degrees of freedom.
  expect(chiSquare).toBeLessThan(18.47);
});

test("smote(data) of very many churners' rows draws as many as can be compared", () => {
  const rows = 2 * MOST_ROWS + 700;
  const positives = MOST_ROWS + 100;
  const random = randomOf(2);
  const many = {
    x: {names: ["a"], rows, values: Float64Array.from({length: rows}, random)},
    y: Uint8Array.from({length: rows}, (_, i) => (i < positives ? 1 : 0)),
    customers: Array.from({length: rows}, (_, i) => `C${i}`),
  };
  const {parents} = smote(many, {ratio: 2});
  expect(parents.length / 2).toBe(2 * (rows - positives) - positives);
  expect(new Set(parents).size).toBe(MOST_ROWS);
});

test("smote(data) makes the same rows for a seed in whatever order the data are, others for another, and writes to none", () => {
  const before = [data.x.values.slice(), data.y.slice()];
  expect(smote(data, OPTIONS)).toEqual(made);
  const order = Array.from({length: 700}, (_, i) => (i * 297) % 700);
  const moved = {
    x: takeRows(data.x, order),
    y: Uint8Array.from(order, i => data.y[i]!),
    customers: order.map(i => data.customers[i]!),
    cutoffs: order.map(i => data.cutoffs![i]!),
  };
  expect(textsOf(smote(moved, OPTIONS), 700)).toEqual(textsOf(made, 700));
  expect(textsOf(smote(data, {...OPTIONS, seed: 5}), 700)).not.toEqual(textsOf(made, 700));
  expect([data.x.values, data.y]).toEqual(before);
});

test("smote(data) between equal rows of unlike customers makes that row again", () => {
  const x = {names: ["a"], rows: 110, values: Float64Array.from({length: 110}, (_, i) => (i < 50 ? 7 : 3))};
  const y = Uint8Array.from({length: 110}, (_, i) => (i < 50 ? 1 : 0));
  const same = smote({x, y, customers: Array.from(y, (_, i) => `C${i}`)});
  expect([...same.x.values.subarray(110)]).toEqual(new Array(10).fill(7));
});

test("smote(data) refuses fewer than 50 churners, counted as customers and not as rows", () => {
  const few = {...data, customers: data.customers.map((id, i) => (i < 150 ? `C${i % 49}` : id))};
  expect(() => smote(few, OPTIONS)).toThrow(
    'sampling "smote" requires at least 50 churners among the train customers to make up others from, got 49; ' +
      'use more customers or cutoffs, or sampling "none"',
  );
  expect(() => smote(data, {neighbours: 0})).toThrow("smote requires 1 to 20 neighbours, got 0");
});

test("nearestPoints(points) worked by hand: units, categories, missing values, groups and ties", () => {
  // The variance of a is 8 / 3; b is the same for all.
  const x = {
    names: ["a", "b", "c"],
    rows: 4,
    values: Float64Array.of(-2, 0, 2, Number.NaN, 5, 5, 5, 5, 1, 1, 2, 1),
  };
  const points = pointsOf(x, [0, 1, 2, 3], [false, false, true]);
  const scale = Math.sqrt(8 / 3);
  expect([...points.values]).toEqual([
    ...[-2 / scale, 0, 1],
    ...[0, 0, 1],
    ...[2 / scale, 0, 2],
    ...[Number.NaN, 0, 1],
  ]);
  const near = (group: number[], k: number) => [
    ...nearestPoints(points, {group: Int32Array.from(group), wanted: Int32Array.of(0, 1, 2, 3), k}),
  ];
  // Squared distances: 0-1 1.5, 0-2 6 + 1, 0-3 1, 1-2 1.5 + 1, 1-3 1, 2-3 1 + 1.
  expect(near([0, 1, 2, 3], 3)).toEqual([...[3, 1, 2], ...[3, 0, 2], ...[3, 1, 0], ...[0, 1, 2]]);
  // Rows 0 and 3 are of one customer.
  expect(near([0, 1, 2, 0], 1)).toEqual([1, 3, 3, 1]);
});
