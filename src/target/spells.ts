import type {EventLog} from "../data/event-log.ts";
import {type ChurnDays, NOT_BACK} from "./churn.ts";
import {endedBy, kaplanMeier, medianWait} from "./kaplan-meier.ts";

/** Days after churn by which the share that came back is shown. */
export const BACK_WITHIN = [30, 90, 180] as const;

/** What the churn of customers comes to, seen as spells: times away that may end. */
export type SpellSummary = {
  /** Customers who can churn at all, and of those the ones with no, one, and two or more known spells. */
  readonly customers: number;
  readonly none: number;
  readonly one: number;
  readonly more: number;
  readonly spells: number;
  /** Spells not over by the last observed day: how long they last is not known. */
  readonly open: number;
  /**
   * Share of spells over within {@link BACK_WITHIN} days, by Kaplan and Meier, so that open ones count for as long as
   * they were watched; null where no spell was watched for as long.
   */
  readonly back: readonly (number | null)[];
  /** Days until half of the spells are over; null when fewer than half are ever seen to end. */
  readonly medianDays: number | null;
};

/** Sums up the spells of a log, in whole days whatever the time of day. @param customers those looked at, by index in the log; all when absent. */
export function spellSummary(
  {lastDay}: Pick<EventLog, "lastDay">,
  churned: ChurnDays,
  customers?: ArrayLike<number>,
): SpellSummary {
  const {offsets, day, back} = churned;
  const who = customers ?? Array.from({length: offsets.length - 1}, (_, c) => c);
  const days: number[] = [];
  const ended: number[] = [];
  let [one, more] = [0, 0];
  for (let k = 0; k < who.length; k++) {
    const [from, to] = [offsets[who[k]!]!, offsets[who[k]! + 1]!];
    if (to - from === 1) one += 1;
    if (to - from > 1) more += 1;
    for (let i = from; i < to; i++) {
      const open = back[i] === NOT_BACK;
      days.push(Math.floor(open ? lastDay : back[i]!) - Math.floor(day[i]!));
      ended.push(open ? 0 : 1);
    }
  }
  const all = customers ? customers.length : churned.customers;
  const waits = kaplanMeier(days, ended);
  return {
    customers: all,
    none: all - one - more,
    ...{one, more},
    spells: days.length,
    open: ended.filter(end => end === 0).length,
    back: BACK_WITHIN.map(within => (days.length === 0 ? null : endedBy(waits, within))),
    medianDays: medianWait(waits),
  };
}
