import type {CustomerTable} from "../data/customer-table.ts";
import type {HistoryPlan} from "./plan.ts";
import type {Coded, Rollup, Unit} from "./rollup.ts";

/** Entries of one customer in ascending time, in the units of the roll-up; filled again for each customer. */
export type Timeline = {length: number; time: Float64Array};

/**
 * Events of one kind, an entry a time, with running sums: entry k of a sum covers the first k entries, so a window
 * is one subtraction. All sums are of integers, hence exact.
 */
export type History = Timeline & {
  day: Int32Array;
  events: Int32Array;
  /** Events with an amount, and the sum of the amounts in ten-thousandths. */
  amounts: Int32Array;
  sum: Float64Array;
  /** Number of distinct days up to and with entry k, and the sum of the squared gaps between them. */
  days: Int32Array;
  squares: Float64Array;
};

/** Events told apart by a value, an entry a time and value. */
export type CodeHistory = Timeline & {
  /** Position in `values`. */
  code: Int32Array;
  count: Int32Array;
  /** The customer's distinct values, ascending, as positions among those of the log. */
  distinct: number;
  values: Int32Array;
  /** Scratch for measures, an entry a distinct value. */
  tally: Int32Array;
};

/** Rows of a table, from the end of the day they were known. */
export type TableHistory = Timeline & {value: Float64Array};

/** Where, in a timeline, the first entry lies that is no older than `units` before each cutoff. */
export type Mark = {readonly timeline: Timeline; readonly units: number; at: Int32Array};

/** The rows of one customer: their cutoffs, ascending, in units. */
export type Frame = {readonly unit: Unit; rows: number; cutoff: Float64Array; marks: readonly Mark[]};

/** A cutoff in units: entries known later are left out. */
export type SeenBy = number;
export const EVERYTHING: SeenBy = Number.POSITIVE_INFINITY;

const START = 64;

export const newHistory = (): History => ({
  length: 0,
  time: new Float64Array(START),
  day: new Int32Array(START),
  events: new Int32Array(START + 1),
  amounts: new Int32Array(START + 1),
  sum: new Float64Array(START + 1),
  days: new Int32Array(START),
  squares: new Float64Array(START),
});

export const newCodeHistory = (values: number): CodeHistory => ({
  length: 0,
  time: new Float64Array(START),
  code: new Int32Array(START),
  count: new Int32Array(START),
  distinct: 0,
  values: new Int32Array(values),
  tally: new Int32Array(values),
});

export const newTableHistory = (): TableHistory => ({
  length: 0,
  time: new Float64Array(START),
  value: new Float64Array(START),
});

/** Whether an entry that became known at a time, in units, is still hidden at the cutoff `seenBy`. */
export const isHidden = (known: number, seenBy: SeenBy): boolean => known >= seenBy;

/** Reads the entries of customer `c` of the block that are of history `h` and have been seen. */
export function fillHistory(
  into: History,
  rollup: Rollup,
  {c, h, plan, seenBy}: {c: number; h: number; plan: HistoryPlan; seenBy: SeenBy},
): void {
  const {offsets, known} = rollup;
  const [from, to] = [offsets[c]!, offsets[c + 1]!];
  if (into.time.length < to - from) Object.assign(into, grown(into, to - from));
  const {time, day, events, days, squares} = into;
  const counts = rollup.counts[h]!;
  let n = 0;
  for (let i = from; i < to; i++) {
    const count = counts[i]!;
    if (count === 0) continue;
    const d = rollup.day[i]!;
    if (known && isHidden(known[i]!, seenBy)) continue;
    time[n] = rollup.time[i]!;
    day[n] = d;
    events[n + 1] = events[n]! + count;
    const gap = n === 0 ? 0 : d - day[n - 1]!;
    days[n] = n === 0 ? 1 : gap === 0 ? days[n - 1]! : days[n - 1]! + 1;
    squares[n] = n === 0 ? 0 : squares[n - 1]! + gap * gap;
    n += 1;
  }
  into.length = n;
  if (plan.amounts) fillAmounts(into, rollup, {c, h, seenBy});
}

