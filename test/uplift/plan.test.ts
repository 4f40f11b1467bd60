import {describe, expect, it} from "vitest";
import {
  detectableAt,
  detectableEffect,
  makePlan,
  type Plan,
  type PlanInput,
} from "../../src/uplift/experiment/plan.ts";
import {powerOfProportions, sizeForProportions} from "../../src/uplift/experiment/power.ts";
import {powerOfMeans} from "../../src/uplift/experiment/power-means.ts";
import {planLooks} from "../../src/uplift/experiment/sequential.ts";
import {smallExperiment} from "./small-experiment.ts";

const METRIC = {name: "churned", kind: "proportion", better: "lower", control: 0.1, treatment: 0.08} as const;

/** A plan whose target group holds these. */
function planOf(target: Readonly<Record<string, number>>, fields: Partial<PlanInput> = {}): Plan {
  const {plan} = smallExperiment(100);
  const {digest: _, schemaVersion: _v, looks: _l, arms: _a, formula: _f, ...rest} = plan;
  const {multiplicity: _m, stoppingRule: _s, ...input} = rest;
  return makePlan({
    ...{...input, metric: METRIC, looks: 1, boundary: "pocock"},
    population: {...input.population, target},
    ...fields,
  });
}

describe("makePlan(input)", () => {
  it("needs what sizeForProportions says, 3213 an arm, and has enough from there on", () => {
    const plan = planOf({mail: 3213, control: 3213});
    expect(plan.arms).toEqual([
      {
        ...{name: "mail", treated: 3213, control: 3213, needed: {treated: 3213, control: 3213}, enough: true},
        detectable: expect.closeTo(-0.02, 5),
      },
    ]);
    expect(planOf({mail: 3212, control: 3212}).arms[0]!.enough).toBe(false);
    expect(planOf({mail: 3213}).arms[0]).toMatchObject({control: 0, detectable: null, enough: false});
  });

  it("detects what the planned test finds with the planned power", () => {
    const [arm] = planOf({mail: 2000, control: 1000}).arms;
    const found = {control: 0.1, treatment: 0.1 + arm!.detectable!, controls: 1000, ratio: 2};
    expect(powerOfProportions(found)).toBeCloseTo(0.8, 9);
  });

  it("of several arms gives each its share of alpha, of several looks the inflation of the bounds", () => {
    const looks = planLooks({looks: 3, boundary: "pocock", alpha: 0.025, power: 0.8});
    const sharing = {
      ...{salt: "s", target: 0.5, random: 0, riskBands: 1},
      arms: [
        {name: "mail", share: 0.4},
        {name: "call", share: 0.2},
      ],
    };
    const plan = planOf({mail: 9000, call: 4500, control: 9000}, {looks: 3, sharing});
    expect(plan.looks).toEqual(looks);
    const one = sizeForProportions({control: 0.1, treatment: 0.08, power: 0.8, alpha: 0.025, ratio: 0.5});
    expect(plan.arms[1]!.needed).toEqual({
      treated: Math.ceil(one.exact * 0.5 * looks.inflation),
      control: Math.ceil(one.exact * looks.inflation),
    });
    const own = {controls: 9000 / looks.inflation, ratio: 0.5, alpha: 0.025};
    const treatment = 0.1 + plan.arms[1]!.detectable!;
    expect(powerOfProportions({control: 0.1, treatment, ...own})).toBeCloseTo(0.8, 9);
    expect(plan.multiplicity).toMatch(/Bonferroni/);
    expect(planOf({mail: 9, call: 9, control: 9}, {sharing}).looks).toEqual(
      planLooks({looks: 1, boundary: "pocock", alpha: 0.05}),
    );
    expect(planOf({mail: 9, call: 9, control: 9}, {sharing}).multiplicity).toMatch(/adjusted by Holm/);
  });

  it("says the stopping rule in words with its bounds", () => {
    expect(planOf({mail: 9, control: 9}).stoppingRule).toBe(
      "Read once, when every outcome is known, 30 days after the launch; nothing before.",
    );
    expect(planOf({mail: 9, control: 9}, {looks: 2}).stoppingRule).toMatch(
      /\(Pocock\): 50% at \|z\| ≥ 2\.1783, 100% at \|z\| ≥ 2\.1783; at no other time\.$/,
    );
  });

  it("of amounts detects what a t test finds, in the direction that is better", () => {
    const metric = {
      name: "spend",
      kind: "mean",
      better: "higher",
      control: 50,
      treatment: 55,
      sd: 20,
    } as const;
    const [arm] = planOf({mail: 300, control: 300}, {metric}).arms;
    expect(arm!.detectable).toBeGreaterThan(0);
    expect(powerOfMeans({difference: arm!.detectable!, sd: 20, controls: 300})).toBeCloseTo(0.8, 9);
    const lower = detectableEffect(
      {...metric, better: "lower"},
      {alpha: 0.05, power: 0.8, treated: 300, control: 300},
    );
    expect(lower).toBe(-arm!.detectable!);
    expect(detectableEffect(metric, {alpha: 0.05, power: 0.8, treated: 2, control: 300})).toBeNull();
  });

  it("refuses an effect in the wrong direction, a plan after the launch, margins and spreads out of range", () => {
    const of = (fields: Partial<PlanInput>) => () => planOf({mail: 9, control: 9}, fields);
    expect(of({metric: {...METRIC, treatment: 0.12}})).toThrow(
      "makePlan requires an effect in the direction that is better, lower, got 0.1 without a contact and 0.12 with it",
    );
    expect(of({registered: "2025-06-03"})).toThrow(
      "makePlan requires a plan registered by the launch, 2025-06-02, got 2025-06-03",
    );
    expect(of({guardrails: [{name: "left", worse: "higher", margin: -1}]})).toThrow(
      "margins of 0 or more, got -1 of left",
    );
    expect(of({metric: {...METRIC, kind: "mean"}})).toThrow(
      "a standard deviation of the metric above 0, got NaN",
    );
    expect(of({horizonDays: 0})).toThrow("a horizon in days above 0, got 0");
    expect(of({alpha: 0.6})).toThrow("alpha below 0.5, got 0.6");
  });
});

it("detectableAt(plan, arms) is what the plan says of its own arms", () => {
  const plan = planOf({mail: 700, control: 900}, {looks: 2});
  expect(detectableAt(plan, {treated: 700, control: 900})).toBe(plan.arms[0]!.detectable);
});
