import {addSpan} from "../../data/calendar.ts";
import type {Day, EventLog} from "../../data/event-log.ts";
import type {Span} from "../../study.ts";
import type {Contacts} from "../experiment/design.ts";
import type {ExperimentOutcomes} from "./outcomes.ts";
import {contactsOfType, groupsOf, type Roster} from "./roster.ts";

/** What happens to the customers of a campaign, in the order in which it does. */
export const STEPS = ["sent", "opened", "clicked", "churned"] as const;
export type Step = (typeof STEPS)[number];

/** A group of a campaign, day by day. */
export type GroupSeries = {
  readonly name: string;
  /** Customers assigned to it. */
  readonly customers: number;
  /** Of them, those active at the launch, of whom the churned are a share. */
  readonly active: number;
  /**
   * Customers with at least one such event on days [launch, launch + d], by d; the churned only for days that are
   * known. Steps that nothing is known of are absent.
   */
  readonly counts: Readonly<Partial<Record<Step, Int32Array>>>;
};

export type CampaignSeries = {
  readonly launch: Day;
  /** Days of the window seen so far; 0 before the launch. */
  readonly days: number;
  /** Days of the whole window. */
  readonly windowDays: number;
  readonly groups: readonly GroupSeries[];
  /** Steps without events, and why. */
  readonly absent: readonly {readonly step: Step; readonly why: string}[];
};

export type MonitorOptions = {
  readonly launch: Day;
  readonly horizon: Span;
  /** Contacts made, by whomever they were recorded; what has been sent is not known when absent. */
  readonly sent?: Contacts | undefined;
  /** Event types of the log. A step without one is left out. */
  readonly events: {readonly opened?: string | undefined; readonly clicked?: string | undefined};
  readonly outcomes: ExperimentOutcomes;
};

/**
 * Sent, opened, clicked and churned by group, cumulated over the days since the launch, a customer counting once from
 * the first event on. Only events of [launch, launch + horizon) count. Whether an event answers to this campaign's
 * message or to another, its type does not say: that is what the groups without a contact are for.
 */
export function campaignSeries(
  log: EventLog,
  roster: Roster,
  {launch, horizon, sent, events, outcomes}: MonitorOptions,
): CampaignSeries {
  const windowDays = addSpan(launch, horizon) - launch;
  const days = Math.max(0, Math.min(log.lastDay + 1 - launch, windowDays));
  const place = new Map(roster.customers.map((id, i) => [id, i]));
  const absent: {step: Step; why: string}[] = [];
  /** By step, the first day since the launch of each customer; -1 for none. */
  const first = new Map<Step, Int32Array>();
  const add = (step: Step, contacts: Contacts | undefined, why: string) => {
    if (!contacts) {
      absent.push({step, why});
      return;
    }
    const own = new Int32Array(roster.customers.length).fill(-1);
    contacts.customer.forEach((id, k) => {
      const i = place.get(id);
      const d = contacts.day[k]! - launch;
      if (i === undefined || d < 0 || d >= days) return;
      if (own[i] === -1 || d < own[i]!) own[i] = d;
    });
    first.set(step, own);
  };
  add("sent", sent, "nothing says what was sent");
  for (const step of ["opened", "clicked"] as const) {
    const type = events[step];
    const there = type !== undefined && log.types.includes(type);
    const why = type === undefined ? "no event type is named for it" : `the log has no event "${type}"`;
    add(step, there ? contactsOfType(log, type) : undefined, why);
  }
  if (outcomes.knownDays > 0) first.set("churned", outcomes.churnedAfter);
  else absent.push({step: "churned", why: "no outcome is known yet"});
  return {
    ...{launch, days, windowDays, absent},
    groups: groupsOf(roster).map(name => {
      const rows = roster.group.flatMap((own, i) => (own === name ? [i] : []));
      const isActive = (i: number) => /^(known|not yet known)$/.test(outcomes.status[i]!);
      return {
        ...{name, customers: rows.length, active: rows.filter(isActive).length},
        counts: Object.fromEntries(
          STEPS.flatMap(step => {
            const own = first.get(step);
            const until = step === "churned" ? outcomes.knownDays : days;
            return own ? [[step, cumulated(own, rows, until)]] : [];
          }),
        ),
      };
    }),
  };
}

function cumulated(first: Int32Array, rows: readonly number[], days: number): Int32Array {
  const counts = new Int32Array(days);
  for (const i of rows) if (first[i]! >= 0) counts[first[i]!]! += 1;
  for (let d = 1; d < days; d++) counts[d]! += counts[d - 1]!;
  return counts;
}

/** Customers that a share of a step is taken of. */
export const baseOf = ({customers, active}: GroupSeries, step: Step): number =>
  step === "churned" ? active : customers;
