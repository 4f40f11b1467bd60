import fc from "fast-check";
import {expect, test} from "vitest";
import {type EventRow, eventLogOf} from "../../src/data/event-log.ts";
import {contract, inactivity, regularity, type Span} from "../../src/study.ts";
import {churnDays} from "../../src/target/churn.ts";
import {buildCohort} from "../../src/target/cohort.ts";
import {labelTargets, windowOf} from "../../src/target/targets.ts";
import {
  activeByDefinition,
  allowedByDefinition,
  churnDaysByDefinition,
  type EventRule,
  range,
} from "./by-definition.ts";

const LAST = 60;
/** One customer with every type, far before the rest, so that a small log never lacks one. */
const everyType: EventRow[] = ["start", "renew", "end", "act"].map(type => ({
  customer: "~",
  day: -1000,
  type,
}));

const row = fc.record({
  customer: fc.constantFrom("a", "b", "c"),
  day: fc.integer({min: 0, max: LAST + 5}),
  type: fc.constantFrom("start", "renew", "renew", "end", "act"),
});
const rows = fc.array(row, {maxLength: 40});
const term: fc.Arbitrary<Span | undefined> = fc.oneof(
  fc.constant(undefined),
  fc.record({days: fc.integer({min: 1, max: 12})}),
  fc.constant({months: 1}),
);
const population = fc.record({
  mean: fc.double({min: 0, max: 2.5, noNaN: true}),
  meanWeight: fc.double({min: 0.1, max: 5, noNaN: true}),
  shape: fc.constantFrom(2.5, 6),
  scale: fc.double({min: 0.05, max: 2, noNaN: true}),
});
const own = fc
  .record({
    population,
    leastDays: fc.integer({min: 1, max: 4}),
    more: fc.integer({min: 0, max: 30}),
    quantile: fc.constantFrom(0.6, 0.9),
  })
  .map(({population: learned, leastDays, more, quantile}) => ({
    ...regularity({of: "act", leastDays, mostDays: leastDays + more, quantile}),
    population: {...learned, customers: 2, gaps: 4},
  }));
const churn: fc.Arbitrary<EventRule> = fc.oneof(
  own,
  fc
    .record({graceDays: fc.integer({min: 0, max: 6}), term})
    .map(options => contract({start: "start", renew: "renew", end: "end", ...options})),
  fc.record({days: fc.integer({min: 1, max: 15})}).map(({days}) => inactivity({days, of: "act"})),
);
const horizon: fc.Arbitrary<Span> = fc.oneof(
  fc.record({days: fc.integer({min: 1, max: 45})}),
  fc.record({months: fc.integer({min: 1, max: 2})}),
);
const cutoffs = fc
  .uniqueArray(fc.integer({min: 0, max: LAST + 2}), {minLength: 1, maxLength: 5})
  .map(days => days.sort((a, b) => a - b));
const many = {numRuns: 1500, seed: 20_250_101};

test("churnDays(log, churn) are the churn days of the definition, tried day by day", () => {
  fc.assert(
    fc.property(rows, churn, (events, definition) => {
      const log = eventLogOf([...events, ...everyType], {lastDay: LAST});
      const found = churnDays(log, definition);
      expect(found.knownUntil).toBe(definition.kind === "contract" ? LAST - definition.graceDays : LAST);
      for (const [c, customer] of log.customers.entries()) {
        if (customer === "~") continue;
        const own = events.filter(event => event.customer === customer);
        expect([...found.day.subarray(found.offsets[c], found.offsets[c + 1])]).toEqual(
          churnDaysByDefinition(own, definition, LAST),
        );
      }
    }),
    many,
  );
});

test("buildCohort(log, …) holds who is active by the definition, with recency and tenure, in order", () => {
  fc.assert(
    fc.property(rows, churn, cutoffs, fc.integer({min: 0, max: 20}), (events, definition, days, minimum) => {
      const log = eventLogOf([...events, ...everyType], {lastDay: LAST});
      const cohort = buildCohort(log, {
        churn: definition,
        cutoffs: days,
        activity: "act",
        minimumTenureDays: minimum,
      });
      const expected = days.flatMap((t, k) =>
        log.customers.flatMap((customer, c) => {
          const own = [...events, ...everyType].filter(event => event.customer === customer && event.day < t);
          if (own.length === 0 || !activeByDefinition(own, definition, t)) return [];
          const tenure = t - Math.min(...own.map(({day}) => day));
          if (tenure < minimum) return [];
          const acts = own.filter(({type}) => type === "act").map(({day}) => day);
          return [[c, k, acts.length ? t - Math.max(...acts) : -1, tenure]];
        }),
      );
      const {customer, cutoff, recency, tenure} = cohort;
      expect(range(0, cohort.rows - 1).map(i => [customer[i], cutoff[i], recency[i], tenure[i]])).toEqual(
        expected,
      );
    }),
    many,
  );
});

