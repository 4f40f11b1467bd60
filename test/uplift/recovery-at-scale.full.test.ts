import {beforeAll, describe, expect, it} from "vitest";
import {segmentOf} from "../../src/data/simulate-campaign.ts";
import {takeRows} from "../../src/features/matrix.ts";
import {applyPreparation} from "../../src/model/prepare/preparation.ts";
import {applyUplift, fitUplift, UPLIFT_KINDS} from "../../src/uplift/learn/learners.ts";
import {crossFitNuisance, fitArm} from "../../src/uplift/learn/nuisance.ts";
import {quadrantBounds} from "../../src/uplift/learn/quadrant-bounds.ts";
import {SEGMENTS} from "../../src/uplift/learn/quadrants.ts";
import {effectRecovery} from "../../src/uplift/learn/recovery.ts";
import {applyRegression, fitUpliftPreparation} from "../../src/uplift/learn/regression.ts";
import {placesOf, rowsWhere, takeUplift} from "../../src/uplift/uplift-data.ts";
import {type ShopTrial, shopsTrial} from "./shop.ts";

/** Four shops, one after the other: all at once would be three million events more than are needed at a time. */
const SHOPS = [11, 12, 13, 14].map(seed => ({customers: 25_000, seed}));
const percent = (share: number) => `${(100 * share).toFixed(1)}%`;

describe("the simulated shop with 100,000 customers", () => {
  let all: ShopTrial;
  let learn: ShopTrial["data"];
  let judge: ShopTrial["data"];
  let truth: ShopTrial["truth"];
  beforeAll(async () => {
    all = await shopsTrial(SHOPS);
    const place = placesOf(all.data, "half");
    const judged = rowsWhere(place, u => u >= 0.5);
    learn = takeUplift(
      all.data,
      rowsWhere(place, u => u < 0.5),
    );
    judge = takeUplift(all.data, judged);
    truth = {
      uplift: Float64Array.from(judged, i => all.truth.uplift[i]!),
      segment: judged.map(i => all.truth.segment[i]!),
      kept: judged.map(i => all.truth.kept[i]!),
    };
  }, 600_000);

  it("tells the effects of customers apart: the learners, and what nobody has to learn, on the other half of the customers", async () => {
    const customers = Array.from(learn.trial.customer, c => learn.ids[c]!);
    const {steps, x} = fitUpliftPreparation(learn.x, customers, "boost");
    const control = await fitArm({...learn, x}, 0, {base: "boost", threads: 2});
    const risk = applyRegression(control, applyPreparation(steps, judge.x)).map(p => 1 - p);
    const right = (effect: (i: number) => number) =>
      truth.segment.filter((segment, i) => segment === segmentOf(risk[i]!, -effect(i))).length / risk.length;
    const lines: string[] = [];
    const say = (name: string, found: ReturnType<typeof effectRecovery>, share: number) =>
      lines.push(
        `${name}: PEHE ${found.pehe.toFixed(4)}, correlation ${found.correlation.toFixed(2)}, ` +
          `persuadable in the top tenth ${percent(found.persuadableInTop)}, right quadrant ${percent(share)}`,
      );
    const learned = async (kind: (typeof UPLIFT_KINDS)[number], base: "boost" | "linear") => {
      const effect = applyUplift(await fitUplift(kind, learn, {base, threads: 2}), judge.x);
      const found = effectRecovery(effect, truth);
      const share = right(i => effect[i]!);
      say(`${kind} over ${base}`, found, share);
      return {...found, right: share};
    };
    const average = await learned("average", "boost");
    say(
      "by risk",
      effectRecovery(risk, truth),
      right(() => 0),
    );
    const found = new Map<string, Awaited<ReturnType<typeof learned>>>();
    for (const base of ["boost", "linear"] as const)
      for (const kind of UPLIFT_KINDS)
        if (kind !== "average") found.set(`${kind} ${base}`, await learned(kind, base));
    const largest = Math.max(...SEGMENTS.map(s => truth.segment.filter(t => t === s).length)) / risk.length;
    console.log(
      `${learn.x.rows} rows learned from, ${judge.x.rows} judged; persuadable ${percent(average.persuadable)}, ` +
        `largest quadrant ${percent(largest)}\n${lines.join("\n")}`,
    );
  });
});
