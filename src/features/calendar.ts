import {dateOf, dayOf} from "../data/calendar.ts";
import type {Day, EventLog} from "../data/event-log.ts";
import {DataError} from "../data-error.ts";
import type {Cohort} from "../target/cohort.ts";
import type {Matrix} from "./matrix.ts";

/** How time before a cutoff is cut: into 30 days up to the cutoff, or into the calendar months that are over. */
export type Cut = "rolling" | "calendar";

const PERIODS = 3;

/**
 * The same four features twice over, to compare ways to cut time: events of a type in each of the last three periods,
 * and periods since the last event. On the first day of a month the calendar's periods are the last three months; on
 * any other day they leave out the month under way, as a table of monthly figures does.
 * @returns one row a cohort row; the periods since the last event are missing where there is none.
 * @throws DataError when the log has no event of the type.
 */
export function periodCounts(log: EventLog, cohort: Cohort, {of, cut}: {of: string; cut: Cut}): Matrix {
  const code = log.types.indexOf(of);
  if (code < 0)
    throw new DataError(`periodCounts requires an event type of the log, got ${JSON.stringify(of)}`);
  const {rows, customer, cutoff, cutoffs} = cohort;
  const ends = cutoffs.map(t => periodEnds(t, cut));
  const values = new Float64Array((PERIODS + 1) * rows);
  for (let i = 0; i < rows; i++) {
    const end = ends[cutoff[i]!]!;
    const c = customer[i]!;
    let since = Number.NaN;
    for (let k = log.offsets[c + 1]! - 1; k >= log.offsets[c]!; k--) {
      const day = log.day[k]!;
      if (day >= end[0]! || log.type[k] !== code) continue;
      if (Number.isNaN(since)) since = periodOf(day, end, cut);
      const period = end.findIndex((_, p) => day >= end[p + 1]!);
      if (period < 0) break;
      values[period * rows + i]! += 1;
    }
    values[PERIODS * rows + i] = since;
  }
  const names = Array.from({length: PERIODS}, (_, p) => `period_${p + 1}`);
  return {names: [...names, "since"], rows, values};
}

/** Ends of the periods, the latest first: period p covers [ends[p + 1], ends[p]). */
function periodEnds(t: Day, cut: Cut): Day[] {
  if (cut === "rolling") return Array.from({length: PERIODS + 1}, (_, p) => t - 30 * p);
  const date = dateOf(t);
  const months: Day[] = [dayOf(`${date.slice(0, 7)}-01`)];
  for (let p = 0; p < PERIODS; p++) {
    const before = dateOf(months[p]! - 1);
    months.push(dayOf(`${before.slice(0, 7)}-01`));
  }
  return months;
}

/** Periods from an event to the end of the last one: days for rolling ones, whole months for the calendar's. */
const periodOf = (day: Day, ends: readonly Day[], cut: Cut): number =>
  cut === "rolling" ? (ends[0]! - day) / 30 : monthOf(ends[0]!) - monthOf(day);

/** Months since the year 0. */
function monthOf(day: Day): number {
  const [year, month] = dateOf(day).split("-");
  return 12 * Number(year) + Number(month);
}
