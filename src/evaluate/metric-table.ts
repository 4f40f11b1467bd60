import {clustersOf, type Interval} from "./bootstrap.ts";
import {bootstrapInThreads} from "./bootstrap-threads.ts";
import {calibrationBins} from "./calibration-curve.ts";
import type {Ranked} from "./compete.ts";
import {rankRows} from "./ranking.ts";
import {
  aucStatistic,
  averagePrecisionStatistic,
  difference,
  liftStatistic,
  meanStatistic,
  precisionStatistic,
  recallStatistic,
  type Statistic,
} from "./statistic.ts";

/** The shares contacted at which lift and money are shown. */
export const FRACTIONS: readonly number[] = [
  0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1,
];

/** Equal-mass bins of the calibration error. */
export const CALIBRATION_BINS = 10;

/** Figures of the top of a ranking, ties over the cut shared: shares in [0, 1], lift from 0 up. */
export type TopFigures<T> = {
  /** `precision` over the base rate. */
  readonly lift: T;
  /** Share of churners among those contacted. */
  readonly precision: T;
  /** Share of all churners among those contacted. */
  readonly recall: T;
};

/** Every figure of a model on labelled rows: `T` is an interval, or the statistic it comes from. */
export type MetricTable<T = Interval> = TopFigures<T> & {
  readonly baseRate: T;
  readonly auc: T;
  readonly averagePrecision: T;
  /** In nats, of the calibrated probabilities held within a rounding error of 0 and 1. */
  readonly logLoss: T;
  readonly brier: T;
  /**
   * Expected calibration error (Naeini et al. 2015): mean distance of predicted and observed share over
   * {@link CALIBRATION_BINS} equal-mass bins of probability, as in the calibration curve.
   */
  readonly calibrationError: T;
  /** By {@link FRACTIONS}. */
  readonly curve: readonly TopFigures<T>[];
};

/** The statistics of a metric table; `lift`, `precision` and `recall` are at `capacity`. */
export function metricStatistics(
  {margins, probabilities, y}: Pick<Ranked, "margins" | "probabilities" | "y">,
  {capacity}: {readonly capacity: number},
): MetricTable<Statistic> {
  const ranking = rankRows(margins, y);
  const top = (fraction: number): TopFigures<Statistic> => ({
    lift: liftStatistic(ranking, {fraction}),
    precision: precisionStatistic(ranking, {fraction}),
    recall: recallStatistic(ranking, {fraction}),
  });
  const gap = probabilities.map((p, i) => p - y[i]!);
  return {
    baseRate: meanStatistic(y),
    auc: aucStatistic(ranking),
    averagePrecision: averagePrecisionStatistic(ranking),
    ...lossStatistics({probabilities, y}),
    calibrationError: {
      kind: "groupedGap",
      group: calibrationBins(probabilities, CALIBRATION_BINS),
      groups: CALIBRATION_BINS,
      gap,
    },
    ...top(capacity),
    curve: FRACTIONS.map(top),
  };
}

function lossStatistics({probabilities, y}: Pick<Ranked, "probabilities" | "y">): {
  readonly logLoss: Statistic;
  readonly brier: Statistic;
} {
  const losses = probabilities.map((probability, i) => {
    const p = Math.min(Math.max(probability, Number.EPSILON), 1 - Number.EPSILON);
    return -Math.log(y[i] === 1 ? p : 1 - p);
  });
  const squares = probabilities.map((p, i) => (p - y[i]!) ** 2);
  return {logLoss: meanStatistic(losses), brier: meanStatistic(squares)};
}

export type MetricOptions = {
  /** Share contacted, in (0, 1]. */
  readonly capacity: number;
  readonly seed: number;
  readonly draws?: number;
  readonly level?: number;
  /** No figure depends on it. */
  readonly threads?: number | undefined;
};

/**
 * Every figure of a model with its interval by bootstrap over customers, in one pass over the ranking a draw.
 * @param ranked.probabilities calibrated, in [0, 1]. @param ranked.customer clusters of the rows.
 * @throws RangeError when the rows hold one class only.
 */
export function metricTable(ranked: Ranked, {capacity, ...options}: MetricOptions): Promise<MetricTable> {
  return bootstrapInThreads(clustersOf(ranked.customer), metricStatistics(ranked, {capacity}), options);
}

/** Figures of one model less those of another on the same rows: better is above 0, but for the two losses. */
export type ModelDifference<T = Interval> = {
  readonly auc: T;
  readonly averagePrecision: T;
  /** At the capacity. */
  readonly lift: T;
  readonly brier: T;
  readonly logLoss: T;
};

/** The statistics of {@link compareModels}, from those of each model. */
export const differenceStatistics = (
  a: MetricTable<Statistic>,
  b: MetricTable<Statistic>,
): ModelDifference<Statistic> => ({
  auc: difference(a.auc, b.auc),
  averagePrecision: difference(a.averagePrecision, b.averagePrecision),
  lift: difference(a.lift, b.lift),
  brier: difference(a.brier, b.brier),
  logLoss: difference(a.logLoss, b.logLoss),
});

/**
 * How far model `a` is above `b` on the same rows, paired: both see the same draws of customers.
 * @throws RangeError when the rows of the two differ, or hold one class only.
 */
export async function compareModels(
  a: Ranked,
  b: Ranked,
  {capacity, ...options}: MetricOptions,
): Promise<ModelDifference> {
  const other = a.y.findIndex((label, i) => label !== b.y[i] || a.customer[i] !== b.customer[i]);
  if (a.y.length !== b.y.length || other >= 0)
    throw new RangeError(
      `compareModels requires the same rows of both, got ${a.y.length} and ${b.y.length}` +
        (other < 0 ? "" : `, not the same in row ${other}`),
    );
  const [ofA, ofB] = [metricStatistics(a, {capacity}), metricStatistics(b, {capacity})];
  return bootstrapInThreads(clustersOf(a.customer), differenceStatistics(ofA, ofB), options);
}
