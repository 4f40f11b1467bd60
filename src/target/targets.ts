import {addSpan} from "../data/calendar.ts";
import {type EventLog, timesOf} from "../data/event-log.ts";
import {daysBetween, type Instant, instant, type Times, timesLike} from "../data/instant.ts";
import type {Span} from "../study.ts";
import {type ChurnDays, churnDays, NOT_BACK, typeCode} from "./churn.ts";
import type {Cohort} from "./cohort.ts";
import {type ChurnRule, countsSilence, type SilenceRule, silenceReader} from "./rule.ts";

/** The outcome window of a cutoff. */
export type Window = {
  /** The cutoff t; outcomes lie in [from, to). */
  readonly from: Instant;
  /** Start of the last month, which IN looks at: [lastMonth, to). */
  readonly lastMonth: Instant;
  /** t + h, the first day, or instant, after the window. */
  readonly to: Instant;
};

/**
 * The outcome window of a cutoff. A horizon of m months has the last month [t + (m - 1) months, t + h). One in
 * days has m = round(days / 30), at least 1, and the last month [t + (m - 1) * 30 days, t + h). The window of a cutoff
 * within a day ends at the same time of day.
 */
export function windowOf(from: Instant, horizon: Span): Window {
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
   * 1 where silence cannot make WITHIN or IN positive, whatever the customer does, since the last qualifying
   * event p has p + d >= t + h; 0 elsewhere, and always for a contract. Filled for immature rows, too.
   */
  readonly structuralZero: Uint8Array;
  /**
   * Inactivity and regularity: whole days from the cutoff to the churn day of a customer who stays away from now on,
   * p + d - t, rounded down, for the last qualifying event p before t; -1 for a contract. Filled for immature rows, too.
   */
  readonly churnsIn: Int32Array;
  /** The d of that event; -1 for a contract. Filled for immature rows, too. */
  readonly allowed: Int32Array;
  /** Gaps between days with a qualifying event before the cutoff; -1 for a contract. Filled for immature rows, too. */
  readonly gaps: Int32Array;
  /** Whole days from the cutoff to the first churn day at or after it, at any distance; -1 when none is known. */
  readonly firstChurn: Int32Array;
  /**
   * 1 where the customer had churned before the cutoff and was not back, which became known only on it or later: the
   * cohort holds who was active as known then. Filled for immature rows, too.
   */
  readonly goneBefore: Uint8Array;
  /** By cutoff. */
  readonly windows: readonly Window[];
  /** By cutoff, 1 when t + h <= E + 1 and the churn days of the whole window are known. */
  readonly mature: Uint8Array;
};

export type TargetOptions = {
  readonly churn: ChurnRule;
  readonly horizon: Span;
  /** Event type whose silence SILENT means. */
  readonly activity: string;
};

/**
 * Labels the rows of a cohort with WITHIN, IN and SILENT. A cutoff is labelled in all three or in none, so that
 * they can be compared row by row: with a contract it is mature once the grace period of the window's last day
 * has been observed. In a log with times of day outcomes go by the instant: what happens at t is the first that
 * counts, and what happens at t + h does not.
 * @throws DataError when the log has no event of a type that is asked for.
 */
