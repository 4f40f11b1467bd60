import type {Campaigns} from "../data/campaigns.ts";
import type {CustomerTable} from "../data/customer-table.ts";
import type {Day} from "../data/event-log.ts";
import type {Random} from "../random.ts";
import type {BesideLog} from "./fitted.ts";

/** A row of a table beside the log: itself, or an invented one that copies another. */
type Row = {
  readonly customer: number;
  /** Day on which it was known; at some time of it, so not before it is over. */
  readonly day: Day;
  /** Index of the row, or of the one that it copies. */
  readonly from: number;
  readonly invented: boolean;
};

/** Gives the rows that a table has instead, by customer, then day. */
type Choose = (rows: readonly Row[]) => readonly Row[];

/** What is beside the log, of some customers alone. */
export const besideOf = (beside: BesideLog, customers: ReadonlySet<number>): BesideLog =>
  rewrite(beside, rows => rows.filter(({customer}) => customers.has(customer)), never);

/** What was beside the log when t began. */
export const noFutureBeside = (beside: BesideLog, t: Day): BesideLog =>
  rewrite(beside, rows => rows.filter(isPast(t)), never);

/**
 * What was beside the log when t began, and made-up contacts and rows from t on, the more of them on the cutoff's own
 * day.
 * @param ahead days from t within which they lie.
 */
export function otherBeside(
  beside: BesideLog,
  {t, ahead, random}: {readonly t: Day; readonly ahead: number; readonly random: Random},
): BesideLog {
  const pick = (n: number) => Math.floor(random() * n);
  const choose: Choose = rows => {
    const past = rows.filter(isPast(t));
    const later = rows.filter(row => !isPast(t)(row) && random() < 0.7);
    const more = rows.filter(() => random() < 0.2);
    const invented = [...later, ...more].map(row => {
      const day = Math.floor(t) + (random() < 0.2 ? 0 : pick(ahead));
      return {...row, day, invented: true};
    });
    return [...past, ...invented].sort((a, b) => a.customer - b.customer || a.day - b.day || a.from - b.from);
  };
  return rewrite(beside, choose, random);
}

const never: Random = () => {
  throw new RangeError("rewrite requires a random source for invented rows, got none");
};

const isPast =
  (t: Day) =>
  ({day}: Row): boolean =>
    day < Math.floor(t);

/** Contacts and tables with the rows chosen; what an invented one says is drawn. */
function rewrite({campaigns, tables}: BesideLog, choose: Choose, random: Random): BesideLog {
  return {
    campaigns: campaigns && rewriteCampaigns(campaigns, choose, random),
    tables:
      tables &&
      Object.fromEntries(
        Object.entries(tables).map(([name, table]) => [name, rewriteTable(table, choose, random)]),
      ),
  };
}

function rewriteCampaigns(campaigns: Campaigns, choose: Choose, random: Random): Campaigns {
  const {customer, day, treated} = campaigns;
  const rows = Array.from(customer, (c, i) => ({customer: c, day: day[i]!, from: i, invented: false}));
  const chosen = choose(rows).map(row => ({
    ...row,
    arm: row.invented ? (random() < 0.5 ? 1 : 0) : treated[row.from]!,
  }));
  chosen.sort((a, b) => a.customer - b.customer || a.day - b.day || a.arm - b.arm);
  return {
    ...campaigns,
    customer: Int32Array.from(chosen, row => row.customer),
    day: Int32Array.from(chosen, row => row.day),
    treated: Uint8Array.from(chosen, row => row.arm),
  };
}

function rewriteTable(table: CustomerTable, choose: Choose, random: Random): CustomerTable {
  const {columns, rows: n, offsets, known, values} = table;
  const rows: Row[] = [];
  for (let c = 0; c + 1 < offsets.length; c++)
    for (let i = offsets[c]!; i < offsets[c + 1]!; i++)
      rows.push({customer: c, day: known[i]!, from: i, invented: false});
  const chosen = choose(rows);
  const starts = new Int32Array(offsets.length);
  for (const {customer} of chosen) starts[customer + 1]! += 1;
  for (let c = 0; c + 1 < starts.length; c++) starts[c + 1]! += starts[c]!;
  const drawn = () => (random() < 0.2 ? Number.NaN : Math.floor(random() * 1_000_000));
  return {
    ...table,
    rows: chosen.length,
    offsets: starts,
    known: Int32Array.from(chosen, ({day}) => day),
    values: Float64Array.from(
      columns.flatMap((_, j) =>
        chosen.map(({from, invented}) => (invented ? drawn() : values[j * n + from]!)),
      ),
    ),
  };
}
