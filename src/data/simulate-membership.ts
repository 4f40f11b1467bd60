import type {Random} from "../random.ts";
import {addSpan} from "./calendar.ts";
import type {Day} from "./event-log.ts";
import {
  CAMPAIGN_DAY,
  CUTOFFS,
  FIRST_DAY,
  HORIZON_MONTHS,
  LAST_DAY,
  leavingSeason,
  MONTHS,
  monthOf,
} from "./simulate-calendar.ts";
import {effectOn, isTreatedMonth, type Segment} from "./simulate-campaign.ts";
import {integer} from "./simulate-draws.ts";
import type {Profile} from "./simulate-profile.ts";

/**
 * Interest of a member, one state a calendar month. With a ticket in the month or without it makes six states of
 * a Markov chain: index 2 * interest + ticket. The chain moves at the start of a month; on the day that the paid
 * month is over, the member leaves with the hazard of the state in force.
 */
export const ENGAGED = 0;
export const COOLING = 1;
export const FADING = 2;
const STATES = 6;

/** Whether the retention campaign acts on a customer. `open`: it does if the customer is a member on its day. */
export type Arm = "none" | "control" | "treated" | "open";

/** A member as the chain knows it. */
export type Standing = {
  /** Month, an index, that `state` is the state of. */
  readonly month: number;
  readonly state: number;
  /** Day of the last payment, and the day until which it pays. */
  readonly paidOn: Day;
  readonly paidUntil: Day;
  /** Month in which the membership started. */
  readonly since: number;
  readonly arm: Arm;
};

/** A payment of a month, or the end of the membership: a lapse leaves no event. */
export type MembershipEvent = {readonly day: Day; readonly kind: "join" | "renewal" | "cancel"};

export type Membership = {
  readonly events: readonly MembershipEvent[];
  /** Times as a member: [start, end), with the state of each month in `states`. */
  readonly spells: readonly {readonly start: Day; readonly end: Day}[];
  /** State by month; only months with a day in a spell mean something. */
  readonly states: Uint8Array;
  /** Standing before each of {@link CUTOFFS}; undefined where not a member. */
  readonly atCutoffs: readonly (Standing | undefined)[];
  /** Standing before the campaign; undefined for those who were no members. */
  readonly atCampaign: Standing | undefined;
};

/** Share of ends that a payment undoes within the grace period, after one of the reminders. */
const UNDONE = 0.05;
const REMINDERS: readonly number[] = [2, 6, 12];
const RETURN = 0.16;
const LAPSE = 0.3;

type Person = {readonly profile: Profile; readonly segment: Segment};

/** Probabilities of the six states of `month` given the state of the month before, written to `out`. */
function moveInto(
  month: number,
  from: number,
  {profile, segment}: Person,
  arm: Arm,
  out: Float64Array,
): void {
  const interest = from >> 1;
  const effect = effectOn(segment, arm === "treated" && isTreatedMonth(month));
  const push = leavingSeason(month) * ((from & 1) === 1 ? 2.4 : 1);
  const onset = 1 - Math.exp(-(profile.sudden ? 0.2 : 1) * 0.069 * profile.risk * push * effect.cooling);
  let engaged: number;
  let fading: number;
  if (interest === ENGAGED) {
    engaged = 1 - onset;
    fading = 0;
  } else if (interest === COOLING) {
    fading = Math.min(0.8, 0.42 * Math.sqrt(push));
    engaged = Math.min(1 - fading, 0.18 / Math.sqrt(push));
  } else {
    engaged = 0.06;
    fading = 0.84;
  }
  const cooling = 1 - engaged - fading;
  const ticket = profile.tickets;
  out[0] = engaged * (1 - ticket);
  out[1] = engaged * ticket;
  out[2] = cooling * (1 - 1.8 * ticket);
  out[3] = cooling * 1.8 * ticket;
  out[4] = fading * (1 - ticket);
  out[5] = fading * ticket;
}

/** Probability of leaving on a day of `month` on which the paid month is over. */
function hazard(state: number, month: number, since: number, {profile, segment}: Person, arm: Arm): number {
  const interest = state >> 1;
  const effect = effectOn(segment, arm === "treated" && isTreatedMonth(month));
  const tenure = month - since;
  const young = tenure <= 2 ? 1.5 : tenure <= 5 ? 1.15 : tenure > 17 ? 0.85 : 1;
  const base =
    interest === ENGAGED
      ? (profile.sudden ? 0.04 : 0.005) * profile.risk * young
      : interest === COOLING
        ? 0.07 * Math.sqrt(profile.risk) * young
        : 0.33 * profile.risk ** 0.25;
  const angry = (state & 1) === 1 ? 1.4 : 1;
  return Math.min(0.85, base * effect.leaving[interest]! * leavingSeason(month) * angry + effect.reminded);
}

const paidUntilOf = Int32Array.from({length: MONTHS.at(-1)! - FIRST_DAY}, (_, i) =>
  addSpan(FIRST_DAY + i, {months: 1}),
);
const nextPayment = (day: Day): Day => paidUntilOf[day - FIRST_DAY]!;

/** Whether who paid on `paidOn` until `paidUntil` is a member at the start of `day`. */
const isMember = (paidOn: Day, paidUntil: Day, day: Day): boolean => paidOn < day && paidUntil >= day;

/**
 * Walks a customer through the months of the log.
 * @param arm what the campaign gives this customer, if a member on its day.
 */
