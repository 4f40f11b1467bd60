import {describe, expect, it} from "vitest";
import {learnersTable, learnersText} from "../../src/report/uplift.ts";
import {compareLearners, takeOutcomes} from "../../src/uplift/learn/compare.ts";
import {learnForward} from "../../src/uplift/learn/forward.ts";
import {applyUplift, fitUplift} from "../../src/uplift/learn/learners.ts";
import {placesWithinFolds} from "../../src/uplift/learn/out-of-fold.ts";
import {AUTOC} from "../../src/uplift/learn/select.ts";
import {compareRankAverageEffects, rankAverageEffect} from "../../src/uplift/measure/rate.ts";
import {armMeans, armScores, effectScores} from "../../src/uplift/measure/scores.ts";
import {placesOf, rowsWhere, takeTrial} from "../../src/uplift/uplift-data.ts";
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

  it("judges orders within parts, and errors against the average effect of the parts before, by the definition", async () => {
    const {effects, autoc, over, loss} = found.learners[1]!;
    const {rows, part, value} = await learnForward(data, async earlier => {
      const model = await fitUplift("T", earlier, {base: "linear"});
      return x => applyUplift(model, x);
    });
    expect([effects, found.rows, found.part]).toEqual([value, rows, part]);
    const trial = takeTrial(data.trial, rows);
    const order = placesWithinFolds(effects, part);
    const own = takeOutcomes(outcomes, rows);
    const judging = {seed: 3, outcomes: own, draws: 100};
    expect(autoc).toEqual(rankAverageEffect(trial, order, judging).autoc);
    const first = placesWithinFolds(found.learners[0]!.effects, part);
    const difference = compareRankAverageEffects(trial, {a: order, b: first}, judging).autoc;
    expect(over!.value).toBe(difference.value);
    // Two others than the first: the 5 % are halved.
    expect(over!.high - over!.value).toBeCloseTo(2.2414027276 * difference.standardError, 8);
    // Against the difference of the arms among the rows of the parts before.
    const gamma = effectScores(armScores(trial, own));
    const places = placesOf(data, "uplift parts").map(u => Math.floor(5 * u));
    const before = (k: number) => {
      const mean = (arm: number) => {
        const of = rowsWhere(places, p => p < k).filter(i => data.trial.treated[i] === arm);
        return of.reduce((sum, i) => sum + data.trial.outcome[i]!, 0) / of.length;
      };
      return mean(1) - mean(0);
    };
    const averages = [0, 1, 2, 3, 4].map(before);
    const mean =
      gamma.reduce((sum, g, i) => sum + (g - effects[i]!) ** 2 - (g - averages[part[i]!]!) ** 2, 0) /
      gamma.length;
    expect(loss.value).toBeCloseTo(mean, 10);
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
