import {DataError} from "../data-error.ts";
import type {Span} from "../study.ts";
import type {Day} from "./event-log.ts";
import {type Instant, instant, DAY_MILLISECONDS as MILLISECONDS} from "./instant.ts";

/** The day of a date written YYYY-MM-DD. @throws DataError when it is no date. */
export function dayOf(date: string): Day {
  const ms = Date.parse(`${date}T00:00:00Z`);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date) || Number.isNaN(ms) || dateOf(ms / MILLISECONDS) !== date)
    throw new DataError(`dayOf requires a date written YYYY-MM-DD, got ${JSON.stringify(date)}`);
  return ms / MILLISECONDS;
}

/** A day, or the day of an instant, written YYYY-MM-DD. */
export const dateOf = (day: Day): string =>
  new Date(Math.floor(day) * MILLISECONDS).toISOString().slice(0, 10);

/** An instant written YYYY-MM-DD, with HH:MM UTC after it unless it is 00:00; what is under a minute is left out. */
export function momentText(t: Instant): string {
  const time = new Date(Math.round(t * MILLISECONDS)).toISOString().slice(11, 16);
  return Number.isInteger(t) ? dateOf(t) : `${dateOf(t)} ${time} UTC`;
}

/**
 * The day, or the instant, `span` after another: the time of day stays. Months are calendar months, the day clamped
 * to the month's end.
 */
export function addSpan(day: Instant, span: Span): Instant {
  if ("days" in span) return instant(day + span.days);
  const whole = Math.floor(day);
  const date = new Date(whole * MILLISECONDS);
  const index = date.getUTCFullYear() * 12 + date.getUTCMonth() + span.months;
  const [year, month] = [Math.floor(index / 12), index % 12];
  const end = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const moved = Date.UTC(year, month, Math.min(date.getUTCDate(), end)) / MILLISECONDS;
  return instant(moved + (day - whole));
}

/** First days of the months from `from` to `to`, both included, written YYYY-MM. @throws DataError when none. */
export function monthStarts(from: string, to: string): Day[] {
  const last = dayOf(`${to}-01`);
  const starts: Day[] = [];
  for (let day = dayOf(`${from}-01`); day <= last; day = addSpan(day, {months: 1})) starts.push(day);
  if (starts.length === 0) throw new DataError(`cutoffs require from <= to, got ${from} and ${to}`);
  return starts;
}

/** A span in words: "3 months", "90 days", "1 month". */
export function spanText(span: Span): string {
  const [n, unit] = "days" in span ? [span.days, "day"] : [span.months, "month"];
  return `${n} ${unit}${n === 1 ? "" : "s"}`;
}
