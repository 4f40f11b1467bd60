import {once} from "node:events";
import {Worker} from "node:worker_threads";
import {expect, test} from "vitest";
import {clusterBootstrap, drawStatistics, statisticsAt, weightDraws} from "../../src/evaluate/bootstrap.ts";
import {bootstrapInThreads} from "../../src/evaluate/bootstrap-threads.ts";
import {lift, precisionAt, recallAt} from "../../src/evaluate/lift.ts";
import {averagePrecision, rocAuc} from "../../src/evaluate/metrics.ts";
import {rankRows} from "../../src/evaluate/ranking.ts";
import {
  aucStatistic,
  averagePrecisionStatistic,
  difference,
  liftStatistic,
  meanStatistic,
  precisionStatistic,
  quotient,
  ratioStatistic,
  recallStatistic,
  type Statistic,
} from "../../src/evaluate/statistic.ts";
import {randomOf} from "../../src/random.ts";

function sample(rows: number, perCluster: number, seed: number) {
  const random = randomOf(seed);
  const n = Math.ceil(rows / perCluster);
  const risk = Float64Array.from({length: n}, random);
  const cluster = Int32Array.from({length: rows}, (_, i) => Math.floor(i / perCluster));
  const margins = Float64Array.from(cluster, c => Math.round(20 * (risk[c]! + 0.4 * random())) / 20);
  const y = Uint8Array.from(cluster, c => (random() < risk[c]! / 3 ? 1 : 0));
  return {clusters: {cluster, n}, margins, y};
}

test("a statistic at drawn weights equals the metric on rows repeated by their weight", () => {
  const {clusters, margins, y} = sample(90, 3, 1);
  const ranking = rankRows(margins, y);
  const weights = new Float64Array(90);
  const weigh = weightDraws(clusters, {seed: 4});
  const at = (statistic: Statistic): number => statisticsAt([statistic], weights)[0]!;
  const inSlice = Uint8Array.from(margins, (_, i) => (i % 7 < 4 ? 1 : 0));
  for (let draw = 0; draw < 20; draw++) {
    weigh(draw, weights);
    const rows = Array.from(weights, (w, i) => new Array<number>(w).fill(i)).flat();
    const [m, labels] = [rows.map(i => margins[i]!), rows.map(i => y[i]!)];
    expect(at(aucStatistic(ranking))).toBeCloseTo(rocAuc(m, labels), 12);
    expect(at(averagePrecisionStatistic(ranking))).toBeCloseTo(averagePrecision(m, labels), 12);
    for (const fraction of [0.05, 0.1, 0.333, 1]) {
      const [drawn, k] = [rankRows(m, labels), fraction * m.length];
      expect(at(liftStatistic(ranking, {fraction}))).toBeCloseTo(lift(drawn, {fraction}), 10);
      expect(at(precisionStatistic(ranking, {fraction}))).toBeCloseTo(precisionAt(drawn, {k}), 10);
      expect(at(recallStatistic(ranking, {fraction}))).toBeCloseTo(recallAt(drawn, {k}), 10);
    }
    const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
    const churners = y.map((label, i) => label * inSlice[i]!);
    const rate = sum(rows.map(i => churners[i]!)) / sum(rows.map(i => inSlice[i]!));
    expect(at(ratioStatistic(churners, inSlice))).toBeCloseTo(rate, 12);
    expect(at(quotient(ratioStatistic(churners, inSlice), meanStatistic(y)))).toBeCloseTo(
      rate / (sum(labels) / labels.length),
      12,
    );
  }
});

test("weightDraws(clusters) gives a customer's rows one weight, and the weights of customers sum to their number", () => {
  const {clusters} = sample(90, 3, 1);
  const weights = new Float64Array(90);
  const weigh = weightDraws(clusters, {seed: 7});
  for (let draw = 0; draw < 10; draw++) {
    weigh(draw, weights);
    for (let i = 0; i < 90; i += 3) expect(new Set(weights.subarray(i, i + 3)).size).toBe(1);
    expect(weights.reduce((sum, w) => sum + w, 0)).toBe(90);
  }
});

test("clusterBootstrap(clusters, statistics, {seed}) is the same for a seed and for rows in another order", () => {
  const {clusters, margins, y} = sample(120, 2, 2);
  const auc = (order: readonly number[]) =>
    clusterBootstrap(
      {cluster: Int32Array.from(order, i => clusters.cluster[i]!), n: clusters.n},
      {
        auc: aucStatistic(
          rankRows(
            order.map(i => margins[i]!),
            order.map(i => y[i]!),
          ),
        ),
      },
      {seed: 3, draws: 200},
    );
  const rows = Array.from(margins.keys());
  expect(auc(rows)).toEqual(auc(rows));
  expect(auc([...rows].reverse())).toEqual(auc(rows));
});

test("clusterBootstrap(clusters, {mean}) has the standard error of a mean of customers", () => {
  // All rows of a customer are equal, so the customers, not the rows, are the sample.
  const [n, per] = [300, 5];
  const random = randomOf(11);
  const value = Float64Array.from({length: n}, random);
  const cluster = Int32Array.from({length: n * per}, (_, i) => Math.floor(i / per));
  const {mean} = clusterBootstrap(
    {cluster, n},
    {mean: meanStatistic(Float64Array.from(cluster, c => value[c]!))},
    {seed: 1, draws: 4000},
  );
  const average = value.reduce((a, b) => a + b) / n;
  const error = Math.sqrt(value.reduce((sum, v) => sum + (v - average) ** 2, 0) / n / n);
  expect(mean.value).toBeCloseTo(average, 12);
  expect((mean.high - mean.low) / (2 * 1.96 * error)).toBeGreaterThan(0.94);
  expect((mean.high - mean.low) / (2 * 1.96 * error)).toBeLessThan(1.06);
});

