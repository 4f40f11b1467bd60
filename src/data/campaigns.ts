import type {Study} from "../study.ts";
import {dayColumn, quoted, withDatabase} from "./database.ts";
import {loadSideTable, rowsByCustomer, type SideOptions} from "./side-table.ts";

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

/**
 * Reads the campaign table of a study. Times are ISO 8601, in UTC where they have no offset; a contact counts as
 * known at its time.
 * @throws DataError for files or columns that are not there, and for the first row that cannot be read.
 */
export const loadCampaigns = (
  source: Omit<NonNullable<Study["campaigns"]>, "assignment">,
  {folder, customers, asOf}: SideOptions,
): Promise<Campaigns> =>
  withDatabase(async database => {
    await loadSideTable(database, source.from, {
      folder,
      field: "campaigns.from",
      columns: [
        {name: source.customer, field: "campaigns.customer", kind: "customer", what: "the customer"},
        {name: source.time, field: "campaigns.time", kind: "time", what: "the time"},
        {name: source.arm, field: "campaigns.arm", kind: "text", what: "the arm"},
      ],
      before: asOf === undefined ? undefined : {day: asOf, column: 1},
    });
    const sql = `SELECT c0, ${dayColumn("c1")} AS day, (c2 <> ${quoted(source.control)})::UTINYINT AS treated
      FROM side ORDER BY day, treated`;
    const {offsets, columns, unknownCustomers} = await rowsByCustomer(database, sql, {
      customers,
      make: n => [new Int32Array(n), new Uint8Array(n)],
    });
    const [day, treated] = columns;
    const customer = new Int32Array(day.length);
    for (let c = 0; c < customers.length; c++) customer.fill(c, offsets[c]!, offsets[c + 1]!);
    return {customer, day, treated, unknownCustomers};
  });
