import {campaignStepChart} from "../charts/campaign.ts";
import {dateOf} from "../data/calendar.ts";
import {counted, decimal, percent, whole} from "../figures.ts";
import type {FollowUp, FollowUpKind} from "../uplift/campaign/follow-up.ts";
import {baseOf, type CampaignSeries, type Step} from "../uplift/campaign/monitor.ts";
import type {NextStep, SegmentStep} from "../uplift/campaign/next-steps.ts";
import type {CampaignItem} from "./campaign-page.ts";
import {capital, groupWords, levelText} from "./campaign-words.ts";
import {list, type Table, text, textColumn} from "./words.ts";

const STEP_WORDS: Readonly<Record<Step, string>> = {
  sent: "sent a message",
  opened: "with an opened message",
  clicked: "with a click",
  churned: "churned",
};

/** Sent, opened, clicked and churned by group: a picture each, all of them in a table, and what is not known. */
export function seriesItems(series: CampaignSeries): CampaignItem[] {
  const {groups, absent, days, windowDays, launch} = series;
  const steps = stepsOf(series);
  return [
    {
      id: "series-state",
      title: "How far it is",
      value: text(
        days === 0
          ? `Not launched yet: the first contact is on ${dateOf(launch)}.`
          : `Day ${whole(days)} of ${whole(windowDays)} since the launch on ${dateOf(launch)}. A customer counts once, from the first event on. ` +
              "Events are told by their type alone: whether an opened message is the campaign's or another one, the log does not say. What the customers left alone do shows what would have happened anyway. Differences between the groups have no interval here: the effect is read below, and where it is not read there, these curves do not show it either.",
      ),
    },
    ...(days === 0 ? [] : [{id: "series-table", title: "By group so far", value: seriesTable(series)}]),
    ...steps.map(step => ({
      id: `series-${step}`,
      title: HEAD[step],
      value: campaignStepChart({
        step: STEP_WORDS[step],
        groups: groups.map(group => ({
          name: groupWords(group.name),
          shares: Array.from(group.counts[step]!, n => n / Math.max(1, baseOf(group, step))),
        })),
      }),
    })),
    ...(absent.length === 0
      ? []
      : [
          {
            id: "series-absent",
            title: "Left out",
            value: list(absent.map(({step, why}) => `Customers ${STEP_WORDS[step]}: ${why}.`)),
          },
        ]),
  ];
}

const stepsOf = ({groups}: CampaignSeries): Step[] =>
  (["sent", "opened", "clicked", "churned"] as const).filter(
    step => (groups[0]?.counts[step]?.length ?? 0) > 0,
  );

function seriesTable(series: CampaignSeries): Table {
  const {groups} = series;
  const steps = stepsOf(series);
  const known = groups[0]?.counts.churned?.length;
  return {
    kind: "table",
    caption:
      `Customers by group, and the share to whom it has happened since the launch` +
      `${known === undefined ? "" : `; who churned is known for ${counted(known, "day")} and counted of those active at the launch`}`,
    columns: [
      textColumn("group", "Group"),
      {name: "customers", title: "Customers", format: "integer"},
      ...steps.flatMap(step => [
        {name: step, title: HEAD[step], format: "integer" as const},
        {name: `${step}Share`, title: "Share", format: "percent" as const, digits: 1},
      ]),
    ],
    rows: groups.map(group => [
      capital(groupWords(group.name)),
      group.customers,
      ...steps.flatMap(step => {
        const n = group.counts[step]!.at(-1)!;
        const base = baseOf(group, step);
        return [n, base === 0 ? null : n / base];
      }),
    ]),
  };
}

const HEAD: Readonly<Record<Step, string>> = {
  sent: "Sent",
  opened: "Opened",
  clicked: "Clicked",
  churned: "Churned",
};

type FollowUpWords = {readonly title: string; readonly why: string; readonly todo: string};

const FOLLOW_UP_WORDS: Readonly<Record<FollowUpKind, FollowUpWords>> = {
  "not sent": {
    title: "Assigned to a contact, nothing sent",
    why: "They count as contacted all the same; the effect is that of planning a contact, and gets smaller",
    todo: "Find out where they were lost (address, consent, list); do not move them to another group",
  },
  "sent without assignment": {
    title: "Contacted without being assigned",
    why: "Nobody drew lots for them: they say nothing of the effect",
    todo: "Leave them out of the reading; find out which list they came from",
  },
  "control contacted": {
    title: "To be left alone, yet contacted",
    why: "The groups become alike, and the effect looks smaller than it is",
    todo: "Take them off the list for what is still to be sent; do not move them to another group",
  },
  "sent twice": {
    title: "Contacted more than once",
    why: "The effect is that of several contacts, and the customer may be annoyed",
    todo: "Find out what sends twice and stop it",
  },
  "contacted before the launch": {
    title: "Contacted shortly before the launch",
    why: "The earlier contact still works on them, in whichever group they are",
    todo: "Nothing now; plan the next one with more quiet days",
  },
  "not in the log": {
    title: "Assigned, but not in the event log",
    why: "No outcome will be known of them",
    todo: "Compare the ids of the list and the log: spelling, leading zeros, merged accounts",
  },
  "not active at the launch": {
    title: "Assigned, but no longer active at the launch",
    why: "They had left before the first contact and cannot be kept; they have no outcome",
    todo: "Draw up the list nearer to the launch",
  },
};

