import {beforeAll, expect, test} from "vitest";
import {dayOf} from "../../src/data/calendar.ts";
import {type EventLog, eventLogOf} from "../../src/data/event-log.ts";
import {type Simulation, simulateShop} from "../../src/data/simulate.ts";
import {type HabitStudy, type HabitTrial, tryHabits} from "../../src/explain/habits.ts";
import type {Matrix} from "../../src/features/matrix.ts";
import {computeFeatures} from "../../src/features/sweep.ts";
import type {ContractChurn} from "../../src/study.ts";
import {buildCohort} from "../../src/target/cohort.ts";
import {labelTargets} from "../../src/target/targets.ts";

const logOf = ({events, lastDay}: Simulation): EventLog =>
  eventLogOf(
    events.map(({time, ...event}) => ({...event, day: dayOf(time.slice(0, 10))})),
    {lastDay: dayOf(lastDay)},
  );

const churn: ContractChurn = {
  ...{kind: "contract" as const, start: "join", renew: "renewal", end: "cancel"},
  ...{graceDays: 14, term: {months: 1}},
};
const cutoffs = ["2025-06-01", "2025-12-01"].map(dayOf);
const study: HabitStudy = {
  cohort: log => buildCohort(log, {churn, cutoffs, activity: "purchase"}),
  labels: (log, cohort) =>
    labelTargets(log, cohort, {churn, horizon: {months: 3}, activity: "purchase"}).within,
  features: (log, cohort, beside) =>
    computeFeatures(log, cohort, {
      features: [
        {
          name: "visits",
          title: "Visits",
          unit: "visits",
          of: "visit",
          measure: "count",
          days: 30,
          actionable: false,
        },
      ],
      ...beside,
    }),
  // Fewer visits, more risk.
  probabilities: async ({values}: Matrix) => values.map(visits => 1 / (2 + visits)),
};

let shop: Simulation;
let trials: readonly HabitTrial[] | undefined;
beforeAll(async () => {
  shop = simulateShop({customers: 300});
  trials = await tryHabits(logOf(shop), study);
}, 60_000);

test("tryHabits: visits change what a model says and nobody who churns; tickets change who churns", () => {
  const [visits, tickets] = trials!;
  expect(visits).toMatchObject({habit: "visits", factor: 3, changed: 0});
  expect(visits!.rows).toEqual([visits!.common, visits!.common]);
  expect(visits!.churn[0]).toBe(visits!.churn[1]);
  expect(visits!.probability[1]).toBeLessThan(0.7 * visits!.probability[0]);
  expect(tickets).toMatchObject({habit: "tickets", factor: 3});
  expect(tickets!.changed).toBeGreaterThan(0);
  expect(tickets!.churn[1]).toBeGreaterThan(tickets!.churn[0]);
});

test("tryHabits calls a habit no cause that changes who is in the cohort and nothing else", async () => {
  // Whoever visited lately is in: more visits, more members, each with the outcome that they had before.
  const visitors: HabitStudy = {
    ...study,
    cohort: log => {
      const cohort = study.cohort(log);
      const visit = log.types.indexOf("visit");
      const kept = [...cohort.customer.keys()].filter(i => {
        const c = cohort.customer[i]!;
        const t = cutoffs[cohort.cutoff[i]!]!;
        for (let e = log.offsets[c]!; e < log.offsets[c + 1]!; e++)
          if (log.type[e] === visit && log.day[e]! < t && log.day[e]! >= t - 7) return true;
        return false;
      });
      const pick = (values: Int32Array) => Int32Array.from(kept, i => values[i]!);
      return {
        ...{cutoffs: cohort.cutoffs, rows: kept.length, tenure: pick(cohort.tenure)},
        ...{customer: pick(cohort.customer), cutoff: pick(cohort.cutoff), recency: pick(cohort.recency)},
      };
    },
  };
  const [visits] = (await tryHabits(logOf(shop), visitors))!;
  expect(visits!.rows[1]).toBeGreaterThan(visits!.rows[0]);
  expect(visits!.common).toBeLessThan(visits!.rows[1]);
  expect(visits!.common).toBeGreaterThan(50);
  expect(visits).toMatchObject({changed: 0});
  expect(visits!.churn[0]).toBe(visits!.churn[1]);
});

test("tryHabits is undefined for a log that is not that of the shop: one event more, other ids, another seed", async () => {
  const real = logOf(shop);
  const more = eventLogOf([
    ...shop.events.map(({time, ...event}) => ({...event, day: dayOf(time.slice(0, 10))})),
    {customer: "C000001", day: dayOf("2026-07-01"), type: "visit"},
  ]);
  expect(await tryHabits(more, study)).toBeUndefined();
  const ids = {...real, customers: real.customers.map(id => id.replace("C", "D"))};
  expect(await tryHabits(ids, study)).toBeUndefined();
  expect(await tryHabits(logOf(simulateShop({customers: 300, seed: 2})), study)).toBeUndefined();
});

test("simulateShop({habits: {visits}}) has the same payments, tickets among them only by what they draw", () => {
  const paid = ({events}: Simulation) =>
    events
      .filter(({type}) => ["join", "renewal", "cancel"].includes(type))
      .map(({time, ...event}) => ({...event, day: time.slice(0, 10)}));
  const often = simulateShop({customers: 300, habits: {visits: 2}});
  expect(paid(often)).toEqual(paid(shop));
  const visits = ({events}: Simulation) => events.filter(({type}) => type === "visit").length;
  expect(visits(often) / visits(shop)).toBeGreaterThan(1.9);
  expect(often.truth).toEqual(shop.truth);
});

test("simulateShop({only}) is the first customers of the shop, whatever their number", () => {
  const few = simulateShop({customers: 300, only: 40});
  expect(few.events).toEqual(shop.events.filter(({customer}) => customer <= "C000040"));
  expect(few.campaigns).toEqual(shop.campaigns.filter(({customer}) => customer <= "C000040"));
});
