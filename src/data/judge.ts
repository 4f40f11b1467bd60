import {DataError} from "../data-error.ts";
import {dateOf} from "./calendar.ts";
import {type Database, quoted} from "./database.ts";
import {evaluate, number} from "./evaluate.ts";
import type {Day} from "./event-log.ts";
import {filled, rawColumn} from "./raw.ts";
import type {EventSource, Reading} from "./reading.ts";
import {timeOf} from "./time.ts";

/** What may be wrong with a row that keeps it out of the events, the first that applies. */
export const FAULTS = [
  "malformed-row",
  "customer-missing",
  "time-unreadable",
  "known-unreadable",
  "time-future",
  "type-missing",
  "amount-unreadable",
  "duplicate-row",
] as const;

export type Fault = (typeof FAULTS)[number];

/** Whether a source says when its events were known, or which rows are versions of one event. */
export const hasVersions = ({known, id}: EventSource): boolean => known !== undefined || id !== undefined;

/**
 * Judges every row of `raw` into the table `judged`: "$file", "$row", "$print", customer, time (UTC), type,
 * amount DECIMAL(18,4), the attributes as "@0", "@1", …, for a source that {@link hasVersions} known (UTC, at the
 * earliest the time), `early` where it claims to be known before its time, id and until (NULL); `fault` (index into {@link FAULTS}, NULL for a good row)
 * with "$column" and "$value", and `excluded` for a negative amount that the study leaves out.
 * @param last last day that a row may have.
 * @throws DataError when an expression of the study fails on a row.
 */
export async function judge(
  database: Database,
  source: EventSource,
  reading: Reading,
  last: Day | undefined,
): Promise<void> {
  const cell = (name: string) => rawColumn(reading.columns.indexOf(name));
  const {sql, numeric} = await evaluate(database, source, reading);
  const texts = reading.columns.map((_, i) => rawColumn(i)).join(", ");
  const time = timeOf(filled(cell(source.time)), source);
  const seen = source.known === undefined ? time : timeOf(filled(cell(source.known)), source);
  const id = source.id === undefined ? "NULL::VARCHAR" : filled(cell(source.id));
  // A date alone says the day, not that the event was known at midnight.
  const versions = `, greatest(seen, time) AS known, id, NULL::TIMESTAMP AS until,
      coalesce(seen < time AND seen <> date_trunc('day', time), false) AS early`;
  const parsed = `(SELECT "$file", "$row", "$print", ${cell(source.customer)} AS customer,
      ${time} AS time, ${seen} AS seen, ${id} AS id, ${filled('"$type"')} AS kind,
      "$amount", try_cast("$amount" AS DECIMAL(18,4)) AS amount, ${texts} FROM ${sql})`;
  const verdicts = verdictsOf(source, {cell, numeric, last});
  const pick = (value: (verdict: Verdict) => string) =>
    `CASE ${verdicts.map(verdict => `WHEN ${verdict.when} THEN ${value(verdict)}`).join(" ")} END`;
  const attributes = source.attributes.map((name, i) => `, ${filled(cell(name))} AS "@${i}"`).join("");
  const excluding = source.negativeAmounts === "exclude";
  const judged = `SELECT "$file", "$row", "$print", customer, time${hasVersions(source) ? versions : ""},
      ${excluding ? "kind" : "CASE WHEN amount < 0 THEN 'cancellation' ELSE kind END"} AS type, amount${attributes},
      ${pick(({fault}) => String(FAULTS.indexOf(fault)))}::TINYINT AS fault,
      ${pick(({column}) => quoted(column))} AS "$column", ${pick(({value}) => value)} AS "$value",
      ${excluding ? "coalesce(amount < 0, false)" : "false"} AS excluded
    FROM ${parsed}`;
  try {
    await database.connection.run(`CREATE TABLE judged AS ${judged}`);
  } catch (error) {
    const why = (error as Error).message.split("\n")[0]!;
    throw new DataError(
      `events.type or events.amount fails on a row (${why}); correct the expression, try_cast reads what may be no number`,
    );
  }
}

/** When a row has a fault: SQL over the parsed row, with the column at fault and SQL for the value in it. */
type Verdict = {
  readonly fault: Fault;
  readonly when: string;
  readonly column: string;
  readonly value: string;
};

type VerdictInput = {
  readonly cell: (name: string) => string;
  readonly numeric: readonly string[];
  readonly last: Day | undefined;
};

function verdictsOf(source: EventSource, {cell, numeric, last}: VerdictInput): Verdict[] {
  const {customer, time, known, type, amount = ""} = source;
  const late =
    last === undefined
      ? []
      : [{fault: "time-future", when: `time >= TIMESTAMP '${dateOf(last + 1)}'`} as const];
  return [
    {fault: "customer-missing", when: `${filled("customer")} IS NULL`, column: customer, value: "customer"},
    {fault: "time-unreadable", when: "time IS NULL", column: time, value: cell(time)},
    ...(known === undefined
      ? []
      : [{fault: "known-unreadable", when: "seen IS NULL", column: known, value: cell(known)} as const]),
    ...late.map(verdict => ({...verdict, column: time, value: cell(time)})),
    {fault: "type-missing", when: "kind IS NULL", column: type, value: "kind"},
    ...numeric.map(name => ({
      fault: "amount-unreadable" as const,
      when: `${filled(cell(name))} IS NOT NULL AND ${number(cell(name))} IS NULL`,
      column: name,
      value: cell(name),
    })),
    {
      fault: "amount-unreadable",
      when: '"$amount" IS NOT NULL AND amount IS NULL',
      column: amount,
      value: '"$amount"::VARCHAR',
    },
  ];
}
