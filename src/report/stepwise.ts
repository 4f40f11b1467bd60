import {briefPercent, decimal, percent, whole} from "../figures.ts";
import type {PlanStep, StepwisePlan} from "../uplift/experiment/stepwise.ts";
import {type Table, type Text, text, textColumn} from "./words.ts";

const STEPS: Readonly<
  Record<PlanStep["step"], {readonly act: string; readonly say: string; readonly not: string}>
> = {
  "average effect": {
    act: "Contact those at highest risk; leave half of them alone, drawn by lot",
    say: "What contacting changes on average among those at highest risk, and whether that pays",
    not: "Whom it changes, or whether those at highest risk are the right ones",
  },
  "risk against the rest": {
    act: "Contact as many drawn by lot outside that group, and note the others as untouched",
    say: "Whether contacting changes more among those at highest risk than among the rest",
    not: "Which customers within either group it changes",
  },
  "two halves": {
    act: "Collect until this many, then learn the effect from their features, judged on customers not learned from",
    say: "Whether one half of those at risk gains more than the other, and which features tell",
    not: "What a contact does to one customer; that there are no differences, if none are seen",
  },
  "targeting by effect": {
    act: "Contact by expected effect; leave half of those alone again, drawn by lot",
    say: "What choosing by effect gains, on customers from whom it was not learned",
    not: "That it goes on gaining: keep a group left alone in every campaign",
  },
};

/** The steps from no campaign to targeting by effect, with the sizes that each takes. */
export function stepwiseTable(plan: StepwisePlan): Table {
  return {
    kind: "table",
    caption:
      `What each step takes to see an effect that is there in ${briefPercent(plan.power)} of cases, with a false alarm in ` +
      `${briefPercent(plan.alpha)}, if a contact keeps ${briefPercent(plan.works)} of would-be churners, as the study assumes`,
    columns: [
      {name: "step", title: "Step", format: "integer"},
      textColumn("act", "What to do"),
      textColumn("effect", "Effect to be seen"),
      textColumn("perArm", "Each of contacted and left alone"),
      textColumn("months", "Months"),
      textColumn("say", "May then be said"),
      textColumn("not", "And what may not"),
    ],
    rows: plan.steps.map((step, k) => {
      const {act, say, not} = STEPS[step.step];
      return [k + 1, act, effectWords(step), sizeWords(step), monthsWords(step), say, not];
    }),
  };
}

const points = (effect: number): string => `${decimal(100 * effect, 1)} points`;

function effectWords({step, effects: [first, second]}: PlanStep): string {
  if (second === undefined) return `${points(first)} of churn`;
  return step === "two halves"
    ? `${points(first)} in one half, ${points(second)} in the other`
    : `${points(first)} there, ${points(second)} in the rest`;
}

function sizeWords({perArm, othersPerArm}: PlanStep): string {
  if (perArm === null) return "no number: the effects would be the same";
  return othersPerArm > 0 ? `${whole(perArm)}, and ${whole(othersPerArm)} outside` : whole(perArm);
}

const monthsWords = ({months}: PlanStep): string => (months === null ? "not known" : whole(months));

/** What the plan rests on, and what to go by until it has been carried out. */
export function stepwiseText(plan: StepwisePlan): Text {
  const {capacity, targetMonthly, monthly, targetRate, otherRate, steps, horizonMonths} = plan;
  const [average, , halves] = steps;
  const long =
    average!.months! > LONG
      ? ` That is long: contact more customers a month, or look for a stronger offer.`
      : "";
  const more =
    halves?.perArm && average?.perArm
      ? ` To tell two halves of them apart, whose effects differ by as much as the average effect, takes ${decimal(halves.perArm / average.perArm, 1)} times as many.`
      : "";
  return text(
    "This study knows no campaign, so nobody knows whom a contact changes. Until one has been measured, choose by risk × value: the " +
      "chance to leave times what the customer is worth. Risk is not effect: those likeliest to leave may leave whatever is done, and a " +
      `contact may drive others away. Each month the ${whole(targetMonthly)} of ${whole(monthly)} customers at ` +
      `highest risk (${briefPercent(capacity)}) take part; without a contact ${percent(targetRate)} of them churn, and ${percent(otherRate)} of the rest. Step 1 takes ` +
      `${whole(2 * average!.perArm!)} customers and ${whole(average!.months!)} months, the last ${horizonMonths} of them to wait for outcomes.${long}${more} ` +
      "A customer takes part once; where the same ones are at risk month after month, it takes longer. The share that a contact keeps is an " +
      "assumption: read step 1 before the later sizes are believed.",
  );
}

/** Months of a step from which on the text says that it is long. */
const LONG = 12;
