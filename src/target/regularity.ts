import type {Day, EventLog} from "../data/event-log.ts";
import type {Instant} from "../data/instant.ts";
import {asKnownBefore} from "../data/known.ts";
import {DataError} from "../data-error.ts";
import type {RegularityChurn} from "../study.ts";
import {studentQuantile} from "./student.ts";

/**
 * What the gaps of many customers say of one more, in logarithms of days: within a customer log gaps are normal, with
 * a mean and a variance of the customer's own that are normal-inverse-gamma among customers.
 */
export type GapPopulation = {
  /** Mean of the customers' means. */
  readonly mean: number;
  /** Gaps that the population's mean is worth: own gaps weigh one each. */
  readonly meanWeight: number;
  /** Shape and scale of the inverse gamma distribution of the variances; the shape is over 2. */
  readonly shape: number;
  readonly scale: number;
  /** Customers and gaps that it was learned from. */
  readonly customers: number;
  readonly gaps: number;
};

/** Regularity churn with what it has learned. */
export type RegularityRule = RegularityChurn & {readonly population: GapPopulation};

/** Gaps of one customer so far: how many, mean of the log days, and sum of squares about that mean. */
export type GapSums = {readonly gaps: number; readonly mean: number; readonly squares: number};

/** A population without any spread between customers, or between their variances, is held at these. */
const MOST_WEIGHT = 1000;
const MOST_SHAPE = 100;

/**
 * Learns the population from gaps between neighbouring days with an event, by moments: the variances within and
 * between customers as in a one-way analysis of variance with unequal groups (Searle, Casella and McCulloch 1992, 3.6),
 * the spread of the variances from their own second moment.
 * @param learns by customer of the log, 1 for those to learn from. @param before gaps that end on this day or later
 * are not looked at; a gap that is open there is not counted, which favours short ones a little.
 * @throws DataError when no customer has two gaps, or all gaps are alike.
 */
export function fitRegularity(
  whole: EventLog,
  {of, learns, before}: {readonly of: string; readonly learns: ArrayLike<number>; readonly before: Day},
): GapPopulation {
  const log = asKnownBefore(whole, before);
  const code = log.types.indexOf(of);
  const sums: GapSums[] = [];
  for (let c = 0; c < log.customers.length; c++) {
    if (learns[c] !== 1) continue;
    const see = gapReader();
    let last = noGaps;
    for (let i = log.offsets[c]!; i < log.offsets[c + 1]! && log.day[i]! < before; i++)
      if (log.type[i] === code) last = see(log.day[i]!);
    if (last.gaps > 0) sums.push(last);
  }
  const total = (value: (s: GapSums) => number): number => sums.reduce((sum, s) => sum + value(s), 0);
  const gaps = total(s => s.gaps);
  const degrees = gaps - sums.length;
  const within = total(s => s.squares) / degrees;
  if (!(within > 0))
    throw new DataError(
      `regularity requires training customers with three or more days of "${of}" in an uneven rhythm before the ` +
        `first test cutoff, got ${sums.length} customers with ${gaps} gaps; use inactivity instead`,
    );
  const grand = total(s => s.gaps * s.mean) / gaps;
  const between =
    (total(s => s.gaps * (s.mean - grand) ** 2) - (sums.length - 1) * within) /
    (gaps - total(s => s.gaps * s.gaps) / gaps);
  const spread = Math.max(between, within / MOST_WEIGHT);
  const weigh = (s: GapSums): number => 1 / (spread + within / s.gaps);
  // Of a sample variance v with n - 1 degrees, v² is (n + 1) / (n - 1) times too large on average.
  const squared = total(s => (s.gaps > 1 ? s.squares ** 2 / (s.gaps + 1) : 0)) / degrees;
  const ratio = squared / within ** 2;
  const shape = ratio > 1 ? Math.min((2 * ratio - 1) / (ratio - 1), MOST_SHAPE) : MOST_SHAPE;
  return {
    mean: total(s => weigh(s) * s.mean) / total(weigh),
    meanWeight: within / spread,
    shape,
    scale: within * (shape - 1),
    ...{customers: sums.length, gaps},
  };
}

const noGaps: GapSums = {gaps: 0, mean: 0, squares: 0};

/**
 * Follows the days of one customer, or instants, in ascending order, a day as often as it comes: the gaps up to that
 * day. Gaps are between whole days in UTC whatever the time of day: two purchases of one evening are one.
 */
export function gapReader(): (time: Instant) => GapSums {
  let last = Number.NEGATIVE_INFINITY;
  let sums = noGaps;
  return time => {
    const day = Math.floor(time);
    if (day === last) return sums;
    if (Number.isFinite(last)) {
      const gap = Math.log(day - last);
      const gaps = sums.gaps + 1;
      const mean = sums.mean + (gap - sums.mean) / gaps;
      sums = {gaps, mean, squares: sums.squares + (gap - sums.mean) * (gap - mean)};
    }
    last = day;
    return sums;
  };
}

/**
 * Days of silence that are allowed after gaps such as these: the quantile of the next gap, rounded up to whole days,
 * within [leastDays, mostDays]. The next log gap follows Student's t about the customer's mean shrunk towards the
 * population's, with the variance shrunk likewise (conjugate normal-inverse-gamma; Gelman et al. 2013, 3.3).
 */
export function silenceAllowed(rule: RegularityRule, {gaps, mean, squares}: GapSums): number {
  const {population, quantile, leastDays, mostDays} = rule;
  const weight = population.meanWeight + gaps;
  const centre = (population.meanWeight * population.mean + gaps * mean) / weight;
  const shape = population.shape + gaps / 2;
  const scale =
    population.scale +
    squares / 2 +
    (population.meanWeight * gaps * (mean - population.mean) ** 2) / (2 * weight);
  const spread = Math.sqrt((scale * (weight + 1)) / (shape * weight));
  const days = Math.exp(centre + spread * quantileOf(quantile, 2 * shape));
  // The last digits of exp and log may differ between machines; whole days must not.
  return Math.min(Math.max(Math.ceil(days - 1e-6), leastDays), mostDays);
}

const quantiles = new Map<string, number>();

/** A quantile takes an integral, and there are as many degrees of freedom as there are numbers of gaps. */
function quantileOf(p: number, degrees: number): number {
  const key = `${p} ${degrees}`;
  const known = quantiles.get(key) ?? studentQuantile(p, degrees);
  quantiles.set(key, known);
  return known;
}
