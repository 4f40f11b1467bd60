import {describe, expect, it} from "vitest";
import {randomOf} from "../../src/random.ts";
import {crossFitUplift, upliftFolds} from "../../src/uplift/learn/learners.ts";
import {placesWithinFolds} from "../../src/uplift/learn/out-of-fold.ts";
import {rankAverageEffect} from "../../src/uplift/measure/rate.ts";

describe("placesWithinFolds(score, fold)", () => {
  it("is the middle of the places that a row and its ties take in their fold", () => {
    expect([...placesWithinFolds([5, 1, 1, 9, 100, 7], [0, 0, 0, 0, 1, 1])]).toEqual([
      0.625, 0.25, 0.25, 0.875, 0.75, 0.25,
    ]);
    expect(() => placesWithinFolds([1, 2], [0])).toThrow("a fold of each of 2 rows, got 1");
  });

  it("does not hang on what is added to a fold, nor on any rising map", () => {
    const random = randomOf(1);
    const score = Array.from({length: 50}, random);
    const fold = score.map((_, i) => i % 3);
    const moved = score.map((s, i) => Math.exp(3 * s) + 10 * fold[i]!);
    expect(placesWithinFolds(moved, fold)).toEqual(placesWithinFolds(score, fold));
  });

  it("frees an order without worth from looking harmful", async () => {
    const worlds = 60;
    const n = 400;
    const z = {pooled: 0, within: 0};
    for (let w = 1; w <= worlds; w++) {
      const random = randomOf(w);
      const x = {names: ["a", "b"], rows: n, values: Float64Array.from({length: 2 * n}, random)};
      const trial = {
        treated: Uint8Array.from({length: n}, () => (random() < 0.5 ? 1 : 0)),
        outcome: Float64Array.from({length: n}, (_, i) => (random() < 0.6 + 0.3 * x.values[i]! ? 1 : 0)),
        propensity: new Float64Array(n).fill(0.5),
        customer: Int32Array.from({length: n}, (_, i) => i),
      };
      const data = {x, trial, ids: Array.from({length: n}, (_, i) => `${w}-${i}`)};
      const effects = await crossFitUplift("DR", data, {base: "linear", threads: 1});
      const zOf = (score: Float64Array) => {
        const {value, standardError} = rankAverageEffect(trial, score, {seed: 1, draws: 200}).autoc;
        return value / standardError / worlds;
      };
      z.pooled += zOf(effects);
      z.within += zOf(placesWithinFolds(effects, upliftFolds(data)));
    }
    // Without an effect that differs the mean of z has a standard error of 0.13.
    expect(z.pooled).toBeLessThan(-0.65);
    expect(Math.abs(z.within)).toBeLessThan(0.45);
  });
});
