import {expect, test} from "vitest";
import {learningCurve, SHARES} from "../../src/evaluate/learning-curve.ts";
import type {Matrix} from "../../src/features/matrix.ts";
import {randomOf} from "../../src/random.ts";
import {ROLES, type Split} from "../../src/split/rows.ts";
import type {Cohort} from "../../src/target/cohort.ts";

const CUSTOMERS = 900;
const CUTOFFS = [0, 30, 60, 90];

/** A row a customer and cutoff; what risk hangs on turns round with the cutoff `turn`. */
function study(turn = -1) {
  const random = randomOf(5);
  const rows = CUSTOMERS * CUTOFFS.length;
  const x: Matrix = {names: ["a", "b", "c"], rows, values: new Float64Array(3 * rows)};
  const customer = new Int32Array(rows);
  const cutoff = new Int32Array(rows);
  const labels = new Int8Array(rows);
  const role = new Uint8Array(rows);
  for (let i = 0; i < rows; i++) {
    const [c, k] = [i % CUSTOMERS, Math.floor(i / CUSTOMERS)];
    customer[i] = c;
    cutoff[i] = k;
    for (let j = 0; j < 3; j++) x.values[j * rows + i] = random();
    const score = (k < turn ? -1 : 1) * (x.values[i]! - 0.5) + (x.values[rows + i]! > 0.5 ? 0.4 : -0.4);
    labels[i] = random() < 1 / (1 + Math.exp(1.5 - 3 * score)) ? 1 : 0;
    const judging = k < turn ? "unused" : c < 700 ? "calibrate" : "test";
    role[i] = ROLES.indexOf(c < 500 ? "train" : judging);
  }
  const options = {
    cohort: {customer, cutoff, cutoffs: CUTOFFS} as unknown as Cohort,
    customers: Array.from({length: CUSTOMERS}, (_, c) => `C${c}`),
    labels,
    split: {role} as unknown as Split,
    ...{seed: 1, searchCandidates: 1, recencyFeature: undefined},
  };
  return {x, options};
}

test("learningCurve(x) learns from whole customers, from the latest cutoffs, and in the end from all", async () => {
  const {x, options} = study();
  const {customers, cutoffs, gain} = await learningCurve(x, options);
  expect(customers.map(point => point.share)).toEqual(SHARES);
  for (const [k, share] of SHARES.entries()) {
    expect(customers[k]!.rows % CUTOFFS.length).toBe(0);
    expect(customers[k]!.rows / 2000).toBeGreaterThan(0.6 * share);
    expect(customers[k]!.rows / 2000).toBeLessThan(1.5 * share);
    expect(customers[k]!.lowest <= customers[k]!.auc && customers[k]!.auc <= customers[k]!.highest).toBe(
      true,
    );
  }
  // An eighth of four cutoffs is none.
  expect(cutoffs.map(point => point.rows)).toEqual([500, 1000, 2000]);
  expect(cutoffs.at(-1)).toEqual(customers.at(-1));
  expect(customers.at(-1)!.auc).toBeGreaterThan(customers[0]!.auc);
  expect(gain.customers!.low).toBeLessThan(gain.customers!.value);
  // Over all halves that were drawn, not one of them.
  expect(customers[2]!.lowest).toBeLessThan(customers[2]!.highest);
  expect(gain.customers!.value).toBeCloseTo(customers[3]!.auc - customers[2]!.auc, 12);
});

test("learningCurve(x) shows that old history misleads where the world has turned", async () => {
  const {x, options} = study(2);
  const {cutoffs, gain} = await learningCurve(x, options);
  expect(gain.cutoffs!.high).toBeLessThan(0);
  expect(cutoffs[1]!.auc).toBeGreaterThan(cutoffs[2]!.auc + 0.02);
});
