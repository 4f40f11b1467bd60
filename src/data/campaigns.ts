import {DataError} from "../data-error.ts";
import type {Study} from "../study.ts";
import {chunksOf, copyColumn, type Database, dayColumn, quoted, rowsOf, withDatabase} from "./database.ts";
import {filled, loadRaw} from "./raw.ts";
import {openFiles} from "./source.ts";
import {timeOf} from "./time.ts";

/** Campaign contacts of known customers, one entry a contact, sorted by customer, day, then treatment. */
export type Campaigns = {
  /** Index into `log.customers`. */
  readonly customer: Int32Array;
  /** Days since 1970-01-01 (UTC). */
  readonly day: Int32Array;
  /** 1 treated, 0 in the control arm. */
  readonly treated: Uint8Array;
  /** Contacts left out because their customer has no event. */
  readonly unknownCustomers: number;
};

export type CampaignOptions = {
  /** Folder that relative paths start from: that of the study file. */
  readonly folder: string;
  /** `log.customers`. */
  readonly customers: readonly string[];
};

/**
 * Reads the campaign table of a study. Times are ISO 8601, in UTC where they have no offset.
 * @throws DataError for files or columns that are not there, and for the first row that cannot be read.
 */
export const loadCampaigns = (
  source: NonNullable<Study["campaigns"]>,
  {folder, customers}: CampaignOptions,
): Promise<Campaigns> =>
  withDatabase(async database => {
    const names = [source.customer, source.time, source.arm];
    const files = await openFiles(database, source.from, {
      folder,
      csv: {expected: names},
      field: "campaigns.from",
    });
    for (const file of files)
      for (const [i, name] of names.entries())
        if (!file.columns.includes(name))
          throw new DataError(
            `${file.name} has no column ${JSON.stringify(name)}, it has ${file.columns.map(column => JSON.stringify(column)).join(", ")}; correct campaigns.${["customer", "time", "arm"][i]}`,
            {file: file.name, column: name},
          );
    await loadRaw(database, files, names);
    const time = timeOf(filled('"$1"'), {timeZone: "UTC"});
    await database.connection.run(
      `CREATE TABLE contact AS SELECT "$file", "$row", "$0" AS customer, ${time} AS time, "$1" AS text, ${filled('"$2"')} AS arm FROM raw`,
    );
    const [bad] = await rowsOf<{file: number; row: number; column: number; value: string}>(
      database,
      `SELECT "$file" AS file, "$row"::INTEGER AS row, col AS column, value FROM (
         SELECT "$file", "$row", 0 AS col, value FROM rejected UNION ALL
         SELECT "$file", "$row", CASE WHEN ${filled("customer")} IS NULL THEN 1 WHEN time IS NULL THEN 2 ELSE 3 END,
           CASE WHEN ${filled("customer")} IS NULL THEN customer WHEN time IS NULL THEN text END
         FROM contact WHERE ${filled("customer")} IS NULL OR time IS NULL OR arm IS NULL)
       ORDER BY "$file", "$row" LIMIT 1`,
    );
    if (bad !== undefined) {
      const column = names[bad.column - 1];
      const what = [
        "the line has not the columns of its file",
        "the customer is missing",
        "the time is no date or time of ISO 8601",
        "the arm is missing",
      ][bad.column]!;
      const file = files[bad.file]!.name;
      throw new DataError(
        `${file} row ${bad.row}${column === undefined ? "" : `, ${column}`}: ${what}${bad.value ? ` (${JSON.stringify(bad.value)})` : ""}; correct or remove the row`,
        {file, row: bad.row, column, cell: bad.value ?? undefined},
      );
    }
    return contactsOf(database, source.control, customers);
  });

async function contactsOf(
  database: Database,
  control: string,
  customers: readonly string[],
): Promise<Campaigns> {
  const index = new Map(customers.map((id, i) => [id, i]));
  const entries: [customer: number, day: number, treated: number][] = [];
  let unknownCustomers = 0;
  const sql = `SELECT customer, ${dayColumn("time")} AS day,
      (arm <> ${quoted(control)})::UTINYINT AS treated FROM contact`;
  for await (const chunk of chunksOf(database, sql)) {
    const ids = chunk.getColumnValues(0) as string[];
    const day = new Int32Array(chunk.rowCount);
    const treated = new Uint8Array(chunk.rowCount);
    copyColumn(chunk, 1, 0, day);
    copyColumn(chunk, 2, 0, treated);
    for (let i = 0; i < chunk.rowCount; i++) {
      const customer = index.get(ids[i]!);
      if (customer === undefined) unknownCustomers += 1;
      else entries.push([customer, day[i]!, treated[i]!]);
    }
  }
  entries.sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]);
  return {
    customer: Int32Array.from(entries, entry => entry[0]),
    day: Int32Array.from(entries, entry => entry[1]),
    treated: Uint8Array.from(entries, entry => entry[2]),
    unknownCustomers,
  };
}