test("difference(a, b) is paired: a model against itself differs by 0 in every draw", () => {
  const {clusters, margins, y} = sample(120, 2, 5);
  const auc = aucStatistic(rankRows(margins, y));
  const {gap} = clusterBootstrap(clusters, {gap: difference(auc, auc)}, {seed: 1, draws: 100});
  expect(gap).toEqual({value: 0, low: 0, high: 0, level: 0.95, draws: 100});
});

test("clusterBootstrap(clusters, statistics) leaves out draws without a churner and refuses when most are", () => {
  const cluster = Int32Array.of(0, 1, 2, 3);
  const one = {auc: aucStatistic(rankRows([4, 3, 2, 1], [1, 0, 0, 0]))};
  const {auc} = clusterBootstrap({cluster, n: 4}, one, {seed: 1, draws: 500});
  expect(auc.draws).toBeLessThan(500);
  const none = aucStatistic(rankRows([4, 3, 2, 1], [0, 0, 0, 0]));
  expect(() => clusterBootstrap({cluster, n: 4}, {none}, {seed: 1})).toThrow(
    "clusterBootstrap requires a statistic defined on the rows, got NaN for none",
  );
});

test("clusterBootstrap(clusters, tree) puts an interval in the place of each statistic, the same as alone", () => {
  const {clusters, margins, y} = sample(120, 2, 8);
  const [auc, base] = [aucStatistic(rankRows(margins, y)), meanStatistic(y)];
  const options = {seed: 5, draws: 50};
  const tree = clusterBootstrap(clusters, {models: [{auc}, {auc: difference(auc, auc)}], base}, options);
  expect(tree.models[0]!.auc).toEqual(clusterBootstrap(clusters, auc, options));
  expect(tree.models[1]!.auc.value).toBe(0);
  expect(tree.base).toEqual(clusterBootstrap(clusters, {base}, options).base);
});

test("a statistic of the rows of a slice equals that of the slice alone", () => {
  const {clusters, margins, y} = sample(120, 2, 9);
  const slice = Array.from(margins.keys()).filter(i => i % 3 !== 0);
  const alone = rankRows(
    slice.map(i => margins[i]!),
    slice.map(i => y[i]!),
  );
  const weights = new Float64Array(120);
  weightDraws(clusters, {seed: 2})(0, weights);
  const own = Float64Array.from(slice, i => weights[i]!);
  const inside = rankRows(margins, y, {rows: slice});
  for (const of of [
    aucStatistic,
    averagePrecisionStatistic,
    (r: typeof alone) => liftStatistic(r, {fraction: 0.2}),
  ])
    expect(statisticsAt([of(inside)], weights)).toEqual(statisticsAt([of(alone)], own));
});

test("bootstrapInThreads(clusters, statistics, {threads}) is the same to the bit for any number of threads", async () => {
  const {clusters, margins, y} = sample(400, 4, 10);
  const ranking = rankRows(margins, y);
  const statistics = {
    ranks: [
      aucStatistic(ranking),
      averagePrecisionStatistic(ranking),
      liftStatistic(ranking, {fraction: 0.1}),
    ],
    base: meanStatistic(y),
  };
  const alone = clusterBootstrap(clusters, statistics, {seed: 3, draws: 101});
  for (const threads of [1, 2, 5])
    expect(await bootstrapInThreads(clusters, statistics, {seed: 3, draws: 101, threads})).toEqual(alone);
  await expect(async () => bootstrapInThreads(clusters, statistics, {seed: 3, threads: 0})).rejects.toThrow(
    "bootstrapInThreads requires at least 1 thread, got 0",
  );
});

test("the worker of a bootstrap starts from source and sends its draws", async () => {
  const {clusters, margins, y} = sample(60, 3, 12);
  const draws = {clusters, statistics: [aucStatistic(rankRows(margins, y))], seed: 3, from: 4, to: 9};
  const file = new URL("../../src/evaluate/bootstrap-worker.ts", import.meta.url);
  const worker = new Worker(file, {workerData: draws, execArgv: []});
  const [sent] = await once(worker, "message");
  expect(sent).toEqual(drawStatistics(draws));
});

test("clusterBootstrap(20,000 rows, six statistics) draws 1,000 times in seconds", {timeout: 20_000}, () => {
  const {clusters, margins, y} = sample(20_000, 4, 6);
  const ranking = rankRows(margins, y);
  const result = clusterBootstrap(
    clusters,
    {
      auc: aucStatistic(ranking),
      precision: averagePrecisionStatistic(ranking),
      at5: liftStatistic(ranking, {fraction: 0.05}),
      at10: liftStatistic(ranking, {fraction: 0.1}),
      at20: liftStatistic(ranking, {fraction: 0.2}),
      base: meanStatistic(y),
    },
    {seed: 1},
  );
  for (const {value, low, high} of Object.values(result)) expect(low < value && value < high).toBe(true);
});
