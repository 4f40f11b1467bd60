import {dateOf} from "./calendar.ts";
import {type Database, quoted} from "./database.ts";
import type {Day} from "./event-log.ts";
import {FAULTS, hasVersions} from "./judge.ts";
import type {Lateness} from "./lateness.ts";
import type {EventSource} from "./reading.ts";
import type {SourceFile} from "./source.ts";
import {correctionsOf, delaysOf, markVersions} from "./versions.ts";

/**
 * Parts the rows of `judged`, which it drops, into `events`, `superseded` and `quarantine`, see {@link Ingested};
 * `repeats` ("$file", "$row") are rows equal to an earlier one, and `excluded` (n) counts those left out.
 * @param last last day that a row may have.
 */
export async function setApart(
  database: Database,
  source: EventSource,
  files: readonly SourceFile[],
  last: Day | undefined,
): Promise<Lateness> {
  const {connection} = database;
  if (source.id !== undefined) await markVersions(database);
  const versions = hasVersions(source);
  const current = versions ? "until IS NULL" : "true";
  await connection.run(
    `CREATE TABLE duplicated AS SELECT "$print" FROM judged WHERE fault IS NULL AND ${current} GROUP BY "$print" HAVING count(*) > 1;
     CREATE TABLE repeats AS SELECT "$file", "$row" FROM (
       SELECT "$file", "$row", row_number() OVER (PARTITION BY "$print" ORDER BY "$file", "$row") AS n
       FROM judged SEMI JOIN duplicated USING ("$print") WHERE fault IS NULL AND ${current}) WHERE n > 1`,
  );
  if (source.duplicates === "quarantine")
    await connection.run(
      `UPDATE judged SET fault = ${FAULTS.indexOf("duplicate-row")} FROM repeats
       WHERE judged."$file" = repeats."$file" AND judged."$row" = repeats."$row"`,
    );
  const columns = `customer, time, type, amount${versions ? ", known, id" : ""}${source.attributes.map((_, i) => `, "@${i}"`).join("")}`;
  const lateness = {
    ...(source.known === undefined ? {} : {delays: await delaysOf(database, source)}),
    ...(source.id === undefined ? {} : {corrections: await correctionsOf(database)}),
  };
  const names = `[${files.map(file => quoted(file.name)).join(", ")}]`;
  const checks = `[${FAULTS.map(quoted).join(", ")}]`;
  const reasons = `[${reasonsOf(source, last).map(quoted).join(", ")}]`;
  await connection.run(
    `CREATE TABLE quarantine AS SELECT ${names}["$file" + 1] AS file, "$row" AS row, col AS column, value, reason, "check" FROM (
       SELECT "$file", "$row", '' AS col, value, reason, 'malformed-row' AS "check" FROM rejected UNION ALL
       SELECT "$file", "$row", coalesce("$column", ''), coalesce("$value", ''), ${reasons}[fault + 1], ${checks}[fault + 1]
       FROM judged WHERE fault IS NOT NULL) ORDER BY "$file", "$row";
     CREATE TABLE excluded AS SELECT count(*)::DOUBLE AS n FROM judged WHERE fault IS NULL AND excluded;
     CREATE TABLE events AS SELECT ${columns} FROM judged WHERE fault IS NULL AND NOT excluded AND ${current};
     CREATE TABLE superseded AS SELECT ${columns} FROM judged WHERE fault IS NULL AND NOT excluded AND ${versions ? "until > known" : "false"};
     DROP TABLE judged`,
  );
  return lateness;
}

/** What is said of a row in quarantine, in the order of FAULTS. */
const reasonsOf = (source: EventSource, last: Day | undefined): string[] => [
  "is no row of its file",
  "the customer is missing",
  source.timeFormat === undefined
    ? "the time is no date or time of ISO 8601"
    : `the time is not written ${source.timeFormat}`,
  source.timeFormat === undefined
    ? "the time at which it was known is no date or time of ISO 8601"
    : `the time at which it was known is not written ${source.timeFormat}`,
  last === undefined ? "" : `the time lies after ${dateOf(last)}`,
  "the type is missing",
  "the amount is no number",
  "the row repeats an earlier one",
];
