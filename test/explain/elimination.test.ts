import {expect, test} from "vitest";
import {type Elimination, eliminateFeatures, sizesFrom} from "../../src/explain/elimination.ts";
import {randomOf} from "../../src/random.ts";
import {table} from "../model/prepare/rows.ts";

/** Two numbers and a category that matter, one that repeats another, and noise. */
function rowsOf(rows: number, seed: number) {
  const random = randomOf(seed);
  const cells = Array.from({length: rows}, () => ({
    a: Math.floor(20 * random()),
    b: random() < 0.2 ? null : random(),
    plan: ["x", "y", "z"][Math.floor(3 * random())]!,
    u: random(),
  }));
  const noise = Object.fromEntries(
    Array.from({length: 7}, (_, k) => [`noise${k}`, cells.map(() => random())]),
  );
  return {
    x: table({
      ...noise,
      a: cells.map(({a}) => a),
      same: cells.map(({a}) => 2 * a),
      b: cells.map(({b}) => b),
      plan: cells.map(({plan}) => plan),
    }),
    y: Uint8Array.from(cells, ({a, b, plan, u}) =>
      u < 1 / (1 + Math.exp(2 - a / 5 + (b ?? -1) - (plan === "y" ? 1.5 : 0))) ? 1 : 0,
    ),
    customers: cells.map((_, i) => `C${Math.floor(i / 2)}`),
  };
}

const data = rowsOf(2400, 1);
let found: Elimination;

test("eliminateFeatures drops noise and what repeats another, and keeps what matters", async () => {
  found = (await eliminateFeatures(data, {seed: 1}))!;
  const {steps, best, fewest, kept, dropped} = found;
  expect(steps.map(({features}) => features)).toEqual(sizesFrom(11));
  expect(kept.filter(name => name.startsWith("noise"))).toEqual([]);
  expect(kept).toContain("plan");
  expect(kept.filter(name => name === "a" || name === "same").length).toBeGreaterThan(0);
  expect([...kept, ...dropped].sort()).toEqual([...data.x.names].sort());
  expect(kept.length).toBe(steps[fewest]!.features);
  expect(fewest).toBeGreaterThanOrEqual(best);
});

test("the number of features is the smallest within one standard error of the best", () => {
  const {steps, best, fewest} = found;
  const bar = steps[best]!.auc - steps[best]!.standardError;
  expect(steps.every(({auc}) => auc <= steps[best]!.auc)).toBe(true);
  expect(steps[fewest]!.auc).toBeGreaterThanOrEqual(bar);
  for (const {auc} of steps.slice(fewest + 1)) expect(auc).toBeLessThan(bar);
  for (const {work, features} of steps) expect(work).toBe(2400 * features * found.trees);
});

test("eliminateFeatures is the same for a seed, and no label of a customer judges itself", async () => {
  expect(await eliminateFeatures(data, {seed: 1})).toEqual(found);
  // Where labels are noise, no choice of features may look better than chance: a choice by the judging rows would.
  const random = randomOf(9);
  const noise = {...data, y: Uint8Array.from(data.y, () => (random() < 0.3 ? 1 : 0))};
  const {steps} = (await eliminateFeatures(noise, {seed: 2}))!;
  for (const {auc, standardError} of steps)
    expect(Math.abs(auc - 0.5)).toBeLessThan(4 * standardError + 0.01);
});

test("eliminateFeatures deals churners to every fold, and says nothing with fewer of them than folds", async () => {
  const few = (churners: number) => ({
    ...data,
    y: Uint8Array.from(data.y, (_, i) => (i < 2 * churners ? 1 : 0)),
  });
  for (const seed of [1, 2, 3]) expect(await eliminateFeatures(few(6), {seed})).toBeDefined();
  expect(await eliminateFeatures(few(4), {seed: 1})).toBeUndefined();
});

test("sizesFrom(n) goes from n to 1 by a fifth, by one at least", () => {
  expect(sizesFrom(27)).toEqual([27, 22, 18, 15, 12, 10, 8, 7, 6, 5, 4, 3, 2, 1]);
  expect(sizesFrom(1)).toEqual([1]);
});
