import {expect, test} from "vitest";
import {triangular} from "../../src/study.ts";
import {upliftCalibration} from "../../src/uplift/measure/calibration.ts";
import {policyCurve, policyValue} from "../../src/uplift/measure/policy.ts";
import {rankAverageEffect} from "../../src/uplift/measure/rate.ts";
import {armScores, effectScores, noOutcomes} from "../../src/uplift/measure/scores.ts";
import {type Recommendation, upliftVerdict} from "../../src/uplift/measure/verdict.ts";
import {type Trial, weightsOf} from "../../src/uplift/trial.ts";
import {referenceCase} from "../model/reference.ts";
import {randomTrial} from "./random-trial.ts";

const {expected, column} = referenceCase<{
  "policy_known_propensity_0.4": Record<
    string,
    {ipw_value: number; ipw_incremental_per_customer: number; profit_per_customer_value100_cost5: number}
  >;
}>("uplift_metrics");
const outcome = column("y");
const rows = outcome.length;
const golden: Trial = {
  outcome,
  treated: Uint8Array.from(column("t")),
  propensity: new Float64Array(rows).fill(0.4),
  customer: Int32Array.from(outcome.keys()),
};
const economics = {contactCost: 2, offerCost: 3, customerValue: triangular(100, 100, 100)};
const quick = {seed: 1, draws: 20};

test("policyValue and policyCurve with inverse propensity weights are the reference", () => {
  const score = column("uplift");
  const order = [...score.keys()].sort((a, b) => score[b]! - score[a]!);
  for (const [share, want] of Object.entries(expected["policy_known_propensity_0.4"])) {
    const fraction = Number(share);
    const treat = new Float64Array(rows);
    for (const i of order.slice(0, Math.round(fraction * rows))) treat[i] = 1;
    const outcomes = noOutcomes(golden);
    const {value, overNone} = policyValue(golden, treat, {outcomes, ...quick});
    expect(value.value).toBeCloseTo(want.ipw_value, 12);
    expect(overNone.value).toBeCloseTo(want.ipw_incremental_per_customer, 12);
    const [point] = policyCurve(golden, {uplift: score, risk: score}, economics, {
      fractions: [fraction],
      outcomes,
      customers: 1,
      ...quick,
    });
    expect(point!.uplift.money.value).toBeCloseTo(want.profit_per_customer_value100_cost5, 10);
    expect(point!.overRisk.kept).toMatchObject({value: 0, low: 0, high: 0});
  }
});

test.each([1, 2, 3])(
  "policyCurve equals its definition with ties, weights and unequal propensities, seed %i",
  seed => {
    const {trial, score, noise} = randomTrial({seed, rows: 70, ties: true, weights: true, unequal: true});
    const w = weightsOf(trial);
    const gamma = effectScores(armScores(trial));
    const total = w.reduce((a, b) => a + b, 0);
    /** Each row's part among the first: 1, 0, or what is left of the budget for its tie. */
    const top = (by: Float64Array, fraction: number) =>
      by.reduce((sum, s, i) => {
        const better = by.reduce((a, other, j) => a + (other > s ? w[j]! : 0), 0);
        const tied = by.reduce((a, other, j) => a + (other === s ? w[j]! : 0), 0);
        const part = Math.min(1, Math.max(0, (fraction * total - better) / tied));
        return sum + part * w[i]! * gamma[i]!;
      }, 0);
    const points = policyCurve(trial, {uplift: score, risk: noise}, economics, {
      fractions: [0, 0.25, 0.6, 1],
      ...quick,
    });
    for (const {fraction, uplift, risk, random, overAll, overRisk} of points) {
      expect(uplift.kept.value).toBeCloseTo(top(score, fraction), 10);
      expect(risk.kept.value).toBeCloseTo(top(noise, fraction), 10);
      expect(random.kept.value).toBeCloseTo(fraction * top(score, 1), 10);
      expect(uplift.money.value).toBeCloseTo(100 * top(score, fraction) - 5 * fraction * total, 8);
      expect(overAll.kept.value).toBeCloseTo(top(score, fraction) - top(score, 1), 10);
      expect(overRisk.money.value).toBeCloseTo(100 * (top(score, fraction) - top(noise, fraction)), 8);
      expect(uplift.money.low).toBeLessThanOrEqual(uplift.money.high);
    }
  },
);

