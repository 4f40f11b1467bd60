import {applyFeatures} from "../features/fitted.ts";
import {type ContactTrial, contactTrial} from "../uplift/contacts.ts";
import {crossFitUplift, upliftFolds} from "../uplift/learn/learners.ts";
import {crossFitNuisance} from "../uplift/learn/nuisance.ts";
import {placesWithinFolds} from "../uplift/learn/out-of-fold.ts";
import {estimateSegments, type SegmentEstimate} from "../uplift/learn/quadrants.ts";
import {fitUpliftPreparation} from "../uplift/learn/regression.ts";
import {type UpliftCalibration, upliftCalibration} from "../uplift/measure/calibration.ts";
import {type UpliftGroup, upliftByGroup} from "../uplift/measure/groups.ts";
import {type UpliftMetric, upliftMetrics} from "../uplift/measure/metrics.ts";
import {type PolicyPoint, policyCurve} from "../uplift/measure/policy.ts";
import {
  compareRankAverageEffects,
  type Rates,
  rankAverageEffect,
  type TocPoint,
  toc,
} from "../uplift/measure/rate.ts";
import {type UpliftVerdict, upliftVerdict} from "../uplift/measure/verdict.ts";
import type {FeatureStages} from "./feature-stages.ts";
import {type RunInputs, stageKeys} from "./inputs.ts";
import {once} from "./once.ts";
import {stored} from "./store.ts";
import type {TargetStages} from "./target-stages.ts";

/** How the effect of a study's contacts is learned: of few thousand contacts it is told apart best so. */
export const LEARNER = {kind: "S", base: "boost"} as const;

/** Whom the contacts of the past changed; every row scored by models that did not see its customer. */
export type UpliftJudgement = {
  readonly rows: number;
  readonly customers: number;
  readonly treated: number;
  readonly counts: ContactTrial["counts"];
  /** Expected effect of each row on being kept, and its risk of churn without a contact, in [0, 1]. */
  readonly uplift: Float64Array;
  readonly risk: Float64Array;
  /** The average effect, and how well the rows are put in order by their effect; by risk less by uplift beside it. */
  readonly rates: Rates;
  readonly overRisk: Pick<Rates, "autoc" | "qini">;
  readonly toc: readonly TocPoint[];
  readonly metrics: readonly UpliftMetric[];
  readonly groups: readonly UpliftGroup[];
  readonly calibration: UpliftCalibration;
  /** Customers kept and money by share contacted. */
  readonly policy: readonly PolicyPoint[];
  readonly verdict: UpliftVerdict;
};

/**
 * The stages of a run that ask whom contacting changes; undefined where the study has no contacts of both arms. Of
 * contacts that were chosen there are the contacts alone: no lot says what would have been without them.
 */
export type UpliftStages = {
  readonly contacts: () => Promise<ContactTrial | undefined>;
  readonly uplift: () => Promise<UpliftJudgement | undefined>;
  /** The four quadrants: what a contact would change for each row, with its uncertainty. */
  readonly effectQuadrants: () => Promise<SegmentEstimate | undefined>;
};

/** Shares contacted at which the orders are compared. */
const SHARES = [0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

export function upliftStages(
  inputs: RunInputs,
  {churnRule, cohortSize}: TargetStages,
  {fitted, beside}: FeatureStages,
): UpliftStages {
  const {study, log, campaigns, store, threads} = inputs;
  const {horizon, activity, minimumTenureDays, economics, seed} = study;
  const key = [stageKeys(inputs).features, horizon, study.split, economics, seed, LEARNER];
  const contacts = once(async () => {
    if (!campaigns?.treated.includes(1) || !campaigns.treated.includes(0)) return undefined;
    const learned = await fitted();
    return contactTrial(log, campaigns, {
      ...{churn: churnRule(), horizon, activity, minimumTenureDays},
      features: cohort => applyFeatures(learned, log, cohort, beside),
    });
  });
  const byLot = async () => (study.campaigns?.assignment === "chosen" ? undefined : contacts());
  const uplift = once(async () => {
    const data = await byLot();
    return data && stored(store, {stage: "uplift", inputs: key}, () => judge(data));
  });
  const judge = async (data: ContactTrial): Promise<UpliftJudgement> => {
    const {trial, counts} = data;
    const {kind, base} = LEARNER;
    const fit = threads === undefined ? {base} : {base, threads};
    inputs.progress?.("learning whom contacts change");
    const effects = await crossFitUplift(kind, data, fit);
    const score = placesWithinFolds(effects, upliftFolds(data));
    const ids = Array.from(trial.customer, c => data.ids[c]!);
    const {x} = fitUpliftPreparation(data.x, ids, base);
    const outcomes = await crossFitNuisance({...data, x}, {...fit, propensity: "known"});
    const risk = outcomes.control.map(kept => 1 - kept);
    const drawn = {seed, draws: 1000};
    const options = {...drawn, outcomes};
    const {capacity} = economics;
    const fractions = [...new Set([...SHARES, capacity])].sort((a, b) => a - b);
    inputs.progress?.("comparing ways to choose");
    const policy = policyCurve(trial, {uplift: score, risk}, economics, {
      ...{...options, fractions: [0, ...fractions], customers: cohortSize()},
    });
    const rates = rankAverageEffect(trial, score, options);
    const [at, all] = [policy.find(({fraction}) => fraction === capacity)!, policy.at(-1)!];
    return {
      ...{rows: trial.outcome.length, customers: new Set(trial.customer).size},
      treated: trial.treated.reduce((sum, one) => sum + one, 0),
      ...{counts, uplift: effects, risk, rates, policy},
      overRisk: compareRankAverageEffects(trial, {a: score, b: risk}, options),
      toc: toc(trial, score, {...options, fractions}),
      metrics: upliftMetrics(trial, score, drawn),
      groups: upliftByGroup(trial, score, {...drawn, groups: 5}),
      calibration: upliftCalibration(trial, effects, {...options, groups: 5}),
      verdict: upliftVerdict(rates.autoc, {
        fraction: capacity,
        money: {uplift: at.uplift.money, risk: at.risk.money, all: all.uplift.money},
      }),
    };
  };
  const effectQuadrants = once(async () => {
    const data = await byLot();
    const options = {...LEARNER, seed, ...(threads === undefined ? {} : {threads})};
    return (
      data && stored(store, {stage: "effect-quadrants", inputs: key}, () => estimateSegments(data, options))
    );
  });
  return {contacts, uplift, effectQuadrants};
}
