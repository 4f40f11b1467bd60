import {dateOf} from "../../src/data/calendar.ts";
import {type Day, type EventLog, type EventRow, eventLogOf} from "../../src/data/event-log.ts";
import {type Instant, instantOf} from "../../src/data/instant.ts";
import {randomOf} from "../../src/random.ts";
import {sourceOf} from "./event-files.ts";

/** A row of a log that says when events were known and which rows are versions of one; hours since 1970. */
export type VersionedRow = {
  readonly customer: string;
  readonly time: number;
  readonly known: number;
  /** "" is an event of its own. */
  readonly id: string;
  readonly what: string;
  /** "" is missing. */
  readonly eur: string;
  readonly shop: string;
};

export const FIRST: Day = 20_000;

/** The source of {@link versionedCsv}. */
export const VERSIONED = sourceOf({
  customer: "customer",
  known: "seen",
  id: "event",
  type: "what",
  amount: "eur",
  attributes: ["shop"],
});

/**
 * Random rows over `days` days: most known within hours, some weeks later, a few before they happened; half have an
 * id, of which few have up to four versions, that may change day, customer, type, amount and attribute.
 */
export function versionedRows(n: number, {seed, days = 90}: {seed: number; days?: number}): VersionedRow[] {
  const random = randomOf(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const pick = <T>(from: readonly T[]): T => from[below(from.length)]!;
  return Array.from({length: n}, () => {
    const time = FIRST * 24 + below(days * 24);
    const delay = pick([0, 0, 1, 5, 24, 30, below(24 * 40), -below(48)]);
    return {
      customer: pick(["a", "b", "\uffee", "\u{1f600}", ...Array.from({length: 12}, (_, i) => `c${i}`)]),
      ...{time, known: time + delay},
      id: random() < 0.5 ? "" : `e${below(n / 3)}`,
      what: pick(["visit", "purchase", "purchase"]),
      eur: pick(["", "0", "1.5", "20.25", "7"]),
      shop: pick(["", "north", "south"]),
    };
  });
}

const isoOf = (hour: number) => new Date(hour * 3_600_000).toISOString();

export const versionedCsv = (rows: readonly VersionedRow[]): string =>
  `${["customer,at,seen,event,what,eur,shop", ...rows.map(lineOf)].join("\n")}\n`;

const lineOf = ({customer, time, known, id, what, eur, shop}: VersionedRow) =>
  [customer, isoOf(time), isoOf(known), id, what, eur, shop].join(",");

/** The hour from which a row counts as known. */
export const knownHour = ({time, known}: VersionedRow): number => Math.max(time, known);

const HOUR = 3_600_000;

/** The instant of an hour since 1970. */
export const timeOfHour = (hour: number): Instant => instantOf(Math.floor(hour / 24), (hour % 24) * HOUR);

/** The rows known before 00:00 UTC of a day, or before an instant on the hour, by definition. */
export const knownThen = (rows: readonly VersionedRow[], asOf: Instant): VersionedRow[] =>
  rows.filter(row => knownHour(row) < Math.round(asOf * 24));

/** The log that the rows are, by definition; of versions, the last one known comes last. */
export function logByDefinition(
  rows: readonly VersionedRow[],
  {timesOfDay = false}: {readonly timesOfDay?: boolean} = {},
): EventLog {
  const entries = rows
    .toSorted((a, b) => knownHour(a) - knownHour(b))
    .map((row): EventRow => {
      const {customer, time, id, what, eur, shop} = row;
      return {
        ...{customer, day: Math.floor(time / 24), type: what},
        ...(timesOfDay
          ? {timeOfDay: (time % 24) * HOUR, known: timeOfHour(knownHour(row))}
          : {known: Math.floor(knownHour(row) / 24)}),
        ...(eur === "" ? {} : {amount: Number(eur)}),
        ...(shop === "" ? {} : {attributes: {shop}}),
        ...(id === "" ? {} : {id}),
      };
    });
  return eventLogOf(entries);
}

export const days = (from: Day, to: Day, step: number): Day[] =>
  Array.from({length: Math.ceil((to - from) / step)}, (_, i) => from + i * step);

export const dates = (list: readonly Day[]): string[] => list.map(dateOf);
