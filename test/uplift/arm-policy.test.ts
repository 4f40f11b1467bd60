import {describe, expect, it} from "vitest";
import {randomOf} from "../../src/random.ts";
import {bestArms} from "../../src/uplift/learn/arms.ts";
import {type ArmTrial, armPolicyValues} from "../../src/uplift/measure/arm-policy.ts";
import {policyValue} from "../../src/uplift/measure/policy.ts";

/** Two arms and a control in unequal shares: the outcome is 1 + z in the first arm, 1 − z in the second, 0.5 in the control. */
function world(rows: number, seed: number) {
  const random = randomOf(seed);
  const z = Float64Array.from({length: rows}, () => 2 * random() - 1);
  const propensity = [new Float64Array(rows).fill(0.5), new Float64Array(rows).fill(0.3)];
  const arm = Int32Array.from(z, () => {
    const u = random();
    return u < 0.5 ? 0 : u < 0.8 ? 1 : -1;
  });
  const mean = (k: number, i: number) => (k === 0 ? 1 + z[i]! : k === 1 ? 1 - z[i]! : 0.5);
  const trial: ArmTrial = {
    ...{arm, propensity, customer: Int32Array.from(z.keys())},
    outcome: Float64Array.from(z, (_, i) => mean(arm[i]!, i) + random() - 0.5),
    weight: Float64Array.from(z, () => 0.5 + random()),
  };
  const expected = [-1, 0, 1].map(k => Float64Array.from(z, (_, i) => mean(k, i)));
  return {trial, expected, z};
}

const constant = (k: number, rows: number) => new Int32Array(rows).fill(k);

describe("armPolicyValues", () => {
  it("is the definition, doubly robust and by inverse propensity, with ties of rules and weights", () => {
    const {trial, expected, z} = world(60, 1);
    const arm = Int32Array.from(z, (_, i) => (i % 3) - 1);
    const costs = [0.1, 0.2];
    const zero = expected.map(own => new Float64Array(own.length));
    for (const of of [expected, zero]) {
      const {values} = armPolicyValues(trial, [{name: "rule", arm}], {
        costs,
        expected: of,
        seed: 1,
        draws: 10,
      });
      let [above, below] = [0, 0];
      for (let i = 0; i < 60; i++) {
        const k = arm[i]!;
        const share = [0.2, 0.5, 0.3][k + 1]!;
        const m = of[k + 1]![i]!;
        const score = m + (trial.arm[i] === k ? (trial.outcome[i]! - m) / share : 0);
        above += trial.weight![i]! * (score - [0, 0.1, 0.2][k + 1]!);
        below += trial.weight![i]!;
      }
      expect(values[0]!.value.value).toBeCloseTo(above / below, 10);
    }
  });

  it("finds the best rule worth more than one arm for all, and the truth in its interval", () => {
    const {trial, expected} = world(4000, 2);
    const effects = [1, 2].map(k => expected[k]!.map((m, i) => m - expected[0]![i]!));
    const best = bestArms(effects, [0, 0]);
    const {values, over} = armPolicyValues(
      trial,
      [
        {name: "best", arm: best.arm},
        {name: "first", arm: constant(0, 4000)},
        {name: "second", arm: constant(1, 4000)},
        {name: "none", arm: constant(-1, 4000)},
      ],
      {costs: [0, 0], expected, seed: 1, draws: 300},
    );
    // 1 + |z| in the mean, against 1, 1 and 0.5.
    for (const [k, truth] of [1.5, 1, 1, 0.5].entries()) {
      expect(values[k]!.value.low).toBeLessThan(truth);
      expect(values[k]!.value.high).toBeGreaterThan(truth);
    }
    expect(over.map(({name}) => name)).toEqual(["first", "second", "none"]);
    for (const {difference} of over) expect(difference.low).toBeGreaterThan(0);
    expect(values.map(({treated}) => treated)).toEqual([1, 1, 1, 0]);
  });

  it("with one arm is policyValue, and duplicating every row changes no value", () => {
    const {trial, z} = world(200, 3);
    const rows = [...z.keys()].filter(i => trial.arm[i] !== 1);
    const pick = (values: Float64Array) => Float64Array.from(rows, i => values[i]!);
    const one = {
      ...{outcome: pick(trial.outcome), customer: Int32Array.from(rows), weight: pick(trial.weight!)},
      propensity: [new Float64Array(rows.length).fill(0.6)],
      arm: Int32Array.from(rows, i => trial.arm[i]!),
    };
    const arm = Int32Array.from(rows, i => (z[i]! > 0 ? 0 : -1));
    const {values} = armPolicyValues(one, [{name: "rule", arm}], {costs: [0], seed: 4, draws: 50});
    const two = policyValue(
      {...one, propensity: one.propensity[0]!, treated: Uint8Array.from(one.arm, k => k + 1)},
      Float64Array.from(arm, k => k + 1),
      {seed: 4, draws: 50},
    );
    expect(values[0]!.value.value).toBeCloseTo(two.value.value, 12);
    expect(values[0]!.value.low).toBeCloseTo(two.value.low, 12);
    const twice = <T extends Float64Array | Int32Array>(of: T): T =>
      (of instanceof Float64Array ? Float64Array.from([...of, ...of]) : Int32Array.from([...of, ...of])) as T;
    const doubled = {
      ...{outcome: twice(one.outcome), customer: twice(one.customer), weight: twice(one.weight)},
      ...{propensity: one.propensity.map(twice), arm: twice(one.arm)},
    };
    expect(
      armPolicyValues(doubled, [{name: "rule", arm: twice(arm)}], {costs: [0], seed: 4, draws: 50}).values[0]!
        .value.value,
    ).toBeCloseTo(values[0]!.value.value, 12);
  });

  it("refuses rules and trials that are none", () => {
    const {trial} = world(20, 5);
    const options = {costs: [0, 0], seed: 1, draws: 10};
    expect(() => armPolicyValues(trial, [{name: "a", arm: constant(2, 20)}], options)).toThrow(
      "armPolicyValues requires arms from -1 to 1, got 2",
    );
    expect(() => armPolicyValues(trial, [{name: "a", arm: [0]}], options)).toThrow(
      "requires 20 choices of a, got 1",
    );
    expect(() => armPolicyValues(trial, [], options)).toThrow("requires a rule, got none");
    expect(() =>
      armPolicyValues(trial, [{name: "a", arm: constant(0, 20)}], {...options, costs: [0]}),
    ).toThrow("requires a cost of 2 arms, got 1");
  });
});

it("bestArms(effects, costs) takes the largest gain above 0, of equals the first, else none", () => {
  const effects = [Float64Array.of(0.3, 0.1, 0.2, -1), Float64Array.of(0.3, 0.4, 0.25, -1)];
  expect([...bestArms(effects, [0, 0]).arm]).toEqual([0, 1, 1, -1]);
  const dear = bestArms(effects, [0, 0.1]);
  expect([...dear.arm]).toEqual([0, 1, 0, -1]);
  expect(dear.gain[1]).toBeCloseTo(0.3, 12);
  expect(() => bestArms(effects, [0])).toThrow("bestArms requires a cost of 2 arms, got 1");
});
