import {dateOf} from "../../src/data/calendar.ts";
import type {Campaigns} from "../../src/data/campaigns.ts";
import type {CustomerTables} from "../../src/data/customer-table.ts";
import type {EventRow} from "../../src/data/event-log.ts";
import type {FeatureDeclaration} from "../../src/study.ts";

/** Everything about one customer, as the files have it. */
export type Person = {
  readonly events: readonly EventRow[];
  readonly contacts: readonly {day: number; treated: number}[];
  readonly rows: readonly {known: number; value: number}[];
  readonly levels: readonly string[];
};

export function personOf(
  rows: readonly EventRow[],
  {
    customer,
    id,
    campaigns,
    tables,
    levels,
  }: {
    customer: number;
    id: string;
    campaigns: Campaigns;
    tables: CustomerTables;
    levels: readonly string[];
  },
): Person {
  const {offsets, known, values} = tables.crm!;
  return {
    events: rows.filter(row => row.customer === id),
    contacts: [...campaigns.customer.keys()]
      .filter(i => campaigns.customer[i] === customer)
      .map(i => ({day: campaigns.day[i]!, treated: campaigns.treated[i]!})),
    rows: Array.from(known.subarray(offsets[customer], offsets[customer + 1]), (day, i) => ({
      ...{known: day, value: values[offsets[customer]! + i]!},
    })),
    levels,
  };
}

