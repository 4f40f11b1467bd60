import type {Study} from "../study.ts";
import {dayColumn, withDatabase} from "./database.ts";
import type {Day} from "./event-log.ts";
import {loadSideTable, rowsByCustomer, type SideOptions, sideColumn} from "./side-table.ts";

/** Numbers that the user's own table says of customers, each row from the day on which it was known. */
export type CustomerTable = {
  /** Names of the columns, as in the study. */
  readonly columns: readonly string[];
  readonly rows: number;
  /** Customer c of the log owns the rows [offsets[c], offsets[c + 1]), by the time known; of equals the later row last. */
  readonly offsets: Int32Array;
  /** Day on which a row became known. */
  readonly known: Int32Array;
  /** Column-major: row i of column j is values[j * rows + i]. NaN is missing. */
  readonly values: Float64Array;
  /** Rows left out because their customer has no event. */
  readonly unknownCustomers: number;
};

/** The tables of a study by name. */
export type CustomerTables = Readonly<Record<string, CustomerTable>>;

/**
 * Reads the tables of a study.
 * @throws DataError for files or columns that are not there, and for the first row that cannot be read.
 */
export async function loadCustomerTables(
  sources: NonNullable<Study["tables"]>,
  options: SideOptions,
): Promise<CustomerTables> {
  const tables: [string, CustomerTable][] = [];
  for (const [name, source] of Object.entries(sources))
    tables.push([name, await loadCustomerTable(name, source, options)]);
  return Object.fromEntries(tables);
}

const loadCustomerTable = (
  name: string,
  source: NonNullable<Study["tables"]>[string],
  {folder, customers, asOf}: SideOptions,
): Promise<CustomerTable> =>
  withDatabase(async database => {
    const field = `tables.${name}`;
    await loadSideTable(database, source.from, {
      folder,
      field: `${field}.from`,
      columns: [
        {name: source.customer, field: `${field}.customer`, kind: "customer", what: "the customer"},
        {
          ...{name: source.known, field: `${field}.known`, kind: "time"},
          what: "the time at which it was known",
        },
        ...source.columns.map(column => ({
          ...{name: column, field: `${field}.columns`, kind: "number" as const, what: "the value"},
          required: false,
        })),
      ],
      before: asOf === undefined ? undefined : {day: asOf, column: 1},
    });
    const values = source.columns.map((_, j) => `, coalesce(${sideColumn(2 + j)}, 'nan'::DOUBLE)`);
    const sql = `SELECT c0, ${dayColumn("c1")}${values.join("")} FROM side ORDER BY c1, "$file", "$row"`;
    const {offsets, columns, unknownCustomers} = await rowsByCustomer(database, sql, {
      customers,
      make: n => [new Int32Array(n), ...source.columns.map(() => new Float64Array(n))],
    });
    const [known, ...own] = columns;
    const rows = known.length;
    const all = new Float64Array(rows * source.columns.length);
    for (const [j, column] of own.entries()) all.set(column, j * rows);
    return {columns: source.columns, rows, offsets, known, values: all, unknownCustomers};
  });

/** A column of a table, one value a row. */
export const columnOf = ({columns, rows, values}: CustomerTable, name: string): Float64Array =>
  values.subarray(columns.indexOf(name) * rows, (columns.indexOf(name) + 1) * rows);

/**
 * The row that says what was known of a customer before day t: the last one known on a day before t, whichever of
 * its values are missing.
 * @returns its index, -1 when nothing was known.
 */
export function rowKnownBefore({offsets, known}: CustomerTable, customer: number, t: Day): number {
  const from = offsets[customer]!;
  let [low, high] = [from, offsets[customer + 1]!];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (known[middle]! < t) low = middle + 1;
    else high = middle;
  }
  return low > from ? low - 1 : -1;
}
