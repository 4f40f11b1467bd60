import {expect, test} from "vitest";
import {rocAuc} from "../../src/evaluate/metrics.ts";
import {judgeQuadrants, QUADRANTS, type Quadrant, quadrantRows} from "../../src/evaluate/quadrants.ts";
import {randomOf} from "../../src/random.ts";
import {quadrantPoints, quadrantsText, quadrantTable} from "../../src/report/split.ts";
import {splitRows} from "../../src/split/rows.ts";
import {hashUnit, setOf} from "../../src/split/sets.ts";
import {days} from "../../src/study.ts";
import type {Cohort} from "../../src/target/cohort.ts";

const N = 2000;
const cutoffs = [0, 30, 60, 90, 120];
const rows = N * cutoffs.length;
const cohort: Cohort = {
  ...{cutoffs, rows},
  customer: Int32Array.from({length: rows}, (_, i) => i % N),
  cutoff: Int32Array.from({length: rows}, (_, i) => Math.floor(i / N)),
  recency: new Int32Array(rows).fill(1),
  tenure: new Int32Array(rows).fill(1),
};
const customers = Array.from({length: N}, (_, i) => `c${i}`);
const random = randomOf(4);
const risk = Float64Array.from({length: N}, random);
const labels = Int8Array.from({length: rows}, (_, i) =>
  random() < 0.05 ? -1 : random() < risk[i % N]! ? 1 : 0,
);
const treated = Uint8Array.from({length: rows}, () => (random() < 0.1 ? 1 : 0));
const options = {train: 0.7, validation: 0.85, salt: "s", testFrom: 90, horizon: days(60), labels, treated};
const split = splitRows(cohort, customers, options);

test("quadrantRows(split, …) are train and test customers before and after T, by definition", () => {
  const found = quadrantRows(split, cohort, {labels, treated});
  const wanted = Object.fromEntries(QUADRANTS.map(name => [name, [] as number[]]));
  for (let i = 0; i < rows; i++) {
    const set = setOf(hashUnit(customers[i % N]!, "s"), options);
    const t = cutoffs[cohort.cutoff[i]!]!;
    if (labels[i] === -1 || (set !== "train" && set !== "test")) continue;
    const who = set === "train" ? "known" : "new";
    if (t >= 90) wanted[`${who}-later`]!.push(i);
    else if (t + 60 <= 90 && treated[i] !== 1) wanted[`${who}-same`]!.push(i);
  }
  for (const name of QUADRANTS) expect([...found[name]], name).toEqual(wanted[name]);
});

test("judgeQuadrants(split, cohort, rank, …) shows what a model that remembers its customers is worth on new ones", async () => {
  const inTrain = (i: number) => split.setOfCustomer[i % N] === 0;
  const memory = (rows: Int32Array) =>
    Float64Array.from(rows, i => (inTrain(i) ? risk[i % N]! : (i % 97) / 97));
  const judged = await judgeQuadrants(split, cohort, memory, {
    ...{labels, treated, capacity: 0.1, seed: 1, draws: 200},
  });
  const rowsOf = quadrantRows(split, cohort, {labels, treated});
  for (const {quadrant, rows, positives, customers: people, figures} of judged) {
    const own = rowsOf[quadrant];
    const y = Uint8Array.from(own, i => labels[i]!);
    expect([rows, people]).toEqual([own.length, new Set(own.map(i => i % N)).size]);
    expect(positives).toBe(y.reduce((a, b) => a + b, 0));
    expect(figures!.auc.value).toBe(rocAuc(memory(own), y));
    const {low, high} = figures!.auc;
    if (quadrant.startsWith("known")) expect(low).toBeGreaterThan(0.75);
    else expect([low < 0.5, high > 0.5]).toEqual([true, true]);
  }
  expect(quadrantTable(judged, 0.1).rows.map(([who, when]) => `${who} ${when}`)).toEqual([
    ...["Known Same", "New Same", "Known Later", "New Later"],
  ]);
  expect(quadrantPoints(judged).rows.map(({name}) => name)).toEqual([
    ...["Known customers, same months", "New customers, same months"],
    ...["Known customers, later months", "New customers, later months"],
  ]);
});

test("judgeQuadrants(…) leaves a quadrant of one class without figures, and says so in the table", async () => {
  const rowsOf = quadrantRows(split, cohort, {labels, treated});
  const calm = labels.slice();
  for (const i of rowsOf["new-same"]) calm[i] = 0;
  const judged = await judgeQuadrants(split, cohort, rows => new Float64Array(rows.length), {
    ...{labels: calm, treated, capacity: 0.1, seed: 1, draws: 20},
  });
  expect(judged.map(({figures}) => figures !== undefined)).toEqual([true, false, true, true]);
  expect(quadrantTable(judged, 0.1).rows[1]!.slice(4, 6)).toEqual(["one class only", ""]);
  expect(quadrantPoints(judged).rows).toHaveLength(3);
});

test("quadrantsText(quadrants) says which intervals are apart, and how few rows cannot be told apart", () => {
  const quadrant = (name: Quadrant, [low, high]: readonly [number, number], rows: number) => {
    const auc = {value: (low + high) / 2, low, high, level: 0.95, draws: 9};
    return {quadrant: name, rows, positives: 9, customers: 9, figures: {auc, lift: auc}};
  };
  const near = [quadrant("known-same", [0.7, 0.8], 900), quadrant("new-later", [0.65, 0.72], 120)];
  expect(quadrantsText(near).text).toBe(
    "The intervals of ROC AUC overlap: with 120 rows in the smallest of them, these cannot be told apart.",
  );
  const apart = [quadrant("new-later", [0.6, 0.65], 120), quadrant("known-same", [0.7, 0.8], 900)];
  expect(quadrantsText(apart).text).toContain(
    "known customers in the same months, 0.750 (0.700 to 0.800), above new customers in later months, 0.625 (0.600 to",
  );
  expect(quadrantsText(near.slice(1)).text).toContain("Too few rows");
});
