import {dayOf} from "../../data/calendar.ts";
import {CONTROL, requireSharing, type Sharing, targetArms} from "./design.ts";
import {requirePositive} from "./distributions.ts";
import {detectableProportion, PROPORTION_FORMULAS, sizeForProportions} from "./power.ts";
import {detectableMean, MEANS_FORMULA, sizeForMeans} from "./power-means.ts";
import {type Boundary, type Looks, planLooks} from "./sequential.ts";

/** What the experiment is judged by. */
export type Metric = {
  readonly name: string;
  /** `proportion` for an outcome of 0 and 1, `mean` for an amount. */
  readonly kind: "proportion" | "mean";
  readonly better: "lower" | "higher";
  /** What is expected without a contact. */
  readonly control: number;
  /** What with it, if it has the smallest effect that is worth having. */
  readonly treatment: number;
  /** Standard deviation of an amount; absent for a proportion. */
  readonly sd?: number;
};

/** Whether what is gained are customers kept: a share of those who churn, by its name, of which lower is better. */
export const keepsCustomers = ({name, kind, better}: Pick<Metric, "name" | "kind" | "better">): boolean =>
  kind === "proportion" && better === "lower" && /churn/i.test(name);

/** Something that must not get worse, a column of the outcomes. */
export type Guardrail = {
  readonly name: string;
  readonly worse: "lower" | "higher";
  /** How much worse its mean may get, 0 or more, in its own unit. */
  readonly margin: number;
};

/** What is decided before anybody is contacted. */
export type PlanInput = {
  readonly name: string;
  readonly hypothesis: string;
  /** Day of the plan and of the first contact, YYYY-MM-DD. */
  readonly registered: string;
  readonly launch: string;
  /** Days from the launch until an outcome is known. */
  readonly horizonDays: number;
  readonly metric: Metric;
  readonly sharing: Sharing;
  /** Columns of the list whose values are strata beside the risk. */
  readonly strata: readonly string[];
  readonly alpha: number;
  readonly power: number;
  readonly looks: number;
  readonly boundary: Boundary;
  readonly guardrails: readonly Guardrail[];
  /** Columns of the outcomes: known before the launch, to adjust by; whose values part customers into segments. */
  readonly covariates: readonly string[];
  readonly segments: readonly string[];
  /** Column of the outcomes that is 1 for who took the treatment: opened the message. */
  readonly compliance: string | null;
  readonly population: PlannedPopulation;
};

/** The customers that the plan is for. */
export type PlannedPopulation = {
  readonly customers: number;
  /** Of them in the target group, by arm, and outside it, the control last. */
  readonly target: Readonly<Record<string, number>>;
  readonly outside: Readonly<Record<string, number>>;
  /** Names the customers with their risk and strata, in no order. */
  readonly digest: string;
  /** Customers left out, reached within `quietDays` before the launch or held by another experiment. */
  readonly quietDays: number;
  readonly contacted: number;
  readonly elsewhere: number;
};

/** What a treatment can show against the control of the target group. */
export type PlannedArm = {
  readonly name: string;
  readonly treated: number;
  readonly control: number;
  /** Customers that the planned effect takes. */
  readonly needed: {readonly treated: number; readonly control: number};
  /** The smallest effect that the customers at hand show, treated less control; null when none can be. */
  readonly detectable: number | null;
  /** Whether that is no larger than the planned effect. */
  readonly enough: boolean;
};

/** A plan: plain data, the same for the same input. */
export type Plan = Omit<PlanInput, "looks" | "boundary"> & {
  readonly schemaVersion: "1";
  readonly looks: Looks;
  readonly arms: readonly PlannedArm[];
  readonly formula: string;
  readonly multiplicity: string;
  readonly stoppingRule: string;
};

/** A plan as it was written down before the launch, with the SHA-256, hex, of all else that it says. */
export type RegisteredPlan = Plan & {readonly digest: string};

/**
 * Works out what a plan says before it is registered: the bounds of the looks, what each arm needs and can show, and
 * the rules for many arms and for stopping, in words.
 * @throws RangeError for shares, levels, dates or effects out of range.
 */
