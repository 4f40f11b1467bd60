import {clustersOf, type Interval} from "./bootstrap.ts";
import {bootstrapInThreads} from "./bootstrap-threads.ts";
import {type CalibrationError, calibrationError} from "./calibration-error.ts";
import type {Ranked} from "./compete.ts";
import {delongDifference, type NormalInterval} from "./delong.ts";
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

/** Figures of the top of a ranking, ties over the cut shared: shares in [0, 1], lift from 0 up. */
export type TopFigures<T> = {
  /** `precision` over the base rate. */
  readonly lift: T;
  /** Share of churners among those contacted. */
  readonly precision: T;
  /** Share of all churners among those contacted. */
  readonly recall: T;
};

/** Figures of a model on labelled rows: `T` is an interval, or the statistic it comes from. */
export type MetricTable<T = Interval> = TopFigures<T> & {
  readonly baseRate: T;
  readonly auc: T;
  readonly averagePrecision: T;
  /** In nats, of the calibrated probabilities held within a rounding error of 0 and 1. */
  readonly logLoss: T;
  readonly brier: T;
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
  return {
    baseRate: meanStatistic(y),
    auc: aucStatistic(ranking),
    averagePrecision: averagePrecisionStatistic(ranking),
    ...lossStatistics({probabilities, y}),
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
export async function metricTable(
  ranked: Ranked,
  {capacity, threads, ...options}: MetricOptions,
): Promise<MetricTable & {readonly calibrationError: CalibrationError}> {
  const clusters = clustersOf(ranked.customer);
  const table = await bootstrapInThreads(clusters, metricStatistics(ranked, {capacity}), {
    ...options,
    threads,
  });
  const {probabilities, y} = ranked;
  return {...table, calibrationError: calibrationError(probabilities, y, {clusters, ...options})};
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

/** A paired comparison of two models, with the difference in ROC AUC after DeLong beside the bootstrap. */
export type ModelComparison = ModelDifference & {readonly delong: NormalInterval};

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
 * How far model `a` is above `b` on the same rows, paired: both see the same draws of customers. DeLong's interval is
 * at 95 %.
 * @throws RangeError when the rows of the two differ, or fewer than two customers have a row of a class.
 */
export async function compareModels(
  a: Ranked,
  b: Ranked,
  {capacity, ...options}: MetricOptions,
): Promise<ModelComparison> {
  const other = a.y.findIndex((label, i) => label !== b.y[i] || a.customer[i] !== b.customer[i]);
  if (a.y.length !== b.y.length || other >= 0)
    throw new RangeError(
      `compareModels requires the same rows of both, got ${a.y.length} and ${b.y.length}` +
        (other < 0 ? "" : `, not the same in row ${other}`),
    );
  const [ofA, ofB] = [metricStatistics(a, {capacity}), metricStatistics(b, {capacity})];
  const clusters = clustersOf(a.customer);
  const found = await bootstrapInThreads(clusters, differenceStatistics(ofA, ofB), options);
  return {...found, delong: delongDifference(rankRows(a.margins, a.y), rankRows(b.margins, b.y), {clusters})};
}
