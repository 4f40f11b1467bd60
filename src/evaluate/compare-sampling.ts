import {DataError} from "../data-error.ts";
import type {Matrix} from "../features/matrix.ts";
import {fitSampled} from "../model/average.ts";
import {applyCalibration, chooseCalibration} from "../model/calibration.ts";
import {applyModel, canLearn, type Model, type ModelKind, workOf} from "../model/model.ts";
import {changesNothing, type Sampling} from "../sampling/sample.ts";
import {clusterBootstrap, type Interval} from "./bootstrap.ts";
import {type CompeteOptions, dataOf, type RoleData} from "./compete.ts";
import {rocAuc} from "./metrics.ts";
import {rankRows} from "./ranking.ts";
import {aucStatistic, difference, liftStatistic, meanStatistic, type Statistic} from "./statistic.ts";

/** Probabilities of the test rows against what came true; intervals are 95 % by bootstrap over customers. */
export type ProbabilityJudgement = {
  /** Mean predicted less share observed. */
  readonly bias: Interval;
  readonly brier: Interval;
  /** In nats. */
  readonly logLoss: Interval;
};

/** What a kind of model makes of the train rows as one scheme samples them. */
export type SchemeJudgement = {
  readonly kind: ModelKind;
  readonly sampling: Sampling;
  /** Rows learned from, made-up ones included; and cutoffs that no model could be fitted on. */
  readonly rows: number;
  readonly positives: number;
  readonly skippedCutoffs: number;
  /** Values looked at. */
  readonly work: number;
  /** By which a study may choose. */
  readonly tuneAuc: number;
  readonly auc: Interval;
  /** At the capacity. */
  readonly lift: Interval;
  /** Above the same kind of model on the rows as they are, paired; absent for that one. */
  readonly aucGain?: Interval;
  readonly liftGain?: Interval;
  /** As the sample taught them; with the prior put back; and calibrated on the calibrate rows. */
  readonly learned: ProbabilityJudgement;
  readonly restored: ProbabilityJudgement;
  readonly calibrated: ProbabilityJudgement;
};

/** A scheme that the train rows do not allow, or that has nothing to do on them. */
export type RefusedScheme = {
  readonly kind: ModelKind;
  readonly sampling: Sampling;
  /** Why, without a full stop. */
  readonly refused: string;
  /** True when it would leave the train rows as they are. */
  readonly idle?: boolean | undefined;
};

/** Schemes of sampling on the same untouched test rows. */
export type SamplingComparison = {
  readonly rows: number;
  readonly customers: number;
  readonly observed: number;
  readonly capacity: number;
  readonly schemes: readonly (SchemeJudgement | RefusedScheme)[];
};

export type CompareSamplingOptions = Pick<
  CompeteOptions,
  "cohort" | "customers" | "labels" | "split" | "order" | "seed" | "threads"
> & {
  /** Beside "none", which always comes first. */
  readonly schemes: readonly Sampling[];
  /** Boosted trees are fitted with their default setting. */
  readonly kinds?: readonly ("logistic" | "boost")[];
  /** Share of the rows at which lift is taken, in (0, 1]. */
  readonly capacity: number;
  readonly draws?: number;
  readonly progress?: ((kind: ModelKind, sampling: Sampling) => void) | undefined;
};

/**
 * Fits each kind of model once for each scheme and judges it on the test rows. Sampling touches the train rows only;
 * tune, calibrate and test rows are the same for all. The figures of the test rows are to be read, not chosen by.
 * A scheme that the train rows do not allow, or that would leave them as they are, is named as refused.
 * @throws RangeError when a role lacks a class.
 */
export async function compareSampling(
  x: Matrix,
  options: CompareSamplingOptions,
): Promise<SamplingComparison> {
  const {schemes, kinds = ["logistic", "boost"], capacity, progress} = options;
  const [train, tune, calibrate, test] = (["train", "tune", "calibrate", "test"] as const).map(role =>
    dataOf(x, options, role),
  ) as [RoleData, RoleData, RoleData, RoleData];
  const others = schemes.filter(({kind}) => kind !== "none");
  const tried: (Tried | RefusedScheme)[] = [];
  for (const kind of kinds)
    for (const sampling of [{kind: "none"} as const, ...others]) {
      if (!canLearn(kind, sampling)) continue;
      progress?.(kind, sampling);
      tried.push(await tryScheme({kind, sampling}, {train, tune, calibrate, test}, options));
    }
  const ids = new Map([...new Set(test.customers)].map((id, c) => [id, c]));
  const clusters = {cluster: Int32Array.from(test.customers, id => ids.get(id)!), n: ids.size};
  const statistics = Object.assign(
    {},
    ...tried.map((one, t) => ("refused" in one ? {} : statisticsOf(one, `${t}`, {tried, test, capacity}))),
  ) as Record<string, Statistic>;
  const {draws = 1000, seed} = options;
  const found = clusterBootstrap(clusters, statistics, {draws, seed});
  return {
    rows: test.x.rows,
    customers: ids.size,
    observed: test.y.reduce((sum, y) => sum + y, 0) / test.x.rows,
    capacity,
    schemes: tried.map((one, t) => ("refused" in one ? one : judgementOf(one, `${t}`, found))),
  };
}

