import {DataError} from "../data-error.ts";
import {dateOf, dayOf} from "./calendar.ts";
import type {Database} from "./database.ts";
import type {Day} from "./event-log.ts";
import {filled, rawColumn} from "./raw.ts";
import type {EventSource, Reading} from "./reading.ts";
import {timeOf} from "./time.ts";

/**
 * The day D that a state is asked as of: what was known before 00:00 UTC of it.
 * @param today day of reading, YYYY-MM-DD.
 * @throws DataError when it is no date, or lies after the day of reading.
 */
export function asOfDay(asOf: string, today?: string): Day {
  let day: Day;
  try {
    day = dayOf(asOf);
  } catch {
    throw new DataError(`--as-of requires a date written YYYY-MM-DD, got ${JSON.stringify(asOf)}`);
  }
  if (today !== undefined && day > dayOf(today))
    throw new DataError(
      `--as-of ${asOf} lies after the day of reading, ${today}, and more may be known by then; ask for ${today} or an earlier day`,
    );
  return day;
}

/**
 * Removes from `raw` the rows that were not known before 00:00 UTC of `day`: those known, or without a column
 * `known` those that happened, on that day or later. A row of which no time can be read stays: nothing says that
 * it came later. It is done before anything is made of the rows, so that what comes later changes nothing.
 */
export async function cutAsOf(
  database: Database,
  source: EventSource,
  {columns}: Reading,
  day: Day,
): Promise<void> {
  const read = (name: string) => timeOf(filled(rawColumn(columns.indexOf(name))), source);
  const times = [source.time, ...(source.known === undefined ? [] : [source.known])].map(read);
  const later = times.map(time => `coalesce(${time} >= TIMESTAMP '${dateOf(day)}', false)`).join(" OR ");
  await database.connection.run(`DELETE FROM raw WHERE ${later}`);
}
