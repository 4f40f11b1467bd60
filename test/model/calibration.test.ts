import fc from "fast-check";
import {expect, test} from "vitest";
import {fitBeta} from "../../src/model/beta.ts";
import {applyCalibration, chooseCalibration, fitIsotonic, fitPlatt} from "../../src/model/calibration.ts";
import {randomOf} from "../../src/random.ts";
import {referenceCase} from "./reference.ts";

type Line = {x_thresholds: number[]; y_thresholds: number[]; test_pred: number[]};
const reference = referenceCase<{
  isotonic: Line;
  isotonic_weighted: Line;
  isotonic_extrapolation: Record<string, number>;
  beta_calibration: {a: number; b: number; c: number; test_pred: number[]};
  platt_sklearn: {a: number; b: number; test_pred: number[]};
}>("calibration_maps");
const part = (name: string, split: string) =>
  reference.column(name).filter((_, i) => reference.text("split")[i] === split);

function near(actual: ArrayLike<number>, expected: readonly number[], tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, i) => {
    expect(Math.abs(actual[i]! - value)).toBeLessThan(tolerance);
  });
}

test.each(["isotonic", "isotonic_weighted"] as const)(
  "fitIsotonic(scores, y) equals scikit-learn: %s",
  name => {
    const options = name === "isotonic" ? {} : {weights: part("weight", "train")};
    const fit = fitIsotonic(part("score", "train"), part("y", "train"), options);
    const expected = reference.expected[name];
    near(fit.margins, expected.x_thresholds, 1e-12);
    near(fit.probabilities, expected.y_thresholds, 1e-9);
    near(applyCalibration(fit, part("score", "test")), expected.test_pred, 1e-9);
  },
);

test("applyCalibration(isotonic, margins) is constant beyond the outer knots and linear between", () => {
  const fit = fitIsotonic(part("score", "train"), part("y", "train"));
  for (const [score, p] of Object.entries(reference.expected.isotonic_extrapolation))
    near(applyCalibration(fit, [Number(score)]), [p], 1e-9);
});

test("fitPlatt(margins, y) equals scikit-learn's sigmoid calibration", () => {
  const fit = fitPlatt(part("margin", "train"), part("y", "train"));
  // The reference stops its search early: it is good to about 1e-5.
  near([fit.a, fit.b], [reference.expected.platt_sklearn.a, reference.expected.platt_sklearn.b], 1e-4);
  near(applyCalibration(fit, part("margin", "test")), reference.expected.platt_sklearn.test_pred, 1e-5);
});

test("fitBeta(margins, y) equals the maximum likelihood of statsmodels where that is rising", () => {
  const fit = fitBeta(part("margin", "train"), part("y", "train"));
  const {a, b, c, test_pred} = reference.expected.beta_calibration;
  near([fit.a, fit.b, fit.c], [a, b, c], 1e-6);
  near(applyCalibration(fit, part("margin", "test")), test_pred, 1e-6);
});

test("fitBeta(margins, y) is the best of a, b of at least 0: no step inside lowers the loss", () => {
  for (let seed = 1; seed <= 12; seed++) {
    const random = randomOf(seed);
    const margins = Float64Array.from({length: 60}, () => 4 * random() - 2);
    const slope = [1, -1, 0.2][seed % 3]!;
    const y = Uint8Array.from(margins, m =>
      random() < 1 / (1 + Math.exp(-slope * m * Math.abs(m))) ? 1 : 0,
    );
    const fit = fitBeta(margins, y);
    expect(Math.min(fit.a, fit.b)).toBeGreaterThanOrEqual(0);
    const lossAt = (beta: typeof fit): number =>
      applyCalibration(beta, margins).reduce((sum, p, i) => sum - Math.log(y[i] === 1 ? p : 1 - p), 0);
    for (const a of [-1e-3, 0, 1e-3])
      for (const b of [-1e-3, 0, 1e-3])
        for (const c of [-1e-3, 0, 1e-3]) {
          const beside = {kind: "beta", a: fit.a + a, b: fit.b + b, c: fit.c + c} as const;
          if (beside.a >= 0 && beside.b >= 0) expect(lossAt(beside)).toBeGreaterThan(lossAt(fit) - 1e-9);
        }
  }
});

test("fitBeta(margins, y) of parted classes, of days and of one margin for all stays finite", () => {
  for (const margins of [
    [-2, -1, 1, 2],
    [10, 300, 40, 365],
    [1, 1, 1, 1],
  ]) {
    const fit = fitBeta(margins, [0, 0, 1, 1]);
    expect([fit.a, fit.b, fit.c].every(Number.isFinite)).toBe(true);
    expect(applyCalibration(fit, margins).every(p => p >= 0 && p <= 1)).toBe(true);
  }
  expect(fitBeta([1, 1, 1, 1], [0, 1, 1, 1])).toMatchObject({a: 0, b: 0});
});

