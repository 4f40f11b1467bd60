import type {Segment} from "../../data/simulate-campaign.ts";
import {rowsWhere} from "../uplift-data.ts";
import {type BySegment, bySegment, likeliestSegments, SEGMENTS, type SegmentEstimate} from "./quadrants.ts";

/**
 * What is true of each row, which only a simulation knows: the effect expected of it, given all that the simulation knows
 * of the customer, and the quadrant by that (`segmentOf`). What became of it in both lives is another truth, of luck too,
 * and is what `quadrantBounds` is held against.
 */
export type UpliftTruth = {
  /** E[Y(1) - Y(0)] of the row. */
  readonly uplift: ArrayLike<number>;
  readonly segment: readonly Segment[];
};

/** How near estimated effects come to the true ones. */
export type EffectRecovery = {
  /** Root of the mean squared error of the effects (PEHE; Hill 2011), and of the best constant, the true average. */
  readonly pehe: number;
  readonly constantPehe: number;
  /** Pearson's correlation with the true effects; NaN where the estimates are all the same. */
  readonly correlation: number;
  /** Share of true persuadables in the tenth of the highest estimates, ties shared, and in all rows. */
  readonly persuadableInTop: number;
  readonly persuadable: number;
};

/** Rows put at a membership between two tenths: how often it was said, and how often it was true. */
export type MembershipBin = {
  readonly segment: Segment;
  /** Memberships in [from, to); the last holds 1. */
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  readonly said: number;
  readonly true: number;
};

/** How well quadrants are recovered. */
export type SegmentRecovery = {
  /** Rows that are truly in the first quadrant and likeliest in the second. */
  readonly confusion: BySegment<BySegment<number>>;
  /** Share of rows of which the likeliest quadrant is the true one, and of the largest quadrant in all rows. */
  readonly right: number;
  readonly largest: number;
  /** Mean probability that was given to the true quadrant. */
  readonly toTrue: number;
  /** Bins of five tenths a quadrant, those with rows. */
  readonly calibration: readonly MembershipBin[];
};

/** @throws RangeError when there are no rows, or not as many of both. */
export function effectRecovery(
  uplift: ArrayLike<number>,
  {uplift: truth, segment}: UpliftTruth,
): EffectRecovery {
  const n = truth.length;
  if (n === 0 || uplift.length !== n || segment.length !== n)
    throw new RangeError(`effectRecovery requires an estimate a row, got ${uplift.length} for ${n}`);
  const mean = (of: (i: number) => number) => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += of(i);
    return sum / n;
  };
  const [estimated, actual] = [mean(i => uplift[i]!), mean(i => truth[i]!)];
  const covariance = mean(i => (uplift[i]! - estimated) * (truth[i]! - actual));
  const spread = mean(i => (uplift[i]! - estimated) ** 2);
  const variance = mean(i => (truth[i]! - actual) ** 2);
  const isPersuadable = (i: number) => Number(segment[i] === "persuadable");
  return {
    pehe: Math.sqrt(mean(i => (uplift[i]! - truth[i]!) ** 2)),
    constantPehe: Math.sqrt(variance),
    correlation: spread > 1e-24 ? covariance / Math.sqrt(spread * variance) : Number.NaN,
    persuadableInTop: shareInTop(uplift, isPersuadable, n / 10),
    persuadable: mean(isPersuadable),
  };
}

/** Mean of a value among the `top` highest scores; rows that tie over the cut share what room is left. */
function shareInTop(scores: ArrayLike<number>, value: (i: number) => number, top: number): number {
  const order = Int32Array.from(scores, (_, i) => i).sort((a, b) => scores[b]! - scores[a]! || a - b);
  let [sum, left] = [0, top];
  for (let from = 0; from < order.length && left > 0; ) {
    let [to, tied] = [from, 0];
    while (to < order.length && scores[order[to]!] === scores[order[from]!]) tied += value(order[to++]!);
    const room = Math.min(left, to - from);
    sum += (tied * room) / (to - from);
    left -= room;
    from = to;
  }
  return sum / top;
}

/** Bins of memberships. */
const BINS = 5;

/** @throws RangeError when the truth is of other rows. */
export function segmentRecovery(estimate: SegmentEstimate, {segment}: UpliftTruth): SegmentRecovery {
  const {probability} = estimate;
  const n = segment.length;
  if (n === 0 || estimate.uplift.length !== n)
    throw new RangeError(
      `segmentRecovery requires an estimate a row, got ${estimate.uplift.length} for ${n}`,
    );
  const confusion = bySegment(() => bySegment(() => 0) as Record<Segment, number>);
  likeliestSegments(estimate).forEach((likeliest, i) => {
    confusion[segment[i]!][likeliest] += 1;
  });
  const totals = SEGMENTS.map(one => SEGMENTS.reduce((sum, other) => sum + confusion[one][other], 0));
  return {
    confusion,
    right: SEGMENTS.reduce((sum, one) => sum + confusion[one][one], 0) / n,
    largest: Math.max(...totals) / n,
    toTrue: segment.reduce((sum, one, i) => sum + probability[one][i]!, 0) / n,
    calibration: SEGMENTS.flatMap(one =>
      Array.from({length: BINS}, (_, bin): MembershipBin => {
        const binOf = (p: number) => Math.min(BINS - 1, Math.floor(p * BINS));
        const rows = rowsWhere(probability[one], p => binOf(p) === bin);
        const mean = (of: (i: number) => number) => rows.reduce((sum, i) => sum + of(i), 0) / rows.length;
        return {
          ...{segment: one, from: bin / BINS, to: (bin + 1) / BINS, rows: rows.length},
          said: mean(i => probability[one][i]!),
          true: mean(i => Number(segment[i] === one)),
        };
      }).filter(({rows}) => rows > 0),
    ),
  };
}
