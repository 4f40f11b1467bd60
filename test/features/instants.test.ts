import {expect, test} from "vitest";
import {eventLogOf, timesOf} from "../../src/data/event-log.ts";
import type {Instant} from "../../src/data/instant.ts";
import {asKnown} from "../../src/features/as-known.ts";
import {checkLookAhead} from "../../src/features/look-ahead.ts";
import {computeFeatures} from "../../src/features/sweep.ts";
import {knownThen, logByDefinition, timeOfHour, versionedRows} from "../data/versioned.ts";
import {DECLARATIONS, everybody, FIRST, randomRows} from "./random-log.ts";

/** The measures that read events alone. */
const features = DECLARATIONS.filter(
  ({of, measure}) => ![of].flat().some(name => /^(campaign|table):/.test(name)) && measure !== "latest",
);
const instants = [FIRST + 0.5, FIRST + 61.125, FIRST + 100.5, FIRST + 100.875, FIRST + 150];

test("checkLookAhead(log, cohort at instants, compute) passes every measure, and finds what sees the rest of the day", async () => {
  const log = eventLogOf(randomRows(12, {times: true, late: 0.2}), {lastDay: FIRST + 300});
  const cohort = everybody(log.customers.length, instants);
  const compute = (then: typeof log, rows: typeof cohort) =>
    asKnown(then, rows, (known, own) => computeFeatures(known, own, {features}));
  expect(await checkLookAhead(log, cohort, compute, {seed: 1})).toMatchObject([{verdict: "ok"}]);
  const untilMidnight = (then: typeof log, rows: typeof cohort) =>
    compute(then, {...rows, cutoffs: rows.cutoffs.map(Math.ceil)});
  const found = await checkLookAhead(log, cohort, untilMidnight, {seed: 1});
  expect(found.filter(({verdict}) => verdict === "error").length).toBeGreaterThan(0.7 * features.length);
  expect(found[0]!.message).toMatch(/ at \d{4}-\d\d-\d\d \d\d:\d\d UTC from /);
});

test("asKnown(log, cohort at instants, compute) is what the events and versions known before each give", () => {
  const measures = ["count", "days", "sum", "mean", "recency", "first", "gapMean", "overdue"] as const;
  const of = (measure: (typeof measures)[number], days?: number) => ({
    ...{name: `${measure.toLowerCase()}_${days ?? "all"}`, title: measure, unit: "", of: "purchase", measure},
    ...{actionable: false, ...(days === undefined ? {} : {days})},
  });
  const declared = [...measures.map(measure => of(measure)), ...measures.map(measure => of(measure, 7))];
  const rows = versionedRows(400, {seed: 21});
  const log = logByDefinition(rows, {timesOfDay: true});
  const hours = Array.from({length: 12}, (_, k) => 20_005 * 24 + 173 * k);
  const cohort = everybody(log.customers.length, hours.map(timeOfHour));
  const x = asKnown(log, cohort, (then, own) => computeFeatures(then, own, {features: declared}));
  let different = 0;
  for (const [k, t] of cohort.cutoffs.entries()) {
    const then = logByDefinition(knownThen(rows, t), {timesOfDay: true});
    const {known: _, superseded: __, ...plain} = then;
    const expected = computeFeatures(plain, everybody(then.customers.length, [t]), {features: declared});
    for (const [c, id] of then.customers.entries()) {
      const row = k * log.customers.length + log.customers.indexOf(id);
      declared.forEach(({name}, j) => {
        expect(x.values[j * x.rows + row], `${name} of ${id} at ${t}`).toBe(
          expected.values[j * expected.rows + c],
        );
      });
    }
    different += countHidden(t);
  }
  /** Events that had happened before t and were known only after, some of them on the same day. */
  function countHidden(t: Instant): number {
    const time = timesOf(log);
    return [...time.keys()].filter(i => time[i]! < t && log.known![i]! >= t && log.known![i]! < Math.ceil(t))
      .length;
  }
  expect(different).toBeGreaterThan(5);
});
