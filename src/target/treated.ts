import {addSpan} from "../data/calendar.ts";
import type {Span} from "../study.ts";
import type {Cohort} from "./cohort.ts";

/** Contacts of past campaigns, one entry a contact, in any order. */
export type Contacts = {
  /** Index into the log's customers; -1 for a customer that the log does not have. */
  readonly customer: Int32Array;
  /** Day of the contact. */
  readonly day: Int32Array;
  /** 1 treated, 0 control. */
  readonly treated: Uint8Array;
};

/**
 * Flags the cohort rows whose outcome a campaign may have meddled with. Contacts are of a day: at a cutoff within one,
 * those of its whole day count, and those of the day on which the window ends.
 * @returns by cohort row, 1 when the customer was treated on a day of which some part lies in [t, t + h).
 */
export function treatedInWindow(cohort: Cohort, campaigns: Contacts, horizon: Span): Uint8Array {
  const {cutoffs, rows, customer, cutoff} = cohort;
  const ends = cutoffs.map(t => addSpan(t, horizon));
  const days = new Map<number, number[]>();
  for (let i = 0; i < campaigns.customer.length; i++) {
    if (campaigns.treated[i] !== 1) continue;
    const own = days.get(campaigns.customer[i]!);
    if (own) own.push(campaigns.day[i]!);
    else days.set(campaigns.customer[i]!, [campaigns.day[i]!]);
  }
  const flags = new Uint8Array(rows);
  for (let i = 0; i < rows; i++) {
    const k = cutoff[i]!;
    const inside = (day: number): boolean => day + 1 > cutoffs[k]! && day < ends[k]!;
    if (days.get(customer[i]!)?.some(inside)) flags[i] = 1;
  }
  return flags;
}
