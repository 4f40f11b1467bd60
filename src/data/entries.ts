import type {EventLog} from "./event-log.ts";

/** Columns that a log may have beside those that it must have. */
type Optional = {readonly known?: Int32Array | undefined};

/**
 * The log of some customers with some of the entries, each as often as it is named.
 * @param customers indices into the log's customers, ascending.
 * @param entries indices of entries for each of those customers, in the order that they are to have.
 */
export function takeEntries(
  log: EventLog & Optional,
  customers: ArrayLike<number>,
  entries: readonly ArrayLike<number>[],
): EventLog & Optional {
  const offsets = new Int32Array(customers.length + 1);
  for (let c = 0; c < customers.length; c++) offsets[c + 1] = offsets[c]! + entries[c]!.length;
  const order = new Int32Array(offsets[customers.length]!);
  for (let c = 0; c < customers.length; c++) order.set(entries[c]!, offsets[c]!);
  return {
    ...log,
    customers: Array.from(customers, c => log.customers[c]!),
    offsets,
    day: order.map(i => log.day[i]!),
    type: Uint8Array.from(order, i => log.type[i]!),
    amount: Float64Array.from(order, i => log.amount[i]!),
    attributes: Object.fromEntries(
      Object.entries(log.attributes).map(([name, {codes, values}]) => [
        name,
        {codes: order.map(i => codes[i]!), values},
      ]),
    ),
    ...(log.known ? {known: order.map(i => log.known![i]!)} : {}),
  };
}
