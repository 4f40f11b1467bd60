import {expect, test} from "vitest";
import {riskUpliftChart, tocChart} from "../../src/charts/uplift-curves.ts";
import {upliftGroupsChart} from "../../src/charts/uplift-groups.ts";
import {
  policyTable,
  upliftCalibrationTable,
  upliftCalibrationText,
  upliftGroupsTable,
  upliftMetricsTable,
  upliftVerdictText,
} from "../../src/report/uplift.ts";
import {triangular} from "../../src/study.ts";
import {upliftCalibration} from "../../src/uplift/measure/calibration.ts";
import {upliftByGroup} from "../../src/uplift/measure/groups.ts";
import {upliftMetrics} from "../../src/uplift/measure/metrics.ts";
import {policyCurve} from "../../src/uplift/measure/policy.ts";
import {rankAverageEffect} from "../../src/uplift/measure/rate.ts";
import {upliftVerdict} from "../../src/uplift/measure/verdict.ts";
import {randomTrial} from "../uplift/random-trial.ts";

const {trial, score, noise, effect} = randomTrial({seed: 1, rows: 3000});
const options = {seed: 1, draws: 50};
const economics = {contactCost: 2, offerCost: 4, customerValue: triangular(80, 100, 140)};
const points = policyCurve(trial, {uplift: score, risk: noise}, economics, {fractions: [0.2, 1], ...options});
const EUR = {currency: "EUR"};

test("the tables of uplift have a cell for each column, all finite", () => {
  const tables = [
    upliftGroupsTable(upliftByGroup(trial, score, options)),
    upliftMetricsTable(upliftMetrics(trial, score, options), rankAverageEffect(trial, score, options)),
    policyTable(points, EUR),
    upliftCalibrationTable(upliftCalibration(trial, effect)),
  ];
  expect(tables.map(t => t.rows.length)).toEqual([10, 9, 10, 10]);
  for (const {columns, rows} of tables)
    for (const row of rows) {
      expect(row).toHaveLength(columns.length);
      for (const cell of row) expect(typeof cell === "string" || Number.isFinite(cell)).toBe(true);
    }
});

test("upliftVerdictText says evidence, none and the wrong order with what to do, by way of choosing", () => {
  const judge = (by: Float64Array) => {
    const curve = policyCurve(trial, {uplift: by, risk: noise}, economics, {fractions: [0.2, 1], ...options});
    const money = {
      uplift: curve[0]!.uplift.money,
      risk: curve[0]!.risk.money,
      any: curve[0]!.random.money,
    };
    return upliftVerdictText(
      upliftVerdict(rankAverageEffect(trial, by, {seed: 1, draws: 200}).autoc, {fraction: 0.2, money}),
      EUR,
    ).text;
  };
  expect(judge(score)).toMatch(
    /^Evidence of heterogeneous effect: .*Contact the first 20% by expected effect: expected to gain EUR /,
  );
  expect(judge(noise)).toMatch(/^No evidence of heterogeneous effect: .*that interval holds 0/);
  expect(judge(score.map(z => -z))).toMatch(/^The score puts customers in the wrong order/);
});

test("upliftCalibrationText reads the slope: right, too large, too small, nothing", () => {
  const say = (predicted: Float64Array) => upliftCalibrationText(upliftCalibration(trial, predicted)).text;
  expect(say(effect)).toContain("agrees with 1");
  expect(say(effect.map(e => 4 * e))).toContain("too large");
  expect(say(effect.map(e => e / 4))).toContain("too small");
  expect(say(noise)).toContain("It may be 0");
  expect(say(effect.map(e => -e))).toContain("the wrong way round");
  expect(upliftCalibrationText(null).text).toContain("the same effect of everybody");
});

test("the charts of uplift say their figures in words and refuse to draw nothing", () => {
  const groups = upliftByGroup(trial, score, options);
  const {description} = upliftGroupsChart({groups, average: 0.1, outcome: "kept"});
  expect(description).toContain("in 10 equal groups");
  expect(description).toContain("on all customers 10.0.");
  const picked = points.map(p => ({
    fraction: p.fraction,
    uplift: p.uplift.money,
    risk: p.risk.money,
    random: p.random.money,
    overRisk: p.overRisk.money,
  }));
  expect(riskUpliftChart({points: picked, capacity: 0.2, currency: "EUR"}).description).toContain(
    "With 20% contacted: by expected effect EUR",
  );
  expect(() => riskUpliftChart({points: [], capacity: 0.2})).toThrow(
    "riskUpliftChart requires at least one point, got 0",
  );
  expect(() => tocChart({points: [], outcome: "kept"})).toThrow(RangeError);
  expect(() => upliftGroupsChart({groups: [], average: 0, outcome: "kept"})).toThrow(RangeError);
});
