import type {EventLog} from "../data/event-log.ts";
import {DataError} from "../data-error.ts";

/**
 * The text that is hashed for each customer of a log: the id, or with a group the customer's value of that
 * attribute, so that all customers with one value, a household say, are in one set.
 *
 * A customer's value is that of the first event that has one. A customer without any goes by a space and the id: no
 * value of a snapshot begins with a space, so it joins no group. Two things follow from so simple a rule. A
 * customer who first gets a value in later data changes sets then, so the attribute should be known from the first
 * event on. And households are not merged: a customer who was of A and then of B is with A, whoever else is of B.
 * @throws DataError when the log has no such attribute.
 */
export function splitKeys(log: EventLog, group: string | undefined): readonly string[] {
  if (group === undefined) return log.customers;
  const attribute = log.attributes[group];
  if (!attribute)
    throw new DataError(
      `split.group requires an attribute of the events, got ${JSON.stringify(group)}; name the column in ` +
        `events.attributes (there ${Object.keys(log.attributes).join(", ") || "is none"})`,
    );
  const {codes, values} = attribute;
  return log.customers.map((id, c) => {
    for (let i = log.offsets[c]!; i < log.offsets[c + 1]!; i++) if (codes[i]! >= 0) return values[codes[i]!]!;
    return ` ${id}`;
  });
}
