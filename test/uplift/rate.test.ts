import {expect, test} from "vitest";
import {randomOf} from "../../src/random.ts";
import {compareRankAverageEffects, rankAverageEffect, toc} from "../../src/uplift/measure/rate.ts";
import {armScores, effectScores, noOutcomes} from "../../src/uplift/measure/scores.ts";
import {type Trial, weightsOf} from "../../src/uplift/trial.ts";
import {referenceCase} from "../model/reference.ts";
import {randomTrial} from "./random-trial.ts";

const quick = {seed: 3, draws: 20};

/** From the definition, with loops over all rows for each row. */
function bruteForce(trial: Trial, score: Float64Array) {
  const gamma = effectScores(armScores(trial));
  const w = weightsOf(trial);
  const rows = [...score.keys()].sort((a, b) => score[b]! - score[a]!);
  const total = w.reduce((a, b) => a + b, 0);
  const mean = (of: number[]) =>
    of.reduce((a, i) => a + w[i]! * gamma[i]!, 0) / of.reduce((a, i) => a + w[i]!, 0);
  const average = mean(rows);
  const shared = rows.map(i => mean(rows.filter(j => score[j] === score[i])));
  const curve = rows.map((_, k) => {
    const first = rows.slice(0, k + 1);
    const weight = first.reduce((a, i) => a + w[i]!, 0);
    return {weight, toc: first.reduce((a, i, j) => a + w[i]! * shared[j]!, 0) / weight - average};
  });
  const sum = (of: (k: number) => number) => rows.reduce((a, i, k) => a + w[i]! * of(k), 0);
  return {
    average,
    autoc: sum(k => curve[k]!.toc) / total,
    qini: sum(k => (curve[k]!.weight / total) * curve[k]!.toc) / total,
    curve,
  };
}

test.each([1, 2, 3, 4])(
  "rankAverageEffect(trial, score) equals its definition with ties and weights, seed %i",
  seed => {
    const {trial, score} = randomTrial({seed, rows: 90, ties: true, weights: seed > 1, unequal: true});
    const found = rankAverageEffect(trial, score, quick);
    const want = bruteForce(trial, score);
    for (const name of ["average", "autoc", "qini"] as const)
      expect(Math.abs(found[name].value - want[name])).toBeLessThan(1e-10);
  },
);

test("rankAverageEffect(trial, score) with inverse propensity weights is grf's, to the digits it was noted with", () => {
  // rank_average_treatment_effect.fit of grf on the data of this case, with scores by a propensity of 0.4.
  const {column} = referenceCase("uplift_metrics");
  const outcome = column("y");
  const trial: Trial = {
    outcome,
    treated: Uint8Array.from(column("t")),
    propensity: new Float64Array(outcome.length).fill(0.4),
    customer: Int32Array.from(outcome.keys()),
  };
  const outcomes = noOutcomes(trial);
  const {autoc, qini} = rankAverageEffect(trial, column("uplift"), {...quick, outcomes});
  expect(autoc.value).toBeCloseTo(0.07878, 5);
  expect(qini.value).toBeCloseTo(0.02496, 5);
});

test("toc(trial, score) is 0 at 1, and its mean over the full grid is the AUTOC", () => {
  const {trial, score} = randomTrial({seed: 5, rows: 80, ties: true});
  const fractions = Array.from({length: 80}, (_, k) => (k + 1) / 80);
  const points = toc(trial, score, {fractions, ...quick});
  expect(points.at(-1)).toMatchObject({value: 0, standardError: 0});
  const found = rankAverageEffect(trial, score, quick);
  const mean = (of: (p: {fraction: number; value: number}) => number) =>
    points.reduce((a, p) => a + of(p), 0) / 80;
  expect(mean(p => p.value)).toBeCloseTo(found.autoc.value, 10);
  expect(mean(p => p.fraction * p.value)).toBeCloseTo(found.qini.value, 10);
  const want = bruteForce(trial, score).curve;
  points.forEach((p, k) => {
    expect(p.value).toBeCloseTo(want[k]!.toc, 10);
  });
});

