import {describe, expect, test} from "vitest";
import {dayOf} from "../../src/data/calendar.ts";
import type {Campaigns} from "../../src/data/campaigns.ts";
import {randomOf} from "../../src/random.ts";
import {upliftContactsText} from "../../src/report/uplift.ts";
import {crossFitUplift} from "../../src/uplift/learn/learners.ts";
import {placesWithinFolds} from "../../src/uplift/learn/out-of-fold.ts";
import {rankAverageEffect} from "../../src/uplift/measure/rate.ts";
import {takeTrial} from "../../src/uplift/uplift-data.ts";
import {rhythmLog, rhythmRun, rhythmStudy} from "../report/rhythm-study.ts";

const log = rhythmLog(400);
const study = rhythmStudy();

/** A campaign of one day for everybody, by the toss of a coin: it changes nothing. */
function coin(treated: (u: number) => number): Campaigns {
  const random = randomOf(3);
  const n = log.customers.length;
  return {
    customer: Int32Array.from({length: n}, (_, c) => c),
    day: new Int32Array(n).fill(dayOf("2024-11-15")),
    treated: Uint8Array.from({length: n}, () => treated(random())),
    unknownCustomers: 0,
  };
}
const campaigns = coin(u => (u < 0.5 ? 1 : 0));

describe("run.uplift()", () => {
  test("is undefined without contacts of both arms", async () => {
    expect(await rhythmRun(study, log).uplift()).toBeUndefined();
    expect(await rhythmRun(study, log, {campaigns: coin(() => 1)}).uplift()).toBeUndefined();
    expect(await rhythmRun(study, log, {campaigns: coin(() => 0)}).effectQuadrants()).toBeUndefined();
  });

  test("reads an effect from the contacts, and none where a coin changed nothing", async () => {
    const run = rhythmRun(study, log, {campaigns});
    const data = (await run.contacts())!;
    const judged = (await run.uplift())!;
    const {trial} = data;
    expect(judged.rows).toBe(trial.outcome.length);
    expect(judged.rows).toBeGreaterThan(100);
    expect(judged.rows + judged.counts.inactive + judged.counts.immature).toBe(log.customers.length);
    const mean = (arm: number) => {
      const own = trial.outcome.filter((_, i) => trial.treated[i] === arm);
      return own.reduce((a, b) => a + b, 0) / own.length;
    };
    // The doubly robust average is near the plain difference, and both hold no effect.
    expect(judged.rates.average.value).toBeCloseTo(mean(1) - mean(0), 1);
    expect(judged.rates.average.low).toBeLessThan(0);
    expect(judged.rates.average.high).toBeGreaterThan(0);
    expect(judged.verdict.evidence).toBe("none");
    // The order is that of the learner in use, learned forward and put together within parts.
    const {rows, part, learners, chosen} = (await run.learners())!;
    expect(judged.judged).toBe(rows.length);
    expect(rows.length).toBeLessThan(judged.rows);
    const order = placesWithinFolds(learners[chosen]!.effects, part);
    const plain = rankAverageEffect(takeTrial(trial, rows), order, {seed: study.seed, draws: 1000});
    expect(judged.rates.autoc.value).toBeCloseTo(plain.autoc.value, 1);
    expect(judged.uplift).toEqual(await crossFitUplift(learners[chosen]!.kind, data, learners[chosen]!));
    expect(await run.upliftRecovery()).toBeUndefined();
    for (const {low, high} of Object.values(judged.quadrants)) expect(low).toBeLessThanOrEqual(high);
    for (const risk of judged.risk) expect(risk >= 0 && risk <= 1).toBe(true);
    expect(judged.policy.map(({fraction}) => fraction)).toContain(study.economics.capacity);
    expect(upliftContactsText(judged).text).toMatch(/^That contacting keeps customers has not been shown/);
  });

  test("is the same on two threads, and read by a second run", async () => {
    const one = (await rhythmRun(study, log, {campaigns, threads: 1}).uplift())!;
    const two = (await rhythmRun(study, log, {campaigns, threads: 2}).uplift())!;
    expect([...two.uplift]).toEqual([...one.uplift]);
    expect(two.rates).toEqual(one.rates);
  });
});
