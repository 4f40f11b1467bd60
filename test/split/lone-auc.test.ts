import {expect, test} from "vitest";
import {clusterBootstrap} from "../../src/evaluate/bootstrap.ts";
import {rocAuc} from "../../src/evaluate/metrics.ts";
import {rankRows} from "../../src/evaluate/ranking.ts";
import {aucStatistic} from "../../src/evaluate/statistic.ts";
import {randomOf} from "../../src/random.ts";
import {labelledRows, loneAuc} from "../../src/split/lone-auc.ts";

/** Rows of customers with a level of their own, which the value and the label share to a degree. */
function draw({customers = 300, rows = 4, effect = 1, seed = 1, step = 0}) {
  const random = randomOf(seed);
  const normal = () => Array.from({length: 12}, random).reduce((a, b) => a + b, -6);
  const cluster: number[] = [];
  const y: number[] = [];
  const values: number[] = [];
  for (let c = 0; c < customers; c++) {
    const level = normal();
    for (let k = 0; k < rows; k++) {
      const label = level + 0.5 * normal() > 0.8 ? 1 : 0;
      const value = effect * level + normal();
      cluster.push(c * 3);
      y.push(label);
      values.push(step > 0 ? Math.round(value / step) * step : value);
    }
  }
  return {values: Float64Array.from(values), y: Uint8Array.from(y), cluster: Int32Array.from(cluster)};
}

test("loneAuc(values, rows) is the ROC AUC, ties halved, in its better direction", () => {
  for (const [effect, step] of [
    [1, 0],
    [-1, 0],
    [1, 1],
    [-0.3, 2],
  ] as const) {
    const {values, y, cluster} = draw({effect, step});
    const auc = rocAuc(values, y);
    const found = loneAuc(values, labelledRows(y, cluster)!);
    expect(found.auc).toBeCloseTo(Math.max(auc, 1 - auc), 12);
    expect(found.rising).toBe(auc >= 0.5);
  }
});

test("loneAuc(values, rows) ranks missing values first or last, as is better", () => {
  const {values, y, cluster} = draw({});
  const random = randomOf(5);
  for (const kind of [0, 1]) {
    const holes = values.map((value, i) => (y[i] === kind && random() < 0.5 ? Number.NaN : value));
    const at = (to: number) =>
      rocAuc(
        holes.map(value => (Number.isNaN(value) ? to : value)),
        y,
      );
    const both = [at(-1e9), at(1e9)].map(auc => Math.max(auc, 1 - auc));
    expect(loneAuc(holes, labelledRows(y, cluster)!).auc).toBeCloseTo(Math.max(...both), 12);
  }
});

test("loneAuc(values, rows) has the interval of a bootstrap over customers, to a tenth of its width", () => {
  for (const effect of [0, 0.5, 2]) {
    const {values, y, cluster} = draw({customers: 600, effect, seed: 2});
    const rows = labelledRows(y, cluster)!;
    const {low, high, rising} = loneAuc(values, rows);
    const ranking = rankRows(rising ? values : values.map(value => -value), y);
    const {auc} = clusterBootstrap({cluster, n: 1801}, {auc: aucStatistic(ranking)}, {seed: 1, draws: 2000});
    expect(Math.abs((high - low) / (auc.high - auc.low) - 1), `effect ${effect}`).toBeLessThan(0.1);
    expect(Math.abs((high + low - auc.high - auc.low) / (auc.high - auc.low))).toBeLessThan(0.2);
  }
});

test("loneAuc(values, rows) of values that say nothing has 0.5 in its interval in about 95 of 100 logs", () => {
  let held = 0;
  for (let seed = 0; seed < 400; seed++) {
    const {y, cluster} = draw({customers: 150, seed});
    const random = randomOf(seed, 1);
    // Constant within a customer, so that rows taken as independent would fail here.
    const own = Array.from({length: 451}, random);
    const {low} = loneAuc(
      Float64Array.from(cluster, c => own[c]!),
      labelledRows(y, cluster)!,
    );
    if (low <= 0.5) held += 1;
  }
  // Of 20,000 logs 94 in 100 do; 400 stray by 0.012. Rows taken as independent come to less than 0.8.
  expect(held / 400).toBeGreaterThan(0.91);
  expect(held / 400).toBeLessThan(0.98);
});

test("loneAuc(values, rows) of a perfect ranking is sure with many customers, and not with few", () => {
  const perfect = (customers: number) => {
    const y = Uint8Array.from({length: 20 * customers}, (_, i) => (i < customers ? 1 : 0));
    const cluster = Int32Array.from(y.keys());
    return loneAuc(Float64Array.from(y), labelledRows(y, cluster)!);
  };
  expect(perfect(5)).toMatchObject({auc: 1, high: 1});
  expect(perfect(5).low).toBeLessThan(0.8);
  expect(perfect(100).low).toBeGreaterThan(0.98);
});

test("loneAuc(values, rows) names the positives with values, or beyond a bound, that nobody else has", () => {
  const n = 4000;
  const y = Uint8Array.from({length: n}, (_, i) => (i % 10 === 0 ? 1 : 0));
  const rows = labelledRows(y, Int32Array.from(y.keys()))!;
  const random = randomOf(3);
  const value = Float64Array.from(y, () => random());
  const share = (values: Float64Array) => loneAuc(values, rows).named;
  expect(share(value)).toBe(0);
  const some = (to: (i: number) => number) => value.map((v, i) => (i % 40 === 0 ? to(i) : v));
  expect(share(some(() => 0.5))).toBe(0.25);
  expect(share(some(() => Number.NaN))).toBe(0.25);
  expect(share(some(i => 2 + i))).toBe(0.25);
  expect(share(some(i => -2 - i))).toBe(0.25);
  // Five positives with a value of their own can be chance.
  expect(share(value.map((v, i) => (i % 10 === 0 && i < 50 ? 0.5 : v)))).toBe(0);
});

test("labelledRows(y, customer) of one class is undefined", () => {
  expect(labelledRows(new Uint8Array(3), Int32Array.of(0, 1, 2))).toBeUndefined();
  expect(labelledRows(new Uint8Array(3).fill(1), Int32Array.of(0, 1, 2))).toBeUndefined();
});
