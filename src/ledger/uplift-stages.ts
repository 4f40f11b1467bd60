import type {Interval} from "../evaluate/bootstrap.ts";
import {applyFeatures} from "../features/fitted.ts";
import {byDayOfContact} from "../uplift/contact-days.ts";
import {type ContactTrial, contactTrial} from "../uplift/contacts.ts";
import {compareLearners, type LearnerComparison} from "../uplift/learn/compare.ts";
import {learnForward} from "../uplift/learn/forward.ts";
import {crossFitNuisance, fitArm} from "../uplift/learn/nuisance.ts";
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
import {takeOutcomes} from "../uplift/measure/scores.ts";
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

/**
 * Whom the contacts of the past changed. Orders and what hangs on them are judged on the rows that `learnForward` leaves,
 * each scored by models of other customers; the average effect on all.
 */
export type UpliftJudgement = {
  readonly rows: number;
  readonly customers: number;
  readonly treated: number;
  readonly counts: ContactTrial["counts"] & {
    /** Rows left out since on their day all or none were contacted. */
    readonly oneArmed: number;
  };
  readonly average: Rates["average"];
  /** Row numbers that are judged, and of each the part of the customers that it lies in. */
  readonly judged: Int32Array;
  readonly part: Int32Array;
  /** Expected effect of each row on being kept, and its risk of churn without a contact, in [0, 1]. */
  readonly uplift: Float64Array;
  readonly risk: Float64Array;
  /** How well the rows are put in order by their effect; the same less that of the order by risk beside it. */
  readonly rates: Rates;
  readonly overRisk: Pick<Rates, "autoc" | "qini">;
  readonly toc: readonly TocPoint[];
  /** None where the chance of a contact differs from day to day: all of these take one chance for granted. */
  readonly metrics: readonly UpliftMetric[];
  readonly groups: readonly UpliftGroup[];
  /** Null where the same effect is expected of everybody. */
  readonly calibration: UpliftCalibration | null;
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
  const lot = once(async () => {
    const data = study.campaigns?.assignment === "chosen" ? undefined : await contacts();
    return data ? byDayOfContact(data) : {data, oneArmed: 0};
  });
  const byLot = async () => (await lot()).data;
  const offerMeasured = once(async () => {
    const {trial} = (await byLot()) ?? {};
    const left = trial?.outcome.some((kept, i) => kept === 0 && trial.treated[i] === 0);
    return trial && left ? keptShare(trial, {seed}) : undefined;
  });
  const threading = threads === undefined ? {} : {threads};
  const prepared = once(async (): Promise<ContactTrial> => {
    const data = (await byLot())!;
    const ids = Array.from(data.trial.customer, c => data.ids[c]!);
    return {...data, x: fitUpliftPreparation(data.x, ids, "boost").x};
  });
  const outcomes = once(async () =>
    crossFitNuisance(await prepared(), {base: "boost", ...threading, propensity: "known"}),
  );
  const risks = async () => {
    const {value} = await learnForward(await prepared(), async earlier => {
      const control = await fitArm(earlier, 0, {base: "boost", ...threading});
      return x => applyRegression(control, x).map(kept => 1 - kept);
    });
    return value;
  };
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
    const compared = (await learners())!;
    const {rows: judged, part} = compared;
    const {effects} = compared.learners[compared.chosen]!;
    const score = placesWithinFolds(effects, part);
    const risk = await risks();
    const riskiest = placesWithinFolds(risk, part);
    const trial = takeTrial(data.trial, judged);
    const everybody = await outcomes();
    const expected = takeOutcomes(everybody, judged);
    const drawn = {seed, draws: 1000};
    const options = {...drawn, outcomes: expected};
    const {capacity} = economics;
    const fractions = [...new Set([...SHARES, capacity])].sort((a, b) => a - b);
    inputs.progress?.("comparing ways to choose");
    const policy = policyCurve(trial, {uplift: score, risk: riskiest}, economics, {
      ...{...options, fractions: [0, ...fractions], customers: cohortSize()},
    });
    const rates = rankAverageEffect(trial, score, options);
    const alike = new Float64Array(data.trial.outcome.length);
    const at = policy.find(({fraction}) => fraction === capacity)!;
    const {propensity} = trial;
    return {
      ...{rows: alike.length, customers: new Set(data.trial.customer).size, judged, part},
      treated: data.trial.treated.reduce((sum, one) => sum + one, 0),
      counts: {...data.counts, oneArmed: (await lot()).oneArmed},
      average: rankAverageEffect(data.trial, alike, {...drawn, outcomes: everybody}).average,
      ...{uplift: effects, risk, rates, policy},
      overRisk: compareRankAverageEffects(trial, {a: score, b: riskiest}, options),
      toc: toc(trial, score, {...options, fractions}),
      metrics: propensity.every(e => e === propensity[0]) ? upliftMetrics(trial, score, drawn) : [],
      groups: upliftByGroup(trial, score, {...drawn, groups: 5}),
      calibration: score.every(place => place === 0.5)
        ? null
        : upliftCalibration(trial, effects, {outcomes: expected, fold: part, groups: 5}),
      quadrants: quadrantBounds(trial, {
        control: expected.control,
        treated: expected.control.map((kept, i) => Math.min(1, Math.max(0, kept + effects[i]!))),
      }),
      verdict: upliftVerdict(rates.autoc, {
        fraction: capacity,
        money: {uplift: at.uplift.money, risk: at.risk.money, any: at.random.money},
      }),
    };
  };
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
    const {uplift: effects, risk, judged, part, quadrants: bounds} = (await uplift())!;
    const own = {
      uplift: Float64Array.from(judged, i => truth.uplift[i]!),
      segment: Array.from(judged, i => truth.segment[i]!),
    };
    const inTop = (order: Float64Array) =>
      effectRecovery(placesWithinFolds(order, part), own).persuadableInTop;
    const lives = Array.from(judged, i => quadrantOfLives(truth.kept[i]!));
    return {
      rows: effects.length,
      effects: {...effectRecovery(effects, own), persuadableInTop: inTop(effects)},
      persuadableInRiskiest: inTop(risk),
      segments: segmentRecovery((await effectQuadrants())!, truth),
      lives: bySegment(segment => lives.filter(found => found === segment).length),
      bounds,
    };
  });
  return {contacts, offerMeasured, learners, uplift, effectQuadrants, upliftRecovery};
}
