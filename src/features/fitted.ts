import type {Campaigns} from "../data/campaigns.ts";
import type {CustomerTables} from "../data/customer-table.ts";
import type {EventLog} from "../data/event-log.ts";
import type {FeatureDeclaration} from "../study.ts";
import type {Cohort} from "../target/cohort.ts";
import {type Alive, applyAlive} from "./alive.ts";
import {asKnown} from "./as-known.ts";
import type {Levels} from "./levels.ts";
import {joinColumns, type Matrix, takeRows} from "./matrix.ts";
import {applyRfm, fitRfm, type Rfm, type RfmFeatures} from "./rfm.ts";
import {computeFeatures} from "./sweep.ts";

/** The declared features with all that was learned to compute them: plain data, equal after JSON. */
export type FittedFeatures = {
  readonly features: readonly FeatureDeclaration[];
  /** Dictionaries of the features that give categories. */
  readonly levels: Levels;
  /** The model of buying, whose columns follow those of the features; null without it. */
  readonly alive: Alive | null;
  /** The fifths of recency, frequency and amount, whose columns come last; null without them. */
  readonly rfm: Rfm | null;
};

/** What features read beside the log; their customers are those of the log. */
export type BesideLog = {
  readonly campaigns?: Campaigns | undefined;
  readonly tables?: CustomerTables | undefined;
};

export type FitFeaturesOptions = Omit<FittedFeatures, "rfm"> & {
  readonly beside: BesideLog;
  /** The features to score, and the cohort rows whose fifths they are scored by. */
  readonly rfm?: {readonly features: RfmFeatures; readonly rows: ArrayLike<number>} | undefined;
};

/**
 * Computes the features of a cohort and learns what hangs on their values.
 * @throws the errors of {@link computeFeatures} and {@link fitRfm}.
 */
export function fitFeatures(
  log: EventLog,
  cohort: Cohort,
  {beside, rfm, ...learned}: FitFeaturesOptions,
): {readonly fitted: FittedFeatures; readonly x: Matrix} {
  const x = withoutScores(learned, log, cohort, beside);
  const fitted = {...learned, rfm: rfm ? fitRfm(takeRows(x, rfm.rows), rfm.features) : null};
  return {fitted, x: withScores(fitted, x)};
}

/** The same features of another cohort, or of a later log: what was learned stays as it is. */
export const applyFeatures = (
  fitted: FittedFeatures,
  log: EventLog,
  cohort: Cohort,
  beside: BesideLog = {},
): Matrix => withScores(fitted, withoutScores(fitted, log, cohort, beside));

function withoutScores(
  {features, levels, alive}: Omit<FittedFeatures, "rfm">,
  log: EventLog,
  cohort: Cohort,
  beside: BesideLog,
): Matrix {
  return asKnown(log, cohort, (then, rows) => {
    const x = computeFeatures(then, rows, {features, levels, ...beside});
    return alive ? joinColumns(x, applyAlive(alive, then, rows)) : x;
  });
}

const withScores = ({rfm}: Pick<FittedFeatures, "rfm">, x: Matrix): Matrix =>
  rfm ? joinColumns(x, applyRfm(rfm, x)) : x;
