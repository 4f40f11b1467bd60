import {describe, expect, it} from "vitest";
import type {Matrix} from "../../src/features/matrix.ts";
import {randomOf} from "../../src/random.ts";
import {cuped, linAdjusted} from "../../src/uplift/experiment/adjust.ts";
import {COMPLIER_ASSUMPTION, complierEffect} from "../../src/uplift/experiment/compliance.ts";
import {tTwoSided} from "../../src/uplift/experiment/distributions.ts";
import {
  clusteredDifference,
  differenceOfMeans,
  differenceOfProportions,
  ratioOfProportions,
  wilsonInterval,
} from "../../src/uplift/experiment/effect.ts";
import {holm} from "../../src/uplift/experiment/multiplicity.ts";
import {sampleRatio} from "../../src/uplift/experiment/sample-ratio.ts";
import {before, cupedTrial, expected} from "./experiment-reference.ts";

const [treated, control] = [
  {events: 180, n: 2000},
  {events: 220, n: 2000},
];

describe("proportions", () => {
  it("differ with Newcombe's interval and the z test of statsmodels and R", () => {
    const found = differenceOfProportions(treated, control);
    expect(found.value).toBeCloseTo(-0.02, 12);
    expect(found.low).toBeCloseTo(expected.ci_diff_newcomb[0], 9);
    expect(found.high).toBeCloseTo(expected.ci_diff_newcomb[1], 9);
    expect(found.p).toBeCloseTo(expected.R.prop_test["p.value"], 9);
    expect(found.n).toEqual({treated: 2000, control: 2000});
  });

  it("have a ratio with the log interval, and none where an arm has no event", () => {
    const found = ratioOfProportions(treated, control)!;
    expect([found.value, found.low, found.high].map(v => v.toFixed(8))).toEqual(
      [180 / 220, ...expected.ci_ratio_log].map((v: number) => v.toFixed(8)),
    );
    expect(ratioOfProportions({events: 0, n: 5}, control)).toBeNull();
  });

  it("have Wilson's interval, from 0 and to 1 at the ends", () => {
    const {low, high} = wilsonInterval({events: 12, n: 100});
    expect([low, high].map(v => v.toFixed(9))).toEqual(
      expected.ci_prop_12_100_wilson.map((v: number) => v.toFixed(9)),
    );
    expect(wilsonInterval({events: 0, n: 10}).low).toBe(0);
    expect(wilsonInterval({events: 10, n: 10}).high).toBe(1);
    expect(() => wilsonInterval({events: 11, n: 10})).toThrow(
      "0 to n events of n > 0 customers, got 11 of 10",
    );
  });
});

describe("means", () => {
  it("differ with Welch's test, CUPED and Lin's adjustment of the reference", () => {
    const raw = differenceOfMeans(cupedTrial);
    expect(raw.value).toBeCloseTo(expected.cuped.raw.effect, 9);
    expect(raw.p).toBeCloseTo(expected.cuped.raw.welch[1], 6);
    const adjusted = cuped(cupedTrial, before);
    expect(adjusted.value).toBeCloseTo(expected.cuped.adjusted.effect, 8);
    expect(adjusted.p).toBeCloseTo(expected.cuped.adjusted.welch[1], 6);
    expect(adjusted.theta[0]).toBeCloseTo(expected.cuped.theta, 9);
    expect(adjusted.varianceRatio).toBeCloseTo(expected.cuped.variance_ratio, 9);
    const lin = linAdjusted(cupedTrial, before);
    expect(lin.value).toBeCloseTo(expected.lin_2013_regression_adjusted.effect, 8);
    const halfWidth = tTwoSided(0.05, before.rows - 4) * expected.lin_2013_regression_adjusted.se_hc3;
    expect((lin.high - lin.low) / 2).toBeCloseTo(halfWidth, 6);
  });

  it("over repeated rows have an error that does not hang on how often a customer is there", () => {
    const twice: typeof cupedTrial = {
      treated: Uint8Array.from([...cupedTrial.treated, ...cupedTrial.treated]),
      outcome: Float64Array.from([...cupedTrial.outcome, ...cupedTrial.outcome]),
      customer: Int32Array.from([...cupedTrial.customer, ...cupedTrial.customer]),
    };
    const [one, two] = [clusteredDifference(cupedTrial), clusteredDifference(twice)];
    expect([two.value, two.low, two.high].map(v => v.toFixed(9))).toEqual(
      [one.value, one.low, one.high].map(v => v.toFixed(9)),
    );
    const welch = differenceOfMeans(cupedTrial);
    expect((one.high - one.low) / (welch.high - welch.low)).toBeCloseTo(1, 1);
    const doubled: Matrix = {
      names: ["pre"],
      rows: 2 * before.rows,
      values: Float64Array.from([...before.values, ...before.values]),
    };
    for (const adjust of [cuped, linAdjusted]) {
      const [once, again] = [adjust(cupedTrial, before), adjust(twice, doubled)];
      expect(again.value).toBeCloseTo(once.value, 9);
      expect((again.high - again.low) / (once.high - once.low)).toBeCloseTo(1, 1);
      expect(again.varianceRatio).toBeCloseTo(once.varianceRatio, 1);
      expect(again.formula).toContain("clustered by customer");
    }
  });

  it("refuse covariates that are missing or repeat each other", () => {
    const missing = {...before, values: before.values.with(3, Number.NaN)};
    expect(() => cuped(cupedTrial, missing)).toThrow("finite covariates, got NaN of pre in row 3");
    const repeated = {
      names: ["pre", "again"],
      rows: before.rows,
      values: Float64Array.from([...before.values, ...before.values]),
    };
    expect(() => linAdjusted(cupedTrial, repeated)).toThrow("do not repeat each other");
  });
});

