import {type ModelKind, titleOf} from "../model/model.ts";
import {CROSS_CHECK, type Study} from "../study.ts";
import type {Cohort} from "../target/cohort.ts";
import {type BootstrapOptions, type Clusters, clustersOf, type Interval} from "./bootstrap.ts";
import {bootstrapInThreads} from "./bootstrap-threads.ts";
import {type BrierDecomposition, brierDecomposition} from "./brier-decomposition.ts";
import {type CalibrationError, calibrationError} from "./calibration-error.ts";
import {type CalibrationSlope, calibrationSlope} from "./calibration-slope.ts";
import {bayesCeiling, hindsightCeiling, shareOfAttainable} from "./ceiling.ts";
import {type Competition, type Ranked, rankedOf} from "./compete.ts";
import {type PrecisionRecallPoint, precisionRecallCurve, type RocPoint, rocCurve, thinned} from "./curves.ts";
import {delongAuc, delongDifference, type NormalInterval} from "./delong.ts";
import {type LiftBin, liftTable} from "./lift.ts";
import {
  differenceStatistics,
  type MetricTable,
  type ModelComparison,
  metricStatistics,
} from "./metric-table.ts";
import {type Ranking, rankRows} from "./ranking.ts";
import {spearman} from "./spearman.ts";
import {meanStatistic, quotient, ratioStatistic, type Statistic} from "./statistic.ts";

/** What one model did on the judging rows; intervals are 95 % by bootstrap over customers. */
export type ModelJudgement = MetricTable & {
  readonly kind: ModelKind;
  readonly title: string;
  readonly chosen: boolean;
  readonly tuneAuc: number;
  /** ROC AUC with its error by customer after DeLong and Obuchowski, to check the bootstrap. */
  readonly delong: NormalInterval;
  readonly calibration: ModelCalibration;
  /** Thinned for a picture. */
  readonly roc: readonly RocPoint[];
  readonly precisionRecall: readonly PrecisionRecallPoint[];
};

/** How far the calibrated probabilities can be trusted. */
export type ModelCalibration = {
  readonly error: CalibrationError;
  readonly parts: BrierDecomposition;
  /** null where all customers get the same probability. */
  readonly line: CalibrationSlope | null;
};

/** Two engines on the same rows, each with its own settings. */
export type CrossCheck = {
  /** Figures of the first engine less those of the second, paired. */
  readonly gain: ModelComparison;
  /** Spearman's rank correlation of their margins. */
  readonly correlation: number;
  /** Mean distance of their calibrated probabilities, in [0, 1]. */
  readonly distance: number;
};

/**
 * The candidates on one set of rows that none of them learned from; of all customers at the test cutoffs, some
 * taught them at earlier ones.
 */
export type Judgement = {
  readonly rows: number;
  readonly customers: number;
  readonly positives: number;
  readonly baseRate: Interval;
  readonly capacity: number;
  readonly models: readonly ModelJudgement[];
  /** Kinds that could not be fitted, and so not judged. */
  readonly refused: Competition["refused"];
  /** Figures of the chosen model less those of the rule of thumb, paired; absent without the rule of thumb. */
  readonly gainOverRecency?: ModelComparison;
  /** How near the second engine of boosted trees comes to the first; absent without both. */
  readonly crossCheck?: CrossCheck;
  /** Highest possible lift at capacity for whoever knew every outcome, and the part of the way that was gone. */
  readonly ceiling: {readonly lift: number; readonly reached: number | null};
  /** Lift at capacity that the chosen model's own probabilities promise. */
  readonly promised: number;
  /** Tenths of the chosen model's ranking. */
  readonly bins: readonly (LiftBin & {readonly low: number; readonly high: number})[];
  /** The rows as the chosen model ranked them. */
  readonly ranked: Ranked;
};

/**
 * Judges all candidates on the test rows, or on all customers at the test cutoffs.
 * @throws RangeError when fewer than two customers have a row of a class.
 */
