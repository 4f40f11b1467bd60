import {addSpan} from "../../data/calendar.ts";
import type {Day, EventLog} from "../../data/event-log.ts";
import {DataError} from "../../data-error.ts";
import type {Span} from "../../study.ts";
import {churnDays} from "../../target/churn.ts";
import {buildCohort} from "../../target/cohort.ts";
import type {ChurnRule} from "../../target/rule.ts";
import {labelTargets} from "../../target/targets.ts";
import type {Plan} from "../experiment/plan.ts";
import type {Outcomes} from "../experiment/read-rows.ts";

/** What is known of a customer's outcome, and why not where it is not. */
export type OutcomeStatus = "known" | "not yet known" | "not active at the launch" | "not in the log";

/** What became of the customers of an experiment, one entry a customer in the order given. */
export type ExperimentOutcomes = {
  readonly status: readonly OutcomeStatus[];
  /** 1 churned in [launch, launch + horizon), 0 kept, -1 where the status is not `known`. */
  readonly churned: Int8Array;
  /**
   * Whole days from the launch to the first churn day in the window, of the days known so far; -1 for none yet, and for
   * who is not active at the launch or not in the log.
   */
  readonly churnedAfter: Int32Array;
  /** Days of the window, from its first, of which it is known who churned on them. */
  readonly knownDays: number;
  /** Days of the window. */
  readonly windowDays: number;
};

export type OutcomeOptions = {
  readonly churn: ChurnRule;
  /** 00:00 UTC of the day of the first contact: what happens on that day is outcome. */
  readonly launch: Day;
  readonly horizon: Span;
  /** Event type that recency is counted from. */
  readonly activity: string;
};

/**
 * Outcomes of an experiment from the event log, by the definition of churn that the study has: all customers are
 * looked at from the launch, whenever each was contacted, so that no arm is looked at longer than another.
 * Customers who were not active at the launch cannot churn after it and have no outcome.
 * @param customers ids, each once.
 * @throws DataError when the log has no event of a type that is asked for.
 */
export function experimentOutcomes(
  log: EventLog,
  customers: readonly string[],
  {churn, launch, horizon, activity}: OutcomeOptions,
): ExperimentOutcomes {
  const windowDays = addSpan(launch, horizon) - launch;
  const place = new Map(log.customers.map((id, c) => [id, c]));
  const churned = new Int8Array(customers.length).fill(-1);
  const churnedAfter = new Int32Array(customers.length).fill(-1);
  const inLog = customers.map(id => place.has(id));
  if (launch > log.lastDay)
    return {
      ...{churned, churnedAfter, windowDays, knownDays: 0},
      status: inLog.map(there => (there ? "not yet known" : "not in the log")),
    };
  const {knownUntil} = churnDays(log, churn);
  const knownDays = Math.max(0, Math.min(knownUntil + 1 - launch, windowDays));
  const cohort = buildCohort(log, {churn, cutoffs: [launch], activity});
  const {within, firstChurn} = labelTargets(log, cohort, {churn, horizon, activity});
  const rowOf = new Map(Array.from(cohort.customer, (c, row) => [c, row]));
  const status = customers.map((id, i): OutcomeStatus => {
    if (!inLog[i]) return "not in the log";
    const row = rowOf.get(place.get(id)!);
    if (row === undefined) return "not active at the launch";
    const after = firstChurn[row]!;
    if (after >= 0 && after < knownDays) churnedAfter[i] = after;
    churned[i] = within[row]!;
    return within[row] === -1 ? "not yet known" : "known";
  });
  return {status, churned, churnedAfter, knownDays, windowDays};
}

/**
 * Outcomes from the log as a read-out takes them: churned where the metric of the plan is better when lower, else kept;
 * NaN where they are not known.
 * @throws DataError when the plan asks for more than the log says: an amount, or columns.
 */
export function planOutcomes(
  {metric, covariates, guardrails, segments, compliance}: Plan,
  customers: readonly string[],
  {churned}: Pick<ExperimentOutcomes, "churned">,
): Outcomes {
  const more = [...covariates, ...guardrails.map(({name}) => name), ...segments];
  if (compliance !== null) more.push(compliance);
  if (metric.kind !== "proportion" || more.length > 0)
    throw new DataError(
      `the events of a study say who churned, and the plan asks for ${metric.kind === "proportion" ? more.join(", ") : `the amount ${metric.name}`} too; ` +
        "give a file of outcomes",
    );
  const worse = metric.better === "lower";
  const outcome = Float64Array.from(churned, y => (y === -1 ? Number.NaN : worse ? y : 1 - y));
  return {customer: customers, outcome};
}
