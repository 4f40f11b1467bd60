import {describe, expect, it} from "vitest";
import {randomOf} from "../../src/random.ts";
import {normalAt, twoSided} from "../../src/uplift/experiment/distributions.ts";
import {crossingProbability, planLooks} from "../../src/uplift/experiment/sequential.ts";
import {expected} from "./experiment-reference.ts";

const equal = (looks: number) => Array.from({length: looks}, (_, k) => (k + 1) / looks);

describe("planLooks({looks, boundary})", () => {
  it.each([2, 3, 5])("has the bounds of %i looks of Pocock, and of O'Brien and Fleming", looks => {
    const {pocock_c, obf_bounds} = expected.group_sequential_alpha05_two_sided[looks];
    const {bounds} = planLooks({looks, boundary: "pocock"});
    for (const bound of bounds) expect(bound).toBeCloseTo(pocock_c, 4);
    const falling = planLooks({looks, boundary: "obrien-fleming"}).bounds;
    falling.forEach((bound, k) => {
      expect(bound).toBeCloseTo(obf_bounds[k], 4);
    });
  });

  it("of one look is the plain test", () => {
    const {bounds, inflation, nominal} = planLooks({looks: 1, alpha: 0.05});
    expect(bounds[0]).toBeCloseTo(twoSided(0.05), 12);
    expect(nominal[0]).toBeCloseTo(0.05, 12);
    expect(inflation).toBe(1);
  });

  it("takes so many more outcomes than one look that simulated effects are found as often", () => {
    const uniform = randomOf(9);
    const normal = () => normalAt(uniform() || 0.5);
    const worlds = 4000;
    const inflations = (["pocock", "obrien-fleming"] as const).map(boundary => {
      const {bounds, information, inflation} = planLooks({looks: 5, boundary, power: 0.9});
      const drift = (twoSided(0.05) + normalAt(0.9)) * Math.sqrt(inflation);
      let found = 0;
      for (let w = 0; w < worlds; w++) {
        let [sum, last] = [0, 0];
        for (const [k, t] of information.entries()) {
          sum += normal() * Math.sqrt(t - last) + drift * (t - last);
          last = t;
          if (Math.abs(sum / Math.sqrt(t)) < bounds[k]!) continue;
          found += 1;
          break;
        }
      }
      expect(Math.abs(found / worlds - 0.9)).toBeLessThan(3.5 * Math.sqrt(0.09 / worlds));
      return inflation;
    });
    expect(inflations[0]).toBeGreaterThan(inflations[1]!);
    expect(inflations[1]).toBeGreaterThan(1);
  });

  it("claims an effect in alpha of simulated experiments without one, at looks of any spacing", () => {
    const uniform = randomOf(8);
    const random = () => normalAt(uniform() || 0.5);
    const information = [0.2, 0.5, 1];
    const {bounds} = planLooks({looks: 3, boundary: "pocock", alpha: 0.1, information});
    const worlds = 20_000;
    let claims = 0;
    for (let w = 0; w < worlds; w++) {
      let sum = 0;
      let crossed = false;
      information.forEach((t, k) => {
        sum += random() * Math.sqrt(t - (information[k - 1] ?? 0));
        crossed ||= Math.abs(sum / Math.sqrt(t)) >= bounds[k]!;
      });
      claims += crossed ? 1 : 0;
    }
    expect(Math.abs(claims / worlds - 0.1)).toBeLessThan(3.5 * Math.sqrt(0.09 / worlds));
  });

  it("refuses looks that are not to be planned", () => {
    expect(() => planLooks({looks: 0})).toThrow("1 to 20 looks, got 0");
    expect(() => planLooks({looks: 2, alpha: 0.9})).toThrow("a power above alpha, got 0.8 with alpha 0.9");
    expect(() => planLooks({looks: 2, information: [0.5, 0.9]})).toThrow(
      "the last look at information 1, got 0.9",
    );
    expect(() => planLooks({looks: 2, information: [0.7, 0.5]})).toThrow("a rising share in (0, 1]");
  });
});

describe("crossingProbability(bounds)", () => {
  it("of five looks at 1.96 is the error of peeking", () => {
    expect(crossingProbability(Array(5).fill(twoSided(0.05)), equal(5))).toBeCloseTo(
      expected.naive_peeking_5_looks_type1,
      4,
    );
  });

  it("of one look is the power of a plain test", () => {
    expect(crossingProbability([twoSided(0.05)], [1], 0)).toBeCloseTo(0.05, 12);
    expect(crossingProbability([twoSided(0.05)], [1], 2.8015852)).toBeCloseTo(0.8, 4);
  });
});