describe("complierEffect(arms, complied)", () => {
  /** Of those sent a message 40 % open it; only an opened message keeps, 10 points. */
  function world(seed: number, rows: number) {
    const random = randomOf(seed);
    const treated = Uint8Array.from({length: rows}, () => (random() < 0.5 ? 1 : 0));
    const complied = treated.map(arm => (arm === 1 && random() < 0.4 ? 1 : 0));
    const outcome = Float64Array.from(complied, took => (random() < 0.7 + 0.1 * took ? 1 : 0));
    return {arms: {treated, outcome, customer: Int32Array.from(treated.keys())}, complied};
  }

  it("is the effect of assignment over the share that took it, and its interval covers", () => {
    let covers = 0;
    for (let seed = 1; seed <= 200; seed++) {
      const {arms, complied} = world(seed, 1500);
      const {effect, compliers} = complierEffect(arms, complied);
      if (seed === 1) {
        expect(effect!.value).toBeCloseTo(clusteredDifference(arms).value / compliers.value, 12);
        expect(compliers.value).toBeCloseTo(0.4, 1);
      }
      covers += effect!.low <= 0.1 && effect!.high >= 0.1 ? 1 : 0;
    }
    expect(covers).toBeGreaterThanOrEqual(180);
    expect(covers).toBeLessThanOrEqual(199);
  });

  it("is silent where the contact hardly changed who took it, and says what it rests on", () => {
    const {arms} = world(3, 400);
    const {effect, strength, assumption} = complierEffect(arms, new Uint8Array(400).fill(1));
    expect([effect, strength]).toEqual([null, 0]);
    expect(assumption).toBe(COMPLIER_ASSUMPTION);
    expect(() => complierEffect(arms, new Uint8Array(3))).toThrow("0 or 1 for 400 rows, got 3");
  });
});

describe("sampleRatio(observed, shares)", () => {
  it("is the chi-square test of R, with equal shares and others", () => {
    const even = sampleRatio([5100, 4900], [1, 1]);
    expect([even.statistic, even.p]).toEqual([
      expect.closeTo(expected.R.srm.statistic, 9),
      expect.closeTo(expected.R.srm["p.value"], 9),
    ]);
    expect(even.mismatch).toBe(false);
    const uneven = sampleRatio([900, 9100], [0.1, 0.9]);
    expect(uneven.statistic).toBeCloseTo(expected.R.srm_10_90.statistic, 9);
    expect(uneven.p).toBeCloseTo(expected.R.srm_10_90["p.value"], 9);
    expect(uneven.mismatch).toBe(true);
    expect(uneven.expected).toEqual([1000, 9000]);
  });
});

describe("holm(p)", () => {
  it("multiplies the smallest by their number, the next by one less, and never falls", () => {
    expect(holm([0.04, 0.01, 0.03])).toEqual([0.06, 0.03, 0.06]);
    expect(holm([0.6, 0.5])).toEqual([1, 1]);
    expect(holm([])).toEqual([]);
    expect(() => holm([1.1])).toThrow("p values in [0, 1], got 1.1 at 0");
  });

  it("claims falsely among ten true nulls no more often than alpha", () => {
    const random = randomOf(4);
    let claims = 0;
    for (let world = 0; world < 4000; world++)
      claims += Math.min(...holm(Array.from({length: 10}, random))) < 0.05 ? 1 : 0;
    expect(claims / 4000).toBeLessThan(0.05 + 3.5 * Math.sqrt((0.05 * 0.95) / 4000));
    expect(claims / 4000).toBeGreaterThan(0.05 - 3.5 * Math.sqrt((0.05 * 0.95) / 4000));
  });
});

describe("what cannot be read", () => {
  it("is refused: a level in percent, a customer of both arms", () => {
    expect(() => wilsonInterval({events: 1, n: 10}, 95)).toThrow("a level between 0 and 1");
    expect(() => clusteredDifference(cupedTrial, 95)).toThrow("a level between 0 and 1");
    const mixed = {...cupedTrial, customer: cupedTrial.customer.map(c => c % 3)};
    expect(() => clusteredDifference(mixed)).toThrow("customers of one arm each, got both of");
  });
});
