import type {Day, EventLog} from "./event-log.ts";

/**
 * Finds, for each cutoff t, the customers of whom another thing was known before t than the log says of the days
 * before t: an event had happened and was not known yet, or was known as it stood before a correction. For all
 * others the entries with day < t are what was known before t; for these {@link knownBefore} tells it. No customer
 * is found in a log that says only when events happened.
 * @param cutoffs ascending.
 * @returns by cutoff, indices of customers, ascending, each once.
 */
export function unsettledAt(log: EventLog, cutoffs: readonly Day[]): Int32Array[] {
  const found = cutoffs.map(() => [] as number[]);
  if (log.known !== undefined) strideOver(log, log.day, log.known, {cutoffs, found});
  const {superseded} = log;
  if (superseded === undefined) return found.map(customers => Int32Array.from(customers));
  strideOver(superseded.log, superseded.log.known, superseded.until, {cutoffs, found});
  return found.map(customers => Int32Array.from(new Set(customers)).sort());
}

/** Adds to `found` the customers with an entry i and a cutoff t, after[i] < t <= to[i]. */
function strideOver(
  {customers, offsets}: EventLog,
  after: Int32Array,
  to: Int32Array,
  {cutoffs, found}: {readonly cutoffs: readonly Day[]; readonly found: readonly number[][]},
): void {
  for (let c = 0; c < customers.length; c++)
    for (let i = offsets[c]!; i < offsets[c + 1]!; i++) {
      if (after[i] === to[i]) continue;
      for (let k = firstAfter(cutoffs, after[i]!); k < cutoffs.length && cutoffs[k]! <= to[i]!; k++)
        if (found[k]!.at(-1) !== c) found[k]!.push(c);
    }
}

/** Index of the first cutoff after a day. */
function firstAfter(cutoffs: readonly Day[], day: Day): number {
  let [low, high] = [0, cutoffs.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (cutoffs[middle]! > day) high = middle;
    else low = middle + 1;
  }
  return low;
}

export type KnownBeforeOptions = {
  /** Customers to give the entries of, ascending; the others have none. All when absent. */
  readonly only?: Int32Array | undefined;
};

/**
 * The log as it was known before day t: the events known on days before t, each as the version that was valid then.
 * Customers, types and attribute values have the same indices as in `log`, and some may have no entry. Of a log that
 * says only when events happened it is the entries on days before t. The last observed day is at most t - 1.
 */
export function knownBefore(log: EventLog, t: Day, {only}: KnownBeforeOptions = {}): EventLog {
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
  return {...pickedFrom(log, picks), offsets, lastDay: Math.min(log.lastDay, t - 1)};
}

/** {@link knownBefore} of a log that says when events were known; any other log as it is, later entries included. */
export const asKnownBefore = (log: EventLog, t: Day): EventLog =>
  log.known || log.superseded ? knownBefore(log, t) : log;

/** Adds a customer's entries of `log` as i, and those of its superseded versions as -1 - i, by day, then type. */
function pickKnown(log: EventLog, t: Day, c: number, picks: number[]): void {
  const {offsets, day, known = day, superseded} = log;
  const start = picks.length;
  for (let i = offsets[c]!; i < offsets[c + 1]!; i++) if (known[i]! < t) picks.push(i);
  if (superseded === undefined) return;
  const {log: old, until} = superseded;
  const before = picks.length;
  for (let i = old.offsets[c]!; i < old.offsets[c + 1]!; i++)
    if (old.known[i]! < t && until[i]! >= t) picks.push(-1 - i);
  if (picks.length === before) return;
  const at = (column: "day" | "type", pick: number) =>
    pick < 0 ? old[column][-1 - pick]! : log[column][pick]!;
  const own = picks.splice(start);
  own.sort((a, b) => at("day", a) - at("day", b) || at("type", a) - at("type", b));
  for (const pick of own) picks.push(pick);
}

/** The entries that {@link pickKnown} names, as a log. */
function pickedFrom({superseded, ...log}: EventLog, picks: readonly number[]): EventLog {
  const old = superseded?.log;
  const n = picks.length;
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
    ...(log.known === undefined ? {} : {known: take(log.known, old?.known, new Int32Array(n))}),
    firstDay: n === 0 ? log.firstDay : day.reduce((first, d) => Math.min(first, d)),
  };
}
