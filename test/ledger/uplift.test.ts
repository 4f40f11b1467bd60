import {describe, expect, test} from "vitest";
import {dayOf} from "../../src/data/calendar.ts";
import type {Campaigns} from "../../src/data/campaigns.ts";
import {randomOf} from "../../src/random.ts";
import {upliftContactsText} from "../../src/report/uplift.ts";
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
    expect(judged.average.value).toBeCloseTo(mean(1) - mean(0), 1);
    expect(judged.average.low).toBeLessThan(0);
    expect(judged.average.high).toBeGreaterThan(0);
    expect(judged.verdict.evidence).toBe("none");
    const order = placesWithinFolds(judged.uplift, judged.part);
    const plain = rankAverageEffect(takeTrial(trial, judged.judged), order, {seed: study.seed, draws: 1000});
    expect(judged.rates.autoc.value).toBeCloseTo(plain.autoc.value, 1);
    expect(judged.policy.map(({fraction}) => fraction)).toContain(study.economics.capacity);
    expect(upliftContactsText(judged).text).toMatch(/^That contacting keeps customers has not been shown/);
  });

  test("finds that contacts keep customers, or drive them away, where they do", async () => {
    // Who stays is likelier to be of the arm that it is to help.
    const {trial: plain} = (await rhythmRun(study, log, {campaigns}).contacts())!;
    const stays = new Set(plain.customer.filter((_, i) => plain.outcome[i] === 1));
    const random = randomOf(5);
    const helping = coin(() => 0);
    helping.treated.forEach((_, c) => {
      helping.treated[c] = random() < (stays.has(c) ? 0.65 : 0.35) ? 1 : 0;
    });
    const harming = {...helping, treated: helping.treated.map(t => 1 - t)};
    for (const [arms, word] of [
      [helping, "kept"],
      [harming, "drove"],
    ] as const) {
      const run = rhythmRun(study, log, {campaigns: arms});
      const data = (await run.contacts())!;
      const {low, high} = (await run.offerMeasured())!;
      const average = rankAverageEffect(
        data.trial,
        data.trial.outcome.map(() => 0),
        {
          ...{seed: 1, draws: 200},
        },
      ).average;
      const judged = {...(await run.uplift())!};
      expect(Math.sign(judged.average.low)).toBe(Math.sign(average.low));
      expect(judged.average.low * judged.average.high).toBeGreaterThan(0);
      expect(word === "kept" ? low : -high).toBeGreaterThan(0);
      expect(upliftContactsText(judged).text).toMatch(
        word === "kept"
          ? /^Contacting kept customers: [\d.]+ \(/
          : /^Contacting drove customers away: [\d.]+ \([^)]*\) percentage points fewer/,
      );
    }
  });

  test("judges by what the definitions say, on rows of other customers than the models'", async () => {
    const run = rhythmRun(study, log, {campaigns});
    const {trial} = (await run.contacts())!;
    const {judged, part, risk, uplift, policy, groups, calibration} = (await run.uplift())!;
    expect(new Set(part)).toEqual(new Set([1, 2, 3, 4]));
    expect(uplift).toHaveLength(judged.length);
    // A risk is one of leaving: those who left without a contact had more of it.
    const mean = (kept: number) => {
      const own = [...judged.keys()].filter(
        i => trial.treated[judged[i]!] === 0 && trial.outcome[judged[i]!] === kept,
      );
      return own.reduce((sum, i) => sum + risk[i]!, 0) / own.length;
    };
    expect(mean(0)).toBeGreaterThan(mean(1));
    expect(groups.reduce((sum, {rows}) => sum + rows, 0)).toBe(judged.length);
    if (calibration)
      expect(calibration.bins.reduce((sum, {rows}) => sum + rows, 0)).toBeCloseTo(judged.length, 9);
    // All contacted are all contacted, however they were chosen.
    const all = policy.at(-1)!;
    expect(all.uplift.kept.value).toBeCloseTo(all.risk.kept.value, 9);
    expect(policy[0]!.uplift.money.value).toBe(0);
  });
});
