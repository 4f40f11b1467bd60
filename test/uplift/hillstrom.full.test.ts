import {describe, expect, test} from "vitest";
import {applyModel, fitModel} from "../../src/model/model.ts";
import {takeTraining} from "../../src/sampling/training-data.ts";
import {triangular} from "../../src/study.ts";
import {placesWithinFolds} from "../../src/uplift/learn/out-of-fold.ts";
import {upliftByGroup} from "../../src/uplift/measure/groups.ts";
import {upliftMetrics} from "../../src/uplift/measure/metrics.ts";
import {policyCurve, policyValue} from "../../src/uplift/measure/policy.ts";
import {rankAverageEffect} from "../../src/uplift/measure/rate.ts";
import type {Trial} from "../../src/uplift/trial.ts";
import {dataFile, readFlat} from "../evaluate/flat-table.ts";

const {file, missing} = dataFile("hillstrom/hillstrom.csv.gz");
if (missing) console.warn(`Hillstrom tests are skipped: ${missing}`);

const FOLDS = 5;
const said = ({value, low, high}: {value: number; low: number; high: number}) =>
  `${value.toFixed(5)} (${low.toFixed(5)} to ${high.toFixed(5)})`;

describe.skipIf(missing)("Hillstrom's e-mail experiment, one arm against no e-mail", () => {
  const table = (label: string) =>
    readFlat(file, {label, positive: "1", drop: ["segment", "visit", "conversion", "spend"]});

  /** Out-of-fold expected outcomes by one logistic regression an arm; the row's number says the fold. */
  async function judged(arm: string, label: string) {
    const {data, text} = table(label);
    const segment = text("segment");
    const own = Int32Array.from(segment.keys()).filter(i => [arm, "No E-Mail"].includes(segment[i]!));
    const all = takeTraining(data, own);
    const treated = Uint8Array.from(own, i => (segment[i] === arm ? 1 : 0));
    const outcomes = {
      treated: new Float64Array(own.length),
      control: new Float64Array(own.length),
    };
    const rows = [...own.keys()];
    for (let fold = 0; fold < FOLDS; fold++) {
      const held = Int32Array.from(rows.filter(i => i % FOLDS === fold));
      const x = takeTraining(all, held).x;
      for (const [name, one] of [
        ["treated", 1],
        ["control", 0],
      ] as const) {
        const fitted = Int32Array.from(rows.filter(i => i % FOLDS !== fold && treated[i] === one));
        const margins = await applyModel(await fitModel("logistic", takeTraining(all, fitted), {seed: 1}), x);
        held.forEach((i, k) => {
          outcomes[name][i] = 1 / (1 + Math.exp(-margins[k]!));
        });
      }
    }
    const trial: Trial = {
      outcome: Float64Array.from(all.y),
      treated,
      propensity: new Float64Array(own.length).fill(0.5),
      customer: Int32Array.from(rows),
    };
    const effect = outcomes.treated.map((p, i) => p - outcomes.control[i]!);
    const folds = Int32Array.from(rows, i => i % FOLDS);
    const score = placesWithinFolds(effect, folds);
    return {
      trial,
      outcomes,
      effect,
      score,
      risk: placesWithinFolds(
        outcomes.control.map(p => 1 - p),
        folds,
      ),
    };
  }

  test.each([
    ["Womens E-Mail", "visit", 0.1514 - 0.1062],
    ["Mens E-Mail", "visit", 0.1828 - 0.1062],
    ["Womens E-Mail", "conversion", 0.00311],
    ["Mens E-Mail", "conversion", 0.00681],
  ])("%s, %s", {timeout: 600_000}, async (arm, label, lift) => {
    const {trial, outcomes, effect, score, risk} = await judged(arm, label);
    const [whole] = upliftByGroup(trial, score, {groups: 1, seed: 1, draws: 300});
    expect(Math.abs(whole!.uplift.value - lift)).toBeLessThan(0.0001);

    const start = performance.now();
    const rates = rankAverageEffect(trial, score, {outcomes, seed: 1, draws: 1000});
    const seconds = {rate: (performance.now() - start) / 1000, curve: 0};
    const again = performance.now();
    const fractions = [0.1, 0.3, 0.5];
    // Money in units of a visit: what is kept is what counts here.
    const economics = {contactCost: 0, offerCost: 0, customerValue: triangular(1, 1, 1)};
    const points = policyCurve(trial, {uplift: score, risk}, economics, {fractions, outcomes, seed: 1});
    seconds.curve = (performance.now() - again) / 1000;
    const best = policyValue(
      trial,
      effect.map(s => (s > 0 ? 1 : 0)),
      {outcomes, seed: 1},
    );
    console.log(
      [
        `${arm}, ${label}: effect ${said(whole!.uplift)}; doubly robust ${said(rates.average)}`,
        `AUTOC ${said(rates.autoc)}, Qini ${said(rates.qini)}`,
        ...upliftMetrics(trial, score, {seed: 1, draws: 300}).map(m => `${m.name} ${said(m.interval)}`),
        `those with a score above 0 treated: ${said(best.value)}, over all ${said(best.overAll)}, over none ${said(best.overNone)}`,
        ...points.map(
          p =>
            `${100 * p.fraction}% treated, of ${trial.outcome.length}: by uplift ${said(p.uplift.kept)}, by risk ${said(p.risk.kept)}, over risk ${said(p.overRisk.kept)}, over all ${said(p.overAll.kept)}`,
        ),
        `1000 draws of ${trial.outcome.length} rows: RATE ${seconds.rate.toFixed(1)} s, policies ${seconds.curve.toFixed(1)} s`,
      ].join("\n"),
    );
    expect(Math.abs(rates.average.value - lift)).toBeLessThan(rates.average.standardError);
    expect(rates.autoc.standardError).toBeGreaterThan(0);
    if (arm === "Womens E-Mail" && label === "visit") expect(rates.autoc.low).toBeGreaterThan(0);
  });
});
