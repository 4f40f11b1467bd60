import {addSpan} from "../data/calendar.ts";
import type {Campaigns} from "../data/campaigns.ts";
import type {EventLog} from "../data/event-log.ts";
import {DataError} from "../data-error.ts";
import type {Matrix} from "../features/matrix.ts";
import type {Span} from "../study.ts";
import {buildCohort, type Cohort} from "../target/cohort.ts";
import type {ChurnRule} from "../target/rule.ts";
import {labelTargets} from "../target/targets.ts";
import type {UpliftData} from "./uplift-data.ts";

export type ContactOptions = {
  readonly churn: ChurnRule;
  readonly horizon: Span;
  /** Event type that recency is counted from. */
  readonly activity: string;
  readonly minimumTenureDays?: number;
  /** Features of cohort rows, from what was known before their cutoffs. */
  readonly features: (cohort: Cohort) => Matrix | Promise<Matrix>;
  /** Probability of treatment of every contact, between 0 and 1, both open; the share of the treated when absent. */
  readonly propensity?: number;
};

/** The contacts of past campaigns as a trial, and what became of those that are not in it. */
export type ContactTrial = UpliftData & {
  /** Day of contact of each row, which is its cutoff: features use events before it, and outcomes lie from it on. */
  readonly day: Int32Array;
  readonly counts: {
    /** Contacts of customers of the log. */
    readonly contacts: number;
    /** Of a customer who was not active on the day. */
    readonly inactive: number;
    /** The outcome of which is not yet known. */
    readonly immature: number;
    /** A second row of one customer and day in the same arm, which is the same contact. */
    readonly repeated: number;
    /** Rows of the trial that a later contact of the same customer with treatment falls into the horizon of. */
    readonly overlapping: number;
  };
};

/**
 * Rows of the trial that a study's campaigns were: a row a customer and day of contact, by day, then customer. All
 * contacts of a day share its cutoff, 00:00, so that what happens on the day of contact is outcome, never feature.
 * The outcome is 1 where the customer is kept: no churn day in [day, day + horizon). Only customers active on the day,
 * and days whose outcomes are known, are in it. A customer contacted on several days has a row for each, and folds
 * keep them together; a treatment in the horizon of another contact is counted, not left out.
 * @throws DataError when a customer is in both arms on one day, or no row is left of an arm.
 */
export async function contactTrial(
  log: EventLog,
  campaigns: Campaigns,
  {churn, horizon, activity, minimumTenureDays = 0, features, propensity}: ContactOptions,
): Promise<ContactTrial> {
  const {arms, repeated, contacts} = armsByDay(log, campaigns);
  const cutoffs = [...arms.keys()].sort((a, b) => a - b);
  if (cutoffs.length === 0)
    throw new DataError("contactTrial requires contacts of customers of the log, got none");
  const whole = buildCohort(log, {churn, cutoffs, activity, minimumTenureDays});
  const armOf = (i: number) => arms.get(whole.cutoffs[whole.cutoff[i]!]!)!.get(whole.customer[i]!);
  const active = takeCohort(whole, i => armOf(i) !== undefined);
  const {within} = labelTargets(log, active, {churn, horizon, activity});
  const cohort = takeCohort(active, i => within[i] !== -1);
  const outcome = Float64Array.from(
    within.filter(label => label !== -1),
    label => 1 - label,
  );
  const day = Int32Array.from(cohort.cutoff, k => cutoffs[k]!);
  const treated = Uint8Array.from(cohort.customer, (c, i) => arms.get(day[i]!)!.get(c)!);
  const share = treated.reduce((a, b) => a + b, 0) / treated.length;
  if (!(share > 0 && share < 1))
    throw new DataError(
      `contactTrial requires contacts of both arms with a known outcome, got ${treated.length} rows` +
        `${treated.length === 0 ? "" : share === 0 ? ", all of them control" : ", all of them treated"}`,
    );
  return {
    x: await features(cohort),
    trial: {
      ...{outcome, treated, customer: cohort.customer},
      propensity: new Float64Array(cohort.rows).fill(propensity ?? share),
    },
    ids: log.customers,
    day,
    counts: {
      ...{contacts, repeated},
      inactive: contacts - repeated - active.rows,
      immature: active.rows - cohort.rows,
      overlapping: countOverlapping(cohort, day, {arms, horizon}),
    },
  };
}

/** By day, the arm of each customer contacted on it. */
type Arms = Map<number, Map<number, number>>;

function armsByDay(
  {customers}: EventLog,
  {customer, day, treated}: Campaigns,
): {readonly arms: Arms; readonly repeated: number; readonly contacts: number} {
  const arms: Arms = new Map();
  let [repeated, contacts] = [0, 0];
  for (let i = 0; i < customer.length; i++) {
    if (customer[i]! < 0) continue;
    contacts += 1;
    const onDay = arms.get(day[i]!) ?? new Map<number, number>();
    arms.set(day[i]!, onDay);
    const known = onDay.get(customer[i]!);
    if (known !== undefined && known !== treated[i])
      throw new DataError(
        `contactTrial requires one arm a customer and day, got both for ${customers[customer[i]!]}`,
      );
    if (known !== undefined) repeated += 1;
    onDay.set(customer[i]!, treated[i]!);
  }
  return {arms, repeated, contacts};
}

/** The rows of a cohort for which something holds. */
export function takeCohort(cohort: Cohort, holds: (i: number) => boolean): Cohort {
  const pick = (values: Int32Array) => values.filter((_, i) => holds(i));
  const customer = pick(cohort.customer);
  return {
    ...{cutoffs: cohort.cutoffs, rows: customer.length, customer},
    cutoff: pick(cohort.cutoff),
    recency: pick(cohort.recency),
    tenure: pick(cohort.tenure),
  };
}

function countOverlapping(
  {customer}: Cohort,
  day: Int32Array,
  {arms, horizon}: {readonly arms: Arms; readonly horizon: Span},
): number {
  const treatedDays = [...arms].map(([at, onDay]) => ({at, onDay}));
  return day.reduce((n, from, i) => {
    const to = addSpan(from, horizon);
    const later = treatedDays.some(({at, onDay}) => at > from && at < to && onDay.get(customer[i]!) === 1);
    return n + (later ? 1 : 0);
  }, 0);
}
