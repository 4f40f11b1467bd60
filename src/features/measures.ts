import {AMOUNT_SCALE} from "../data/event-log.ts";
import type {FeatureDeclaration} from "../study.ts";
import type {CodeHistory, Frame, History, Mark, TableHistory} from "./timeline.ts";

export type Measure = FeatureDeclaration["measure"];
export type OfCodes = "distinct" | "entropy" | "last";
export type OfCutoff =
  | ("yearSine" | "yearCosine" | "monthSine" | "monthCosine")
  | ("toMonthEnd" | "toQuarterEnd" | "toYearEnd");
export type OfHistory = Exclude<Measure, OfCodes | OfCutoff | "latest">;

/** What a measure reads: a history, and the marks of its windows' edges, newest first. */
export type Operands = {
  readonly history: History;
  readonly edges: readonly Mark[];
  /** History of the denominator, with the same edges. */
  readonly against: History | undefined;
  readonly againstEdges: readonly Mark[];
};

/** Writes the measure of every row of a frame to `out`; NaN is missing. */
export type Kernel<Of> = (of: Of, frame: Frame, out: Float64Array) => void;

/** The same of one row, from the positions [from, to) of its window. */
type At = (history: History, from: number, to: number, age: number) => number;

/** Days with an event among the entries [from, to). */
const daysAt = ({days}: History, from: number, to: number): number =>
  from === to ? 0 : days[to - 1]! - days[from]! + 1;

const recencyAt: At = ({day}, from, to, cutoff) => (from === to ? Number.NaN : cutoff - day[to - 1]!);

const gapMeanAt: At = (history, from, to) => {
  const gaps = daysAt(history, from, to) - 1;
  return gaps < 1 ? Number.NaN : (history.day[to - 1]! - history.day[from]!) / gaps;
};

const gapSdAt: At = (history, from, to) => {
  const gaps = daysAt(history, from, to) - 1;
  if (gaps < 2) return Number.NaN;
  const sum = history.day[to - 1]! - history.day[from]!;
  const squares = history.squares[to - 1]! - history.squares[from]!;
  return Math.sqrt((gaps * squares - sum * sum) / (gaps * (gaps - 1)));
};

/** A measure of the window alone; `cutoff` is in days. */
const ofWindow =
  (at: At): Kernel<Operands> =>
  ({history, edges}, {rows, cutoff, unit}, out) => {
    const {at: to} = edges[0]!;
    const {at: from} = edges[1]!;
    for (let r = 0; r < rows; r++) out[r] = at(history, from[r]!, to[r]!, cutoff[r]! / unit);
  };

/** Days to the cutoff from the last or the first day of the window; most features are one, hence a loop of its own. */
const ageOf =
  (end: "last" | "first"): Kernel<Operands> =>
  ({history: {day}, edges}, {rows, cutoff, unit}, out) => {
    const {at: to} = edges[0]!;
    const {at: from} = edges[1]!;
    for (let r = 0; r < rows; r++) {
      const k = end === "last" ? to[r]! - 1 : from[r]!;
      out[r] = from[r] === to[r] ? Number.NaN : cutoff[r]! / unit - day[k]!;
    }
  };

/** Events of the history over events of the denominator. */
const proportion: Kernel<Operands> = ({history, edges, against, againstEdges}, {rows}, out) => {
  const {events} = history;
  const {events: all} = against!;
  const [{at: to}, {at: from}] = edges as [Mark, Mark];
  const [{at: allTo}, {at: allFrom}] = againstEdges as [Mark, Mark];
  for (let r = 0; r < rows; r++) {
    const n = all[allTo[r]!]! - all[allFrom[r]!]!;
    out[r] = n === 0 ? Number.NaN : (events[to[r]!]! - events[from[r]!]!) / n;
  }
};

/**
 * Slope of a straight line through the sums of the windows, oldest first, by least squares: sum over b of
 * (b - mean b) x sum, over the sum of (b - mean b)^2, all doubled so that it stays in integers.
 */
