import type {EventLog} from "./event-log.ts";
import {timesLike} from "./instant.ts";

/**
 * A log with some of the entries, each as often as it is named, without earlier versions of them. Customers keep
 * their places, so that whatever else is indexed by customer fits it.
 * @param entries indices of entries by customer, in the order that they are to have; a customer that is not there has none.
 */
export function takeEntries(log: EventLog, entries: ReadonlyMap<number, readonly number[]>): EventLog {
  const offsets = new Int32Array(log.customers.length + 1);
  for (let c = 0; c < log.customers.length; c++) offsets[c + 1] = offsets[c]! + (entries.get(c)?.length ?? 0);
  const order = new Int32Array(offsets.at(-1)!);
  for (const [c, own] of entries) order.set(own, offsets[c]!);
  const {superseded: _, ...rest} = log;
  const taken = (column: Int32Array) => order.map(i => column[i]!);
  return {
    ...rest,
    offsets,
    day: taken(log.day),
    type: Uint8Array.from(order, i => log.type[i]!),
    amount: Float64Array.from(order, i => log.amount[i]!),
    attributes: Object.fromEntries(
      Object.entries(log.attributes).map(([name, {codes, values}]) => [name, {codes: taken(codes), values}]),
    ),
    ...(log.timeOfDay ? {timeOfDay: taken(log.timeOfDay)} : {}),
    ...(log.known ? {known: timesLike(log.known, order.length, i => log.known![order[i]!]!)} : {}),
  };
}
