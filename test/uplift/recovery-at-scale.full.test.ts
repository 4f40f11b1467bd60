import {beforeAll, describe, expect, it} from "vitest";
import {segmentOf} from "../../src/data/simulate-campaign.ts";
import {applyPreparation} from "../../src/model/prepare/preparation.ts";
import {applyUplift, crossFitUplift, fitUplift, type UpliftKind} from "../../src/uplift/learn/learners.ts";
import {crossFitNuisance, fitArm} from "../../src/uplift/learn/nuisance.ts";
import {quadrantBounds, quadrantOfLives} from "../../src/uplift/learn/quadrant-bounds.ts";
import {bySegment, SEGMENTS} from "../../src/uplift/learn/quadrants.ts";
import {effectRecovery} from "../../src/uplift/learn/recovery.ts";
import {applyRegression, type Base, fitUpliftPreparation} from "../../src/uplift/learn/regression.ts";
import {placesOf, rowsWhere, takeUplift, type UpliftData} from "../../src/uplift/uplift-data.ts";
import {type ShopTrial, shopsTrial} from "./shop.ts";

/** Four shops, one after the other: the events of all at once are not needed. */
const SHOPS = [11, 12, 13, 14].map(seed => ({customers: 25_000, seed}));
/** R is left out: where the arms are even it is DR. */
const LEARNERS: readonly (readonly [UpliftKind, Base])[] = [
  ...(["S", "T", "X", "DR", "TO"] as const).map(kind => [kind, "boost"] as const),
  ...(["S", "T"] as const).map(kind => [kind, "linear"] as const),
];
const percent = (share: number) => `${(100 * share).toFixed(1)}%`;

const preparedBy = ({x, trial, ids}: UpliftData) =>
  fitUpliftPreparation(
    x,
    Array.from(trial.customer, c => ids[c]!),
    "boost",
  );

/** Chance of being kept with contact: without, and the effect on top. */
const keptWith = (control: Float64Array, effect: Float64Array) =>
  control.map((kept, i) => Math.min(1, Math.max(0, kept + effect[i]!)));

describe("the simulated shop with 100,000 customers, models of one half judged on the other", () => {
  let learn: UpliftData;
  let judge: UpliftData;
  let truth: ShopTrial["truth"];
  /** Of the judged rows: chance of being kept without contact, and by learner the effect. */
  let control: Float64Array;
  const effects = new Map<string, Float64Array>();

  beforeAll(async () => {
    const all = await shopsTrial(SHOPS);
    const place = placesOf(all.data, "half");
    const judged = rowsWhere(place, u => u >= 0.5);
    const learned = rowsWhere(place, u => u < 0.5);
    [learn, judge] = [takeUplift(all.data, learned), takeUplift(all.data, judged)];
    truth = {
      uplift: Float64Array.from(judged, i => all.truth.uplift[i]!),
      segment: judged.map(i => all.truth.segment[i]!),
      kept: judged.map(i => all.truth.kept[i]!),
    };
    const {steps, x} = preparedBy(learn);
    const without = await fitArm({...learn, x}, 0, {base: "boost", threads: 2});
    control = applyRegression(without, applyPreparation(steps, judge.x));
    for (const [kind, base] of LEARNERS)
      effects.set(
        `${kind} over ${base}`,
        applyUplift(await fitUplift(kind, learn, {base, threads: 2}), judge.x),
      );
  }, 1_200_000);

  const lives = () => {
    const own = truth.kept.map(quadrantOfLives);
    return bySegment(segment => own.filter(one => one === segment).length / own.length);
  };

  it("tells the effects of customers apart: nearer than one effect for all, and half as many persuadables again as risk finds", () => {
    const rows = judge.x.rows;
    const right = (effect: ArrayLike<number>) =>
      truth.segment.filter((segment, i) => segment === segmentOf(1 - control[i]!, -effect[i]!)).length / rows;
    const risk = control.map(kept => 1 - kept);
    const average = truth.uplift as Float64Array;
    const mean = average.reduce((a, b) => a + b, 0) / rows;
    const largest = Math.max(...SEGMENTS.map(s => truth.segment.filter(t => t === s).length)) / rows;
    const [byRisk, byAverage] = [
      effectRecovery(risk, truth),
      effectRecovery(new Float64Array(rows).fill(mean), truth),
    ];
    console.log(
      [
        `${learn.x.rows} rows learned from, ${rows} judged`,
        `one effect for all: PEHE ${byAverage.pehe.toFixed(4)}, persuadable in any tenth ${percent(byAverage.persuadable)}, right quadrant ${percent(right(new Float64Array(rows).fill(mean)))}, the largest named for all ${percent(largest)}`,
        `by risk: persuadable in the top tenth ${percent(byRisk.persuadableInTop)}`,
        ...[...effects].map(([name, effect]) => {
          const {pehe, correlation, persuadableInTop} = effectRecovery(effect, truth);
          return `${name}: PEHE ${pehe.toFixed(4)}, correlation ${correlation.toFixed(2)}, persuadable in the top tenth ${percent(persuadableInTop)}, right quadrant ${percent(right(effect))}`;
        }),
      ].join("\n"),
    );
    for (const [name, effect] of effects) {
      const {persuadableInTop} = effectRecovery(effect, truth);
      expect(persuadableInTop, name).toBeGreaterThan(byRisk.persuadableInTop + 0.15);
      expect(right(effect), name).toBeGreaterThan(largest + 0.05);
    }
    for (const name of ["S over boost", "X over boost", "DR over boost", "S over linear"])
      expect(effectRecovery(effects.get(name)!, truth).pehe, name).toBeLessThan(0.98 * byAverage.pehe);
  });

  it("finds between what numbers the quadrants lie, and the lives are in it", () => {
    const bounds = quadrantBounds(judge.trial, {
      control,
      treated: keptWith(control, effects.get("S over boost")!),
    });
    const rows = judge.x.rows;
    const count = (share: number) => Math.round(share * rows);
    const true_ = lives();
    console.log(
      SEGMENTS.map(
        s =>
          `${s}: truly ${count(true_[s])} of ${rows}, at least ${count(bounds[s].least.value)}, at most ${count(bounds[s].most.value)} (${count(bounds[s].low)} to ${count(bounds[s].high)})`,
      ).join("\n"),
    );
    for (const s of SEGMENTS) {
      expect(bounds[s].low, s).toBeLessThan(true_[s]);
      expect(bounds[s].high, s).toBeGreaterThan(true_[s]);
    }
    expect(bounds.persuadable.low).toBeGreaterThan(0);
  });

  it("does so in parts of the demo's size with models of their own, in 22 of 24 cases or more", async () => {
    const parts = 6;
    const place = placesOf(judge, "part");
    const true_ = lives();
    let held = 0;
    for (let k = 0; k < parts; k++) {
      const part = takeUplift(
        judge,
        rowsWhere(place, u => Math.floor(u * parts) === k),
      );
      const options = {base: "boost", threads: 2} as const;
      const nuisance = await crossFitNuisance(
        {...part, x: preparedBy(part).x},
        {...options, propensity: "known"},
      );
      const treated = keptWith(nuisance.control, await crossFitUplift("S", part, options));
      const bounds = quadrantBounds(part.trial, {control: nuisance.control, treated});
      for (const s of SEGMENTS) if (bounds[s].low <= true_[s] && true_[s] <= bounds[s].high) held += 1;
    }
    console.log(`held in ${held} of ${parts * SEGMENTS.length}`);
    expect(held).toBeGreaterThanOrEqual(22);
  });
});
