import {dateOf} from "../data/calendar.ts";
import type {Day, EventLog} from "../data/event-log.ts";
import type {Subscriptions} from "../data/subscriptions.ts";
import {DataError} from "../data-error.ts";
import {applyFeatures, type BesideLog} from "../features/fitted.ts";
import {applyCalibration} from "../model/calibration.ts";
import {applyModel} from "../model/model.ts";
import {buildCohort} from "../target/cohort.ts";
import {ruleOf} from "../target/rule.ts";
import type {Bundle} from "./bundle.ts";
import {checkCadence} from "./cadence.ts";

/** What a model says of the customers who are active on a day, in the order of the log's customers. */
export type Scores = {
  /** Index into the log's customers. */
  readonly customer: Int32Array;
  /** Higher is riskier; ranks without ties that calibration makes. */
  readonly margins: Float64Array;
  /** Calibrated probability of the target. */
  readonly probabilities: Float64Array;
  /** Whether the day is one that the model was trained for; where not, its rows are to be marked. */
  readonly onCadence: boolean;
};

export type ScoreInputs = BesideLog & {
  readonly log: EventLog;
  /** For churn by subscriptions. */
  readonly subscriptions?: Subscriptions | undefined;
};

/**
 * Scores the cohort of day t from what was known before it, as training did: the same answer whenever it is asked,
 * however much the log has grown since.
 * @throws DataError off cadence, see {@link checkCadence}; when the log ends before the day, or lacks what a feature
 * reads.
 */
export async function scoreBundle(
  bundle: Bundle,
  {log, subscriptions, ...beside}: ScoreInputs,
  t: Day,
  options: {readonly offCadence?: boolean} = {},
): Promise<Scores> {
  const {onCadence} = checkCadence(bundle, t, options);
  const {activity, minimumTenureDays} = bundle;
  if (t > log.lastDay + 1)
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
