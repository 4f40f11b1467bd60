import type {Study} from "../study.ts";
import {dateOf} from "./calendar.ts";
import {dayColumn, quoted, rowsOf, withDatabase} from "./database.ts";
import {byCodeUnit, type Day} from "./event-log.ts";
import {loadSideTable, rowsByCustomer, type SideColumn, type SideOptions} from "./side-table.ts";

/** The day that does not come: the end of a contract without one, and the replacement of a valid version. */
export const NEVER: Day = 2 ** 31 - 1;

/**
 * Contracts of known customers, in every version that was known at the end of some day, sorted by customer, start,
 * then the day known. A version is seen at a cutoff t when known < t <= until; the valid ones, which outcomes use,
 * have until = {@link NEVER}. Where the source does not say when rows were known, each is valid and seen from its
 * start on; its end may be later than a cutoff that sees it, and is then to be taken as not known yet.
 */
export type Subscriptions = {
  /** Customer c of the log owns the rows [offsets[c], offsets[c + 1]). */
  readonly offsets: Int32Array;
  /** First day covered. */
  readonly start: Int32Array;
  /** First day not covered, at least `start`; {@link NEVER} when open. */
  readonly end: Int32Array;
  /** Index into `plans`; -1 is missing. */
  readonly plan: Int32Array;
  /** Plan texts, sorted by code unit. */
  readonly plans: readonly string[];
  readonly known: Int32Array;
  /** Day on which a later version of the contract became known. */
  readonly until: Int32Array;
  /** Rows left out because their customer has no event. */
  readonly unknownCustomers: number;
};

/**
 * Reads the table of contracts of a study. With a column `known`, rows of one customer with one time of start are
 * versions of a contract, and the one known last, of equals the later row, is valid; without it each row is a
 * contract. As of a day, a contract without known times is one that started before, its end open unless it came.
 * @throws DataError for files or columns that are not there, and for the first row that cannot be read or ends
 * before it starts.
 */
export const loadSubscriptions = (
  source: NonNullable<Study["subscriptions"]>,
  {folder, customers, asOf}: SideOptions,
): Promise<Subscriptions> =>
  withDatabase(async database => {
    const column = (
      field: "customer" | "start" | "end" | "plan" | "known",
      kind: SideColumn["kind"],
      rest: Partial<SideColumn> = {},
    ): SideColumn[] => {
      const name = source[field];
      if (name === undefined) return [];
      return [{name, field: `subscriptions.${field}`, kind, what: `the ${field}`, ...rest}];
    };
    const columns = [
      ...column("customer", "customer"),
      ...column("start", "time"),
      ...column("end", "time", {required: false}),
      ...column("known", "time", {what: "the time at which it was known"}),
      ...column("plan", "text", {required: false}),
    ];
    const moment = source.known === undefined ? 1 : 3;
    await loadSideTable(database, source.from, {
      folder,
      field: "subscriptions.from",
      columns,
      before: asOf === undefined ? undefined : {day: asOf, column: moment},
      rules: [{when: "c2 < c1", column: 2, what: "the end lies before the start"}],
    });
    const planColumn = source.plan === undefined ? "NULL::VARCHAR" : `c${columns.length - 1}`;
    const rows = await rowsOf<{plan: string}>(
      database,
      `SELECT DISTINCT ${planColumn} AS plan FROM side WHERE ${planColumn} IS NOT NULL`,
    );
    const plans = rows.map(({plan}) => plan).sort(byCodeUnit);
    const code = `coalesce(list_position([${plans.map(quoted).join(", ")}]::VARCHAR[], ${planColumn}) - 1, -1)::INTEGER`;
    const notYet =
      asOf === undefined || source.known !== undefined
        ? ""
        : ` WHEN c2 >= TIMESTAMP '${dateOf(asOf)}' THEN ${NEVER}`;
    const replaced =
      source.known === undefined
        ? `${NEVER}`
        : `coalesce(lead(${dayColumn("c3")}) OVER (PARTITION BY c0, c1 ORDER BY c3, "$file", "$row"), ${NEVER})`;
    const sql = `SELECT * EXCLUDE place FROM (
        SELECT c0, ${dayColumn("c1")} AS start, CASE${notYet} WHEN c2 IS NULL THEN ${NEVER} ELSE ${dayColumn("c2")} END AS finish,
          ${code} AS plan, ${dayColumn(`c${moment}`)} AS known, ${replaced} AS until, c1 AS place FROM side)
      WHERE known < until ORDER BY place, known, until, finish, plan`;
    const days = (n: number) => new Int32Array(n);
    const {
      offsets,
      columns: read,
      unknownCustomers,
    } = await rowsByCustomer(database, sql, {
      customers,
      make: n => [days(n), days(n), days(n), days(n), days(n)],
    });
    const [start, end, plan, known, until] = read;
    return {offsets, start, end, plan, plans, known, until, unknownCustomers};
  });
