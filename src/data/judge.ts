import {DataError} from "../data-error.ts";
import type {Study} from "../study.ts";
import {dateOf} from "./calendar.ts";
import {type Database, named, quoted, rowsOf} from "./database.ts";
import type {Day} from "./event-log.ts";
import {columnsIn} from "./expression.ts";
import {filled, RAW_PLACE, rawColumn} from "./raw.ts";
import type {SourceFile} from "./source.ts";
import {timeOf} from "./time.ts";

export type EventSource = Study["events"];

/** The columns of a source that a study reads, and what its expressions read of them. */
export type Reading = {
  /** Columns of the table `raw`, in its order: customer, time, attributes, then those of the expressions. */
  readonly columns: readonly string[];
  readonly typeColumns: readonly string[];
  readonly amountColumns: readonly string[];
};

/** What may be wrong with a row that keeps it out of the events, the first that applies. */
export const FAULTS = [
  "malformed-row",
  "customer-missing",
  "time-unreadable",
  "time-future",
  "type-missing",
  "amount-unreadable",
  "duplicate-row",
] as const;

export type Fault = (typeof FAULTS)[number];

/**
 * Finds the columns that a study needs in the files.
 * @throws DataError naming the column that a file lacks, and those it has.
 */
export async function readingOf(
  database: Database,
  source: EventSource,
  files: readonly SourceFile[],
): Promise<Reading> {
  const typeNames = await columnsIn(database, source.type, "events.type");
  const amountNames =
    source.amount === undefined ? [] : await columnsIn(database, source.amount, "events.amount");
  const demands: [field: string, name: string][] = [
    ["events.customer", source.customer],
    ["events.time", source.time],
    ...source.attributes.map((name): [string, string] => ["events.attributes", name]),
    ...typeNames.map((name): [string, string] => ["events.type", name]),
    ...amountNames.map((name): [string, string] => ["events.amount", name]),
  ];
  for (const file of files) for (const [field, name] of demands) requireColumn(file, name, field);
  // SQL does not tell upper from lower case in a name: the file's spelling is the one that is read.
  const spelled = (name: string) => spellingOf(files[0]!, name) ?? name;
  const typeColumns = typeNames.map(spelled);
  const amountColumns = amountNames.map(spelled);
  const columns = [source.customer, source.time, ...source.attributes, ...typeColumns, ...amountColumns];
  return {columns: [...new Set(columns)], typeColumns, amountColumns};
}

const spellingOf = (file: SourceFile, name: string): string | undefined =>
  file.columns.find(column => column === name) ??
  file.columns.find(column => column.toLowerCase() === name.toLowerCase());

function requireColumn(file: SourceFile, name: string, field: string): void {
  const expression = field === "events.type" || field === "events.amount";
  if (expression ? spellingOf(file, name) !== undefined : file.columns.includes(name)) return;
  const present = file.columns.map(column => JSON.stringify(column)).join(", ");
  throw new DataError(
    `${file.name} has no column ${JSON.stringify(name)}, it has ${present}; correct ${field}`,
    {file: file.name, column: name},
  );
}

/**
 * Judges every row of `raw` into the table `judged`: "$file", "$row", customer, time (UTC), type,
 * amount DECIMAL(18,4), the attributes as "@0", "@1", …, `fault` (index into {@link FAULTS}, NULL for a good row)
 * with "$column" and "$value", and `excluded` for a negative amount that the study leaves out.
 * @param last last day that a row may have.
 */
