import {DataError} from "../data-error.ts";
import type {Study} from "../study.ts";
import type {Database} from "./database.ts";
import {columnsIn} from "./expression.ts";
import type {SourceFile} from "./source.ts";

export type EventSource = Study["events"];

/** The columns of a source that a study reads, and what its expressions read of them. */
export type Reading = {
  /** Columns of the table `raw`, in its order: customer, time, known, id, attributes, then those of the expressions. */
  readonly columns: readonly string[];
  readonly typeColumns: readonly string[];
  readonly amountColumns: readonly string[];
};

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
  const extras = Object.entries({known: source.known, id: source.id}).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  const demands: [field: string, name: string][] = [
    ["events.customer", source.customer],
    ["events.time", source.time],
    ...extras.map(([field, name]): [string, string] => [`events.${field}`, name]),
    ...source.attributes.map((name): [string, string] => ["events.attributes", name]),
    ...typeNames.map((name): [string, string] => ["events.type", name]),
    ...amountNames.map((name): [string, string] => ["events.amount", name]),
  ];
  for (const file of files) for (const [field, name] of demands) requireColumn(file, name, field);
  // SQL does not tell upper from lower case in a name: the file's spelling is the one that is read.
  const spelled = (name: string) => spellingOf(files[0]!, name) ?? name;
  const typeColumns = typeNames.map(spelled);
  const amountColumns = amountNames.map(spelled);
  const columns = [
    ...[source.customer, source.time, ...extras.map(([, name]) => name)],
    ...[...source.attributes, ...typeColumns, ...amountColumns],
  ];
  return {columns: [...new Set(columns)], typeColumns, amountColumns};
}

const spellingOf = (file: SourceFile, name: string): string | undefined =>
  file.columns.find(column => column === name) ??
  file.columns.find(column => column.toLowerCase() === name.toLowerCase());

/** @param field where the study names the column. @throws DataError when the file has no such column. */
export function requireColumn(file: SourceFile, name: string, field: string): void {
  const expression = field === "events.type" || field === "events.amount";
  if (expression ? spellingOf(file, name) !== undefined : file.columns.includes(name)) return;
  const present = file.columns.map(column => JSON.stringify(column)).join(", ");
  throw new DataError(
    `${file.name} has no column ${JSON.stringify(name)}, it has ${present}; correct ${field}`,
    {file: file.name, column: name},
  );
}
