import {requireShare} from "../experiment/distributions.ts";
import {type Count, differenceOfProportions, type Effect, wilsonInterval} from "../experiment/effect.ts";
import {sizeForProportions} from "../experiment/power.ts";

/** What to do with a part of the customers. */
export type NextStep =
  /** Contacting lowers churn here, by the whole interval; `pays` when by enough to pay even at its worse end. */
  | {readonly do: "continue"; readonly pays: boolean}
  /** The whole interval is harm, or a gain too small to pay. */
  | {readonly do: "stop"; readonly why: "harms" | "too small"}
  /** The interval holds both no gain and one that pays: so many customers of each arm would tell. */
  | {readonly do: "test again"; readonly each: number}
  /** Nobody of one of the arms has an outcome. */
  | {readonly do: "wait"};

export type SegmentStep = {
  readonly name: string;
  /** Customers with an outcome, and the churned among them. */
  readonly treated: Count;
  readonly control: Count;
  /** Churn with a contact less without; null when an arm has nobody. */
  readonly effect: Effect | null;
  readonly next: NextStep;
};

export type NextStepOptions = {
  /** Least fall of the share of churners that a contact is worth, in (0, 1). */
  readonly worthwhile: number;
  /** Probability of one wrong interval or more among all segments, in (0, 1). */
  readonly alpha?: number;
  readonly power?: number;
};

/** What became of customers, one entry a customer. */
export type SegmentOutcomes = {
  /** 1 churned, 0 kept, -1 not known. */
  readonly churned: ArrayLike<number>;
  /** 1 contacted as assigned, 0 left alone. */
  readonly treated: ArrayLike<number>;
  /** Index into `names`; -1 for none. */
  readonly segment: ArrayLike<number>;
  /** Segments, in the order to tell them in. */
  readonly names: readonly string[];
};

/**
 * What to do next in each segment, by the interval of its effect and never by the estimate alone. The intervals hold
 * for all segments at once (Bonferroni: each at 1 - alpha / segments).
 * @returns a step for each of the names, in their order.
 */
export function nextSteps(
  {churned, treated, segment, names}: SegmentOutcomes,
  {worthwhile, alpha = 0.05, power = 0.8}: NextStepOptions,
): SegmentStep[] {
  requireShare("nextSteps", "a worthwhile effect", worthwhile);
  requireShare("nextSteps", "alpha", alpha);
  const counts = names.map(() => ({treated: {events: 0, n: 0}, control: {events: 0, n: 0}}));
  for (let i = 0; i < segment.length; i++) {
    const own = counts[segment[i]!];
    if (!own || churned[i] === -1) continue;
    const arm = treated[i] === 1 ? own.treated : own.control;
    arm.n += 1;
    arm.events += churned[i]!;
  }
  const each = alpha / Math.max(1, names.length);
  return counts.map((arms, k): SegmentStep => {
    const name = names[k]!;
    if (arms.treated.n === 0 || arms.control.n === 0)
      return {name, ...arms, effect: null, next: {do: "wait"}};
    const effect = differenceOfProportions(arms.treated, arms.control, 1 - each);
    return {name, ...arms, effect, next: stepOf(arms.control, effect, {worthwhile, alpha: each, power})};
  });
}

/** The rule, for one interval. */
function stepOf(
  control: Count,
  {low, high, level}: Effect,
  {worthwhile, alpha, power}: Required<NextStepOptions>,
): NextStep {
  if (low > 0) return {do: "stop", why: "harms"};
  if (low > -worthwhile) return {do: "stop", why: "too small"};
  if (high < 0) return {do: "continue", pays: high <= -worthwhile};
  // Where fewer churn than are to be kept, plan by the most that may: Newcombe's low is -that bound at the least.
  const rate = control.events / control.n;
  const planned = rate > worthwhile ? rate : wilsonInterval(control, level).high;
  const treatment = Math.max(planned - worthwhile, LEAST_SHARE);
  if (planned <= treatment) return {do: "stop", why: "too small"};
  const sizes = sizeForProportions({control: Math.min(planned, 1 - LEAST_SHARE), treatment, alpha, power});
  return {do: "test again", each: sizes.control};
}

/** Shares nearer to 0 or 1 are beyond a normal approximation. */
const LEAST_SHARE = 0.001;
