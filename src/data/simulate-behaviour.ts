import type {Random} from "../random.ts";
import type {Day} from "./event-log.ts";
import {LAST_DAY, monthOf, PROMOTION, shoppingWeight, visitWeight} from "./simulate-calendar.ts";
import {integer, normal} from "./simulate-draws.ts";
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

/** Share of the usual activity by interest: engaged, cooling, fading; last without a membership. */
const VISITS = [1, 0.45, 0.1, 0.02];
const PURCHASES = [1, 0.5, 0.1, 0.02];
const OPENS = [1, 0.45, 0.1, 0];
const NO_MEMBER = 3;
const CATEGORIES = ["home", "fashion", "beauty", "toys", "food"];

/** Draws all that a customer does but paying for the membership, day by day. */
export function behave(profile: Profile, {spells, states}: Membership, random: Random): Act[] {
  const acts: Act[] = [];
  const favourite = integer(random, CATEGORIES.length);
  let spell = 0;
  let progress = random();
  let due = gap(profile, random);
  for (let day = profile.joinDay; day <= LAST_DAY; day++) {
    while (spell < spells.length - 1 && day >= spells[spell]!.end && day >= spells[spell + 1]!.start)
      spell += 1;
    const {start, end} = spells[spell]!;
    const member = day >= start && day < end;
    const state = states[monthOf(day)]!;
    const interest = member ? state >> 1 : NO_MEMBER;
    const eager = 1 + (profile.priceSensitivity - 0.5) * promoted(day);
    const appetite = PURCHASES[interest]! * shoppingWeight(day) * eager;
    let buys: boolean;
    if (profile.regular) {
      // Regular customers keep their rhythm whatever the season; only interest and the promotion move it.
      progress += PURCHASES[interest]! * (1 + promoted(day) * 0.8) * profile.purchases;
      buys = progress >= due;
      if (buys) {
        progress -= due;
        due = gap(profile, random);
      }
    } else buys = random() < profile.purchases * appetite;
    const visit = random() < profile.visits * VISITS[interest]! * visitWeight(day);
    if (visit) acts.push({day, second: daytime(random), type: "visit"});
    if (buys) acts.push(purchase(day, profile, favourite, random));
    if (member && isMailDay(day)) mail(day, profile.opens * OPENS[interest]!, random, acts);
    if (member && (state & 1) === 1 && isTicketDay(day, random))
      acts.push({day, second: 28_800 + integer(random, 43_200), type: "ticket"});
  }
  return acts;
}

/** Until the next purchase of a regular customer, in units of the usual gap. */
const gap = (_profile: Profile, random: Random): number => Math.max(0.6, 1 + 0.1 * normal(random));

const promoted = (day: Day): number => (day >= PROMOTION.start && day < PROMOTION.end ? 1 : 0);

/** Newsletters go out every fourth Thursday, and every Thursday of the promotion. */
const isMailDay = (day: Day): boolean => day % 28 === 0 || (promoted(day) === 1 && day % 7 === 0);

const isTicketDay = (_day: Day, random: Random): boolean => random() < 1 / 18;

function purchase(day: Day, {basket, priceSensitivity}: Profile, favourite: number, random: Random): Act {
  const discount = promoted(day) * (0.1 + 0.1 * priceSensitivity);
  const amount = Math.max(
    2,
    Math.round(100 * (1 - discount) * Math.exp(basket + 0.5 * normal(random))) / 100,
  );
  const category = CATEGORIES[random() < 0.6 ? favourite : integer(random, CATEGORIES.length)]!;
  return {day, second: daytime(random), type: "purchase", amount, category};
}

function mail(day: Day, opens: number, random: Random, acts: Act[]): void {
  const second = 25_200 + integer(random, 1800);
  acts.push({day, second, type: "email_sent"});
  if (random() < opens) acts.push({day, second: second + 120 + integer(random, 50_000), type: "email_open"});
}

/** Second of the day: mostly the evening. */
function daytime(random: Random): number {
  const hour = 6 + 17 * Math.max(random(), random());
  return Math.floor(hour * 3600);
}
