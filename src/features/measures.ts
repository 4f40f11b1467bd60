import type {Day} from "../data/event-log.ts";
import type {FeatureDeclaration} from "../study.ts";

export type Measure = FeatureDeclaration["measure"];

/**
 * One customer's events of a kind, rolled up to distinct days in ascending order, with prefix sums: entry k
 * of a sum covers the first k days, so a window is one subtraction. All sums are of integers, hence exact.
 */
export type History = {
  readonly day: readonly number[];
  readonly events: readonly number[];
  /** Events with an amount, and the sum of the amounts in 1/scale of the currency. */
  readonly amounts: readonly number[];
  readonly sum: readonly number[];
  /** Sum and sum of squares of the gaps between neighbouring days; the gap before day k counts at day k. */
  readonly gaps: readonly number[];
  readonly gapSquares: readonly number[];
  readonly scale: number;
};

/** Days of a history that lie in a window: [from, to) as positions in `History.day`. */
type Window = {readonly from: number; readonly to: number};

type Measured = (
  history: History,
  window: Window,
  cutoff: Day,
  options: {days?: number | undefined; against?: History | undefined},
) => number;

const count = (h: History, {from, to}: Window): number => h.events[to]! - h.events[from]!;

const gapMean = (h: History, {from, to}: Window): number =>
  to - from < 2 ? Number.NaN : (h.gaps[to]! - h.gaps[from + 1]!) / (to - from - 1);

const recency = (h: History, {from, to}: Window, cutoff: Day): number =>
  from === to ? Number.NaN : cutoff - h.day[to - 1]!;

const share = (h: History, w: Window, cutoff: Day, against: History, days?: number): number => {
  const all = count(against, windowOf(against, cutoff, days));
  return all === 0 ? Number.NaN : count(h, w) / all;
};

const MEASURED: Readonly<Record<Measure, Measured>> = {
  /** Number of events. */
  count,
  /** Number of days with an event. */
  days: (_, {from, to}) => to - from,
  /** Sum of amounts, in currency. */
  sum: (h, {from, to}) => (h.sum[to]! - h.sum[from]!) / h.scale,
  /** Mean amount of the events that have one; missing without any. */
  mean: (h, {from, to}) => {
    const n = h.amounts[to]! - h.amounts[from]!;
    return n === 0 ? Number.NaN : (h.sum[to]! - h.sum[from]!) / h.scale / n;
  },
  /** Days from the last event to the cutoff, 1 or more; missing without any. */
  recency,
  /** Days from the first event to the cutoff; missing without any. */
  first: (h, {from, to}, cutoff) => (from === to ? Number.NaN : cutoff - h.day[from]!),
  /** Mean days between neighbouring days with an event; missing with fewer than two such days. */
  gapMean,
  /** Standard deviation (n - 1) of those gaps; missing with fewer than three days. */
  gapSd: (h, {from, to}) => {
    const n = to - from - 1;
    if (n < 2) return Number.NaN;
    const sum = h.gaps[to]! - h.gaps[from + 1]!;
    const squares = h.gapSquares[to]! - h.gapSquares[from + 1]!;
    return Math.sqrt((n * squares - sum * sum) / (n * (n - 1)));
  },
  /** Days since the last event over the customer's own mean gap: 1 is due, 2 is twice overdue. */
  overdue: (h, w, cutoff) => recency(h, w, cutoff) / gapMean(h, w),
  /** (now - before) / (now + before), events of this window against the one before it; missing when both are 0. */
  change: (h, w, cutoff, {days}) => {
    const now = count(h, w);
    const before =
      days === undefined ? 0 : count(h, {from: lowerBound(h.day, cutoff - 2 * days), to: w.from});
    return now + before === 0 ? Number.NaN : (now - before) / (now + before);
  },
  /** Events over events of the type `against`; missing when the latter are 0. */
  ratio: (h, w, cutoff, {days, against}) => share(h, w, cutoff, against!, days),
  /** Share of the events with the attribute value; missing without any event. */
  share: (h, w, cutoff, {days, against}) => share(h, w, cutoff, against!, days),
};

/**
 * One measure of a history over the window [cutoff - days, cutoff), or over all history before the cutoff.
 * @returns NaN for missing.
 */
export function measure(
  history: History,
  cutoff: Day,
  options: {measure: Measure; days?: number | undefined; against?: History | undefined},
): number {
  return MEASURED[options.measure](history, windowOf(history, cutoff, options.days), cutoff, options);
}

function windowOf(history: History, cutoff: Day, days?: number): Window {
  return {
    from: days === undefined ? 0 : lowerBound(history.day, cutoff - days),
    to: lowerBound(history.day, cutoff),
  };
}

/** Position of the first entry >= value in ascending `sorted`. */
function lowerBound(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
