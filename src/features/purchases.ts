import {AMOUNT_SCALE, type Day, type EventLog} from "../data/event-log.ts";
import {asKnownBefore} from "../data/known.ts";
import {typeCode} from "../target/churn.ts";

/**
 * What is known of a customer's purchases before a cutoff t, from events on days before t. A day with several
 * purchases is one purchase. Time is counted in days from the first purchase day, which is time 0 and no repeat.
 */
export type PurchaseSummary = {
  /** Repeat purchases: days with a purchase, the first left out. */
  readonly x: number;
  /** Time of the last purchase, 0 ≤ tx ≤ T; 0 without a repeat. */
  readonly tx: number;
  /**
   * Time of t - 1, the last day seen: the days that follow, [t, t + h), are the times (T, T + h]. A first purchase
   * on the day before the cutoff has T = 0.
   */
  readonly T: number;
  /** Repeat purchases with an amount. */
  readonly priced: number;
  /** Their mean amount a day, in currency; NaN without any. */
  readonly meanSpend: number;
};

/**
 * Follows the purchases of all customers of a log at once. The cutoffs that a customer is asked for must not go back.
 * @param of the event type that is a purchase.
 * @returns the summary at a cutoff of a customer, an index into the log's; undefined before the first purchase.
 * @throws DataError when the log has no event of that type.
 */
export function followPurchases(
  log: EventLog,
  of: string,
): (customer: number, cutoff: Day) => PurchaseSummary | undefined {
  const {offsets, day, type, amount, customers} = log;
  const code = typeCode(log, of, "followPurchases");
  const n = customers.length;
  const next = offsets.slice(0, n);
  const [bought, first, last, priced] = Array.from({length: 4}, () => new Int32Array(n)) as [
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
  ];
  // In the integers of the log, so that sums are exact.
  const spend = new Float64Array(n);
  return (c, cutoff) => {
    const end = offsets[c + 1]!;
    let i = next[c]!;
    while (i < end && day[i]! < cutoff) {
      const today = day[i]!;
      let [purchases, amounts, sum] = [0, 0, 0];
      for (; i < end && day[i] === today; i++) {
        if (type[i] !== code) continue;
        purchases += 1;
        if (Number.isNaN(amount[i])) continue;
        amounts += 1;
        sum += amount[i]!;
      }
      if (purchases === 0) continue;
      if (bought[c] === 0) first[c] = today;
      else if (amounts > 0) {
        priced[c]! += 1;
        spend[c]! += sum;
      }
      last[c] = today;
      bought[c]! += 1;
    }
    next[c] = i;
    if (bought[c] === 0) return undefined;
    return {
      x: bought[c]! - 1,
      tx: last[c]! - first[c]!,
      T: cutoff - 1 - first[c]!,
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
  {customers, asOf, of}: {customers: ArrayLike<number>; asOf: Day; of: string},
): PurchaseSummary[] {
  const at = followPurchases(asKnownBefore(log, asOf), of);
  return Array.from(customers).flatMap(c => at(c, asOf) ?? []);
}
