import {expect, test} from "vitest";
import {
  bayesAuc,
  bayesBrier,
  bayesCeiling,
  bayesLogLoss,
  hindsightCeiling,
  shareOfAttainable,
} from "../../src/evaluate/ceiling.ts";
import {gains, lift, liftTable, precisionAt, recallAt} from "../../src/evaluate/lift.ts";
import {rankRows} from "../../src/evaluate/ranking.ts";
import {referenceCase} from "../model/reference.ts";

type Bin = Record<string, number | null>;
const {expected, column, tolerance} = referenceCase<{
  lift_table_stable: Bin[];
  precision_at_k_tie_expected: Record<string, number>;
  bayes_ceiling: Record<
    string,
    {expected_rate: number; bayes_expected_lift: number; perfect_hindsight_lift: number}
  >;
  bayes_expected_auc_from_true_p: number;
  bayes_brier: number;
  bayes_log_loss: number;
}>("lift_and_ceiling");
const [y, score, truth] = ["y", "score", "ptrue"].map(column) as [Float64Array, Float64Array, Float64Array];
const base = y.reduce((sum, label) => sum + label, 0) / y.length;

test("liftTable(margins, y) equals the definition, bin by bin", () => {
  const table = liftTable(score, y);
  expect(table.length).toBe(10);
  table.forEach((row, b) => {
    const actual: Bin = {
      bin: row.bin,
      n: row.rows,
      positives: row.positives,
      rate: row.rate,
      lift: row.lift,
      cum_n: row.cumulativeRows,
      cum_positives: row.cumulativePositives,
      cum_gain: row.cumulativeGain,
      cum_lift: row.cumulativeLift,
      perfect_cum_gain: row.perfectGain,
      perfect_cum_lift: row.perfectLift,
      share_of_attainable_lift: row.shareOfAttainable,
    };
    for (const [name, value] of Object.entries(expected.lift_table_stable[b]!)) {
      if (value === null) expect(actual[name], name).toBeNull();
      else expect(Math.abs(actual[name]! - value), `${name} of bin ${b + 1}`).toBeLessThan(tolerance);
    }
  });
});

test("liftTable(margins, y, {bins}) gives the first bins one row more", () => {
  expect(liftTable([5, 4, 3, 2, 1], [1, 0, 0, 1, 0], {bins: 3}).map(bin => bin.rows)).toEqual([2, 2, 1]);
  expect(() => liftTable([1, 2], [0, 1])).toThrow(
    "liftTable requires bins from 1 to 2, the number of rows, got 10",
  );
});

test("precisionAt(ranking, {k}) shares ties over the cut", () => {
  const ranking = rankRows(score, y);
  for (const [k, value] of Object.entries(expected.precision_at_k_tie_expected))
    expect(Math.abs(precisionAt(ranking, {k: Number(k)}) - value)).toBeLessThan(tolerance);
});

test("lift(ranking, {fraction: 0.4}) shares a tie over the cut", () => {
  // The cut is after 2 of 5 rows; three rows, one of them a churner, stand on it for one place.
  const ranking = rankRows([9, 5, 5, 5, 1], [1, 1, 0, 0, 0]);
  expect(lift(ranking, {fraction: 0.4})).toBeCloseTo((1 + 1 / 3) / 2 / (2 / 5), 12);
});

test("lift, precisionAt and recallAt are the mean over all orders of the ties, and 1 for everybody", () => {
  const [margins, labels] = [
    [3, 2, 2, 2, 2, 1],
    [0, 1, 0, 1, 0, 0],
  ];
  const orders = (rest: number[]): number[][] =>
    rest.length === 0
      ? [[]]
      : rest.flatMap(i => orders(rest.filter(j => j !== i)).map(order => [i, ...order]));
  const tied = orders([1, 2, 3, 4]).map(order => [0, ...order, 5]);
  for (const k of [1, 2, 3, 4, 5, 6]) {
    const mean =
      tied.reduce((sum, order) => sum + order.slice(0, k).filter(i => labels[i] === 1).length, 0) /
      tied.length;
    const ranking = rankRows(margins, labels);
    expect(lift(ranking, {fraction: k / 6})).toBeCloseTo(mean / k / (2 / 6), 12);
    expect(precisionAt(ranking, {k})).toBeCloseTo(mean / k, 12);
    expect(recallAt(ranking, {k})).toBeCloseTo(mean / 2, 12);
  }
});

test("lift(ranking, {fraction}) of a constant margin is 1 at every fraction, and the order of rows is irrelevant", () => {
  const constant = rankRows(new Float64Array(y.length), y);
  for (const fraction of [0.01, 0.1, 0.37, 1]) expect(lift(constant, {fraction})).toBeCloseTo(1, 12);
  const reversed = rankRows(score.slice().reverse(), y.slice().reverse());
  expect(lift(reversed, {fraction: 0.13})).toBeCloseTo(lift(rankRows(score, y), {fraction: 0.13}), 12);
});

test("gains(ranking) goes from 0 to 1 and is lift times fraction", () => {
  const ranking = rankRows(score, y);
  const points = gains(ranking, {points: 11});
  expect(points[0]).toMatchObject({fraction: 0, gain: 0});
  expect(points[10]).toEqual({fraction: 1, gain: 1, lift: 1});
  for (const {fraction, gain} of points.slice(1))
    expect(gain).toBeCloseTo(fraction * lift(ranking, {fraction}), 12);
});

test("bayesCeiling(p, {fraction}) and hindsightCeiling(base, {fraction}) equal the definition", () => {
  for (const [f, value] of Object.entries(expected.bayes_ceiling)) {
    const fraction = Number(f);
    const {rate, lift: ceiling} = bayesCeiling(truth, {fraction});
    expect(Math.abs(rate - value.expected_rate)).toBeLessThan(tolerance);
    expect(Math.abs(ceiling - value.bayes_expected_lift)).toBeLessThan(tolerance);
    expect(Math.abs(hindsightCeiling(base, {fraction}) - value.perfect_hindsight_lift)).toBeLessThan(
      tolerance,
    );
  }
});

test("bayesAuc(p), bayesBrier(p) and bayesLogLoss(p) are the expectations under p", () => {
  expect(Math.abs(bayesAuc(truth) - expected.bayes_expected_auc_from_true_p)).toBeLessThan(tolerance);
  expect(Math.abs(bayesBrier(truth) - expected.bayes_brier)).toBeLessThan(tolerance);
  expect(Math.abs(bayesLogLoss(truth) - expected.bayes_log_loss)).toBeLessThan(tolerance);
});

test("shareOfAttainable(lift, ceiling) is null where the ceiling is 1", () => {
  expect(shareOfAttainable(2, 3)).toBe(0.5);
  expect(shareOfAttainable(1, hindsightCeiling(0.3, {fraction: 1}))).toBeNull();
});
