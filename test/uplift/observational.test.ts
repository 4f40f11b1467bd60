import {describe, expect, test} from "vitest";
import type {Matrix} from "../../src/features/matrix.ts";
import {randomOf} from "../../src/random.ts";
import {beliefTable, observationalText} from "../../src/report/observational.ts";
import {beliefRules, LIMITS} from "../../src/uplift/observe/belief.ts";
import {aipwEffect} from "../../src/uplift/observe/doubly-robust.ts";
import {matchEffect, matchPairs} from "../../src/uplift/observe/matching.ts";
import {eValuesOf, studyContacts} from "../../src/uplift/observe/observational.ts";
import {regressionEffect} from "../../src/uplift/observe/regression-effect.ts";
import {ratioOfStandardised} from "../../src/uplift/observe/sensitivity.ts";
import {fitTargeting} from "../../src/uplift/observe/targeting.ts";
import {
  effectiveRows,
  inverseWeights,
  ipwEffect,
  naiveEffect,
  subclassEffect,
} from "../../src/uplift/observe/weighting.ts";
import type {Trial} from "../../src/uplift/trial.ts";
import {referenceCase} from "../model/reference.ts";
import {idsOf} from "./ids.ts";
import {covariates, earnings, expected, treated} from "./lalonde.ts";

