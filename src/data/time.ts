import {DataError} from "../data-error.ts";
import {type Database, quoted, rowsOf} from "./database.ts";

/** How texts become times: strptime format (ISO 8601 when absent), and the zone of texts without an offset. */
export type TimeReading = {
  readonly timeFormat?: string | undefined;
  readonly timeZone: string;
};

const DATE = "\\d{4}-\\d{2}-\\d{2}";
const CLOCK = "\\d{2}:\\d{2}(:\\d{2}(\\.\\d{1,9})?)?";

/**
 * SQL for the time that a text stands for, as a TIMESTAMP in UTC, NULL when it is none.
 * A date without a time of day is that day, whatever the zone. A time that daylight saving skips is read an
 * hour later; of a time that it repeats, the second is meant.
 */
export function timeOf(text: string, {timeFormat, timeZone}: TimeReading): string {
  const zoned = (local: string) =>
    timeZone === "UTC" ? local : `(timezone(${quoted(timeZone)}, ${local}) AT TIME ZONE 'UTC')`;
  if (timeFormat !== undefined) {
    const parsed = `try_strptime(${text}, ${quoted(timeFormat)})`;
    if (/%[zZ]/.test(timeFormat)) return `(${parsed} AT TIME ZONE 'UTC')`;
    return /%-?[HIcXT]/.test(timeFormat) ? zoned(parsed) : parsed;
  }
  const matches = (pattern: string) => `regexp_full_match(${text}, ${quoted(pattern)})`;
  const offset = " ?(Z|[+-]\\d{2}(:?\\d{2})?)";
  if (timeZone === "UTC") {
    const any = matches(`${DATE}([T ]${CLOCK}(${offset})?)?`);
    return `CASE WHEN ${any} THEN (try_cast(${text} AS TIMESTAMPTZ) AT TIME ZONE 'UTC') END`;
  }
  return `CASE
    WHEN ${matches(DATE)} THEN try_cast(${text} AS TIMESTAMP)
    WHEN ${matches(`${DATE}[T ]${CLOCK}`)} THEN ${zoned(`try_cast(${text} AS TIMESTAMP)`)}
    WHEN ${matches(`${DATE}[T ]${CLOCK}${offset}`)}
      THEN (try_cast(${text} AS TIMESTAMPTZ) AT TIME ZONE 'UTC') END`;
}

/**
 * @param field name of the format where the user wrote it, for the message.
 * @throws DataError when the format is none that strptime knows, or the zone is not in the IANA list.
 */
export async function checkReading(
  database: Database,
  {timeFormat, timeZone}: TimeReading,
  field = "events.timeFormat",
): Promise<void> {
  const zones = await rowsOf(
    database,
    `SELECT name FROM pg_timezone_names() WHERE name = ${quoted(timeZone)}`,
  );
  if (zones.length === 0)
    throw new DataError(
      `events.timeZone ${JSON.stringify(timeZone)} is no IANA time zone; write it like "Europe/Berlin"`,
    );
  if (timeFormat === undefined) return;
  try {
    await rowsOf(database, `SELECT try_strptime('', ${quoted(timeFormat)}) IS NULL AS ok`);
  } catch {
    throw new DataError(
      `${field} ${JSON.stringify(timeFormat)} is no strptime format; write it like "%d/%m/%Y %H:%M"`,
    );
  }
}
