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

/** Gives the rows that a customer has instead of its own, by day. */
type Choose = (own: readonly Row[]) => readonly Row[];

/** What is beside the log, of some customers alone. */
export const besideOf = (beside: BesideLog, customers: ReadonlySet<number>): BesideLog =>
  rewrite(beside, own => (customers.has(own[0]!.customer) ? own : []), never);

/** What was beside the log when t began. */
export const noFutureBeside = (beside: BesideLog, t: Day): BesideLog =>
  rewrite(beside, own => own.filter(isPast(t)), never);

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
  const choose: Choose = own => {
    const past = own.filter(isPast(t));
    const later = own.filter(row => !isPast(t)(row) && random() < 0.7);
    const more = own.filter(() => random() < 0.2);
    const invented = [...later, ...more].map(row => {
      const day = Math.floor(t) + (random() < 0.2 ? 0 : pick(ahead));
      return {...row, day, invented: true};
    });
    return [...past, ...invented.sort((a, b) => a.day - b.day || a.from - b.from)];
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
  const offsets = offsetsOf(customer, 1 + (customer.at(-1) ?? -1));
  const chosen = chooseRows({offsets, day}, choose).map(row => ({
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
  const {columns, rows, offsets, known, values} = table;
  const chosen = chooseRows({offsets, day: known}, choose);
  const drawn = () => (random() < 0.2 ? Number.NaN : Math.floor(random() * 1_000_000));
  return {
    ...table,
    rows: chosen.length,
    offsets: offsetsOf(
      chosen.map(({customer}) => customer),
      offsets.length - 1,
    ),
    known: Int32Array.from(chosen, ({day}) => day),
    values: Float64Array.from(
      columns.flatMap((_, j) =>
        chosen.map(({from, invented}) => (invented ? drawn() : values[j * rows + from]!)),
      ),
    ),
  };
}

/** The rows chosen for each customer in turn. */
function chooseRows(
  {offsets, day}: {readonly offsets: Int32Array; readonly day: Int32Array},
  choose: Choose,
): Row[] {
  const chosen: Row[] = [];
  for (let customer = 0; customer + 1 < offsets.length; customer++) {
    const own: Row[] = [];
    for (let i = offsets[customer]!; i < offsets[customer + 1]!; i++)
      own.push({customer, day: day[i]!, from: i, invented: false});
    if (own.length > 0) for (const row of choose(own)) chosen.push(row);
  }
  return chosen;
}

/** Where the rows of each of n customers begin, of rows by customer. */
function offsetsOf(customers: ArrayLike<number>, n: number): Int32Array {
  const offsets = new Int32Array(n + 1);
  for (let i = 0; i < customers.length; i++) offsets[customers[i]! + 1]! += 1;
  for (let c = 0; c < n; c++) offsets[c + 1]! += offsets[c]!;
  return offsets;
}
