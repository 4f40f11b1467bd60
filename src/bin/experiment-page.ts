import {existsSync, readFileSync} from "node:fs";
import {join, resolve} from "node:path";
import {dayOf} from "../data/calendar.ts";
import {DataError} from "../data-error.ts";
import {cutoffUntil} from "../ledger/cadence.ts";
import {campaignListOf} from "../ledger/campaign-stages.ts";
import {contactSheet} from "../ledger/contact-sheet.ts";
import type {Run} from "../ledger/run.ts";
import type {CampaignParts} from "../report/campaign.ts";
import {contactDayItems, messageItems, policyItems} from "../report/campaign-list.ts";
import {followUpItems, seriesItems} from "../report/campaign-parts.ts";
import {contactDays} from "../uplift/campaign/contact-day.ts";
import {followUps} from "../uplift/campaign/follow-up.ts";
import {planMessages} from "../uplift/campaign/messages.ts";
import {campaignSeries} from "../uplift/campaign/monitor.ts";
import {policyOrder, policyScores, type ScoreTable} from "../uplift/campaign/other-scores.ts";
import {type ExperimentOutcomes, experimentOutcomes} from "../uplift/campaign/outcomes.ts";
import {contactsOfType, type Roster, rosterOf, treatedContacts} from "../uplift/campaign/roster.ts";
import type {RegisteredPlan} from "../uplift/experiment/plan.ts";
import type {AssignedCustomers} from "../uplift/experiment/read-rows.ts";
import {shown} from "./files.ts";
import {type LoadedStudy, loadStudy} from "./load-study.ts";
import {openContext, snapshotStudy} from "./open-run.ts";
import {readModel} from "./read-model.ts";
import type {Terminal} from "./terminal.ts";

/** What a page takes from a study. */
export type StudyPageOptions = {
  readonly study?: string;
  readonly sent?: string;
  readonly opened?: string;
  readonly clicked?: string;
  /** Event types that show when a customer is there, with commas between. */
  readonly presence?: string;
  readonly model?: string;
  /** JSON of texts by feature, in place of those of the study. */
  readonly messages?: string;
  /** Table of the study with other scores, its column of values and its columns of offers, with commas between. */
  readonly scores?: string;
  readonly value?: string;
  readonly offers?: string;
};

/** A study with its events, for an experiment. */
export type StudyEvents = {readonly loaded: LoadedStudy; readonly run: Run};

/** Opens the study that an experiment was made in. */
export async function openStudyEvents(path: string, terminal: Terminal): Promise<StudyEvents> {
  const loaded = await loadStudy(path);
  const today = new Date().toISOString().slice(0, 10);
  const run = await openContext(await snapshotStudy(loaded, {terminal, today}));
  return {loaded, run};
}

/** What became of the customers of an experiment, by the study's events. */
export const outcomesFrom = (
  {run}: StudyEvents,
  {launch, horizonDays}: RegisteredPlan,
  {customer}: Pick<AssignedCustomers, "customer">,
): ExperimentOutcomes =>
  experimentOutcomes(run.log, customer, {
    ...{churn: run.churnRule(), launch: dayOf(launch), horizon: {days: horizonDays}},
    activity: run.study.activity,
  });

/** The parts of a page that a study's events tell, and the list of contacts where there is a model. */
export async function studyParts(
  events: StudyEvents,
  {plan, assignment}: {readonly plan: RegisteredPlan; readonly assignment: AssignedCustomers},
  options: StudyPageOptions,
): Promise<{readonly parts: CampaignParts; readonly sheet?: string}> {
  const {log, campaigns} = events.run;
  const roster = rosterOf(assignment.customer, assignment);
  const outcomes = outcomesFrom(events, plan, assignment);
  const launch = dayOf(plan.launch);
  const horizon = {days: plan.horizonDays};
  for (const [flag, type] of Object.entries({
    sent: options.sent,
    opened: options.opened,
    clicked: options.clicked,
  }))
    if (type !== undefined && !log.types.includes(type))
      throw new DataError(
        `--${flag} requires an event type of the log, got ${JSON.stringify(type)}; the log has ${log.types.join(", ")}`,
      );
  const sent =
    options.sent !== undefined
      ? contactsOfType(log, options.sent)
      : campaigns
        ? treatedContacts(log, campaigns)
        : undefined;
  const {opened, clicked} = options;
  const series = campaignSeries(log, roster, {launch, horizon, sent, outcomes, events: {opened, clicked}});
  const {quietDays} = plan.population;
  const follow = followUps(roster, {launch, horizon, quietDays, sent, outcomes});
  const parts = {series: seriesItems(series), followUp: followUpItems(follow, roster.customers.length)};
  const list = await listParts(events, {launch, horizonDays: plan.horizonDays, roster, options});
  return list ? {parts: {...parts, ...list.parts}, sheet: list.sheet} : {parts};
}

