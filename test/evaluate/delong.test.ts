import {expect, test} from "vitest";
import {delongAuc, delongDifference} from "../../src/evaluate/delong.ts";
import {rocAuc} from "../../src/evaluate/metrics.ts";
import {rankRows} from "../../src/evaluate/ranking.ts";
import {randomOf} from "../../src/random.ts";
import {referenceCase} from "../model/reference.ts";

/** Rows of customers with tied margins of two models. */
function sample(rows: number, seed: number) {
  const random = randomOf(seed);
  const n = Math.ceil(rows / 3);
  const risk = Float64Array.from({length: n}, random);
  const cluster = Int32Array.from({length: rows}, () => Math.floor(random() * n));
  const margins = () => Float64Array.from(cluster, c => Math.round(8 * (risk[c]! + random())) / 8);
  const y = Uint8Array.from(cluster, c => (random() < 0.2 + risk[c]! / 2 ? 1 : 0));
  return {clusters: {cluster, n}, a: margins(), b: margins(), y};
}

/** Obuchowski's estimate as it is written down: each placement by going through all pairs. */
function byDefinition(all: readonly ArrayLike<number>[], y: ArrayLike<number>, cluster: ArrayLike<number>) {
  const rows = Array.from(y, (_, i) => i);
  const [churners, stayers] = [rows.filter(i => y[i] === 1), rows.filter(i => y[i] === 0)];
  const above = (margins: ArrayLike<number>, i: number, j: number): number =>
    margins[i]! > margins[j]! ? 1 : margins[i] === margins[j] ? 0.5 : 0;
  const mean = (values: readonly number[]): number => values.reduce((s, v) => s + v, 0) / values.length;
  const one = (margins: ArrayLike<number>) => {
    const ofRow = (i: number): number =>
      y[i] === 1
        ? mean(stayers.map(j => above(margins, i, j)))
        : mean(churners.map(j => above(margins, j, i)));
    return {auc: mean(churners.map(ofRow)), ofRow};
  };
  const models = all.map(one);
  const clusters = [...new Set(Array.from(cluster))];
  const excess = (k: number, c: number, label: number): number =>
    rows
      .filter(i => cluster[i] === c && y[i] === label)
      .reduce((sum, i) => sum + models[k]!.ofRow(i) - models[k]!.auc, 0);
  const [m, n] = [churners.length, stayers.length];
  const having = (label: number) => clusters.filter(c => rows.some(i => cluster[i] === c && y[i] === label));
  const covariance = (k: number, l: number): number => {
    const [i10, i01, all] = [having(1), having(0), clusters];
    const s10 =
      i10.reduce((s, c) => s + excess(k, c, 1) * excess(l, c, 1), 0) * (i10.length / ((i10.length - 1) * m));
    const s01 =
      i01.reduce((s, c) => s + excess(k, c, 0) * excess(l, c, 0), 0) * (i01.length / ((i01.length - 1) * n));
    const cross = (p: number, q: number): number =>
      all.reduce((s, c) => s + excess(p, c, 1) * excess(q, c, 0), 0) * (all.length / (all.length - 1));
    return s10 / m + s01 / n + (cross(k, l) + cross(l, k)) / (m * n);
  };
  return {
    auc: models.map(model => model.auc),
    variance: covariance(0, 0),
    difference: all.length > 1 ? covariance(0, 0) + covariance(1, 1) - 2 * covariance(0, 1) : 0,
  };
}

test("delongAuc(ranking) equals the definition of scikit-learn's scores with ties", () => {
  const {column, expected, tolerance} = referenceCase<{
    delong: {auc: number; se: number; ci95: [number, number]};
  }>("binary_metrics");
  const {value, standardError, low, high} = delongAuc(rankRows(column("score"), column("y")));
  expect(Math.abs(value - expected.delong.auc)).toBeLessThan(tolerance);
  expect(Math.abs(standardError - expected.delong.se)).toBeLessThan(tolerance);
  expect(Math.abs(low - expected.delong.ci95[0])).toBeLessThan(tolerance);
  expect(Math.abs(high - expected.delong.ci95[1])).toBeLessThan(tolerance);
});

test("delongAuc and delongDifference equal all pairs gone through, with and without clusters", () => {
  for (let seed = 1; seed <= 8; seed++) {
    const {clusters, a, b, y} = sample(60, seed);
    const [first, second] = [rankRows(a, y), rankRows(b, y)];
    const alone = Int32Array.from(y, (_, i) => i);
    for (const [options, cluster] of [
      [{clusters}, clusters.cluster],
      [{}, alone],
    ] as const) {
      const expected = byDefinition([a, b], y, cluster);
      const auc = delongAuc(first, options);
      expect(auc.value).toBeCloseTo(rocAuc(a, y), 12);
      expect(auc.standardError ** 2).toBeCloseTo(expected.variance, 12);
      const gain = delongDifference(first, second, options);
      expect(gain.value).toBeCloseTo(expected.auc[0]! - expected.auc[1]!, 12);
      expect(gain.standardError ** 2).toBeCloseTo(expected.difference, 12);
    }
  }
});

test("delongAuc(ranking) is left unchanged by a rising map of the margins and by the order of the rows", () => {
  const {clusters, a, y} = sample(90, 21);
  const auc = delongAuc(rankRows(a, y), {clusters});
  expect(delongAuc(rankRows(a.map(Math.exp), y), {clusters})).toEqual(auc);
  const turned = {n: clusters.n, cluster: clusters.cluster.slice().reverse()};
  const other = delongAuc(rankRows(a.slice().reverse(), y.slice().reverse()), {clusters: turned});
  expect(other.standardError).toBeCloseTo(auc.standardError, 12);
});

test("delongAuc(ranking, {clusters}) is left unchanged when all rows are twice there; without clusters it shrinks", () => {
  const {clusters, a, y} = sample(90, 22);
  const twice = <T extends Int32Array | Float64Array | Uint8Array>(of: T) => [...of, ...of];
  const both = {n: clusters.n, cluster: Int32Array.from(twice(clusters.cluster))};
  const doubled = rankRows(twice(a), twice(y));
  expect(delongAuc(doubled, {clusters: both}).standardError).toBeCloseTo(
    delongAuc(rankRows(a, y), {clusters}).standardError,
    12,
  );
  expect(delongAuc(doubled).standardError / delongAuc(rankRows(a, y)).standardError).toBeCloseTo(
    Math.SQRT1_2,
    1,
  );
});

test("delongDifference(a, a) is 0 for sure, and what cannot be compared is refused", () => {
  const {a, b, y} = sample(30, 23);
  expect(delongDifference(rankRows(a, y), rankRows(a, y))).toMatchObject({value: 0, standardError: 0});
  const turned = y.map(label => 1 - label);
  expect(() => delongDifference(rankRows(a, y), rankRows(b, turned))).toThrow(
    "delongDifference requires two rankings of the same rows and labels, got others",
  );
  expect(() => delongAuc(rankRows([1, 2, 3], [0, 1, 0]))).toThrow(
    "delongAuc requires two rows of each class, got 1 positive of 3",
  );
  expect(() =>
    delongAuc(rankRows([1, 2, 3, 4], [0, 1, 0, 1]), {clusters: {n: 1, cluster: new Int32Array(4)}}),
  ).toThrow("delong requires two customers of each class, got 1 with a churner and 1 with a stayer");
});