export async function judge(
  database: Database,
  source: EventSource,
  reading: Reading,
  last: Day | undefined,
): Promise<void> {
  const cell = (name: string) => rawColumn(reading.columns.indexOf(name));
  const plain = reading.amountColumns.length === 1 && isName(source.amount!, reading.amountColumns[0]!);
  const numeric = plain ? [] : await numericColumns(database, reading, reading.amountColumns, 0.5);
  const whole = await numericColumns(database, reading, reading.typeColumns, 1);
  const all = `${RAW_PLACE}, ${reading.columns.map((_, i) => rawColumn(i)).join(", ")}`;
  const scope = (names: readonly string[], typed: readonly string[]) =>
    names
      .map(name => `, ${typed.includes(name) ? number(cell(name)) : cell(name)} AS ${named(name)}`)
      .join("");
  const from = (names: readonly string[], typed: readonly string[], inner: string, extra = "") =>
    `(SELECT ${all}${extra}${scope(names, typed)} FROM ${inner})`;
  const typeStep = await bound(database, "events.type", source.type, [whole, []], typed => {
    const inner = from(reading.typeColumns, typed, "raw");
    return `(SELECT ${all}, (${source.type})::VARCHAR AS "$type" FROM ${inner})`;
  });
  const amount = source.amount;
  const amountStep =
    amount === undefined || plain
      ? `(SELECT *, ${plain ? filled(cell(reading.amountColumns[0]!)) : "NULL::VARCHAR"} AS "$amount" FROM ${typeStep})`
      : await bound(database, "events.amount", amount, [numeric, []], typed => {
          const inner = from(reading.amountColumns, typed, typeStep, `, "$type"`);
          return `(SELECT ${all}, "$type", (${amount}) AS "$amount" FROM ${inner})`;
        });
  const money = `try_cast("$amount" AS DECIMAL(18,4))`;
  const customer = cell(source.customer);
  const parsed = `(SELECT "$file", "$row", "$print", ${customer} AS customer,
      ${timeOf(filled(cell(source.time)), source)} AS time, ${filled('"$type"')} AS kind,
      "$amount", ${money} AS amount, ${reading.columns.map((_, i) => rawColumn(i)).join(", ")} FROM ${amountStep})`;
  const bad = numeric.map(name => ({
    when: `${filled(cell(name))} IS NOT NULL AND ${number(cell(name))} IS NULL`,
    column: quoted(name),
    value: cell(name),
  }));
  const faults = [
    {
      fault: "customer-missing",
      when: `${filled("customer")} IS NULL`,
      column: quoted(source.customer),
      value: "customer",
    },
    {fault: "time-unreadable", when: "time IS NULL", column: quoted(source.time), value: cell(source.time)},
    ...(last === undefined
      ? []
      : [
          {
            fault: "time-future",
            when: `time >= TIMESTAMP '${dateOf(last + 1)}'`,
            column: quoted(source.time),
            value: cell(source.time),
          },
        ]),
    {fault: "type-missing", when: "kind IS NULL", column: quoted(source.type), value: "kind"},
    ...bad.map(fault => ({fault: "amount-unreadable", ...fault})),
    {
      fault: "amount-unreadable",
      when: '"$amount" IS NOT NULL AND amount IS NULL',
      column: quoted(amount ?? ""),
      value: '"$amount"::VARCHAR',
    },
  ];
  const pick = (value: (fault: (typeof faults)[number]) => string) =>
    `CASE ${faults.map(fault => `WHEN ${fault.when} THEN ${value(fault)}`).join(" ")} END`;
  const attributes = source.attributes.map((name, i) => `, ${filled(cell(name))} AS "@${i}"`).join("");
  const negative =
    source.negativeAmounts === "exclude" ? "kind" : "CASE WHEN amount < 0 THEN 'cancellation' ELSE kind END";
  await database.connection.run(
    `CREATE TABLE judged AS SELECT "$file", "$row", "$print", customer, time, ${negative} AS type, amount${attributes},
       ${pick(({fault}) => String(FAULTS.indexOf(fault as Fault)))}::TINYINT AS fault,
       ${pick(({column}) => column)} AS "$column", ${pick(({value}) => value)} AS "$value",
       ${source.negativeAmounts === "exclude" ? "coalesce(amount < 0, false)" : "false"} AS excluded
     FROM ${parsed}`,
  );
}

/** A text as a finite number, NULL when it is none. */
const number = (column: string): string =>
  `CASE WHEN isfinite(try_cast(${filled(column)} AS DOUBLE)) THEN try_cast(${filled(column)} AS DOUBLE) END`;

const isName = (expression: string, name: string): boolean => {
  const text = expression.trim();
  return text.toLowerCase() === name.toLowerCase() || text === named(name);
};

/** Those of the columns of which more than `share` (1: all) of the cells that are not blank are numbers. */
async function numericColumns(
  database: Database,
  reading: Reading,
  names: readonly string[],
  share: number,
): Promise<string[]> {
  if (names.length === 0) return [];
  const cells = names.map(name => rawColumn(reading.columns.indexOf(name)));
  const counts = cells.map(
    (cell, i) => `count(${number(cell)})::DOUBLE AS n${i}, count(${filled(cell)})::DOUBLE AS d${i}`,
  );
  const [row] = await rowsOf<Record<string, number>>(database, `SELECT ${counts.join(", ")} FROM raw`);
  return names.filter((_, i) => {
    const [n, d] = [row![`n${i}`]!, row![`d${i}`]!];
    return d > 0 && (share === 1 ? n === d : n > share * d);
  });
}

/** The first way to type the columns of an expression that SQL accepts. @throws DataError when it accepts none. */
async function bound(
  database: Database,
  field: string,
  expression: string,
  ways: readonly (readonly string[])[],
  sql: (typed: readonly string[]) => string,
): Promise<string> {
  let why = "";
  for (const typed of ways) {
    try {
      await database.connection.run(`SELECT * FROM ${sql(typed)} LIMIT 0`);
      return sql(typed);
    } catch (error) {
      why ||= (error as Error).message.split("\n")[0]!;
    }
  }
  throw new DataError(`${field} cannot be evaluated: ${expression} (${why}); correct it`);
}