function fillAmounts(
  {amounts, sum}: History,
  rollup: Rollup,
  {c, h, seenBy}: {c: number; h: number; seenBy: SeenBy},
): void {
  const {offsets, known} = rollup;
  const [counts, of, sums] = [rollup.counts[h]!, rollup.amounts[h]!, rollup.sums[h]!];
  let n = 0;
  for (let i = offsets[c]!; i < offsets[c + 1]!; i++) {
    if (counts[i] === 0 || (known && isHidden(known[i]!, seenBy))) continue;
    amounts[n + 1] = amounts[n]! + of[i]!;
    sum[n + 1] = sum[n]! + sums[i]!;
    n += 1;
  }
}

/** Reads the values of customer `c` of the block, told apart. */
export function fillCodes(into: CodeHistory, coded: Coded, c: number, seenBy: SeenBy): void {
  const {offsets, known} = coded;
  const [from, to] = [offsets[c]!, offsets[c + 1]!];
  if (into.time.length < to - from) Object.assign(into, grown(into, to - from));
  const {time, code, count, values, tally} = into;
  let [n, distinct] = [0, 0];
  for (let i = from; i < to; i++) {
    if (known && isHidden(known[i]!, seenBy)) continue;
    time[n] = coded.time[i]!;
    code[n] = coded.code[i]!;
    count[n] = coded.count[i]!;
    if (tally[code[n]!] === 0) {
      tally[code[n]!] = 1;
      values[distinct++] = code[n]!;
    }
    n += 1;
  }
  values.subarray(0, distinct).sort();
  for (let v = 0; v < distinct; v++) tally[values[v]!] = v;
  for (let k = 0; k < n; k++) code[k] = tally[code[k]!]!;
  for (let v = 0; v < distinct; v++) tally[values[v]!] = 0;
  into.length = n;
  into.distinct = distinct;
}

/** Reads the rows of a customer, `customer` being the position among all. */
export function fillTable(
  into: TableHistory,
  {offsets, known}: Pick<CustomerTable, "offsets" | "known">,
  column: Float64Array,
  customer: number,
  unit: Unit,
): void {
  const [from, to] = [offsets[customer]!, offsets[customer + 1]!];
  if (into.time.length < to - from) Object.assign(into, grown(into, to - from));
  for (let i = from; i < to; i++) {
    into.time[i - from] = (known[i]! + 1) * unit - 1;
    into.value[i - from] = column[i]!;
  }
  into.length = to - from;
}

/** The buffers of a timeline, empty, for at least so many entries; those an entry a value stay as they are. */
function grown<T extends Timeline>(of: T, length: number): Partial<T> {
  let capacity = START;
  while (capacity < length) capacity *= 2;
  return Object.fromEntries(
    Object.entries(of)
      .filter(([name, value]) => typeof value !== "number" && name !== "values" && name !== "tally")
      .map(([name, value]) => {
        const make = value instanceof Float64Array ? Float64Array : Int32Array;
        return [name, new make(capacity + 1)];
      }),
  ) as Partial<T>;
}

/** Finds the marks of every row: both ascend, so each timeline is walked once a mark. */
export function placeMarks({rows, cutoff, marks}: Frame): void {
  for (const mark of marks) {
    const {timeline, units} = mark;
    const {time, length} = timeline;
    if (mark.at.length < rows) mark.at = new Int32Array(cutoff.length);
    const {at} = mark;
    if (units === Number.POSITIVE_INFINITY) continue;
    let k = 0;
    for (let r = 0; r < rows; r++) {
      const edge = cutoff[r]! - units;
      while (k < length && time[k]! < edge) k += 1;
      at[r] = k;
    }
  }
}
