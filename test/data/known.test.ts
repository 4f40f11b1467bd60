import {describe, expect, test} from "vitest";
import {type EventLog, eventLogOf, timesOf} from "../../src/data/event-log.ts";
import type {Instant} from "../../src/data/instant.ts";
import {knownBefore, unsettledAt} from "../../src/data/known.ts";
import {computeFeatures} from "../../src/features/sweep.ts";
import {contract, inactivity} from "../../src/study.ts";
import {buildCohort, type Cohort} from "../../src/target/cohort.ts";
import {entriesIn} from "./event-files.ts";
import {FIRST, knownThen, logByDefinition, timeOfHour, versionedRows} from "./versioned.ts";

/** What a log says of one customer by the entries before t, whenever they were known. */
const plainBefore = (log: EventLog, c: number, t: Instant): string[] =>
  entriesOf(log, c, i => timesOf(log)[i]! < t);

function entriesOf(log: EventLog, c: number, keep: (i: number) => boolean = () => true): string[] {
  const texts: string[] = [];
  for (let i = log.offsets[c]!; i < log.offsets[c + 1]!; i++) {
    const attributes = Object.values(log.attributes).map(({codes, values}) => values[codes[i]!]);
    if (keep(i))
      texts.push(
        [log.day[i], log.timeOfDay?.[i], log.types[log.type[i]!], log.amount[i], ...attributes].join(" "),
      );
  }
  return texts.sort();
}

function expectSorted(log: EventLog, c: number): void {
  const {offsets, type} = log;
  const time = timesOf(log);
  for (let i = offsets[c]! + 1; i < offsets[c + 1]!; i++)
    expect(time[i]! > time[i - 1]! || (time[i] === time[i - 1] && type[i]! >= type[i - 1]!)).toBe(true);
}

const range = (from: number, to: number) => Array.from({length: to - from}, (_, i) => from + i);

test("unsettledAt(log without known times) finds nobody", () => {
  const log = eventLogOf([{customer: "a", day: 5, type: "visit"}]);
  expect(unsettledAt(log, [4, 5, 6])).toEqual([0, 0, 0].map(() => new Int32Array(0)));
  expect(knownBefore(log, 5).day.length).toBe(0);
  expect(knownBefore(log, 6)).toEqual({...log, lastDay: 5});
});

const CHURNS = [
  inactivity({days: 20, of: "purchase"}),
  contract({start: "visit", renew: "purchase", end: "leave", graceDays: 3, term: {days: 15}}),
];

/** The rows of a cohort as texts, by cutoff and customer id. */
const rowsIn = (cohort: Cohort, log: EventLog): string[] =>
  range(0, cohort.rows).map(i =>
    [
      ...[cohort.cutoffs[cohort.cutoff[i]!], log.customers[cohort.customer[i]!]],
      ...[cohort.recency[i], cohort.tenure[i]],
    ].join(" "),
  );

