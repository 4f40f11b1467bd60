import {expect, test} from "vitest";
import {powerOfProportions} from "../../src/uplift/experiment/power.ts";
import {type StepwiseInputs, stepwisePlan} from "../../src/uplift/experiment/stepwise.ts";

const inputs: StepwiseInputs = {
  ...{monthly: 3000, capacity: 0.1, targetRate: 0.5, otherRate: 0.08},
  ...{works: 0.2, horizonMonths: 3},
};

test("stepwisePlan(inputs): the first step has the power that was asked for, and one customer fewer has not", () => {
  const {perArm, months} = stepwisePlan(inputs).steps[0]!;
  const power = (controls: number) => powerOfProportions({control: 0.5, treatment: 0.4, controls});
  expect(power(perArm!)).toBeGreaterThanOrEqual(0.8);
  expect(power(perArm! - 1)).toBeLessThan(0.8);
  expect(months).toBe(Math.ceil((2 * perArm!) / 300) + 3);
});

test("stepwisePlan(inputs): to tell two halves apart takes about four times what the average effect takes", () => {
  const [average, , halves] = stepwisePlan(inputs).steps;
  expect(halves!.perArm! / average!.perArm!).toBeGreaterThan(3.7);
  expect(halves!.perArm! / average!.perArm!).toBeLessThan(4.3);
  expect(halves!.effects.map(effect => effect + 0.1)).toEqual([
    expect.closeTo(-0.05, 12),
    expect.closeTo(0.05, 12),
  ]);
});

test("stepwisePlan(inputs): risk and the rest in a simulation are told apart in four of five experiments", async () => {
  const {perArm, othersPerArm} = stepwisePlan(inputs).steps[1]!;
  const {randomOf} = await import("../../src/random.ts");
  const random = randomOf(12);
  const draw = (n: number, rate: number) => {
    let k = 0;
    for (let i = 0; i < n; i++) if (random() < rate) k += 1;
    return k / n;
  };
  let found = 0;
  const trials = 2000;
  for (let t = 0; t < trials; t++) {
    const shares = [
      [draw(perArm!, 0.4), draw(perArm!, 0.5)],
      [draw(othersPerArm, 0.064), draw(othersPerArm, 0.08)],
    ] as const;
    const [first, second] = shares.map(([a, b]) => a - b) as [number, number];
    const variance = [perArm!, othersPerArm].reduce(
      (sum, n, g) => sum + shares[g]!.reduce((s, p) => s + (p * (1 - p)) / n, 0),
      0,
    );
    if (Math.abs(first - second) > 1.959964 * Math.sqrt(variance)) found += 1;
  }
  expect(Math.abs(found / trials - 0.8)).toBeLessThan(3 * Math.sqrt((0.8 * 0.2) / trials) + 0.01);
});

test("stepwisePlan(inputs): more power takes more, and the same effects in both groups no number tells apart", () => {
  const sizes = (more: Partial<StepwiseInputs>) =>
    stepwisePlan({...inputs, ...more}).steps.map(step => step.perArm);
  const usual = sizes({});
  sizes({power: 0.9}).forEach((size, k) => {
    expect(size!).toBeGreaterThan(usual[k]!);
  });
  expect(sizes({otherRate: 0.5})[1]).toBeNull();
  expect(sizes({works: 0.7})[2]).toBeNull();
  expect(() => stepwisePlan({...inputs, targetRate: 1})).toThrow(
    "stepwisePlan requires targetRate between 0 and 1, both open, got 1",
  );
});
