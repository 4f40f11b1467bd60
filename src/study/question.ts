import {z} from "zod";
import {day, month, name, span} from "./fields.ts";

/** A length of time: whole calendar months (the day clamped to the month's end) or whole days. */
export type Span = {readonly months: number} | {readonly days: number};

/** @returns a span of `n` calendar months, n ≥ 1. */
export const months = (n: number): Span => ({months: n});

/** @returns a span of `n` days, n ≥ 1. */
export const days = (n: number): Span => ({days: n});

/** Churn as the end of a contract without renewal within the grace period. Build it with {@link contract}. */
export type ContractChurn = {
  readonly kind: "contract";
  /** Event type that starts a contract. */
  readonly start: string;
  /** Event type that extends it by `term`, from the end of the paid time. */
  readonly renew: string;
  /** Event type that ends it; the churn day is the day of this event. */
  readonly end: string;
  /** A start or renewal on one of the `graceDays` days after the end undoes it. */
  readonly graceDays: number;
  /** What a start or a renewal pays for; without it a contract runs until its end event. */
  readonly term?: Span | undefined;
};

/** Churn as `days` days without an event of type `of`. Build it with {@link inactivity}. */
export type InactivityChurn = {
  readonly kind: "inactivity";
  readonly days: number;
  /** The qualifying event type. */
  readonly of: string;
};

/**
 * Churn as a pause that is long for the customer: longer than the `quantile` of the pauses to be expected of them.
 * Build it with {@link regularity}.
 */
export type RegularityChurn = {
  readonly kind: "regularity";
  /** The qualifying event type. */
  readonly of: string;
  /** Share of a customer's pauses that are not to count as churn, in (0.5, 1). */
  readonly quantile: number;
  /** Bounds of the days of silence that are allowed, whatever the customer's rhythm. */
  readonly leastDays: number;
  readonly mostDays: number;
};

/**
 * Churn as the end of a contract of the subscriptions table without a new one within the grace period. Build it with
 * {@link subscription}.
 */
export type SubscriptionChurn = {
  readonly kind: "subscription";
  /** A contract that starts on one of the `graceDays` days after the end undoes it. */
  readonly graceDays: number;
};

export type Churn = ContractChurn | InactivityChurn | RegularityChurn | SubscriptionChurn;

/** The three targets of definitions: some churn in the horizon, first churn in its last month, no event in it. */
export type TargetName = "within" | "in" | "silent";

export const contract = (options: Omit<ContractChurn, "kind">): ContractChurn => ({
  kind: "contract",
  ...options,
});

export const inactivity = (options: Omit<InactivityChurn, "kind">): InactivityChurn => ({
  kind: "inactivity",
  ...options,
});

export const regularity = ({
  of,
  quantile = 0.9,
  leastDays = 14,
  mostDays = 180,
}: Pick<RegularityChurn, "of"> & Partial<RegularityChurn>): RegularityChurn => ({
  kind: "regularity",
  of,
  quantile,
  leastDays,
  mostDays,
});

export const subscription = (options: Omit<SubscriptionChurn, "kind">): SubscriptionChurn => ({
  kind: "subscription",
  ...options,
});

/** A triangular distribution: lowest, most likely and highest value. */
export type Triangular = {readonly low: number; readonly mode: number; readonly high: number};

export const triangular = (low: number, mode: number, high: number): Triangular => ({low, mode, high});

/** The first and the last that count, both included: months written `YYYY-MM`, or days written `YYYY-MM-DD`. */
export type DateRange = {readonly from: string; readonly to: string};

/**
 * Cutoffs for a model that is asked in batches: on the first day of each month of a range of months, or on each Monday
 * or each day of a range of days.
 */
export const every = <Unit extends "month" | "week" | "day">(
  unit: Unit,
  range: DateRange,
): DateRange & {readonly every: Unit} => ({every: unit, ...range});

/**
 * Cutoffs for a model that is asked at any moment: `perCustomer` days drawn for each customer of their own, from a
 * range of days, and on each day a minute drawn for all. Two draws on one day are one cutoff. Events before that
 * minute are seen, and those from it on are outcomes; a log of dates without times is asked at 00:00.
 */
export const atRandom = (
  options: DateRange & {readonly perCustomer: number; readonly seed: number},
): DateRange & {readonly every: "moment"; readonly perCustomer: number; readonly seed: number} => ({
  every: "moment",
  ...options,
});

export const churn = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("contract"),
    start: name,
    renew: name,
    end: name,
    graceDays: z.int().min(0).max(365),
    term: span.optional(),
  }),
  z.strictObject({kind: z.literal("inactivity"), days: z.int().min(1).max(1830), of: name}),
  z
    .strictObject({
      kind: z.literal("regularity"),
      of: name,
      quantile: z.number().gt(0.5).lt(1),
      leastDays: z.int().min(1).max(1830),
      mostDays: z.int().min(1).max(1830),
    })
    .refine(({leastDays, mostDays}) => leastDays <= mostDays, "leastDays is greater than mostDays"),
  z.strictObject({kind: z.literal("subscription"), graceDays: z.int().min(0).max(365)}),
]);

const ordered = ({from, to}: DateRange): boolean => from <= to;
const dates = {from: day, to: day};
export const cutoffs = z.discriminatedUnion("every", [
  z
    .strictObject({every: z.literal("month"), from: month, to: month})
    .refine(ordered, "the first month is after the last"),
  z.strictObject({every: z.literal("week"), ...dates}).refine(ordered, "the first day is after the last"),
  z.strictObject({every: z.literal("day"), ...dates}).refine(ordered, "the first day is after the last"),
  z
    .strictObject({
      every: z.literal("moment"),
      ...dates,
      perCustomer: z.int().min(1).max(1000),
      seed: z.int().min(0),
    })
    .refine(ordered, "the first day is after the last"),
]);
