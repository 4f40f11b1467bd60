import {createHash} from "node:crypto";
import {expect, test} from "vitest";
import {populationDigest, readRegisteredPlan, registerPlan} from "../../src/ledger/registered-plan.ts";
import {canonicalJson} from "../../src/ledger/store.ts";
import {smallExperiment} from "../uplift/small-experiment.ts";

const {plan} = smallExperiment(100);
const {digest, ...own} = plan;

test("registerPlan(plan) adds the SHA-256 of its canonical JSON, whatever the order of its fields", () => {
  expect(digest).toBe(createHash("sha256").update(canonicalJson(own)).digest("hex"));
  const turned = Object.fromEntries(Object.entries(own).reverse()) as typeof own;
  expect(registerPlan(turned).digest).toBe(digest);
});

test("readRegisteredPlan(text) gives back the plan that was written", () => {
  expect(readRegisteredPlan(JSON.stringify(plan, null, 2), "plan.json")).toEqual(plan);
});

test("readRegisteredPlan(text) refuses a plan of which anything was changed, and says which digest was expected", () => {
  const changed = {...plan, alpha: 0.1};
  const found = registerPlan({...own, alpha: 0.1}).digest;
  expect(() => readRegisteredPlan(JSON.stringify(changed), "plan.json")).toThrow(
    `plan.json was altered after it was registered: the digest expected is ${digest}, and what it holds has ${found}; ` +
      "use the plan as it was registered, or register another experiment",
  );
  expect(() => readRegisteredPlan(JSON.stringify({...plan, more: 1}), "plan.json")).toThrow(/was altered/);
});

test("readRegisteredPlan(text) refuses what is no plan", () => {
  expect(() => readRegisteredPlan("plan", "plan.json")).toThrow("plan.json is no JSON object");
  expect(() => readRegisteredPlan("{}", "plan.json")).toThrow(
    "plan.json is no registered plan of this version",
  );
});

test("populationDigest(population) hangs on customers, risks and strata, not on the order of the rows", () => {
  const population = {customers: ["a", "b"], risk: Float64Array.of(1, 2), strata: {plan: ["x", "y"]}};
  const of = populationDigest(population);
  const turned = {customers: ["b", "a"], risk: Float64Array.of(2, 1), strata: {plan: ["y", "x"]}};
  expect(populationDigest(turned)).toBe(of);
  for (const other of [
    {...population, customers: ["a", "c"]},
    {...population, risk: Float64Array.of(1, 3)},
    {...population, strata: {plan: ["x", "x"]}},
    {...population, strata: {tier: ["x", "y"]}},
  ])
    expect(populationDigest(other)).not.toBe(of);
});
