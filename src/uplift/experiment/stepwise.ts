import {requirePositive, requireShare} from "./distributions.ts";
import {durationMonths, type GroupRates, sizeForInteraction, sizeForProportions} from "./power.ts";

/** What a study without campaigns knows of the campaigns to come. */
export type StepwiseInputs = {
  /** Customers who may be contacted each month, and the share of them, those at highest risk, that a campaign takes. */
  readonly monthly: number;
  /** In (0, 1). */
  readonly capacity: number;
  /** Share who churn without a contact in that target group, and outside it, each in (0, 1). */
  readonly targetRate: number;
  readonly otherRate: number;
  /** Share of would-be churners that a contact keeps, in (0, 1): an assumption until step 1 is read. */
  readonly works: number;
  /** Months until an outcome is known. */
  readonly horizonMonths: number;
  readonly power?: number;
  readonly alpha?: number;
};

/** What a step asks, and what it takes to see the answer. */
export type PlanStep = {
  readonly step: "average effect" | "risk against the rest" | "two halves" | "targeting by effect";
  /** Effects in the two groups that are to be told apart, or of the one against none: churn with contact less without. */
  readonly effects: readonly [number, number] | readonly [number];
  /** Customers of the target group with contact, and as many without; null where no number of them would tell. */
  readonly perArm: number | null;
  /** Customers outside the target group with contact, and as many without. */
  readonly othersPerArm: number;
  /** Months from the first contact to the last outcome, when every month brings its customers anew. */
  readonly months: number | null;
};

export type StepwisePlan = Required<StepwiseInputs> & {
  /** Customers of the target group each month. */
  readonly targetMonthly: number;
  readonly steps: readonly PlanStep[];
};

/**
 * The plan of a study that has contacted nobody yet: contact by risk with half of the target group left alone, contact a
 * random group outside it, collect, then learn whom contact changes. Sizes are for tests of two shares with the pooled variance, and for differences of two differences,
 * which take about four times as many.
 * @throws RangeError when a share is not in (0, 1), or the months bring nobody.
 */
export function stepwisePlan({power = 0.8, alpha = 0.05, ...inputs}: StepwiseInputs): StepwisePlan {
  const {monthly, capacity, targetRate, otherRate, works, horizonMonths} = inputs;
  for (const [name, value] of Object.entries({capacity, targetRate, otherRate, works, power, alpha}))
    requireShare("stepwisePlan", name, value);
  requirePositive("stepwisePlan", "monthly", monthly);
  const targetMonthly = monthly * capacity;
  const sure = {power, alpha};
  const months = (perArm: number, of: number) =>
    durationMonths({customers: 2 * perArm, perMonth: of, horizonMonths});
  const target = ratesOf(targetRate, works);
  const others = ratesOf(otherRate, works);
  const average = sizeForProportions({...target, ...sure}).control;
  const [more, less] = [ratesOf(targetRate, 1.5 * works), ratesOf(targetRate, 0.5 * works)];
  // Halves of the target group: each takes as many.
  const halves = 1.5 * works < 1 ? 2 * sizeForInteraction(more, less, sure).control : null;
  const apart =
    Math.abs(effectOf(target) - effectOf(others)) < 1e-12
      ? null
      : sizeForInteraction(target, others, sure).control;
  return {
    ...{...inputs, power, alpha, targetMonthly},
    steps: [
      {
        ...{step: "average effect", effects: [effectOf(target)], perArm: average, othersPerArm: 0},
        months: months(average, targetMonthly),
      },
      {
        ...{step: "risk against the rest", effects: [effectOf(target), effectOf(others)], perArm: apart},
        othersPerArm: apart ?? 0,
        months:
          apart === null
            ? null
            : Math.max(months(apart, targetMonthly), months(apart, monthly - targetMonthly)),
      },
      {
        ...{step: "two halves", effects: [effectOf(more), effectOf(less)], perArm: halves, othersPerArm: 0},
        months: halves === null ? null : months(halves, targetMonthly),
      },
      {
        ...{step: "targeting by effect", effects: [effectOf(target)], perArm: average, othersPerArm: 0},
        months: months(average, targetMonthly),
      },
    ],
  };
}

const ratesOf = (rate: number, works: number): GroupRates => ({
  control: rate,
  treatment: rate * (1 - works),
});
const effectOf = ({control, treatment}: GroupRates): number => treatment - control;
