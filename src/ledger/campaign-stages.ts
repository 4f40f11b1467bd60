import {spanText} from "../data/calendar.ts";
import type {Day} from "../data/event-log.ts";
import {contactList} from "../evaluate/contact-list.ts";
import type {CustomerReasons} from "../explain/reasons.ts";
import {type ContactDays, contactDays} from "../uplift/campaign/contact-day.ts";
import {type CampaignEffect, effectOfWave} from "../uplift/campaign/effect.ts";
import {type FollowUp, followUps} from "../uplift/campaign/follow-up.ts";
import {type Message, planMessages} from "../uplift/campaign/messages.ts";
import {type CampaignSeries, campaignSeries, type MonitorOptions} from "../uplift/campaign/monitor.ts";
import {nextSteps, type SegmentStep} from "../uplift/campaign/next-steps.ts";
import {type Policy, policyOrder, policyScores, type ScoreTable} from "../uplift/campaign/other-scores.ts";
import {type ExperimentOutcomes, experimentOutcomes} from "../uplift/campaign/outcomes.ts";
import {type Roster, rosterOfDay, treatedContacts} from "../uplift/campaign/roster.ts";
import {bandsOf} from "../uplift/experiment/assign.ts";
import type {Bundle} from "./bundle.ts";
import {cutoffUntil} from "./cadence.ts";
import type {FeatureStages} from "./feature-stages.ts";
import type {RunInputs} from "./inputs.ts";
import type {ModelStages} from "./model-stages.ts";
import {
  type NextExperiment,
  planNextExperiment,
  QUIET_DAYS,
  TREATMENT,
  worthwhileEffect,
} from "./next-experiment.ts";
import {once} from "./once.ts";
import {type ScoreInputs, scoreBundle} from "./score.ts";
import {scoreReasonCodes} from "./score-reasons.ts";
import type {TargetStages} from "./target-stages.ts";
import type {UpliftStages} from "./uplift-stages.ts";

/** Whom the next campaign could reach: all active customers, the riskiest first, in one order. */
export type CampaignList = {
  /** The last day that the log reaches and the model may be asked on. */
  readonly asOf: Day;
  /** Index into the log's customers. */
  readonly customer: Int32Array;
  readonly customers: readonly string[];
  readonly probabilities: Float64Array;
  readonly reasons: readonly CustomerReasons[];
  /** How many of them, from the first, a campaign at capacity contacts. */
  readonly contacts: number;
};

/** The last day with contacts of both arms whose outcomes are known. */
export type PastWave = {
  readonly launch: Day;
  readonly roster: Roster;
  readonly outcomes: ExperimentOutcomes;
};

/**
 * The customers who are active on a day, the riskiest first, with their reasons.
 * @param capacity share of the customers that can be contacted, in (0, 1].
 * @throws the errors of `scoreBundle`.
 */
export async function campaignListOf(
  model: Bundle,
  inputs: ScoreInputs,
  asOf: Day,
  {capacity}: {readonly capacity: number},
): Promise<CampaignList> {
  const {log} = inputs;
  const scores = await scoreBundle(model, inputs, asOf);
  const codes = await scoreReasonCodes(model, inputs, asOf, scores);
  const {order, contacted} = contactList(scores.margins, scores.customer, capacity);
  return {
    ...{asOf, contacts: contacted},
    customer: Int32Array.from(order, i => scores.customer[i]!),
    customers: Array.from(order, i => log.customers[scores.customer[i]!]!),
    probabilities: Float64Array.from(order, i => scores.probabilities[i]!),
    reasons: Array.from(order, i => codes[i]!),
  };
}

/** What to say to the customers who are contacted, when, and in which order, one entry a customer. */
export type ContactPlan = {
  readonly customers: readonly string[];
  readonly messages: readonly Message[];
  readonly days: ContactDays;
  /** First and last day on which a contact may be made, and days between it and the next order. */
  readonly window: {readonly first: Day; readonly last: Day; readonly lead: number};
  readonly policy: Policy;
};

export type ContactPlanOptions = {
  /** Event types that a customer begins, see {@link contactDays}. */
  readonly presence: readonly string[];
  /** What customers are worth, by index into the log's customers; NaN is missing. */
  readonly value?: ArrayLike<number>;
  /** A table of the study with other scores: the column of what a customer is worth, and those of offers. */
  readonly table?: ScoreTable;
};

/** A campaign of the past, read as if it had been planned. */
export type Rehearsal = PastWave & {
  readonly series: CampaignSeries;
  readonly followUps: readonly FollowUp[];
  readonly effect: CampaignEffect;
  readonly worthwhile: number;
  /** By thirds of the risk before the contact. */
  readonly steps: readonly SegmentStep[];
};

