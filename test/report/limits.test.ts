import {expect, test} from "vitest";
import type {Judgement} from "../../src/evaluate/judge.ts";
import type {LearningCurve, LearningPoint} from "../../src/evaluate/learning-curve.ts";
import {learningText} from "../../src/report/limits.ts";

const figure = (value: number, low: number, high: number) => ({value, low, high, level: 0.95, draws: 1000});
const points = [1000, 2000].map(rows => ({rows}) as LearningPoint);
const curve: LearningCurve = {
  ...{customers: points, cutoffs: points},
  gain: {customers: figure(0.02, 0.01, 0.03), cutoffs: figure(-0.001, -0.004, 0.002)},
};
const judged = (kind: "boost" | "logistic") =>
  ({
    promised: 3.5,
    models: [
      {kind: "logistic", chosen: kind === "logistic", auc: figure(0.8, 0.7, 0.9), lift: figure(3, 2, 4)},
      {kind: "boost", chosen: kind === "boost", auc: figure(0.79, 0.7, 0.9), lift: figure(4, 3, 5)},
    ],
  }) as unknown as Judgement;

test("learningText(curve, judged) is whole sentences, each of which says what it is about", () => {
  expect(learningText(curve, judged("boost")).text).toBe(
    "More customers should still help: with all 2\u2009000 rows instead of half the customers, the ROC AUC on the test customers " +
      "changes by 0.020 (0.010 to 0.030). More history would hardly help: with all 2\u2009000 rows instead of half the history, " +
      "the ROC AUC on the test customers changes by −0.001 (−0.004 to 0.002). Of the models, boosted trees have a ROC AUC that is " +
      "0.010 lower than that of logistic regression; the model in use reaches a lift of 4.00 (3.00 to 5.00), and its own " +
      "probabilities promise 3.50. Where simple and complicated models come close, better signals help more than better models.",
  );
  expect(learningText(curve, judged("logistic")).text).toMatch(
    /\. The model in use reaches a lift of 3\.00 \(2\.00 to 4\.00\), and its own probabilities promise 3\.50\.$/,
  );
});
