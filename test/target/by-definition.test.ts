import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {type EventRow, eventLogOf} from "../../src/data/event-log.ts";
import {DAY_MILLISECONDS, type Instant, instantOf} from "../../src/data/instant.ts";
import {contract, inactivity, regularity, type Span} from "../../src/study.ts";
import {churnDays} from "../../src/target/churn.ts";
import {buildCohort} from "../../src/target/cohort.ts";
import {labelTargets, windowOf} from "../../src/target/targets.ts";
import {definitionsOn, type EventRule, range} from "./by-definition.ts";

const LAST = 60;

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
const many = {numRuns: 1500, seed: 20_250_101};

/** A log of days; and one of thirds of days, which no binary fraction is, so that times round and still compare. */
describe.each([1, 3])("with %i times a day", perDay => {
  const definitions = definitionsOn(perDay);
  const {ticks, time} = definitions;
  const timed = (tick: number) => ({
    day: Math.floor(tick / perDay),
    ...(perDay === 1 ? {} : {timeOfDay: (tick % perDay) * (DAY_MILLISECONDS / perDay)}),
  });
  /** One customer with every type, far before the rest, so that a small log never lacks one. */
  const everyType: EventRow[] = ["start", "renew", "end", "act"].map(type => ({
    ...{customer: "~", ...timed(0), day: -1000, type},
  }));
  const timeOf = ({day, timeOfDay = 0}: EventRow): Instant => instantOf(day, timeOfDay);
  const within = (from: number, to: number) => fc.integer({min: from * perDay, max: (to + 1) * perDay - 1});
  const row = fc
    .record({
      customer: fc.constantFrom("a", "b", "c"),
      tick: within(0, LAST + 5),
      type: fc.constantFrom("start", "renew", "renew", "end", "act"),
    })
    .map(({tick, ...rest}): EventRow => ({...rest, ...timed(tick)}));
  const rows = fc.array(row, {maxLength: 40});
  const cutoffs = fc
    .uniqueArray(within(0, LAST + 2), {minLength: 1, maxLength: 5})
    .map(found => found.sort((a, b) => a - b).map(time));
  /** Whole days up to a number of ticks, a part counting as one; and down to it. */
  const daysUp = (n: number): number => Math.ceil(n / perDay);
  const daysDown = (n: number): number => Math.floor(n / perDay);

  test("churnDays(log, churn) are the churn days of the definition, tried one by one", () => {
    fc.assert(
      fc.property(rows, churn, (events, definition) => {
        const log = eventLogOf([...events, ...everyType], {lastDay: LAST});
        const found = churnDays(log, definition);
        expect(found.knownUntil).toBe(definition.kind === "contract" ? LAST - definition.graceDays : LAST);
        for (const [c, customer] of log.customers.entries()) {
          if (customer === "~") continue;
          const own = events.filter(event => event.customer === customer);
          expect([...found.day.subarray(found.offsets[c], found.offsets[c + 1])]).toEqual(
            definitions.churnDays(own, definition, LAST),
          );
        }
      }),
      many,
    );
  });

  test("buildCohort(log, …) holds who is active by the definition, with recency and tenure, in order", () => {
    fc.assert(
      fc.property(rows, churn, cutoffs, fc.integer({min: 0, max: 20}), (events, definition, asked, least) => {
        const log = eventLogOf([...events, ...everyType], {lastDay: LAST});
        const cohort = buildCohort(log, {
          churn: definition,
          cutoffs: asked,
          activity: "act",
          minimumTenureDays: least,
        });
        const expected = asked.flatMap((t, k) =>
          log.customers.flatMap((customer, c) => {
            const own = [...events, ...everyType].filter(
              event => event.customer === customer && timeOf(event) < t,
            );
            if (own.length === 0 || !definitions.active(own, definition, t)) return [];
            const since = (list: readonly EventRow[], pick: (...of: number[]) => number) =>
              daysUp(ticks(t) - pick(...list.map(event => ticks(timeOf(event)))));
            const tenure = since(own, Math.min);
            if (tenure < least) return [];
            const acts = own.filter(({type}) => type === "act");
            return [[c, k, acts.length ? since(acts, Math.max) : -1, tenure]];
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
      fc.property(rows, rows, churn, within(0, LAST), (events, others, definition, tick) => {
        const t = time(tick);
        const before = events.filter(event => timeOf(event) < t);
        const after = others.filter(event => timeOf(event) >= t);
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

  test("labelTargets(log, cohort, …) gives WITHIN, IN and SILENT of the definition, tried one by one", () => {
    fc.assert(
      fc.property(rows, churn, cutoffs, horizon, (events, definition, asked, h) => {
        const log = eventLogOf([...events, ...everyType], {lastDay: LAST});
        const cohort = buildCohort(log, {churn: definition, cutoffs: asked, activity: "act"});
        const targets = labelTargets(log, cohort, {churn: definition, horizon: h, activity: "act"});
        for (let i = 0; i < cohort.rows; i++) {
          const customer = log.customers[cohort.customer[i]!]!;
          const t = asked[cohort.cutoff[i]!]!;
          const {lastMonth, to} = windowOf(t, h);
          const own = [...events, ...everyType].filter(event => event.customer === customer);
          const window = range(ticks(t), ticks(to) - 1).map(time);
          const lag = definition.kind === "contract" ? definition.graceDays : 0;
          const labels = [targets.within[i], targets.in[i], targets.silent[i]];
          if (ticks(to) > (LAST + 1 - lag) * perDay) {
            expect(labels).toEqual([-1, -1, -1]);
            continue;
          }
          const churned = customer === "~" ? [] : definitions.churnDays(own, definition, LAST);
          const first = churned.find(day => day >= t);
          const some = window.some(day => churned.includes(day));
          const inLast = first !== undefined && first >= lastMonth && first < to;
          const silent = !own.some(event => event.type === "act" && window.includes(timeOf(event)));
          expect(labels).toEqual([some, inLast, silent].map(Number));
          if (targets.structuralZero[i] === 1) expect(some || inLast).toBe(false);
          expect(targets.firstChurn[i]).toBe(first === undefined ? -1 : daysDown(ticks(first) - ticks(t)));
          if (definition.kind === "contract") continue;
          const acts = own.filter(event => event.type === "act" && timeOf(event) < t);
          const last = Math.max(...acts.map(timeOf));
          const allowed = definitions.allowed(own, definition, last);
          expect(targets.allowed[i]).toBe(allowed);
          expect(targets.churnsIn[i]).toBe(daysDown(ticks(last) + allowed * perDay - ticks(t)));
          expect(targets.gaps[i]).toBe(new Set(acts.map(({day}) => day)).size - 1);
        }
      }),
      many,
    );
  });

  test("structuralZero marks a row exactly when no later events could make it WITHIN", () => {
    const cut = time(20 * perDay + Math.floor(perDay / 2));
    fc.assert(
      fc.property(rows, fc.integer({min: 1, max: 15}), fc.integer({min: 1, max: 20}), (events, d, h) => {
        const definition = inactivity({days: d, of: "act"});
        const before = [...events.filter(event => timeOf(event) < cut), ...everyType];
        const log = eventLogOf(before, {lastDay: LAST});
        const cohort = buildCohort(log, {churn: definition, cutoffs: [cut], activity: "act"});
        const targets = labelTargets(log, cohort, {churn: definition, horizon: {days: h}, activity: "act"});
        // Staying away is the soonest way to churn: any later event only puts the churn day off.
        for (let i = 0; i < cohort.rows; i++) expect(targets.within[i]).toBe(1 - targets.structuralZero[i]!);
      }),
      many,
    );
  });
});
