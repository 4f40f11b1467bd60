import {expect, test} from "vitest";
import {type EventRow, eventLogOf} from "../../src/data/event-log.ts";
import {DAY_MILLISECONDS} from "../../src/data/instant.ts";
import {levelsBefore} from "../../src/features/levels.ts";
import {computeFeatures} from "../../src/features/sweep.ts";
import {byDefinition, personOf} from "./by-definition.ts";
import {
  CUTOFFS,
  DECLARATIONS,
  everybody,
  FIRST,
  HALF_DAY,
  type RandomLogOptions,
  randomInputs,
  randomRows,
} from "./random-log.ts";

/** By another formula than the library's; everything else is a quotient of the same integers. */
const ROUNDED = new Set(["gapSd", "gapCv", "trend", "sumTrend", "ownShare", "ownZ", "entropy"]);

const LAST = DECLARATIONS.find(f => f.measure === "last")!;

function expectByDefinition(seed: number, cutoffs: readonly number[], options: RandomLogOptions): void {
  const rows = randomRows(seed, options);
  const {log, campaigns, tables} = randomInputs(seed, rows);
  const cohort = everybody(log.customers.length, cutoffs);
  const x = computeFeatures(log, cohort, {features: DECLARATIONS, campaigns, tables});
  expect(x.names).toEqual(DECLARATIONS.map(f => f.name));
  for (let i = 0; i < x.rows; i++) {
    const customer = cohort.customer[i]!;
    const levels = x.categories![LAST.name]!;
    const person = personOf(rows, {customer, id: log.customers[customer]!, campaigns, tables, levels});
    const t = cutoffs[cohort.cutoff[i]!]!;
    DECLARATIONS.forEach((f, j) => {
      const expected = byDefinition(person, f, t);
      const got = x.values[j * x.rows + i]!;
      const about = `${f.name} of ${log.customers[customer]} at ${t}`;
      if (Number.isNaN(expected)) expect(got, about).toBeNaN();
      else if (ROUNDED.has(f.measure) || !Number.isInteger(t)) expect(got, about).toBeCloseTo(expected, 9);
      else expect(got === expected, `${about}: ${got}, not ${expected}`).toBe(true);
    });
  }
}

test("computeFeatures(log, cohort) equals the definition of every measure, executed on the raw rows", () => {
  for (const seed of [1, 2]) expectByDefinition(seed, CUTOFFS, {});
});

test("computeFeatures(log, cohort) at cutoffs within a day reads the events before that moment", () => {
  const instants = [
    FIRST + 0.125,
    FIRST + 31.5,
    FIRST + 61,
    FIRST + 100 + 1 / DAY_MILLISECONDS,
    FIRST + 151.875,
  ];
  for (const seed of [4, 5]) expectByDefinition(seed, instants, {times: true});
});

test("computeFeatures(log, cohort) leaves out what was known only after the cutoff", () => {
  expectByDefinition(6, CUTOFFS, {late: 0.3});
  expectByDefinition(7, [FIRST + 31.5, FIRST + 61, FIRST + 77.875, FIRST + 99.5, FIRST + 120.75], {
    times: true,
    late: 0.3,
  });
});

test("computeFeatures(log, cohort) at 00:00 gives the same bits with times of day and without", () => {
  const {log, ...inputs} = randomInputs(8, randomRows(8, {times: true, late: 0.1}));
  const n = log.customers.length;
  const days = computeFeatures(log, everybody(n, CUTOFFS), {features: DECLARATIONS, ...inputs});
  // One cutoff within a day, after all events, makes the sweep count in milliseconds.
  const levels = days.categories!;
  const withOne = everybody(n, [...CUTOFFS, FIRST + 300.5]);
  const instants = computeFeatures(log, withOne, {features: DECLARATIONS, ...inputs, levels});
  DECLARATIONS.forEach((f, j) => {
    const [a, b] = [days, instants].map(x => x.values.slice(j * x.rows, j * x.rows + days.rows));
    expect(b, f.name).toEqual(a);
  });
});

