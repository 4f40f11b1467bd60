import {dayOf, monthStarts} from "../../src/data/calendar.ts";
import {type EventRow, eventLogOf} from "../../src/data/event-log.ts";
import {activityFeatures} from "../../src/features/defaults.ts";
import type {BesideLog} from "../../src/features/fitted.ts";
import {createRun, type Run} from "../../src/ledger/run.ts";
import {randomOf} from "../../src/random.ts";
import {
  days,
  defineStudy,
  every,
  inactivity,
  type Study,
  type StudyInput,
  triangular,
} from "../../src/study.ts";
import {buildCohort} from "../../src/target/cohort.ts";
import {labelTargets} from "../../src/target/targets.ts";

const churn = inactivity({days: 60, of: "purchase"});
const horizon = days(60);
const LAST_DAY = dayOf("2025-06-29");

/** A study of {@link purchases} without a fault, but for what is changed. */
export const smallStudy = (changes: Partial<StudyInput> = {}): Study =>
  defineStudy({
    ...{name: "small", title: "A small log", churn, activity: "purchase", horizon, target: "silent"},
    events: {from: "none.csv", customer: "c", time: "t", amount: "a", attributes: ["household"]},
    cutoffs: every("month", {from: "2024-06", to: "2025-03"}),
    split: {salt: "small", testFrom: "2025-02"},
    features: activityFeatures({of: "purchase"}),
    models: ["recency", "logistic"],
    economics: {
      ...{contactCost: 1, offerCost: 4, capacity: 0.1},
      ...{customerValue: triangular(20, 60, 120), offerWorks: triangular(0.05, 0.1, 0.2)},
    },
    framing: {goal: "g", decides: "d", acts: "a", success: "s", stop: "s", limits: ["l"]},
    card: {owner: "o", contact: "c", purpose: "p", notFor: ["n"], operation: "o"},
    ...changes,
  });

/** Customers with rhythms of their own; each day some slow down for good. */
export function purchases(): EventRow[] {
  const random = randomOf(11);
  const rows: EventRow[] = [];
  for (let c = 0; c < 700; c++) {
    const rhythm = 5 + 25 * random();
    const tired = dayOf("2024-01-01") + Math.floor(random() * 900);
    for (let day = dayOf("2024-01-01") + Math.floor(random() * 60); day < dayOf("2025-06-30"); ) {
      const amount = Math.round(1000 + 4000 * random()) / 100;
      rows.push({customer: `c${c}`, day, type: "purchase", amount});
      day += 1 + Math.floor((-Math.log(1 - random()) + 0.3) * rhythm * (day > tired ? 5 : 1));
    }
  }
  return rows;
}

/** The outcomes of {@link purchases}: cutoffs at which a customer is in the cohort, and whether it stays silent. */
export function outcomes(rows: readonly EventRow[]): {customer: string; cutoff: number; silent: boolean}[] {
  const log = eventLogOf(rows, {lastDay: LAST_DAY});
  const cutoffs = monthStarts("2024-06", "2025-03");
  const cohort = buildCohort(log, {churn, cutoffs, activity: "purchase"});
  const {silent} = labelTargets(log, cohort, {churn, horizon, activity: "purchase"});
  return Array.from({length: cohort.rows}, (_, i) => ({
    customer: log.customers[cohort.customer[i]!]!,
    cutoff: cutoffs[cohort.cutoff[i]!]!,
    silent: silent[i] === 1,
  }));
}

/** A run of a study on these events, which keeps nothing. */
export const runOf = (rows: readonly EventRow[], study: Study = smallStudy(), beside: BesideLog = {}): Run =>
  createRun({
    study,
    snapshot: {digest: "snapshot"} as Run["snapshot"],
    log: eventLogOf(rows, {lastDay: LAST_DAY}),
    campaigns: beside.campaigns,
    tables: beside.tables,
    ...{library: "library", engines: {}},
    store: {read: () => undefined, write: () => {}},
    emit: async () => {},
  });
