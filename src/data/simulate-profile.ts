import type {Random} from "../random.ts";
import type {Day} from "./event-log.ts";
import {FIRST_DAY, inPromotion, joinWeight, LAST_DAY} from "./simulate-calendar.ts";
import {normal, pick, runningSums} from "./simulate-draws.ts";

/** How a customer came to the membership. */
export type Channel = "search" | "social" | "referral" | "partner" | "store";

/** What stays the same about a customer for life. Nobody sees it but through what the customer does. */
export type Profile = {
  readonly channel: Channel;
  readonly joinDay: Day;
  /** Multiplies the odds of losing interest in a month, about 1. */
  readonly risk: number;
  /** Leaves from one month to the next, without losing interest first. */
  readonly sudden: boolean;
  /** In [0, 1]: buys smaller baskets, and more in promotions. */
  readonly priceSensitivity: number;
  /** Visits a day while engaged. */
  readonly visits: number;
  /** Purchases a day while engaged. */
  readonly purchases: number;
  /** Buys every 1 / `purchases` days with a spread of a few days, not at random. */
  readonly regular: boolean;
  /** Mean of the logarithm of a basket's amount. */
  readonly basket: number;
  /** Probability of opening an e-mail while engaged. */
  readonly opens: number;
  /** Probability of a support ticket in a month while engaged. */
  readonly tickets: number;
};

const CHANNELS: readonly {readonly channel: Channel; readonly share: number; readonly risk: number}[] = [
  {channel: "search", share: 0.32, risk: 0},
  {channel: "social", share: 0.22, risk: 0.35},
  {channel: "referral", share: 0.18, risk: -0.4},
  {channel: "partner", share: 0.14, risk: 0.5},
  {channel: "store", share: 0.14, risk: -0.25},
];
const USUAL_MIX = runningSums(CHANNELS.map(({share}) => share));
/** The promotion brings people by advertisements, who stay less. */
const PROMOTION_MIX = runningSums(CHANNELS.map(({share, risk}) => share * Math.exp(2 * risk)));
const JOINS = runningSums(
  Array.from({length: LAST_DAY - FIRST_DAY + 1}, (_, i) => joinWeight(FIRST_DAY + i)),
);

/** Draws a customer. */
export function drawProfile(random: Random): Profile {
  const joinDay = FIRST_DAY + pick(random, JOINS);
  const promoted = inPromotion(joinDay);
  const {channel, risk} = CHANNELS[pick(random, promoted ? PROMOTION_MIX : USUAL_MIX)]!;
  const priceSensitivity = random();
  const loyalty = normal(random);
  const regular = random() < 0.35;
  return {
    channel,
    joinDay,
    risk: Math.exp(risk + (promoted ? 0.5 : 0) + 1.1 * (priceSensitivity - 0.5) - 1.1 * loyalty),
    sudden: random() < 0.14,
    priceSensitivity,
    visits: 0.122 * Math.exp(0.45 * loyalty + 0.25 * normal(random)),
    purchases: regular ? 1 / (12 + 40 * random()) : 0.028 * Math.exp(0.5 * loyalty + 0.3 * normal(random)),
    regular,
    basket: 3.45 - 1 * (priceSensitivity - 0.5) + 0.2 * normal(random),
    opens: 1 / (1 + Math.exp(0.6 - 0.8 * loyalty - 0.6 * normal(random))),
    tickets: 0.045 * Math.exp(0.5 * normal(random)),
  };
}
