import {DataError} from "../data-error.ts";
import {counted} from "../figures.ts";
import {type DataCheck, type Study, type TableSource, tablesOf} from "../study.ts";
import {type Cell, type Database, dayColumn, named, rowsOf} from "./database.ts";
import {type DeclaredOptions, freshFinding, volumeFinding} from "./declared-days.ts";
import {breaks, isRowCheck, readsTime, timestamp, wordsOf} from "./declared-rows.ts";
import {
  repeated,
  type Table,
  type Tally,
  tally,
  tallyOf,
  targetOf,
  titleOf,
  unknown,
} from "./declared-table.ts";
import type {Day} from "./event-log.ts";
import type {Finding} from "./finding.ts";
import {filled, loadRaw, rawColumn} from "./raw.ts";
import {requireColumn} from "./reading.ts";
import {openFiles} from "./source.ts";
import {timeOf} from "./time.ts";

/** What of a study its declared contract is about. */
export type ContractedStudy = Pick<Study, "events" | "campaigns" | "subscriptions" | "tables" | "contract">;

/**
 * Checks the files of a study against the contract that it declares, on the columns as they are in the files.
 * Lines that have not the columns of their file are left to the built-in checks.
 * @returns a finding a check, in the order of the study.
 * @throws DataError for files or columns that are not there.
 */
export async function checkDeclared(
  database: Database,
  study: ContractedStudy,
  options: DeclaredOptions,
): Promise<Finding[]> {
  const demands = demandsOf(study.contract);
  if (demands.size === 0) return [];
  // In a catalogue of its own, so that tables of the same names may be there.
  await database.connection.run("ATTACH ':memory:' AS declared; USE declared");
  try {
    const tables = new Map<string, Table>();
    for (const [name, demand] of demands) {
      const from = {source: tablesOf(study)[name]!, ...options};
      tables.set(name, await loadTable(database, name, demand, from));
    }
    const findings: Finding[] = [];
    for (const [name, checks] of Object.entries(study.contract)) {
      const table = tables.get(name);
      if (table !== undefined)
        findings.push(...(await findingsOf(checks, {database, table, tables, options})));
    }
    return findings;
  } finally {
    await database.connection.run("USE memory; DETACH declared");
  }
}

/** What the checks read of a table. */
type Demand = {
  /** Columns, each with the field of the study that names it first. */
  readonly columns: Map<string, string>;
  /** Those of them whose times are read. */
  readonly times: Set<string>;
};

function demandsOf(contract: Study["contract"]): Map<string, Demand> {
  const demands = new Map<string, Demand>();
  const demand = (table: string, column: string, field: string): Demand => {
    const {columns, times} = demands.get(table) ?? {columns: new Map(), times: new Set()};
    if (!columns.has(column)) columns.set(column, field);
    demands.set(table, {columns, times});
    return {columns, times};
  };
  for (const [table, checks] of Object.entries(contract))
    for (const [i, check] of checks.entries()) {
      const field = `contract.${table}.${i}`;
      if (check.check === "unique")
        for (const column of check.columns) demand(table, column, `${field}.columns`);
      else {
        const {times} = demand(table, check.column, `${field}.column`);
        if (readsTime(check)) times.add(check.column);
      }
      if (check.check === "references") demand(...targetOf(check.to), `${field}.to`);
    }
  return demands;
}

async function loadTable(
  database: Database,
  name: string,
  {columns, times}: Demand,
  {source, folder, asOf}: DeclaredOptions & {readonly source: TableSource},
): Promise<Table> {
  const expected = [source.customer, source.time].filter(column => column !== undefined);
  const csv = {...source.csv, expected};
  const files = await openFiles(database, source.from, {folder, csv, field: `${name}.from`});
  for (const file of files) for (const [column, field] of columns) requireColumn(file, column, field);
  const since = asOf === undefined ? [] : source.since;
  for (const file of files) for (const column of since) requireColumn(file, column, name);
  const read = [...new Set([...columns.keys(), ...since])];
  await loadRaw(database, files, read);
  const sql = named(name);
  const cell = (column: string) => rawColumn(read.indexOf(column));
  const time = (column: string) => `"@${read.indexOf(column)}"`;
  // Reading a time is the dearest part of a check: each is read once.
  const parsed = [...times].map(column => {
    const {timeZone = "UTC", timeFormat} = source;
    const reading = {timeZone, ...(column === source.time && {timeFormat})};
    return `, ${timeOf(filled(cell(column)), reading)} AS ${time(column)}`;
  });
  if (asOf !== undefined) {
    const {timeZone = "UTC", timeFormat} = source;
    const later = since.map(
      column =>
        `coalesce(${timeOf(filled(cell(column)), {timeZone, timeFormat})} >= ${timestamp(asOf)}, false)`,
    );
    await database.connection.run(`DELETE FROM raw WHERE ${later.join(" OR ")}`);
  }
  await database.connection.run(
    `CREATE TABLE ${sql} AS SELECT *${parsed.join("")} FROM raw; DROP TABLE raw; DROP TABLE rejected`,
  );
  return {name, sql, files, cell, time};
}

