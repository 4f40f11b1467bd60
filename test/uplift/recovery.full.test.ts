import {describe, expect, it} from "vitest";
import {applyUplift, crossFitUplift, fitUplift, UPLIFT_KINDS} from "../../src/uplift/learn/learners.ts";
import {estimateSegments} from "../../src/uplift/learn/quadrants.ts";
import {effectRecovery, segmentRecovery} from "../../src/uplift/learn/recovery.ts";
import {shopTrial} from "./shop.ts";
import {constantPehe, pehe, randomWorld} from "./worlds.ts";

const LEARNERS = UPLIFT_KINDS.filter(kind => kind !== "average");

describe.each(["linear", "boost"] as const)("20,000 rows of a known effect, over %s", base => {
  const {data, tau} = randomWorld({rows: 20_000, seed: 6});
  const fresh = randomWorld({rows: 5000, seed: 7});

  it.each(LEARNERS)(
    "%s has two thirds of the average effect's error at most, on rows it did not see",
    async kind => {
      const error = pehe(applyUplift(await fitUplift(kind, data, {base}), fresh.data.x), fresh.tau);
      console.log(`${kind} over ${base}: PEHE ${error.toFixed(4)}, constant ${constantPehe(tau).toFixed(4)}`);
      expect(error).toBeLessThan((2 / 3) * constantPehe(fresh.tau));
    },
  );
});

describe("the simulated shop", () => {
  it("at the demo's size is too small to tell customers' effects apart, but S over boost ranks better than chance", async () => {
    const {data, truth} = await shopTrial({customers: 6000, seed: 1});
    for (const base of ["linear", "boost"] as const)
      for (const kind of LEARNERS) {
        const found = effectRecovery(await crossFitUplift(kind, data, {base}), truth);
        console.log(`${kind} over ${base}:`, found);
        expect(found.pehe).toBeGreaterThan(0.9 * found.constantPehe);
        if (kind === "S" && base === "boost")
          expect(found.persuadableInTop).toBeGreaterThan(found.persuadable + 0.1);
      }
  });

  it("S over boost names the true quadrant more often than the largest would", async () => {
    const {data, truth} = await shopTrial({customers: 6000, seed: 1});
    const estimate = await estimateSegments(data, {kind: "S", base: "boost", seed: 1, draws: 20});
    const found = segmentRecovery(estimate, truth);
    console.log(found);
    expect(found.right).toBeGreaterThan(found.largest);
  });
});
