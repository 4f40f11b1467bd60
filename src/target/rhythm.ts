import type {EventLog} from "../data/event-log.ts";
import {inactivity} from "../study.ts";
import {churnDays, typeCode} from "./churn.ts";
import {gapReader, type RegularityRule, silenceAllowed} from "./regularity.ts";
import {type SpellSummary, spellSummary} from "./spells.ts";

/** Customers alike in how even their gaps are, and what two definitions of churn make of them. */
export type RhythmGroup = {
  readonly customers: number;
  /** Days between neighbouring days with an event: the median over customers of each one's geometric mean. */
  readonly usualGap: number;
  /** Median over customers of the days of silence that regularity allows at the end of the log. */
  readonly allowed: number;
  /** The same as a multiple of the customer's own usual gap. */
  readonly allowedInGaps: number;
  readonly regularity: SpellSummary;
  /** Under the same number of days for all. */
  readonly inactivity: SpellSummary;
};

/** Gaps without which a customer's rhythm is not known. */
const ENOUGH_GAPS = 3;
const GROUPS = 4;

/**
 * Quarters of the customers with at least three gaps, from the most even rhythm to the least, by the variance of
 * their log gaps. @returns none when there are fewer than four such customers.
 */
export function rhythmGroups(log: EventLog, rule: RegularityRule, {days}: {days: number}): RhythmGroup[] {
  const code = typeCode(log, rule.of, "churn.of");
  const known: {c: number; usual: number; variance: number; allowed: number}[] = [];
  for (let c = 0; c < log.customers.length; c++) {
    const see = gapReader();
    let sums = {gaps: 0, mean: 0, squares: 0};
    for (let i = log.offsets[c]!; i < log.offsets[c + 1]! && log.day[i]! <= log.lastDay; i++)
      if (log.type[i] === code) sums = see(log.day[i]!);
    if (sums.gaps < ENOUGH_GAPS) continue;
    const variance = sums.squares / (sums.gaps - 1);
    known.push({c, usual: Math.exp(sums.mean), variance, allowed: silenceAllowed(rule, sums)});
  }
  if (known.length < GROUPS) return [];
  known.sort((a, b) => a.variance - b.variance || a.c - b.c);
  const own = churnDays(log, rule);
  const fixed = churnDays(log, inactivity({days, of: rule.of}));
  return Array.from({length: GROUPS}, (_, g) => {
    const group = known.slice(
      Math.floor((g * known.length) / GROUPS),
      Math.floor(((g + 1) * known.length) / GROUPS),
    );
    const who = group.map(({c}) => c);
    return {
      customers: group.length,
      usualGap: median(group.map(({usual}) => usual)),
      allowed: median(group.map(({allowed}) => allowed)),
      allowedInGaps: median(group.map(({allowed, usual}) => allowed / usual)),
      regularity: spellSummary(log, own, who),
      inactivity: spellSummary(log, fixed, who),
    };
  });
}

/** Of an even number of values the mean of the two in the middle. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