/** Days from the launch in which the contacts are made, at most. */
const CONTACT_DAYS = 28;

async function listParts(
  {loaded: {study, folder}, run}: StudyEvents,
  {
    launch,
    horizonDays,
    roster,
    options,
  }: {
    readonly launch: number;
    readonly horizonDays: number;
    readonly roster: Roster;
    readonly options: StudyPageOptions;
  },
): Promise<{readonly parts: CampaignParts; readonly sheet: string} | undefined> {
  const file = resolve(options.model ?? join(folder, "reports", study.name, "model.json"));
  if (options.model === undefined && !existsSync(file)) return undefined;
  const {bundle} = readModel(file, "name it with --model");
  const {log, campaigns, tables, subscriptions} = run;
  const asOf = Math.floor(cutoffUntil(bundle.cadence, Math.min(launch, log.lastDay + 1)));
  const all = await campaignListOf(bundle, {log, campaigns, tables, subscriptions}, asOf, study.economics);
  const contacted = new Set(roster.customers.filter((_, i) => roster.contact[i] === 1));
  const kept = Array.from(all.customers.keys()).filter(i => contacted.has(all.customers[i]!));
  const customers = kept.map(i => all.customers[i]!);
  const messages = planMessages(
    kept.map(i => all.reasons[i]!),
    {features: study.features, templates: {...study.messages, ...readTemplates(options.messages)}},
  );
  const [first, last, lead] = [launch, launch + Math.min(CONTACT_DAYS, horizonDays) - 1, 3];
  const presence = namesOf(options.presence);
  const days = contactDays(
    log,
    kept.map(i => all.customer[i]!),
    kept.map(() => "all"),
    {...{asOf: launch, first, last, lead}, order: study.activity, presence},
  );
  const base = kept.map(i => all.probabilities[i]!);
  const contacts = customers.length;
  const policy = policyOrder({
    ...{customers, base},
    ...(options.scores === undefined
      ? {}
      : policyScores(tables, scoreTable(options.scores, options), {
          ...{customers: kept.map(i => all.customer[i]!), before: launch},
        })),
  });
  return {
    parts: {
      messages: messageItems(messages, contacts),
      ...(contacts === 0 ? {} : {days: contactDayItems(days, {first, last, lead, contacts})}),
      ...(options.scores === undefined
        ? {}
        : {
            scores: policyItems(policy, {
              by: options.value === undefined ? "risk" : "risk × value",
              ...{base: "risk", source: `the table ${options.scores}`},
              contacts: Math.min(contacts, all.contacts),
            }),
          }),
    },
    sheet: contactSheet(customers, {days, messages, policy, contacts}),
  };
}

const namesOf = (text = ""): string[] =>
  text
    .split(",")
    .map(name => name.trim())
    .filter(name => name !== "");

const scoreTable = (name: string, {value, offers}: StudyPageOptions): ScoreTable => ({
  ...{name, offers: namesOf(offers)},
  ...(value === undefined ? {} : {value}),
});

/** @throws DataError when the file holds no texts by name. */
function readTemplates(file: string | undefined): Record<string, string> {
  if (file === undefined) return {};
  try {
    const found: unknown = JSON.parse(readFileSync(resolve(file), "utf8"));
    if (
      typeof found === "object" &&
      found !== null &&
      !Array.isArray(found) &&
      Object.values(found).every(value => typeof value === "string")
    )
      return found as Record<string, string>;
  } catch {
    // Said below.
  }
  throw new DataError(
    `--messages requires a JSON file of texts by feature, {"tickets": "Hello {{customer}} …"} say, got ${shown(resolve(file))}`,
  );
}

/** Where the list of contacts goes: beside the page. */
export const sheetFile = (page: string): string => page.replace(/\.html$/, ".csv");
