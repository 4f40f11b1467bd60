import {dateOf, dayOf} from "../data/calendar.ts";
import {byCodeUnit} from "../data/event-log.ts";
import {briefPercent, counted, decimal, percent, whole} from "../figures.ts";
import type {AssignmentCheck} from "../uplift/experiment/check-assignment.ts";
import {CONTROL} from "../uplift/experiment/design.ts";
import type {Metric, Plan, PlannedArm, PlannedPopulation} from "../uplift/experiment/plan.ts";
import {type List, list, type Table, textColumn} from "./words.ts";

/** Fewer customers than these in an arm tell hardly anything, whatever the plan. */
const FEW = 100;

/** A size of an effect on a metric, without its sign: percentage points of a share, or its unit. */
export const sizeText = ({kind}: Pick<Metric, "kind">, value: number): string =>
  kind === "proportion"
    ? `${decimal(100 * Math.abs(value), 2)} percentage points`
    : decimal(Math.abs(value), 2);

/** A p value as people read it. */
export const pText = (p: number): string => (p < 0.001 ? "p < 0.001" : `p = ${decimal(p, 3)}`);

/** What a plan says to those who decide on it, a sentence each. */
export function planFacts(plan: Plan): List {
  const {name, hypothesis, metric, population, launch, horizonDays, power, arms} = plan;
  const {target, outside, contacted, elsewhere, quietDays} = population;
  const others = sum(outside);
  const lot = others - (outside[CONTROL] ?? 0);
  const shown = arms.map(arm =>
    arm.detectable === null
      ? `"${arm.name}" has too few customers to show any effect`
      : `"${arm.name}" shows an effect of ${sizeText(metric, arm.detectable)} or more on "${metric.name}" in ${briefPercent(power)} of such experiments`,
  );
  return list([
    `${name}: ${hypothesis.replace(/[.!]$/, "")}.`,
    `Of ${counted(population.customers, "customer")}, the ${whole(sum(target))} at highest risk are the target group: ${armsText(target)}, drawn by lot.`,
    ...(others === 0
      ? []
      : [
          lot === 0
            ? `The other ${whole(others)} are not contacted, so whether the model picks the right ones cannot be told.`
            : `Of the other ${whole(others)}, ${armsText(outside)}, drawn by lot too, to tell whether the model picks the right ones.`,
        ]),
    ...(contacted + elsewhere === 0
      ? []
      : [
          `Left out are ${whole(contacted)} reached since ${whole(quietDays)} days before the launch and ${whole(elsewhere)} of other experiments.`,
        ]),
    `With so many, ${shown.join("; ")}.`,
    `The last outcome is known on ${dateOf(dayOf(launch) + horizonDays)}, ${whole(horizonDays)} days after the launch on ${launch}.`,
    plan.stoppingRule,
  ]);
}

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, n) => total + n, 0);

/** How many get what, those left alone last. */
function armsText(counts: Readonly<Record<string, number>>): string {
  const treated = Object.entries(counts).filter(([arm]) => arm !== CONTROL);
  const parts = treated.sort(([a], [b]) => byCodeUnit(a, b)).map(([arm, n]) => `${whole(n)} get "${arm}"`);
  return `${parts.join(", ")} and ${whole(counts[CONTROL] ?? 0)} are left alone`;
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
      textColumn("treatment", "Treatment"),
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

/** Who was assigned, and whether the lot was even, a sentence each. */
export function assignmentFacts(
  {target, outside}: PlannedPopulation,
  checks: readonly AssignmentCheck[],
): List {
  const others = sum(outside) === 0 ? "" : `, and of the others ${armsText(outside)}`;
  return list([`In the target group ${armsText(target)}${others}.`, ...checks.map(checkText)]);
}

function checkText({trait, smd, p, salts, claims, even}: AssignmentCheck): string {
  const differs =
    smd === null
      ? `"${trait}" differs between the arms and varies in neither`
      : `"${trait}" differs by ${decimal(smd, 3)} of its spread`;
  const verdict = even
    ? "no more than luck allows"
    : "more than luck allows: the arms are not alike, do not launch";
  return (
    `Before any contact, ${differs} (${pText(p)}), and of ${whole(salts)} other lots ${percent(claims)} would claim a difference ` +
    `(5% by luck alone, fewer where the strata even it out): ${verdict}.`
  );
}
