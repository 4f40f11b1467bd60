import {describe, expect, it} from "vitest";
import {compareWithChampion} from "../../src/evaluate/champion.ts";
import type {Ranked} from "../../src/evaluate/compete.ts";
import {rocAuc} from "../../src/evaluate/metrics.ts";
import {randomOf} from "../../src/random.ts";
import {triangular} from "../../src/study.ts";

const economics = {
  contactCost: 2,
  offerCost: 10,
  customerValue: triangular(180, 180, 180),
  offerWorks: triangular(0.2, 0.2, 0.2),
  capacity: 0.1,
};

/** Rows of customers with a signal each, and rankings that see it through noise. */
function world(rows: number, seed: number) {
  const random = randomOf(seed);
  const signal = Float64Array.from({length: rows}, () => random() - 0.5);
  const y = Uint8Array.from(signal, s => (random() < 1 / (1 + Math.exp(1.5 - 5 * s)) ? 1 : 0));
  const customer = Int32Array.from({length: rows}, (_, i) => i >> 1);
  return (noise: number): Ranked => {
    const margins = signal.map(s => 5 * s - 1.5 + noise * (random() - 0.5));
    return {margins, probabilities: margins.map(m => 1 / (1 + Math.exp(-m))), y, customer};
  };
}

const options = {economics, seed: 1, customers: 10_000, draws: {metrics: 200, money: 200}};
const [tests, calibrates] = [world(2000, 1), world(1500, 2)];
const judged = (noise: number) => ({test: tests(noise), calibrate: calibrates(noise)});

/** Value of contacting the riskiest tenth in a cohort of 10 000. */
function valueAtCapacity({margins, y}: Ranked): number {
  const top = [...margins.keys()].sort((a, b) => margins[b]! - margins[a]!).slice(0, y.length / 10);
  const churners = top.filter(i => y[i] === 1).length;
  return (10_000 / y.length) * (0.2 * churners * 180 - 12 * top.length);
}

describe("compareWithChampion(challenger, champion)", () => {
  it("finds no difference between a model and itself, in any draw", async () => {
    const one = judged(0);
    const {gain, profit, common} = await compareWithChampion(one, one, options);
    for (const {value, low, high} of [gain.auc, gain.lift, gain.brier, gain.logLoss, ...profit])
      expect([value, low, high]).toEqual([0, 0, 0]);
    expect(profit.map(({ahead}) => ahead)).toEqual([0.5, 0.5]);
    expect(common).toBe(1);
  });

  it("gives each figure as it is alone, and the difference of the two", async () => {
    const [one, other] = [judged(0), judged(12)];
    const found = await compareWithChampion(one, other, options);
    const aucs = [one, other].map(({test}) => rocAuc(test.margins, test.y));
    expect(found.challenger.auc.value).toBeCloseTo(aucs[0]!, 12);
    expect(found.champion.auc.value).toBeCloseTo(aucs[1]!, 12);
    expect(found.gain.auc.value).toBeCloseTo(aucs[0]! - aucs[1]!, 12);
    expect(found.gain.auc.low).toBeGreaterThan(0);
    expect(found.gain.delong.value).toBeCloseTo(aucs[0]! - aucs[1]!, 12);
    expect([found.rows, found.customers]).toEqual([2000, 1000]);
    expect(found.positives).toBe(one.test.y.reduce((a, b) => a + b, 0));
    expect(found.profit[0]!.value).toBeCloseTo(valueAtCapacity(one.test) - valueAtCapacity(other.test), 6);
  });

  it("is the other way round when the two change places", async () => {
    const [one, other] = [judged(0), judged(12)];
    const there = await compareWithChampion(one, other, options);
    const back = await compareWithChampion(other, one, options);
    expect(back.gain.auc.value).toBeCloseTo(-there.gain.auc.value, 12);
    expect(back.profit[0]!.low).toBeCloseTo(-there.profit[0]!.high, 6);
    expect(back.common).toBeCloseTo(there.common, 12);
    const list = (margins: Float64Array) =>
      new Set([...margins.keys()].sort((a, b) => margins[b]! - margins[a]!).slice(0, 200));
    const [his, hers] = [list(one.test.margins), list(other.test.margins)];
    expect(there.common).toBeCloseTo([...his].filter(i => hers.has(i)).length / 200, 12);
  });
});
