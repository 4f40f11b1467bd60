import {describe, expect, it} from "vitest";
import {quadrantsChart} from "../../src/charts/quadrants.ts";
import {confusionTable, recoveryText, segmentPoints, segmentsText} from "../../src/report/quadrants.ts";
import {bySegment, estimateSegments, likeliestSegments, SEGMENTS} from "../../src/uplift/learn/quadrants.ts";
import {effectRecovery, segmentRecovery} from "../../src/uplift/learn/recovery.ts";
import {DR_LOSS, heldOutNuisance, R_LOSS, selectUplift} from "../../src/uplift/learn/select.ts";
import {takeUplift} from "../../src/uplift/uplift-data.ts";
import {randomWorld} from "./worlds.ts";

const NONE = {value: 0, standardError: 0, low: 0, high: 0, level: 0.95 as const};

const {data, tau} = randomWorld({rows: 1200, seed: 4});
const truth = {
  uplift: tau,
  segment: Array.from(tau, t => (t >= 0.02 ? ("persuadable" as const) : ("sleeping dog" as const))),
};

describe("estimateSegments", async () => {
  const estimate = await estimateSegments(data, {kind: "DR", base: "linear", seed: 1, draws: 20});

  it("gives probabilities that add up to 1 and are never certain", () => {
    for (let i = 0; i < data.x.rows; i++) {
      const four = SEGMENTS.map(segment => estimate.probability[segment][i]!);
      expect(four.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
      expect(Math.min(...four)).toBeGreaterThan(0);
    }
  });

  it("is the same for any order of the rows", async () => {
    const order = Int32Array.from(tau, (_, i) => (i * 7) % tau.length);
    const turned = await estimateSegments(takeUplift(data, order), {
      kind: "DR",
      base: "linear",
      seed: 1,
      draws: 20,
    });
    expect(turned.uplift).toEqual(Float64Array.from(order, i => estimate.uplift[i]!));
    expect(turned.probability.persuadable).toEqual(
      Float64Array.from(order, i => estimate.probability.persuadable[i]!),
    );
  });

  it("finds the persuadable more often than the largest quadrant would", () => {
    const found = segmentRecovery(estimate, truth);
    expect(found.right).toBeGreaterThan(found.largest);
  });

  it("is told in words and a picture", () => {
    expect(segmentsText(estimate).text).toContain("never a fact about one customer");
    const chart = quadrantsChart(segmentPoints(estimate));
    expect(chart.description).toContain("300 of 1200 rows");
    const segments = segmentRecovery(estimate, truth);
    expect(
      confusionTable(segments)
        .rows.flatMap(row => row.slice(1) as number[])
        .reduce((a, b) => a + b),
    ).toBe(1200);
    const bounds = bySegment(() => ({least: NONE, most: NONE, low: 0, high: 0.5}));
    const lives = bySegment(segment => (segment === "sure thing" ? 900 : 100));
    const {text} = recoveryText({
      ...{rows: 1200, segments, lives, bounds, persuadableInRiskiest: 0.3},
      effects: {...effectRecovery(estimate.uplift, truth), pehe: 0.2},
    });
    expect(text).toContain("3 of these 4 are within the limits");
    expect(text).toContain("too few to tell");
  });

  it("requires outcomes 0 or 1, and an even number of draws", async () => {
    await expect(estimateSegments(data, {kind: "T", base: "linear", seed: 1, draws: 3})).rejects.toThrow(
      "estimateSegments requires an even number of draws, got 3",
    );
    const trial = {...data.trial, outcome: data.trial.outcome.map(y => 2 * y)};
    await expect(estimateSegments({...data, trial}, {kind: "T", base: "linear", seed: 1})).rejects.toThrow(
      "estimateSegments requires outcomes 0 or 1, got 2",
    );
  });
});

describe("recovery", () => {
  it("effectRecovery by hand: errors, correlation, and ties over the cut shared", () => {
    const n = 20;
    const uplift = Float64Array.from({length: n}, (_, i) => (i < 5 ? 0.5 : i / 100));
    const known = {
      uplift: Float64Array.from({length: n}, (_, i) => i / 50),
      segment: Array.from({length: n}, (_, i) =>
        i % 5 === 0 ? ("persuadable" as const) : ("sure thing" as const),
      ),
    };
    const found = effectRecovery(uplift, known);
    // A tenth is two rows; five tie for them, one of them persuadable.
    expect(found.persuadableInTop).toBeCloseTo(1 / 5, 12);
    expect(found.persuadable).toBeCloseTo(4 / 20, 12);
    const mean = (of: (i: number) => number) =>
      Array.from({length: n}, (_, i) => of(i)).reduce((a, b) => a + b) / n;
    expect(found.pehe).toBeCloseTo(Math.sqrt(mean(i => (uplift[i]! - i / 50) ** 2)), 12);
    const [a, b] = [mean(i => uplift[i]!), mean(i => i / 50)];
    const correlation =
      mean(i => (uplift[i]! - a) * (i / 50 - b)) /
      Math.sqrt(mean(i => (uplift[i]! - a) ** 2) * mean(i => (i / 50 - b) ** 2));
    expect(found.correlation).toBeCloseTo(correlation, 12);
    expect(effectRecovery(known.uplift, known)).toMatchObject({pehe: 0, correlation: expect.closeTo(1, 12)});
    expect(effectRecovery(new Float64Array(n).fill(0.1), known).correlation).toBeNaN();
  });

  it("segmentRecovery counts every row once, and calibrates what was said", () => {
    const rows = 3;
    const probability = bySegment(() => new Float64Array(rows).fill(0.1));
    probability.persuadable.set([0.7, 0.7, 0.1]);
    probability["sure thing"].set([0.1, 0.1, 0.7]);
    const zero = new Float64Array(rows);
    const estimate = {
      ...{risk: zero, uplift: zero, riskSd: zero, upliftSd: zero, probability, draws: 1},
    };
    expect(likeliestSegments(estimate)).toEqual(["persuadable", "persuadable", "sure thing"]);
    const found = segmentRecovery(estimate, {
      uplift: zero,
      segment: ["persuadable", "lost cause", "sure thing"],
    });
    expect(found.right).toBeCloseTo(2 / 3, 12);
    expect(found.toTrue).toBeCloseTo((0.7 + 0.1 + 0.7) / 3, 12);
    expect(found.confusion["lost cause"].persuadable).toBe(1);
    expect(
      found.calibration.find(({segment, from}) => segment === "persuadable" && from === 0.6),
    ).toMatchObject({
      ...{rows: 2, said: expect.closeTo(0.7, 12), true: 0.5},
    });
  });
});

describe("selectUplift", () => {
  const rowsOf = (from: number, to: number) => Int32Array.from({length: to - from}, (_, i) => from + i);
  const [train, tune] = [takeUplift(data, rowsOf(0, 800)), takeUplift(data, rowsOf(800, 1200))];

  it("takes the candidate of the lowest R-loss and reports all; the losses are those of the definition", async () => {
    const candidates = [
      {kind: "average", base: "linear"},
      {kind: "DR", base: "linear"},
      {kind: "TO", base: "boost"},
    ] as const;
    const found = await selectUplift(candidates, {train, tune});
    expect(found.candidates.map(({kind}) => kind)).toEqual(["average", "DR", "TO"]);
    const values = found.candidates.map(({value}) => value);
    expect(values[found.chosen]).toBe(Math.min(...values));
    expect(found.model.kind).toBe(candidates[found.chosen]!.kind);
    const {control, treated, propensity} = await heldOutNuisance(train, tune);
    const {outcome, treated: t} = tune.trial;
    const weight = tune.trial.outcome.map((_, i) => 1 + (i % 3));
    const [r, dr, total] = [0, 1, 2].map(kind =>
      outcome.reduce((sum, y, i) => {
        const e = propensity[i]!;
        const m = e * treated[i]! + (1 - e) * control[i]!;
        const own = t[i] === 1 ? (y - treated[i]!) / e : -(y - control[i]!) / (1 - e);
        const error = kind === 0 ? y - m - (t[i]! - e) * 0.1 : treated[i]! - control[i]! + own - 0.1;
        return sum + weight[i]! * (kind === 2 ? 1 : error ** 2);
      }, 0),
    ) as [number, number, number];
    const constant = new Float64Array(outcome.length).fill(0.1);
    const weighted = {...tune.trial, weight};
    expect(R_LOSS.of(constant, weighted, {control, treated, propensity})).toBeCloseTo(r / total, 10);
    expect(DR_LOSS.of(constant, weighted, {control, treated, propensity})).toBeCloseTo(dr / total, 10);
  });

  it("takes the highest where the metric says so, of equals the first, and refuses customers in both", async () => {
    const metric = {name: "none", better: "higher", of: () => 1} as const;
    const both = [
      {kind: "average", base: "linear"},
      {kind: "T", base: "linear"},
    ] as const;
    expect((await selectUplift(both, {train, tune}, {metric})).chosen).toBe(0);
    await expect(selectUplift(both, {train, tune: train})).rejects.toThrow(
      "requires other customers to choose on",
    );
    const nothing = {name: "none", better: "higher", of: () => Number.NaN} as const;
    await expect(selectUplift(both, {train, tune}, {metric: nothing})).rejects.toThrow(
      "selectUplift requires a candidate with a none, got none of 2",
    );
  });
});
