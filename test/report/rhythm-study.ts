import {dayOf} from "../../src/data/calendar.ts";
import {type EventLog, type EventRow, eventLogOf} from "../../src/data/event-log.ts";
import {activityFeatures} from "../../src/features/defaults.ts";
import type {EvidenceRecord} from "../../src/ledger/evidence.ts";
import type {RunInputs} from "../../src/ledger/inputs.ts";
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

/** Customers with rhythms of their own, who slow down for good on a day of their own. */
export function rhythmLog(customers = 600): EventLog {
  const random = randomOf(23);
  const rows: EventRow[] = [];
  for (let c = 0; c < customers; c++) {
    const rhythm = 6 + 24 * random();
    const tired = dayOf("2024-02-01") + Math.floor(random() * 800);
    for (let day = dayOf("2024-01-01") + Math.floor(random() * 60); day < dayOf("2025-06-30"); ) {
      rows.push({customer: `c${c}`, day, type: "purchase"});
      const pace = 1 + 4 * Math.min(1, Math.max(0, (day - tired + 60) / 60));
      day += 1 + Math.floor((-Math.log(1 - random()) + 0.3) * rhythm * pace);
    }
  }
  return eventLogOf(rows, {lastDay: dayOf("2025-06-29")});
}

export const rhythmStudy = (more: Partial<StudyInput> = {}): Study =>
  defineStudy({
    name: "rhythm",
    title: "Customers with a rhythm",
    events: {from: "none.csv", customer: "c", time: "t"},
    churn: inactivity({days: 60, of: "purchase"}),
    activity: "purchase",
    horizon: days(60),
    target: "within",
    cutoffs: every("month", {from: "2024-06", to: "2025-03"}),
    split: {salt: "rhythm", testFrom: "2025-02"},
    features: activityFeatures({of: "purchase", amounts: false}),
    models: ["recency", "logistic"],
    economics: {
      contactCost: 1,
      offerCost: 4,
      customerValue: triangular(20, 60, 120),
      offerWorks: triangular(0.05, 0.1, 0.2),
      capacity: 0.1,
    },
    framing: {goal: "g", decides: "d", acts: "a", success: "s", stop: "s", limits: ["l"]},
    card: {owner: "o", contact: "c", purpose: "p", notFor: ["n"], operation: "o"},
    ...more,
  });

/** A run that keeps its stages in memory; what it records goes into `records`. */
export function rhythmRun(
  study: Study,
  log: EventLog,
  {records = [], ...more}: Partial<RunInputs> & {records?: EvidenceRecord[]} = {},
): Run {
  const entries = new Map<string, Uint8Array>();
  return createRun({
    study,
    snapshot: {digest: "snapshot"} as Run["snapshot"],
    log,
    campaigns: undefined,
    library: "library",
    engines: {},
    store: {read: key => entries.get(key), write: (key, bytes) => void entries.set(key, bytes)},
    emit: async record => void records.push(record),
    ...more,
  });
}
