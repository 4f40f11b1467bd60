import {randomOf} from "../random.ts";
import {dateOf} from "./calendar.ts";
import {byCodeUnit} from "./event-log.ts";
import {behave} from "./simulate-behaviour.ts";
import {CAMPAIGN_DAY, CUTOFFS, LAST_DAY, MONTHS, monthOf} from "./simulate-calendar.ts";
import {segmentOf} from "./simulate-campaign.ts";
import {integer, shuffled} from "./simulate-draws.ts";
import {type Arm, churnByMonth, type Membership, type Standing, walk} from "./simulate-membership.ts";
import {drawProfile} from "./simulate-profile.ts";

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
  readonly segment: "persuadable" | "sure thing" | "lost cause" | "sleeping dog";
  /** Probability of leaving within three months if treated, less that if not: negative where treatment keeps. */
  readonly effect: number;
};

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

const FEE = 9.9;
const STREAMS = 4;
/** Who would leave more likely than not, treated or not, is a lost cause. */
const LOST = 0.5;

/**
 * Simulates a web shop with a paid monthly membership from 2024-01-01 to 2026-07-14: joining, losing interest,
 * leaving and coming back as a Markov chain, behaviour that follows from it, a promotion, and a randomised
 * retention campaign.
 * @param customers number of customers, 1 … 999,999.
 * @param seed any integer; the same seed gives the same log. Each customer has random sources of its own.
 */
export function simulateShop({
  customers = 6000,
  seed = 1,
}: {
  customers?: number;
  seed?: number;
} = {}): Simulation {
  if (!Number.isInteger(customers) || customers < 1 || customers > 999_999)
    throw new RangeError(`simulateShop requires 1 to 999999 customers, got ${customers}`);
  if (!Number.isInteger(seed)) throw new RangeError(`simulateShop requires an integer seed, got ${seed}`);
  const entries: Entry[] = [];
  const campaigns: SimulatedContact[] = [];
  const probability: TrueProbability[] = [];
  const effects: TrueEffect[] = [];
  const numbers = shuffled(randomOf(seed, 0), customers);
  const byNumber = new Int32Array(customers);
  numbers.forEach((number, i) => {
    byNumber[number] = i;
  });
  for (let number = 0; number < customers; number++) {
    const customer = `C${String(number + 1).padStart(6, "0")}`;
    const stream = STREAMS * byNumber[number]!;
    const profile = drawProfile(randomOf(seed, stream + 1));
    const person = {profile, segment: segmentOf(profile)};
    const life = randomOf(seed, stream + 2);
    const arm = life() < 0.5 ? "treated" : "control";
    const membership = walk(person, arm, life);
    const behaviour = randomOf(seed, stream + 3);
    for (const {day, kind} of membership.events)
      entries.push({
        at:
          day * 86_400 +
          (kind === "renewal" ? 7200 + integer(behaviour, 3600) : 25_200 + integer(behaviour, 57_600)),
        customer,
        type: kind,
        ...(kind === "cancel" ? {} : {amount: FEE}),
        attributes: kind === "join" ? {channel: profile.channel} : NONE,
      });
    for (const {day, second, type, amount, category} of behave(profile, membership, behaviour))
      entries.push({
        at: day * 86_400 + Math.min(86_399, second),
        customer,
        type,
        ...(amount === undefined ? {} : {amount}),
        attributes: category === undefined ? NONE : {category},
      });
    probability.push(...probabilities(customer, person, membership));
    if (membership.atCampaign) {
      campaigns.push({customer, time: `${dateOf(CAMPAIGN_DAY)}T09:00:00Z`, arm});
      effects.push(effectOf(customer, person, membership.atCampaign));
    }
  }
  entries.sort((a, b) => a.at - b.at || byCodeUnit(a.customer, b.customer) || byCodeUnit(a.type, b.type));
  probability.sort((a, b) => byCodeUnit(a.cutoff, b.cutoff));
  const clock = clockOf();
  const events = entries.map(({at, ...event}): SimulatedEvent => ({...event, time: clock(at)}));
  return {events, campaigns, lastDay: dateOf(LAST_DAY), truth: {probability, effects}};
}

type Entry = Omit<SimulatedEvent, "time"> & {readonly at: number};
type Person = Parameters<typeof walk>[0];

const NONE: Readonly<Record<string, string>> = Object.freeze({});

function probabilities(customer: string, person: Person, {atCutoffs}: Membership): TrueProbability[] {
  return atCutoffs.flatMap((standing, i) => {
    if (standing === undefined) return [];
    const byMonth = churnByMonth(person, standing, monthOf(CUTOFFS[i]!));
    return {customer, cutoff: dateOf(CUTOFFS[i]!), within: sum(byMonth), inThird: byMonth[2]!};
  });
}

function effectOf(customer: string, person: Person, standing: Standing): TrueEffect {
  const leaving = (arm: Arm): number => sum(churnByMonth(person, {...standing, arm}, monthOf(CAMPAIGN_DAY)));
  const untreated = leaving("control");
  const effect = leaving("treated") - untreated;
  const segment =
    person.segment !== "unmoved" ? person.segment : untreated > LOST ? "lost cause" : "sure thing";
  return {customer, segment, effect};
}

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);

/** Writes seconds since 1970 as text; the dates are written once each. */
function clockOf(): (at: number) => string {
  const dates = new Map<number, string>();
  const two = (n: number): string => (n < 10 ? `0${n}` : `${n}`);
  return at => {
    const day = Math.floor(at / 86_400);
    let date = dates.get(day);
    if (date === undefined) dates.set(day, (date = dateOf(day)));
    const second = at - day * 86_400;
    return `${date}T${two(Math.floor(second / 3600))}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}Z`;
  };
}

// The months of the log must cover every outcome.
if (MONTHS.length <= monthOf(LAST_DAY))
  throw new RangeError("simulateShop requires months up to its last day");
