import {expect, test} from "vitest";
import {learnForward} from "../../src/uplift/learn/forward.ts";
import {applyUplift, crossFitUplift, fitUplift, upliftFolds} from "../../src/uplift/learn/learners.ts";
import {placesWithinFolds} from "../../src/uplift/learn/out-of-fold.ts";
import {rankAverageEffect} from "../../src/uplift/measure/rate.ts";
import {takeTrial} from "../../src/uplift/uplift-data.ts";
import {coinWorld} from "./coin-world.ts";

test("an order learned forward is called one by chance as often as is said, a cross-fitted one more often", async () => {
  const worlds = 300;
  const found = {forward: 0, crossed: 0};
  for (let seed = 1; seed <= worlds; seed++) {
    const data = coinWorld({seed, rows: 400});
    const differs = (rows: ArrayLike<number>, score: Float64Array) => {
      const {low, high} = rankAverageEffect(takeTrial(data.trial, rows), score, {seed: 1, draws: 200}).autoc;
      return low > 0 || high < 0 ? 1 : 0;
    };
    const linear = {base: "linear", threads: 1} as const;
    const {rows, part, value} = await learnForward(data, async earlier => {
      const model = await fitUplift("DR", earlier, linear);
      return x => applyUplift(model, x);
    });
    found.forward += differs(rows, placesWithinFolds(value, part));
    const crossed = await crossFitUplift("DR", data, linear);
    found.crossed += differs(
      data.trial.outcome.map((_, i) => i),
      placesWithinFolds(crossed, upliftFolds(data)),
    );
  }
  const luck = 3 * Math.sqrt((0.05 * 0.95) / worlds);
  expect(Math.abs(found.forward / worlds - 0.05)).toBeLessThan(luck);
  expect(found.crossed / worlds).toBeGreaterThan(0.05 + luck);
}, 300_000);
