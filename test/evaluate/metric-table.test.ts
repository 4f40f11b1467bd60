import {expect, test} from "vitest";
import {calibrationError} from "../../src/evaluate/calibration-error.ts";
import type {Ranked} from "../../src/evaluate/compete.ts";
import {lift, precisionAt, recallAt} from "../../src/evaluate/lift.ts";
import {compareModels, FRACTIONS, metricTable} from "../../src/evaluate/metric-table.ts";
import {averagePrecision, brier, logLoss, rocAuc} from "../../src/evaluate/metrics.ts";
import {rankRows} from "../../src/evaluate/ranking.ts";
import {randomOf} from "../../src/random.ts";

function sample(rows: number, seed: number): Ranked {
  const random = randomOf(seed);
  const customer = Int32Array.from({length: rows}, () => Math.floor((random() * rows) / 3));
  const margins = Float64Array.from(customer, c => Math.round(10 * Math.sin(c) + 10 * random()) / 5);
  return {
    ...{customer, margins, probabilities: margins.map(m => 1 / (1 + Math.exp(1 - m)))},
    y: Uint8Array.from(margins, m => (random() < 1 / (1 + Math.exp(1 - m)) ? 1 : 0)),
  };
}

const options = {capacity: 0.15, seed: 1, draws: 60};

test("metricTable(ranked) has the values of the metrics, each within its interval", async () => {
  const ranked = sample(200, 1);
  const {margins, probabilities, y} = ranked;
  const ranking = rankRows(margins, y);
  const table = await metricTable(ranked, options);
  expect(table.auc.value).toBeCloseTo(rocAuc(margins, y), 12);
  expect(table.averagePrecision.value).toBeCloseTo(averagePrecision(margins, y), 12);
  expect(table.logLoss.value).toBeCloseTo(logLoss(probabilities, y), 12);
  expect(table.brier.value).toBeCloseTo(brier(probabilities, y), 12);
  expect(table.baseRate.value).toBeCloseTo(y.reduce((sum, label) => sum + label, 0) / 200, 12);
  [options.capacity, ...FRACTIONS].forEach((fraction, f) => {
    const found = f === 0 ? table : table.curve[f - 1]!;
    expect(found.lift.value).toBeCloseTo(lift(ranking, {fraction}), 12);
    expect(found.precision.value).toBeCloseTo(precisionAt(ranking, {k: 200 * fraction}), 12);
    expect(found.recall.value).toBeCloseTo(recallAt(ranking, {k: 200 * fraction}), 12);
    expect(found.recall.low).toBeCloseTo(found.lift.low * fraction, 12);
  });
  for (const name of ["auc", "averagePrecision", "logLoss", "brier", "baseRate", "lift"] as const) {
    const {low, value, high, draws} = table[name];
    expect(low < value && value < high).toBe(true);
    expect(draws).toBe(60);
  }
});

test("metricTable(ranked, {threads}) is the same to the bit for any number of threads", async () => {
  const ranked = sample(120, 2);
  const alone = await metricTable(ranked, options);
  expect(await metricTable(ranked, {...options, threads: 3})).toEqual(alone);
});

test("a rising map of the margins leaves the figures of rank as they are, and all rows twice every figure", async () => {
  const ranked = sample(120, 3);
  const table = await metricTable(ranked, options);
  const mapped = await metricTable({...ranked, margins: ranked.margins.map(m => Math.exp(3 * m))}, options);
  expect(mapped).toEqual(table);
  const twice: Ranked = {
    margins: Float64Array.from([...ranked.margins, ...ranked.margins]),
    probabilities: Float64Array.from([...ranked.probabilities, ...ranked.probabilities]),
    y: Uint8Array.from([...ranked.y, ...ranked.y]),
    customer: Int32Array.from([...ranked.customer, ...ranked.customer]),
  };
  const doubled = await metricTable(twice, options);
  const figures = (of: typeof table) =>
    [of.auc, of.averagePrecision, of.logLoss, of.brier, of.lift, of.precision, of.recall].flatMap(
      ({value, low, high}) => [value, low, high],
    );
  figures(doubled).forEach((figure, k) => {
    expect(figure).toBeCloseTo(figures(table)[k]!, 10);
  });
});

test("compareModels(a, b) is the difference of the tables, and 0 for a model and itself", async () => {
  const a = sample(150, 4);
  const random = randomOf(5);
  const margins = a.margins.map(m => m + 2 * random());
  const b: Ranked = {...a, margins, probabilities: margins.map(m => 1 / (1 + Math.exp(2 - m)))};
  const [ofA, ofB] = [await metricTable(a, options), await metricTable(b, options)];
  const gain = await compareModels(a, b, options);
  for (const name of ["auc", "averagePrecision", "lift", "brier", "logLoss"] as const)
    expect(gain[name].value).toBeCloseTo(ofA[name].value - ofB[name].value, 12);
  expect(gain.delong.value).toBeCloseTo(gain.auc.value, 12);
  const none = await compareModels(a, a, options);
  expect(none.auc).toEqual({value: 0, low: 0, high: 0, level: 0.95, draws: 60});
  expect(none.delong.standardError).toBe(0);
  await expect(compareModels(a, {...b, customer: b.customer.map(c => c + 1)}, options)).rejects.toThrow(
    "compareModels requires the same rows of both, got 150 and 150, not the same in row 0",
  );
});

test("metricTable(ranked) has the calibration error of its rows", async () => {
  const ranked = sample(150, 6);
  const {capacity: _, ...rest} = options;
  const clusters = {cluster: ranked.customer, n: 150};
  const {calibrationError: found} = await metricTable(ranked, options);
  expect(found).toEqual(calibrationError(ranked.probabilities, ranked.y, {clusters, ...rest}));
});
