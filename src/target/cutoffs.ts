import {dayOf, monthStarts} from "../data/calendar.ts";
import type {Day, EventLog} from "../data/event-log.ts";
import {DAY_MILLISECONDS, type Instant, instantOf} from "../data/instant.ts";
import {DataError} from "../data-error.ts";
import {randomOf} from "../random.ts";
import type {Study} from "../study.ts";

/** The rhythm in which a model is asked, as a study declares it. */
export type Cutoffs = Study["cutoffs"];

/** Cutoffs of each customer: c owns the entries [offsets[c], offsets[c + 1]) of `cutoff`, ascending. */
export type Moments = {
  readonly offsets: Int32Array;
  /** Index into the cutoffs. */
  readonly cutoff: Int32Array;
};

/**
 * The cutoffs of a study, ascending, each once, at most one a day; with the moments of each customer where they
 * differ.
 */
export type CutoffTimes = {readonly times: readonly Instant[]; readonly moments?: Moments | undefined};

/**
 * The cutoffs that a study declares: first days of months, Mondays, all days, each at 00:00 UTC, or moments drawn for
 * each customer. The days of a customer hang on the seed and the id alone, so they stay as the log grows. The moment
 * of a day, a whole minute, hangs on the seed and the day, and is everybody's who has drawn the day: so there are no
 * more cutoffs than days. In a log that knows days only it is 00:00.
 * @throws DataError when the range holds no such day.
 */
export function cutoffTimes(
  cutoffs: Cutoffs,
  {customers, timeOfDay}: Pick<EventLog, "customers" | "timeOfDay">,
): CutoffTimes {
  const {from, to} = cutoffs;
  if (cutoffs.every === "month") return {times: monthStarts(from, to)};
  const all = daysFrom(dayOf(from), dayOf(to));
  if (cutoffs.every === "day") return {times: all};
  if (cutoffs.every === "moment") {
    const {days, moments} = drawDays(all, customers, cutoffs);
    return {times: timeOfDay ? days.map(day => momentOf(day, cutoffs)) : days, moments};
  }
  const mondays = all.filter(isMonday);
  if (mondays.length === 0)
    throw new DataError(`cutoffs require a Monday in their range, got ${from} to ${to}`);
  return {times: mondays};
}

/** Minutes of a day. */
const MINUTES = 1440;

/** A minute of a day, each with the same chance. */
function momentOf(day: Day, {seed}: {readonly seed: number}): Instant {
  const random = randomOf(seed, textHash(`moment of day ${day}`));
  return instantOf(day, Math.floor(random() * MINUTES) * (DAY_MILLISECONDS / MINUTES));
}

function drawDays(
  all: readonly Day[],
  customers: readonly string[],
  {perCustomer, seed}: {readonly perCustomer: number; readonly seed: number},
): {readonly days: readonly Day[]; readonly moments: Moments} {
  const own = customers.map(id => {
    const random = randomOf(seed, textHash(id));
    const drawn = Array.from({length: perCustomer}, () => Math.floor(random() * all.length));
    return [...new Set(drawn)].sort((a, b) => a - b);
  });
  const used = [...new Set(own.flat())].sort((a, b) => a - b);
  const place = new Map(used.map((k, i) => [k, i]));
  const offsets = new Int32Array(customers.length + 1);
  own.forEach((list, c) => {
    offsets[c + 1] = offsets[c]! + list.length;
  });
  return {
    days: used.map(k => all[k]!),
    moments: {offsets, cutoff: Int32Array.from(own.flat(), k => place.get(k)!)},
  };
}

/** Whether a model with these cutoffs is meant to be asked at a time: 00:00 of some days, or any instant. */
export function isCutoff({every}: Pick<Cutoffs, "every">, t: Instant): boolean {
  if (every === "moment") return true;
  if (!Number.isInteger(t)) return false;
  if (every === "month") return dayOfMonth(t) === 1;
  return every === "week" ? isMonday(t) : true;
}

/**
 * Days half-way between a cutoff and the next: the 16th of a month, the Thursday of a week; none where a model may
 * be asked on any day.
 */
export function offCadenceDays({every}: Pick<Cutoffs, "every">, days: readonly Instant[]): Instant[] {
  if (every === "month") return days.map(t => t + 15);
  return every === "week" ? days.map(t => t + 3) : [];
}

const daysFrom = (from: Day, to: Day): Day[] => Array.from({length: to - from + 1}, (_, i) => from + i);

/** 1970-01-01 was a Thursday. */
const isMonday = (day: Day): boolean => (((day + 3) % 7) + 7) % 7 === 0;

const dayOfMonth = (day: Day): number => new Date(day * DAY_MILLISECONDS).getUTCDate();

/** FNV-1a, 32 bits, over the UTF-16 code units. */
function textHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash | 0;
}
