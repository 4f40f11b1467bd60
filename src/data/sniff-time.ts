import {DataError} from "../data-error.ts";
import {counted} from "../figures.ts";
import {type Database, rowsOf} from "./database.ts";
import {filled} from "./raw.ts";
import {type ColumnFacts, couldBe} from "./sniff-columns.ts";
import {checkReading, timeOf} from "./time.ts";

/** Names of a column that says when a row was written, not when its event happened. */
export const KNOWN = /load|known|ingest|insert|import|creat|updat|modif|receiv|recorded|written|sync/i;

type Form = {
  /** strptime format; absent for ISO 8601. */
  readonly format?: string;
  /** What a text of this format looks like: strptime alone takes 1997112 for %Y%m%d. */
  readonly shape: string;
};

const DAYS = [
  {format: "%Y%m%d", shape: "\\d{8}"},
  {format: "%Y/%m/%d", shape: "\\d{4}/\\d{1,2}/\\d{1,2}"},
  {format: "%Y.%m.%d", shape: "\\d{4}\\.\\d{1,2}\\.\\d{1,2}"},
  ...["/", ".", "-"].flatMap(mark => {
    const shape = (year: string) => `\\d{1,2}\\${mark}\\d{1,2}\\${mark}${year}`;
    return [
      {format: `%d${mark}%m${mark}%Y`, shape: shape("\\d{4}")},
      {format: `%m${mark}%d${mark}%Y`, shape: shape("\\d{4}")},
      {format: `%d${mark}%m${mark}%y`, shape: shape("\\d{2}")},
      {format: `%m${mark}%d${mark}%y`, shape: shape("\\d{2}")},
    ];
  }),
  {format: "%d %b %Y", shape: "\\d{1,2} [A-Za-z]{3} \\d{4}"},
  {format: "%d-%b-%Y", shape: "\\d{1,2}-[A-Za-z]{3}-\\d{4}"},
];
const CLOCKS = [
  {format: "", shape: ""},
  {format: " %H:%M", shape: " \\d{1,2}:\\d{2}"},
  {format: " %H:%M:%S", shape: " \\d{1,2}:\\d{2}:\\d{2}"},
  {format: " %I:%M %p", shape: " \\d{1,2}:\\d{2} [AaPp][Mm]"},
  {format: " %I:%M:%S %p", shape: " \\d{1,2}:\\d{2}:\\d{2} [AaPp][Mm]"},
];
const FORMS: readonly Form[] = [
  {shape: "\\d{4}-\\d{2}-\\d{2}.*"},
  ...CLOCKS.flatMap(clock =>
    DAYS.map(day => ({format: day.format + clock.format, shape: day.shape + clock.shape})),
  ),
];

/** Rows that a form may fail to read and still be the form of a column. */
const TOLERATED = 0.01;
/** Values that the forms worth trying are found from. */
const SAMPLE = 1000;

type Read = {readonly fact: ColumnFacts; readonly format: string | undefined; readonly rows: number};
export type TimeChoice = {
  readonly column: string;
  readonly format: string | undefined;
  readonly reason: string;
};

/**
 * Finds the column with the time, and its format.
 * @throws DataError when no column or several could be it (`--time`), and when day and month could be either way
 * round (`--time-format`).
 */
export async function decideTime(
  database: Database,
  facts: readonly ColumnFacts[],
  hints: {readonly time?: string | undefined; readonly timeFormat?: string | undefined},
): Promise<TimeChoice> {
  const asked = facts.filter(fact => hints.time === undefined || fact.name === hints.time);
  if (hints.timeFormat !== undefined)
    await checkReading(database, {timeFormat: hints.timeFormat, timeZone: "UTC"}, "--time-format");
  const candidates: Read[][] = [];
  for (const fact of asked) {
    const reads = await readsOf(database, fact, hints.timeFormat);
    if (reads.length > 0) candidates.push(reads);
  }
  const reads = oneColumn(candidates, facts, hints);
  const [best, second] = reads.toSorted((a, b) => b.rows - a.rows);
  if (second !== undefined && second.rows === best!.rows)
    throw new DataError(
      `${best!.fact.name} reads as ${best!.format} and as ${second.format} in every row, so day and month cannot be told apart; name the right one with --time-format`,
      {column: best!.fact.name},
    );
  const {fact, format, rows} = best!;
  const how = format === undefined ? "ISO 8601" : format;
  const against = second === undefined ? "" : `, and only ${counted(second.rows, "row")} as ${second.format}`;
  return {
    column: fact.name,
    format,
    reason: `${fact.name}: ${counted(rows, "row")} read as ${how}${against}`,
  };
}

