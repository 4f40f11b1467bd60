import {expect, test} from "vitest";
import {type EventRow, eventLogOf} from "../../src/data/event-log.ts";
import type {Measure} from "../../src/features/measures.ts";
import {computeFeatures} from "../../src/features/sweep.ts";
import {randomOf} from "../../src/random.ts";
import type {FeatureDeclaration} from "../../src/study.ts";
import type {Cohort} from "../../src/target/cohort.ts";

const FIRST = 1000;

function randomRows(seed: number): EventRow[] {
  const random = randomOf(seed);
  const types = ["visit", "purchase", "ticket"];
  return Array.from({length: 400}, () => ({
    customer: `c${Math.floor(random() * 12)}`,
    day: FIRST + Math.floor(random() * 200),
    type: types[Math.floor(random() * 3)]!,
    ...(random() < 0.7 ? {amount: Math.round(random() * 10_000) / 100} : {}),
    ...(random() < 0.8 ? {attributes: {channel: random() < 0.5 ? "search" : "store"}} : {}),
  }));
}

/** Every customer at every cutoff, whether active or not: features do not care. */
function everybody(customers: number, cutoffs: readonly number[]): Cohort {
  const rows = customers * cutoffs.length;
  const fill = (f: (i: number) => number) => Int32Array.from({length: rows}, (_, i) => f(i));
  return {
    cutoffs,
    rows,
    customer: fill(i => i % customers),
    cutoff: fill(i => Math.floor(i / customers)),
    recency: fill(() => 0),
    tenure: fill(() => 0),
  };
}

/** The definitions of the measures, executed literally on the raw rows. */
function byDefinition(rows: readonly EventRow[], f: FeatureDeclaration, t: number): number {
  const of = [f.of].flat();
  const inWindow = (row: EventRow, from: number, to: number) => row.day >= from && row.day < to;
  const from = f.days === undefined ? Number.NEGATIVE_INFINITY : t - f.days;
  const mine = rows.filter(row => of.includes(row.type));
  const events = mine.filter(row => inWindow(row, from, t));
  const days = [...new Set(events.map(row => row.day))].sort((a, b) => a - b);
  const gaps = days.slice(1).map((d, i) => d - days[i]!);
  const amounts = events.flatMap(row => row.amount ?? []);
  const cents = amounts.reduce((sum, amount) => sum + Math.round(amount * 10_000), 0) / 10_000;
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const recency = days.length ? t - days.at(-1)! : Number.NaN;
  switch (f.measure) {
    case "count":
      return events.length;
    case "days":
      return days.length;
    case "sum":
      return cents;
    case "mean":
      return amounts.length ? cents / amounts.length : Number.NaN;
    case "recency":
      return recency;
    case "first":
      return days.length ? t - days[0]! : Number.NaN;
    case "gapMean":
      return gaps.length ? mean : Number.NaN;
    case "gapSd":
      return gaps.length < 2
        ? Number.NaN
        : Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / (gaps.length - 1));
    case "overdue":
      return gaps.length ? recency / mean : Number.NaN;
    case "change": {
      const before = mine.filter(row => inWindow(row, t - 2 * f.days!, t - f.days!)).length;
      const sum = events.length + before;
      return sum ? (events.length - before) / sum : Number.NaN;
    }
    case "ratio": {
      const all = rows.filter(row => row.type === f.against && inWindow(row, from, t)).length;
      return all ? events.length / all : Number.NaN;
    }
    case "share": {
      const [attribute, value] = f.against!.split("=") as [string, string];
      const part = events.filter(row => row.attributes?.[attribute] === value).length;
      return events.length ? part / events.length : Number.NaN;
    }
  }
}

const MEASURES: readonly Measure[] = [
  "count",
  "days",
  "sum",
  "mean",
  "recency",
  "first",
  "gapMean",
  "gapSd",
  "overdue",
  "change",
  "ratio",
  "share",
];

const declarations: FeatureDeclaration[] = MEASURES.flatMap(measure =>
  [undefined, 1, 30, 90].flatMap(days =>
    measure === "change" && days === undefined
      ? []
      : [
          {
            name: `${measure.toLowerCase()}_${days ?? "all"}`,
            title: measure,
            unit: "",
            of: measure === "count" ? ["visit", "purchase"] : "purchase",
            measure,
            actionable: false,
            ...(days === undefined ? {} : {days}),
            ...(measure === "ratio" ? {against: "visit"} : {}),
            ...(measure === "share" ? {against: "channel=search"} : {}),
          },
        ],
  ),
);

const CUTOFFS = [FIRST, FIRST + 1, FIRST + 31, FIRST + 120, FIRST + 200, FIRST + 260];

test("computeFeatures(log, cohort) equals the definition of every measure, executed on the raw rows", () => {
  for (const seed of [1, 2, 3]) {
    const rows = randomRows(seed);
    const log = eventLogOf(rows);
    const cohort = everybody(log.customers.length, CUTOFFS);
    const x = computeFeatures(log, cohort, {features: declarations});
    expect(x.names).toEqual(declarations.map(f => f.name));
    for (let i = 0; i < x.rows; i++) {
      const customer = log.customers[cohort.customer[i]!]!;
      const mine = rows.filter(row => row.customer === customer);
      declarations.forEach((f, j) => {
        const expected = byDefinition(mine, f, CUTOFFS[cohort.cutoff[i]!]!);
        const got = x.values[j * x.rows + i]!;
        // Sums are exact; only the standard deviation is computed by another formula here.
        if (Number.isNaN(expected)) expect(got, f.name).toBeNaN();
        else if (f.measure === "gapSd") expect(got, f.name).toBeCloseTo(expected, 9);
        else expect(got, f.name).toBe(expected);
      });
    }
  }
});

test("computeFeatures(log, cohort) does not change when events on or after the cutoff do", () => {
  const rows = randomRows(7);
  const cutoff = FIRST + 100;
  const later = rows.map(row =>
    row.day < cutoff ? row : {...row, day: row.day + 13, type: row.type === "visit" ? "purchase" : "visit"},
  );
  const [before, after] = [rows, later].map(events => {
    const log = eventLogOf(events);
    return computeFeatures(log, everybody(log.customers.length, [cutoff]), {features: declarations}).values;
  });
  expect(after).toEqual(before);
});

test("computeFeatures(log, cohort) refuses an event type that the log does not have, by name", () => {
  const log = eventLogOf(randomRows(1));
  const feature = {...declarations[0]!, name: "calls", of: "call"};
  expect(() => computeFeatures(log, everybody(2, [FIRST]), {features: [feature]})).toThrow(
    'feature calls reads events of type "call", which the log does not have; it has purchase, ticket, visit',
  );
});
