import type {Interval} from "../evaluate/bootstrap.ts";
import {applyFeatures} from "../features/fitted.ts";
import {applyPreparation} from "../model/prepare/preparation.ts";
import {type ContactTrial, contactTrial} from "../uplift/contacts.ts";
import {compareLearners, type LearnerComparison, takeOutcomes} from "../uplift/learn/compare.ts";
import {learnForward} from "../uplift/learn/forward.ts";
import {crossFitUplift, upliftFolds} from "../uplift/learn/learners.ts";
import {crossFitNuisance, fitArm, nuisanceFolds} from "../uplift/learn/nuisance.ts";
import {placesWithinFolds} from "../uplift/learn/out-of-fold.ts";
import {type QuadrantBounds, quadrantBounds, quadrantOfLives} from "../uplift/learn/quadrant-bounds.ts";
import {
  type BySegment,
  bySegment,
  estimateSegments,
  type SegmentEstimate,
} from "../uplift/learn/quadrants.ts";
import {
  type EffectRecovery,
  effectRecovery,
  type SegmentRecovery,
  segmentRecovery,
} from "../uplift/learn/recovery.ts";
import {applyRegression, fitUpliftPreparation} from "../uplift/learn/regression.ts";
import type {UpliftCandidate} from "../uplift/learn/select.ts";
import {type UpliftCalibration, upliftCalibration} from "../uplift/measure/calibration.ts";
import {type UpliftGroup, upliftByGroup} from "../uplift/measure/groups.ts";
import {keptShare} from "../uplift/measure/kept-share.ts";
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
import {shopTruth} from "../uplift/shop-truth.ts";
import {takeTrial} from "../uplift/uplift-data.ts";
import type {FeatureStages} from "./feature-stages.ts";
import {type RunInputs, stageKeys} from "./inputs.ts";
import {once} from "./once.ts";
import {stored} from "./store.ts";
import type {TargetStages} from "./target-stages.ts";

/**
 * Learners of the effect of a study's contacts. The first is one model, and of the demo's few thousand contacts it told
 * effects apart best; it stays unless the contacts at hand show another to be better.
 */
const LEARNERS = [
  {kind: "S", base: "boost"},
  {kind: "T", base: "boost"},
  {kind: "X", base: "boost"},
  {kind: "DR", base: "boost"},
  {kind: "S", base: "linear"},
  {kind: "T", base: "linear"},
] as const satisfies readonly UpliftCandidate[];

/** Whom the contacts of the past changed; every row scored by models that did not see its customer. */
export type UpliftJudgement = {
  readonly rows: number;
  /**
   * Rows that all figures of the order are of: they are learned forward, so that a part of the customers is learned from
   * only, and the intervals hold. The average effect and the quadrants are of all rows.
   */
  readonly judged: number;
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
  /** Shares of the rows by what becomes of whom with contact and without. */
  readonly quadrants: BySegment<QuadrantBounds>;
  /** Customers kept and money by share contacted. */
  readonly policy: readonly PolicyPoint[];
  readonly verdict: UpliftVerdict;
};

/** What was found of the contacts of a simulated shop, against what is true of them. */
export type UpliftRecovery = {
  readonly rows: number;
  readonly effects: EffectRecovery;
  /** Share of true persuadables in the tenth of the highest risk, to compare with that of the highest effect. */
  readonly persuadableInRiskiest: number;
  readonly segments: SegmentRecovery;
  /** Rows by what truly becomes of whom with contact and without. */
  readonly lives: BySegment<number>;
  readonly bounds: BySegment<QuadrantBounds>;
};

/**
 * The stages of a run that ask whom contacting changes; undefined where the study has no contacts of both arms. Of
 * contacts that were chosen there are the contacts alone: no lot says what would have been without them.
 */
export type UpliftStages = {
  readonly contacts: () => Promise<ContactTrial | undefined>;
  /** Share of the would-be churners whom a contact kept; undefined too where no customer left alone left. */
  readonly offerMeasured: () => Promise<Interval | undefined>;
  /** Learners of the effect side by side, and the one that the others of these stages use. */
  readonly learners: () => Promise<LearnerComparison | undefined>;
  readonly uplift: () => Promise<UpliftJudgement | undefined>;
  /** The four quadrants: what a contact would change for each row, with its uncertainty. */
  readonly effectQuadrants: () => Promise<SegmentEstimate | undefined>;
  /** Undefined for the log of a real shop: nobody knows it there. */
  readonly upliftRecovery: () => Promise<UpliftRecovery | undefined>;
};

/** Halves of the customers that quadrants are learned from. */
const HALVES = 30;

