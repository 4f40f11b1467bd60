import {expect, test} from "vitest";
import {clustersOf} from "../../src/evaluate/bootstrap.ts";
import {brierDecomposition} from "../../src/evaluate/brier-decomposition.ts";
import {calibrationCurve, wilson} from "../../src/evaluate/calibration-curve.ts";
import {calibrationError} from "../../src/evaluate/calibration-error.ts";
import {calibrationSlope} from "../../src/evaluate/calibration-slope.ts";
import {averagePrecision, brier, logLoss, rocAuc} from "../../src/evaluate/metrics.ts";
import {randomOf} from "../../src/random.ts";
import {referenceCase} from "../model/reference.ts";

const reference = referenceCase<
  Record<string, number> & {
    calibration_curve_quantile10: {prob_true: number[]; prob_pred: number[]};
    calibration_intercept_slope_joint: [number, number];
    brier_murphy_decomposition_distinct_values: Record<"reliability" | "resolution" | "uncertainty", number>;
  }
>("binary_metrics");
const [y, score, weights] = ["y", "score", "weight"].map(reference.column) as [
  Float64Array,
  Float64Array,
  Float64Array,
];

test.each([
  ["roc_auc", rocAuc],
  ["average_precision", averagePrecision],
  ["brier", brier],
  ["log_loss", logLoss],
] as const)("%s of margins with ties equals scikit-learn, also weighted", (name, metric) => {
  expect(Math.abs(metric(score, y) - reference.expected[name]!)).toBeLessThan(reference.tolerance);
  expect(Math.abs(metric(score, y, {weights}) - reference.expected[`${name}_weighted`]!)).toBeLessThan(
    reference.tolerance,
  );
});

test("rocAuc(margins, y) is the share of pairs in order, a tie counting half", () => {
  const [margins, labels] = [
    [3, 1, 2, 2, 1, 0],
    [1, 0, 0, 1, 1, 0],
  ];
  let [pairs, good] = [0, 0];
  margins.forEach((a, i) => {
    margins.forEach((b, j) => {
      if (labels[i] !== 1 || labels[j] !== 0) return;
      pairs += 1;
      good += a > b ? 1 : a === b ? 0.5 : 0;
    });
  });
  expect(rocAuc(margins, labels)).toBe(good / pairs);
});

test("a metric refuses what it is not defined for", () => {
  expect(() => rocAuc([1, 2], [0, 0])).toThrow("rocAuc requires both classes, got 0 positive of 2");
  expect(() => averagePrecision([1, 2], [0, 0])).toThrow(
    "averagePrecision requires a churner, got 0 positive of 2",
  );
  expect(() => logLoss([1.2], [1])).toThrow("logLoss requires probabilities in [0, 1], got 1.2 in row 0");
  expect(() => rocAuc([1, Number.NaN], [0, 1])).toThrow("rankRows requires finite margins, got NaN in row 1");
  expect(() => brier([0.5], [1], {weights: [-1]})).toThrow(
    "brier requires weights of at least 0, got -1 in row 0",
  );
});

test("calibrationCurve(p, y, {bins: 10}) equals scikit-learn's by quantiles, and its bins hold all rows", () => {
  const points = calibrationCurve(score, y);
  const {prob_true, prob_pred} = reference.expected.calibration_curve_quantile10;
  expect(points.length).toBe(prob_true.length);
  points.forEach((point, b) => {
    expect(point.observed).toBeCloseTo(prob_true[b]!, 9);
    expect(point.predicted).toBeCloseTo(prob_pred[b]!, 9);
    expect(point.low <= point.observed && point.observed <= point.high).toBe(true);
  });
  expect(points.reduce((sum, point) => sum + point.rows, 0)).toBe(y.length);
});

test("calibrationCurve(p, y) of one probability is one point", () => {
  expect(calibrationCurve([0.2, 0.2, 0.2], [0, 1, 0]).map(point => point.rows)).toEqual([3]);
});

test("calibrationSlope(p, y) equals the joint fit of statsmodels", () => {
  const {intercept, slope} = calibrationSlope(score, y);
  const [expectedIntercept, expectedSlope] = reference.expected.calibration_intercept_slope_joint;
  expect(Math.abs(intercept.value - expectedIntercept)).toBeLessThan(1e-6);
  expect(Math.abs(slope.value - expectedSlope)).toBeLessThan(1e-6);
});

test("wilson(positives, n) solves (share - p)² = z² p (1 - p) / n", () => {
  for (const [k, n] of [
    [3, 40],
    [0, 12],
    [7, 7],
  ] as const) {
    const {low, high} = wilson(k, n);
    for (const p of [low, high]) {
      if ((p === 0 && k === 0) || (p === 1 && k === n)) continue;
      expect((k / n - p) ** 2).toBeCloseTo((1.959963984540054 ** 2 * p * (1 - p)) / n, 12);
    }
  }
});

