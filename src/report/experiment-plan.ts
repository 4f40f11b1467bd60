import {dateOf, dayOf} from "../data/calendar.ts";
import {briefPercent, counted, decimal, percent, whole} from "../figures.ts";
import type {AssignmentCheck} from "../uplift/experiment/check-assignment.ts";
import {CONTROL} from "../uplift/experiment/design.ts";
import type {Metric, Plan, PlannedArm, PlannedPopulation} from "../uplift/experiment/plan.ts";
import {type List, list, type Table, type Text, text} from "./words.ts";

/** Fewer customers than these in an arm tell hardly anything, whatever the plan. */
const FEW = 100;

/** A size of an effect on a metric, without its sign: percentage points of a share, or its unit. */
export const sizeText = ({kind}: Pick<Metric, "kind">, value: number): string =>
  kind === "proportion"
    ? `${decimal(100 * Math.abs(value), 2)} percentage points`
    : decimal(Math.abs(value), 2);

/** What a plan says, to those who decide on it. */
export function planText(plan: Plan): Text {
  const {name, metric, population, launch, horizonDays, power, arms} = plan;
  const all = (side: Readonly<Record<string, number>>) => Object.values(side).reduce((sum, n) => sum + n, 0);
  const outside = all(population.outside);
  const lot = outside - (population.outside[CONTROL] ?? 0);
  const left = population.contacted + population.elsewhere;
  const known = dateOf(dayOf(launch) + horizonDays);
  const sides =
    `Of ${counted(population.customers, "customer")}, the ${whole(all(population.target))} at highest risk are the target group: ` +
    `${arms.map(arm => `${whole(arm.treated)} get "${arm.name}"`).join(", ")}, and ${whole(population.target[CONTROL] ?? 0)} are left alone, drawn by lot.`;
  const others =
    outside === 0
      ? ""
      : lot === 0
        ? ` The other ${whole(outside)} are not contacted, so whether the model picks the right ones cannot be told.`
        : ` Of the other ${whole(outside)}, ${whole(lot)} drawn by lot are contacted too, to tell whether the model picks the right ones.`;
  const removed =
    left === 0
      ? ""
      : ` Left out are ${whole(population.contacted)} reached in the ${whole(population.quietDays)} days before the launch and ${whole(population.elsewhere)} of other experiments.`;
  const shown = arms.map(arm =>
    arm.detectable === null
      ? `"${arm.name}" has too few customers to show any effect`
      : `"${arm.name}" shows an effect of ${sizeText(metric, arm.detectable)} or more on "${metric.name}" in ${briefPercent(power)} of such experiments`,
  );
  return text(
    `${name}: ${plan.hypothesis.replace(/[.!]$/, "")}. ${sides}${others}${removed} So many customers suffice: ${shown.join("; ")}. ` +
      `The last outcome is known on ${known}, ${whole(horizonDays)} days after the launch on ${launch}. ${plan.stoppingRule}`,
  );
}

/** What speaks against a plan; empty when nothing does. */
export function planWarnings(plan: Plan): List {
  const {metric, arms, population, sharing} = plan;
  const few = arms.filter(({enough}) => !enough).map(arm => tooFew(metric, arm));
  const lot = Object.entries(population.outside).filter(([name, n]) => name !== CONTROL && n < FEW);
  return list([
    ...few,
    ...(sharing.random === 0
      ? [
          "nobody outside the target group is contacted: the experiment cannot tell whether the model picks the right ones",
        ]
      : lot.map(
          ([name, n]) =>
            `only ${counted(n, "customer")} outside the target group get "${name}": too few to tell whether the model picks the right ones`,
        )),
  ]);
}

function tooFew(metric: Metric, {name, treated, control, needed, detectable}: PlannedArm): string {
  const planned = sizeText(metric, metric.treatment - metric.control);
  const shows =
    detectable === null ? "no effect can be shown" : `they show ${sizeText(metric, detectable)} or more`;
  return (
    `too few customers for "${name}": ${whole(treated)} contacted and ${whole(control)} left alone, where the planned effect of ${planned} ` +
    `takes ${whole(needed.treated)} and ${whole(needed.control)}; ${shows}`
  );
}

/** What each arm needs and can show. */
export function planTable({arms, metric, formula, looks}: Plan): Table {
  const share = metric.kind === "proportion";
  return {
    kind: "table",
    caption: `Customers of the target group by treatment, and what they can show on "${metric.name}" (${formula}; ${counted(looks.bounds.length, "look")})`,
    columns: [
      {name: "treatment", title: "Treatment", format: "text"},
      {name: "treated", title: "Contacted", format: "integer"},
      {name: "control", title: "Left alone", format: "integer"},
      {name: "neededTreated", title: "Needed, contacted", format: "integer"},
      {name: "neededControl", title: "Needed, left alone", format: "integer"},
      {name: "detectable", title: "Smallest effect shown", format: share ? "percent" : "decimal", digits: 2},
    ],
    rows: arms.map(({name, treated, control, needed, detectable}) => [
      ...[name, treated, control],
      ...[needed.treated, needed.control, detectable],
    ]),
  };
}

/** Who was assigned, and whether the lot was even. */
export function assignmentText(population: PlannedPopulation, checks: readonly AssignmentCheck[]): Text {
  const side = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .sort(([a], [b]) => (a === CONTROL ? 1 : 0) - (b === CONTROL ? 1 : 0) || (a < b ? -1 : 1))
      .map(([arm, n]) => `${whole(n)} ${arm === CONTROL ? "left alone" : `get "${arm}"`}`)
      .join(", ");
  const outside =
    Object.keys(population.outside).length > 0 ? `; outside it ${side(population.outside)}` : "";
  return text(
    [`In the target group ${side(population.target)}${outside}.`, ...checks.map(checkText)].join(" "),
  );
}

function checkText({trait, smd, salts, claims, tooMany}: AssignmentCheck): string {
  const even =
    smd === null
      ? `"${trait}" differs between the arms and varies in neither`
      : `"${trait}" differs by ${decimal(smd, 3)} of its spread`;
  const verdict = tooMany
    ? "more than luck allows: the lot is not even, do not launch"
    : "no more than luck allows";
  return `Before any contact, ${even}; of ${whole(salts)} other lots ${percent(claims)} would claim a difference in it (5% by luck alone, fewer where the strata even it out), ${verdict}.`;
}
