import {type Random, randomOf} from "../random.ts";
import {dateOf} from "./calendar.ts";
import {byCodeUnit, type Day} from "./event-log.ts";
import {behave} from "./simulate-behaviour.ts";
import {
  CAMPAIGN_DAY,
  CUTOFFS,
  FIRST_DAY,
  HORIZON_MONTHS,
  LAST_DAY,
  MONTHS,
  monthOf,
} from "./simulate-calendar.ts";
import {answerOf, type Segment, segmentOf} from "./simulate-campaign.ts";
import {integer, shuffled} from "./simulate-draws.ts";
import type {Arm, Person, Standing} from "./simulate-interest.ts";
import {type Membership, walk} from "./simulate-membership.ts";
import {drawProfile, type Profile} from "./simulate-profile.ts";
import {churnByMonth} from "./simulate-truth.ts";

/** An event of the demo shop. */
export type SimulatedEvent = {
  readonly customer: string;
  /** ISO 8601 in UTC with seconds: `2025-03-04T12:34:56Z`. */
  readonly time: string;
  readonly type:
    | "join"
    | "renewal"
    | "cancel"
    | "purchase"
    | "visit"
    | "email_sent"
    | "email_open"
    | "ticket";
  /** In currency, whole cents; of joins, renewals and purchases. */
  readonly amount?: number;
  /** `channel` of a join, `category` of a purchase. */
  readonly attributes: Readonly<Record<string, string>>;
};

export type SimulatedContact = {
  readonly customer: string;
  readonly time: string;
  readonly arm: "treated" | "control";
};

/** True probabilities of a member at a cutoff, given the latent state before it: no model can know more. */
export type TrueProbability = {
  readonly customer: string;
  /** YYYY-MM-DD. */
  readonly cutoff: string;
  /** Of some churn day in the three months from the cutoff. */
  readonly within: number;
  /** Of the first churn day in the third of them. */
  readonly inThird: number;
};

export type TrueEffect = {
  readonly customer: string;
  readonly segment: Segment;
  /** Probability of leaving within three months if treated, less that if not: negative where treatment keeps. */
  readonly effect: number;
  /** Whether the customer leaves within three months in the life with the treatment, and in that without: same luck in both. */
  readonly leaves: {readonly treated: boolean; readonly untreated: boolean};
};

/** How often customers do things, as a multiple of what they would do; 1 where absent. 0 or more. */
export type Habits = {readonly visits?: number; readonly tickets?: number};

/** A simulated log, and beside it what nobody could know of a real one. */
export type Simulation = {
  /** By time, then customer, then type. */
  readonly events: readonly SimulatedEvent[];
  /** The members on the day of the campaign, by customer. */
  readonly campaigns: readonly SimulatedContact[];
  /** YYYY-MM-DD, the last fully observed day. */
  readonly lastDay: string;
  readonly truth: {
    /** By cutoff, then customer. */
    readonly probability: readonly TrueProbability[];
    /** By customer. */
    readonly effects: readonly TrueEffect[];
  };
};

/** Eleven million events, 2.5 GB while they are made; more would not fit into the usual memory. */
export const MOST_CUSTOMERS = 100_000;
const FEE = 9.9;
const STREAMS = 4;

/**
 * Simulates a web shop with a paid monthly membership from 2024-01-01 to 2026-07-14: joining, losing interest,
 * leaving and coming back as a Markov chain, behaviour that follows from it, a promotion, and a randomised
 * retention campaign.
 * @param customers number of customers, 1 … 100,000.
 * @param seed any integer; the same seed gives the same log. Each customer has random sources of its own.
 * @param only how many of them to simulate, those with the first ids, who are the same whatever it is; all when absent.
 * @param habits what to change: the same customers with the same luck, who visit or need support more or less often.
 */
export function simulateShop({
  customers = 6000,
  seed = 1,
  only = customers,
  habits = {},
}: {
  customers?: number;
  seed?: number;
  only?: number;
  habits?: Habits;
} = {}): Simulation {
  if (!Number.isInteger(customers) || customers < 1 || customers > MOST_CUSTOMERS)
    throw new RangeError(`simulateShop requires 1 to ${MOST_CUSTOMERS} customers, got ${customers}`);
  if (!Number.isInteger(seed)) throw new RangeError(`simulateShop requires an integer seed, got ${seed}`);
  const log = logOf();
  const campaigns: SimulatedContact[] = [];
  const probability: TrueProbability[] = [];
  const effects: TrueEffect[] = [];
  const persons = personsInOrderOfIds(customers, seed);
  for (let number = 0; number < Math.min(only, customers); number++) {
    const customer = `C${String(number + 1).padStart(6, "0")}`;
    const stream = STREAMS * persons[number]!;
    const profile = withHabits(drawProfile(randomOf(seed, stream + 1)), habits);
    const person: Person = {profile, answer: answerOf(profile)};
    const coin = randomOf(seed, stream + 2)();
    const arm = coin < 0.5 ? "treated" : "control";
    const live = (as: "treated" | "control") => {
      const life = randomOf(seed, stream + 2);
      life(); // The coin.
      return walk(person, as, life);
    };
    const membership = live(arm);
    record(customer, profile, membership, randomOf(seed, stream + 3), log);
    probability.push(...probabilities(customer, person, membership));
    if (membership.atCampaign) {
      campaigns.push({customer, time: `${dateOf(CAMPAIGN_DAY)}T09:00:00Z`, arm});
      const leaves = {
        treated: leavesAfterCampaign(live("treated")),
        untreated: leavesAfterCampaign(live("control")),
      };
      effects.push({customer, ...effectOf(person, membership.atCampaign), leaves});
    }
  }
  probability.sort((a, b) => byCodeUnit(a.cutoff, b.cutoff));
  return {events: log.sorted(), campaigns, lastDay: dateOf(LAST_DAY), truth: {probability, effects}};
}

