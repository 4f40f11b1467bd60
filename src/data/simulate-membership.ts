import type {Random} from "../random.ts";
import {addSpan} from "./calendar.ts";
import type {Day} from "./event-log.ts";
import {CAMPAIGN_DAY, CUTOFFS, FIRST_DAY, LAST_DAY, MONTHS, monthOf} from "./simulate-calendar.ts";
import {integer, pickState} from "./simulate-draws.ts";
import {
  type Arm,
  ENGAGED,
  hazard,
  moveInto,
  type Person,
  REMINDERS,
  STATES,
  type Standing,
  UNDONE,
} from "./simulate-interest.ts";

/** A payment for a month, or a cancellation. A membership may also end without an event, by no renewal. */
export type MembershipEvent = {readonly day: Day; readonly kind: "join" | "renewal" | "cancel"};

/** A time as a member, [start, end); one that goes on ends after the last day. */
export type Spell = {readonly start: Day; readonly end: Day};

/** A customer's life as a member. */
export type Membership = {
  /** By day. */
  readonly events: readonly MembershipEvent[];
  /** By day, at least one; an undone end does not part a spell. */
  readonly spells: readonly Spell[];
  /** State of each month; only months with a day in a spell mean something. */
  readonly states: Uint8Array;
  /** Standing before each of the cutoffs; undefined where not a member. */
  readonly atCutoffs: readonly (Standing | undefined)[];
  /** Standing before the campaign; undefined for those who were no members. */
  readonly atCampaign: Standing | undefined;
};

/** Share of ends that are a lapse, without a cancellation. */
const LAPSE = 0.3;
/** Share of those who leave and join again later, well after the grace period. */
const RETURN = 0.16;

const paidUntilBy = Int32Array.from({length: LAST_DAY + 1 - FIRST_DAY}, (_, i) =>
  addSpan(FIRST_DAY + i, {months: 1}),
);

/** Day until which a payment on `day` pays: the next payment is due on it. */
export const paidUntilOf = (day: Day): Day => paidUntilBy[day - FIRST_DAY]!;

/** Whether who paid on `paidOn` is a member at the start of `day`. */
export const isMember = (paidOn: Day, day: Day): boolean => paidOn < day && paidUntilOf(paidOn) >= day;

/**
 * Walks a customer through the months of the log.
 * @param arm what the campaign gives this customer, if a member on its day.
 */
export function walk(person: Person, arm: "control" | "treated", random: Random): Membership {
  const chain = chainOf(person, random);
  const atCutoffs: (Standing | undefined)[] = CUTOFFS.map(() => undefined);
  const events: MembershipEvent[] = [{day: person.profile.joinDay, kind: "join"}];
  const spells: Spell[] = [];
  let start = person.profile.joinDay;
  let acting: Arm = "none";
  for (let paidOn = start; ; ) {
    for (let i = 0; i < CUTOFFS.length; i++) {
      const cutoff = CUTOFFS[i]!;
      if (!isMember(paidOn, cutoff)) continue;
      const known = cutoff <= CAMPAIGN_DAY ? "open" : acting;
      atCutoffs[i] = {
        ...chain.at(monthOf(cutoff) - 1, acting),
        paidOn,
        paidUntil: paidUntilOf(paidOn),
        arm: known,
      };
    }
    if (isMember(paidOn, CAMPAIGN_DAY)) acting = arm;
    const due = paidUntilOf(paidOn);
    const {month, state, since} = chain.at(monthOf(Math.min(due, LAST_DAY)), acting);
    if (due > LAST_DAY) {
      spells.push({start, end: LAST_DAY + 1});
      break;
    }
    if (random() >= hazard(state, month, since, person, acting)) {
      events.push({day: due, kind: "renewal"});
      paidOn = due;
      continue;
    }
    const {events: parting, back, undone} = part(due, random);
    events.push(...parting.filter(({day}) => day <= LAST_DAY));
    if (!undone || back > LAST_DAY) spells.push({start, end: due});
    if (back > LAST_DAY) break;
    if (!undone) {
      chain.restart(monthOf(back));
      start = back;
    }
    paidOn = back;
  }
  return {
    events,
    spells,
    states: chain.states,
    atCutoffs,
    atCampaign: atCutoffs[CUTOFFS.indexOf(CAMPAIGN_DAY)],
  };
}

/** An end on `due`, and the payment by which the customer comes back; `back` is Infinity for who never does. */
function part(due: Day, random: Random): {events: MembershipEvent[]; back: Day; undone: boolean} {
  const lapse = random() < LAPSE;
  const undone = random() < UNDONE;
  const events: MembershipEvent[] = lapse ? [] : [{day: due, kind: "cancel"}];
  if (!undone && random() >= RETURN) return {events, back: Number.POSITIVE_INFINITY, undone};
  const back = due + (undone ? REMINDERS[integer(random, REMINDERS.length)]! : 35 + integer(random, 150));
  events.push({day: back, kind: lapse && undone ? "renewal" : "join"});
  return {events, back, undone};
}

type Chain = {
  readonly states: Uint8Array;
  /** Moves on to a month, with the campaign acting as `arm`. */
  readonly at: (month: number, arm: Arm) => {month: number; state: number; since: number};
  /** Begins again as a new, engaged member. */
  readonly restart: (month: number) => void;
};

function chainOf(person: Person, random: Random): Chain {
  const states = new Uint8Array(MONTHS.length);
  const chances = new Float64Array(STATES);
  let since = monthOf(person.profile.joinDay);
  let now = since;
  return {
    states,
    at: (month, arm) => {
      while (now < month) {
        moveInto(now + 1, states[now]!, person, arm, chances);
        now += 1;
        states[now] = pickState(random, chances);
      }
      return {month, state: states[month]!, since};
    },
    restart: month => {
      since = month;
      now = month;
      states[month] = 2 * ENGAGED;
    },
  };
}