type Judging = {
  readonly database: Database;
  readonly table: Table;
  readonly tables: ReadonlyMap<string, Table>;
  readonly options: DeclaredOptions;
};

async function findingsOf(checks: readonly DataCheck[], judging: Judging): Promise<Finding[]> {
  const {database, table, tables, options} = judging;
  const {rows: all, tallies, newest} = await sweep(checks, judging);
  const findings: Finding[] = [];
  for (const [i, check] of checks.entries()) {
    if (check.check === "fresh") findings.push(freshFinding(check, table, all, newest[i] ?? null, options));
    else if (check.check === "volume") findings.push(await volumeFinding(database, check, table, options));
    else if (check.check === "unique")
      findings.push(rowsFinding(check, table, all, await repeated(database, check.columns, table)));
    else if (check.check === "references")
      findings.push(rowsFinding(check, table, all, await unknown(database, check, table, tables)));
    else findings.push(rowsFinding(check, table, all, tallies[i]!));
  }
  return findings;
}

function rowsFinding(
  check: Exclude<DataCheck, {check: "fresh" | "volume"}>,
  table: Table,
  all: number,
  {rows, places}: Tally,
): Finding {
  const share = all === 0 ? 0 : rows / all;
  const holds = check.check === "missing" ? share <= check.maxShare : rows === 0;
  return {
    check: titleOf(check, table),
    severity: holds ? "info" : check.severity,
    rows,
    share,
    message: `${counted(rows, "row")} ${sayingOf(check)}`,
    ...(holds ? {} : {places}),
  };
}

function sayingOf(check: Exclude<DataCheck, {check: "fresh" | "volume"}>): string {
  if (check.check === "unique") return `with the same ${check.columns.join(", ")} as an earlier one`;
  if (check.check === "references") return `whose ${check.column} is not in ${check.to}`;
  return wordsOf(check);
}

type Swept = {
  /** Rows of the table. */
  readonly rows: number;
  /** By check, where a row breaks it by itself. */
  readonly tallies: readonly (Tally | undefined)[];
  /** By check, the newest day of a check of freshness; null without one. */
  readonly newest: readonly (Day | null | undefined)[];
};

/** All that one pass over a table can tell. */
async function sweep(
  checks: readonly DataCheck[],
  {database, table, options: {lastDay, today}}: Judging,
): Promise<Swept> {
  const sql = checks.map((check, i) => {
    if (isRowCheck(check)) {
      const cell = table.cell(check.column);
      return `, ${tally(cell, i, breaks(check, cell, table.time(check.column)))}`;
    }
    if (check.check !== "fresh") return "";
    const time = table.time(check.column);
    const newest = `max(${time}) FILTER (${time} < ${timestamp((today ?? lastDay) + 1)})`;
    return `, ${dayColumn(newest)} AS d${i}`;
  });
  const [row] = await rowsOf<Record<string, Cell>>(
    database,
    `SELECT count(*)::DOUBLE AS rows${sql.join("")} FROM ${table.sql}`,
  );
  return {
    rows: row!.rows as number,
    tallies: checks.map((check, i) =>
      isRowCheck(check) ? tallyOf(row!, i, table, check.column) : undefined,
    ),
    newest: checks.map((_, i) => row![`d${i}`] as number | null | undefined),
  };
}

/** The first places of a finding, a file said once while it stays the same; nothing where there are none. */
export function placesText({rows, places = []}: Pick<Finding, "rows" | "places">): string {
  const each = places.map(({file, row, cell}, i) => {
    const again = i > 0 && places[i - 1]!.file === file;
    return `${again ? "" : `${file} `}row ${row}${cell === undefined ? "" : ` (${JSON.stringify(cell)})`}`;
  });
  return `${each.join(", ")}${0 < each.length && each.length < rows ? ", …" : ""}`;
}

/** @throws DataError for the first finding that is an error, with its places and what to do. */
export function stopOnError(findings: readonly Finding[]): void {
  const errors = findings.filter(({severity}) => severity === "error");
  const [first] = errors;
  if (first === undefined) return;
  const places = placesText(first);
  const more = errors.length - 1;
  throw new DataError(
    `the data breaks its contract (${first.check}): ${first.message}${places === "" ? "" : `: ${places}`}; ` +
      `correct the data, or give the check severity: "warning"` +
      `${more === 0 ? "" : `; ${counted(more, "more check")} failed, churnbook data check lists them`}`,
    first.places?.[0],
  );
}
