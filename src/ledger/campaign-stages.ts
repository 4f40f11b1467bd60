import type {Day} from "../data/event-log.ts";
import {contactList} from "../evaluate/contact-list.ts";
import type {CustomerReasons} from "../explain/reasons.ts";
import {type ExperimentOutcomes, experimentOutcomes} from "../uplift/campaign/outcomes.ts";
import {type Roster, rosterOfDay} from "../uplift/campaign/roster.ts";
import type {Bundle} from "./bundle.ts";
import {cutoffUntil} from "./cadence.ts";
import type {FeatureStages} from "./feature-stages.ts";
import type {RunInputs} from "./inputs.ts";
import type {ModelStages} from "./model-stages.ts";
import {once} from "./once.ts";
import {type ScoreInputs, scoreBundle} from "./score.ts";
import {scoreReasonCodes} from "./score-reasons.ts";
import type {TargetStages} from "./target-stages.ts";

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

/** The stages of a run that a campaign is planned and read with. */
export type CampaignStages = {
  readonly campaignList: () => Promise<CampaignList>;
  /** Undefined where the study has no such contacts. */
  readonly pastWave: () => PastWave | undefined;
};

export function campaignStages(
  {study, log, campaigns, subscriptions}: RunInputs,
  {churnRule}: TargetStages,
  {beside}: FeatureStages,
  {bundle}: ModelStages,
): CampaignStages {
  const campaignList = once(async (): Promise<CampaignList> => {
    const model = await bundle();
    const asOf = Math.floor(cutoffUntil(model.cadence, log.lastDay + 1));
    return campaignListOf(model, {log, subscriptions, ...beside}, asOf, study.economics);
  });
  const pastWave = once((): PastWave | undefined => {
    if (!campaigns) return undefined;
    const {horizon, activity} = study;
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
  return {campaignList, pastWave};
}
