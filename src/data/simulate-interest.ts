import type {Day} from "./event-log.ts";
import {leavingSeason} from "./simulate-calendar.ts";
import {type Answer, effectOn, isTreatedMonth} from "./simulate-campaign.ts";
import type {Profile} from "./simulate-profile.ts";

/**
 * A member's interest is one state a calendar month: engaged, cooling or fading. With a support ticket in the
 * month or without it makes six states of a Markov chain, index 2 * interest + ticket. The chain moves at the
 * start of a month; on the day that the paid month is over, the member leaves with the hazard of the state then.
 */
export const ENGAGED = 0;
export const COOLING = 1;
export const FADING = 2;
export const STATES = 6;

/** Interest of a state. */
export const interestOf = (state: number): number => state >> 1;
/** Whether the month of a state has a support ticket. */
export const hasTicket = (state: number): boolean => (state & 1) === 1;

/** Whether the retention campaign acts on a customer. `open`: a coin decides, if the customer is a member then. */
export type Arm = "none" | "control" | "treated" | "open";

/** What the chain depends on beside its state. */
export type Person = {readonly profile: Profile; readonly answer: Answer};

/** Where a member stands. */
export type Standing = {
  /** Month, as an index, that `state` is the state of. */
  readonly month: number;
  readonly state: number;
  /** Day of the last payment, and the day until which it pays. */
  readonly paidOn: Day;
  readonly paidUntil: Day;
  /** Month in which the membership started. */
  readonly since: number;
  readonly arm: Arm;
};

/** Share of ends that a payment undoes within the grace period, and the days on which reminders bring it. */
export const UNDONE = 0.05;
export const REMINDERS: readonly number[] = [2, 6, 12];

/** Writes to `out` the probabilities of the states of `month`, given the state of the month before. */
export function moveInto(
  month: number,
  from: number,
  {profile, answer}: Person,
  arm: Arm,
  out: Float64Array,
): void {
  const effect = effectOn(answer, arm === "treated" && isTreatedMonth(month));
  const push = leavingSeason(month) * (hasTicket(from) ? 2.4 : 1);
  let engaged = 0.06;
  let fading = 0.84;
  if (interestOf(from) === ENGAGED) {
    engaged = Math.exp(-(profile.sudden ? 0.2 : 1) * 0.073 * profile.risk * push * effect.cooling);
    fading = 0;
  } else if (interestOf(from) === COOLING) {
    fading = Math.min(0.8, 0.42 * Math.sqrt(push));
    engaged = Math.min(1 - fading, 0.18 / Math.sqrt(push));
  }
  const byInterest = [engaged, 1 - engaged - fading, fading];
  for (let interest = ENGAGED; interest <= FADING; interest++) {
    const ticket = profile.tickets * (interest === COOLING ? 1.8 : 1);
    out[2 * interest] = byInterest[interest]! * (1 - ticket);
    out[2 * interest + 1] = byInterest[interest]! * ticket;
  }
}

/** Probability of leaving on a day of `month` on which the paid month is over. */
export function hazard(
  state: number,
  month: number,
  since: number,
  {profile, answer}: Person,
  arm: Arm,
): number {
  const {sudden, risk} = profile;
  const interest = interestOf(state);
  const effect = effectOn(answer, arm === "treated" && isTreatedMonth(month));
  const hazards = [
    (sudden ? 0.04 : 0.005) * risk * newcomers(month - since),
    0.07 * Math.sqrt(risk) * newcomers(month - since),
    0.33 * risk ** 0.25,
  ];
  const push = leavingSeason(month) * (hasTicket(state) ? 1.4 : 1);
  return Math.min(0.85, hazards[interest]! * push * effect.leaving[interest]! + effect.reminded);
}

/** New members leave more readily than old ones, by months since the membership started. */
const newcomers = (months: number): number =>
  months <= 2 ? 1.5 : months <= 5 ? 1.15 : months > 17 ? 0.85 : 1;
