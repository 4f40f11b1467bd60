import {AMOUNT_SCALE, type EventLog, timesOf} from "../data/event-log.ts";
import type {Instant} from "../data/instant.ts";
import {asKnownBefore} from "../data/known.ts";
import {typeCode} from "../target/churn.ts";

/**
 * What is known of a customer's purchases before a cutoff t. A day in UTC with several purchases is one purchase, and
 * so is the part before t of the day that t lies within. Time is counted in days from the first purchase day, which is
 * time 0 and no repeat.
 */
export type PurchaseSummary = {
  /** Repeat purchases: days with a purchase, the first left out. */
  readonly x: number;
  /** Time of the last purchase, 0 ≤ tx ≤ T; 0 without a repeat. */
  readonly tx: number;
  /**
   * Time of the last day seen, t - 1: the days that follow, [t, t + h), are the times (T, T + h]. A first purchase
   * on the day before the cutoff has T = 0. Where t lies within a day, that day is the last seen.
   */
  readonly T: number;
  /** Repeat purchases with an amount. */
  readonly priced: number;
  /** Their mean amount a day, in currency; NaN without any. */
  readonly meanSpend: number;
};

/**
 * Follows the purchases of all customers of a log at once, by the instant where it has times of day. The cutoffs that a
 * customer is asked for must not go back.
 * @param of the event type that is a purchase.
 * @returns the summary at a cutoff of a customer, an index into the log's; undefined before the first purchase.
 * @throws DataError when the log has no event of that type.
 */
export function followPurchases(
  log: EventLog,
  of: string,
): (customer: number, cutoff: Instant) => PurchaseSummary | undefined {
  const {offsets, day, type, amount, customers} = log;
  const time = timesOf(log);
  const code = typeCode(log, of, "followPurchases");
  const n = customers.length;
  const next = offsets.slice(0, n);
  const days = () => new Int32Array(n);
  const [bought, first, last] = [days(), days(), days()];
  // Repeat days with an amount, and the last of them.
  const [priced, lastPriced] = [days(), days()];
  // In the integers of the log, so that sums are exact.
  const spend = new Float64Array(n);
  return (c, cutoff) => {
    const end = offsets[c + 1]!;
    let i = next[c]!;
    for (; i < end && time[i]! < cutoff; i++) {
      if (type[i] !== code) continue;
      const today = day[i]!;
      if (bought[c] === 0) first[c] = today;
      if (bought[c] === 0 || last[c] !== today) bought[c]! += 1;
      last[c] = today;
      if (today === first[c] || Number.isNaN(amount[i])) continue;
      if (priced[c] === 0 || lastPriced[c] !== today) priced[c]! += 1;
      lastPriced[c] = today;
      spend[c]! += amount[i]!;
    }
    next[c] = i;
    if (bought[c] === 0) return undefined;
    return {
      x: bought[c]! - 1,
      tx: last[c]! - first[c]!,
      T: Math.ceil(cutoff) - 1 - first[c]!,
      priced: priced[c]!,
      meanSpend: spend[c]! / AMOUNT_SCALE / priced[c]!,
    };
  };
}

/**
 * Summaries at one cutoff of those of the customers, indices into the log's, who have bought before it, by what was
 * known then.
 */
export function purchaseSummaries(
  log: EventLog,
  {customers, asOf, of}: {customers: ArrayLike<number>; asOf: Instant; of: string},
): PurchaseSummary[] {
  const at = followPurchases(asKnownBefore(log, asOf), of);
  return Array.from(customers).flatMap(c => at(c, asOf) ?? []);
}
