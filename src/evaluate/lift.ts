import {hindsightCeiling, shareOfAttainable} from "./ceiling.ts";
import {rankTable, tableTop, totalSum} from "./rank-table.ts";
import {positivesOf, type Ranking, rankRows} from "./ranking.ts";

/** One group of the ranking, the riskiest first, with what the groups up to it reach together. */
export type LiftBin = {
  /** From 1, the riskiest. */
  readonly bin: number;
  readonly rows: number;
  readonly positives: number;
  /** Share of churners in the bin. */
  readonly rate: number;
  /** `rate` over the base rate. */
  readonly lift: number;
  readonly cumulativeRows: number;
  readonly cumulativePositives: number;
  /** Share of all churners found so far. */
  readonly cumulativeGain: number;
  readonly cumulativeLift: number;
  /** What a ranking in hindsight would have found so far. */
  readonly perfectGain: number;
  readonly perfectLift: number;
  /** Way from random to perfect that the lift so far has gone; null where there is none. */
  readonly shareOfAttainable: number | null;
};

/**
 * Cuts the ranking into bins as equal as can be (the first ones hold one row more); tied rows keep their order,
 * so a table of integers for people. {@link lift} shares ties.
 * @throws RangeError without a churner, or with fewer rows than bins.
 */
export function liftTable(
  margins: ArrayLike<number>,
  y: ArrayLike<number>,
  {bins = 10}: {readonly bins?: number} = {},
): LiftBin[] {
  const {rows, positive} = rankRows(margins, y);
  const all = positive.reduce((sum, p) => sum + p, 0);
  if (all === 0) throw new RangeError(`liftTable requires a churner, got 0 positive of ${rows}`);
  if (!Number.isInteger(bins) || bins < 1 || bins > rows)
    throw new RangeError(`liftTable requires bins from 1 to ${rows}, the number of rows, got ${bins}`);
  const base = all / rows;
  const table: LiftBin[] = [];
  let [k, found] = [0, 0];
  for (let b = 0; b < bins; b++) {
    const n = Math.floor(rows / bins) + (b < rows % bins ? 1 : 0);
    let positives = 0;
    for (const end = k + n; k < end; k++) positives += positive[k]!;
    found += positives;
    const perfectLift = hindsightCeiling(base, {fraction: k / rows});
    const cumulativeLift = found / k / base;
    table.push({
      bin: b + 1,
      rows: n,
      positives,
      rate: positives / n,
      lift: positives / n / base,
      cumulativeRows: k,
      cumulativePositives: found,
      cumulativeGain: found / all,
      cumulativeLift,
      perfectGain: Math.min(1, k / all),
      perfectLift,
      shareOfAttainable: shareOfAttainable(cumulativeLift, perfectLift),
    });
  }
  return table;
}

/**
 * Share of churners among the top fraction over the share among all: the lift at a capacity. Ties over the cut
 * are shared: the value is the expectation over their random order. The cut is at fraction × rows, not rounded.
 * @param fraction share contacted, in (0, 1].
 * @throws RangeError without a churner, or when the fraction is out of range.
 */
export function lift(ranking: Ranking, {fraction}: {readonly fraction: number}): number {
  requireFraction("lift", fraction);
  requireChurner("lift", ranking);
  const table = rankTable(ranking);
  return tableTop(table, fraction) / totalSum(table) / fraction;
}

/** Expected share of churners among the first `k` rows, k in [1, rows]; ties over the cut are shared. */
export function precisionAt(ranking: Ranking, {k}: {readonly k: number}): number {
  requirePlaces("precisionAt", ranking, k);
  return tableTop(rankTable(ranking), k / ranking.rows) / k;
}

/**
 * Expected share of all churners that the first `k` rows hold, k in [1, rows]; ties over the cut are shared.
 * @throws RangeError without a churner.
 */
export function recallAt(ranking: Ranking, {k}: {readonly k: number}): number {
  requirePlaces("recallAt", ranking, k);
  requireChurner("recallAt", ranking);
  const table = rankTable(ranking);
  return tableTop(table, k / ranking.rows) / totalSum(table);
}

/** A point of the cumulative gains curve. */
export type GainPoint = {
  /** Share contacted. */
  readonly fraction: number;
  /** Share of all churners among them. */
  readonly gain: number;
  /** `gain` over `fraction`; at fraction 0 the limit from above. */
  readonly lift: number;
};

/**
 * The gains curve at even steps from 0 to 1, both included, ties shared.
 * @throws RangeError without a churner.
 */
export function gains(ranking: Ranking, {points = 101}: {readonly points?: number} = {}): GainPoint[] {
  requireChurner("gains", ranking);
  if (!Number.isInteger(points) || points < 2)
    throw new RangeError(`gains requires at least 2 points, got ${points}`);
  const table = rankTable(ranking);
  const all = totalSum(table);
  return Array.from({length: points}, (_, i) => {
    const fraction = i / (points - 1);
    const gain = tableTop(table, fraction) / all;
    return {
      fraction,
      gain,
      lift: i === 0 ? (table.sum[0]! / all / table.weight[0]!) * ranking.rows : gain / fraction,
    };
  });
}

function requireChurner(caller: string, ranking: Ranking): void {
  if (positivesOf(ranking) === 0)
    throw new RangeError(`${caller} requires a churner, got 0 positive of ${ranking.rows}`);
}

function requirePlaces(caller: string, {rows}: Ranking, k: number): void {
  if (!(k >= 1 && k <= rows))
    throw new RangeError(`${caller} requires k from 1 to ${rows}, the number of rows, got ${k}`);
}

function requireFraction(caller: string, fraction: number): void {
  if (!(fraction > 0 && fraction <= 1))
    throw new RangeError(`${caller} requires a fraction in (0, 1], got ${fraction}`);
}
