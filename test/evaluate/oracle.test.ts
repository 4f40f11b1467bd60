import {expect, test} from "vitest";
import type {CustomerTable} from "../../src/data/customer-table.ts";
import {judgeOracle, trueProbabilities} from "../../src/evaluate/oracle.ts";
import {randomOf} from "../../src/random.ts";

const table: CustomerTable = {
  columns: ["other", "within"],
  rows: 3,
  offsets: Int32Array.from([0, 2, 2, 3]),
  known: Int32Array.from([10, 40, 10]),
  values: Float64Array.from([9, 9, 9, 0.1, 0.2, 0.3]),
  unknownCustomers: 0,
};

test("trueProbabilities(table, column, cohort) takes the row of the cutoff's own day, and none of another", () => {
  const found = trueProbabilities(table, "within", {
    customer: Int32Array.from([0, 0, 1, 2, 2]),
    cutoff: Int32Array.from([0, 1, 0, 0, 1]),
    cutoffs: [10, 40],
  });
  expect([...found]).toEqual([0.1, 0.2, Number.NaN, 0.3, Number.NaN]);
});

test("judgeOracle(truth, y) expects what ranking by the truth brings on average over outcomes", () => {
  const random = randomOf(3);
  const truth = Float64Array.from({length: 400}, () => random() ** 3);
  let [lift, auc] = [0, 0];
  const worlds = 400;
  let expected = {lift: 0, auc: 0};
  for (let w = 0; w < worlds; w++) {
    const oracle = judgeOracle(
      truth,
      Uint8Array.from(truth, p => (random() < p ? 1 : 0)),
      {capacity: 0.1},
    )!;
    lift += oracle.lift.reached / worlds;
    auc += oracle.auc.reached / worlds;
    expected = {lift: oracle.lift.expected, auc: oracle.auc.expected};
  }
  // Means of ratios, so equal up to a few thousandths.
  expect(Math.abs(lift / expected.lift - 1)).toBeLessThan(0.02);
  expect(Math.abs(auc - expected.auc)).toBeLessThan(0.004);
});

test("judgeOracle(truth, y) leaves out what is not known, and says nothing of one class", () => {
  const some = judgeOracle(Float64Array.from([0.9, Number.NaN, 0.1, 0.5]), [1, 1, 0, 0], {capacity: 0.5})!;
  expect(some).toMatchObject({rows: 3, unknown: 1, auc: {reached: 1}});
  expect(judgeOracle(Float64Array.from([0.9, Number.NaN]), [1, 0], {capacity: 0.5})).toBeUndefined();
});
