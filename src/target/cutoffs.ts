import {dayOf, monthStarts} from "../data/calendar.ts";
import type {Day} from "../data/event-log.ts";
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

/** The cutoff days of a study, ascending, each once; with the moments of each customer where they differ. */
export type CutoffDays = {readonly days: readonly Day[]; readonly moments?: Moments | undefined};

/**
 * The days that a study declares: first days of months, Mondays, all days, or days drawn for each customer. The draws
 * of a customer hang on the seed and the id alone, so they stay as the log grows.
 * @param customers the log's customer ids.
 * @throws DataError when the range holds no such day.
 */
export function cutoffDays(cutoffs: Cutoffs, customers: readonly string[]): CutoffDays {
  const {from, to} = cutoffs;
  if (cutoffs.every === "month") return {days: monthStarts(from, to)};
  const all = daysFrom(dayOf(from), dayOf(to));
  if (cutoffs.every === "day") return {days: all};
  if (cutoffs.every === "moment") return drawMoments(all, customers, cutoffs);
  const mondays = all.filter(isMonday);
  if (mondays.length === 0)
    throw new DataError(`cutoffs require a Monday in their range, got ${from} to ${to}`);
  return {days: mondays};
}

function drawMoments(
  all: readonly Day[],
  customers: readonly string[],
  {perCustomer, seed}: {readonly perCustomer: number; readonly seed: number},
): CutoffDays {
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

/** Whether a model with these cutoffs is meant to be asked on a day. */
export function isCutoff({every}: Pick<Cutoffs, "every">, day: Day): boolean {
  if (every === "month") return dayOfMonth(day) === 1;
  return every === "week" ? isMonday(day) : true;
}

/**
 * Days half-way between a cutoff and the next: the 16th of a month, the Thursday of a week; none where a model may
 * be asked on any day.
 */
export function offCadenceDays({every}: Pick<Cutoffs, "every">, days: readonly Day[]): Day[] {
  if (every === "month") return days.map(t => t + 15);
  return every === "week" ? days.map(t => t + 3) : [];
}

const daysFrom = (from: Day, to: Day): Day[] => Array.from({length: to - from + 1}, (_, i) => from + i);

/** 1970-01-01 was a Thursday. */
const isMonday = (day: Day): boolean => (((day + 3) % 7) + 7) % 7 === 0;

const dayOfMonth = (day: Day): number => new Date(day * 86_400_000).getUTCDate();

/** FNV-1a, 32 bits, over the UTF-16 code units. */
function textHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash | 0;
}
