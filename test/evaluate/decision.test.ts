import {expect, test} from "vitest";
import type {Competition} from "../../src/evaluate/compete.ts";
import {type Decision, judgeDecision} from "../../src/evaluate/decision.ts";
import {triangularAt} from "../../src/evaluate/profit.ts";
import {randomOf} from "../../src/random.ts";
import {type Study, triangular} from "../../src/study.ts";
import type {Cohort} from "../../src/target/cohort.ts";

const N = 200;
const random = randomOf(9);
/** Rows 0 to 199 calibrate, 200 to 399 test; so many rows that each half percent is a row. */
const risk = Float64Array.from({length: 2 * N}, () => random() ** 2);
const labels = Int8Array.from(risk, p => (random() < p ? 1 : 0));
const cohort = {customer: Int32Array.from({length: 2 * N}, (_, i) => i)} as unknown as Cohort;
const half = (values: Float64Array) => ({calibrate: values.slice(0, N), test: values.slice(N)});
const noise = Float64Array.from({length: 2 * N}, () => random());
const calibration = {calibration: {kind: "platt", a: -1, b: 0}};
const competition = {
  candidates: [
    {kind: "recency", margins: half(noise), calibration},
    {kind: "boost", margins: half(risk), calibration},
  ],
  chosen: 1,
  rows: {
    calibrate: Int32Array.from({length: N}, (_, i) => i),
    test: Int32Array.from({length: N}, (_, i) => N + i),
  },
} as unknown as Competition;
const economics = {
  currency: "EUR",
  contactCost: triangular(1, 2, 6),
  offerCost: 10,
  customerValue: triangular(120, 180, 260),
  offerWorks: triangular(0.1, 0.2, 0.3),
  capacity: 0.1,
};
const decide = (changed: Partial<typeof economics> = {}): Decision =>
  judgeDecision(competition, {
    ...{cohort, labels, customers: 1000, draws: 400},
    study: {seed: 1, economics: {...economics, ...changed}} as unknown as Study,
  });

/** Expected value of contacting the first k of the rows [from, from + N) by falling margin. */
function worthOf(margins: Float64Array, from: number, k: number, cost = 13, keeps = 0.2 * (560 / 3)): number {
  const order = Array.from({length: N}, (_, i) => from + i).sort((a, b) => margins[b]! - margins[a]!);
  const churners = order.slice(0, k).reduce((sum, i) => sum + labels[i]!, 0);
  return (1000 * (churners * keeps - k * cost)) / N;
}

/** Best of the whole percents, of equals the smallest. */
function bestShare(margins: Float64Array, cost?: number, keeps?: number): number {
  let best = 0;
  for (let p = 1; p <= 100; p++)
    if (worthOf(margins, 0, 2 * p, cost, keeps) > worthOf(margins, 0, 2 * best, cost, keeps) + 1e-9) best = p;
  return best / 100;
}

test("judgeDecision(competition) finds the share on the calibrate rows and values it on the test rows", () => {
  const {optimum} = decide();
  expect(optimum.fraction).toBe(bestShare(risk));
  expect(optimum.fraction).toBeGreaterThan(0.1);
  expect(optimum.value.value).toBeCloseTo(worthOf(risk, N, Math.round(optimum.fraction * N)), 6);
  expect(optimum.aboveCapacity.value).toBeCloseTo(
    worthOf(risk, N, Math.round(optimum.fraction * N)) - worthOf(risk, N, 20),
    6,
  );
  // Paired: both shares are valued on the same customers in a draw, which narrows the difference.
  const width = ({low, high}: {low: number; high: number}) => high - low;
  expect(width(optimum.aboveCapacity)).toBeLessThan(width(optimum.value));
  expect(decide({capacity: optimum.fraction}).optimum.aboveCapacity).toEqual({value: 0, low: 0, high: 0});
  expect(optimum.low <= optimum.fraction && optimum.fraction <= optimum.high).toBe(true);
  const most = worthOf(risk, 0, Math.round(optimum.fraction * N));
  for (const end of [optimum.near.from, optimum.near.to])
    expect(worthOf(risk, 0, Math.round(end * N))).toBeGreaterThanOrEqual(0.95 * most - 1e-6);
  for (const beyond of [optimum.near.from - 0.01, optimum.near.to + 0.01])
    expect(worthOf(risk, 0, Math.round(beyond * N))).toBeLessThan(0.95 * most);
});

test("judgeDecision(competition) subtracts what the others earn, at capacity and each at its own share", () => {
  const {gains, optimum} = decide();
  const gain = (over: string, at: string) => gains.find(g => g.over === over && g.at === at)!;
  expect(gain("recency", "capacity").value).toBeCloseTo(worthOf(risk, N, 20) - worthOf(noise, N, 20), 6);
  const theirs = bestShare(noise);
  expect(gain("recency", "optimum")).toMatchObject({fraction: optimum.fraction, otherFraction: theirs});
  expect(gain("recency", "optimum").value).toBeCloseTo(
    worthOf(risk, N, Math.round(optimum.fraction * N)) - worthOf(noise, N, Math.round(theirs * N)),
    6,
  );
  const base = labels.slice(N).reduce((sum, y) => sum + y, 0) / N;
  const chance = 1000 * (0.1 * base * 0.2 * (560 / 3) - 0.1 * 13);
  expect(gain("random", "capacity").value).toBeCloseTo(worthOf(risk, N, 20) - chance, 6);
  for (const {value, low, high, ahead} of gains) {
    expect(low < value && value < high).toBe(true);
    expect(ahead > 0.5 && ahead <= 1).toBe(true);
  }
});

test("judgeDecision(competition) moves one assumption at a time, those that are sure not at all", () => {
  const {sensitivities} = decide();
  expect(new Set(sensitivities.map(s => s.assumption))).toEqual(
    new Set(["contactCost", "customerValue", "offerWorks", "customers"]),
  );
  for (const [k, u] of [0.05, 0.95].entries()) {
    const works = triangularAt(economics.offerWorks, u);
    const end = sensitivities.find(s => s.assumption === "offerWorks")!.ends[k]!;
    expect(end.at).toBeCloseTo(works, 12);
    expect(end.fraction).toBe(bestShare(risk, 13, (works * 560) / 3));
    const contact = triangularAt(economics.contactCost, u);
    expect(sensitivities.find(s => s.assumption === "contactCost")!.ends[k]!.fraction).toBe(
      bestShare(risk, 10 + contact),
    );
  }
  const widths = sensitivities.map(({ends}) => Math.abs(ends[1]!.fraction - ends[0]!.fraction));
  expect(widths).toEqual([...widths].sort((a, b) => b - a));
});

test("judgeDecision(competition) contacts nobody where nothing pays, and the same model gains nothing on itself", () => {
  const {optimum, gains} = decide({offerCost: 500});
  expect(optimum).toMatchObject({fraction: 0, value: {value: 0, low: 0, high: 0}});
  expect(gains.find(g => g.at === "optimum")).toMatchObject({value: 0, ahead: 0.5});
});