test("policyValue by doubly robust scores is right with a wrong outcome model, and with a right one and a wrong propensity", () => {
  const {trial, effect, score} = randomTrial({seed: 4, rows: 60_000, unequal: true});
  const truth = (treat: Float64Array) =>
    treat.reduce((sum, share, i) => sum + share * effect[i]!, 0) / treat.length;
  const treat = score.map(z => (z > 0 ? 1 : 0));
  const wrong = {treated: score.map(() => 3), control: score.map(() => -2)};
  const right = {
    treated: score.map((z, i) => 0.45 + 0.1 * z + effect[i]!),
    control: score.map(z => 0.45 + 0.1 * z),
  };
  const misled = {...trial, propensity: new Float64Array(score.length).fill(0.5)};
  for (const [of, outcomes] of [
    [trial, wrong],
    [misled, right],
  ] as const) {
    const {overNone} = policyValue(of, treat, {outcomes, seed: 2, draws: 200});
    const error = (overNone.high - overNone.low) / 4;
    expect(Math.abs(overNone.value - truth(treat))).toBeLessThan(3 * error);
  }
  expect(() => policyValue(trial, score, quick)).toThrow("policyValue requires shares in [0, 1]");
});

test("policyValue(trial, all) is no better than all, and treating nobody no better than none", () => {
  const {trial} = randomTrial({seed: 5, rows: 300, weights: true});
  const all = policyValue(trial, new Float64Array(300).fill(1), quick);
  expect(all.overAll).toMatchObject({value: 0, low: 0, high: 0});
  const none = policyValue(trial, new Float64Array(300), quick);
  expect(none.overNone).toMatchObject({value: 0, low: 0, high: 0});
  expect(none.overAll.value).toBeCloseTo(-all.overNone.value, 12);
});

test("upliftCalibration(trial, truth) has slope 1 and offset 0 within their errors, and half of what is doubled", () => {
  const {trial, effect, noise} = randomTrial({seed: 6, rows: 20_000, weights: true, unequal: true});
  const {slope, offset, bins} = upliftCalibration(trial, effect);
  expect(Math.abs(slope.value - 1)).toBeLessThan(3 * slope.standardError);
  expect(slope.low).toBeGreaterThan(0);
  expect(Math.abs(offset.value)).toBeLessThan(3 * offset.standardError);
  expect(bins).toHaveLength(10);
  const doubled = upliftCalibration(
    trial,
    effect.map(e => 2 * e),
  );
  expect(doubled.slope.value).toBeCloseTo(slope.value / 2, 10);
  const none = upliftCalibration(trial, noise).slope;
  expect(Math.abs(none.value)).toBeLessThan(3 * none.standardError);
  expect(() => upliftCalibration(trial, noise.fill(1))).toThrow("requires predictions that differ");
});

test("upliftCalibration(trial, predicted) keeps ties whole, and its line is the weighted least squares", () => {
  const {trial, score} = randomTrial({seed: 7, rows: 120, ties: true, weights: true});
  const {slope, bins} = upliftCalibration(trial, score, {groups: 4});
  const w = weightsOf(trial);
  const gamma = effectScores(armScores(trial));
  const sum = (of: (i: number) => number) => w.reduce((a, own, i) => a + own * of(i), 0);
  const [n, x, y] = [sum(() => 1), sum(i => score[i]!), sum(i => gamma[i]!)];
  const [xx, xy] = [sum(i => score[i]! ** 2), sum(i => score[i]! * gamma[i]!)];
  expect(slope.value).toBeCloseTo((n * xy - x * y) / (n * xx - x * x), 9);
  expect(bins.reduce((a, b) => a + b.rows, 0)).toBeCloseTo(n, 9);
  expect(bins.reduce((a, b) => a + b.rows * b.observed.value, 0)).toBeCloseTo(y, 9);
  expect(new Set(bins.map(b => b.predicted)).size).toBe(bins.length);
});

test("upliftCalibration(trial, predicted, {groups}) parts what is left of a wide tie into equal parts, none of one customer", () => {
  const {trial} = randomTrial({seed: 9, rows: 200});
  const rowsOf = (of: Trial, predicted: Float64Array, groups = 10) =>
    upliftCalibration(of, predicted, {groups}).bins.map(bin => bin.rows);
  const halfTied = Float64Array.from(trial.outcome, (_, i) => Math.max(i, 99));
  expect(rowsOf(trial, halfTied)).toEqual([100, 20, 20, 20, 20, 20]);
  const distinct = Float64Array.from(trial.outcome.keys());
  expect(rowsOf(trial, distinct, 3)).toEqual([67, 67, 66]);
  expect(rowsOf(trial, distinct, 1)).toEqual([200]);
  expect(rowsOf(trial, distinct, 1000)).toEqual(Array(100).fill(2));
  // The last 50 rows are one customer's.
  const one = {...trial, customer: trial.customer.map(c => Math.min(c, 150))};
  const {bins} = upliftCalibration(one, distinct, {groups: 10});
  expect(bins.map(bin => bin.rows)).toEqual([20, 20, 20, 20, 20, 20, 20, 60]);
  expect(bins.every(bin => bin.observed.standardError > 0)).toBe(true);
  for (const groups of [0, Number.NaN, -3, 2.5])
    expect(() => rowsOf(trial, distinct, groups)).toThrow(
      `requires a whole number of groups of 1 or more, got ${groups}`,
    );
});

