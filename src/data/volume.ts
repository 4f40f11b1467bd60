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
  if (around.length < WEEKS) return 0;
  around.sort((a, b) => a - b);
  const middle = around.length >> 1;
  return around.length % 2 === 1 ? around[middle]! : (around[middle - 1]! + around[middle]!) / 2;
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