test("fitIsotonic(margins, y) is the nearest rising line: pooled means by the min-max formula", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({min: 0, max: 12}), fc.integer({min: 0, max: 1})), {
        minLength: 1,
        maxLength: 40,
      }),
      rows => {
        const [margins, y] = [rows.map(r => r[0]), rows.map(r => r[1])];
        const distinct = [...new Set(margins)].sort((a, b) => a - b);
        const meanOf = (from: number, to: number) => {
          const labels = rows.filter(r => r[0] >= from && r[0] <= to).map(r => r[1]);
          return labels.reduce((a, b) => a + b, 0) / labels.length;
        };
        const expected = distinct.map(m =>
          Math.max(
            ...distinct
              .filter(from => from <= m)
              .map(from => Math.min(...distinct.filter(to => to >= m).map(to => meanOf(from, to)))),
          ),
        );
        near(applyCalibration(fitIsotonic(margins, y), distinct), expected, 1e-9);
      },
    ),
    {seed: 5, numRuns: 200},
  );
});

test("fitPlatt(margins, y) gives everyone the smoothed rate when margins are equal or rank the wrong way", () => {
  const y = [1, 0, 0, 0];
  const rate = (2 / 3 + 3 * (1 / 5)) / 4;
  for (const margins of [
    [2, 2, 2, 2],
    [0, 1, 2, 3],
  ])
    near(applyCalibration(fitPlatt(margins, y), margins), [rate, rate, rate, rate], 1e-12);
});

function sample(rows: number, probability: (margin: number) => number) {
  const random = randomOf(9);
  const margins = Float64Array.from({length: rows}, () => 6 * random() - 3);
  return {
    margins,
    y: Uint8Array.from(margins, m => (random() < probability(m) ? 1 : 0)),
    clusters: Int32Array.from({length: rows}, (_, i) => Math.floor(i / 2)),
  };
}

test("chooseCalibration(margins, y, clusters) takes Platt for a sigmoid and isotonic for a step", () => {
  const sigmoid = sample(4000, m => 1 / (1 + Math.exp(1 - m)));
  expect(chooseCalibration(sigmoid.margins, sigmoid.y, sigmoid.clusters).calibration.kind).toBe("platt");
  const step = sample(4000, m => (m < 1 ? 0.05 : 0.3));
  const choice = chooseCalibration(step.margins, step.y, step.clusters);
  expect(choice.calibration).toEqual(fitIsotonic(step.margins, step.y));
  expect(choice.logLoss.isotonic).toBeLessThan(choice.logLoss.platt);
});

test("chooseCalibration(margins, y, clusters) takes beta where the line of log-odds bends", () => {
  const truth = {kind: "beta", a: 0.1, b: 2, c: -2} as const;
  const bent = sample(4000, m => applyCalibration(truth, [m])[0]!);
  expect(chooseCalibration(bent.margins, bent.y, bent.clusters).calibration.kind).toBe("beta");
});

test("chooseCalibration(margins, y, clusters) does not depend on the order of the rows", () => {
  const {margins, y, clusters} = sample(300, m => 1 / (1 + Math.exp(-m)));
  const order = Array.from(margins.keys()).sort((a, b) => ((a * 7919) % 300) - ((b * 7919) % 300));
  const moved = chooseCalibration(
    order.map(i => margins[i]!),
    order.map(i => y[i]!),
    order.map(i => clusters[i]!),
  );
  const direct = chooseCalibration(margins, y, clusters);
  expect(moved.calibration.kind).toBe(direct.calibration.kind);
  expect(moved.logLoss.platt).toBeCloseTo(direct.logLoss.platt, 10);
  expect(moved.logLoss.isotonic).toBeCloseTo(direct.logLoss.isotonic, 10);
});

test("a calibration survives JSON and never falls with the margin", () => {
  const {margins, y} = sample(500, m => 1 / (1 + Math.exp(-m)));
  const grid = Float64Array.from({length: 801}, (_, i) => i / 100 - 4);
  for (const fit of [fitIsotonic(margins, y), fitPlatt(margins, y), fitBeta(margins, y)]) {
    const p = applyCalibration(fit, grid);
    expect(applyCalibration(JSON.parse(JSON.stringify(fit)), grid)).toEqual(p);
    expect(p.every((value, i) => value >= 0 && value <= 1 && (i === 0 || value >= p[i - 1]!))).toBe(true);
  }
});
