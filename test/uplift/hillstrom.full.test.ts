import {describe, expect, test} from "vitest";
import {applyModel, fitModel} from "../../src/model/model.ts";
import {takeTraining} from "../../src/sampling/training-data.ts";
import {triangular} from "../../src/study.ts";
import {bestArms} from "../../src/uplift/learn/arms.ts";
import {placesWithinFolds} from "../../src/uplift/learn/out-of-fold.ts";
import {type ArmTrial, armPolicyValues} from "../../src/uplift/measure/arm-policy.ts";
import {upliftByGroup} from "../../src/uplift/measure/groups.ts";
import {upliftMetrics} from "../../src/uplift/measure/metrics.ts";
import {policyCurve, policyValue} from "../../src/uplift/measure/policy.ts";
import {rankAverageEffect} from "../../src/uplift/measure/rate.ts";
import type {Trial} from "../../src/uplift/trial.ts";
import {takeTrial} from "../../src/uplift/uplift-data.ts";
import {dataFile, readFlat} from "../evaluate/flat-table.ts";

const {file, missing} = dataFile("hillstrom/hillstrom.csv.gz");
if (missing) console.warn(`Hillstrom tests are skipped: ${missing}`);

/** Parts of the rows: each but the first is judged by models of those before it, as `learnForward` does. */
const PARTS = 5;
const partOf = (row: number): number => row % PARTS;
const said = ({value, low, high}: {value: number; low: number; high: number}) =>
  `${value.toFixed(5)} (${low.toFixed(5)} to ${high.toFixed(5)})`;