/** Ids say nothing about their owners: person persons[i] gets id i + 1. */
const personsInOrderOfIds = (customers: number, seed: number): Int32Array =>
  shuffled(randomOf(seed, 0), customers);

const withHabits = (profile: Profile, {visits = 1, tickets = 1}: Habits): Profile => ({
  ...profile,
  visits: profile.visits * visits,
  tickets: profile.tickets * tickets,
});

const NONE: Readonly<Record<string, string>> = Object.freeze({});

/** Writes into the log what a customer did, the payments first. */
function record(customer: string, profile: Profile, membership: Membership, random: Random, log: Log): void {
  for (const {day, kind} of membership.events) {
    // Renewals are charged by a nightly job; people join and cancel by day.
    const second = kind === "renewal" ? 7200 + integer(random, 3600) : 25_200 + integer(random, 57_600);
    const attributes = kind === "join" ? {channel: profile.channel} : NONE;
    log.add(day, second, {customer, type: kind, attributes, ...(kind === "cancel" ? {} : {amount: FEE})});
  }
  for (const {day, second, type, amount, category} of behave(profile, membership, random)) {
    const attributes = category === undefined ? NONE : {category};
    const event = {customer, type, attributes};
    log.add(day, Math.min(86_399, second), amount === undefined ? event : {...event, amount});
  }
}

const CUTOFF_DATES = CUTOFFS.map(dateOf);

function probabilities(customer: string, person: Person, {atCutoffs}: Membership): TrueProbability[] {
  return atCutoffs.flatMap((standing, i) => {
    if (standing === undefined) return [];
    const byMonth = churnByMonth(person, standing, monthOf(CUTOFFS[i]!));
    return {customer, cutoff: CUTOFF_DATES[i]!, within: sum(byMonth), inThird: byMonth[2]!};
  });
}

function effectOf(person: Person, standing: Standing): Pick<TrueEffect, "segment" | "effect"> {
  const leaving = (arm: Arm): number => sum(churnByMonth(person, {...standing, arm}, monthOf(CAMPAIGN_DAY)));
  const untreated = leaving("control");
  const effect = leaving("treated") - untreated;
  return {segment: segmentOf(untreated, effect), effect};
}

const AFTER_CAMPAIGN = MONTHS[monthOf(CAMPAIGN_DAY) + HORIZON_MONTHS]!;

const leavesAfterCampaign = ({spells}: Membership): boolean =>
  spells.some(({end}) => end >= CAMPAIGN_DAY && end < AFTER_CAMPAIGN);

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);

type Log = {
  readonly add: (day: Day, second: number, event: Omit<SimulatedEvent, "time">) => void;
  /** The events added, by time, then in the order of adding. */
  readonly sorted: () => SimulatedEvent[];
};

function logOf(): Log {
  const events: SimulatedEvent[] = [];
  // Second and index in one number, so that a plain numeric sort is stable and quick.
  const keys: number[] = [];
  const dates = Array.from({length: LAST_DAY + 1 - FIRST_DAY}, (_, i) => dateOf(FIRST_DAY + i));
  const clock = clockOfDay();
  return {
    add: (day, second, {customer, type, amount, attributes}) => {
      keys.push(((day - FIRST_DAY) * 86_400 + second) * MOST_EVENTS + events.length);
      const time = dates[day - FIRST_DAY]! + clock[second]!;
      events.push(
        amount === undefined
          ? {customer, time, type, attributes}
          : {customer, time, type, amount, attributes},
      );
    },
    sorted: () => Array.from(Float64Array.from(keys).sort(), key => events[key % MOST_EVENTS]!),
  };
}

const MOST_EVENTS = 2 ** 26;

const two = (n: number): string => (n < 10 ? `0${n}` : `${n}`);

/** The seconds of a day as `T12:34:56Z`. */
const clockOfDay = (): string[] =>
  Array.from({length: 86_400}, (_, second) => {
    const minute = Math.floor(second / 60);
    return `T${two(Math.floor(minute / 60))}:${two(minute % 60)}:${two(second % 60)}Z`;
  });