test("buildCohort(log, …) does not change when events at or after the cutoff do", () => {
  fc.assert(
    fc.property(rows, rows, churn, fc.integer({min: 0, max: LAST}), (events, others, definition, t) => {
      const before = events.filter(({day}) => day < t);
      const after = others.filter(({day}) => day >= t);
      const build = (list: EventRow[]): unknown => {
        const log = eventLogOf([...list, ...everyType], {lastDay: LAST});
        const c = buildCohort(log, {churn: definition, cutoffs: [t], activity: "act"});
        return range(0, c.rows - 1).map(i => [log.customers[c.customer[i]!], c.recency[i], c.tenure[i]]);
      };
      expect(build([...before, ...after])).toEqual(build(before));
      expect(build(events)).toEqual(build(before));
    }),
    many,
  );
});

test("labelTargets(log, cohort, …) gives WITHIN, IN and SILENT of the definition, tried day by day", () => {
  fc.assert(
    fc.property(rows, churn, cutoffs, horizon, (events, definition, days, h) => {
      const log = eventLogOf([...events, ...everyType], {lastDay: LAST});
      const cohort = buildCohort(log, {churn: definition, cutoffs: days, activity: "act"});
      const targets = labelTargets(log, cohort, {churn: definition, horizon: h, activity: "act"});
      for (let i = 0; i < cohort.rows; i++) {
        const customer = log.customers[cohort.customer[i]!]!;
        const t = days[cohort.cutoff[i]!]!;
        const {lastMonth, to} = windowOf(t, h);
        const own = [...events, ...everyType].filter(event => event.customer === customer);
        const window = range(t, to - 1);
        const lag = definition.kind === "contract" ? definition.graceDays : 0;
        const labels = [targets.within[i], targets.in[i], targets.silent[i]];
        if (to > LAST + 1 - lag) {
          expect(labels).toEqual([-1, -1, -1]);
          continue;
        }
        const churned = customer === "~" ? [] : churnDaysByDefinition(own, definition, LAST);
        const first = churned.find(day => day >= t);
        const within = window.some(day => churned.includes(day));
        const inLast = first !== undefined && range(lastMonth, to - 1).includes(first);
        const silent = !own.some(({day, type}) => type === "act" && window.includes(day));
        expect(labels).toEqual([within, inLast, silent].map(Number));
        if (targets.structuralZero[i] === 1) expect(within || inLast).toBe(false);
        expect(targets.firstChurn[i]).toBe(first === undefined ? -1 : first - t);
        if (definition.kind === "contract") continue;
        const acts = own.filter(({day, type}) => type === "act" && day < t).map(({day}) => day);
        expect(targets.allowed[i]).toBe(allowedByDefinition(own, definition, Math.max(...acts)));
        expect(targets.gaps[i]).toBe(new Set(acts).size - 1);
      }
    }),
    many,
  );
});

test("structuralZero marks a row exactly when no later events could make it WITHIN", () => {
  fc.assert(
    fc.property(rows, fc.integer({min: 1, max: 15}), fc.integer({min: 1, max: 20}), (events, d, h) => {
      const definition = inactivity({days: d, of: "act"});
      const t = 20;
      const before = [...events.filter(({day}) => day < t), ...everyType];
      const log = eventLogOf(before, {lastDay: LAST});
      const cohort = buildCohort(log, {churn: definition, cutoffs: [t], activity: "act"});
      const targets = labelTargets(log, cohort, {churn: definition, horizon: {days: h}, activity: "act"});
      // Staying away is the soonest way to churn: any later event only puts the churn day off.
      for (let i = 0; i < cohort.rows; i++) expect(targets.within[i]).toBe(1 - targets.structuralZero[i]!);
    }),
    many,
  );
});
