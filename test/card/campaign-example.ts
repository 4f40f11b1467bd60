import {dayOf} from "../../src/data/calendar.ts";
import {type EventRow, eventLogOf} from "../../src/data/event-log.ts";
import {registerPlan} from "../../src/ledger/registered-plan.ts";
import {randomOf} from "../../src/random.ts";
import {experimentPage} from "../../src/report/campaign-experiment.ts";
import {contactDayItems, messageItems, policyItems} from "../../src/report/campaign-list.ts";
import type {CampaignPage} from "../../src/report/campaign-page.ts";
import {followUpItems, seriesItems} from "../../src/report/campaign-parts.ts";
import {contactDays} from "../../src/uplift/campaign/contact-day.ts";
import {followUps} from "../../src/uplift/campaign/follow-up.ts";
import {planMessages} from "../../src/uplift/campaign/messages.ts";
import {campaignSeries} from "../../src/uplift/campaign/monitor.ts";
import {policyOrder} from "../../src/uplift/campaign/other-scores.ts";
import {experimentOutcomes, planOutcomes} from "../../src/uplift/campaign/outcomes.ts";
import {contactsOfType, rosterOf} from "../../src/uplift/campaign/roster.ts";
import {designGroups, type Sharing} from "../../src/uplift/experiment/design.ts";
import {makePlan} from "../../src/uplift/experiment/plan.ts";
import {readOut} from "../../src/uplift/experiment/readout.ts";

/** The launch of a made-up campaign whose outcomes are known 60 days later. */
export const LAUNCH = "2025-03-03";
const launch = dayOf(LAUNCH);
const CUSTOMERS = 1200;

function world() {
  const random = randomOf(11);
  const customers = Array.from({length: CUSTOMERS}, (_, c) => `c${String(c).padStart(4, "0")}`);
  const risk = Float64Array.from(customers, () => random());
  const sharing: Sharing = {
    ...{salt: "spring", target: 0.5, random: 0.2, riskBands: 2},
    arms: [{name: "mail", share: 0.5}],
  };
  const assignment = designGroups({customers, risk}, sharing);
  const rows: EventRow[] = [];
  customers.forEach((customer, i) => {
    const treated = assignment.arm[i] === "mail";
    const leaves = random() < 0.5 * risk[i]! * (treated ? 0.6 : 1);
    const gap = 5 + Math.floor(12 * random());
    const until = launch + (leaves ? 1 + Math.floor(20 * random()) : 130);
    for (let day = launch - 90 + Math.floor(10 * random()); day < until; day += gap)
      rows.push({customer, day, type: "order"}, {customer, day: day - 1, type: "visit"});
    if (treated && random() < 0.97) {
      rows.push({customer, day: launch + Math.floor(5 * random()), type: "mail"});
      if (random() < 0.4) rows.push({customer, day: launch + 5 + Math.floor(9 * random()), type: "open"});
      if (random() < 0.03) rows.push({customer, day: launch + 9, type: "mail"});
    }
    if (!treated && random() < 0.02) rows.push({customer, day: launch + 2, type: "mail"});
  });
  rows.push({customer: "stranger", day: launch + 1, type: "mail"});
  return {customers, risk, sharing, assignment, log: eventLogOf(rows, {lastDay: launch + 129})};
}

/**
 * The page of the made-up campaign as it stands on a day.
 * @param lose share of the outcomes of those contacted at high risk that are missing.
 */
export function examplePage(day: string, {lose = 0}: {readonly lose?: number} = {}): CampaignPage {
  const {customers, risk, sharing, assignment, log: whole} = world();
  const log = {...whole, lastDay: Math.min(whole.lastDay, dayOf(day) - 1)};
  const counts = {target: {} as Record<string, number>, outside: {} as Record<string, number>};
  assignment.arm.forEach((arm, i) => {
    const side = counts[assignment.group[i]!.startsWith("target") ? "target" : "outside"];
    side[arm] = (side[arm] ?? 0) + 1;
  });
  const plan = registerPlan(
    makePlan({
      ...{
        name: "Spring mail",
        hypothesis: "A mail keeps customers at risk",
        registered: LAUNCH,
        launch: LAUNCH,
      },
      ...{horizonDays: 60, sharing, strata: [], alpha: 0.05, power: 0.8, looks: 1, boundary: "pocock"},
      metric: {name: "churned", kind: "proportion", better: "lower", control: 0.35, treatment: 0.24},
      ...{guardrails: [], covariates: [], segments: [], compliance: null},
      population: {customers: CUSTOMERS, ...counts, digest: "", quietDays: 30, contacted: 0, elsewhere: 0},
    }),
  );
  const horizon = {days: 60};
  const churn = {kind: "inactivity", days: 30, of: "order"} as const;
  const outcomes = experimentOutcomes(log, customers, {churn, launch, horizon, activity: "order"});
  const known = planOutcomes(plan, customers, outcomes);
  const random = randomOf(5);
  customers.forEach((_, i) => {
    if (assignment.group[i] === "target-treated" && random() < lose) known.outcome[i] = Number.NaN;
  });
  const reading = readOut(plan, {...assignment, customer: customers}, known, {day});
  const roster = rosterOf(customers, assignment);
  const sent = contactsOfType(log, "mail");
  const series = campaignSeries(log, roster, {launch, horizon, sent, outcomes, events: {opened: "open"}});
  const found = followUps(roster, {launch, horizon, quietDays: 30, sent, outcomes});
  const window = {first: launch, last: launch + 27, lead: 3};
  const places = customers.map(id => log.customers.indexOf(id));
  const days = contactDays(
    log,
    places,
    customers.map(() => ""),
    {...window, asOf: launch, order: "order", presence: ["visit"]},
  );
  const features = [
    {name: "tickets", title: "Tickets", unit: "tickets", of: "ticket", measure: "count", actionable: true},
  ] as const;
  const reason = {group: "Frequency of tickets", feature: "tickets", contribution: 1, sentence: ""} as const;
  const messages = planMessages(
    customers.map((_, i) => ({
      actions: i % 3 === 0 ? [] : [{...reason, direction: "raises", use: "action"}],
    })),
    {features},
  );
  const value = Float64Array.from(customers, (_, i) => (i % 10 === 0 ? Number.NaN : i % 97));
  const offers = {Boots: Float64Array.from(risk, r => r), Coat: new Float64Array(CUSTOMERS).fill(0.4)};
  const policy = policyOrder({customers, base: risk, value, offers});
  return experimentPage(
    {plan, assignment: {...assignment, customer: customers}, outcomes: known, reading},
    {
      series: seriesItems(series),
      followUp: followUpItems(found, CUSTOMERS),
      messages: messageItems(messages, CUSTOMERS),
      days: contactDayItems(days, {...window, contacts: CUSTOMERS}),
      scores: policyItems(policy, {by: "risk × value", base: "risk", source: "the table clv", contacts: 200}),
    },
    {Plan: plan.digest},
  );
}
