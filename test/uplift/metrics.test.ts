import {expect, test} from "vitest";
import {randomOf} from "../../src/random.ts";
import {upliftAt, upliftByGroup} from "../../src/uplift/measure/groups.ts";
import {areaUnder, qiniCurve, upliftCurve, upliftMetrics} from "../../src/uplift/measure/metrics.ts";
import type {Trial} from "../../src/uplift/trial.ts";
import {referenceCase} from "../model/reference.ts";
import {randomTrial} from "./random-trial.ts";

type Sklift = {
  qini_auc_score_neg_true: number;
  qini_auc_score_neg_false: number;
  uplift_auc_score: number;
  "uplift_at_0.1_overall": number;
  "uplift_at_0.3_overall": number;
  qini_curve: {x: number[]; y: number[]; n: number; area: number};
  uplift_curve: {x: number[]; y: number[]; n: number; area: number};
  uplift_by_percentile_overall10?: {values: number[][]};
};
type Pair = {uplift: number; random: number};
const {expected, column, tolerance} = referenceCase<{
  uplift: Sklift;
  uplift_ties: Sklift;
  random: Sklift;
  causalml: {auuc_score_norm: Pair; auuc_score_raw: Pair; qini_score_norm: Pair; qini_score_raw: Pair};
}>("uplift_metrics");
const outcome = column("y");
const rows = outcome.length;
const trial: Trial = {
  outcome,
  treated: Uint8Array.from(column("t")),
  propensity: new Float64Array(rows).fill(0.4),
  customer: Int32Array.from(outcome.keys()),
};
const one = {seed: 1, draws: 2};
const named = (score: Float64Array, of: Trial = trial) =>
  new Map(upliftMetrics(of, score, one).map(({name, interval}) => [name as string, interval.value]));

test.each(["uplift", "uplift_ties", "random"] as const)(
  "upliftMetrics(trial, %s) reproduces scikit-uplift",
  name => {
    const score = column(name);
    const found = named(score);
    const want = expected[name];
    const near = (value: number | undefined, to: number) =>
      expect(Math.abs(value! - to)).toBeLessThan(tolerance);
    near(found.get("Qini coefficient (scikit-uplift)"), want.qini_auc_score_neg_true);
    near(
      found.get("Qini coefficient without negative effects (scikit-uplift)"),
      want.qini_auc_score_neg_false,
    );
    near(found.get("AUUC (scikit-uplift)"), want.uplift_auc_score);
    for (const [curve, of] of [
      [qiniCurve(trial, score), want.qini_curve],
      [upliftCurve(trial, score), want.uplift_curve],
    ] as const) {
      expect(curve.x).toHaveLength(of.n);
      expect([...curve.x.slice(0, of.x.length)]).toEqual(of.x);
      of.y.forEach((y, k) => {
        near(curve.y[k], y);
      });
      expect(areaUnder(curve) / of.area).toBeCloseTo(1, 10);
    }
  },
);

test.each(["uplift", "random"] as const)("upliftMetrics(trial, %s) reproduces causalml", name => {
  const found = named(column(name));
  const want = expected.causalml;
  const pairs: [string, Pair][] = [
    ["AUUC, raw (causalml)", want.auuc_score_raw],
    ["AUUC, normalised (causalml)", want.auuc_score_norm],
    ["Qini, raw (causalml)", want.qini_score_raw],
    ["Qini, normalised (causalml)", want.qini_score_norm],
  ];
  for (const [metric, pair] of pairs)
    expect(Math.abs(found.get(metric)! - pair[name]), metric).toBeLessThan(tolerance * 100);
});

test("upliftAt and upliftByGroup are the differences of scikit-uplift's best rows and tenths", () => {
  for (const name of ["uplift", "random"] as const) {
    const score = column(name);
    for (const k of [0.1, 0.3] as const)
      expect(upliftAt(trial, score, {fraction: k, ...one}).value).toBeCloseTo(
        expected[name][`uplift_at_${k}_overall` as "uplift_at_0.1_overall"],
        9,
      );
    const groups = upliftByGroup(trial, score, one);
    expected[name].uplift_by_percentile_overall10!.values.forEach((row, g) => {
      const {treated, control, uplift, rows: n} = groups[g]!;
      expect(n).toBeCloseTo(row[0]! + row[1]!, 9);
      [treated, control, uplift.value].forEach((value, c) => {
        expect(value).toBeCloseTo(row[2 + c]!, 9);
      });
    });
  }
});

