import {describe, expect, it} from "vitest";
import {randomOf} from "../../src/random.ts";
import {normalAt} from "../../src/uplift/experiment/distributions.ts";
import {
  detectableProportion,
  durationMonths,
  powerOfProportions,
  sizeForInteraction,
  sizeForProportions,
} from "../../src/uplift/experiment/power.ts";
import {detectableMean, powerOfMeans, sizeForMeans} from "../../src/uplift/experiment/power-means.ts";
import {expected} from "./experiment-reference.ts";

const design = {control: 0.1, treatment: 0.08};

describe("sizeForProportions(design)", () => {
  it("is that of power.prop.test of R: 3213 an arm for 10 % against 8 %", () => {
    const size = sizeForProportions({...design, power: 0.8});
    expect(size).toMatchObject({control: 3213, treatment: 3213});
    expect(size.exact).toBeCloseTo(expected.R.two_prop, 4);
    expect(size.exact).toBeCloseTo(expected["statsmodels_n_one_tail_diff0.02_p2_0.08"], 4);
  });

  it("by the arcsine is that of Cohen's h, in equal arms and with four times the treated", () => {
    const arcsine = {...design, formula: "arcsine", power: 0.8} as const;
    // statsmodels counts effects that are found in the wrong direction too: some millionths of the size.
    const near = (exact: number, wanted: number) => expect(Math.abs(exact / wanted - 1)).toBeLessThan(1e-5);
    near(sizeForProportions(arcsine).exact, expected.n_per_arm_cohen_h_power80_two_sided);
    near(sizeForProportions({...arcsine, ratio: 4}).exact, expected.n_control_ratio4);
  });

  it("gives back the power that it was asked for, by every formula, side and ratio", () => {
    for (const formula of ["pooled", "unpooled", "arcsine"] as const)
      for (const sides of [1, 2] as const)
        for (const ratio of [0.25, 1, 9]) {
          const all = {...design, formula, sides, ratio, alpha: 0.01};
          const {exact} = sizeForProportions({...all, power: 0.9});
          expect(powerOfProportions({...all, controls: exact})).toBeCloseTo(0.9, 10);
        }
  });

  it("refuses proportions that do not differ, and shares out of range", () => {
    expect(() => sizeForProportions({control: 0.1, treatment: 0.1, power: 0.8})).toThrow(
      "two proportions that differ, got 0.1 twice",
    );
    expect(() => sizeForProportions({...design, power: 1})).toThrow(
      "power between 0 and 1, both open, got 1",
    );
    expect(() => sizeForProportions({...design, control: 0, power: 0.8})).toThrow("control between 0 and 1");
  });
});

describe("powerOfProportions(design)", () => {
  it("is that of R and statsmodels with 2 000 an arm", () => {
    expect(powerOfProportions({...design, controls: 2000})).toBeCloseTo(expected.R.two_prop_power, 6);
    expect(powerOfProportions({...design, controls: 2000})).toBeCloseTo(
      expected.power_proportions_2indep_n2000,
      4,
    );
  });

  it("is the share of simulated experiments that claim the effect", () => {
    const random = randomOf(5);
    const [worlds, n] = [1500, 400];
    const rates = {control: 0.3, treatment: 0.22};
    let claims = 0;
    for (let w = 0; w < worlds; w++) {
      let [a, b] = [0, 0];
      for (let i = 0; i < n; i++) {
        a += random() < rates.control ? 1 : 0;
        b += random() < rates.treatment ? 1 : 0;
      }
      const pooled = (a + b) / (2 * n);
      const z = (b - a) / n / Math.sqrt((2 * pooled * (1 - pooled)) / n);
      claims += z < -normalAt(0.975) ? 1 : 0;
    }
    const power = powerOfProportions({...rates, controls: n});
    expect(Math.abs(claims / worlds - power)).toBeLessThan(3.5 * Math.sqrt((power * (1 - power)) / worlds));
  });
});

describe("detectableProportion(design)", () => {
  it("is the rate that needs just the customers at hand, downwards and upwards", () => {
    for (const direction of ["lower", "higher"] as const) {
      const treatment = detectableProportion({control: 0.1, controls: 3213, power: 0.8, direction})!;
      expect(sizeForProportions({control: 0.1, treatment, power: 0.8}).exact).toBeCloseTo(3213, 3);
      expect(treatment < 0.1).toBe(direction === "lower");
    }
    expect(detectableProportion({control: 0.1, controls: 3213})!).toBeCloseTo(0.08, 5);
  });

  it("is null where not even no churn at all would be found", () => {
    expect(detectableProportion({control: 0.02, controls: 50})).toBeNull();
  });
});

describe("sizeForInteraction(first, second)", () => {
  it("is four times the unpooled size of one effect, where the other group has none and the same variance", () => {
    const one = sizeForProportions({control: 0.5, treatment: 0.4, formula: "unpooled", power: 0.8}).exact;
    const two = sizeForInteraction(
      {control: 0.5, treatment: 0.4},
      {control: 0.5, treatment: 0.5},
      {power: 0.8},
    );
    const variances = (0.25 + 0.24 + 0.5) / (0.25 + 0.24);
    expect(two.exact).toBeCloseTo(one * variances, 6);
    const opposite = sizeForInteraction(
      {control: 0.5, treatment: 0.45},
      {control: 0.45, treatment: 0.5},
      {power: 0.8},
    );
    expect(opposite.exact).toBeCloseTo(2 * one * ((0.25 + 0.2475) / (0.25 + 0.24)), 4);
  });

  it("refuses effects that do not differ", () => {
    const same = {control: 0.5, treatment: 0.4};
    expect(() => sizeForInteraction(same, {control: 0.4, treatment: 0.3}, {power: 0.8})).toThrow(
      "effects that differ",
    );
  });
});

describe("sizes for means", () => {
  it("are those of power.t.test of R and of statsmodels", () => {
    const size = sizeForMeans({difference: 0.2, sd: 1, power: 0.9});
    expect(size.exact).toBeCloseTo(expected.R.t_n, 3);
    expect(size.control).toBe(527);
    expect(powerOfMeans({difference: 0.2, sd: 1, controls: 526})).toBeCloseTo(
      expected["t_power_d0.2_n526"],
      5,
    );
  });

  it("do not hang on the unit, and their smallest effect needs just the customers at hand", () => {
    const euros = sizeForMeans({difference: -20, sd: 100, power: 0.9}).exact;
    expect(euros).toBeCloseTo(sizeForMeans({difference: 0.2, sd: 1, power: 0.9}).exact, 6);
    const found = detectableMean({sd: 100, controls: 300, ratio: 2, power: 0.8});
    expect(powerOfMeans({difference: found, sd: 100, controls: 300, ratio: 2})).toBeCloseTo(0.8, 9);
  });
});

describe("durationMonths(customers)", () => {
  it("counts the months in which customers come in, and the horizon of the last", () => {
    expect(durationMonths({customers: 6426, perMonth: 1000, horizonMonths: 3})).toBe(10);
    expect(durationMonths({customers: 2000, perMonth: 1000, horizonMonths: 3})).toBe(5);
    expect(() => durationMonths({customers: 2000, perMonth: 0, horizonMonths: 3})).toThrow(
      "perMonth above 0",
    );
  });
});
