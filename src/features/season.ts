import {addSpan, dateOf, dayOf} from "../data/calendar.ts";
import type {Day} from "../data/event-log.ts";
import type {OfCutoff} from "./measures.ts";

/** First days of the period that a day lies in, and of the one after. */
const periodOf = (day: Day, months: 1 | 3 | 12): {from: Day; to: Day} => {
  const [year, month] = dateOf(day).split("-").map(Number) as [number, number];
  const first = month - ((month - 1) % months);
  const from = dayOf(`${String(year).padStart(4, "0")}-${String(first).padStart(2, "0")}-01`);
  return {from, to: addSpan(from, {months})};
};

/** The position in a period as an angle: 0 at its start, a full turn at its end. */
const angleOf = (cutoff: Day, months: 1 | 12): number => {
  const {from, to} = periodOf(Math.floor(cutoff), months);
  return (2 * Math.PI * (cutoff - from)) / (to - from);
};

const leftOf = (cutoff: Day, months: 1 | 3 | 12): number => periodOf(Math.floor(cutoff), months).to - cutoff;

/** Where a cutoff stands in the calendar, in UTC. */
export const SEASON: Readonly<Record<OfCutoff, (cutoff: Day) => number>> = {
  /** Sine and cosine of the position in the year: neighbouring days lie near each other, December and January too. */
  yearSine: cutoff => Math.sin(angleOf(cutoff, 12)),
  yearCosine: cutoff => Math.cos(angleOf(cutoff, 12)),
  /** The same of the position in the month. */
  monthSine: cutoff => Math.sin(angleOf(cutoff, 1)),
  monthCosine: cutoff => Math.cos(angleOf(cutoff, 1)),
  /** Days to the first day of the next month, quarter and year; on the first day a whole period. */
  toMonthEnd: cutoff => leftOf(cutoff, 1),
  toQuarterEnd: cutoff => leftOf(cutoff, 3),
  toYearEnd: cutoff => leftOf(cutoff, 12),
};
