/**
 * Puts scores that were made fold by fold into one order: each becomes its place within its own fold, the share of the
 * fold's rows below it, ties sharing theirs. Scores themselves must not be pooled to be judged: what a fold is expected
 * to gain is learned from the other folds, so that a fold with more luck than they have gets lower scores, and an order
 * that is worth nothing looks harmful.
 * @param score one a row, finite; @param fold of each row, 0 or more.
 * @returns in (0, 1), in the order of the rows.
 */
export function placesWithinFolds(score: ArrayLike<number>, fold: ArrayLike<number>): Float64Array {
  if (score.length !== fold.length)
    throw new RangeError(
      `placesWithinFolds requires a fold of each of ${score.length} rows, got ${fold.length}`,
    );
  const rows = new Map<number, number[]>();
  for (let i = 0; i < fold.length; i++) {
    const own = rows.get(fold[i]!);
    if (own) own.push(i);
    else rows.set(fold[i]!, [i]);
  }
  const place = new Float64Array(score.length);
  for (const own of rows.values()) {
    own.sort((a, b) => score[a]! - score[b]!);
    for (let from = 0; from < own.length; ) {
      let to = from + 1;
      while (to < own.length && score[own[to]!] === score[own[from]!]) to += 1;
      for (let k = from; k < to; k++) place[own[k]!] = (from + to) / 2 / own.length;
      from = to;
    }
  }
  return place;
}