const trendOf = (sum: ArrayLike<number>, edges: readonly Mark[], {rows}: Frame, out: Float64Array): void => {
  const windows = edges.length - 1;
  const divisor = trendDivisor(windows);
  out.fill(0, 0, rows);
  for (let i = 0; i < windows; i++) {
    const [to, from, weight] = [edges[i]!.at, edges[i + 1]!.at, trendWeight(i, windows)];
    for (let r = 0; r < rows; r++) out[r]! += weight * (sum[to[r]!]! - sum[from[r]!]!);
  }
  for (let r = 0; r < rows; r++) out[r]! /= divisor;
};

/** Twice (b - mean b) of window i, counted back from the cutoff. */
export const trendWeight = (i: number, windows: number): number => windows - 1 - 2 * i;

/** Twice the sum of the (b - mean b)^2. */
export const trendDivisor = (windows: number): number => (windows * (windows * windows - 1)) / 6;

/**
 * The window against up to `PAST_WINDOWS` before it that began at 00:00 of the day of the first event or later: with
 * `z`, how many standard deviations (n - 1) above their mean, missing with fewer than two or no spread; else the share
 * of their mean, missing without any or with a mean of 0.
 */
const againstOwnPast =
  (z: boolean): Kernel<Operands> =>
  ({history: {events, day, length}, edges}, {rows, cutoff, unit}, out) => {
    const first = length === 0 ? Number.POSITIVE_INFINITY : day[0]! * unit;
    for (let r = 0; r < rows; r++) {
      const now = events[edges[0]!.at[r]!]! - events[edges[1]!.at[r]!]!;
      let [n, sum, squares] = [0, 0, 0];
      for (let i = 1; i < edges.length - 1; i++) {
        if (cutoff[r]! - edges[i + 1]!.units < first) break;
        const past = events[edges[i]!.at[r]!]! - events[edges[i + 1]!.at[r]!]!;
        n += 1;
        sum += past;
        squares += past * past;
      }
      const spread = n * squares - sum * sum;
      if (z)
        out[r] = n < 2 || spread === 0 ? Number.NaN : (now - sum / n) / Math.sqrt(spread / (n * (n - 1)));
      else out[r] = sum === 0 ? Number.NaN : (now * n) / sum;
    }
  };

export const HISTORY_KERNELS: Readonly<Record<OfHistory, Kernel<Operands>>> = {
  /** Number of events. */
  count: ({history: {events}, edges}, {rows}, out) => {
    const [{at: to}, {at: from}] = edges as [Mark, Mark];
    for (let r = 0; r < rows; r++) out[r] = events[to[r]!]! - events[from[r]!]!;
  },
  /** Number of days with an event. */
  days: ofWindow(daysAt),
  /** Sum of amounts, in currency. */
  sum: ({history: {sum}, edges}, {rows}, out) => {
    const [{at: to}, {at: from}] = edges as [Mark, Mark];
    for (let r = 0; r < rows; r++) out[r] = (sum[to[r]!]! - sum[from[r]!]!) / AMOUNT_SCALE;
  },
  /** Mean amount of the events that have one; missing without any. */
  mean: ofWindow(({amounts, sum}, from, to) => {
    const n = amounts[to]! - amounts[from]!;
    return n === 0 ? Number.NaN : (sum[to]! - sum[from]!) / AMOUNT_SCALE / n;
  }),
  /** Days from 00:00 of the day of the last event to the cutoff; missing without any. */
  recency: ageOf("last"),
  /** Days from 00:00 of the day of the first event to the cutoff; missing without any. */
  first: ageOf("first"),
  /** Mean days between neighbouring days with an event; missing with fewer than two such days. */
  gapMean: ofWindow(gapMeanAt),
  /** Standard deviation (n - 1) of those gaps; missing with fewer than three days. */
  gapSd: ofWindow(gapSdAt),
  /** Their standard deviation over their mean. */
  gapCv: ofWindow((h, from, to, cutoff) => gapSdAt(h, from, to, cutoff) / gapMeanAt(h, from, to, cutoff)),
  /** Number of those gaps. */
  gapCount: ofWindow((h, from, to) => Math.max(0, daysAt(h, from, to) - 1)),
  /** Days since the last event over the customer's own mean gap: 1 is due, 2 is twice overdue. */
  overdue: ofWindow((h, from, to, cutoff) => recencyAt(h, from, to, cutoff) / gapMeanAt(h, from, to, cutoff)),
  /** (now - before) / (now + before), events of this window against the one before it; missing when both are 0. */
  change: ({history: {events}, edges}, {rows}, out) => {
    const [{at: to}, {at: middle}, {at: from}] = edges as [Mark, Mark, Mark];
    for (let r = 0; r < rows; r++) {
      const now = events[to[r]!]! - events[middle[r]!]!;
      const before = events[middle[r]!]! - events[from[r]!]!;
      out[r] = now + before === 0 ? Number.NaN : (now - before) / (now + before);
    }
  },
  /** Slope of the number of events by step, in events a step. */
  trend: ({history: {events}, edges}, frame, out) => trendOf(events, edges, frame, out),
  /** Slope of the sum of amounts by step, in currency a step. */
  sumTrend: ({history: {sum}, edges}, frame, out) => {
    trendOf(sum, edges, frame, out);
    for (let r = 0; r < frame.rows; r++) out[r]! /= AMOUNT_SCALE;
  },
  /** Events in the window over the mean of the customer's own earlier windows. */
  ownShare: againstOwnPast(false),
  /** Standard deviations by which the window lies above the customer's own earlier ones. */
  ownZ: againstOwnPast(true),
  /** Events over events of the type `against`; missing when the latter are 0. */
  ratio: proportion,
  /** Share of the events with the attribute value; missing without any event. */
  share: proportion,
};