/** Shares contacted at which the orders are compared. */
const SHARES = [0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

export function upliftStages(
  inputs: RunInputs,
  {churnRule, cohortSize}: TargetStages,
  {fitted, beside}: FeatureStages,
): UpliftStages {
  const {study, log, campaigns, store, threads} = inputs;
  const {horizon, activity, minimumTenureDays, economics, seed} = study;
  const key = [stageKeys(inputs).features, horizon, study.split, economics, seed, LEARNERS];
  const contacts = once(async () => {
    if (!campaigns?.treated.includes(1) || !campaigns.treated.includes(0)) return undefined;
    const learned = await fitted();
    return contactTrial(log, campaigns, {
      ...{churn: churnRule(), horizon, activity, minimumTenureDays},
      features: cohort => applyFeatures(learned, log, cohort, beside),
    });
  });
  const byLot = once(async () => (study.campaigns?.assignment === "chosen" ? undefined : contacts()));
  const offerMeasured = once(async () => {
    const {trial} = (await byLot()) ?? {};
    const left = trial?.outcome.some((kept, i) => kept === 0 && trial.treated[i] === 0);
    return trial && left ? keptShare(trial, {seed}) : undefined;
  });
  const threading = threads === undefined ? {} : {threads};
  const outcomes = once(async () => {
    const data = (await byLot())!;
    const ids = Array.from(data.trial.customer, c => data.ids[c]!);
    const {x} = fitUpliftPreparation(data.x, ids, "boost");
    return crossFitNuisance({...data, x}, {base: "boost", ...threading, propensity: "known"});
  });
  const learners = once(async () => {
    const data = await byLot();
    return (
      data &&
      stored(store, {stage: "uplift-learners", inputs: key}, async () => {
        inputs.progress?.("learning whom contacts change");
        return compareLearners(data, LEARNERS, {seed, outcomes: await outcomes(), ...threading});
      })
    );
  });
  const uplift = once(async () => {
    const data = await byLot();
    return data && stored(store, {stage: "uplift", inputs: key}, () => judge(data));
  });
  const judge = async (data: ContactTrial): Promise<UpliftJudgement> => {
    const {counts} = data;
    const {rows, part, ...compared} = (await learners())!;
    const {kind, base, effects} = compared.learners[compared.chosen]!;
    const expected = await outcomes();
    inputs.progress?.("comparing ways to choose");
    const trial = takeTrial(data.trial, rows);
    const by = {
      uplift: placesWithinFolds(effects, part),
      risk: placesWithinFolds((await risksForward(data)).value, part),
    };
    const drawn = {seed, draws: 1000};
    const options = {...drawn, outcomes: takeOutcomes(expected, rows)};
    const {capacity} = economics;
    const fractions = [...new Set([...SHARES, capacity])].sort((a, b) => a - b);
    const policy = policyCurve(trial, by, economics, {
      ...{...options, fractions: [0, ...fractions], customers: cohortSize()},
    });
    const {average} = rankAverageEffect(data.trial, new Float64Array(data.x.rows), {
      ...drawn,
      outcomes: expected,
    });
    const rates = {...rankAverageEffect(trial, by.uplift, options), average};
    const [at, all] = [policy.find(({fraction}) => fraction === capacity)!, policy.at(-1)!];
    const crossed = await crossFitUplift(kind, data, {base, ...threading});
    return {
      ...{rows: data.x.rows, judged: rows.length, customers: new Set(data.trial.customer).size},
      treated: data.trial.treated.reduce((sum, one) => sum + one, 0),
      ...{counts, uplift: crossed, risk: expected.control.map(kept => 1 - kept), rates, policy},
      overRisk: compareRankAverageEffects(trial, {a: by.uplift, b: by.risk}, options),
      toc: toc(trial, by.uplift, {...options, fractions}),
      metrics: upliftMetrics(trial, by.uplift, drawn),
      groups: upliftByGroup(trial, by.uplift, {...drawn, groups: 5}),
      calibration: upliftCalibration(trial, effects, {outcomes: options.outcomes, fold: part, groups: 5}),
      quadrants: quadrantBounds(data.trial, {
        control: expected.control,
        treated: expected.control.map((kept, i) => Math.min(1, Math.max(0, kept + crossed[i]!))),
      }),
      verdict: upliftVerdict(rates.autoc, {
        fraction: capacity,
        money: {uplift: at.uplift.money, risk: at.risk.money, all: all.uplift.money},
      }),
    };
  };
  /** Risk without a contact, learned as effects are. */
  const risksForward = (data: ContactTrial) =>
    learnForward(data, async earlier => {
      const ids = Array.from(earlier.trial.customer, c => earlier.ids[c]!);
      const {steps, x} = fitUpliftPreparation(earlier.x, ids, "boost");
      const kept = await fitArm({...earlier, x}, 0, {base: "boost", threads});
      return own => applyRegression(kept, applyPreparation(steps, own)).map(p => 1 - p);
    });
  const effectQuadrants = once(async () => {
    const data = await byLot();
    return (
      data &&
      stored(store, {stage: "effect-quadrants", inputs: key}, async () => {
        const compared = (await learners())!;
        const {kind, base} = compared.learners[compared.chosen]!;
        return estimateSegments(data, {kind, base, seed, draws: HALVES, ...threading});
      })
    );
  });
  const upliftRecovery = once(async () => {
    const data = await byLot();
    const truth = data && shopTruth(log, data);
    if (!truth) return undefined;
    const {uplift: effects, risk, quadrants: bounds} = (await uplift())!;
    const inTop = (order: Float64Array, fold: Int32Array) =>
      effectRecovery(placesWithinFolds(order, fold), truth).persuadableInTop;
    const lives = truth.kept.map(quadrantOfLives);
    return {
      rows: effects.length,
      effects: {...effectRecovery(effects, truth), persuadableInTop: inTop(effects, upliftFolds(data))},
      persuadableInRiskiest: inTop(risk, nuisanceFolds(data)),
      segments: segmentRecovery((await effectQuadrants())!, truth),
      lives: bySegment(segment => lives.filter(own => own === segment).length),
      bounds,
    };
  });
  return {contacts, offerMeasured, learners, uplift, effectQuadrants, upliftRecovery};
}
