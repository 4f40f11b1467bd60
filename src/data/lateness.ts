import {briefPercent, counted} from "../figures.ts";
import {dateOf} from "./calendar.ts";
import type {Day} from "./event-log.ts";
import type {Finding} from "./finding.ts";
import type {Corrections, Delays} from "./versions.ts";

/** How late events became known, and what corrections changed; each only where a column says so. */
export type Lateness = {
  /** Absent without a column `known`. */
  readonly delays?: Delays | undefined;
  /** Absent without a column `id`. */
  readonly corrections?: Corrections | undefined;
};

/** Shares over which late events, and money that was corrected, are a warning. */
const NOTABLE = 0.01;

/** Findings of the contract on what came late, what was corrected, and on the day that the state is as of. */
export function latenessFindings(
  {delays, corrections}: Lateness,
  {rows, asOf}: {readonly rows: number; readonly asOf: Day | undefined},
): Finding[] {
  return [
    ...(delays === undefined ? [] : delayFindings(delays)),
    ...(corrections === undefined ? [] : correctionFindings(corrections, rows)),
    ...(asOf === undefined ? [] : [asOfFinding(asOf, rows, delays !== undefined)]),
  ];
}

function delayFindings({sameDay, oneDay, week, month, later, largestDays, beforeOwnTime}: Delays): Finding[] {
  const late = week + month + later;
  const events = sameDay + oneDay + late;
  const share = events === 0 ? 0 : late / events;
  return [
    {
      check: "known-late",
      severity: share > NOTABLE ? "warning" : "info",
      rows: late,
      share,
      message:
        `${counted(late, "event")} known more than a day after their own` +
        (late === 0
          ? ""
          : `, at most ${counted(largestDays, "day")}: at a cutoff they are not seen before they were known`),
    },
    {
      check: "known-before-time",
      severity: beforeOwnTime === 0 ? "info" : "warning",
      rows: beforeOwnTime,
      share: events === 0 ? 0 : beforeOwnTime / events,
      message: `${counted(beforeOwnTime, "row")} known before their own time${beforeOwnTime === 0 ? "" : ", taken as known at their own time"}`,
    },
  ];
}

function correctionFindings({superseded, tied, events, moneyShare}: Corrections, rows: number): Finding[] {
  const all = rows + superseded;
  const finding = (check: string, n: number, notable: boolean, message: string): Finding => ({
    check,
    severity: n > 0 && notable ? "warning" : "info",
    rows: n,
    share: all === 0 ? 0 : n / all,
    message,
  });
  return [
    finding(
      "corrected",
      superseded,
      moneyShare > NOTABLE,
      `${counted(superseded, "row")} replaced by a later version` +
        (superseded === 0
          ? ""
          : ` of ${counted(events, "event")}, which moved ${briefPercent(moneyShare)} of the money`),
    ),
    finding(
      "corrected-at-once",
      tied,
      true,
      `${counted(tied, "row")} known at the same time as the version that replaces them` +
        (tied === 0 ? "" : ", which is the one that stands later in the files"),
    ),
  ];
}

function asOfFinding(asOf: Day, rows: number, known: boolean): Finding {
  const date = dateOf(asOf);
  return {
    check: "as-of",
    severity: known ? "info" : "warning",
    rows: known ? 0 : rows,
    share: known ? 0 : 1,
    message: known
      ? `as of ${date}: what was known before that day, and no more`
      : `as of ${date} by the time of the events, as no column says when they were known: what came late is in it`,
  };
}
