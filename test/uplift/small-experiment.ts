import {populationDigest, registerPlan} from "../../src/ledger/registered-plan.ts";
import {randomOf} from "../../src/random.ts";
import {designGroups} from "../../src/uplift/experiment/design.ts";
import {makePlan, type PlanInput, type RegisteredPlan} from "../../src/uplift/experiment/plan.ts";
import type {AssignedCustomers, Outcomes} from "../../src/uplift/experiment/read-rows.ts";

export const LAUNCH = "2025-06-02";
/** The first day on which the last look may be read, 30 days after the launch. */
export const OVER = "2025-07-02";

export type SmallExperiment = {readonly plan: RegisteredPlan; readonly assignment: AssignedCustomers};

/** An experiment with the share of a churn metric: half of the customers are the target group, half of it treated. */
export function smallExperiment(
  customers: number,
  {
    sharing,
    ...fields
  }: Partial<Omit<PlanInput, "sharing">> & {readonly sharing?: Partial<PlanInput["sharing"]>} = {},
): SmallExperiment {
  const random = randomOf(customers);
  const population = {
    customers: Array.from({length: customers}, (_, i) => `c${i}`),
    risk: Float64Array.from({length: customers}, random),
    strata: {},
  };
  const shares = {
    ...{salt: "small", target: 0.5, arms: [{name: "mail", share: 0.5}], random: 0.5, riskBands: 2},
    ...sharing,
  };
  const assignment = {...designGroups(population, shares), customer: population.customers};
  const count = (side: string) => {
    const own: Record<string, number> = {};
    assignment.arm.forEach((arm, i) => {
      const inTarget = assignment.group[i]!.startsWith("target");
      if (inTarget === (side === "target")) own[arm] = (own[arm] ?? 0) + 1;
    });
    return own;
  };
  const plan = makePlan({
    ...{name: "small", hypothesis: "A mail keeps customers", registered: "2025-06-01", launch: LAUNCH},
    horizonDays: 30,
    metric: {name: "churned", kind: "proportion", better: "lower", control: 0.5, treatment: 0.1},
    ...{strata: [], alpha: 0.05, power: 0.8, looks: 1, boundary: "pocock"},
    ...{guardrails: [], covariates: [], segments: [], compliance: null},
    population: {
      ...{customers, target: count("target"), outside: count("outside")},
      ...{digest: populationDigest(population), quietDays: 30, contacted: 0, elsewhere: 0},
    },
    ...fields,
    sharing: shares,
  });
  return {plan: registerPlan(plan), assignment};
}

/** An outcome a customer by what `of` says of the row; NaN is not known. */
export function outcomesOf(
  {customer, arm, group}: AssignedCustomers,
  of: (arm: string, where: "target" | "outside", row: number) => number,
): Outcomes {
  const outcome = Float64Array.from(customer, (_, i) =>
    of(arm[i]!, group[i]!.startsWith("target") ? "target" : "outside", i),
  );
  return {customer, outcome};
}