export function makePlan({looks: count, boundary, ...input}: PlanInput): Plan {
  const {metric, sharing, alpha, power, population} = input;
  requireSharing("makePlan", sharing);
  requireMetric(metric);
  requirePositive("makePlan", "a horizon in days", input.horizonDays);
  if (dayOf(input.registered) > dayOf(input.launch))
    throw new RangeError(
      `makePlan requires a plan registered by the launch, ${input.launch}, got ${input.registered}`,
    );
  // A bound of a guardrail at 1 − alpha is one of an interval at 1 − 2 alpha.
  if (!(alpha < 0.5)) throw new RangeError(`makePlan requires alpha below 0.5, got ${alpha}`);
  const {guardrails} = input;
  const bad = guardrails.find(({margin}) => !(margin >= 0 && margin < Number.POSITIVE_INFINITY));
  if (bad) throw new RangeError(`makePlan requires margins of 0 or more, got ${bad.margin} of ${bad.name}`);
  const {own, looks} = looksOf({alpha, power, looks: count, boundary, arms: sharing.arms.length});
  const control = population.target[CONTROL] ?? 0;
  const shares = targetArms(sharing);
  const arms = sharing.arms.map(({name, share}): PlannedArm => {
    const ratio = share / shares.at(-1)!.share;
    const size = sizeOf(metric, {alpha: own, power, ratio});
    const treated = population.target[name] ?? 0;
    const needed = {
      treated: Math.ceil(size.exact * ratio * looks.inflation - 1e-9),
      control: Math.ceil(size.exact * looks.inflation - 1e-9),
    };
    const detectable = detectableAt({...input, looks}, {treated, control});
    return {name, treated, control, needed, detectable, enough: isEnough(metric, detectable)};
  });
  return {
    ...input,
    schemaVersion: "1",
    looks,
    arms,
    formula: metric.kind === "proportion" ? PROPORTION_FORMULAS.pooled : MEANS_FORMULA,
    multiplicity: multiplicityText(sharing.arms.length, count),
    stoppingRule: stoppingText(looks, input.horizonDays),
  };
}

/**
 * With several looks and several arms each arm has its share of alpha (Bonferroni), since Holm's order may change from
 * look to look; with one look Holm needs no more than the whole alpha.
 */
function looksOf({
  alpha,
  power,
  looks,
  boundary,
  arms,
}: {
  alpha: number;
  power: number;
  looks: number;
  boundary: Boundary;
  arms: number;
}) {
  const own = alpha / arms;
  return {own, looks: planLooks({looks, boundary, alpha: looks === 1 ? alpha : own, power})};
}

function requireMetric({kind, better, control, treatment, sd}: Metric): void {
  if (kind === "mean") requirePositive("makePlan", "a standard deviation of the metric", sd ?? Number.NaN);
  const right = better === "lower" ? treatment < control : treatment > control;
  if (!right)
    throw new RangeError(
      `makePlan requires an effect in the direction that is better, ${better}, got ${control} without a contact and ${treatment} with it`,
    );
}

function sizeOf(
  {kind, control, treatment, sd}: Metric,
  test: {readonly alpha: number; readonly power: number; readonly ratio: number},
) {
  return kind === "proportion"
    ? sizeForProportions({control, treatment, ...test})
    : sizeForMeans({difference: treatment - control, sd: sd!, ...test});
}

/**
 * The smallest effect on a metric that so many customers show, treated less control, in the direction that is better;
 * null when none can be shown.
 */
export function detectableEffect(
  {kind, better, control: rate, sd}: Pick<Metric, "kind" | "better" | "control" | "sd">,
  {
    alpha,
    power,
    treated,
    control,
  }: {readonly alpha: number; readonly power: number; readonly treated: number; readonly control: number},
): number | null {
  const least = kind === "proportion" ? 0 : 2;
  if (!(treated > least && control > least)) return null;
  const test = {alpha, power, controls: control, ratio: treated / control};
  if (kind === "mean") {
    const found = detectableMean({sd: sd!, ...test});
    return better === "lower" ? -found : found;
  }
  if (!(rate > 0 && rate < 1)) return null;
  const found = detectableProportion({...test, control: rate, direction: better});
  return found === null ? null : found - rate;
}

/**
 * The smallest effect that a treatment shows, treated less control, with so many customers of the two arms in the end,
 * at the plan's alpha, power and looks; null when none can be shown.
 */
export function detectableAt(
  {metric, alpha, power, sharing, looks}: Pick<Plan, "metric" | "alpha" | "power" | "sharing" | "looks">,
  {treated, control}: {readonly treated: number; readonly control: number},
): number | null {
  const {inflation} = looks;
  const own = alpha / sharing.arms.length;
  return detectableEffect(metric, {
    ...{alpha: own, power, treated: treated / inflation, control: control / inflation},
  });
}

/** Whether the planned effect is one that can be shown; equal but for rounding is. */
export const isEnough = ({control, treatment}: Metric, detectable: number | null): boolean =>
  detectable !== null && Math.abs(detectable) <= Math.abs(treatment - control) * (1 + 1e-9);

function multiplicityText(arms: number, looks: number): string {
  if (arms === 1) return "one treatment against the control: nothing to adjust; segments by Holm";
  return looks === 1
    ? `${arms} treatments against one control: p values adjusted by Holm; segments by Holm`
    : `${arms} treatments against one control at several looks: alpha shared by Bonferroni; segments by Holm`;
}

function stoppingText({bounds, information, boundary}: Looks, horizonDays: number): string {
  if (bounds.length === 1)
    return `Read once, when every outcome is known, ${horizonDays} days after the launch; nothing before.`;
  const name = boundary === "pocock" ? "Pocock" : "O'Brien-Fleming";
  const at = information.map((t, k) => `${Math.round(100 * t)}% at |z| ≥ ${bounds[k]!.toFixed(4)}`);
  return `Read when these shares of the outcomes are known, and stop for an effect from these bounds on (${name}): ${at.join(", ")}; at no other time.`;
}
