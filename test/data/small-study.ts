import type {StudyInput} from "../../src/study.ts";

/** A study of `events.csv` with the columns id, at and eur, as plain data; it makes a study file as JSON. */
export const smallStudy = (fields: Partial<StudyInput> = {}): StudyInput => ({
  name: "small",
  title: "A small study",
  events: {from: "events.csv", customer: "id", time: "at", amount: "eur"},
  churn: {kind: "inactivity", days: 60, of: "purchase"},
  activity: "purchase",
  horizon: {days: 60},
  target: "silent",
  cutoffs: {every: "month", from: "2024-06", to: "2025-03"},
  split: {salt: "small", testFrom: "2025-02"},
  features: [
    {name: "since", title: "Days since", unit: "days", of: "purchase", measure: "recency"},
    {name: "orders", title: "Orders", unit: "orders", of: "purchase", measure: "count"},
  ],
  economics: {
    contactCost: 1,
    offerCost: 4,
    customerValue: {low: 20, mode: 60, high: 120},
    offerWorks: {low: 0.05, mode: 0.1, high: 0.2},
    capacity: 0.1,
  },
  framing: {goal: "g", decides: "d", acts: "a", success: "s", stop: "s", limits: ["l"]},
  card: {owner: "o", contact: "c", purpose: "p", notFor: ["n"], operation: "o"},
  ...fields,
});