test("upliftVerdict(autoc, money) follows its rule", () => {
  const of = (low: number, value: number, high: number) => ({value, low, high, level: 0.95, draws: 9});
  const autoc = (low: number, high: number) => ({
    low,
    high,
    value: (low + high) / 2,
    standardError: 1,
    level: 0.95,
  });
  const pays = of(1, 2, 3);
  const more = of(1, 5, 9);
  const unsure = of(-1, 8, 9);
  const cases: [[number, number], [typeof pays, typeof pays, typeof pays], string, Recommendation][] = [
    [[0.1, 0.2], [pays, more, more], "heterogeneous effect", "uplift"],
    [[0.1, 0.2], [unsure, more, more], "heterogeneous effect", "none"],
    [[-0.1, 0.2], [more, pays, more], "none", "any"],
    [[-0.1, 0.2], [more, pays, unsure], "none", "risk"],
    [[-0.1, 0.2], [more, unsure, unsure], "none", "none"],
    [[-0.2, -0.1], [more, pays, unsure], "wrong order", "risk"],
  ];
  for (const [[low, high], [uplift, risk, any], evidence, recommended] of cases)
    expect(upliftVerdict(autoc(low, high), {fraction: 0.1, money: {uplift, risk, any}})).toMatchObject({
      evidence,
      recommended,
    });
});

test("a column of noise comes out as noise in about 95 of 100 trials", () => {
  let evidence = 0;
  const trials = 200;
  for (let seed = 0; seed < trials; seed++) {
    const {trial, noise} = randomTrial({seed: 1000 + seed, rows: 500});
    const {autoc} = rankAverageEffect(trial, noise, {seed, draws: 100});
    if (autoc.low > 0 || autoc.high < 0) evidence += 1;
  }
  // 10 expected, with a standard deviation of 3.
  expect(evidence).toBeGreaterThan(1);
  expect(evidence).toBeLessThan(22);
});

test("upliftCalibration(trial, predicted, {fold}) compares within folds: what is added to a fold's predictions changes neither slope nor groups", () => {
  const {trial, effect} = randomTrial({seed: 8, rows: 400, ties: true, weights: true});
  const fold = Int32Array.from(effect, (_, i) => i % 3);
  const moved = effect.map((e, i) => e - 0.3 * fold[i]!);
  const [plain, own] = [effect, moved].map(p => upliftCalibration(trial, p, {fold, groups: 4}));
  expect(own!.slope.value).toBeCloseTo(plain!.slope.value, 10);
  expect(own!.slope.standardError).toBeCloseTo(plain!.slope.standardError, 10);
  expect(own!.bins.map(b => b.observed.value)).toEqual(plain!.bins.map(b => b.observed.value));
  // Least squares with an intercept a fold.
  const w = weightsOf(trial);
  const gamma = effectScores(armScores(trial));
  const meanIn = (f: number, of: (i: number) => number) => {
    const rows = [...fold.keys()].filter(i => fold[i] === f);
    return rows.reduce((a, i) => a + w[i]! * of(i), 0) / rows.reduce((a, i) => a + w[i]!, 0);
  };
  let [above, below] = [0, 0];
  for (let i = 0; i < 400; i++) {
    const x = effect[i]! - meanIn(fold[i]!, j => effect[j]!);
    above += w[i]! * x * (gamma[i]! - meanIn(fold[i]!, j => gamma[j]!));
    below += w[i]! * x * x;
  }
  expect(plain!.slope.value).toBeCloseTo(above / below, 10);
  expect(() => upliftCalibration(trial, Float64Array.from(fold), {fold})).toThrow("predictions that differ");
});

test("policyCurve(trial, by, economics, options) refuses draws and levels out of range", () => {
  const {trial, score} = randomTrial({seed: 2, rows: 60});
  const economics = {contactCost: 1, offerCost: 1, customerValue: triangular(10, 20, 30)};
  const curve = (more: {draws?: number; level?: number}) =>
    policyCurve(trial, {uplift: score, risk: score}, economics, {fractions: [0.5], seed: 1, ...more});
  expect(() => curve({draws: 0})).toThrow("at least 1 draw, got 0");
  expect(() => curve({draws: 2.5})).toThrow("at least 1 draw, got 2.5");
  expect(() => curve({level: 95})).toThrow("a level in (0, 1), got 95");
});
