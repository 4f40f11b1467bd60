import {type EventLog, timesOf} from "./event-log.ts";
import {type Instant, instantOf, type Times, timesLike} from "./instant.ts";

/**
 * Finds, for each cutoff t, the customers of whom another thing was known before t than the log says of the time
 * before t: an event had happened and was not known yet, or was known as it stood before a correction. For all
 * others the entries with a time < t are what was known before t; for these {@link knownBefore} tells it. No customer
 * is found in a log that says only when events happened.
 * @param cutoffs ascending.
 * @returns by cutoff, indices of customers, ascending, each once.
 */
export function unsettledAt(log: EventLog, cutoffs: readonly Instant[]): Int32Array[] {
  const found = cutoffs.map(() => [] as number[]);
  if (log.known !== undefined) strideOver(log, timesOf(log), log.known, {cutoffs, found});
  const {superseded} = log;
  if (superseded === undefined) return found.map(customers => Int32Array.from(customers));
  strideOver(superseded.log, superseded.log.known, superseded.until, {cutoffs, found});
  return found.map(customers => Int32Array.from(new Set(customers)).sort());
}

/** Adds to `found` the customers with an entry i and a cutoff t, after[i] < t <= to[i]. */
function strideOver(
  {customers, offsets}: EventLog,
  after: Times,
  to: Times,
  {cutoffs, found}: {readonly cutoffs: readonly Instant[]; readonly found: readonly number[][]},
): void {
  for (let c = 0; c < customers.length; c++)
    for (let i = offsets[c]!; i < offsets[c + 1]!; i++) {
      if (after[i] === to[i]) continue;
      for (let k = firstAfter(cutoffs, after[i]!); k < cutoffs.length && cutoffs[k]! <= to[i]!; k++)
        if (found[k]!.at(-1) !== c) found[k]!.push(c);
    }
}

/** Index of the first cutoff after a time. */
function firstAfter(cutoffs: readonly Instant[], time: Instant): number {
  let [low, high] = [0, cutoffs.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (cutoffs[middle]! > time) high = middle;
    else low = middle + 1;
  }
  return low;
}

export type KnownBeforeOptions = {
  /** Customers to give the entries of, ascending; the others have none. All when absent. */
  readonly only?: Int32Array | undefined;
};

/**
 * The log as it was known before a cutoff t: the events known before it, each as the version that was valid then.
 * Customers, types and attribute values have the same indices as in `log`, and some may have no entry. Of a log that
 * says only when events happened it is the entries before t. The last observed day is that before t at most, the day
 * of t where t lies within one.
 */
export function knownBefore(log: EventLog, t: Instant, {only}: KnownBeforeOptions = {}): EventLog {
  const offsets = new Int32Array(log.offsets.length);
  const picks: number[] = [];
  const customers = only ?? log.customers.keys();
  let next = 0;
  for (const c of customers) {
    offsets.fill(picks.length, next, c + 1);
    next = c + 1;
    pickKnown(log, t, c, picks);
  }
  offsets.fill(picks.length, next);
  return {...pickedFrom(log, picks), offsets, lastDay: Math.min(log.lastDay, Math.ceil(t) - 1)};
}

/** {@link knownBefore} of a log that says when events were known; any other log as it is, later entries included. */
export const asKnownBefore = (log: EventLog, t: Instant): EventLog =>
  log.known || log.superseded ? knownBefore(log, t) : log;

/** Adds a customer's entries of `log` as i, and those of its superseded versions as -1 - i, by time, then type. */
function pickKnown(log: EventLog, t: Instant, c: number, picks: number[]): void {
  const {offsets, known, superseded} = log;
  const start = picks.length;
  for (let i = offsets[c]!; i < offsets[c + 1]!; i++) if ((known?.[i] ?? timeAt(log, i)) < t) picks.push(i);
  if (superseded === undefined) return;
  const {log: old, until} = superseded;
  const before = picks.length;
  for (let i = old.offsets[c]!; i < old.offsets[c + 1]!; i++)
    if (old.known[i]! < t && until[i]! >= t) picks.push(-1 - i);
  if (picks.length === before) return;
  const time = (pick: number) => (pick < 0 ? timeAt(old, -1 - pick) : timeAt(log, pick));
  const type = (pick: number) => (pick < 0 ? old.type[-1 - pick]! : log.type[pick]!);
  const own = picks.splice(start);
  own.sort((a, b) => time(a) - time(b) || type(a) - type(b));
  for (const pick of own) picks.push(pick);
}

const timeAt = ({day, timeOfDay}: EventLog, i: number): Instant => instantOf(day[i]!, timeOfDay?.[i] ?? 0);

/** The entries that {@link pickKnown} names, as a log. */
function pickedFrom({superseded, ...log}: EventLog, picks: readonly number[]): EventLog {
  const old = superseded?.log;
  const n = picks.length;
  const knownOf = (pick: number) => (pick < 0 ? old!.known[-1 - pick]! : log.known![pick]!);
  const take = <T extends Int32Array | Uint8Array | Float64Array>(
    from: T,
    replaced: T | undefined,
    out: T,
  ): T => {
    for (let k = 0; k < n; k++) {
      const pick = picks[k]!;
      out[k] = pick < 0 ? replaced![-1 - pick]! : from[pick]!;
    }
    return out;
  };
  const day = take(log.day, old?.day, new Int32Array(n));
  const attributes = Object.entries(log.attributes).map(([name, {codes, values}]) => [
    name,
    {codes: take(codes, old?.attributes[name]?.codes, new Int32Array(n)), values},
  ]);
  return {
    ...log,
    day,
    type: take(log.type, old?.type, new Uint8Array(n)),
    amount: take(log.amount, old?.amount, new Float64Array(n)),
    attributes: Object.fromEntries(attributes),
    ...(log.timeOfDay === undefined
      ? {}
      : {timeOfDay: take(log.timeOfDay, old?.timeOfDay, new Int32Array(n))}),
    ...(log.known === undefined ? {} : {known: timesLike(log.known, n, k => knownOf(picks[k]!))}),
    firstDay: n === 0 ? log.firstDay : day.reduce((first, d) => Math.min(first, d)),
  };
}