/** The ways in which (nearly) all values of a column are times, day and month either way round among them. */
async function readsOf(
  database: Database,
  fact: ColumnFacts,
  timeFormat: string | undefined,
): Promise<Read[]> {
  if (fact.filled === 0) return [];
  const forms: readonly Form[] = timeFormat === undefined ? FORMS : [{format: timeFormat, shape: ".*"}];
  const cell = filled(fact.cell);
  const tried = await countReads(
    database,
    forms,
    cell,
    `(SELECT ${fact.cell} FROM raw WHERE ${cell} IS NOT NULL LIMIT ${SAMPLE})`,
  );
  const most = Math.min(SAMPLE, fact.filled);
  const likely = forms.filter((_, i) => tried[i]! > most / 3);
  if (likely.length === 0) return [];
  const counted = await countReads(database, likely, cell, "raw");
  const reads = likely.map((form, i) => ({fact, format: form.format, rows: counted[i]!}));
  const best = Math.max(...counted);
  if (best < (1 - TOLERATED) * fact.filled) return [];
  return reads.filter(read => read.rows > best / 3);
}

/** Whether (nearly) all values of a column are times of this form. */
export const readsAs = async (
  database: Database,
  fact: ColumnFacts,
  format: string | undefined,
): Promise<boolean> => (await readsOf(database, fact, format)).some(read => read.format === format);

async function countReads(
  database: Database,
  forms: readonly Form[],
  cell: string,
  table: string,
): Promise<number[]> {
  const counts = forms.map(({format, shape}, i) => {
    const time = timeOf(cell, {timeFormat: format, timeZone: "UTC"});
    // Eight digits may be an id: as a time they must lie in a year that a log can be of.
    return `(count(*) FILTER (regexp_full_match(${cell}, '${shape}') AND year(${time}) BETWEEN 1970 AND 2099))::DOUBLE AS c${i}`;
  });
  const [row] = await rowsOf<Record<string, number>>(database, `SELECT ${counts.join(", ")} FROM ${table}`);
  return forms.map((_, i) => row![`c${i}`]!);
}

function oneColumn(
  candidates: readonly Read[][],
  facts: readonly ColumnFacts[],
  hints: {readonly time?: string | undefined; readonly timeFormat?: string | undefined},
): Read[] {
  const nameOf = (reads: readonly Read[]) => reads[0]!.fact.name;
  if (candidates.length === 0) {
    const where = hints.time === undefined ? "no column has" : `${hints.time} has not`;
    const how = hints.timeFormat === undefined ? "a known form" : `the form ${hints.timeFormat}`;
    throw new DataError(
      `${where} times of ${how} in 99 % of its rows, the columns are ${facts.map(fact => JSON.stringify(fact.name)).join(", ")}; name column and form with --time and --time-format`,
    );
  }
  const named = candidates.filter(reads =>
    /time|date|stamp|day|datum|zeit|when|_at$|[a-z]At$/i.test(nameOf(reads)),
  );
  // Beside the time at which it happened, a row may say when it was loaded.
  const happened = named.filter(reads => !KNOWN.test(nameOf(reads)));
  const left = candidates.length === 1 ? candidates : happened.length > 0 ? happened : named;
  if (left.length === 1) return left[0]!;
  throw new DataError(
    `${couldBe((left.length === 0 ? candidates : left).map(nameOf), "the time")}; name the column with --time`,
  );
}
