import {addSpan} from "../../data/calendar.ts";
import {byCodeUnit, type Day} from "../../data/event-log.ts";
import type {Span} from "../../study.ts";
import type {Contacts} from "../experiment/design.ts";
import type {ExperimentOutcomes} from "./outcomes.ts";
import type {Roster} from "./roster.ts";

/** What can be wrong with how a campaign was carried out. */
export const FOLLOW_UPS = [
  "not sent",
  "sent without assignment",
  "control contacted",
  "sent twice",
  "contacted before the launch",
  "not in the log",
  "not active at the launch",
] as const;
export type FollowUpKind = (typeof FOLLOW_UPS)[number];

/** Customers to look after, by what is wrong; null where it cannot be told, since nothing says what was sent. */
export type FollowUp = {
  readonly kind: FollowUpKind;
  /** Ids, sorted by code unit. */
  readonly customers: readonly string[] | null;
};

export type FollowUpOptions = {
  readonly launch: Day;
  readonly horizon: Span;
  /** Days before the launch in which a contact still works on. */
  readonly quietDays: number;
  readonly sent?: Contacts | undefined;
  readonly outcomes: ExperimentOutcomes;
};

/**
 * Compares what was planned with what was done: contacts in [launch, launch + horizon) against the assignment, and those
 * in [launch - quietDays, launch), which blur it.
 */
export function followUps(
  {customers, contact}: Roster,
  {launch, horizon, quietDays, sent, outcomes}: FollowUpOptions,
): FollowUp[] {
  const end = addSpan(launch, horizon);
  const assigned = new Set(customers);
  const times = new Map<string, number>();
  const before = new Set<string>();
  sent?.customer.forEach((id, k) => {
    const day = sent.day[k]!;
    if (day >= launch && day < end) times.set(id, (times.get(id) ?? 0) + 1);
    if (day >= launch - quietDays && day < launch && assigned.has(id)) before.add(id);
  });
  const planned = (treated: number, holds: (n: number) => boolean) =>
    customers.filter((id, i) => contact[i] === treated && holds(times.get(id) ?? 0));
  const withStatus = (status: string) => customers.filter((_, i) => outcomes.status[i] === status);
  const found: Record<FollowUpKind, readonly string[] | null> = {
    "not sent": sent ? planned(1, n => n === 0) : null,
    "sent without assignment": sent ? [...times.keys()].filter(id => !assigned.has(id)) : null,
    "control contacted": sent ? planned(0, n => n > 0) : null,
    "sent twice": sent ? planned(1, n => n > 1) : null,
    "contacted before the launch": sent ? [...before] : null,
    "not in the log": withStatus("not in the log"),
    "not active at the launch": withStatus("not active at the launch"),
  };
  return FOLLOW_UPS.map(kind => {
    const ids = found[kind];
    return {kind, customers: ids && [...ids].sort(byCodeUnit)};
  });
}