test("computeFeatures(log, cohort) does not change when events on or after the cutoff do, for any measure", () => {
  const cutoffs = [FIRST + 100, FIRST + 100.5];
  for (const [k, cutoff] of cutoffs.entries()) {
    const rows = randomRows(9, {times: true, late: 0.1});
    const isBefore = ({day, timeOfDay = 0}: EventRow) => day + timeOfDay / DAY_MILLISECONDS < cutoff;
    const moved = rows.map((row): EventRow => {
      if (isBefore(row)) return row;
      const {day, type, amount = 0} = row;
      return {
        ...{...row, day: day + 13, amount: amount + 7, type: type === "visit" ? "purchase" : "visit"},
        attributes: {channel: type === "visit" ? "mail" : "never seen"},
      };
    });
    const gone = rows.filter(isBefore);
    const [as, ...others] = [rows, moved, gone].map(events => {
      const {log, campaigns, tables} = randomInputs(9, events);
      const after = (days: Int32Array) =>
        days.map(d => (d < Math.floor(cutoff) || events === rows ? d : d + 5));
      const late = {
        campaigns: {...campaigns, day: after(campaigns.day)},
        tables: {crm: {...tables.crm!, known: after(tables.crm!.known)}},
      };
      return computeFeatures(log, everybody(log.customers.length, [cutoff]), {
        features: DECLARATIONS,
        ...late,
      });
    });
    for (const other of others)
      DECLARATIONS.forEach((f, j) => {
        const of = ({values, rows: n}: typeof other) => values.slice(j * n, (j + 1) * n);
        expect(of(other), `${f.name}, cutoff ${k}`).toEqual(of(as!));
      });
  }
});

test("computeFeatures(log, cohort) has a row's features whatever the order of events and of rows", () => {
  const rows = randomRows(10, {times: true, late: 0.2});
  const {log, ...inputs} = randomInputs(10, rows);
  const cohort = everybody(log.customers.length, [FIRST + 61, FIRST + 100.5, FIRST + 151]);
  const x = computeFeatures(log, cohort, {features: DECLARATIONS, ...inputs});
  const turned = computeFeatures(eventLogOf([...rows].reverse()), cohort, {
    features: DECLARATIONS,
    ...inputs,
  });
  expect(turned).toEqual(x);
  const mirror = (of: Int32Array) => of.slice().reverse();
  const mirrored = {...cohort, customer: mirror(cohort.customer), cutoff: mirror(cohort.cutoff)};
  const back = computeFeatures(log, mirrored, {features: DECLARATIONS, ...inputs});
  DECLARATIONS.forEach((f, j) => {
    const of = ({values, rows: n}: typeof x) => values.slice(j * n, (j + 1) * n);
    expect(of(back).reverse(), f.name).toEqual(of(x));
  });
});

test("computeFeatures(log, cohort) takes a category that was not learnt for missing", () => {
  const {log, ...inputs} = randomInputs(11, randomRows(11));
  const cohort = everybody(log.customers.length, [FIRST + 260]);
  const levels = {[LAST.name]: ["store", "of another log", "search"]};
  const x = computeFeatures(log, cohort, {features: [LAST], ...inputs, levels});
  const texts = new Set(x.values);
  expect([...texts].sort()).toEqual([0, 2, Number.NaN]);
  expect(x.categories).toEqual(levels);
  const early = levelsBefore(log, [LAST], FIRST);
  expect(early).toEqual({[LAST.name]: []});
});

test("computeFeatures(log, cohort) refuses what the log does not have, by name", () => {
  const {log} = randomInputs(1, randomRows(1));
  const count = DECLARATIONS.find(f => f.measure === "count")!;
  const share = DECLARATIONS.find(f => f.measure === "share")!;
  const refused = (feature: object, cutoff = FIRST) => {
    const features = [{...count, name: "calls", ...feature}];
    return () => computeFeatures(log, everybody(2, [cutoff]), {features});
  };
  expect(refused({of: "call"})).toThrow(
    'feature calls reads events of type "call", which the log does not have; it has purchase, ticket, visit',
  );
  expect(refused({...share, name: "calls", against: "channel=phone"})).toThrow(
    "feature calls: no event has channel=phone; values are mail, search, store, x'y",
  );
  expect(refused({...share, name: "calls", against: "shop=a"})).toThrow(
    'feature calls: measure share requires "against" as attribute=value with an attribute of the log (channel), got "shop"',
  );
  expect(refused({of: "campaign:contact"})).toThrow(
    "feature calls reads campaign contacts, and the study names no campaigns",
  );
  expect(refused({measure: "latest", of: "table:crm", column: "score"})).toThrow(
    'feature calls reads the table "crm", which the study does not have; it has none',
  );
  expect(refused({}, FIRST + HALF_DAY / DAY_MILLISECONDS)).toThrow(
    `computeFeatures requires log.timeOfDay for cutoffs within a day, got ${FIRST + 0.5}`,
  );
});
