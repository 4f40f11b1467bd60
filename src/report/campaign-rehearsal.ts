import {dateOf, spanText} from "../data/calendar.ts";
import type {SnapshotManifest} from "../data/snapshot.ts";
import {briefPercent, counted, decimal} from "../figures.ts";
import type {ContactPlan, Rehearsal} from "../ledger/campaign-stages.ts";
import type {NextExperiment} from "../ledger/next-experiment.ts";
import type {Study} from "../study.ts";
import {briefOf, type CampaignParts, campaignPage} from "./campaign.ts";
import {effectLead} from "./campaign-effect.ts";
import {contactDayItems, messageItems, policyItems} from "./campaign-list.ts";
import type {CampaignPage} from "./campaign-page.ts";
import {followUpItems, nextStepItems, seriesItems} from "./campaign-parts.ts";
import {type Table, type Text, text, textColumn} from "./words.ts";

/** What target groups of other sizes would show, against what a contact has to change to pay. */
export function experimentOptionsTable({options, worthwhile, plan}: NextExperiment): Table {
  return {
    kind: "table",
    caption:
      `Target groups of the customers at highest risk, half of each contacted: a contact pays from ${decimal(100 * worthwhile, 1)} ` +
      `percentage points fewer churners on; power ${briefPercent(plan.power)}, alpha ${decimal(plan.alpha)}, ${plan.formula}`,
    columns: [
      {name: "target", title: "Target group", format: "percent", digits: 0},
      {name: "treated", title: "Contacted", format: "integer"},
      {name: "control", title: "Left alone", format: "integer"},
      {name: "rate", title: "Expected to churn", format: "percent", digits: 1},
      {name: "detectable", title: "Smallest effect shown", format: "percent", digits: 1},
      {name: "needed", title: "Needed in each", format: "integer"},
      textColumn("chosen", "Planned"),
    ],
    rows: options.map(({target, plan: {arms, metric}}) => {
      const {treated, control, detectable, needed} = arms[0]!;
      const chosen = target === plan.sharing.target ? "yes" : "";
      return [target, treated, control, metric.control, detectable, needed.control, chosen];
    }),
  };
}

/** What the contacts of the past changed, as far as it is a rehearsal. */
export const rehearsalText = ({effect, launch}: Rehearsal): Text =>
  text(`Contacts of ${dateOf(launch)}. ${effectLead(effect)}`);

/** The parts of a page that say what to say to whom, when, and in which order. @param source what values are from. */
export function contactParts(
  {customers, messages, days, window, policy}: ContactPlan,
  {contacts, source}: {readonly contacts: number; readonly source?: string},
): Required<Pick<CampaignParts, "messages" | "days" | "scores">> {
  const all = customers.length;
  return {
    messages: messageItems(messages, all),
    days: contactDayItems(days, {...window, contacts: all}),
    scores:
      source === undefined
        ? []
        : policyItems(policy, {by: "risk × value", base: "risk", source, contacts: Math.min(contacts, all)}),
  };
}

/** The page of a campaign of the past, read as a rehearsal, with what is said to whom next. */
export function rehearsalPage(
  {launch, roster, series, followUps, effect, worthwhile, steps}: Rehearsal,
  parts: Pick<CampaignParts, "messages" | "days" | "scores">,
  {study, snapshot}: {readonly study: Study; readonly snapshot: Pick<SnapshotManifest, "digest" | "lastDay">},
): CampaignPage {
  return campaignPage(
    {
      title: `The contact of ${dateOf(launch)}, read as a rehearsal`,
      hypothesis: "A contact keeps customers.",
      metric: `${effect.metric.name}, of which fewer are better.`,
      groups: series.groups,
      ...{launch: dateOf(launch), horizon: spanText(study.horizon), digest: null},
      stoppingRule: "Once, long after the last outcome was known: no plan had said when.",
    },
    {
      ...parts,
      series: seriesItems(series),
      followUp: followUpItems(followUps, roster.customers.length),
      next: nextStepItems(steps, {
        ...{worthwhile, alpha: 0.05, power: 0.8, by: "risk before the contact"},
      }),
    },
    {
      ...{effect, asOf: snapshot.lastDay, byline: [study.name, counted(roster.customers.length, "customer")]},
      sources: {Snapshot: snapshot.digest},
    },
  );
}

/** The page of the next experiment, before its launch. */
export const nextPage = (
  {plan}: NextExperiment,
  parts: Pick<CampaignParts, "messages" | "days" | "scores">,
  {study, snapshot}: {readonly study: Study; readonly snapshot: Pick<SnapshotManifest, "digest" | "lastDay">},
): CampaignPage =>
  campaignPage(briefOf(plan), parts, {
    ...{lead: `Nobody has been contacted yet: the launch is on ${plan.launch}.`, asOf: snapshot.lastDay},
    ...{byline: [study.name], sources: {Plan: plan.digest, Snapshot: snapshot.digest}},
  });