describe.skipIf(missing)("Hillstrom's e-mail experiment, one arm against no e-mail", () => {
  const table = (label: string) =>
    readFlat(file, {label, positive: "1", drop: ["segment", "visit", "conversion", "spend"]});

  /** All rows, and those judged, with expected outcomes by one logistic regression an arm. */
  async function judged(arm: string, label: string) {
    const {data, text} = table(label);
    const segment = text("segment");
    const own = Int32Array.from(segment.keys()).filter(i => [arm, "No E-Mail"].includes(segment[i]!));
    const all = takeTraining(data, own);
    const treated = Uint8Array.from(own, i => (segment[i] === arm ? 1 : 0));
    const rows = [...own.keys()];
    const ones = new Float64Array(own.length).fill(0.5);
    const whole: Trial = {
      ...{treated, outcome: Float64Array.from(all.y), propensity: ones},
      customer: Int32Array.from(rows),
    };
    const held = rows.filter(i => partOf(i) > 0);
    const outcomes = {treated: new Float64Array(held.length), control: new Float64Array(held.length)};
    for (let part = 1; part < PARTS; part++) {
      const inside = [...held.keys()].filter(k => partOf(held[k]!) === part);
      const {x} = takeTraining(
        all,
        Int32Array.from(inside, k => held[k]!),
      );
      for (const [name, one] of [
        ["treated", 1],
        ["control", 0],
      ] as const) {
        const earlier = Int32Array.from(rows.filter(i => partOf(i) < part && treated[i] === one));
        const model = await fitModel("logistic", takeTraining(all, earlier), {seed: 1});
        const margins = await applyModel(model, x);
        inside.forEach((k, at) => {
          outcomes[name][k] = 1 / (1 + Math.exp(-margins[at]!));
        });
      }
    }
    const effect = outcomes.treated.map((p, i) => p - outcomes.control[i]!);
    const parts = Int32Array.from(held, partOf);
    const risk = placesWithinFolds(
      outcomes.control.map(p => 1 - p),
      parts,
    );
    return {
      ...{whole, trial: takeTrial(whole, held), outcomes, effect, risk},
      score: placesWithinFolds(effect, parts),
    };
  }

  test.each([
    ["Womens E-Mail", "visit", 0.1514 - 0.1062],
    ["Mens E-Mail", "visit", 0.1828 - 0.1062],
    ["Womens E-Mail", "conversion", 0.00311],
    ["Mens E-Mail", "conversion", 0.00681],
  ])("%s, %s", {timeout: 600_000}, async (arm, label, lift) => {
    const {whole, trial, outcomes, effect, score, risk} = await judged(arm, label);
    const alike = new Float64Array(whole.outcome.length);
    const [all] = upliftByGroup(whole, alike, {groups: 1, seed: 1, draws: 300});
    expect(Math.abs(all!.uplift.value - lift)).toBeLessThan(0.0001);

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
        `${arm}, ${label}: effect ${said(all!.uplift)}; of the ${trial.outcome.length} rows judged, doubly robust ${said(rates.average)}`,
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
    expect(Math.abs(rates.average.value - lift)).toBeLessThan(3 * rates.average.standardError);
    if (arm === "Womens E-Mail" && label === "visit") expect(rates.autoc.low).toBeGreaterThan(0);
  });

  const ARMS = ["Mens E-Mail", "Womens E-Mail"];

  /** Expected outcomes without an e-mail and with each, by one logistic regression an arm, of the rows judged. */
  async function judgedArms(label: string) {
    const {data, text} = table(label);
    const arms = Int32Array.from(text("segment"), name => ARMS.indexOf(name));
    const rows = [...arms.keys()];
    const held = rows.filter(i => partOf(i) > 0);
    const expected = [-1, 0, 1].map(() => new Float64Array(held.length));
    for (let part = 1; part < PARTS; part++) {
      const inside = [...held.keys()].filter(k => partOf(held[k]!) === part);
      const {x} = takeTraining(
        data,
        Int32Array.from(inside, k => held[k]!),
      );
      for (const [at, own] of expected.entries()) {
        const earlier = Int32Array.from(rows.filter(i => partOf(i) < part && arms[i] === at - 1));
        const model = await fitModel("logistic", takeTraining(data, earlier), {seed: 1});
        const margins = await applyModel(model, x);
        inside.forEach((k, place) => {
          own[k] = 1 / (1 + Math.exp(-margins[place]!));
        });
      }
    }
    const pick = (values: ArrayLike<number>) => held.map(i => values[i]!);
    const trial: ArmTrial = {
      ...{arm: Int32Array.from(pick(arms)), customer: Int32Array.from(held)},
      outcome: Float64Array.from(pick(data.y)),
      propensity: ARMS.map(() => new Float64Array(held.length).fill(1 / 3)),
    };
    return {trial, expected};
  }

  test.each([
    ["visit", 0],
    ["visit", 0.06],
    ["conversion", 0],
  ])(
    "all arms, %s at a cost of %d an e-mail: the best arm of each customer",
    {timeout: 600_000},
    async (label, cost) => {
      const {trial, expected} = await judgedArms(label);
      const effects = ARMS.map((_, k) => expected[k + 1]!.map((p, i) => p - expected[0]![i]!));
      const costs = [cost, cost];
      const best = bestArms(effects, costs);
      const constant = (k: number) => new Int32Array(trial.arm.length).fill(k);
      const choices = [
        {name: "best arm of each", arm: best.arm},
        {name: "men's to all", arm: constant(0)},
        {name: "women's to all", arm: constant(1)},
        {name: "none", arm: constant(-1)},
      ];
      const options = {costs, seed: 1, draws: 500};
      const robust = armPolicyValues(trial, choices, {...options, expected});
      const plain = armPolicyValues(trial, choices, {
        ...options,
        expected: expected.map(p => p.map(() => 0)),
      });
      const given = [0, 1, -1].map(k => best.arm.filter(own => own === k).length);
      console.log(
        [
          `${label}, cost ${cost}: men's to ${given[0]}, women's to ${given[1]}, none to ${given[2]}`,
          ...robust.values.map(({name, value}, p) => {
            const over = robust.over.find(one => one.name === name);
            return `${name}: doubly robust ${said(value)}, by inverse propensity ${said(plain.values[p]!.value)}${over ? `; the best arm of each gains ${said(over.difference)} on it` : ""}`;
          }),
        ].join("\n"),
      );
      // What is published: rates of visits of .1828, .1514 and .1062.
      const published = [0.1828 - cost, 0.1514 - cost, 0.1062];
      if (label === "visit")
        for (const [k, rate] of published.entries()) {
          const {value} = robust.values[k + 1]!;
          expect(value.low).toBeLessThan(rate);
          expect(value.high).toBeGreaterThan(rate);
        }
      expect(robust.over.find(({name}) => name === "none")!.difference.low).toBeGreaterThan(0);
      for (const [p, {value}] of robust.values.entries())
        expect(Math.abs(value.value - plain.values[p]!.value.value)).toBeLessThan(value.high - value.low);
    },
  );
});
