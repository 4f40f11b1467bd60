import {addSpan} from "../data/calendar.ts";
import type {Day, EventLog} from "../data/event-log.ts";
import type {Churn, Span} from "../study.ts";
import {churnDays, typeCode} from "./churn.ts";
import type {Cohort} from "./cohort.ts";

/** The outcome window of a cutoff. */
export type Window = {
  /** The cutoff t; outcomes lie in [from, to). */
  readonly from: Day;
  /** First day of the last month, which IN looks at: [lastMonth, to). */
  readonly lastMonth: Day;
  /** t + h, the first day after the window. */
  readonly to: Day;
};

/**
 * The outcome window of a cutoff. A horizon of m months has the last month [t + (m - 1) months, t + h). One in
 * days has m = round(days / 30), at least 1, and the last month [t + (m - 1) * 30 days, t + h).
 */
export function windowOf(from: Day, horizon: Span): Window {
  const m = monthsOf(horizon);
  const before: Span = "months" in horizon ? {months: m - 1} : {days: (m - 1) * 30};
  return {from, lastMonth: addSpan(from, before), to: addSpan(from, horizon)};
}

/** The m of IN(m): the horizon in months of 30 days, rounded, at least 1. */
export const monthsOf = (horizon: Span): number =>
  "months" in horizon ? horizon.months : Math.max(1, Math.round(horizon.days / 30));

/** The three targets of a cohort side by side, one entry a cohort row: 1, 0, or -1 when not mature. */
export type Targets = {
  /** Some churn day in [t, t + h). */
  readonly within: Int8Array;
  /** The first churn day at or after t lies in the last month of the window; who churns earlier is 0. */
  readonly in: Int8Array;
  /** No `activity` event in [t, t + h). */
  readonly silent: Int8Array;
  /**
   * 1 where inactivity cannot make WITHIN or IN positive, whatever the customer does, since the last qualifying
   * event p has p + d >= t + h; 0 elsewhere, and always for a contract. Filled for immature rows, too.
   */
  readonly structuralZero: Uint8Array;
  /**
   * Inactivity: days from the cutoff to the churn day of a customer who stays away from now on, p + d - t for the
   * last qualifying event p before t; -1 for a contract. Filled for immature rows, too.
   */
  readonly churnsIn: Int32Array;
  /** By cutoff. */
  readonly windows: readonly Window[];
  /** By cutoff, 1 when t + h <= E + 1 and the churn days of the whole window are known. */
  readonly mature: Uint8Array;
};

export type TargetOptions = {
  readonly churn: Churn;
  readonly horizon: Span;
  /** Event type whose silence SILENT means. */
  readonly activity: string;
};

/**
 * Labels the rows of a cohort with WITHIN, IN and SILENT. A cutoff is labelled in all three or in none, so that
 * they can be compared row by row: with a contract it is mature once the grace period of the window's last day
 * has been observed.
 * @throws DataError when the log has no event of a type that is asked for.
 */
export function labelTargets(log: EventLog, cohort: Cohort, options: TargetOptions): Targets {
  const {churn, horizon, activity} = options;
  const {cutoffs, rows, customer, cutoff} = cohort;
  const windows = cutoffs.map(t => windowOf(t, horizon));
  const churned = churnDays(log, churn);
  const mature = Uint8Array.from(windows, ({to}) =>
    to <= log.lastDay + 1 && to - 1 <= churned.knownUntil ? 1 : 0,
  );
  const acts = daysOfType(log, activity, "activity");
  const qualifying = churn.kind === "inactivity" ? daysOfType(log, churn.of, "churn.of") : undefined;
  const within = new Int8Array(rows).fill(-1);
  const inLast = new Int8Array(rows).fill(-1);
  const silent = new Int8Array(rows).fill(-1);
  const structuralZero = new Uint8Array(rows);
  const churnsIn = new Int32Array(rows).fill(-1);
  for (let i = 0; i < rows; i++) {
    const c = customer[i]!;
    const {from, lastMonth, to} = windows[cutoff[i]!]!;
    if (churn.kind === "inactivity" && qualifying) {
      const churnDay = lastBefore(qualifying, c, from) + churn.days;
      churnsIn[i] = churnDay - from;
      structuralZero[i] = churnDay >= to ? 1 : 0;
    }
    if (mature[cutoff[i]!] === 0) continue;
    const first = firstFrom(churned, c, from);
    within[i] = first < to ? 1 : 0;
    inLast[i] = first >= lastMonth && first < to ? 1 : 0;
    silent[i] = firstFrom(acts, c, from) < to ? 0 : 1;
  }
  return {within, in: inLast, silent, structuralZero, churnsIn, windows, mature};
}

/** Ascending days by customer: c owns the entries [offsets[c], offsets[c + 1]) of `day`. */
type DayLists = {readonly offsets: Int32Array; readonly day: Int32Array};

function daysOfType(log: EventLog, type: string, field: string): DayLists {
  const code = typeCode(log, type, field);
  const offsets = new Int32Array(log.offsets.length);
  const day: number[] = [];
  for (let c = 0; c < log.customers.length; c++) {
    for (let i = log.offsets[c]!; i < log.offsets[c + 1]!; i++)
      if (log.type[i] === code) day.push(log.day[i]!);
    offsets[c + 1] = day.length;
  }
  return {offsets, day: Int32Array.from(day)};
}

/** Index of the first day of customer c at or after t, or the end of the list. */
function indexFrom({offsets, day}: DayLists, c: number, t: Day): number {
  let [low, high] = [offsets[c]!, offsets[c + 1]!];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (day[middle]! < t) low = middle + 1;
    else high = middle;
  }
  return low;
}

function firstFrom(lists: DayLists, c: number, t: Day): number {
  const i = indexFrom(lists, c, t);
  return i < lists.offsets[c + 1]! ? lists.day[i]! : Number.POSITIVE_INFINITY;
}

function lastBefore(lists: DayLists, c: number, t: Day): number {
  const i = indexFrom(lists, c, t) - 1;
  return i >= lists.offsets[c]! ? lists.day[i]! : Number.NEGATIVE_INFINITY;
}
