import {describe, expect, test} from "vitest";
import type {Matrix} from "../../src/features/matrix.ts";
import {randomOf} from "../../src/random.ts";
import {aipwEffect} from "../../src/uplift/doubly-robust.ts";
import {regressionEffect} from "../../src/uplift/least-squares.ts";
import {matchEffect, matchPairs} from "../../src/uplift/matching.ts";
import {fitTargeting} from "../../src/uplift/targeting.ts";
import type {Trial} from "../../src/uplift/trial.ts";
import {
  effectiveRows,
  inverseWeights,
  ipwEffect,
  naiveEffect,
  subclassEffect,
} from "../../src/uplift/weighting.ts";
import {referenceCase} from "../model/reference.ts";
import {covariates, earnings, expected, treated} from "./lalonde.ts";

const customer = Int32Array.from(treated.keys());
const linear = {learner: "linear", folds: 1, seed: 1} as const;
const {propensity, outcomes} = await fitTargeting(
  {x: covariates, outcome: earnings, treated, customer},
  linear,
);
const lalonde: Trial = {outcome: earnings, treated, propensity, customer};

describe("LaLonde, 614 rows", () => {
  test("fitTargeting(contacts, linear) gives the propensities of R's glm", () => {
    expected.ps_first10.forEach((p, i) => {
      expect(propensity[i]).toBeCloseTo(p, 6);
    });
  });

  test("naiveEffect(trial) is -635.03", () => {
    expect(naiveEffect(lalonde).estimate).toBeCloseTo(expected.naive, 8);
  });

  test("regressionEffect(trial, x) is 1548.24, its classical error that of R's lm", () => {
    const {estimate, se} = regressionEffect(lalonde, covariates, {errors: "classical"});
    expect(estimate).toBeCloseTo(expected.ols.att, 6);
    expect(se).toBeCloseTo(expected.ols.se, 6);
  });

  test("matchPairs(trial) chooses the control rows of MatchIt, matchEffect(trial) is 770.39", () => {
    const rows = matchPairs(lalonde)
      .map(pair => pair.control + 1)
      .sort((a, b) => a - b);
    expect(rows).toEqual(expected.nn11.matched_control_rows);
    const {estimate, estimand, rows: n} = matchEffect(lalonde);
    expect(estimate).toBeCloseTo(expected.nn11.att, 8);
    expect({estimand, n}).toEqual({estimand: "ATT", n: {treated: 185, control: 185}});
  });

  test("subclassEffect(trial, {parts: 6}) is 1359.49", () => {
    expect(subclassEffect(lalonde, {parts: 6}).estimate).toBeCloseTo(expected.subclass6.att, 6);
  });

  test("ipwEffect(trial) is 1214.07 for the treated and 224.68 for all, of 58.3 and 329.0 effective rows", () => {
    expect(ipwEffect(lalonde, {estimand: "ATT"}).estimate).toBeCloseTo(expected.ipw_att_hajek, 2);
    expect(ipwEffect(lalonde, {estimand: "ATE"}).estimate).toBeCloseTo(expected.ipw_ate_hajek, 2);
    const {treated: t, control} = effectiveRows(treated, inverseWeights(lalonde, "ATE"));
    expect(t).toBeCloseTo(expected.ess.treated, 3);
    expect(control).toBeCloseTo(expected.ess.control, 3);
  });

  test("aipwEffect(trial, outcomes) is 1226.54 for the treated and 469.64 for all", () => {
    console.log(
      aipwEffect(lalonde, outcomes, {estimand: "ATT"}),
      aipwEffect(lalonde, outcomes, {estimand: "ATE"}),
    );
    expect(aipwEffect(lalonde, outcomes, {estimand: "ATT"}).estimate).toBeCloseTo(1226.54, 1);
    expect(aipwEffect(lalonde, outcomes, {estimand: "ATE"}).estimate).toBeCloseTo(469.64, 1);
  });
});

test("aipwEffect on the synthetic campaign is that of statsmodels: -0.09193, SE 0.0240, where the plain difference is -0.0166", async () => {
  const {column, expected: theirs} = referenceCase<Record<string, number>>(
    "synthetic_observational_meta_learners",
  );
  const names = ["z1", "z2", "z3"];
  const y = column("y");
  const x: Matrix = {
    names,
    rows: y.length,
    values: Float64Array.from(names.flatMap(name => [...column(name)])),
  };
  const contacts = {
    x,
    outcome: y,
    treated: Uint8Array.from(column("t")),
    customer: Int32Array.from(y.keys()),
  };
  const fitted = await fitTargeting(contacts, linear);
  const trial = {...contacts, propensity: fitted.propensity};
  const {estimate, se} = aipwEffect(trial, fitted.outcomes, {estimand: "ATE"});
  expect(estimate).toBeCloseTo(theirs.aipw!, 6);
  console.log(se, theirs.aipw_se);
  expect(se).toBeCloseTo(theirs.aipw_se!, 6);
  expect(naiveEffect(trial).estimate).toBeCloseTo(theirs.naive!, 10);
  expect(ipwEffect(trial, {estimand: "ATE"}).estimate).toBeCloseTo(theirs.ipw_hajek!, 6);
  expect(ipwEffect(trial, {estimand: "ATT"}).estimate).toBeCloseTo(theirs.ipw_att!, 6);
  const crossed = await fitTargeting(contacts, {...linear, folds: 5});
  const across = aipwEffect({...contacts, propensity: crossed.propensity}, crossed.outcomes, {
    estimand: "ATE",
  });
  expect(Math.abs(across.estimate - theirs.true_ate!)).toBeLessThan(2 * across.se);
});