/** Every ninth day; and at instants on the hour, as the rows are, so that some fall on a cutoff. */
describe.each([false, true])("with times of day: %s", timesOfDay => {
  const CUTOFFS = Array.from({length: 14}, (_, k) =>
    timesOfDay ? timeOfHour((FIRST + 3) * 24 + 211 * k) : FIRST + 3 + 9 * k,
  );
  const logOf = (rows: ReturnType<typeof versionedRows>) => logByDefinition(rows, {timesOfDay});

  test("knownBefore(log, t) is the log of the rows known before t, at every t", () => {
    for (const seed of [1, 2, 3, 4]) {
      const rows = versionedRows(200, {seed});
      const log = logOf(rows);
      for (const t of CUTOFFS) {
        const then = knownBefore(log, t);
        const {superseded: _, ...expected} = logOf(knownThen(rows, t));
        expect(entriesIn(then)).toEqual(entriesIn(expected));
        expect([then.customers, then.types]).toEqual([log.customers, log.types]);
        expect(then.lastDay).toBe(Math.min(log.lastDay, Math.ceil(t) - 1));
        for (let c = 0; c < then.customers.length; c++) expectSorted(then, c);
      }
    }
  });

  test("knownBefore(log, t, {only}) gives these customers what they have in knownBefore(log, t), the others nothing", () => {
    const log = logOf(versionedRows(200, {seed: 5}));
    const only = Int32Array.of(0, 3, 4, log.customers.length - 1);
    for (const t of CUTOFFS) {
      const [all, some] = [knownBefore(log, t), knownBefore(log, t, {only})];
      for (let c = 0; c < log.customers.length; c++)
        expect(entriesOf(some, c)).toEqual(only.includes(c) ? entriesOf(all, c) : []);
    }
  });

  test("unsettledAt(log, cutoffs) finds the customers with an entry or a version that a cutoff parts, and no other", () => {
    for (const seed of [6, 7, 8]) {
      const log = logOf(versionedRows(150, {seed}));
      const {log: old, until} = log.superseded!;
      const time = timesOf(log);
      const unsettled = unsettledAt(log, CUTOFFS);
      for (const [k, t] of CUTOFFS.entries()) {
        const parted: number[] = [];
        for (let c = 0; c < log.customers.length; c++) {
          const indices = (of: EventLog) => range(of.offsets[c]!, of.offsets[c + 1]!);
          const late = indices(log).some(i => time[i]! < t && log.known![i]! >= t);
          const corrected = indices(old).some(i => old.known[i]! < t && until[i]! >= t);
          if (late || corrected) parted.push(c);
          else expect(entriesOf(knownBefore(log, t), c)).toEqual(plainBefore(log, c, t));
        }
        expect([...unsettled[k]!]).toEqual(parted);
      }
      expect(unsettled.some(customers => customers.length > 0)).toBe(true);
    }
  });

  /** At every cutoff the cohort of the log that was known then. */
  function cohortsThen(
    rows: ReturnType<typeof versionedRows>,
    options: Omit<Parameters<typeof buildCohort>[1], "cutoffs">,
  ) {
    return CUTOFFS.map(t => {
      const log = logOf(knownThen(rows, t));
      return {log, cohort: buildCohort(log, {...options, cutoffs: [t]})};
    });
  }

  test("buildCohort(log, {cutoffs}) has at each cutoff the rows that the log known then gives", () => {
    for (const seed of [9, 10, 11])
      for (const churn of CHURNS) {
        const rows = versionedRows(300, {seed});
        const log = logOf(rows);
        const options = {churn, activity: "purchase", minimumTenureDays: 4};
        const then = cohortsThen(rows, options).flatMap(({log, cohort}) => rowsIn(cohort, log));
        const cohort = buildCohort(log, {...options, cutoffs: CUTOFFS});
        expect(rowsIn(cohort, log)).toEqual(then);
        const {known: _, superseded: __, ...final} = log;
        expect(rowsIn(buildCohort(final, {...options, cutoffs: CUTOFFS}), final)).not.toEqual(then);
      }
  });

  test("computeFeatures(knownBefore(log, t), rows at t) has the values that the log known then gives", () => {
    const features = (["count", "sum", "mean", "recency", "gapMean"] as const).map(measure => ({
      ...{name: measure.toLowerCase(), title: measure, unit: "", of: "purchase", measure, actionable: false},
    }));
    const rows = versionedRows(300, {seed: 12});
    const log = logOf(rows);
    for (const [k, {log: then, cohort}] of cohortsThen(rows, {
      churn: CHURNS[0]!,
      activity: "purchase",
    }).entries()) {
      const t = CUTOFFS[k]!;
      const own = buildCohort(log, {churn: CHURNS[0]!, activity: "purchase", cutoffs: [t]});
      const made = computeFeatures(knownBefore(log, t), own, {features});
      expect(made.values).toEqual(computeFeatures(then, cohort, {features}).values);
    }
  });
});
