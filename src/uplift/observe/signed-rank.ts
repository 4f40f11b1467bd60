import {normalBelow} from "../experiment/distributions.ts";
import type {Trial} from "../trial.ts";
import type {Pair} from "./matching.ts";

/** Up to so many pairs the distribution is counted out; beyond, it is as good as normal. */
const EXACT = 150;

/**
 * Rosenbaum's (2002, section 4.3) bound for pairs with an amount as outcome: the largest one-sided p-value of Wilcoxon's
 * signed rank statistic, that the treated have more, when an unmeasured reason makes one of a pair up to `gamma` times as
 * likely to be the treated one. Pairs without a difference are left out; equal sizes share their ranks. Counted out up to
 * 150 pairs, by the normal approximation without correction beyond. With differences of one size only it is McNemar's.
 * @param differences treated less control, one a pair.
 * @returns 1 where no pair differs.
 * @throws RangeError when a difference is not finite or gamma is below 1.
 */
export function signedRankBound(differences: ArrayLike<number>, {gamma}: Gamma): number {
  const {ranks, statistic} = doubledRanks("signedRankBound", differences, gamma);
  if (ranks.length === 0) return 1;
  return ranks.length <= EXACT
    ? tailAt(ranks, statistic, gamma / (1 + gamma))
    : normalTail(ranks, statistic, gamma);
}

/** The same by the normal approximation, however few the pairs. @throws RangeError as {@link signedRankBound}. */
export function signedRankNormalBound(differences: ArrayLike<number>, {gamma}: Gamma): number {
  const {ranks, statistic} = doubledRanks("signedRankNormalBound", differences, gamma);
  return ranks.length === 0 ? 1 : normalTail(ranks, statistic, gamma);
}

type Gamma = {readonly gamma: number};

function normalTail(ranks: Int32Array, statistic: number, gamma: number): number {
  const p = gamma / (1 + gamma);
  const mean = p * ranks.reduce((sum, rank) => sum + rank, 0);
  const variance = p * (1 - p) * ranks.reduce((sum, rank) => sum + rank * rank, 0);
  return normalBelow((mean - statistic) / Math.sqrt(variance));
}

/** Twice the ranks of the sizes, so that shared ones are whole, and the sum of those of positive differences. */
function doubledRanks(
  caller: string,
  differences: ArrayLike<number>,
  gamma: number,
): {readonly ranks: Int32Array; readonly statistic: number} {
  if (!(gamma >= 1 && gamma < Number.POSITIVE_INFINITY))
    throw new RangeError(`${caller} requires a finite gamma of at least 1, got ${gamma}`);
  const kept = Array.from(differences).filter((d, i) => {
    if (!Number.isFinite(d))
      throw new RangeError(`${caller} requires finite differences, got ${d} in pair ${i}`);
    return d !== 0;
  });
  kept.sort((a, b) => Math.abs(a) - Math.abs(b));
  const ranks = new Int32Array(kept.length);
  let statistic = 0;
  for (let from = 0; from < kept.length; ) {
    let to = from;
    while (to < kept.length && Math.abs(kept[to]!) === Math.abs(kept[from]!)) to += 1;
    for (let i = from; i < to; i++) {
      ranks[i] = from + 1 + to;
      if (kept[i]! > 0) statistic += ranks[i]!;
    }
    from = to;
  }
  return {ranks, statistic};
}

/** Probability that the sum of ranks, each taken with probability p, is at least `least`. */
function tailAt(ranks: Int32Array, least: number, p: number): number {
  const most = ranks.reduce((sum, rank) => sum + rank, 0);
  const mass = new Float64Array(most + 1);
  mass[0] = 1;
  let reach = 0;
  for (const rank of ranks) {
    reach += rank;
    for (let s = reach; s >= 0; s--) mass[s] = mass[s]! * (1 - p) + (s >= rank ? mass[s - rank]! * p : 0);
  }
  let above = 0;
  for (let s = most; s >= least; s--) above += mass[s]!;
  return Math.min(1, above);
}

/** How strong an unmeasured reason a finding from pairs withstands. */
export type PairSensitivity = {
  readonly pairs: number;
  /** One-sided p-value, in the direction of the mean difference, if nothing unmeasured mattered. */
  readonly p: number;
  /**
   * The largest gamma up to 20 at which p stays at or below 0.05; null where it is above that without any reason
   * unmeasured.
   */
  readonly gamma: number | null;
};

const ALPHA = 0.05;
const MOST = 20;

/**
 * The odds by which something unmeasured would have to favour the contact of one of a pair to explain what was found.
 * @throws RangeError as {@link signedRankBound}.
 */
export function pairSensitivity({outcome}: Pick<Trial, "outcome">, pairs: readonly Pair[]): PairSensitivity {
  const raw = pairs.map(({treated, control}) => outcome[treated]! - outcome[control]!);
  const sign = raw.reduce((sum, d) => sum + d, 0) < 0 ? -1 : 1;
  const differences = raw.map(d => sign * d);
  const at = (gamma: number) => signedRankBound(differences, {gamma});
  const p = at(1);
  if (p > ALPHA) return {pairs: pairs.length, p, gamma: null};
  if (at(MOST) <= ALPHA) return {pairs: pairs.length, p, gamma: MOST};
  let [low, high] = [1, MOST];
  while (high - low > 1e-6) {
    const middle = (low + high) / 2;
    if (at(middle) <= ALPHA) low = middle;
    else high = middle;
  }
  return {pairs: pairs.length, p, gamma: low};
}
