import fc from "fast-check";
import {expect, test} from "vitest";
import {type EventRow, eventLogOf} from "../../src/data/event-log.ts";
import {contract, inactivity} from "../../src/study.ts";
import {buildCohort} from "../../src/target/cohort.ts";
import {targetCounts} from "../../src/target/counts.ts";
import {labelTargets} from "../../src/target/targets.ts";
import {targetWarnings} from "../../src/target/warnings.ts";
import {definitionsOn, type EventRule} from "./by-definition.ts";

const LAST = 60;
const {churnDays} = definitionsOn(1);
/** One customer with every type, far before the rest, so that a small log never lacks one. */
const everyType: EventRow[] = ["start", "renew", "end", "act"].map(type => ({
  ...{customer: "~", day: -1000, type},
}));
/** Some days late, and some a version of another. */
const row = fc.record({
  customer: fc.constantFrom("a", "a", "a", "b"),
  day: fc.integer({min: 0, max: LAST}),
  late: fc.constantFrom(0, 3, 25),
  type: fc.constantFrom("start", "start", "renew", "end", "act", "act"),
  id: fc.constantFrom(undefined, undefined, "1", "2"),
});
const rows = fc
  .array(row, {minLength: 3, maxLength: 16})
  .map(all => all.map(({late, ...one}) => ({...one, known: one.day + late})));
const churn: fc.Arbitrary<EventRule> = fc.oneof(
  fc
    .record({graceDays: fc.integer({min: 0, max: 4}), term: fc.constantFrom(undefined, {days: 12})})
    .map(options => contract({start: "start", renew: "renew", end: "end", ...options})),
  fc.integer({min: 2, max: 12}).map(days => inactivity({days, of: "act"})),
);

/** The versions that are valid in the end: of one id the one known last, of equals the later row. */
const validOf = (events: readonly (EventRow & {readonly known: number})[]): EventRow[] =>
  events.filter(
    (one, i) =>
      one.id === undefined ||
      !events.some(
        (other, j) =>
          other.id === one.id && (other.known > one.known || (other.known === one.known && j > i)),
      ),
  );

test("goneBefore is 1 where a churn day lies before the cutoff, and none came back until it, tried event by event", () => {
  let found = 0;
  fc.assert(
    fc.property(rows, churn, fc.integer({min: 1, max: LAST}), (events, definition, t) => {
      const log = eventLogOf([...events, ...everyType], {lastDay: LAST});
      const cohort = buildCohort(log, {churn: definition, cutoffs: [t], activity: "act"});
      const options = {churn: definition, horizon: {days: 5}, activity: "act"};
      const targets = labelTargets(log, cohort, options);
      let uncounted = 0;
      for (let i = 0; i < cohort.rows; i++) {
        const customer = log.customers[cohort.customer[i]!]!;
        const own = [...validOf(events), ...everyType].filter(event => event.customer === customer);
        const last = churnDays(own, definition, LAST).findLast(day => day < t);
        const returns = definition.kind === "contract" ? ["start", "renew"] : ["act"];
        const back = own.some(({day, type}) => returns.includes(type) && day > last! && day < t);
        const gone = last !== undefined && !back;
        expect(targets.goneBefore[i]).toBe(Number(gone));
        if (gone && targets.within[i] === 0) uncounted += 1;
      }
      expect(targetCounts(cohort, targets).overall.goneBefore).toBe(uncounted);
      found += uncounted;
    }),
    {numRuns: 4000, seed: 20_250_102},
  );
  expect(found).toBeGreaterThan(50);
});

test("goneBefore is 0 everywhere in a log that says only when events happened", () => {
  fc.assert(
    fc.property(rows, churn, fc.integer({min: 1, max: LAST}), (events, definition, t) => {
      const plain = events.map(({known: _, id: __, ...event}) => event);
      const log = eventLogOf([...plain, ...everyType], {lastDay: LAST});
      const cohort = buildCohort(log, {churn: definition, cutoffs: [t], activity: "act"});
      const targets = labelTargets(log, cohort, {churn: definition, horizon: {days: 15}, activity: "act"});
      expect(targets.goneBefore).toEqual(new Uint8Array(cohort.rows));
    }),
    {numRuns: 1000, seed: 20_250_103},
  );
});

test("targetWarnings counts those who had left before the cutoff as became known later, for WITHIN and IN alone", () => {
  // Ten contracts from day 1: c0 ends on 15, known on 22; c1 on 25, in the window; c2 on 17, known then.
  const ends = new Map([
    ["c0", {day: 15, known: 22}],
    ["c1", {day: 25, known: 25}],
    ["c2", {day: 17, known: 17}],
  ]);
  const events = Array.from({length: 10}, (_, i) => `c${i}`).flatMap((customer): EventRow[] => {
    const end = ends.get(customer);
    return [
      {customer, day: 1, type: "start"},
      {customer, day: 2, type: "renew"},
      ...(end ? [{customer, type: "end", ...end}] : []),
    ];
  });
  const log = eventLogOf(events, {lastDay: LAST});
  const definition = contract({start: "start", renew: "renew", end: "end", graceDays: 0});
  const cohort = buildCohort(log, {churn: definition, cutoffs: [20], activity: "renew"});
  const options = {churn: definition, horizon: {days: 15}, activity: "renew"};
  const targets = labelTargets(log, cohort, options);
  expect([...targets.within]).toEqual([0, 1, 0, 0, 0, 0, 0, 0, 0]);
  const {byCutoff, overall} = targetCounts(cohort, targets);
  expect([overall.goneBefore, byCutoff[0]!.goneBefore]).toEqual([1, 1]);
  const said = (target: "within" | "in" | "silent") =>
    targetWarnings({cohort, targets, ...options, target}).filter(({code}) => code === "gone-before");
  expect(said("within")).toEqual([
    {
      ...{severity: "warning", code: "gone-before", value: 1 / 9},
      message:
        "1 row (11.1%): the customer had already left before the cutoff, but this became known only later; it counts " +
        "as not churning in the window. The sooner an end reaches the log, the fewer there are.",
    },
  ]);
  expect(said("in")).toEqual(said("within"));
  expect(said("silent")).toEqual([]);
});
