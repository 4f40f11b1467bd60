import {dateOf, momentText} from "../data/calendar.ts";
import type {EventLog} from "../data/event-log.ts";
import type {Instant} from "../data/instant.ts";
import type {Subscriptions} from "../data/subscriptions.ts";
import {DataError} from "../data-error.ts";
import {applyFeatures, type BesideLog} from "../features/fitted.ts";
import {applyCalibration} from "../model/calibration.ts";
import {applyModel} from "../model/model.ts";
import {buildCohort} from "../target/cohort.ts";
import {ruleOf} from "../target/rule.ts";
import type {Bundle} from "./bundle.ts";
import {checkCadence} from "./cadence.ts";

/** What a model says of the customers who are active at a time, in the order of the log's customers. */
export type Scores = {
  /** Index into the log's customers. */
  readonly customer: Int32Array;
  /** Higher is riskier; ranks without ties that calibration makes. */
  readonly margins: Float64Array;
  /** Calibrated probability of the target. */
  readonly probabilities: Float64Array;
  /** Whether the time is one that the model was trained for; where not, its rows are to be marked. */
  readonly onCadence: boolean;
};

export type ScoreInputs = BesideLog & {
  /** With times of day to ask within a day, and for a bundle that was trained on moments of a log with them. */
  readonly log: EventLog;
  /** For churn by subscriptions. */
  readonly subscriptions?: Subscriptions | undefined;
};

/**
 * Scores the cohort of a cutoff t, 00:00 of a day or an instant within one, from what was known before it, as training
 * did: the same answer whenever it is asked, however much the log has grown since. Of t's own day the log is taken to
 * hold all that happened before t.
 * @throws DataError off cadence, see {@link checkCadence}; when the log ends before t's day, knows days only and t
 * lies within one, or lacks what a feature reads.
 */
export async function scoreBundle(
  bundle: Bundle,
  {log, subscriptions, ...beside}: ScoreInputs,
  t: Instant,
  options: {readonly offCadence?: boolean} = {},
): Promise<Scores> {
  const {onCadence} = checkCadence(bundle, t, options);
  const {activity, minimumTenureDays} = bundle;
  if (!Number.isInteger(t) && !log.timeOfDay)
    throw new DataError(
      `scoreBundle requires times of day to ask at ${momentText(t)}, and the log knows days only; ask at 00:00 of a day`,
    );
  if (Math.floor(t) > log.lastDay + 1)
    throw new DataError(
      `scoreBundle requires the events of all days before ${dateOf(t)}, got them until ${dateOf(log.lastDay)}; ` +
        "add the days that are missing, or move events.lastDay on when they are there",
    );
  const churn = ruleOf(bundle.churn, {population: () => bundle.population!, subscriptions});
  const cohort = buildCohort(log, {churn, cutoffs: [t], activity, minimumTenureDays});
  const margins = await applyModel(bundle.model, applyFeatures(bundle, log, cohort, beside));
  const probabilities = applyCalibration(bundle.calibration, margins);
  return {customer: cohort.customer, margins, probabilities, onCadence};
}