const DAY = 86_400_000;
const {NaN: MISSING} = Number;
const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** The definitions of the measures, executed literally on the raw rows of a customer. */
export function byDefinition(person: Person, f: FeatureDeclaration, t: number): number {
  const ms = (row: EventRow): number => row.day * DAY + (row.timeOfDay ?? 0);
  const asked = Math.round(t * DAY);
  const all: EventRow[] = [
    ...person.events,
    ...person.contacts.map(
      ({day, treated}): EventRow => ({
        ...{customer: "", day, timeOfDay: DAY - 1},
        type: treated ? "campaign:treated" : "campaign:control",
      }),
    ),
  ].filter(row => Math.max(ms(row), Math.round((row.known ?? row.day) * DAY)) < asked);
  const ofType = (row: EventRow, of: string): boolean =>
    of === "*"
      ? !row.type.startsWith("campaign:")
      : of === "campaign:contact"
        ? row.type.startsWith("campaign:")
        : row.type === of;
  const mine = all.filter(row => [f.of].flat().some(of => ofType(row, of)));
  /** Those from `older` to `newer` days before the cutoff: [t - older, t - newer). */
  const between = (of: readonly EventRow[], newer: number, older = Number.POSITIVE_INFINITY) =>
    of.filter(row => ms(row) >= asked - older * DAY && ms(row) < asked - newer * DAY);
  const events = between(mine, 0, f.days);
  const days = [...new Set(events.map(row => row.day))].sort((a, b) => a - b);
  const gaps = days.slice(1).map((d, i) => d - days[i]!);
  const cents = (of: readonly EventRow[]) =>
    sumOf(of.map(row => Math.round((row.amount ?? 0) * 10_000))) / 10_000;
  const mean = gaps.length ? sumOf(gaps) / gaps.length : MISSING;
  const sd =
    gaps.length < 2 ? MISSING : Math.sqrt(sumOf(gaps.map(gap => (gap - mean) ** 2)) / (gaps.length - 1));
  const recency = days.length ? t - days.at(-1)! : MISSING;
  const slope = (of: (rows: readonly EventRow[]) => number): number => {
    const n = f.days! / f.step!;
    // Oldest first.
    const y = Array.from({length: n}, (_, i) => of(between(mine, (n - 1 - i) * f.step!, (n - i) * f.step!)));
    const [xMean, yMean] = [(n - 1) / 2, sumOf(y) / n];
    return sumOf(y.map((v, i) => (i - xMean) * (v - yMean))) / sumOf(y.map((_, i) => (i - xMean) ** 2));
  };
  const past = [1, 2, 3, 4, 5, 6]
    .filter(
      i =>
        mine.length > 0 &&
        asked - (i + 1) * (f.days ?? 0) * DAY >= Math.min(...mine.map(row => row.day)) * DAY,
    )
    .map(i => between(mine, i * f.days!, (i + 1) * f.days!).length);
  const values = events.flatMap(row => (f.against && row.attributes?.[f.against]) || []);
  const date = dateOf(Math.floor(t));
  const [year, month, dayOfMonth] = date.split("-").map(Number) as [number, number, number];
  const at = (y: number, m: number): number => Date.UTC(y, m - 1, 1) / DAY;
  const turn = (from: number, to: number): number => (2 * Math.PI * (t - from)) / (to - from);
  switch (f.measure) {
    case "count":
      return events.length;
    case "days":
      return days.length;
    case "sum":
      return cents(events);
    case "mean": {
      const n = events.filter(row => row.amount !== undefined).length;
      return n ? cents(events) / n : MISSING;
    }
    case "recency":
      return recency;
    case "first":
      return days.length ? t - days[0]! : MISSING;
    case "gapMean":
      return mean;
    case "gapSd":
      return sd;
    case "gapCv":
      return sd / mean;
    case "gapCount":
      return gaps.length;
    case "overdue":
      return recency / mean;
    case "change": {
      const before = between(mine, f.days!, 2 * f.days!).length;
      const sum = events.length + before;
      return sum ? (events.length - before) / sum : MISSING;
    }
    case "trend":
      return slope(rows => rows.length);
    case "sumTrend":
      return slope(cents);
    case "ownShare":
      return sumOf(past) ? events.length / (sumOf(past) / past.length) : MISSING;
    case "ownZ": {
      const m = sumOf(past) / past.length;
      const spread = Math.sqrt(sumOf(past.map(n => (n - m) ** 2)) / (past.length - 1));
      return past.length < 2 || past.every(n => n === past[0]) ? MISSING : (events.length - m) / spread;
    }
    case "ratio": {
      const n = between(
        all.filter(row => ofType(row, f.against!)),
        0,
        f.days,
      ).length;
      return n ? events.length / n : MISSING;
    }
    case "share": {
      const [attribute, value] = f.against!.split("=") as [string, string];
      const part = events.filter(row => row.attributes?.[attribute] === value).length;
      return events.length ? part / events.length : MISSING;
    }
    case "distinct":
      return new Set(values).size;
    case "entropy": {
      const shares = [...new Set(values)].map(
        value => values.filter(v => v === value).length / values.length,
      );
      return values.length ? -sumOf(shares.map(p => p * Math.log2(p))) : MISSING;
    }
    case "last": {
      const with_ = events.filter(row => row.attributes?.[f.against!] !== undefined);
      const newest = Math.max(...with_.map(ms));
      const texts = with_.filter(row => ms(row) === newest).map(row => row.attributes![f.against!]!);
      const level = person.levels.indexOf(texts.sort().at(-1) ?? "");
      return level < 0 ? MISSING : level;
    }
    case "latest":
      return person.rows
        .map(row => ({...row, end: (row.known + 1) * DAY - 1}))
        .filter(({end}) => end < asked && end >= asked - (f.days ?? Number.POSITIVE_INFINITY) * DAY)
        .reduce((_, {value}) => value, MISSING);
    case "yearSine":
      return Math.sin(turn(at(year, 1), at(year + 1, 1)));
    case "yearCosine":
      return Math.cos(turn(at(year, 1), at(year + 1, 1)));
    case "monthSine":
      return Math.sin(turn(at(year, month), at(year, month + 1)));
    case "monthCosine":
      return Math.cos(turn(at(year, month), at(year, month + 1)));
    case "toMonthEnd":
      return at(year, month + 1) - (at(year, month) + dayOfMonth - 1) - (t - Math.floor(t));
    case "toQuarterEnd":
      return at(year, [4, 7, 10, 13].find(m => m > month)!) - t;
    case "toYearEnd":
      return at(year + 1, 1) - t;
  }
}