export async function judgeModels(
  competition: Competition,
  {
    cohort,
    labels,
    study,
    everybody = false,
    draws = 1000,
    threads,
  }: {
    readonly cohort: Cohort;
    readonly labels: Int8Array;
    readonly study: Study;
    /** Test customers only, or with the others at the test cutoffs. */
    readonly everybody?: boolean;
    readonly draws?: number;
    /** No figure depends on it. */
    readonly threads?: number | undefined;
  },
): Promise<Judgement> {
  const roles = everybody ? (["test", "later"] as const) : (["test"] as const);
  const {capacity} = study.economics;
  const {candidates, chosen} = competition;
  const all = candidates.map((_, candidate) => rankedOf(competition, {cohort, labels, candidate, roles}));
  const ranked = all[chosen]!;
  const models = all.map(one => metricStatistics(one, {capacity}));
  const pairs = pairsOf(competition);
  const bins = liftTable(ranked.margins, ranked.y, {bins: 10});
  const clusters = clustersOf(ranked.customer);
  const options = {draws, seed: study.seed};
  const found = await bootstrapInThreads(
    clusters,
    {
      models,
      gains: pairs.map(({a, b}) => differenceStatistics(models[a]!, models[b]!)),
      bins: binStatistics(bins, ranked),
    },
    {...options, threads},
  );
  const rankings = all.map(({margins, y}) => rankRows(margins, y));
  const gainOf = (name: Pair["name"]): ModelComparison | undefined => {
    const k = pairs.findIndex(pair => pair.name === name);
    if (k < 0) return undefined;
    const {a, b} = pairs[k]!;
    return {...found.gains[k]!, delong: delongDifference(rankings[a]!, rankings[b]!, {clusters})};
  };
  const [gainOverRecency, gain] = [gainOf("gainOverRecency"), gainOf("crossCheck")];
  const {baseRate, lift} = found.models[chosen]!;
  const ceiling = hindsightCeiling(baseRate.value, {fraction: capacity});
  return {
    rows: ranked.y.length,
    customers: new Set(ranked.customer).size,
    positives: ranked.y.reduce((sum, y) => sum + y, 0),
    baseRate,
    capacity,
    models: candidates.map(({kind, tuneAuc}, k) => ({
      ...{kind, title: titleOf(kind), chosen: k === chosen, tuneAuc},
      ...found.models[k]!,
      ...curvesOf(rankings[k]!),
      delong: delongAuc(rankings[k]!, {clusters}),
      calibration: calibrationOf(all[k]!, {clusters, ...options}),
    })),
    refused: competition.refused,
    ...(gainOverRecency && {gainOverRecency}),
    ...(gain && {crossCheck: {gain, ...nearness(all, pairs)}}),
    ceiling: {lift: ceiling, reached: shareOfAttainable(lift.value, ceiling)},
    promised: bayesCeiling(ranked.probabilities, {fraction: capacity}).lift,
    bins: bins.map((bin, b) => ({...bin, low: found.bins[b]!.low, high: found.bins[b]!.high})),
    ranked,
  };
}

function calibrationOf(
  {probabilities, y, customer}: Ranked,
  options: BootstrapOptions & {readonly clusters: Clusters},
): ModelCalibration {
  return {
    error: calibrationError(probabilities, y, options),
    parts: brierDecomposition(probabilities, y),
    line: probabilities.some(p => p !== probabilities[0])
      ? calibrationSlope(probabilities, y, {clusters: customer})
      : null,
  };
}

/** Two candidates that are compared, by index. */
type Pair = {readonly name: "gainOverRecency" | "crossCheck"; readonly a: number; readonly b: number};

/** The comparisons for which there are both models. */
function pairsOf({candidates, chosen}: Competition): Pair[] {
  const indexOf = (kind: ModelKind): number => candidates.findIndex(one => one.kind === kind);
  const all: Pair[] = [
    {name: "gainOverRecency", a: chosen, b: indexOf("recency")},
    {name: "crossCheck", a: indexOf("boost"), b: indexOf(CROSS_CHECK)},
  ];
  return all.filter(({a, b}) => a >= 0 && b >= 0);
}

function nearness(
  all: readonly Ranked[],
  pairs: readonly Pair[],
): Pick<CrossCheck, "correlation" | "distance"> {
  const {a, b} = pairs.find(pair => pair.name === "crossCheck")!;
  const [one, other] = [all[a]!, all[b]!];
  const distances = one.probabilities.map((p, i) => Math.abs(p - other.probabilities[i]!));
  return {
    correlation: spearman(one.margins, other.margins),
    distance: distances.reduce((sum, d) => sum + d, 0) / distances.length,
  };
}

const curvesOf = (ranking: Ranking): Pick<ModelJudgement, "roc" | "precisionRecall"> => ({
  roc: thinned(rocCurve(ranking), point => point.falsePositiveRate + point.truePositiveRate),
  precisionRecall: thinned(precisionRecallCurve(ranking), point => point.recall),
});

/** The lift of each tenth, its membership held fixed while the customers are drawn. */
function binStatistics(bins: readonly LiftBin[], {margins, y}: Ranked): Statistic[] {
  const {order} = rankRows(margins, y);
  const baseRate = meanStatistic(y);
  let start = 0;
  return bins.map(bin => {
    const inside = new Uint8Array(y.length);
    for (const i of order.subarray(start, start + bin.rows)) inside[i] = 1;
    start += bin.rows;
    const churners = inside.map((is, i) => is * y[i]!);
    return quotient(ratioStatistic(churners, inside), baseRate);
  });
}