/** What a measure of an attribute reads. `levels` maps a value of the log to its level, -1 where it is none. */
export type CodeOperands = {
  readonly history: CodeHistory;
  readonly edges: readonly Mark[];
  readonly levels: Int32Array;
};

/** Follows the number of events of each distinct value through the windows of the rows. */
function eachWindow(
  {history: {code, count, distinct, tally}, edges}: CodeOperands,
  {rows}: Frame,
  see: (r: number, tally: Int32Array, distinct: number) => void,
): void {
  const [{at: to}, {at: from}] = edges as [Mark, Mark];
  let [tail, head] = [0, 0];
  for (let r = 0; r < rows; r++) {
    for (; head < to[r]!; head++) tally[code[head]!]! += count[head]!;
    for (; tail < from[r]!; tail++) tally[code[tail]!]! -= count[tail]!;
    see(r, tally, distinct);
  }
  tally.fill(0, 0, distinct);
}

export const CODE_KERNELS: Readonly<Record<OfCodes, Kernel<CodeOperands>>> = {
  /** Number of different values. */
  distinct: (of, frame, out) =>
    eachWindow(of, frame, (r, tally, distinct) => {
      let n = 0;
      for (let v = 0; v < distinct; v++) if (tally[v]! > 0) n += 1;
      out[r] = n;
    }),
  /** Entropy (Shannon) of the values over the events, in bits: 0 when all are one; missing without any event. */
  entropy: (of, frame, out) =>
    eachWindow(of, frame, (r, tally, distinct) => {
      let [n, sum] = [0, 0];
      for (let v = 0; v < distinct; v++) n += tally[v]!;
      for (let v = 0; v < distinct; v++)
        if (tally[v]! > 0) sum -= (tally[v]! / n) * (Math.log(tally[v]! / n) / Math.LN2);
      out[r] = n === 0 ? Number.NaN : sum;
    }),
  /** Level of the value of the last event, of several at once the last in code-unit order; missing without any. */
  last: ({history: {time, code, values}, edges, levels}, {rows}, out) => {
    const [{at: to}, {at: from}] = edges as [Mark, Mark];
    for (let r = 0; r < rows; r++) {
      let latest = -1;
      for (let k = to[r]! - 1; k >= from[r]! && time[k] === time[to[r]! - 1]; k--)
        latest = Math.max(latest, code[k]!);
      const level = latest < 0 ? -1 : levels[values[latest]!]!;
      out[r] = level < 0 ? Number.NaN : level;
    }
  },
};

/** Value of the row that was known last; missing without any. */
export const latest: Kernel<{history: TableHistory; edges: readonly Mark[]}> = (
  {history: {value}, edges},
  {rows},
  out,
) => {
  const [{at: to}, {at: from}] = edges as [Mark, Mark];
  for (let r = 0; r < rows; r++) out[r] = to[r] === from[r] ? Number.NaN : value[to[r]! - 1]!;
};
