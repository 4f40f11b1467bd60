import type {Study} from "../study.ts";
import {dateOf} from "./calendar.ts";
import {dayColumn, instantColumn, quoted, rowsOf, withDatabase} from "./database.ts";
import {byCodeUnit, type Day} from "./event-log.ts";
import type {Times} from "./instant.ts";
import {loadSideTable, rowsByCustomer, type SideColumn, type SideOptions, sideColumn} from "./side-table.ts";

/** The day that does not come: the end of a contract without one, and the replacement of a valid version. */
export const NEVER: Day = 2 ** 31 - 1;

/**
 * Contracts of known customers, in every version that was known at the end of some day, or, with times of day, at
 * some instant, sorted by customer, start, then the time known. Contracts cover whole days. A version is seen at a
 * cutoff t when known < t <= until; the valid ones, which outcomes use, have until = {@link NEVER}. Where the source
 * does not say when rows were known, each is valid and seen from its start on; its end may be later than a cutoff that
 * sees it, and is then to be taken as not known yet.
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
  /** Days; instants where they were read with times of day. */
  readonly known: Times;
  /** When a later version of the contract became known. */
  readonly until: Times;
  /** Rows left out because their customer has no event. */
  readonly unknownCustomers: number;
};

/**
 * Reads the table of contracts of a study. With a column `known`, rows of one customer with one time of start are
 * versions of a contract, and the one known last, of equals the later row, is valid; without it each row is a
 * contract. As of a day, a contract without known times is one that started before, its end open unless it came.
 * @param timesOfDay whether to keep the instants at which versions were known, which cutoffs within a day need.
 * @throws DataError for files or columns that are not there, and for the first row that cannot be read or ends
 * before it starts.
 */
export const loadSubscriptions = (
  source: NonNullable<Study["subscriptions"]>,
  {folder, customers, asOf, timesOfDay = false}: SideOptions & {readonly timesOfDay?: boolean},
): Promise<Subscriptions> =>
  withDatabase(async database => {
    const columns = columnsOf(source);
    await loadSideTable(database, source.from, {
      folder,
      field: "subscriptions.from",
      columns,
      before: asOf === undefined ? undefined : {day: asOf, column: source.known === undefined ? 1 : 3},
      rules: [{when: "c2 < c1", column: 2, what: "the end lies before the start"}],
    });
    const plan = source.plan === undefined ? "NULL::VARCHAR" : sideColumn(columns.length - 1);
    const texts = await rowsOf<{plan: string}>(
      database,
      `SELECT DISTINCT ${plan} AS plan FROM side WHERE ${plan} IS NOT NULL`,
    );
    const plans = texts.map(row => row.plan).sort(byCodeUnit);
    const days = (n: number) => new Int32Array(n);
    const times = (n: number): Times => (timesOfDay ? new Float64Array(n) : days(n));
    const rows = await rowsByCustomer(database, versionRows(source, {plan, plans, asOf, timesOfDay}), {
      customers,
      make: n => [days(n), days(n), days(n), times(n), times(n)],
    });
    const {offsets, unknownCustomers} = rows;
    const [start, end, code, known, until] = rows.columns;
    return {offsets, start, end, plan: code, plans, known, until, unknownCustomers};
  });

/** Customer, start and end, then the time known where the source says it, then the plan where it does. */
function columnsOf(source: NonNullable<Study["subscriptions"]>): SideColumn[] {
  const column = (
    field: "customer" | "start" | "end" | "plan" | "known",
    kind: SideColumn["kind"],
    rest: Partial<SideColumn> = {},
  ): SideColumn[] => {
    const name = source[field];
    if (name === undefined) return [];
    return [{name, field: `subscriptions.${field}`, kind, what: `the ${field}`, ...rest}];
  };
  return [
    ...column("customer", "customer"),
    ...column("start", "time"),
    ...column("end", "time", {required: false}),
    ...column("known", "time", {what: "the time at which it was known"}),
    ...column("plan", "text", {required: false}),
  ];
}

type VersionOptions = {
  /** SQL for the plan, and the plans in order. */
  readonly plan: string;
  readonly plans: readonly string[];
  readonly asOf: Day | undefined;
  readonly timesOfDay: boolean;
};

/** SQL for customer, start, end, plan, known and until of the versions that some day, or instant, ended with. */
function versionRows(
  {known}: NonNullable<Study["subscriptions"]>,
  {plan, plans, asOf, timesOfDay}: VersionOptions,
): string {
  const code = `coalesce(list_position([${plans.map(quoted).join(", ")}]::VARCHAR[], ${plan}) - 1, -1)::INTEGER`;
  const notYet = asOf === undefined ? "" : `WHEN c2 >= TIMESTAMP '${dateOf(asOf)}' THEN ${NEVER}`;
  const end = (open: string) => `CASE ${open} WHEN c2 IS NULL THEN ${NEVER} ELSE ${dayColumn("c2")} END`;
  const timeColumn = timesOfDay ? instantColumn : dayColumn;
  const next = `lead(${timeColumn("c3")}) OVER (PARTITION BY c0, c1 ORDER BY c3, "$file", "$row")`;
  const [finish, moment, until] =
    known === undefined ? [end(notYet), "c1", String(NEVER)] : [end(""), "c3", `coalesce(${next}, ${NEVER})`];
  return `SELECT * EXCLUDE place FROM (
      SELECT c0, ${dayColumn("c1")} AS start, ${finish} AS finish, ${code} AS plan,
        ${timeColumn(moment)} AS known, ${timesOfDay ? `(${until})::DOUBLE` : until} AS until, c1 AS place FROM side)
    WHERE known < until ORDER BY place, known, until, finish, plan`;
}
