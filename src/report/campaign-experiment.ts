import {byCodeUnit} from "../data/event-log.ts";
import {effectOfReadOut} from "../uplift/campaign/effect.ts";
import {nextSteps, type SegmentOutcomes} from "../uplift/campaign/next-steps.ts";
import {CONTROL} from "../uplift/experiment/design.ts";
import type {RegisteredPlan} from "../uplift/experiment/plan.ts";
import type {AssignedCustomers, Outcomes} from "../uplift/experiment/read-rows.ts";
import type {ReadOut} from "../uplift/experiment/readout.ts";
import {briefOf, type CampaignParts, campaignPage} from "./campaign.ts";
import type {CampaignItem, CampaignPage} from "./campaign-page.ts";
import {nextStepItems} from "./campaign-parts.ts";
import {readOutFindings, verdictText} from "./experiment.ts";
import {list, text} from "./words.ts";

/**
 * The page of a registered experiment from its read-out: the finding in the read-out's own words.
 * @param parts what its event log adds; the next steps are added here. @param sources digests by name.
 */
export function experimentPage(
  {
    plan,
    assignment,
    outcomes,
    reading,
  }: {
    readonly plan: RegisteredPlan;
    readonly assignment: AssignedCustomers;
    readonly outcomes: Outcomes;
    readonly reading: ReadOut;
  },
  parts: Omit<CampaignParts, "next" | "findings">,
  sources: Readonly<Record<string, string>>,
): CampaignPage {
  const findings = readOutFindings(reading).items;
  return campaignPage(
    briefOf(plan),
    {
      ...parts,
      next: nextItems(plan, reading, {assignment, outcomes}),
      findings:
        findings.length === 0
          ? []
          : [{id: "effect-findings", title: "What else was found", value: list(findings)}],
    },
    {effect: effectOfReadOut(reading), lead: leadOf(verdictText(reading).text), asOf: reading.day, sources},
  );
}

/** What restricts the reading, in capitals, stands in a paragraph of its own. */
const leadOf = (verdict: string): string =>
  verdict.replace(/ (?=(?:PEEKED|UNDERPOWERED|ALTERED)\b)/g, "\n\n");

/** The next steps by stratum; that there are none where the reading does not warrant them. */
function nextItems(
  {metric, alpha, power, sharing}: RegisteredPlan,
  {labels}: ReadOut,
  beside: {readonly assignment: AssignedCustomers; readonly outcomes: Outcomes},
): CampaignItem[] {
  const barred = labels.filter(label => label !== "underpowered");
  if (barred.length > 0 || metric.kind !== "proportion")
    return [
      {
        id: "next-none",
        title: "No next step is read from it",
        value: text(
          barred.length > 0
            ? `The reading is labelled ${barred.join(", ")}: what it says of parts of the customers would be less sure still.`
            : "Next steps are told for shares of customers, and this is an amount.",
        ),
      },
    ];
  const worthwhile = Math.abs(metric.treatment - metric.control);
  const steps = nextSteps(segmentsOf(metric.better, beside), {worthwhile, alpha, power});
  return nextStepItems(steps, {
    worthwhile,
    alpha,
    power,
    by: sharing.arms.length > 1 ? "part of the plan, all treatments taken together" : "part of the plan",
  });
}

function segmentsOf(
  better: "lower" | "higher",
  {
    assignment: {customer, arm, stratum},
    outcomes,
  }: {readonly assignment: AssignedCustomers; readonly outcomes: Outcomes},
): SegmentOutcomes {
  const known = new Map(outcomes.customer.map((id, i) => [id, outcomes.outcome[i]!]));
  // The target group before the others, the highest risk first.
  const strata = [...new Set(stratum)].sort((a, b) => byCodeUnit(b, a));
  const places = new Map(strata.map((name, k) => [name, k]));
  const churnedOf = (id: string): number => {
    const y = known.get(id) ?? Number.NaN;
    return Number.isNaN(y) ? -1 : better === "lower" ? y : 1 - y;
  };
  return {
    names: strata.map(stratumWords),
    churned: customer.map(churnedOf),
    treated: arm.map(name => (name === CONTROL ? 0 : 1)),
    segment: stratum.map(name => places.get(name)!),
  };
}

const stratumWords = (stratum: string): string =>
  stratum
    .replace(/^target; /, "High risk; ")
    .replace(/^rest; /, "Others; ")
    .replace(/risk (\d+) of \1\b(?! of)/, "$& (highest)");
