import type {Campaigns} from "../../data/campaigns.ts";
import {byCodeUnit, type Day, type EventLog} from "../../data/event-log.ts";
import {type Assignment, CONTROL, type Contacts, GROUPS} from "../experiment/design.ts";

/** Whom a campaign was to contact and whom it was to leave alone, one entry a customer. */
export type Roster = {
  /** Ids, each once. */
  readonly customers: readonly string[];
  readonly group: readonly string[];
  /** 1 who was to be contacted, 0 who was to be left alone. */
  readonly contact: Uint8Array;
};

/** The roster of an assignment. @param customers in its order. */
export const rosterOf = (
  customers: readonly string[],
  {group, arm}: Pick<Assignment, "group" | "arm">,
): Roster => ({customers, group, contact: Uint8Array.from(arm, name => (name === CONTROL ? 0 : 1))});

/**
 * The roster that past contacts of a day were: those with a contact are `treated`, those whom the lot left out
 * `control`, in the order of the log's customers. A customer with several rows of the day is there once, by the first.
 */
export function rosterOfDay({customers}: EventLog, campaigns: Campaigns, day: Day): Roster {
  const treated = new Map<number, number>();
  for (let i = 0; i < campaigns.day.length; i++)
    if (campaigns.day[i] === day && !treated.has(campaigns.customer[i]!))
      treated.set(campaigns.customer[i]!, campaigns.treated[i]!);
  const members = [...treated].filter(([c]) => c >= 0).sort(([a], [b]) => a - b);
  return {
    customers: members.map(([c]) => customers[c]!),
    group: members.map(([, one]) => (one === 1 ? "treated" : "control")),
    contact: Uint8Array.from(members, ([, one]) => one),
  };
}

/** The groups that occur: those of a targeting experiment in their order, then others by name. */
export function groupsOf({group}: Pick<Roster, "group">): string[] {
  const there = new Set(group);
  const known: readonly string[] = GROUPS;
  return [
    ...known.filter(name => there.delete(name)),
    // "treated" before "control", as the four groups are.
    ...[...there].sort((a, b) => Number(a === "control") - Number(b === "control") || byCodeUnit(a, b)),
  ];
}

/** The contacts that events of a type are, by customer, then time. None when the log has no such event. */
export function contactsOfType({customers, offsets, type, types, day}: EventLog, name: string): Contacts {
  const code = types.indexOf(name);
  const found: string[] = [];
  const days: number[] = [];
  for (const [c, id] of customers.entries())
    for (let i = offsets[c]!; i < offsets[c + 1]!; i++)
      if (type[i] === code) {
        found.push(id);
        days.push(day[i]!);
      }
  return {customer: found, day: Int32Array.from(days)};
}

/** The contacts with treatment of a campaign table. */
export function treatedContacts({customers}: EventLog, {customer, day, treated}: Campaigns): Contacts {
  const rows = Array.from(customer.keys()).filter(i => treated[i] === 1 && customer[i]! >= 0);
  return {customer: rows.map(i => customers[customer[i]!]!), day: Int32Array.from(rows, i => day[i]!)};
}