test("calibrationCurve(p, y, {clusters}) takes the customers of a bin as its number of observations", () => {
  const p = new Array<number>(40).fill(0.3);
  const labels = p.map((_, i) => (i % 4 === 0 ? 1 : 0));
  const customers = p.map((_, i) => i % 20);
  const [point] = calibrationCurve(p, labels, {clusters: customers});
  expect(point).toMatchObject({rows: 40, positives: 10, observed: 0.25, ...wilson(5, 20)});
});

test("calibrationSlope(p, y, {clusters}) has the spread of the line over samples of customers", () => {
  // Rows of a customer are all the same, so that rows taken as independent would say half of the truth.
  const random = randomOf(5);
  const lines = Array.from({length: 300}, () => {
    const customers = Array.from({length: 400}, () => {
      const p = 0.05 + 0.7 * random();
      return {p, y: random() < p ? 1 : 0};
    });
    const rows = customers.flatMap((one, c) => Array.from({length: 4}, () => ({...one, c})));
    return calibrationSlope(
      rows.map(row => row.p),
      rows.map(row => row.y),
      {clusters: rows.map(row => row.c)},
    );
  });
  for (const name of ["intercept", "slope"] as const) {
    const values = lines.map(line => line[name].value);
    const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
    const spread = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length);
    const told = lines.reduce((sum, line) => sum + line[name].standardError, 0) / lines.length;
    expect(told / spread).toBeGreaterThan(0.85);
    expect(told / spread).toBeLessThan(1.15);
  }
});

test("brierDecomposition(p, y) with a bin for each probability is Murphy's", () => {
  const expected = reference.expected.brier_murphy_decomposition_distinct_values;
  const found = brierDecomposition(score, y, {bins: 4000});
  for (const name of ["reliability", "resolution", "uncertainty"] as const)
    expect(Math.abs(found[name] - expected[name])).toBeLessThan(reference.tolerance);
  expect(found.withinVariance).toBeCloseTo(0, 14);
});

test("brierDecomposition(p, y, {bins}) adds up to the Brier score for any number of bins", () => {
  for (const bins of [1, 2, 5, 10, 50]) {
    const found = brierDecomposition(score, y, {bins});
    const {reliability, resolution, uncertainty, withinVariance, withinCovariance} = found;
    expect(reliability - resolution + uncertainty + withinVariance - withinCovariance).toBeCloseTo(
      brier(score, y),
      14,
    );
    expect(found.brier).toBeCloseTo(brier(score, y), 14);
  }
});

test("calibrationError(p, y) is the mean distance of the points of the calibration curve, by rows", () => {
  const points = calibrationCurve(score, y);
  const sum = points.reduce((all, point) => all + point.rows * Math.abs(point.predicted - point.observed), 0);
  const clusters = clustersOf(y.map((_, i) => i));
  const {value, low, high} = calibrationError(score, y, {clusters, seed: 1, draws: 200});
  expect(value).toBeCloseTo(sum / y.length, 12);
  expect(low <= value && value <= high).toBe(true);
});

test("calibrationError(p, y, {clusters}) of right probabilities is what it says of chance, and may be 0", () => {
  const random = randomOf(6);
  const found = Array.from({length: 100}, (_, set) => {
    const customers = Array.from({length: 300}, () => 0.05 + 0.5 * random());
    const rows = customers.flatMap((p, c) => {
      const churns = random() < p ? 1 : 0;
      return [0, 1, 2].map(() => ({p, c, y: churns}));
    });
    const clusters = clustersOf(rows.map(row => row.c));
    return calibrationError(
      rows.map(row => row.p),
      rows.map(row => row.y),
      {clusters, seed: set, draws: 200},
    );
  });
  const mean = (of: "value" | "byChance") => found.reduce((sum, one) => sum + one[of], 0) / found.length;
  expect(mean("byChance") / mean("value")).toBeGreaterThan(0.92);
  expect(mean("byChance") / mean("value")).toBeLessThan(1.05);
  expect(found.filter(({low}) => low === 0).length).toBeGreaterThan(90);
});

test("calibrationError(p, y) of probabilities that are all 0.2 too high finds it", () => {
  const random = randomOf(7);
  const truth = Float64Array.from({length: 2000}, () => 0.1 + 0.5 * random());
  const churns = truth.map(p => (random() < p ? 1 : 0));
  const clusters = clustersOf(truth.map((_, i) => i));
  const {value, low, high} = calibrationError(
    truth.map(p => p + 0.2),
    churns,
    {clusters, seed: 1, draws: 200},
  );
  expect(low < 0.2 && 0.2 < high).toBe(true);
  expect(low).toBeGreaterThan(0.15);
  expect(Math.abs(value - 0.2)).toBeLessThan(0.04);
});
