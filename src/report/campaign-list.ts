import {contactDaysChart} from "../charts/campaign.ts";
import {dateOf} from "../data/calendar.ts";
import {byCodeUnit} from "../data/event-log.ts";
import {counted, decimal, percent, whole} from "../figures.ts";
import {GENERAL} from "../study/messages.ts";
import type {ContactBasis, ContactDays} from "../uplift/campaign/contact-day.ts";
import type {Message} from "../uplift/campaign/messages.ts";
import type {Policy} from "../uplift/campaign/other-scores.ts";
import type {CampaignItem} from "./campaign-page.ts";
import {text, textColumn} from "./words.ts";

/** What to say to whom. @param all customers that messages were planned for. */
export function messageItems(messages: readonly Message[], all: number): CampaignItem[] {
  const without = messages.find(({name}) => name === GENERAL)?.customers.length ?? 0;
  return [
    {
      id: "messages-rule",
      title: "How a message is chosen",
      value: text(
        `By the largest reason that raises the risk and that a team can act on; a reason is an association, not a cause. ${counted(without, "customer")} of ${whole(all)} ` +
          `${without === 1 ? "has" : "have"} none and get${without === 1 ? "s" : ""} the general message. No message tells customers their score, or why they do what they do: templates that would are refused. Fields in double braces are filled in by whoever sends. Every text may be replaced in the study, under messages.`,
      ),
    },
    {
      id: "messages-table",
      title: "Who gets which message",
      value: {
        kind: "table",
        caption: "Messages by the reason that they answer to",
        columns: [
          textColumn("title", "Reason"),
          textColumn("feature", "Feature"),
          {name: "customers", title: "Customers", format: "integer"},
          {name: "share", title: "Share", format: "percent", digits: 0},
          textColumn("source", "Text from"),
        ],
        rows: messages.map(({name, title, customers, source}) => [
          ...[title, name === GENERAL ? "–" : name, customers.length, customers.length / Math.max(1, all)],
          source === "own" ? "study" : "default",
        ]),
      },
    },
    ...messages.map(({name, title, template}) => ({id: `message-${name}`, title, value: text(template)})),
  ];
}

const BASIS_WORDS: Readonly<Record<ContactBasis, string>> = {
  "before the next order": "Shortly before the next order that the customer's own gaps lead one to expect",
  overdue: "That order is due by now or within days: as soon as may be",
  "not due yet": "That order is due only after the last day: as late as may be",
  "usual in the segment": "Too few orders for a rhythm: the middle day of those in the customer's segment",
  "usual for all": "Nobody in the segment has a rhythm: the middle day of all",
  "first day": "Nobody has a rhythm: the first day",
};

/** When to contact the first customers of a list, by day and by what the day is from. @param contacts how many they are. */
export function contactDayItems(
  days: ContactDays,
  {
    first,
    last,
    lead,
    contacts,
  }: {readonly first: number; readonly last: number; readonly lead: number; readonly contacts: number},
): CampaignItem[] {
  const day = days.day.subarray(0, contacts);
  const basis = days.basis.slice(0, contacts);
  const weekday = days.weekday.slice(0, contacts);
  const counts = new Int32Array(last + 1 - first);
  for (const at of day) counts[at - first]! += 1;
  const n = day.length;
  const withWeekday = weekday.filter(own => own !== null).length;
  const kinds = [...new Set(basis)].sort(byCodeUnit);
  return [
    {
      id: "days-rule",
      title: "How the day is found",
      value: text(
        `From the mean gap between the customer's own days with an order the next one is expected, and the contact comes ${counted(lead, "day")} before it, moved to the weekday on which the customer is there most often where one stands out (${whole(withWeekday)} of ${whole(n)} customers). ` +
          "It is a rule of thumb that takes account of the customer: that the day changes anything has not been tested. The column contact_on of the list holds the day of each customer.",
      ),
    },
    {
      id: "days-chart",
      title: "By day",
      value: contactDaysChart({
        days: Array.from(counts, (_, k) => dateOf(first + k)),
        customers: [...counts],
      }),
    },
    {
      id: "days-table",
      title: "What the day is from",
      value: {
        kind: "table",
        caption: "Customers by what their day of contact is from",
        columns: [
          textColumn("basis", "The day is from"),
          {name: "customers", title: "Customers", format: "integer"},
          {name: "share", title: "Share", format: "percent", digits: 0},
        ],
        rows: kinds.map(kind => {
          const own = basis.filter(one => one === kind).length;
          return [BASIS_WORDS[kind], own, own / n];
        }),
      },
    },
  ];
}

/**
 * What ordering by other scores changes. @param missing customers whom the table of scores does not have.
 * @param by what the customers are ordered by: "risk × value"; @param contacts how many are contacted.
 */
export function policyItems(
  {order, assumed, median, offer}: Policy,
  {
    by,
    base,
    source,
    contacts,
  }: {readonly by: string; readonly base: string; readonly source: string; readonly contacts: number},
): CampaignItem[] {
  const n = order.length;
  const missing = assumed.reduce((sum, one) => sum + one, 0);
  // The customers are given in the order of the list, so that the first ones are those whom it would contact.
  const stay = order.subarray(0, contacts).filter(i => i < contacts).length;
  const named = new Map<string, number>();
  for (const i of order.subarray(0, contacts)) {
    const own = offer[i];
    if (own !== null && own !== undefined) named.set(own, (named.get(own) ?? 0) + 1);
  }
  return [
    {
      id: "scores-rule",
      title: "The order",
      value: text(
        `By ${by}; other scores from ${source}. ` +
          (missing === 0
            ? `All ${whole(n)} customers are in it.`
            : `${counted(missing, "customer")} of ${whole(n)} ${missing === 1 ? "has" : "have"} none; the median of the others, ${decimal(median)}, stands in, so that they are neither favoured nor forgotten, and the list marks them.`),
      ),
    },
    {
      id: "scores-change",
      title: "What it changes",
      value: text(
        contacts === 0
          ? "Nobody is contacted at this capacity."
          : `Of the ${whole(contacts)} customers whom a list by ${base} alone would contact, ${whole(stay)} (${percent(stay / contacts, 0)}) are among the first ${whole(contacts)} by ${by}; the others make room for customers with more at stake. That this keeps more of the value is an assumption, since neither order is an effect.`,
      ),
    },
    ...(named.size === 0
      ? []
      : [
          {
            id: "scores-offers",
            title: "What to offer",
            value: {
              kind: "table" as const,
              caption: `The first ${whole(contacts)} customers by the offer with the highest score; the column offer of the list names it`,
              columns: [
                textColumn("offer", "Offer"),
                {name: "customers", title: "Customers", format: "integer" as const},
              ],
              rows: [...named].sort(([a, m], [b, k]) => k - m || byCodeUnit(a, b)),
            },
          },
        ]),
  ];
}
