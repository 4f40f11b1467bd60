import {dateOf} from "../data/calendar.ts";
import type {ContactDays} from "../uplift/campaign/contact-day.ts";
import type {Message} from "../uplift/campaign/messages.ts";
import type {Policy} from "../uplift/campaign/other-scores.ts";
import {csvCell} from "./score-list.ts";

const HEADER = "customer,place,contact,contact_on,contact_basis,message,offer,value_known";

/**
 * Whom to contact, when, with what, as CSV (RFC 4180, lines end in \n), in the order of the policy, `place` from 1.
 * It holds no score and no reason: it goes to those who send. `message` names a text of the messages; `value_known` is
 * false where the median stands in for a value.
 * @param customers ids, in the order that the other parts are in; @param contacts how many are contacted, from the first.
 */
export function contactSheet(
  customers: readonly string[],
  {
    days,
    messages,
    policy,
    contacts,
  }: {
    readonly days: ContactDays;
    readonly messages: readonly Message[];
    readonly policy: Policy;
    readonly contacts: number;
  },
): string {
  const message = new Array<string>(customers.length).fill("");
  for (const {name, customers: places} of messages) for (const i of places) message[i] = name;
  const lines = Array.from(policy.order, (i, k) =>
    [
      ...[csvCell(customers[i]!), k + 1, k < contacts, dateOf(days.day[i]!), days.basis[i]!],
      ...[message[i]!, csvCell(policy.offer[i] ?? ""), policy.assumed[i] === 0],
    ].join(","),
  );
  return `${[HEADER, ...lines].join("\n")}\n`;
}