test("rankAverageEffect(trial, constant) is 0 with an error of 0", () => {
  const {trial, score} = randomTrial({seed: 6, rows: 200, weights: true});
  const {autoc, qini} = rankAverageEffect(trial, score.fill(3), quick);
  for (const one of [autoc, qini]) {
    expect(Math.abs(one.value)).toBeLessThan(1e-12);
    expect(one.standardError).toBeLessThan(1e-12);
  }
});

test("rankAverageEffect(trial, score) is unmoved by a monotone map and by the order of the rows", () => {
  const {trial, score} = randomTrial({seed: 7, rows: 150, ties: true});
  const found = rankAverageEffect(trial, score, quick);
  expect(rankAverageEffect(trial, score.map(Math.exp), quick)).toEqual(found);
  const back = <T extends Float64Array | Uint8Array | Int32Array>(values: T) => values.slice().reverse() as T;
  const reversed: Trial = {
    outcome: back(trial.outcome),
    treated: back(trial.treated),
    propensity: back(trial.propensity),
    customer: back(trial.customer),
  };
  const other = rankAverageEffect(reversed, back(score), quick);
  expect(other.autoc.value).toBeCloseTo(found.autoc.value, 12);
  expect(other.autoc.standardError).toBeCloseTo(found.autoc.standardError, 12);
});

test("armScores(trial, noOutcomes) are inverse propensity weights", () => {
  const {trial} = randomTrial({seed: 8, rows: 30, unequal: true});
  const gamma = effectScores(armScores(trial, noOutcomes(trial)));
  trial.outcome.forEach((y, i) => {
    const e = trial.propensity[i]!;
    expect(gamma[i]).toBeCloseTo(trial.treated[i] ? y / e : -y / (1 - e), 12);
  });
});

test("compareRankAverageEffects(trial, {a, b}) is the difference, 0 for one ranking twice, and narrower than unpaired", () => {
  const {trial, score} = randomTrial({seed: 9, rows: 2000});
  const random = randomOf(4);
  const near = score.map(s => s + 0.3 * random());
  const options = {seed: 1, draws: 300};
  const [a, b] = [rankAverageEffect(trial, score, options), rankAverageEffect(trial, near, options)];
  const difference = compareRankAverageEffects(trial, {a: score, b: near}, options).autoc;
  expect(difference.value).toBeCloseTo(a.autoc.value - b.autoc.value, 12);
  expect(difference.standardError).toBeLessThan(Math.hypot(a.autoc.standardError, b.autoc.standardError));
  expect(compareRankAverageEffects(trial, {a: score, b: score}, options).qini).toMatchObject({
    value: 0,
    standardError: 0,
  });
});

test("rankAverageEffect(trial, noise) lies within 3 standard errors of 0 and finds what is there", () => {
  let beyond = 0;
  for (let seed = 0; seed < 60; seed++) {
    const {trial, noise} = randomTrial({seed: 100 + seed, rows: 600});
    const {autoc} = rankAverageEffect(trial, noise, {seed, draws: 100});
    if (Math.abs(autoc.value) > 3 * autoc.standardError) beyond += 1;
  }
  // One in 370 by chance.
  expect(beyond).toBeLessThanOrEqual(2);
  const {trial, score} = randomTrial({seed: 1, rows: 6000});
  expect(rankAverageEffect(trial, score, quick).autoc.low).toBeGreaterThan(0);
});

test("customers with many rows widen the error: rows of one customer stay in one half", () => {
  const {trial, score} = randomTrial({seed: 12, rows: 500});
  const times = 4;
  const repeat = <T extends Float64Array | Uint8Array | Int32Array>(values: T) => {
    const out = new (values.constructor as new (n: number) => T)(times * values.length);
    for (let k = 0; k < times; k++) out.set(values, k * values.length);
    return out;
  };
  const many: Trial = {
    outcome: repeat(trial.outcome),
    treated: repeat(trial.treated),
    propensity: repeat(trial.propensity),
    customer: repeat(trial.customer),
  };
  const [once, again] = [
    rankAverageEffect(trial, score, quick),
    rankAverageEffect(many, repeat(score), quick),
  ];
  expect(again.autoc.standardError / once.autoc.standardError).toBeCloseTo(1, 1);
  expect(() => rankAverageEffect({...trial, customer: trial.customer.fill(0)}, score, quick)).toThrow(
    "rankAverageEffect requires at least 4 customers, got 1",
  );
});
