import {counted, decimal, percent, whole} from "../figures.ts";
import type {CampaignEffect} from "../uplift/campaign/effect.ts";
import {CONTROL, GROUPS} from "../uplift/experiment/design.ts";
import type {RegisteredPlan} from "../uplift/experiment/plan.ts";
import {effectFigures, effectItems, effectLead} from "./campaign-effect.ts";
import type {CampaignItem, CampaignPage} from "./campaign-page.ts";
import {capital, groupWords} from "./campaign-words.ts";
import {text} from "./words.ts";

/** What a campaign is, as its page says it. */
export type CampaignBrief = {
  readonly title: string;
  readonly hypothesis: string;
  /** What it is judged by, in words. */
  readonly metric: string;
  /** Customers by group. */
  readonly groups: readonly {readonly name: string; readonly customers: number}[];
  /** YYYY-MM-DD. */
  readonly launch: string;
  /** In words: "3 months". */
  readonly horizon: string;
  readonly stoppingRule: string;
  /** sha256 of the registered plan, hex; null where none was registered beforehand. */
  readonly digest: string | null;
};

/** What a registered plan says. @param plan as it was written down before the launch. */
export function briefOf(plan: RegisteredPlan): CampaignBrief {
  const {metric, population, horizonDays} = plan;
  const sums = (counts: Readonly<Record<string, number>>) => {
    const {[CONTROL]: control = 0, ...treated} = counts;
    return [Object.values(treated).reduce((sum, n) => sum + n, 0), control];
  };
  const sizes = [...sums(population.target), ...sums(population.outside)];
  const figure = (value: number) => (metric.kind === "proportion" ? percent(value) : decimal(value));
  return {
    ...{title: plan.name, hypothesis: plan.hypothesis, launch: plan.launch, digest: plan.digest},
    metric:
      `${metric.name}, of which ${metric.better} is better: ${figure(metric.control)} expected without a contact, and ` +
      `${figure(metric.treatment)} with it, if it has the least effect worth having.`,
    groups: GROUPS.map((name, k) => ({name, customers: sizes[k]!})).filter(({customers}) => customers > 0),
    horizon: counted(horizonDays, "day"),
    stoppingRule: plan.stoppingRule,
  };
}

/** What the sections of a page hold. Sections without items are left out. */
export type CampaignParts = {
  readonly series?: readonly CampaignItem[] | undefined;
  readonly followUp?: readonly CampaignItem[] | undefined;
  readonly next?: readonly CampaignItem[] | undefined;
  readonly messages?: readonly CampaignItem[] | undefined;
  readonly days?: readonly CampaignItem[] | undefined;
  readonly scores?: readonly CampaignItem[] | undefined;
  /** What else the reading found, after the effect. */
  readonly findings?: readonly CampaignItem[] | undefined;
};

/**
 * The page of a campaign from its parts. @param effect absent where nothing has been read yet.
 * @param asOf YYYY-MM-DD. @param sources digests by name, at the end of the page.
 */
export function campaignPage(
  brief: CampaignBrief,
  parts: CampaignParts,
  {
    effect,
    lead,
    asOf,
    byline = [],
    sources,
  }: {
    readonly effect?: CampaignEffect | undefined;
    /** The finding in words, where the effect's own are not wanted. */
    readonly lead?: string;
    readonly asOf: string;
    readonly byline?: readonly string[];
    readonly sources: Readonly<Record<string, string>>;
  },
): CampaignPage {
  const sections = [
    {id: "plan", question: "What is the campaign?", items: briefItems(brief)},
    {id: "series", question: "What has happened so far?", items: parts.series},
    {
      id: "effect",
      question: "What did the contact change?",
      items: effect && [...effectItems(effect), ...(parts.findings ?? [])],
    },
    {id: "follow-up", question: "Was it carried out as planned?", items: parts.followUp},
    {id: "next", question: "What to do next, and with whom?", items: parts.next},
    {id: "messages", question: "What to say to whom?", items: parts.messages},
    {id: "days", question: "When to say it?", items: parts.days},
    {id: "scores", question: "How do other scores change the list?", items: parts.scores},
  ];
  const customers = brief.groups.reduce((sum, group) => sum + group.customers, 0);
  return {
    ...{title: brief.title, asOf, byline, sources},
    lead: lead ?? (effect ? effectLead(effect) : "Nothing has been read yet."),
    figures: [
      {
        id: "figure-customers",
        title: "Customers in the campaign",
        value: {
          kind: "number",
          value: customers,
          format: "integer",
          unit: `in ${counted(brief.groups.length, "group")}`,
        },
      },
      ...(effect ? effectFigures(effect) : []),
    ],
    sections: sections.flatMap(({id, question, items}) =>
      items === undefined || items.length === 0 ? [] : [{id, question, items}],
    ),
  };
}

/** The plan in words. */
function briefItems({
  hypothesis,
  metric,
  groups,
  launch,
  horizon,
  stoppingRule,
  digest,
}: CampaignBrief): CampaignItem[] {
  const items: [string, string, string][] = [
    ["hypothesis", "Hypothesis", hypothesis],
    ["metric", "Judged by", capital(metric)],
    [
      "groups",
      "Groups",
      `${capital(groups.map(({name, customers}) => `${groupWords(name)}: ${whole(customers)}`).join("; "))}. The lot decided who is in which.`,
    ],
    ["launch", "First contact", launch],
    ["horizon", "An outcome is known after", horizon],
    ["stopping", "When it is read", stoppingRule],
    [
      "digest",
      "Registered plan",
      digest === null ? "None: nothing was registered before the launch." : `sha256 ${digest}`,
    ],
  ];
  return items.map(([id, title, words]) => ({id: `plan-${id}`, title, value: text(words)}));
}
