import type {Random} from "../random.ts";
import type {Day} from "./event-log.ts";
import {inPromotion, isMailDay, LAST_DAY, monthOf, shoppingWeight, visitWeight} from "./simulate-calendar.ts";
import {integer, normal} from "./simulate-draws.ts";
import {hasTicket, interestOf} from "./simulate-interest.ts";
import type {Membership} from "./simulate-membership.ts";
import type {Profile} from "./simulate-profile.ts";

/** What a customer does on a day; `second` counts from 00:00 UTC. */
export type Act = {
  readonly day: Day;
  readonly second: number;
  readonly type: "purchase" | "visit" | "email_sent" | "email_open" | "ticket";
  /** In currency, whole cents. */
  readonly amount?: number;
  readonly category?: string;
};

/** Share of the usual activity of the engaged, the cooling, the fading, and those without a membership. */
const VISITS = [1, 0.45, 0.1, 0.02];
const PURCHASES = [1, 0.5, 0.1, 0.02];
const OPENS = [1, 0.45, 0.1, 0];
const NO_MEMBER = 3;
const CATEGORIES = ["home", "fashion", "beauty", "toys", "food"];

/** Draws all that a customer does but paying for the membership, by day. */
export function behave(profile: Profile, membership: Membership, random: Random): Act[] {
  const acts: Act[] = [];
  const memberOn = memberDays(membership);
  const favourite = integer(random, CATEGORIES.length);
  const buysOn = profile.regular ? rhythm(profile, random) : chance(profile, random);
  for (let day = profile.joinDay; day <= LAST_DAY; day++) {
    const member = memberOn(day);
    const state = membership.states[monthOf(day)]!;
    const interest = member ? interestOf(state) : NO_MEMBER;
    if (random() < profile.visits * VISITS[interest]! * visitWeight(day))
      acts.push({day, second: evening(random), type: "visit"});
    if (buysOn(day, PURCHASES[interest]!)) acts.push(purchase(day, profile, favourite, random));
    if (!member) continue;
    if (isMailDay(day)) mail(day, profile.opens * OPENS[interest]!, random, acts);
    if (hasTicket(state) && random() < 1 / 18)
      acts.push({day, second: 28_800 + integer(random, 43_200), type: "ticket"});
  }
  return acts;
}

/** Tells whether a day is in a spell; asked in order of the days. */
function memberDays({spells}: Membership): (day: Day) => boolean {
  let next = 0;
  return day => {
    while (next < spells.length && spells[next]!.end <= day) next += 1;
    return next < spells.length && spells[next]!.start <= day;
  };
}

/** Whether a customer buys on a day, given the share of the usual activity; asked in order of the days. */
type Buying = (day: Day, activity: number) => boolean;

/** Buys at random: as likely on any day, but for the season and the promotion. */
function chance({purchases, priceSensitivity}: Profile, random: Random): Buying {
  return (day, activity) => {
    const drawn = inPromotion(day) ? 0.5 + priceSensitivity : 1;
    return random() < purchases * activity * shoppingWeight(day) * drawn;
  };
}

/** Buys in a rhythm of its own, which the season does not move: only the promotion and lost interest do. */
function rhythm({purchases}: Profile, random: Random): Buying {
  const gap = (): number => Math.max(0.6, 1 + 0.1 * normal(random));
  let due = random();
  return (day, activity) => {
    due -= purchases * activity * (inPromotion(day) ? 1.8 : 1);
    if (due > 0) return false;
    due += gap();
    return true;
  };
}

function purchase(day: Day, {basket, priceSensitivity}: Profile, favourite: number, random: Random): Act {
  const discount = inPromotion(day) ? 0.1 + 0.1 * priceSensitivity : 0;
  const amount = Math.max(
    2,
    Math.round(100 * (1 - discount) * Math.exp(basket + 0.5 * normal(random))) / 100,
  );
  const category = CATEGORIES[random() < 0.6 ? favourite : integer(random, CATEGORIES.length)]!;
  return {day, second: evening(random), type: "purchase", amount, category};
}

function mail(day: Day, opens: number, random: Random, acts: Act[]): void {
  const second = 25_200 + integer(random, 1800);
  acts.push({day, second, type: "email_sent"});
  if (random() < opens) acts.push({day, second: second + 120 + integer(random, 50_000), type: "email_open"});
}

/** Second of the day, the more likely the later. */
const evening = (random: Random): number => Math.floor(3600 * (6 + 17 * Math.max(random(), random())));
