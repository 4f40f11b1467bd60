import {expect, test} from "vitest";
import {learnForward} from "../../src/uplift/learn/forward.ts";
import {applyUplift, fitUplift} from "../../src/uplift/learn/learners.ts";
import {placesWithinFolds} from "../../src/uplift/learn/out-of-fold.ts";
import {rankAverageEffect} from "../../src/uplift/measure/rate.ts";
import {takeTrial, type UpliftData} from "../../src/uplift/uplift-data.ts";
import {coinWorld} from "./coin-world.ts";

test("learnForward(data, learn) scores each row by customers of earlier parts alone", async () => {
  const data = coinWorld({seed: 1, rows: 300, each: 3});
  const learned: UpliftData[] = [];
  const {rows, part, value} = await learnForward(data, async earlier => {
    learned.push(earlier);
    return x => new Float64Array(x.rows).fill(learned.length);
  });
  expect(learned).toHaveLength(4);
  const partOf = new Map<number, number>();
  rows.forEach((row, i) => {
    const customer = data.trial.customer[row]!;
    expect(value[i]).toBe(part[i]);
    // All rows of a customer are in one part.
    expect(partOf.get(customer) ?? part[i]).toBe(part[i]);
    partOf.set(customer, part[i]!);
  });
  learned.forEach(({trial}, k) => {
    for (const customer of trial.customer) expect(partOf.get(customer) ?? 0).toBeLessThanOrEqual(k);
  });
  // What is judged nowhere is what the first model learned from.
  expect(rows.length + learned[0]!.trial.outcome.length).toBe(300);
  expect(new Set(rows).size).toBe(rows.length);
});

test("learnForward(data, learn) asks for customers enough", async () => {
  const data = coinWorld({seed: 1, rows: 20, each: 20});
  await expect(learnForward(data, async () => x => new Float64Array(x.rows))).rejects.toThrow(
    "learnForward requires customers of two parts or more, got too few",
  );
});

test("an order learned forward finds an effect that differs", async () => {
  const data = coinWorld({seed: 4, rows: 1500, slope: 0.6});
  const {rows, part, value} = await learnForward(data, async earlier => {
    const model = await fitUplift("T", earlier, {base: "linear", threads: 1});
    return x => applyUplift(model, x);
  });
  const {autoc} = rankAverageEffect(takeTrial(data.trial, rows), placesWithinFolds(value, part), {
    ...{seed: 1, draws: 200},
  });
  expect(autoc.low).toBeGreaterThan(0);
});
