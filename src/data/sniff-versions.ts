import {DataError} from "../data-error.ts";
import {counted, percent} from "../figures.ts";
import {type Database, rowsOf} from "./database.ts";
import {filled} from "./raw.ts";
import {type ColumnFacts, couldBe} from "./sniff-columns.ts";
import {KNOWN, readsAs, type TimeChoice} from "./sniff-time.ts";
import {timeOf} from "./time.ts";

/** A column that was found, or none, and why; without a reason nothing looked like one. */
export type Found = {readonly column?: string; readonly reason?: string};

/** A row may come so late and still be news. A column that is later for many rows tells of one load of old files. */
const LATE_DAYS = 31;
const MOST_LATE = 0.1;
/** Rows known before their own time: more are no accident. */
const MOST_EARLY = 0.01;

/**
 * Finds the column that says when a row became known, written as the time is. It is none when rows are known before
 * they happen, or when many came long after: at a cutoff before the load nothing at all would be known.
 * @throws DataError when rows are known before they happen and nobody said which column is the time.
 */
export async function decideKnown(
  database: Database,
  facts: readonly ColumnFacts[],
  time: TimeChoice,
  hints: {readonly time?: string | undefined},
): Promise<Found> {
  const happened = facts.find(({name}) => name === time.column)!;
  const alike: ColumnFacts[] = [];
  for (const fact of facts)
    if (fact !== happened && KNOWN.test(fact.name) && fact.filled === fact.rows)
      if (await readsAs(database, fact, time.format)) alike.push(fact);
  const [fact] = alike;
  if (fact === undefined) return {};
  if (alike.length > 1)
    return {reason: `none: ${alike.map(({name}) => name).join(" and ")} may each say when a row was known`};
  const read = (cell: string) => timeOf(filled(cell), {timeFormat: time.format, timeZone: "UTC"});
  const [at, then] = [read(fact.cell), read(happened.cell)];
  const [row] = await rowsOf<{early: number; late: number; rows: number}>(
    database,
    `SELECT (count(*) FILTER (${at} < ${then}))::DOUBLE AS early,
       (count(*) FILTER (${at} > ${then} + INTERVAL ${LATE_DAYS} DAY))::DOUBLE AS late, count(*)::DOUBLE AS rows FROM raw`,
  );
  const {early, late, rows} = row!;
  if (early > MOST_EARLY * rows && hints.time === undefined)
    throw new DataError(`${couldBe([time.column, fact.name], "the time")}; name the column with --time`);
  if (early > MOST_EARLY * rows)
    return {reason: `none: ${fact.name} lies before ${time.column} in ${counted(early, "row")}`};
  if (late > MOST_LATE * rows)
    return {
      reason: `none: ${fact.name} is more than ${LATE_DAYS} days after ${time.column} in ${percent(late / rows)} of the rows, which were loaded long after they were known, it seems`,
    };
  return {
    column: fact.name,
    reason: `${fact.name}: name contains '${KNOWN.exec(fact.name)![0].toLowerCase()}'`,
  };
}

/** Ids come twice by corrections, which are few: an id of many rows is that of an order, and each row a line of it. */
const MOST_AGAIN = 0.1;
const ID = /^((event|record|row|message|log)[ _-]?(id|uuid|key|nr|no|number)|id|uuid)$/i;

/** Finds the column with the identity of an event: in every row, seldom twice, and never of two customers. */
export async function decideId(
  database: Database,
  facts: readonly ColumnFacts[],
  customer: ColumnFacts,
): Promise<Found> {
  for (const fact of facts) {
    if (fact === customer || !ID.test(fact.name)) continue;
    if (fact.filled < fact.rows || fact.distinct < (1 - MOST_AGAIN) * fact.rows) continue;
    const [row] = await rowsOf<{shared: number}>(
      database,
      `SELECT count(*)::DOUBLE AS shared FROM
         (SELECT 1 FROM raw GROUP BY ${fact.cell} HAVING count(DISTINCT ${customer.cell}) > 1)`,
    );
    if (row!.shared > 0) continue;
    const again = fact.rows - fact.distinct;
    const reason = `${fact.name}: ${counted(again, "row")} with the id of another, taken as ${again === 1 ? "a correction" : "corrections"} of it`;
    return {column: fact.name, reason};
  }
  return {};
}
