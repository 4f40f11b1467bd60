import {CAMPAIGN_DAY, HORIZON_MONTHS, monthOf} from "./simulate-calendar.ts";
import type {Profile} from "./simulate-profile.ts";

/** How a customer answers to being courted: stays longer for it, is reminded of paying, or does not care. */
export type Answer = "responsive" | "averse" | "indifferent";

/** What the treatment does in its months; factors of 1 and an addition of 0 change nothing. */
export type Effect = {
  /** Multiplies the rate at which the engaged begin to lose interest. */
  readonly cooling: number;
  /** Multiplies the hazard of leaving of the engaged, the cooling and the fading. */
  readonly leaving: readonly [number, number, number];
  /** Added to the hazard of leaving. */
  readonly reminded: number;
};

const NOTHING: Effect = {cooling: 1, leaving: [1, 1, 1], reminded: 0};
const EFFECTS: Readonly<Record<Answer, Effect>> = {
  // It comes too late for those who have lost interest: the riskiest are not the ones to persuade.
  responsive: {cooling: 0.1, leaving: [0.05, 0.3, 0.85], reminded: 0},
  averse: {cooling: 1, leaving: [1.1, 1.25, 1.2], reminded: 0.01},
  indifferent: NOTHING,
};

/**
 * Readers of e-mails respond; those won by partners or in a store never do, and resent it if they hardly read.
 * Channel and opened e-mails show it; the plain risk of leaving does not.
 */
export function answerOf({channel, opens}: Profile): Answer {
  if (channel === "store" || channel === "partner") return opens < 0.35 ? "averse" : "indifferent";
  return opens > 0.2 ? "responsive" : "indifferent";
}

/** What being treated, or not, does to a customer. */
export const effectOn = (answer: Answer, treated: boolean): Effect => (treated ? EFFECTS[answer] : NOTHING);

const FIRST_MONTH = monthOf(CAMPAIGN_DAY);

/** Whether the treatment acts in a month: it wears off after the horizon. */
export const isTreatedMonth = (month: number): boolean =>
  month >= FIRST_MONTH && month < FIRST_MONTH + HORIZON_MONTHS;

/** The four kinds of customer of a campaign, by what it changes for them. */
export type Segment = "persuadable" | "sure thing" | "lost cause" | "sleeping dog";

/** Segment by the probability of leaving untreated and what treatment adds to it; 2 points are no change. */
export function segmentOf(untreated: number, effect: number): Segment {
  if (effect <= -0.02) return "persuadable";
  if (effect >= 0.02) return "sleeping dog";
  return untreated >= 0.5 ? "lost cause" : "sure thing";
}
