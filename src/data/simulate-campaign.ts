import {CAMPAIGN_DAY, HORIZON_MONTHS, monthOf} from "./simulate-calendar.ts";
import type {Profile} from "./simulate-profile.ts";

/**
 * How a customer answers to being courted, whatever the plain risk of leaving is. Persuadables stay longer for
 * it, sleeping dogs are reminded that they pay, nobody else is moved.
 */
export type Segment = "persuadable" | "sleeping dog" | "unmoved";

/** What the treatment does in its months; a factor of 1 and an addition of 0 change nothing. */
export type Effect = {
  /** Multiplies the odds of the engaged to begin to lose interest. */
  readonly cooling: number;
  /** Multiplies the hazard of leaving of the engaged, the cooling and the fading. */
  readonly leaving: readonly [number, number, number];
  /** Added to the hazard of leaving. */
  readonly reminded: number;
};

const NOTHING: Effect = {cooling: 1, leaving: [1, 1, 1], reminded: 0};
const EFFECTS: Readonly<Record<Segment, Effect>> = {
  persuadable: {cooling: 0.1, leaving: [0.05, 0.3, 0.85], reminded: 0},
  "sleeping dog": {cooling: 1, leaving: [1.1, 1.25, 1.2], reminded: 0.01},
  unmoved: NOTHING,
};

/** Segment of a customer: readers of e-mails with small baskets can be persuaded, those won in a store resent it. */
export function segmentOf({channel, opens}: Profile): Segment {
  if (channel === "store" || channel === "partner") return opens < 0.35 ? "sleeping dog" : "unmoved";
  if (opens > 0.2) return "persuadable";
  return "unmoved";
}

/** What being treated, or not, does to a customer of the segment. */
export const effectOn = (segment: Segment, treated: boolean): Effect =>
  treated ? EFFECTS[segment] : NOTHING;

const FIRST_MONTH = monthOf(CAMPAIGN_DAY);

/** Whether the treatment still acts in a month: it wears off after the horizon. */
export const isTreatedMonth = (month: number): boolean =>
  month >= FIRST_MONTH && month < FIRST_MONTH + HORIZON_MONTHS;