test("upliftMetrics and upliftByGroup are unmoved by a monotone map of the score, and rates by doubled rows", () => {
  const score = column("uplift_ties");
  expect(named(score.map(s => Math.exp(3 * s)))).toEqual(named(score));
  const longer = <T extends Float64Array | Uint8Array | Int32Array>(values: T) => {
    const out = new (values.constructor as new (n: number) => T)(2 * values.length);
    out.set(values);
    out.copyWithin(values.length, 0, values.length);
    return out;
  };
  const doubled: Trial = {
    outcome: longer(trial.outcome),
    treated: longer(trial.treated),
    propensity: longer(trial.propensity),
    customer: longer(trial.customer),
  };
  const weighted: Trial = {...trial, weight: new Float64Array(rows).fill(2)};
  const groups = upliftByGroup(trial, score, one).flatMap(g => [g.uplift.value, g.cumulative.value]);
  for (const [of, s] of [
    [doubled, longer(score)],
    [weighted, score],
  ] as const) {
    const other = upliftByGroup(of, s, one).flatMap(g => [g.uplift.value, g.cumulative.value]);
    other.forEach((value, k) => {
      expect(value).toBeCloseTo(groups[k]!, 10);
    });
  }
  const a = named(longer(score), doubled);
  for (const [name, value] of named(score, weighted)) expect(a.get(name)).toBeCloseTo(value, 10);
  for (const name of ["Qini coefficient (scikit-uplift)", "AUUC (scikit-uplift)"])
    expect(a.get(name)).toBeCloseTo(named(score).get(name)!, 10);
});

test.each([1, 2, 3])("upliftByGroup shares ties over a border by weight, seed %i", seed => {
  const {trial: own, score} = randomTrial({seed, rows: 120, ties: true, weights: true, unequal: true});
  const w = own.weight!;
  const total = w.reduce((a, b) => a + b, 0);
  const top = (i: number, fraction: number) => {
    const sum = (of: (s: number) => boolean) => score.reduce((a, s, j) => a + (of(s) ? w[j]! : 0), 0);
    const better = sum(s => s > score[i]!);
    return Math.min(1, Math.max(0, (fraction * total - better) / sum(s => s === score[i]!)));
  };
  const groups = upliftByGroup(own, score, {groups: 3, ...one});
  groups.forEach(({group, rows: n, treated, control, uplift}, g) => {
    const part = (i: number) => w[i]! * (top(i, group / 3) - top(i, g / 3));
    const mean = (arm: number) => {
      let [above, below] = [0, 0];
      score.forEach((_, i) => {
        if (own.treated[i] !== arm) return;
        const share = part(i) / (arm ? own.propensity[i]! : 1 - own.propensity[i]!);
        above += share * own.outcome[i]!;
        below += share;
      });
      return above / below;
    };
    expect(n).toBeCloseTo(total / 3, 9);
    expect(treated).toBeCloseTo(mean(1), 10);
    expect(control).toBeCloseTo(mean(0), 10);
    expect(uplift.value).toBeCloseTo(mean(1) - mean(0), 10);
  });
  const last = groups.at(-1)!.cumulative.value;
  expect(upliftAt(own, score, {fraction: 1, ...one}).value).toBeCloseTo(last, 12);
});

test("upliftByGroup weighs rows by inverse propensity: a propensity that follows the outcome does not bias it", () => {
  const random = randomOf(5);
  const n = 40_000;
  const level = Float64Array.from({length: n}, () => (random() < 0.5 ? 1 : 0));
  const propensity = level.map(l => (l ? 0.8 : 0.2));
  const treated = Uint8Array.from(propensity, e => (random() < e ? 1 : 0));
  const risky: Trial = {
    outcome: level.map((l, i) => 5 * l + treated[i]! + random()),
    treated,
    propensity,
    customer: Int32Array.from(level.keys()),
  };
  const groups = upliftByGroup(risky, new Float64Array(n), {groups: 1, seed: 2, draws: 100});
  expect(Math.abs(groups[0]!.uplift.value - 1)).toBeLessThan(0.15);
  expect(groups[0]!.uplift.low).toBeLessThan(1);
  expect(groups[0]!.uplift.high).toBeGreaterThan(1);
  expect(() => upliftMetrics(risky, level, one)).toThrow(
    "upliftMetrics requires one propensity for all rows",
  );
});

test("upliftMetrics(trial, score) leaves out the Qini without negative effects where treatment lowers outcomes", () => {
  const {trial: made, score} = randomTrial({seed: 6, rows: 2000});
  // Treated and control change places: those who gained most now lose most.
  const turned = {
    ...made,
    treated: made.treated.map(t => 1 - t),
    propensity: made.propensity.map(e => 1 - e),
  };
  const names = (of: Trial, by: Float64Array) => upliftMetrics(of, by, one).map(({name}) => name);
  const without = "Qini coefficient without negative effects (scikit-uplift)";
  expect(names(made, score)).toContain(without);
  expect(
    names(
      turned,
      score.map(s => -s),
    ),
  ).not.toContain(without);
  expect(
    names(
      turned,
      score.map(s => -s),
    ),
  ).toContain("Qini coefficient (scikit-uplift)");
});