const customer = Int32Array.from(treated.keys());
const linear = {learner: "linear", folds: 1, seed: 1} as const;
const {propensity, outcomes} = await fitTargeting(
  {x: covariates, outcome: earnings, treated, customer, ids: idsOf(customer)},
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

  test("matchPairs(trial) takes the nearest control row that is free, the largest propensity first", () => {
    for (const caliper of [undefined, 0.2]) {
      const pairs = matchPairs(lalonde, caliper === undefined ? {} : {caliper});
      const margin = propensity.map(e => Math.log(e / (1 - e)));
      const mean = margin.reduce((a, b) => a + b) / 614;
      const widest = (caliper ?? Infinity) * Math.sqrt(margin.reduce((a, b) => a + (b - mean) ** 2, 0) / 613);
      const order = [...treated.keys()]
        .filter(i => treated[i] === 1)
        .sort((a, b) => propensity[b]! - propensity[a]! || a - b);
      const free = new Set([...treated.keys()].filter(i => treated[i] === 0));
      const wanted: {treated: number; control: number}[] = [];
      for (const i of order) {
        const near = [...free]
          .filter(c => Math.abs(margin[c]! - margin[i]!) <= widest)
          .sort(
            (a, b) =>
              Math.abs(propensity[a]! - propensity[i]!) - Math.abs(propensity[b]! - propensity[i]!) || a - b,
          );
        if (near[0] === undefined) continue;
        wanted.push({treated: i, control: near[0]});
        free.delete(near[0]);
      }
      expect(pairs).toEqual(wanted);
      expect(pairs.length < 185).toBe(caliper !== undefined);
    }
  });

  test("matchPairs(trial) makes the pairs of MatchIt that is given the distances: 894.37, and with a caliper 1770.60 of 117", () => {
    const {att, control_of_treated, caliper} = expected.nn11_by_distances;
    const controlOf = new Map(matchPairs(lalonde).map(pair => [pair.treated, pair.control]));
    expect(control_of_treated.map((_, i) => controlOf.get(i)! + 1)).toEqual(control_of_treated);
    const {estimate, estimand, rows} = matchEffect(lalonde);
    expect(estimate).toBeCloseTo(att, 8);
    expect({estimand, rows}).toEqual({estimand: "ATT", rows: {treated: 185, control: 185}});
    const near = matchEffect(lalonde, {caliper: 0.2});
    expect(near.estimate).toBeCloseTo(caliper.att, 8);
    expect({estimand: near.estimand, pairs: near.rows.treated}).toEqual({
      estimand: "ATM",
      pairs: caliper.pairs,
    });
  });

  test("the 770.39 of MatchIt 4.5.1 is of the neighbours below alone: six of them have a nearer one above", () => {
    const free = new Set([...treated.keys()].filter(i => treated[i] === 0));
    let passedOver = 0;
    const pairs = matchPairs(lalonde).map(pair => {
      const own = propensity[pair.treated]!;
      const below = [...free]
        .filter(c => propensity[c]! <= own)
        .sort((a, b) => propensity[b]! - propensity[a]! || b - a)[0]!;
      const gap = own - propensity[below]!;
      if ([...free].some(c => propensity[c]! > own && propensity[c]! - own < gap)) passedOver += 1;
      free.delete(below);
      return {treated: pair.treated, control: below};
    });
    expect(pairs.map(pair => pair.control + 1).sort((a, b) => a - b)).toEqual(
      expected.nn11.matched_control_rows,
    );
    const gaps = pairs.map(pair => earnings[pair.treated]! - earnings[pair.control]!);
    expect(gaps.reduce((a, b) => a + b) / 185).toBeCloseTo(expected.nn11.att, 8);
    expect(passedOver).toBe(6);
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
    ids: Array.from(y, (_, i) => String(i)),
  };
  const fitted = await fitTargeting(contacts, linear);
  const trial = {...contacts, propensity: fitted.propensity};
  const {estimate, se} = aipwEffect(trial, fitted.outcomes, {estimand: "ATE"});
  expect(estimate).toBeCloseTo(theirs.aipw!, 6);
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

/** Rows whose treatment hangs on a feature, and on `hidden` as much; the effect is 1 for everybody. */
function simulated(rows: number, hidden: number, seed = 5) {
  const random = randomOf(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const [values, outcome, earlier] = [0, 1, 2].map(() => new Float64Array(rows)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const arm = new Uint8Array(rows);
  for (let i = 0; i < rows; i++) {
    const [seen, unseen] = [normal(), normal()];
    values[i] = seen;
    arm[i] = random() < 1 / (1 + Math.exp(1 - 0.6 * seen - hidden * unseen)) ? 1 : 0;
    earlier[i] = seen + hidden * unseen + normal();
    outcome[i] = arm[i]! + seen + hidden * unseen + normal();
  }
  const x: Matrix = {names: ["seen"], rows, values};
  const customer = Int32Array.from(arm.keys());
  const contacts = {x, outcome, treated: arm, customer, ids: idsOf(customer)};
  return {contacts, earlier: {...contacts, outcome: earlier}};
}

test("matchPairs(trial) is the plain search on random propensities with many ties, with and without a caliper", () => {
  const random = randomOf(7);
  for (let round = 0; round < 200; round++) {
    const rows = 2 + Math.floor(40 * random());
    const steps = 3 + Math.floor(30 * random());
    const arms = Uint8Array.from({length: rows}, (_, i) => (i < 2 ? i : Number(random() < 0.5)));
    const trial: Trial = {
      outcome: new Float64Array(rows),
      treated: arms,
      // Powers of two, so that equal distances are equal in floating point.
      propensity: Float64Array.from(arms, () => (1 + Math.floor(random() * steps)) / 64),
      customer: Int32Array.from(arms.keys()),
    };
    const {propensity} = trial;
    const margin = propensity.map(e => Math.log(e / (1 - e)));
    const mean = margin.reduce((a, b) => a + b) / rows;
    const spread = Math.sqrt(margin.reduce((a, b) => a + (b - mean) ** 2, 0) / (rows - 1));
    for (const caliper of spread > 0 ? [undefined, 0.4] : [undefined]) {
      const free = new Set([...arms.keys()].filter(i => arms[i] === 0));
      const wanted: {treated: number; control: number}[] = [];
      for (const i of [...arms.keys()]
        .filter(i => arms[i] === 1)
        .sort((a, b) => propensity[b]! - propensity[a]! || a - b)) {
        const gap = (c: number) => Math.abs(propensity[c]! - propensity[i]!);
        const [control] = [...free]
          .filter(c => Math.abs(margin[c]! - margin[i]!) <= (caliper ?? Infinity) * spread)
          .sort((a, b) => gap(a) - gap(b) || a - b);
        if (control === undefined) continue;
        free.delete(control);
        wanted.push({treated: i, control});
      }
      expect(matchPairs(trial, caliper === undefined ? {} : {caliper})).toEqual(wanted);
    }
  }
});

test("studyContacts(contacts) finds a known effect, and no rule of belief is broken", async () => {
  const {contacts, earlier} = simulated(2000, 0);
  const study = await studyContacts(contacts, {seed: 1, earlier});
  const {estimate, se} = study.headline.effect;
  expect(Math.abs(estimate - 1)).toBeLessThan(3 * se);
  expect(study.effects[0]!.effect.estimate - 1).toBeGreaterThan(3 * se);
  expect(beliefRules(study).filter(rule => rule.broken)).toEqual([]);
  expect(observationalText(study).text).toContain("weaker than an experiment");
});

test("where no effect is shown nothing has to be explained away, and the text says so", async () => {
  const {contacts, earlier} = simulated(1000, 0);
  // A reason that nobody measured is nothing to ask of an effect that nobody claims.
  const outcome = contacts.outcome.map((y, i) => y - contacts.treated[i]!);
  const study = await studyContacts({...contacts, outcome}, {seed: 1, earlier});
  const {low, high} = study.headline.effect;
  expect([low < 0, high > 0]).toEqual([true, true]);
  expect(beliefRules(study).at(-1)).toEqual({
    rule: "unmeasured",
    found: null,
    limit: LIMITS.eValue,
    broken: false,
  });
  const {text} = observationalText(study);
  expect(text).toContain("No effect is shown: the interval holds 0. No check speaks against");
  expect(text).not.toMatch(/not be believed|explain|was not checked/);
  expect(beliefTable(study).rows.at(-1)!.slice(1)).toEqual([
    "no effect is shown",
    "at least a factor of 1.58",
    "not checked",
  ]);
});

test("an effect that a reason of medium strength would explain away is not believed", async () => {
  const {contacts, earlier} = simulated(2000, 0);
  // A fifth of a standard deviation: shown, and small.
  const outcome = contacts.outcome.map((y, i) => y - 0.75 * contacts.treated[i]!);
  const study = await studyContacts({...contacts, outcome}, {seed: 1, earlier});
  expect(study.headline.effect.low).toBeGreaterThan(0);
  expect(beliefRules(study).filter(rule => rule.broken)).toEqual([
    {rule: "unmeasured", found: study.eValue.bound, limit: LIMITS.eValue, broken: true},
  ]);
  // What the limit stands for: a medium effect, d = 0.5.
  expect(LIMITS.eValue).toBeCloseTo(ratioOfStandardised(0.5, 0).ratio, 2);
  expect(study.eValue.bound).toBeGreaterThan(1.25);
});

test("studyContacts(contacts) with a hidden reason is wrong, and the earlier outcome tells", async () => {
  const {contacts, earlier} = simulated(2000, 1);
  const study = await studyContacts(contacts, {seed: 1, earlier});
  expect(study.headline.effect.low).toBeGreaterThan(1);
  expect(beliefRules(study).find(rule => rule.rule === "earlier outcome")!.broken).toBe(true);
  expect(observationalText(study).text).toContain("should not be believed");
});

test("a value that only a few rows lack takes over no estimate across folds", async () => {
  const {contacts} = simulated(600, 0);
  const {x, treated} = contacts;
  const random = randomOf(9);
  // Missing in seven rows, all but one of them treated: in a fold without that one it would be taken for certain.
  const rare = Float64Array.from({length: x.rows}, () => random());
  const ones = [...treated.keys()].filter(i => treated[i] === 1).slice(0, 6);
  for (const i of [...ones, treated.indexOf(0)]) rare[i] = Number.NaN;
  const wider: Matrix = {
    names: ["seen", "rare"],
    rows: x.rows,
    values: Float64Array.from([...x.values, ...rare]),
  };
  const study = await studyContacts({...contacts, x: wider}, {seed: 1});
  const {estimate, se} = study.headline.effect;
  expect(Math.abs(estimate - 1)).toBeLessThan(3 * se);
  expect(se).toBeLessThan(0.2);
  expect(study.overlap.linear.effectiveControl).toBeGreaterThan(100);
});

test("studyContacts(contacts) with columns that repeat each other, and with arms parted by one, still answers", async () => {
  const {contacts} = simulated(600, 0);
  const {x, treated, customer} = contacts;
  const twice: Matrix = {
    names: ["seen", "again"],
    rows: x.rows,
    values: Float64Array.from([...x.values, ...x.values.map(v => 3 - 2 * v)]),
  };
  const once = await studyContacts(contacts, {seed: 1});
  const again = await studyContacts({...contacts, x: twice}, {seed: 1});
  expect(again.headline.effect.estimate).toBeCloseTo(once.headline.effect.estimate, 10);
  const parted = Uint8Array.from(x.values, v => (v > 0 ? 1 : 0));
  const ruled = await studyContacts({...contacts, customer, treated: parted}, {seed: 1});
  expect(ruled.headline.effect.estimate).toBeTypeOf("number");
  expect(beliefRules(ruled).find(({rule}) => rule === "overlap")!.broken).toBe(true);
  expect(treated).not.toEqual(parted);
});

test("fitTargeting(contacts, folds) hangs on the ids of customers, not on their places in the log", async () => {
  const {contacts} = simulated(300, 0);
  const folds = {learner: "linear", folds: 5, seed: 1} as const;
  const moved = {
    ...contacts,
    customer: contacts.customer.map(c => c + 7),
    ids: [...Array.from({length: 7}, (_, k) => `new ${k}`), ...contacts.ids],
  };
  expect(await fitTargeting(moved, folds)).toEqual(await fitTargeting(contacts, folds));
  const other = {...contacts, ids: contacts.ids.map(id => `other ${id}`)};
  expect((await fitTargeting(other, folds)).propensity).not.toEqual(
    (await fitTargeting(contacts, folds)).propensity,
  );
  await expect(fitTargeting({...contacts, ids: []}, folds)).rejects.toThrow("an id of each customer");
});

/** Who is at risk is contacted more and kept less; a contact keeps one in ten more. */
function keptOrNot(seed: number) {
  const random = randomOf(seed);
  const rows = 1500;
  const seen = Float64Array.from({length: rows}, () => 2 * random() - 1);
  const treated = Uint8Array.from(seen, z => (random() < 0.4 - 0.3 * z ? 1 : 0));
  const outcome = Float64Array.from(seen, (z, i) => (random() < 0.6 + 0.3 * z + 0.1 * treated[i]! ? 1 : 0));
  const customer = Int32Array.from(seen.keys());
  const x: Matrix = {names: ["seen"], rows, values: seen};
  return {x, outcome, treated, customer, ids: idsOf(customer)};
}

test("studyContacts(contacts) of customers kept or not finds the effect that the plain difference misses", async () => {
  const worlds = await Promise.all(
    [1, 2, 3, 4, 5, 6, 7, 8].map(async seed => (await studyContacts(keptOrNot(seed), {seed: 1})).effects),
  );
  const meanOf = (method: string) => {
    const found = worlds.map(effects => effects.find(({effect}) => effect.method === method)!.effect);
    const mean = (of: (effect: (typeof found)[number]) => number) =>
      found.reduce((sum, effect) => sum + of(effect), 0) / found.length;
    return {estimate: mean(({estimate}) => estimate), se: mean(({se}) => se) / Math.sqrt(found.length)};
  };
  const plain = meanOf("Plain difference");
  expect(plain.estimate).toBeLessThan(0.1 - 5 * plain.se);
  for (const method of [
    "Doubly robust, ATT",
    "Doubly robust, ATE",
    "Weighting, ATT",
    "Doubly robust, ATT, trees",
  ]) {
    const {estimate, se} = meanOf(method);
    expect(Math.abs(estimate - 0.1)).toBeLessThan(3 * se);
    expect(estimate).toBeGreaterThan(3 * se);
  }
});

test("eValuesOf(effect, contacts) of 0 and 1 is that of the rarer of both among the treated, against what they would have had", () => {
  const treated = Uint8Array.from({length: 200}, (_, i) => (i < 100 ? 1 : 0));
  const kept = (share: number) => ({
    treated,
    outcome: Float64Array.from(treated, (_, i) => (i % 100 < share ? 1 : 0)),
  });
  // VanderWeele and Ding (2017): RR + √(RR (RR − 1)).
  const e = (ratio: number) => ratio + Math.sqrt(ratio * (ratio - 1));
  const often = eValuesOf({estimate: 0.1, low: 0.05, high: 0.15, se: 0.025}, kept(80));
  // 20 % leave where 30 % would have; at the low end 25 %.
  expect(often.estimate).toBeCloseTo(e(0.3 / 0.2), 12);
  expect(often.bound).toBeCloseTo(e(0.25 / 0.2), 12);
  const seldom = eValuesOf({estimate: 0.1, low: 0.05, high: 0.15, se: 0.025}, kept(20));
  // 20 % are kept where 10 % would have been; at the low end 15 %.
  expect(seldom.estimate).toBeCloseTo(e(0.2 / 0.1), 12);
  expect(seldom.bound).toBeCloseTo(e(0.2 / 0.15), 12);
  expect(eValuesOf({estimate: 0.1, low: -0.05, high: 0.25, se: 0.08}, kept(20)).bound).toBe(1);
});

test("aipwEffect(trial, outcomes) refuses expected outcomes that are none", () => {
  const none = [outcomes[0].with(2, Number.NaN), outcomes[1]] as const;
  expect(() => aipwEffect(lalonde, none, {estimand: "ATE"})).toThrow(
    "finite expected outcomes, got NaN in row 2",
  );
});
