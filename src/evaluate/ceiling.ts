/**
 * The lift that nobody can exceed, who knew every outcome: min(1 / base rate, 1 / fraction).
 * @param baseRate share of churners, in (0, 1]; @param fraction share contacted, in (0, 1].
 */
export function hindsightCeiling(baseRate: number, {fraction}: {readonly fraction: number}): number {
  requireShare("hindsightCeiling", "a base rate", baseRate);
  requireShare("hindsightCeiling", "a fraction", fraction);
  return Math.min(1 / baseRate, 1 / fraction);
}

/** What a perfect knowledge of the probabilities would reach among the top fraction, in expectation. */
export type BayesCeiling = {
  /** Expected share of churners among those contacted. */
  readonly rate: number;
  /** `rate` over the mean probability. */
  readonly lift: number;
};

/**
 * The lift that no model beats in expectation: the mean of the largest probabilities over the mean of all.
 * With true probabilities it is the Bayes ceiling; with a model's calibrated ones it is what that model promises.
 * @param fraction share contacted, in (0, 1]; a part of a row counts by its part.
 * @throws RangeError when a probability is outside [0, 1] or all are 0.
 */
export function bayesCeiling(
  probabilities: ArrayLike<number>,
  {fraction}: {readonly fraction: number},
): BayesCeiling {
  requireShare("bayesCeiling", "a fraction", fraction);
  const sorted = checked("bayesCeiling", probabilities).sort().reverse();
  const k = fraction * sorted.length;
  let [top, all] = [0, 0];
  for (let i = 0; i < sorted.length; i++) {
    all += sorted[i]!;
    top += sorted[i]! * Math.min(Math.max(k - i, 0), 1);
  }
  if (all === 0) throw new RangeError("bayesCeiling requires a probability above 0, got none");
  return {rate: top / k, lift: top / k / (all / sorted.length)};
}

/**
 * The AUC that ranking by the probabilities has when outcomes follow them: over pairs of different rows, the
 * expected pairs in order over the expected pairs of a churner and a stayer, a tie counting half.
 * @throws RangeError when a probability is outside [0, 1], or no pair can be of a churner and a stayer.
 */
export function bayesAuc(probabilities: ArrayLike<number>): number {
  const p = checked("bayesAuc", probabilities).sort();
  let [stayersBelow, inOrder, pairs, stayers, churners] = [0, 0, 0, 0, 0];
  for (let start = 0, end = 0; start < p.length; start = end) {
    let [groupChurners, groupStayers, own] = [0, 0, 0];
    for (; end < p.length && p[end] === p[start]; end++) {
      groupChurners += p[end]!;
      groupStayers += 1 - p[end]!;
      own += p[end]! * (1 - p[end]!);
    }
    // A row makes no pair with itself.
    inOrder += groupChurners * stayersBelow + (groupChurners * groupStayers - own) / 2;
    pairs -= own;
    stayersBelow += groupStayers;
    stayers += groupStayers;
    churners += groupChurners;
  }
  pairs += churners * stayers;
  if (!(pairs > 0))
    throw new RangeError(
      `bayesAuc requires a possible churner and a possible stayer, got ${p[0]} to ${p.at(-1)}`,
    );
  return inOrder / pairs;
}

/** The smallest expected Brier score: the mean of p (1 - p). @throws RangeError outside [0, 1]. */
export function bayesBrier(probabilities: ArrayLike<number>): number {
  return mean(checked("bayesBrier", probabilities), p => p * (1 - p));
}

/** The smallest expected log loss in nats: the mean entropy. @throws RangeError outside [0, 1]. */
export function bayesLogLoss(probabilities: ArrayLike<number>): number {
  const part = (p: number): number => (p === 0 ? 0 : -p * Math.log(p));
  return mean(checked("bayesLogLoss", probabilities), p => part(p) + part(1 - p));
}

/**
 * The part reached of the way from random choice (lift 1) to the ceiling: (lift - 1) / (ceiling - 1); below 0
 * when worse than random. null when the ceiling leaves nothing to reach.
 */
export function shareOfAttainable(lift: number, ceiling: number): number | null {
  return ceiling > 1 + 1e-12 ? (lift - 1) / (ceiling - 1) : null;
}

function mean(values: Float64Array, of: (value: number) => number): number {
  let sum = 0;
  for (const value of values) sum += of(value);
  return sum / values.length;
}

function checked(caller: string, probabilities: ArrayLike<number>): Float64Array {
  const p = Float64Array.from(probabilities);
  if (p.length === 0) throw new RangeError(`${caller} requires probabilities, got none`);
  const bad = p.findIndex(value => !(value >= 0 && value <= 1));
  if (bad >= 0)
    throw new RangeError(`${caller} requires probabilities in [0, 1], got ${p[bad]} in row ${bad}`);
  return p;
}

function requireShare(caller: string, what: string, value: number): void {
  if (!(value > 0 && value <= 1)) throw new RangeError(`${caller} requires ${what} in (0, 1], got ${value}`);
}