/** Names of customers shown for one finding, at most. */
const EXAMPLES = 5;

/** What was planned against what was done, with what to do about it. @param assigned customers in all. */
export function followUpItems(followUps: readonly FollowUp[], assigned: number): CampaignItem[] {
  const open = followUps.filter(({customers}) => customers === null);
  return [
    {
      id: "follow-up-table",
      title: "What was planned and what was done",
      value: {
        kind: "table",
        caption: `Findings among ${counted(assigned, "assigned customer")}; the shares are of them`,
        columns: [
          textColumn("what", "Finding"),
          {name: "customers", title: "Customers", format: "integer"},
          {name: "share", title: "Share", format: "percent", digits: 1},
          textColumn("why", "Why it matters"),
          textColumn("todo", "What to do"),
          textColumn("first", "The first of them"),
        ],
        rows: followUps
          .filter(({customers}) => customers !== null)
          .map(({kind, customers}) => {
            const {title, why, todo} = FOLLOW_UP_WORDS[kind];
            const n = customers!.length;
            const share = assigned === 0 ? null : n / assigned;
            return [title, n, share, why, n === 0 ? "Nothing" : todo, firstOf(customers!)];
          }),
      },
    },
    ...(open.length === 0
      ? []
      : [
          {
            id: "follow-up-open",
            title: "Not checked",
            value: text(
              `Nothing says what was sent, so these are not checked: ${open.map(({kind}) => FOLLOW_UP_WORDS[kind].title.toLowerCase()).join("; ")}. Name the event type of a message that was sent.`,
            ),
          },
        ]),
  ];
}

const firstOf = (customers: readonly string[]): string =>
  customers.length <= EXAMPLES
    ? customers.join(", ") || "–"
    : `${customers.slice(0, EXAMPLES).join(", ")} and ${whole(customers.length - EXAMPLES)} more`;

/** What to do next in each segment, and the rule that says so. @param by what the segments are parts of. */
export function nextStepItems(
  steps: readonly SegmentStep[],
  {
    worthwhile,
    alpha,
    power,
    by,
  }: {readonly worthwhile: number; readonly alpha: number; readonly power: number; readonly by: string},
): CampaignItem[] {
  const level = steps.find(({effect}) => effect)?.effect?.level;
  return [
    {
      id: "next-rule",
      title: "The rule",
      value: text(
        `A contact is worth having where it lowers the share of churners by ${decimal(100 * worthwhile, 1)} percentage points or more. ` +
          "Continue where the whole interval is a fall, which pays for sure only where all of it is large enough; stop where the whole interval is a rise, or a fall too small to pay; else test again. " +
          `The estimate alone decides nothing. Looking at several parts finds something in one of them by luck, so the intervals are wide enough to hold all at once with ${levelText(1 - alpha)}` +
          `${level === undefined ? "" : ` (each at ${levelText(level)})`}; the number to test again finds such a fall with a probability of ${percent(power, 0)}.`,
      ),
    },
    {
      id: "next-table",
      title: "What to do next",
      value: {
        kind: "table",
        caption: `Share of churners by ${by}: with a contact, without, and the difference in percentage points with its interval`,
        columns: [
          textColumn("segment", "Customers"),
          textColumn("next", "Next"),
          {name: "treated", title: "With a contact", format: "percent", digits: 1},
          {name: "control", title: "Without", format: "percent", digits: 1},
          {name: "value", title: "Difference", format: "percent", digits: 1},
          {name: "low", title: "Low", format: "percent", digits: 1},
          {name: "high", title: "High", format: "percent", digits: 1},
          {name: "n", title: "Outcomes", format: "integer"},
        ],
        rows: steps.map(({name, treated, control, effect, next}) => [
          ...[name, nextWords(next)],
          ...[treated, control].map(({events, n}) => (n === 0 ? null : events / n)),
          ...[effect?.value ?? null, effect?.low ?? null, effect?.high ?? null],
          treated.n + control.n,
        ]),
      },
    },
  ];
}

function nextWords(next: NextStep): string {
  switch (next.do) {
    case "continue":
      return next.pays
        ? "Continue: it pays, and keep some left alone to go on measuring"
        : "Continue: it helps; whether it pays is open, so keep some left alone to go on measuring";
    case "stop":
      return next.why === "harms"
        ? "Stop: contacting drives them away"
        : "Stop: at best the gain is too small to pay";
    case "test again":
      return `Test again with ${whole(next.each)} contacted and as many left alone`;
    case "wait":
      return "Wait: no outcome is known in one of the groups";
  }
}
