import type {Clusters} from "./bootstrap.ts";
import {type Level, normalQuantile} from "./quantile.ts";
import {rankTable, totalSum, totalWeight} from "./rank-table.ts";
import type {Ranking} from "./ranking.ts";

/** An estimate with its standard error and the normal interval that goes with it. */
export type NormalInterval = {
  readonly value: number;
  readonly standardError: number;
  /** Not held within the range of the value. */
  readonly low: number;
  readonly high: number;
  /** Probability that the interval is to hold. */
  readonly level: number;
};

type DelongOptions = {
  /** Customers of the rows, by row number; every row is one of its own when absent. */
  readonly clusters?: Clusters | undefined;
  readonly level?: Level;
};

/**
 * ROC AUC with its variance after DeLong, DeLong and Clarke-Pearson (1988), by the ranks of Sun and Xu (2014); with
 * clusters after Obuchowski (1997), for rows of a customer that hang together.
 * @throws RangeError when there are fewer than two churners or stayers, or with clusters fewer than two customers
 * that have one.
 */
export function delongAuc(ranking: Ranking, options: DelongOptions = {}): NormalInterval {
  return normalInterval([placementsOf("delongAuc", ranking)], options);
}

/**
 * ROC AUC of `a` less that of `b` on the same rows, with the variance of the difference: DeLong et al. (1988), with
 * clusters Obuchowski (1997). Both models see the same churners, so the difference is paired.
 * @throws RangeError as {@link delongAuc}, or when the two do not rank the same rows with the same labels.
 */
export function delongDifference(a: Ranking, b: Ranking, options: DelongOptions = {}): NormalInterval {
  const [ofA, ofB] = [placementsOf("delongDifference", a), placementsOf("delongDifference", b)];
  const labelOf = new Map(Array.from(b.order, (row, k) => [row, b.positive[k]!]));
  if (a.rows !== b.rows || a.order.some((row, k) => labelOf.get(row) !== a.positive[k]))
    throw new RangeError("delongDifference requires two rankings of the same rows and labels, got others");
  return normalInterval([ofA, ofB], options);
}

/** A ranking with what each row says of the AUC. */
type Placements = {
  readonly ranking: Ranking;
  readonly auc: number;
  readonly churners: number;
  readonly stayers: number;
  /** By row number: of a churner the share of stayers below, of a stayer that of churners above; a tie counts half. */
  readonly placement: Float64Array;
};

function placementsOf(caller: string, ranking: Ranking): Placements {
  const {order, ends, positive, rows} = ranking;
  const table = rankTable(ranking);
  const churners = totalSum(table);
  const stayers = totalWeight(table) - churners;
  if (churners < 2 || stayers < 2)
    throw new RangeError(`${caller} requires two rows of each class, got ${churners} positive of ${rows}`);
  const placement = new Float64Array(1 + order.reduce((a, b) => Math.max(a, b), -1));
  let [k, auc] = [0, 0];
  for (let g = 0; g < ends.length; g++) {
    const [before, upTo] = [g === 0 ? 0 : table.sum[g - 1]!, table.sum[g]!];
    const [stayersBefore, stayersUpTo] = [k - before, ends[g]! - upTo];
    const ofChurner = 1 - (stayersBefore + stayersUpTo) / 2 / stayers;
    const ofStayer = (before + upTo) / 2 / churners;
    for (; k < ends[g]!; k++) placement[order[k]!] = positive[k] === 1 ? ofChurner : ofStayer;
    auc += (upTo - before) * ofChurner;
  }
  return {ranking, auc: auc / churners, churners, stayers, placement};
}

/** Of one AUC, or of the first less the second. */
function normalInterval(all: readonly Placements[], {clusters, level = 0.95}: DelongOptions): NormalInterval {
  const [first, second] = all;
  const {churners: m, stayers: n, ranking, placement} = first!;
  const size = clusters?.n ?? placement.length;
  const [ofChurners, ofStayers] = [new Float64Array(size), new Float64Array(size)];
  const [hasChurner, hasStayer] = [new Uint8Array(size), new Uint8Array(size)];
  for (let at = 0; at < ranking.rows; at++) {
    const row = ranking.order[at]!;
    const c = clusters ? clusters.cluster[row]! : row;
    const other = second ? second.placement[row]! - second.auc : 0;
    const excess = placement[row]! - first!.auc - other;
    const [sums, has] = ranking.positive[at] === 1 ? [ofChurners, hasChurner] : [ofStayers, hasStayer];
    sums[c]! += excess;
    has[c] = 1;
  }
  const value = first!.auc - (second?.auc ?? 0);
  const variance = sumOfVariances({ofChurners, ofStayers, hasChurner, hasStayer}, {m, n});
  const standardError = Math.sqrt(Math.max(0, variance));
  const half = normalQuantile(level) * standardError;
  return {value, standardError, low: value - half, high: value + half, level};
}

/** Obuchowski's estimate, from the excess of the placements summed by cluster; m churners and n stayers. */
function sumOfVariances(
  {
    ofChurners,
    ofStayers,
    hasChurner,
    hasStayer,
  }: {ofChurners: Float64Array; ofStayers: Float64Array; hasChurner: Uint8Array; hasStayer: Uint8Array},
  {m, n}: {m: number; n: number},
): number {
  let [churners, stayers, both] = [0, 0, 0];
  let [withChurner, withStayer, withRow] = [0, 0, 0];
  for (let c = 0; c < ofChurners.length; c++) {
    churners += ofChurners[c]! ** 2;
    stayers += ofStayers[c]! ** 2;
    both += ofChurners[c]! * ofStayers[c]!;
    withChurner += hasChurner[c]!;
    withStayer += hasStayer[c]!;
    withRow += hasChurner[c]! | hasStayer[c]!;
  }
  if (withChurner < 2 || withStayer < 2)
    throw new RangeError(
      `delong requires two customers of each class, got ${withChurner} with a churner and ${withStayer} with a stayer`,
    );
  return (
    (withChurner / (withChurner - 1)) * (churners / (m * m)) +
    (withStayer / (withStayer - 1)) * (stayers / (n * n)) +
    2 * (withRow / (withRow - 1)) * (both / (m * n))
  );
}
