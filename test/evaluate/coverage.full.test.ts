import {expect, test} from "vitest";
import {clusterBootstrap, clustersOf, statisticsAt} from "../../src/evaluate/bootstrap.ts";
import {calibrationError} from "../../src/evaluate/calibration-error.ts";
import {calibrationSlope} from "../../src/evaluate/calibration-slope.ts";
import type {Ranked} from "../../src/evaluate/compete.ts";
import {delongAuc, delongDifference} from "../../src/evaluate/delong.ts";
import {differenceStatistics, metricStatistics} from "../../src/evaluate/metric-table.ts";
import {rankRows} from "../../src/evaluate/ranking.ts";
import {type Random, randomOf} from "../../src/random.ts";

const sigmoid = (margin: number): number => 1 / (1 + Math.exp(-margin));

/** Customers with one to six rows that share risk, margin and most of the outcome, as two models see them. */
function drawRows(customers: number, random: Random): {a: Ranked; b: Ranked} {
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const [customer, y, first, second]: [number[], number[], number[], number[]] = [[], [], [], []];
  for (let c = 0; c < customers; c++) {
    const [risk, own, luck] = [normal(), normal(), random()];
    for (let rows = 1 + Math.floor(6 * random()); rows > 0; rows--) {
      customer.push(c);
      first.push(risk + 0.5 * own + 0.3 * normal());
      second.push(0.6 * risk + 0.7 * own + 0.3 * normal());
      y.push((random() < 0.7 ? luck : random()) < sigmoid(1.2 * risk - 1.3) ? 1 : 0);
    }
  }
  // Too sure of themselves: there is something for the calibration to find.
  const rankedOf = (of: number[]): Ranked => ({
    ...{margins: Float64Array.from(of), probabilities: Float64Array.from(of, m => sigmoid(1.2 * m - 1))},
    ...{y: Uint8Array.from(y), customer: Int32Array.from(customer)},
  });
  return {a: rankedOf(first), b: rankedOf(second)};
}

const FIGURES = ["auc", "averagePrecision", "lift", "precision", "brier", "logLoss"] as const;
const GAINS = ["auc", "averagePrecision", "lift", "brier", "logLoss"] as const;

/** All figures as statistics, by name. */
function statisticsOf({a, b}: {a: Ranked; b: Ranked}) {
  const [one, other] = [metricStatistics(a, {capacity: 0.1}), metricStatistics(b, {capacity: 0.1})];
  const gain = differenceStatistics(one, other);
  return Object.fromEntries([
    ...FIGURES.map(name => [name, one[name]] as const),
    ...GAINS.map(name => [`${name} gain`, gain[name]] as const),
  ]);
}

test("95 % intervals hold the truth in about 95 % of simulated sets of customers", {timeout: 900_000}, () => {
  const [sets, customers] = [400, 400];
  const world = drawRows(300_000, randomOf(1, 1_000_000));
  const names = Object.keys(statisticsOf(world));
  const exact = statisticsAt(Object.values(statisticsOf(world)), new Float64Array(world.a.y.length).fill(1));
  const line = calibrationSlope(world.a.probabilities, world.a.y);
  const truth: Record<string, number> = {
    ...Object.fromEntries(names.map((name, s) => [name, exact[s]!])),
    error: calibrationError(world.a.probabilities, world.a.y, {
      ...{clusters: clustersOf(world.a.customer), seed: 1, draws: 1},
    }).value,
    ...{slope: line.slope.value, intercept: line.intercept.value},
  };
  const held = new Map<string, number>();
  const count = (what: string, name: string, {low, high}: {low: number; high: number}): void => {
    const holds = low <= truth[name]! && truth[name]! <= high ? 1 : 0;
    held.set(`${what}: ${name}`, (held.get(`${what}: ${name}`) ?? 0) + holds);
  };
  for (let set = 0; set < sets; set++) {
    const rows = drawRows(customers, randomOf(2, set));
    const clusters = clustersOf(rows.a.customer);
    const found = clusterBootstrap(clusters, statisticsOf(rows), {seed: set, draws: 400});
    for (const name of names) count("bootstrap", name, found[name]!);
    const [a, b] = [rankRows(rows.a.margins, rows.a.y), rankRows(rows.b.margins, rows.b.y)];
    count("DeLong by customer", "auc", delongAuc(a, {clusters}));
    count("DeLong by customer", "auc gain", delongDifference(a, b, {clusters}));
    count("DeLong by row", "auc", delongAuc(a));
    const {slope, intercept} = calibrationSlope(rows.a.probabilities, rows.a.y, {clusters: rows.a.customer});
    count(
      "calibration error",
      "error",
      calibrationError(rows.a.probabilities, rows.a.y, {clusters, seed: set, draws: 400}),
    );
    count("robust", "slope", slope);
    count("robust", "intercept", intercept);
  }
  const coverage = Object.fromEntries([...held].map(([name, n]) => [name, n / sets]));
  // A share of 95 % in 400 sets has a standard error of 1.1 points.
  for (const [name, share] of Object.entries(coverage)) {
    if (name === "DeLong by row: auc") expect(share, name).toBeLessThan(0.9);
    else expect(share, name).toBeGreaterThan(name.startsWith("calibration") ? 0.88 : 0.92);
    expect(share, name).toBeLessThan(0.985);
  }
});