export function walk(person: Person, arm: "control" | "treated", random: Random): Membership {
  const {joinDay} = person.profile;
  const events: MembershipEvent[] = [{day: joinDay, kind: "join"}];
  const spells: {start: Day; end: Day}[] = [];
  const states = new Uint8Array(MONTHS.length);
  const atCutoffs: (Standing | undefined)[] = CUTOFFS.map(() => undefined);
  let atCampaign: Standing | undefined;
  let month = monthOf(joinDay);
  let since = month;
  let start = joinDay;
  let paidOn = joinDay;
  let acting: Arm = "none";
  const chances = new Float64Array(STATES);
  const advance = (to: number): void => {
    while (month < to) {
      moveInto(month + 1, states[month]!, person, acting, chances);
      month += 1;
      states[month] = draw(chances, random);
    }
  };
  for (;;) {
    const paidUntil = nextPayment(paidOn);
    const standing = (day: Day, known: Arm): Standing => {
      advance(monthOf(day) - 1);
      return {month, state: states[month]!, paidOn, paidUntil, since, arm: known};
    };
    CUTOFFS.forEach((cutoff, i) => {
      if (!isMember(paidOn, paidUntil, cutoff)) return;
      atCutoffs[i] = standing(cutoff, cutoff <= CAMPAIGN_DAY ? "open" : acting);
      if (cutoff === CAMPAIGN_DAY) {
        atCampaign = atCutoffs[i];
        acting = arm;
      }
    });
    if (paidUntil > LAST_DAY) break;
    advance(monthOf(paidUntil));
    if (random() >= hazard(states[month]!, month, since, person, acting)) {
      events.push({day: paidUntil, kind: "renewal"});
      paidOn = paidUntil;
      continue;
    }
    const lapse = random() < LAPSE;
    if (!lapse) events.push({day: paidUntil, kind: "cancel"});
    const undone = random() < UNDONE;
    const returns = random() < RETURN;
    const back =
      paidUntil + (undone ? REMINDERS[integer(random, REMINDERS.length)]! : 35 + integer(random, 150));
    if (!undone) spells.push({start, end: paidUntil});
    if (!(undone || returns) || back > LAST_DAY) {
      if (undone) spells.push({start, end: paidUntil});
      return {events, spells, states, atCutoffs, atCampaign};
    }
    events.push({day: back, kind: undone && lapse ? "renewal" : "join"});
    paidOn = back;
    if (!undone) {
      start = back;
      month = monthOf(back);
      since = month;
      states[month] = 2 * ENGAGED;
    }
  }
  advance(monthOf(LAST_DAY));
  spells.push({start, end: LAST_DAY + 1});
  return {events, spells, states, atCutoffs, atCampaign};
}

function draw(chances: Float64Array, random: Random): number {
  let rest = random();
  for (let state = 0; state < STATES - 1; state++) {
    rest -= chances[state]!;
    if (rest < 0) return state;
  }
  return STATES - 1;
}

/**
 * Exact probabilities that the first churn day falls into each of the {@link HORIZON_MONTHS} months from `from`,
 * given the standing before it: the chain is followed over every way that payments, undone ends and the arm of
 * the campaign can go.
 */
export function churnByMonth(person: Person, {state, ...standing}: Standing, from: number): Float64Array {
  const out = new Float64Array(HORIZON_MONTHS);
  const weights = new Float64Array(STATES);
  weights[state] = 1;
  follow(person, standing, weights, from, out);
  return out;
}

function follow(
  person: Person,
  {month, paidOn, paidUntil, since, arm}: Omit<Standing, "state">,
  start: Float64Array,
  from: number,
  out: Float64Array,
): void {
  const end = MONTHS[from + HORIZON_MONTHS];
  if (end === undefined || paidUntil >= end) return;
  if (arm === "open" && isMember(paidOn, paidUntil, CAMPAIGN_DAY)) {
    const half = start.map(weight => weight / 2);
    for (const known of ["control", "treated"] as const)
      follow(person, {month, paidOn, paidUntil, since, arm: known}, half, from, out);
    return;
  }
  const due = monthOf(paidUntil);
  let weights = start;
  for (let m = month + 1; m <= due; m++) weights = moved(weights, m, person, arm);
  const undone = new Float64Array(STATES);
  const stay = new Float64Array(STATES);
  for (let state = 0; state < STATES; state++) {
    const leaving = weights[state]! * hazard(state, due, since, person, arm);
    out[due - from]! += leaving * (1 - UNDONE);
    undone[state] = (leaving * UNDONE) / REMINDERS.length;
    stay[state] = weights[state]! - leaving;
  }
  const pay = (day: Day, kept: Float64Array): void =>
    follow(person, {month: due, paidOn: day, paidUntil: nextPayment(day), since, arm}, kept, from, out);
  pay(paidUntil, stay);
  for (const wait of REMINDERS) pay(paidUntil + wait, undone);
}

function moved(weights: Float64Array, month: number, person: Person, arm: Arm): Float64Array {
  const next = new Float64Array(STATES);
  const chances = new Float64Array(STATES);
  for (let state = 0; state < STATES; state++) {
    const weight = weights[state]!;
    if (weight === 0) continue;
    moveInto(month, state, person, arm, chances);
    for (let to = 0; to < STATES; to++) next[to]! += weight * chances[to]!;
  }
  return next;
}
