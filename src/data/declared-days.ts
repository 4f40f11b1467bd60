import {counted, decimal, whole} from "../figures.ts";
import type {DataCheck} from "../study.ts";
import {dateOf} from "./calendar.ts";
import {type Database, dayColumn, rowsOf} from "./database.ts";
import {type Table, titleOf} from "./declared-table.ts";
import type {Day} from "./event-log.ts";
import type {Finding} from "./finding.ts";
import {unusualDays} from "./volume.ts";

export type DeclaredOptions = {
  /** Folder that relative paths start from: that of the study file. */
  readonly folder: string;
  /** Last fully observed day; the volume of later days is not judged. */
  readonly lastDay: Day;
  /**
   * Day of reading, which freshness is measured from, and which is not over, so that its volume is not judged.
   * Without it freshness is measured from `lastDay`: a run must not depend on the day it is made.
   */
  readonly today?: Day | undefined;
  /** Rows that were not known before 00:00 UTC of this day are left out; none when absent. */
  readonly asOf?: Day | undefined;
};

/** Times after the day that is measured from do not make a table fresh. */
export function freshFinding(
  check: Extract<DataCheck, {check: "fresh"}>,
  table: Table,
  rows: number,
  newest: Day | null,
  {lastDay, today}: DeclaredOptions,
): Finding {
  const {column, withinDays} = check;
  const from = today ?? lastDay;
  const within = `${whole(withinDays)} day${withinDays === 1 ? "" : "s"}`;
  const holds = newest !== null && from - newest <= withinDays;
  return {
    check: titleOf(check, table),
    severity: holds ? "info" : check.severity,
    rows: holds ? 0 : rows,
    share: holds || rows === 0 ? 0 : 1,
    message:
      newest === null
        ? `no row has a ${column} up to ${dateOf(from)}`
        : `the newest ${column} is of ${dateOf(newest)}, and may be at most ${within} before ${dateOf(from)}`,
  };
}

/** Rows without a time that can be read are on no day. */
export async function volumeFinding(
  database: Database,
  check: Extract<DataCheck, {check: "volume"}>,
  table: Table,
  {lastDay, today}: DeclaredOptions,
): Promise<Finding> {
  const {column, factor} = check;
  const rows = await rowsOf<{day: number; n: number}>(
    database,
    `SELECT ${dayColumn(table.time(column))} AS day, count(*)::INTEGER AS n FROM ${table.sql}
     WHERE ${table.time(column)} IS NOT NULL GROUP BY day ORDER BY day`,
  );
  const {judged, days} = unusualDays(
    {day: Int32Array.from(rows, row => row.day), rows: Int32Array.from(rows, row => row.n)},
    {factor, through: today === undefined ? lastDay : Math.min(lastDay, today - 1)},
  );
  const worst = days
    .slice(0, 3)
    .map(
      ({day, rows, usual}) =>
        `${dateOf(day)} (${counted(rows, "row")}, usually ${decimal(usual, Number.isInteger(usual) ? 0 : 1)})`,
    );
  return {
    check: titleOf(check, table),
    severity: days.length === 0 ? "info" : check.severity,
    rows: days.length,
    share: judged === 0 ? 0 : days.length / judged,
    message:
      `${counted(days.length, "day")} of ${whole(judged)} with less than 1/${factor} or more than ${factor} times the rows ` +
      `usual on that weekday${worst.length === 0 ? "" : `: ${worst.join(", ")}${days.length > 3 ? ", …" : ""}`}`,
  };
}
