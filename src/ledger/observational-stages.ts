import {meanOf} from "../evaluate/profit.ts";
import {applyFeatures} from "../features/fitted.ts";
import type {Study} from "../study.ts";
import {monthsOf} from "../target/targets.ts";
import {type StepwisePlan, stepwisePlan} from "../uplift/experiment/stepwise.ts";
import {earlierContacts} from "../uplift/observe/earlier.ts";
import {checkLot, type LotCheck} from "../uplift/observe/lot.ts";
import {type ObservationalStudy, studyContacts} from "../uplift/observe/observational.ts";
import type {FeatureStages} from "./feature-stages.ts";
import {type RunInputs, stageKeys} from "./inputs.ts";
import type {ModelStages} from "./model-stages.ts";
import {once} from "./once.ts";
import {stored} from "./store.ts";
import type {TargetStages} from "./target-stages.ts";
import type {UpliftStages} from "./uplift-stages.ts";

/** What a study's contacts show when nobody counts on a lot. */
export type Observation = {
  /** What the study says of how the arms came about. */
  readonly assignment: NonNullable<Study["campaigns"]>["assignment"];
  /** Whether it looks like a lot, whatever the study says. */
  readonly lot: LotCheck;
  readonly study: ObservationalStudy;
  /** The period before the contacts that they cannot have changed; null where too few customers were there before it. */
  readonly earlier: {readonly days: number; readonly rows: number} | null;
};

/** The stages of a run that has no lot to go by. */
export type ObservationalStages = {
  /** Past contacts as if they had been chosen; undefined without contacts of both arms. */
  readonly observational: () => Promise<Observation | undefined>;
  /** The way from no campaign to targeting by effect, by the rates of the test rows and the study's economics. */
  readonly stepwise: () => Promise<StepwisePlan>;
};

/** Rows of each arm below which nothing is asked of the earlier period. */
const FEW = 50;

export function observationalStages(
  inputs: RunInputs,
  {churnRule, cohortSize}: TargetStages,
  {fitted, beside}: FeatureStages,
  {ranked, contacts}: Pick<ModelStages, "ranked"> & UpliftStages,
): ObservationalStages {
  const {study, log, store} = inputs;
  const {horizon, activity, minimumTenureDays, seed} = study;
  const days = "days" in horizon ? horizon.days : 30 * horizon.months;
  const earlierOf = async (data: Parameters<typeof earlierContacts>[1]) => {
    const learned = await fitted();
    const earlier = await earlierContacts(log, data, {
      ...{days, churn: churnRule(), activity, minimumTenureDays},
      features: cohort => applyFeatures(learned, log, cohort, beside),
    });
    const ones = earlier.treated.reduce((sum, t) => sum + t, 0);
    return ones < FEW || earlier.treated.length - ones < FEW ? undefined : earlier;
  };
  const observational = once(async () => {
    const data = await contacts();
    if (!data) return undefined;
    const {trial, x, day} = data;
    const assignment = study.campaigns?.assignment ?? "random";
    const key = [stageKeys(inputs).features, horizon, study.split, seed];
    const found = await stored(store, {stage: "observational", inputs: key}, async () => {
      inputs.progress?.("asking what contacts show without a lot");
      const {outcome, treated, customer} = trial;
      const rows = {...{x, outcome, treated, customer}, day, ids: data.ids};
      const earlier = await earlierOf(data);
      return {
        lot: await checkLot(rows, {seed}),
        study: await studyContacts(rows, {seed, ...(earlier && {earlier})}),
        earlier: earlier ? {days, rows: earlier.treated.length} : null,
      };
    });
    return {assignment, ...found};
  });
  const stepwise = once(async () => {
    const {probabilities, y} = await ranked("test");
    // Of everybody no rest would be left to compare with.
    const capacity = Math.min(study.economics.capacity, 0.5);
    const order = Array.from(y.keys()).sort((a, b) => probabilities[b]! - probabilities[a]! || a - b);
    const first = Math.ceil(capacity * order.length);
    // Neither none nor all, however few the rows are.
    const rateOf = (rows: readonly number[]) =>
      (rows.reduce((sum, i) => sum + y[i]!, 0) + 0.5) / (rows.length + 1);
    return stepwisePlan({
      ...{monthly: cohortSize(), capacity},
      ...{targetRate: rateOf(order.slice(0, first)), otherRate: rateOf(order.slice(first))},
      works: Math.min(Math.max(meanOf(study.economics.offerWorks), 0.01), 0.99),
      horizonMonths: monthsOf(horizon),
    });
  });
  return {observational, stepwise};
}
