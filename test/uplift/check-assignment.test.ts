import {expect, test} from "vitest";
import {randomOf} from "../../src/random.ts";
import {checkAssignment} from "../../src/uplift/experiment/check-assignment.ts";
import {differenceOfMeans} from "../../src/uplift/experiment/effect.ts";
import {nullCheck, nullChecks} from "../../src/uplift/experiment/null-check.ts";
import {smallExperiment} from "./small-experiment.ts";

const {assignment} = smallExperiment(400);
const random = randomOf(1);
const values = Float64Array.from(assignment.customer, () => (random() < 0.1 ? Number.NaN : random()));

test("checkAssignment compares the arms of the target group by what is known of each trait", () => {
  const [check] = checkAssignment(assignment, {salt: "s", traits: {spend: values}});
  const of = (arm: string) =>
    Array.from(values).filter(
      (value, i) =>
        assignment.arm[i] === arm && assignment.group[i]!.startsWith("target") && !Number.isNaN(value),
    );
  const [one, none] = [of("mail"), of("control")];
  const mean = (all: number[]) => all.reduce((sum, v) => sum + v, 0) / all.length;
  const variance = (all: number[]) =>
    all.reduce((sum, v) => sum + (v - mean(all)) ** 2, 0) / (all.length - 1);
  expect(check!.customers).toBe(one.length + none.length);
  expect(check!.smd).toBeCloseTo(
    (mean(one) - mean(none)) / Math.sqrt((variance(one) + variance(none)) / 2),
    12,
  );
  const arms = {
    outcome: Float64Array.of(...one, ...none),
    treated: Uint8Array.from([...one.map(() => 1), ...none.map(() => 0)]),
  };
  expect(check!.p).toBeCloseTo(differenceOfMeans(arms).p, 12);
  expect(check).toMatchObject({trait: "spend", salts: 200, even: true});
  expect(Math.abs(check!.claims - 0.05)).toBeLessThan(3 * Math.sqrt((0.05 * 0.95) / 200));
});

test("checkAssignment tells an assignment that hangs on a trait, and skips one that hardly anybody has", () => {
  const traits = {
    arm: Float64Array.from(assignment.arm, arm => (arm === "mail" ? 1 : 0)),
    rare: values.map((value, i) => (i < 12 ? value : Number.NaN)),
  };
  const checks = checkAssignment(assignment, {salt: "s", traits});
  expect(checks).toEqual([expect.objectContaining({trait: "arm", smd: null, p: 0, even: false})]);
});

test("nullChecks(customers, metrics) is nullCheck of each, and leaves out who has no value", () => {
  const ids = assignment.customer;
  const other = Float64Array.from(ids, random);
  const options = {salt: "s", salts: 100};
  expect(nullChecks(ids, [values, other], options)).toEqual([
    nullCheck(ids, values, options),
    nullCheck(ids, other, options),
  ]);
  const halves = Float64Array.from(ids, (_, i) => (i < 200 ? other[i]! : Number.NaN));
  expect(nullCheck(ids, halves, options).p).not.toEqual(nullCheck(ids, other, options).p);
});
