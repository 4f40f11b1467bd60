import {expect, test} from "vitest";
import {precisionRecallCurve, rocCurve, thinned} from "../../src/evaluate/curves.ts";
import {averagePrecision, rocAuc} from "../../src/evaluate/metrics.ts";
import {rankRows} from "../../src/evaluate/ranking.ts";
import {referenceCase} from "../model/reference.ts";

const {column, expected, tolerance} = referenceCase<{
  roc_curve: {fpr: number[]; tpr: number[]};
  pr_curve: {precision: number[]; recall: number[]};
}>("binary_metrics");
const [y, score] = [column("y"), column("score")];
const ranking = rankRows(score, y);

test("rocCurve(ranking) equals scikit-learn's with every point, from (0, 0) to (1, 1)", () => {
  const {fpr, tpr} = expected.roc_curve;
  const points = rocCurve(ranking);
  expect(points.length).toBe(fpr.length);
  points.forEach(({falsePositiveRate, truePositiveRate}, k) => {
    expect(Math.abs(falsePositiveRate - fpr[k]!)).toBeLessThan(tolerance);
    expect(Math.abs(truePositiveRate - tpr[k]!)).toBeLessThan(tolerance);
  });
  expect(points[0]).toEqual({falsePositiveRate: 0, truePositiveRate: 0});
  expect(points.at(-1)).toEqual({falsePositiveRate: 1, truePositiveRate: 1});
});

test("precisionRecallCurve(ranking) equals scikit-learn's, and the area of its steps is the average precision", () => {
  const points = precisionRecallCurve(ranking);
  // There by falling recall, with a last point of recall 0 and precision 1 that no cut has.
  const {precision, recall} = expected.pr_curve;
  expect(points.length).toBe(precision.length - 1);
  points.toReversed().forEach((point, k) => {
    expect(Math.abs(point.precision - precision[k]!)).toBeLessThan(tolerance);
    expect(Math.abs(point.recall - recall[k]!)).toBeLessThan(tolerance);
  });
  const steps = points.reduce(
    (sum, {precision: p, recall: r}, k) => sum + p * (r - (points[k - 1]?.recall ?? 0)),
    0,
  );
  expect(steps).toBeCloseTo(averagePrecision(score, y), 12);
});

test("a tie is one point, and the straight lines between the points of the ROC curve hold the AUC", () => {
  const [margins, labels] = [
    [3, 1, 2, 2, 1, 0, 2],
    [1, 0, 0, 1, 1, 0, 1],
  ];
  const points = rocCurve(rankRows(margins, labels));
  expect(points.length).toBe(1 + new Set(margins).size);
  const area = points.slice(1).reduce((sum, {falsePositiveRate: x, truePositiveRate: t}, k) => {
    const before = points[k]!;
    return sum + ((x - before.falsePositiveRate) * (t + before.truePositiveRate)) / 2;
  }, 0);
  expect(area).toBeCloseTo(rocAuc(margins, labels), 12);
  expect(precisionRecallCurve(rankRows(margins, labels))[1]).toEqual({
    rows: 4,
    precision: 0.75,
    recall: 0.75,
  });
});

test("rocCurve and precisionRecallCurve refuse a ranking without what they share out", () => {
  expect(() => rocCurve(rankRows([1, 2], [1, 1]))).toThrow(
    "rocCurve requires both classes, got 2 positive of 2",
  );
  expect(() => precisionRecallCurve(rankRows([1, 2], [0, 0]))).toThrow(
    "precisionRecallCurve requires a churner, got 0 positive of 2",
  );
});

test("thinned(points, at) keeps the first and the last, at most so many, and leaves no wide gap", () => {
  const points = Array.from({length: 5000}, (_, k) => (k / 4999) ** 3);
  const kept = thinned(points, x => x);
  expect(kept.length).toBeLessThanOrEqual(101);
  expect([kept[0], kept.at(-1)]).toEqual([0, 1]);
  expect(kept.slice(1).every((x, k) => x - kept[k]! < 0.02)).toBe(true);
  expect(thinned([3, 4], x => x)).toEqual([3, 4]);
});
