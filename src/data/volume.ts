import {counted} from "../figures.ts";
import {dateOf} from "./calendar.ts";
import type {Finding} from "./finding.ts";

/** Events a day, for the days that have any, ascending. */
export type DailyVolume = {readonly day: Int32Array; readonly rows: Int32Array};

/** A day is unusually quiet below this share of the median of the same weekday in the weeks around it. */
const QUIET = 0.25;
/** Weeks looked at on either side of a day. */
const WEEKS = 4;
/** Medians below this many events say nothing about one day. */
const ENOUGH = 20;

/** Finds days without events, and days with unusually few, between the first and the last day with events. */
export function dailyGaps({day, rows}: DailyVolume): Finding[] {
  const first = day[0] ?? 0;
  const length = day.length === 0 ? 0 : day[day.length - 1]! - first + 1;
  const count = new Int32Array(length);
  for (let i = 0; i < day.length; i++) count[day[i]! - first] = rows[i]!;
  const empty: number[] = [];
  const quiet: number[] = [];
  for (let i = 0; i < length; i++) {
    if (count[i] === 0) empty.push(first + i);
    else {
      const usual = weekdayMedian(count, i);
      if (usual >= ENOUGH && count[i]! < QUIET * usual) quiet.push(first + i);
    }
  }
  return [
    finding("days-without-events", empty, length, "without any event"),
    finding("days-low-volume", quiet, length, "with less than a quarter of the events usual on that weekday"),
  ];
}

function weekdayMedian(count: Int32Array, i: number): number {
  const around: number[] = [];
  for (let week = -WEEKS; week <= WEEKS; week++) {
    const value = count[i + 7 * week];
    if (week !== 0 && value !== undefined) around.push(value);
  }
  return around.length < WEEKS ? 0 : median(around);
}

/** The middle value, or the mean of the two in the middle. Sorts `values`, which are not none. */
function median(values: number[]): number {
  values.sort((a, b) => a - b);
  const middle = values.length >> 1;
  return values.length % 2 === 1 ? values[middle]! : (values[middle - 1]! + values[middle]!) / 2;
}

/** A day with the rows it has, and the median of the same weekday in the weeks before. */
export type UnusualDay = {readonly day: number; readonly rows: number; readonly usual: number};

/** Weeks that a declared volume looks back, and of which so many have to be there for a day to be judged. */
const BACK = 8;

/**
 * The days whose rows lie outside of [usual / factor, usual × factor], where usual is the median of the same weekday
 * in the 8 weeks before, of at least 4 that the data covers; a day without rows counts as 0.
 * Judged are the days from 28 after the first day with rows to `through`, both included.
 * @returns the worst first: by ratio, 0 against anything the largest; then by difference; then by day.
 */
export function unusualDays(
  {day, rows}: DailyVolume,
  {factor, through}: {readonly factor: number; readonly through: number},
): {readonly judged: number; readonly days: readonly UnusualDay[]} {
  const first = day[0] ?? through + 1;
  const count = new Int32Array(Math.max(0, through - first + 1));
  for (let i = 0; i < day.length && day[i]! <= through; i++) count[day[i]! - first] = rows[i]!;
  const days: UnusualDay[] = [];
  for (let i = 7 * WEEKS; i < count.length; i++) {
    const before: number[] = [];
    for (let week = 1; week <= BACK && i >= 7 * week; week++) before.push(count[i - 7 * week]!);
    const usual = median(before);
    if (count[i]! < usual / factor || count[i]! > usual * factor)
      days.push({day: first + i, rows: count[i]!, usual});
  }
  const ratio = ({rows, usual}: UnusualDay) => Math.max(rows, usual) / Math.min(rows, usual);
  const apart = ({rows, usual}: UnusualDay) => Math.abs(rows - usual);
  // Two ratios may both be infinite, and their difference no number.
  const falling = (a: number, b: number) => (a === b ? 0 : a < b ? 1 : -1);
  days.sort((a, b) => falling(ratio(a), ratio(b)) || falling(apart(a), apart(b)) || a.day - b.day);
  return {judged: Math.max(0, count.length - 7 * WEEKS), days};
}

function finding(check: string, days: readonly number[], length: number, what: string): Finding {
  const n = days.length;
  const which =
    n === 0 ? "" : `: ${rangesOf(days).slice(0, 3).join(", ")}${rangesOf(days).length > 3 ? ", …" : ""}`;
  return {
    check,
    severity: n === 0 ? "info" : "warning",
    rows: n,
    share: length === 0 ? 0 : n / length,
    message: `${counted(n, "day")} ${what}${which}`,
  };
}

/** Consecutive days as "2025-01-01 to 2025-01-03". */
function rangesOf(days: readonly number[]): string[] {
  const ranges: [number, number][] = [];
  for (const day of days) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === day - 1) last[1] = day;
    else ranges.push([day, day]);
  }
  return ranges.map(([from, to]) => (from === to ? dateOf(from) : `${dateOf(from)} to ${dateOf(to)}`));
}