export function labelTargets(log: EventLog, cohort: Cohort, options: TargetOptions): Targets {
  const {churn, horizon, activity} = options;
  const {cutoffs, rows, customer, cutoff} = cohort;
  const windows = cutoffs.map(t => windowOf(t, horizon));
  const churned = churnDays(log, churn);
  const mature = Uint8Array.from(windows, ({to}) =>
    to <= log.lastDay + 1 && to <= churned.knownUntil + 1 ? 1 : 0,
  );
  const acts = timesOfType(log, activity, "activity");
  const silences = countsSilence(churn) ? silencesOf(log, churn) : undefined;
  const within = new Int8Array(rows).fill(-1);
  const inLast = new Int8Array(rows).fill(-1);
  const silent = new Int8Array(rows).fill(-1);
  const structuralZero = new Uint8Array(rows);
  const churnsIn = new Int32Array(rows).fill(-1);
  const allowed = new Int32Array(rows).fill(-1);
  const gaps = new Int32Array(rows).fill(-1);
  const firstChurn = new Int32Array(rows).fill(-1);
  const goneBefore = new Uint8Array(rows);
  for (let i = 0; i < rows; i++) {
    const c = customer[i]!;
    const {from, lastMonth, to} = windows[cutoff[i]!]!;
    const last = silences ? indexFrom(silences, c, from) - 1 : -1;
    // None where what made the customer active has been corrected away since.
    if (silences && last >= silences.offsets[c]!) {
      allowed[i] = silences.allowed[last]!;
      gaps[i] = silences.gaps[last]!;
      const until = instant(silences.day[last]! + allowed[i]!);
      churnsIn[i] = Math.floor(daysBetween(from, until));
      structuralZero[i] = until >= to ? 1 : 0;
    }
    const first = firstFrom(churned, c, from);
    if (Number.isFinite(first)) firstChurn[i] = Math.floor(daysBetween(from, first));
    goneBefore[i] = isGone(churned, c, from) ? 1 : 0;
    if (mature[cutoff[i]!] === 0) continue;
    within[i] = first < to ? 1 : 0;
    inLast[i] = first >= lastMonth && first < to ? 1 : 0;
    silent[i] = firstFrom(acts, c, from) < to ? 0 : 1;
  }
  return {
    ...{within, in: inLast, silent, structuralZero, churnsIn, allowed, gaps, firstChurn, goneBefore},
    ...{windows, mature},
  };
}

/** Ascending days, or instants, by customer: c owns the entries [offsets[c], offsets[c + 1]) of `day`. */
type DayLists = {readonly offsets: Int32Array; readonly day: Times};

function timesOfType(log: EventLog, type: string, field: string): DayLists {
  const code = typeCode(log, type, field);
  const time = timesOf(log);
  const offsets = new Int32Array(log.offsets.length);
  const found: number[] = [];
  for (let c = 0; c < log.customers.length; c++) {
    for (let i = log.offsets[c]!; i < log.offsets[c + 1]!; i++)
      if (log.type[i] === code) found.push(time[i]!);
    offsets[c + 1] = found.length;
  }
  return {offsets, day: timesLike(time, found.length, i => found[i]!)};
}

/** The qualifying times, with the days of silence allowed after each and the gaps up to it. */
type Silences = DayLists & {readonly allowed: Int32Array; readonly gaps: Int32Array};

function silencesOf(log: EventLog, rule: SilenceRule): Silences {
  const lists = timesOfType(log, rule.of, "churn.of");
  const {offsets, day} = lists;
  const reader = silenceReader(rule);
  const allowed = new Int32Array(day.length);
  const gaps = new Int32Array(day.length);
  for (let c = 0; c < log.customers.length; c++) {
    const allow = reader();
    for (let i = offsets[c]!; i < offsets[c + 1]!; i++) {
      allowed[i] = allow(day[i]!);
      if (i > offsets[c]!) gaps[i] = gaps[i - 1]! + (Math.floor(day[i]!) > Math.floor(day[i - 1]!) ? 1 : 0);
    }
  }
  return {...lists, allowed, gaps};
}

/** Index of the first time of customer c at or after t, or the end of the list. */
function indexFrom({offsets, day}: DayLists, c: number, t: Instant): number {
  let [low, high] = [offsets[c]!, offsets[c + 1]!];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (day[middle]! < t) low = middle + 1;
    else high = middle;
  }
  return low;
}

function firstFrom(lists: DayLists, c: number, t: Instant): number {
  const i = indexFrom(lists, c, t);
  return i < lists.offsets[c + 1]! ? lists.day[i]! : Number.POSITIVE_INFINITY;
}

/** Whether customer c has churned on a day before t, and is not back before t. */
function isGone(churned: ChurnDays, c: number, t: Instant): boolean {
  const i = indexFrom(churned, c, t) - 1;
  return i >= churned.offsets[c]! && (churned.back[i] === NOT_BACK || churned.back[i]! >= t);
}