const SORTS = ["learned", "restored", "calibrated"] as const;

/** A scheme that was fitted, with its margins and probabilities of the test rows. */
type Tried = Pick<
  SchemeJudgement,
  "kind" | "sampling" | "rows" | "positives" | "skippedCutoffs" | "work" | "tuneAuc"
> & {
  readonly margins: Float64Array;
  readonly probabilities: Readonly<Record<(typeof SORTS)[number], Float64Array>>;
};

async function tryScheme(
  {kind, sampling}: Pick<Tried, "kind" | "sampling">,
  {train, tune, calibrate, test}: Readonly<Record<"train" | "tune" | "calibrate" | "test", RoleData>>,
  {seed, order = {}, threads = 1}: CompareSamplingOptions,
): Promise<Tried | RefusedScheme> {
  if (changesNothing(sampling, train))
    return {kind, sampling, refused: "it would leave the training rows as they are", idle: true};
  try {
    const search = {candidates: 1, auc: rocAuc, threads};
    const model = await fitSampled(kind, train, {seed, tune, sampling, order, search});
    const margins = await applyModel(model, test.x);
    const ownMargins = await applyModel(model, calibrate.x);
    const {calibration} = chooseCalibration(ownMargins, calibrate.y, calibrate.customers, {seed});
    const shift = model.kind === "average" ? 0 : (model.sampled?.shift ?? 0);
    return {
      ...{kind, sampling, margins, work: workOf(model), ...learnedFrom(model)},
      tuneAuc: rocAuc(await applyModel(model, tune.x), tune.y),
      probabilities: {
        learned: margins.map(margin => sigmoid(margin - shift)),
        restored: margins.map(sigmoid),
        calibrated: applyCalibration(calibration, margins),
      },
    };
  } catch (error) {
    if (error instanceof DataError) return {kind, sampling, refused: error.message};
    throw error;
  }
}

const sigmoid = (margin: number): number => 1 / (1 + Math.exp(-margin));

function learnedFrom(model: Model): Pick<Tried, "rows" | "positives" | "skippedCutoffs"> {
  if (model.kind !== "average") return {...countsOf(model.sampled ?? model.trained), skippedCutoffs: 0};
  const {trained, skipped} = model;
  const left = (of: "rows" | "positives") => skipped.reduce((sum, one) => sum + one[of], 0);
  return {
    rows: trained.rows - left("rows"),
    positives: trained.positives - left("positives"),
    skippedCutoffs: skipped.length,
  };
}

const countsOf = ({rows, positives}: {rows: number; positives: number}) => ({rows, positives});

function statisticsOf(
  {kind, margins, probabilities}: Tried,
  name: string,
  {tried, test: {y}, capacity}: {tried: readonly (Tried | RefusedScheme)[]; test: RoleData; capacity: number},
): Record<string, Statistic> {
  const rank = (of: Float64Array) => {
    const ranking = rankRows(of, y);
    return {auc: aucStatistic(ranking), lift: liftStatistic(ranking, {fraction: capacity})};
  };
  const {auc, lift} = rank(margins);
  const out: Record<string, Statistic> = {[`${name} auc`]: auc, [`${name} lift`]: lift};
  const plain = tried.find(one => one.kind === kind && one.sampling.kind === "none")!;
  if ("margins" in plain && plain.margins !== margins) {
    const other = rank(plain.margins);
    out[`${name} aucGain`] = difference(auc, other.auc);
    out[`${name} liftGain`] = difference(lift, other.lift);
  }
  for (const sort of SORTS) {
    const held = probabilities[sort].map(p => Math.min(Math.max(p, Number.EPSILON), 1 - Number.EPSILON));
    const mean = (value: (p: number, label: number) => number) =>
      meanStatistic(held.map((p, i) => value(p, y[i]!)));
    out[`${name} ${sort} bias`] = mean((p, label) => p - label);
    out[`${name} ${sort} brier`] = mean((p, label) => (p - label) ** 2);
    out[`${name} ${sort} logLoss`] = mean((p, label) => -Math.log(label === 1 ? p : 1 - p));
  }
  return out;
}

function judgementOf(
  {margins: _, probabilities: __, ...one}: Tried,
  name: string,
  found: Readonly<Record<string, Interval>>,
): SchemeJudgement {
  const of = (what: string): Interval => found[`${name} ${what}`]!;
  const [learned, restored, calibrated] = SORTS.map(sort => ({
    bias: of(`${sort} bias`),
    brier: of(`${sort} brier`),
    logLoss: of(`${sort} logLoss`),
  })) as [ProbabilityJudgement, ProbabilityJudgement, ProbabilityJudgement];
  const gains = found[`${name} aucGain`] ? {aucGain: of("aucGain"), liftGain: of("liftGain")} : {};
  return {...one, auc: of("auc"), lift: of("lift"), ...gains, learned, restored, calibrated};
}
