import {type ModelKind, titleOf} from "../model/model.ts";
import {CROSS_CHECK, type Study} from "../study.ts";
import type {Cohort} from "../target/cohort.ts";
import {
  aucStatistic,
  averagePrecisionStatistic,
  type Clusters,
  clusterBootstrap,
  difference,
  type Interval,
  liftStatistic,
  meanStatistic,
  type Statistic,
} from "./bootstrap.ts";
import {bayesCeiling, hindsightCeiling, shareOfAttainable} from "./ceiling.ts";
import {type Competition, type Ranked, rankedOf} from "./compete.ts";
import {type LiftBin, liftTable} from "./lift.ts";
import {rankRows} from "./ranking.ts";
import {spearman} from "./spearman.ts";

/** The shares contacted at which lift and money are shown. */
export const FRACTIONS: readonly number[] = [
  0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1,
];

/** What one model did on the judging rows; intervals are 95 % by bootstrap over customers. */
export type ModelJudgement = {
  readonly kind: ModelKind;
  readonly title: string;
  readonly chosen: boolean;
  readonly tuneAuc: number;
  readonly auc: Interval;
  readonly averagePrecision: Interval;
  /** In nats, of the calibrated probabilities. */
  readonly logLoss: Interval;
  readonly brier: Interval;
  /** At the campaign's capacity. */
  readonly lift: Interval;
  /** By {@link FRACTIONS}. */
  readonly curve: readonly Interval[];
};

/** Two engines on the same rows, each with its own settings. */
export type CrossCheck = {
  /** ROC AUC of the first engine above that of the second, paired. */
  readonly gain: Interval;
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
  /** ROC AUC of the chosen model above that of the rule of thumb, paired; absent without the rule of thumb. */
  readonly gainOverRecency?: Interval;
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
 * @throws RangeError when the rows hold one class only.
 */
export function judgeModels(
  competition: Competition,
  {
    cohort,
    labels,
    study,
    everybody = false,
    draws = 1000,
  }: {
    readonly cohort: Cohort;
    readonly labels: Int8Array;
    readonly study: Study;
    /** Test customers only, or with the others at the test cutoffs. */
    readonly everybody?: boolean;
    readonly draws?: number;
  },
): Judgement {
  const roles = everybody ? (["test", "later"] as const) : (["test"] as const);
  const capacity = study.economics.capacity;
  const all = competition.candidates.map((_, candidate) =>
    rankedOf(competition, {cohort, labels, candidate, roles}),
  );
  const ranked = all[competition.chosen]!;
  const clusters: Clusters = {
    cluster: ranked.customer,
    n: 1 + ranked.customer.reduce((a, b) => Math.max(a, b), 0),
  };
  const options = {draws, seed: study.seed};
  const models = all.map((one, k) =>
    judgeModel(one, clusters, {competition, candidate: k, capacity, ...options}),
  );
  const indexOf = (kind: ModelKind) => competition.candidates.findIndex(c => c.kind === kind);
  const [recency, boost, second] = [indexOf("recency"), indexOf("boost"), indexOf(CROSS_CHECK)];
  const aucOf = (k: number) => aucStatistic(rankRows(all[k]!.margins, ranked.y));
  const {baseRate} = clusterBootstrap(clusters, {baseRate: meanStatistic(ranked.y)}, options);
  const gain = (one: number, other: number) =>
    clusterBootstrap(clusters, {gain: difference(aucOf(one), aucOf(other))}, options).gain;
  const ceiling = hindsightCeiling(baseRate.value, {fraction: capacity});
  return {
    rows: ranked.y.length,
    customers: new Set(ranked.customer).size,
    positives: ranked.y.reduce((sum, y) => sum + y, 0),
    baseRate,
    capacity,
    ...{models, refused: competition.refused},
    ...(recency < 0 ? {} : {gainOverRecency: gain(competition.chosen, recency)}),
    ...(boost < 0 || second < 0
      ? {}
      : {crossCheck: {gain: gain(boost, second), ...nearness(all[boost]!, all[second]!)}}),
    ceiling: {lift: ceiling, reached: shareOfAttainable(models[competition.chosen]!.lift.value, ceiling)},
    promised: bayesCeiling(ranked.probabilities, {fraction: capacity}).lift,
    bins: binsWithIntervals(ranked, clusters, options),
    ranked,
  };
}

function nearness(one: Ranked, other: Ranked): Pick<CrossCheck, "correlation" | "distance"> {
  const distances = one.probabilities.map((p, i) => Math.abs(p - other.probabilities[i]!));
  return {
    correlation: spearman(one.margins, other.margins),
    distance: distances.reduce((sum, d) => sum + d, 0) / distances.length,
  };
}

function judgeModel(
  {margins, probabilities, y}: Ranked,
  clusters: Clusters,
  {
    competition,
    candidate,
    capacity,
    ...options
  }: {competition: Competition; candidate: number; capacity: number; draws: number; seed: number},
): ModelJudgement {
  const ranking = rankRows(margins, y);
  const losses = Float64Array.from(y, (label, i) => {
    const p = Math.min(Math.max(probabilities[i]!, Number.EPSILON), 1 - Number.EPSILON);
    return -Math.log(label === 1 ? p : 1 - p);
  });
  const squares = Float64Array.from(y, (label, i) => (probabilities[i]! - label) ** 2);
  const curve = Object.fromEntries(
    FRACTIONS.map(fraction => [`at${fraction}`, liftStatistic(ranking, {fraction})]),
  ) as Record<string, Statistic>;
  const found = clusterBootstrap<string>(
    clusters,
    {
      auc: aucStatistic(ranking),
      averagePrecision: averagePrecisionStatistic(ranking),
      logLoss: meanStatistic(losses),
      brier: meanStatistic(squares),
      lift: liftStatistic(ranking, {fraction: capacity}),
      ...curve,
    },
    options,
  );
  const {kind, tuneAuc} = competition.candidates[candidate]!;
  return {
    kind,
    title: titleOf(kind),
    chosen: candidate === competition.chosen,
    tuneAuc,
    auc: found.auc!,
    averagePrecision: found.averagePrecision!,
    logLoss: found.logLoss!,
    brier: found.brier!,
    lift: found.lift!,
    curve: FRACTIONS.map(fraction => found[`at${fraction}`]!),
  };
}

/** The lift of each tenth, its membership held fixed while the customers are drawn. */
function binsWithIntervals(
  {margins, y}: Ranked,
  clusters: Clusters,
  options: {draws: number; seed: number},
): Judgement["bins"] {
  const bins = liftTable(margins, y, {bins: 10});
  const {order} = rankRows(margins, y);
  const binOf = new Uint8Array(y.length);
  let start = 0;
  bins.forEach((bin, b) => {
    for (let k = start; k < start + bin.rows; k++) binOf[order[k]!] = b;
    start += bin.rows;
  });
  const statistics = Object.fromEntries(
    bins.map((_, b): [string, Statistic] => [
      `bin${b}`,
      weights => {
        const sums = {n: 0, positives: 0, all: 0, allPositives: 0};
        for (let i = 0; i < weights.length; i++) {
          const w = weights[i]!;
          sums.all += w;
          sums.allPositives += w * y[i]!;
          if (binOf[i] !== b) continue;
          sums.n += w;
          sums.positives += w * y[i]!;
        }
        return sums.positives / sums.n / (sums.allPositives / sums.all);
      },
    ]),
  );
  const found = clusterBootstrap(clusters, statistics, options);
  return bins.map((bin, b) => ({...bin, low: found[`bin${b}`]!.low, high: found[`bin${b}`]!.high}));
}
