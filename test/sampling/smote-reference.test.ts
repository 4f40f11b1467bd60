import {expect, test} from "vitest";
import type {Matrix} from "../../src/features/matrix.ts";
import {nearestPoints, pointsOf} from "../../src/sampling/neighbours.ts";
import {smote} from "../../src/sampling/smote.ts";
import {referenceCase} from "../model/reference.ts";

type Summary = {mean: number[]; sd: number[]; correlation: number[]; plans: number[]};
const {column, expected} = referenceCase<{neighbours: number[][]; smote: Summary; smoteNc: Summary}>(
  "smote_nc",
);
const y = Uint8Array.from(column("y"));
const rows = y.length;
const matrix = (names: readonly string[]): Matrix => ({
  ...{names, rows},
  values: Float64Array.from(names.flatMap(name => [...column(name)])),
});
const NUMBERS = ["spend", "trend", "tenure"];
// Padded, so that the order of the ids is that of the rows.
const given = {y, customers: Array.from(y, (_, i) => `C${String(i).padStart(3, "0")}`)};
const CHURNERS = 150;
const MADE_UP = 20_000;
const RATIO = (CHURNERS + MADE_UP) / (rows - CHURNERS);

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const sd = (values: readonly number[]) => {
  const m = mean(values);
  return Math.sqrt(mean(values.map(v => (v - m) ** 2)));
};
const correlation = (a: readonly number[], b: readonly number[]) => {
  const [ma, mb] = [mean(a), mean(b)];
  return mean(a.map((v, i) => (v - ma) * (b[i]! - mb))) / (sd(a) * sd(b));
};

/** Columns of the made-up rows. */
function madeUp(of: readonly string[], categories: Matrix["categories"] = {}): number[][] {
  const {x, parents} = smote({x: {...matrix(of), categories}, ...given}, {ratio: RATIO, seed: 3});
  expect(parents).toHaveLength(2 * MADE_UP);
  return of.map((_, j) => [...x.values.subarray(j * x.rows + rows, (j + 1) * x.rows)]);
}

/** Means, spreads and correlations against those of the other program. */
function compare(columns: readonly number[][], other: Summary): void {
  // Both draw 20 000 rows on 750 segments: the standard errors are some 0.007 for means and 0.005 for the others.
  columns.forEach((values, j) => {
    expect(Math.abs(mean(values) - other.mean[j]!)).toBeLessThan(0.02);
    expect(Math.abs(sd(values) - other.sd[j]!)).toBeLessThan(0.02);
  });
  const [a, b, c] = columns as [number[], number[], number[]];
  [correlation(a, b), correlation(a, c), correlation(b, c)].forEach((r, k) => {
    expect(Math.abs(r - other.correlation[k]!)).toBeLessThan(0.02);
  });
}

test("nearestPoints(points) are the neighbours that scikit-learn finds", () => {
  const churners = Int32Array.from({length: CHURNERS}, (_, i) => i);
  const points = pointsOf(matrix(NUMBERS), churners, [false, false, false]);
  expect([...nearestPoints(points, {group: churners, wanted: churners, k: 5})]).toEqual(
    expected.neighbours.flat(),
  );
});

test("smote(data) makes up rows distributed as those of imbalanced-learn's SMOTE", () => {
  compare(madeUp(NUMBERS), expected.smote);
});

test("smote(data) with categories makes up rows and categories distributed as those of its SMOTENC", () => {
  const columns = madeUp([...NUMBERS, "plan"], {plan: ["a", "b", "c", "d"]});
  compare(columns.slice(0, 3), expected.smoteNc);
  const plans = columns[3]!;
  // That program gives a category half the weight, so neighbours, and with them majorities, differ for some.
  for (const plan of [0, 1, 2, 3]) {
    const share = plans.filter(p => p === plan).length / MADE_UP;
    expect(Math.abs(share - expected.smoteNc.plans[plan]!)).toBeLessThan(0.05);
  }
});
