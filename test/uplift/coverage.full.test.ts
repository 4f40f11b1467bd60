import {expect, test} from "vitest";
import {triangular} from "../../src/study.ts";
import {upliftCalibration} from "../../src/uplift/measure/calibration.ts";
import {upliftByGroup} from "../../src/uplift/measure/groups.ts";
import {policyCurve} from "../../src/uplift/measure/policy.ts";
import {compareRankAverageEffects, rankAverageEffect} from "../../src/uplift/measure/rate.ts";
import {randomTrial} from "./random-trial.ts";

const TRIALS = 500;
const economics = {contactCost: 0, offerCost: 0, customerValue: triangular(1, 1, 1)};

/**
 * The population: z uniform in (-1/2, 1/2), effect 0.1 + 0.6 z. So TOC(q) = 0.3 (1 − q), its mean 0.15, and that of
 * q TOC(q) 0.05; the better half holds 0.125 a customer, a random half 0.05, all 0.1; the best tenth's mean is 0.37.
 */
const TRUTH = {
  AUTOC: 0.15,
  Qini: 0.05,
  "AUTOC over noise": 0.15,
  "half by uplift": 0.125,
  "half by uplift over half by noise": 0.075,
  "half by uplift over all": 0.025,
  "best tenth": 0.37,
  "calibration slope": 1,
  "AUTOC of noise": 0,
  "Qini of noise": 0,
};

test.each([
  ["equal chances", {}],
  ["unequal chances and weights", {unequal: true, weights: true}],
])("intervals at 95%% hold the truth in 92 to 98 of 100 trials: %s", {timeout: 600_000}, (name, shape) => {
  const held = new Map<string, number>();
  for (let seed = 0; seed < TRIALS; seed++) {
    const {trial, score, noise, effect} = randomTrial({seed: 5000 + seed, rows: 1000, ...shape});
    const options = {seed, draws: 200};
    const [own, none] = [rankAverageEffect(trial, score, options), rankAverageEffect(trial, noise, options)];
    const [half] = policyCurve(trial, {uplift: score, risk: noise}, economics, {
      fractions: [0.5],
      customers: 1,
      ...options,
    });
    const found = {
      AUTOC: own.autoc,
      Qini: own.qini,
      "AUTOC over noise": compareRankAverageEffects(trial, {a: score, b: noise}, options).autoc,
      "half by uplift": half!.uplift.kept,
      "half by uplift over half by noise": half!.overRisk.kept,
      "half by uplift over all": half!.overAll.kept,
      "best tenth": upliftByGroup(trial, score, options)[0]!.uplift,
      "calibration slope": upliftCalibration(trial, effect).slope,
      "AUTOC of noise": none.autoc,
      "Qini of noise": none.qini,
    };
    for (const [figure, {low, high}] of Object.entries(found)) {
      const truth = TRUTH[figure as keyof typeof TRUTH];
      held.set(figure, (held.get(figure) ?? 0) + (low <= truth && truth <= high ? 1 : 0));
    }
  }
  console.log(
    [
      `${name}, ${TRIALS} trials of 1000 rows:`,
      ...[...held].map(([figure, n]) => `${figure} ${((100 * n) / TRIALS).toFixed(1)}%`),
    ].join("\n"),
  );
  for (const [figure, n] of held) {
    // Two to three deviations of one hundredth about 95.
    expect(n / TRIALS, figure).toBeGreaterThan(0.92);
    expect(n / TRIALS, figure).toBeLessThan(0.98);
  }
});
