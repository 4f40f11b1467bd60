import {type Database, dayColumn, rowsOf} from "./database.ts";
import type {EventSource} from "./reading.ts";

/** Events by the whole days from their own to the one on which they were first known. */
export type Delays = {
  readonly sameDay: number;
  /** 1 day. */
  readonly oneDay: number;
  /** 2 to 7 days. */
  readonly week: number;
  /** 8 to 30 days. */
  readonly month: number;
  /** More than 30 days. */
  readonly later: number;
  readonly largestDays: number;
  /** Rows that claim to be known before they happened; they count as known at their own time. */
  readonly beforeOwnTime: number;
};

/** What later versions of events changed. */
export type Corrections = {
  /** Rows that a later version replaced, those that were never seen included. */
  readonly superseded: number;
  /** Of these, the rows known at the very time of their replacement: the order of the rows decided. */
  readonly tied: number;
  /** Events with more than one version. */
  readonly events: number;
  /**
   * |amount of the valid version - amount of the one known first|, summed, over the sum of |amount| of all valid
   * versions; a missing amount counts as 0. 0 when there is no money.
   */
  readonly moneyShare: number;
};

/**
 * Marks in `judged`, by the column `until`, the versions of events that a later one replaces: `until` is the time
 * at which the next version was known, NULL for the valid one, which is the one known last, of equals the later
 * row. Rows with a fault and rows left out replace nothing. Versions, with their place, become the table
 * `versions` ("$file", "$row", id, time, known, amount, until, "first": the version that was seen first).
 */
export async function markVersions({connection}: Database): Promise<void> {
  const good = "fault IS NULL AND NOT excluded";
  await connection.run(
    `CREATE TABLE versioned AS SELECT id FROM judged WHERE ${good} AND id IS NOT NULL GROUP BY id HAVING count(*) > 1;
     CREATE TABLE versions AS SELECT * EXCLUDE n, n = min(n) FILTER (until IS NULL OR until > known) OVER (PARTITION BY id) AS "first"
       FROM (SELECT "$file", "$row", id, time, known, amount, lead(known) OVER w AS until, row_number() OVER w AS n
         FROM judged SEMI JOIN versioned USING (id) WHERE ${good}
         WINDOW w AS (PARTITION BY id ORDER BY known, "$file", "$row"));
     DROP TABLE versioned;
     UPDATE judged SET until = versions.until FROM versions WHERE versions.until IS NOT NULL
       AND judged."$file" = versions."$file" AND judged."$row" = versions."$row"`,
  );
}

/** How late the rows of `judged`, marked by {@link markVersions} where there are ids, became known. */
export async function delaysOf(database: Database, source: EventSource): Promise<Delays> {
  const good = "fault IS NULL AND NOT excluded";
  const first =
    source.id === undefined
      ? `SELECT time, known FROM judged WHERE ${good}`
      : `SELECT time, known FROM judged ANTI JOIN versions USING ("$file", "$row") WHERE ${good}
         UNION ALL SELECT time, known FROM versions WHERE "first"`;
  const between = (from: number, to: number) => `(count(*) FILTER (delay BETWEEN ${from} AND ${to}))::DOUBLE`;
  const [row] = await rowsOf<Delays>(
    database,
    `SELECT ${between(0, 0)} AS "sameDay", ${between(1, 1)} AS "oneDay", ${between(2, 7)} AS week,
       ${between(8, 30)} AS month, (count(*) FILTER (delay > 30))::DOUBLE AS later,
       coalesce(max(delay), 0)::DOUBLE AS "largestDays",
       (SELECT count(*) FROM judged WHERE ${good} AND early)::DOUBLE AS "beforeOwnTime"
     FROM (SELECT ${dayColumn("known")} - ${dayColumn("time")} AS delay FROM (${first}))`,
  );
  return row!;
}

/** What the versions that {@link markVersions} found changed. */
export async function correctionsOf(database: Database): Promise<Corrections> {
  const [row] = await rowsOf<Record<"superseded" | "tied" | "events" | "moved" | "total", number>>(
    database,
    `SELECT (count(*) FILTER (until IS NOT NULL))::DOUBLE AS superseded,
       (count(*) FILTER (until = known))::DOUBLE AS tied, count(DISTINCT id)::DOUBLE AS events,
       coalesce((SELECT sum(abs(coalesce(v.amount, 0) - coalesce(f.amount, 0)))
         FROM versions f JOIN versions v USING (id) WHERE f."first" AND v.until IS NULL), 0)::DOUBLE AS moved,
       coalesce((SELECT sum(abs(amount)) FROM judged
         WHERE fault IS NULL AND NOT excluded AND until IS NULL), 0)::DOUBLE AS total FROM versions`,
  );
  const {superseded, tied, events, moved, total} = row!;
  return {superseded, tied, events, moneyShare: total === 0 ? 0 : moved / total};
}
