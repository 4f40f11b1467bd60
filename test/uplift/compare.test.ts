import {describe, expect, it} from "vitest";
import {learnersTable, learnersText} from "../../src/report/uplift.ts";
import {compareLearners} from "../../src/uplift/learn/compare.ts";
import {learnForward} from "../../src/uplift/learn/forward.ts";
import {applyUplift, fitUplift} from "../../src/uplift/learn/learners.ts";
import {placesWithinFolds} from "../../src/uplift/learn/out-of-fold.ts";
import {AUTOC} from "../../src/uplift/learn/select.ts";
import {compareRankAverageEffects, rankAverageEffect} from "../../src/uplift/measure/rate.ts";
import {armMeans, armScores, effectScores, takeOutcomes} from "../../src/uplift/measure/scores.ts";
import {takeTrial} from "../../src/uplift/uplift-data.ts";
import {randomWorld} from "./worlds.ts";

const {data} = randomWorld({rows: 1500, seed: 8});
const outcomes = armMeans(data.trial);

describe("compareLearners", async () => {
  const found = await compareLearners(
    data,
    [
      {kind: "average", base: "linear"},
      {kind: "T", base: "linear"},
      {kind: "TO", base: "linear"},
    ],
    {seed: 3, outcomes, draws: 100},
  );

  it("leaves the first where another orders better by an interval above 0, and takes the better of those", () => {
    expect(found.learners[0]!.over).toBeNull();
    expect(found.chosen).toBeGreaterThan(0);
    const {over} = found.learners[found.chosen]!;
    expect(over!.low).toBeGreaterThan(0);
    for (const one of found.learners)
      if (one.over && one.over.low > 0) expect(over!.value).toBeGreaterThanOrEqual(one.over.value);
  });

  it("judges orders learned forward, and errors against the average effect of the parts before", async () => {
    const {effects, autoc, over, loss} = found.learners[1]!;
    const forward = await learnForward(data, async earlier => {
      const model = await fitUplift("T", earlier, {base: "linear"});
      return x => applyUplift(model, x);
    });
    expect({...forward}).toEqual({rows: found.rows, part: found.part, value: effects});
    const trial = takeTrial(data.trial, found.rows);
    const order = placesWithinFolds(effects, found.part);
    const judging = {seed: 3, outcomes: takeOutcomes(outcomes, found.rows), draws: 100};
    expect(autoc).toEqual(rankAverageEffect(trial, order, judging).autoc);
    const first = placesWithinFolds(found.learners[0]!.effects, found.part);
    const {value, standardError} = compareRankAverageEffects(trial, {a: order, b: first}, judging).autoc;
    expect(over!.value).toBe(value);
    // Two others than the first: the 5 % are halved.
    expect(over!.high - value).toBeCloseTo(2.2414027276 * standardError, 8);
    const gamma = effectScores(armScores(trial, judging.outcomes));
    const average = found.learners[0]!.effects;
    const mean =
      gamma.reduce((sum, g, i) => sum + (g - effects[i]!) ** 2 - (g - average[i]!) ** 2, 0) / gamma.length;
    expect(loss.value).toBeCloseTo(mean, 10);
    expect(found.learners[0]!.loss.value).toBeCloseTo(0, 12);
  });

  it("keeps the first where all are alike, and says so", async () => {
    const same = {kind: "T", base: "linear"} as const;
    const twice = await compareLearners(data, [same, same], {seed: 3, outcomes, draws: 50});
    expect(twice.chosen).toBe(0);
    expect(twice.learners[1]!.over).toMatchObject({value: 0, low: 0, high: 0});
    expect(learnersText(twice).text).toContain("No other of 2 ways is shown to be better");
    expect(learnersText(found).text).toContain("looks better on them than it is");
    expect(learnersTable(found).rows.map(row => row.at(-1))).toContain("yes");
    await expect(compareLearners(data, [], {seed: 1, outcomes})).rejects.toThrow(
      "requires a candidate, got none",
    );
  });
});

it("AUTOC is that of rankAverageEffect, and 0 for one effect for all", () => {
  const nuisance = {...outcomes, propensity: data.trial.propensity};
  const score = Float64Array.from(data.trial.outcome, (_, i) => (i * 7) % 50);
  expect(AUTOC.of(score, data.trial, nuisance)).toBe(
    rankAverageEffect(data.trial, score, {seed: 9, draws: 10, outcomes}).autoc.value,
  );
  expect(AUTOC.of(new Float64Array(1500).fill(0.1), data.trial, nuisance)).toBeCloseTo(0, 12);
});
