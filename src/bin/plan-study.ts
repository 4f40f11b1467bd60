import {addSpan, dateOf, monthStarts} from "../data/calendar.ts";
import type {Day} from "../data/event-log.ts";
import {DataError} from "../data-error.ts";

/** Cutoffs for an inactivity study, with the reasons in words. */
export type CutoffPlan = {
  readonly from: string;
  readonly to: string;
  readonly testFrom: string;
  /** Days of the log before the first cutoff. */
  readonly historyDays: number;
  readonly cutoffsWhy: string;
  readonly testWhy: string;
};

/** Cutoffs are many enough with two years of them; older behaviour teaches little more. */
const MOST = 24;

/**
 * Chooses monthly cutoffs from the length of a log: the first has `churnDays` of history before it (a year when
 * the log is longer than two), the last has its whole horizon observed. The last sixth of them test, at least one.
 * @param firstDay first day with an event. @param lastDay last fully observed day.
 * @throws DataError when the log is too short for a cutoff to learn from, the embargo and one to test on.
 */
export function planCutoffs({
  firstDay,
  lastDay,
  churnDays,
  horizonDays,
}: {
  firstDay: Day;
  lastDay: Day;
  churnDays: number;
  horizonDays: number;
}): CutoffPlan {
  const warmUp = lastDay - firstDay > 730 ? Math.max(365, churnDays) : churnDays;
  const month = (day: Day) => dateOf(day).slice(0, 7);
  const earliest = firstDay + warmUp;
  const first = dateOf(earliest).endsWith("-01") ? month(earliest) : month(addSpan(earliest, {months: 1}));
  const last = month(lastDay + 1 - horizonDays);
  const all = first <= last ? monthStarts(first, last).slice(-MOST) : [];
  for (let tests = Math.max(1, Math.floor(all.length / 6)); tests >= 1; tests--) {
    const testFrom = all[all.length - tests];
    if (testFrom === undefined || all[0]! + horizonDays > testFrom) continue;
    const learning = all.filter(t => t + horizonDays <= testFrom).length;
    return {
      from: month(all[0]!),
      to: month(all.at(-1)!),
      testFrom: month(testFrom),
      historyDays: all[0]! - firstDay,
      cutoffsWhy:
        `The log runs from ${dateOf(firstDay)} to ${dateOf(lastDay)}: the first cutoff has ${warmUp} days before it, ` +
        `the last one ${horizonDays} days after it.`,
      testWhy:
        `${tests} of the ${all.length} cutoffs test${tests === 1 ? "s" : ""}; the ${learning} whose outcome is known before ` +
        `${month(testFrom)} teach${learning === 1 ? "es" : ""}; between them outcomes would overlap.`,
    };
  }
  const needed = warmUp + 2 * horizonDays + 62;
  throw new DataError(
    `the log is too short: it covers ${lastDay - firstDay + 1} days from ${dateOf(firstDay)} to ${dateOf(lastDay)}, and ` +
      `${churnDays} days of inactivity need about ${needed}; give more history or a smaller --churn-after`,
  );
}
