import type {Campaigns} from "../../src/data/campaigns.ts";
import type {CustomerTables} from "../../src/data/customer-table.ts";
import {type EventRow, eventLogOf} from "../../src/data/event-log.ts";
import {type Random, randomOf} from "../../src/random.ts";
import type {FeatureDeclaration} from "../../src/study.ts";
import type {Cohort} from "../../src/target/cohort.ts";

/** A Monday before a change of year: 1996-12-02. */
export const FIRST = 9832;
const TYPES = ["visit", "purchase", "ticket"];
const CUSTOMERS = 12;
export const HALF_DAY = 43_200_000;

export type RandomLogOptions = {
  /** Times of day, on a grid of three hours so that events tie with each other and with cutoffs. */
  readonly times?: boolean;
  /** Share of the events that are known late, with times of day on the same grid. */
  readonly late?: number;
};

/** 400 events of 12 customers over 200 days: with ties, without some amounts and attributes, one customer with one event. */
export function randomRows(seed: number, {times = false, late = 0}: RandomLogOptions = {}): EventRow[] {
  const random = randomOf(seed);
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!;
  const rows = Array.from({length: 400}, (): EventRow => {
    const day = FIRST + Math.floor(random() * 200);
    return {
      customer: `c${Math.floor(random() * (CUSTOMERS - 1))}`,
      day,
      type: pick(TYPES),
      ...(random() < 0.7 ? {amount: Math.round(random() * 10_000) / 100 - 20} : {}),
      ...(random() < 0.8 ? {attributes: {channel: pick(["search", "store", "mail", "x'y"])}} : {}),
      ...(times ? {timeOfDay: Math.floor(random() * 8) * 10_800_000} : {}),
      ...(random() < late
        ? {known: day + (times ? Math.floor(random() * 320) / 8 : Math.floor(random() * 40))}
        : {}),
    };
  });
  return [...rows, {customer: "z", day: FIRST + 60, type: "visit"}];
}

export function randomCampaigns(seed: number, customers: number): Campaigns {
  const random = randomOf(seed, 1);
  const entries = Array.from({length: 40}, () => ({
    customer: Math.floor(random() * customers),
    day: FIRST + Math.floor(random() * 200),
    treated: random() < 0.6 ? 1 : 0,
  })).sort((a, b) => a.customer - b.customer || a.day - b.day || a.treated - b.treated);
  return {
    customer: Int32Array.from(entries, entry => entry.customer),
    day: Int32Array.from(entries, entry => entry.day),
    treated: Uint8Array.from(entries, entry => entry.treated),
    unknownCustomers: 0,
  };
}

export function randomTables(seed: number, customers: number): CustomerTables {
  const random: Random = randomOf(seed, 2);
  const known: number[] = [];
  const score: number[] = [];
  const offsets = Int32Array.from({length: customers + 1}, (_, c) => {
    if (c === 0) return 0;
    const days = Array.from({length: Math.floor(random() * 6)}, () => FIRST + Math.floor(random() * 200));
    known.push(...days.sort((a, b) => a - b));
    score.push(...days.map(() => (random() < 0.2 ? Number.NaN : Math.round(random() * 1000) / 8)));
    return known.length;
  });
  const table = {columns: ["score"], rows: score.length, values: Float64Array.from(score)};
  return {crm: {...table, offsets, known: Int32Array.from(known), unknownCustomers: 0}};
}

/** Every customer at every cutoff, whether active or not: features do not care. */
export function everybody(customers: number, cutoffs: readonly number[]): Cohort {
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

/** The log of the rows, and everything beside it. */
export function randomInputs(seed: number, rows: readonly EventRow[]) {
  const log = eventLogOf(rows);
  const {length} = log.customers;
  return {log, campaigns: randomCampaigns(seed, length), tables: randomTables(seed, length)};
}

type Part = Partial<FeatureDeclaration> & Pick<FeatureDeclaration, "measure">;

const WINDOWS = [undefined, 1, 30, 90] as const;
const windowed = (part: Part): Part[] => WINDOWS.map(days => ({...part, ...(days ? {days} : {})}));

const PARTS: readonly Part[] = [
  ...(
    ["days", "sum", "mean", "recency", "first", "gapMean", "gapSd", "gapCv", "gapCount", "overdue"] as const
  )
    .map(measure => ({measure}))
    .flatMap(windowed),
  ...windowed({measure: "count", of: ["visit", "purchase"]}),
  ...windowed({measure: "count", of: "*"}),
  ...windowed({measure: "first", of: "*"}),
  ...windowed({measure: "ratio", against: "visit"}),
  ...windowed({measure: "share", against: "channel=search"}),
  ...windowed({measure: "share", of: "*", against: "channel=x'y"}),
  ...windowed({measure: "distinct", of: "*", against: "channel"}),
  ...windowed({measure: "entropy", against: "channel"}),
  ...windowed({measure: "last", of: "*", against: "channel"}),
  ...windowed({measure: "count", of: "campaign:contact"}),
  ...windowed({measure: "recency", of: "campaign:contact"}),
  ...windowed({measure: "ratio", of: "campaign:treated", against: "campaign:contact"}),
  ...windowed({measure: "latest", of: "table:crm", column: "score"}),
  ...[1, 30, 90].map(days => ({measure: "change" as const, days})),
  ...[1, 7, 30].flatMap(days => [
    {measure: "ownShare" as const, days},
    {measure: "ownZ" as const, days},
  ]),
  ...[
    {days: 90, step: 30},
    {days: 84, step: 7},
    {days: 10, step: 1},
  ].flatMap(window => [
    {measure: "trend" as const, ...window},
    {measure: "sumTrend" as const, ...window},
  ]),
  ...(
    ["yearSine", "yearCosine", "monthSine", "monthCosine", "toMonthEnd", "toQuarterEnd", "toYearEnd"] as const
  ).map(measure => ({measure, of: "cutoff"})),
];

/** Every measure, over all history and in windows. */
export const DECLARATIONS: readonly FeatureDeclaration[] = PARTS.map((part, i) => ({
  name: `${part.measure.toLowerCase()}_${part.days ?? "all"}_${i}`,
  title: part.measure,
  unit: "",
  of: "purchase",
  actionable: false,
  ...part,
}));

/** Before all events, on the first day, on edges of windows, after all events. */
export const CUTOFFS = [
  ...[FIRST, FIRST + 1, FIRST + 31, FIRST + 61, FIRST + 120, FIRST + 151, FIRST + 200, FIRST + 260],
];
