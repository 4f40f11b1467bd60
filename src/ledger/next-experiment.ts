import {addSpan, dateOf} from "../data/calendar.ts";
import type {Day} from "../data/event-log.ts";
import {DataError} from "../data-error.ts";
import {meanOf} from "../evaluate/profit.ts";
import type {Study} from "../study.ts";
import {
  type Assignment,
  type Contacts,
  designGroups,
  leftOut,
  type Population,
  type Sharing,
} from "../uplift/experiment/design.ts";
import {makePlan, type Plan, type PlannedPopulation, type RegisteredPlan} from "../uplift/experiment/plan.ts";
import {whereOf} from "../uplift/experiment/read-rows.ts";
import type {CampaignList} from "./campaign-stages.ts";
import {populationDigest, registerPlan} from "./registered-plan.ts";

/** The name of the treatment in a plan that nobody has named. */
export const TREATMENT = "contact";
/** Contacts of so many days before the launch keep a customer out. */
export const QUIET_DAYS = 30;
/** Shares of the customers that the target group may be, beside the study's capacity. */
const SHARES = [0.2, 0.3, 0.5, 1];

/** The next experiment with the customers at hand, and what other sizes of its target group would show. */
export type NextExperiment = {
  /** What a contact has to lower the share of churners by to pay. */
  readonly worthwhile: number;
  /** A plan for each share of the customers as target group, rising. */
  readonly options: readonly {readonly target: number; readonly plan: Plan}[];
  /** The one with the smallest target group that finds an effect worth its cost; else the one at capacity. */
  readonly plan: RegisteredPlan;
  /** In the order of `customers`. */
  readonly assignment: Assignment;
  readonly customers: readonly string[];
  /** Place of each in the list. */
  readonly places: Int32Array;
};

/**
 * What a contact has to lower the share of churners by to pay: its cost over the mean value of a customer, in [0.001,
 * 0.999], since no test finds less, and no share falls by more.
 */
export const worthwhileEffect = ({
  contactCost,
  offerCost,
  customerValue,
}: Pick<Study["economics"], "contactCost" | "offerCost" | "customerValue">): number => {
  const value = meanOf(customerValue);
  return within(value > 0 ? (meanOf(contactCost) + meanOf(offerCost)) / value : 1);
};

const within = (share: number): number => Math.min(Math.max(share, 0.001), 0.999);

/**
 * Plans the next experiment on a list of scores: the four groups, half of the target group contacted and a tenth of the
 * others; churn within the horizon, read once. Without a contact as many of the target group are expected to churn as
 * their scores say.
 * @param launch the day of registration and of the first contact. @param contacts made in the past.
 * @throws DataError when too few customers are left to have one in each group.
 */
export function planNextExperiment(
  list: CampaignList,
  {
    study,
    launch,
    contacts,
  }: {readonly study: Study; readonly launch: Day; readonly contacts?: Contacts | undefined},
): NextExperiment {
  const worthwhile = worthwhileEffect(study.economics);
  const left = leftOut(list.customers, {launch, quietDays: QUIET_DAYS, ...(contacts ? {contacts} : {})});
  const places = Int32Array.from(list.customers.keys()).filter(
    i => !left.contacted.has(list.customers[i]!) && !left.elsewhere.has(list.customers[i]!),
  );
  const customers = Array.from(places, i => list.customers[i]!);
  const {capacity} = study.economics;
  if (capacity * customers.length < 2)
    throw new DataError(
      `planNextExperiment requires 2 customers in the target group, got ${customers.length} customers who can take part, of whom ${capacity} are reached`,
    );
  const population = {customers, risk: Float64Array.from(places, i => list.probabilities[i]!)};
  const shares = [...new Set([capacity, ...SHARES])].filter(share => share >= capacity).sort((a, b) => a - b);
  const name = `${study.name}: the contact of ${dateOf(launch)}`;
  const made = shares.map(target => {
    const sharing: Sharing = {
      ...{salt: name, target, riskBands: 4},
      ...{arms: [{name: TREATMENT, share: 0.5}], random: target === 1 ? 0 : 0.1},
    };
    const assignment = designGroups(population, sharing);
    const planned: PlannedPopulation = {
      ...{customers: customers.length, ...armCounts(assignment), digest: populationDigest(population)},
      ...{quietDays: QUIET_DAYS, contacted: left.contacted.size, elsewhere: left.elsewhere.size},
    };
    const control = expectedRate(population, assignment);
    const plan = makePlan({
      ...{name, registered: dateOf(launch), launch: dateOf(launch), sharing, population: planned},
      hypothesis: "A contact keeps customers whom the model holds to be at risk",
      horizonDays: addSpan(launch, study.horizon) - launch,
      metric: {
        ...{name: "churned", kind: "proportion", better: "lower", control},
        treatment: Math.max(control - worthwhile, control / 10),
      },
      ...{alpha: 0.05, power: 0.8, looks: 1, boundary: "obrien-fleming"},
      ...{strata: [], guardrails: [], covariates: [], segments: [], compliance: null},
    });
    return {target, plan, assignment};
  });
  const chosen = made.find(({plan}) => plan.arms.every(({enough}) => enough)) ?? made[0]!;
  return {
    ...{worthwhile, customers, places, assignment: chosen.assignment},
    options: made.map(({target, plan}) => ({target, plan})),
    plan: registerPlan(chosen.plan),
  };
}

function armCounts({arm, group}: Assignment): Pick<PlannedPopulation, "target" | "outside"> {
  const counts: Record<"target" | "outside", Record<string, number>> = {target: {}, outside: {}};
  arm.forEach((name, i) => {
    const side = counts[whereOf(group[i]!)];
    side[name] = (side[name] ?? 0) + 1;
  });
  return counts;
}

/** The mean score of the target group, not 0 or 1. */
function expectedRate({risk}: Population, {group}: Assignment): number {
  const own = risk.filter((_, i) => whereOf(group[i]!) === "target");
  return within(own.reduce((sum, p) => sum + p, 0) / own.length);
}