/** The stages of a run that a campaign is planned and read with. */
export type CampaignStages = {
  readonly campaignList: () => Promise<CampaignList>;
  /** The next experiment, launched on the day after the log's last one. */
  readonly nextExperiment: () => Promise<NextExperiment>;
  /** For those whom the next experiment contacts, by risk × value. */
  readonly contactPlan: (options: ContactPlanOptions) => Promise<ContactPlan>;
  /** Undefined where the study has no such contacts, or people chose whom to contact. */
  readonly pastWave: () => PastWave | undefined;
  /** @param events types of the log for opened messages and clicks. */
  readonly rehearsal: (events?: MonitorOptions["events"]) => Promise<Rehearsal | undefined>;
};

/** Days from the launch in which the contacts are made. */
const CONTACT_DAYS = 28;
const LEAD_DAYS = 3;
const THIRDS = ["Highest third by risk", "Middle third", "Lowest third"] as const;

export function campaignStages(
  {study, log, campaigns, subscriptions}: RunInputs,
  {churnRule}: TargetStages,
  {beside}: FeatureStages,
  {bundle}: ModelStages,
  {contactRisk}: Pick<UpliftStages, "contactRisk">,
): CampaignStages {
  const {horizon, activity, economics} = study;
  const campaignList = once(async (): Promise<CampaignList> => {
    const model = await bundle();
    const asOf = Math.floor(cutoffUntil(model.cadence, log.lastDay + 1));
    return campaignListOf(model, {log, subscriptions, ...beside}, asOf, economics);
  });
  const made = campaigns && treatedContacts(log, campaigns);
  const launch = log.lastDay + 1;
  const nextExperiment = once(async () =>
    planNextExperiment(await campaignList(), {study, launch, contacts: made}),
  );
  const contactPlan = async ({presence, value, table}: ContactPlanOptions): Promise<ContactPlan> => {
    const [list, next] = [await campaignList(), await nextExperiment()];
    const places = next.places.filter((_, i) => next.assignment.arm[i] === TREATMENT);
    const of = <T>(values: ArrayLike<T>): T[] => Array.from(places, i => values[i]!);
    const [customers, base] = [of(list.customers), of(list.probabilities)];
    const window = {first: launch, last: launch + CONTACT_DAYS - 1, lead: LEAD_DAYS};
    const codes = of(list.customer);
    return {
      ...{customers, window},
      messages: planMessages(of(list.reasons), {
        features: study.features,
        ...(study.messages ? {templates: study.messages} : {}),
      }),
      days: contactDays(log, codes, Array.from(bandsOf(base, customers, THIRDS.length), String), {
        ...window,
        asOf: launch,
        order: activity,
        presence,
      }),
      policy: policyOrder({
        ...{customers, base, value: value && codes.map(c => value[c]!)},
        ...(table ? policyScores(beside.tables, table, {customers: codes, before: launch}) : {}),
      }),
    };
  };
  const pastWave = once((): PastWave | undefined => {
    // Of contacts that were chosen no lot says what would have been without them.
    if (!campaigns || study.campaigns?.assignment === "chosen") return undefined;
    for (const launch of [...new Set(campaigns.day)].sort((a, b) => b - a)) {
      const roster = rosterOfDay(log, campaigns, launch);
      if (!roster.contact.includes(1) || !roster.contact.includes(0)) continue;
      const outcomes = experimentOutcomes(log, roster.customers, {
        ...{churn: churnRule(), launch, horizon, activity},
      });
      if (outcomes.knownDays >= outcomes.windowDays) return {launch, roster, outcomes};
    }
    return undefined;
  });
  const rehearsal: CampaignStages["rehearsal"] = async (events = {}) => {
    const wave = pastWave();
    if (!wave) return undefined;
    const {launch, roster, outcomes} = wave;
    const worthwhile = worthwhileEffect(economics);
    const before = await contactRisk();
    const risk = new Map(
      Array.from(before?.day ?? [], (day, i) => ({day, i}))
        .filter(({day}) => day === launch)
        .map(({i}) => [before!.customer[i]!, before!.risk[i]!]),
    );
    // Who has no outcome has no risk either; the bands are of the others.
    const known = roster.customers.filter(id => risk.has(id));
    const band = bandsOf(
      Float64Array.from(known, id => risk.get(id)!),
      known,
      THIRDS.length,
    );
    const third = new Map(known.map((id, i) => [id, THIRDS.length - 1 - band[i]!]));
    const options = {launch, horizon, sent: made, outcomes};
    return {
      ...{...wave, worthwhile},
      series: campaignSeries(log, roster, {...options, events}),
      followUps: followUps(roster, {...options, quietDays: QUIET_DAYS}),
      effect: effectOfWave(roster, outcomes, {
        ...{name: `customers who churn within ${spanText(horizon)}`, worthwhile},
      }),
      steps: nextSteps(
        {
          ...{churned: outcomes.churned, treated: roster.contact, names: THIRDS},
          segment: roster.customers.map(id => third.get(id) ?? -1),
        },
        {worthwhile},
      ),
    };
  };
  return {campaignList, nextExperiment, contactPlan, pastWave, rehearsal};
}
