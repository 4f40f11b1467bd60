/** Predicts the base rate for everyone: what any model must beat. */
export type Dummy = {
  /** Share of churners among the training rows, by weight, in (0, 1). */
  readonly baseRate: number;
};

/** @param weights one a row, at least 0; 1 each when absent. @throws RangeError when `y` holds one class only. */
export function fitDummy(
  y: ArrayLike<number>,
  {weights}: {readonly weights?: ArrayLike<number> | undefined} = {},
): Dummy {
  let [positives, all] = [0, 0];
  for (let i = 0; i < y.length; i++) {
    const w = weights ? weights[i]! : 1;
    positives += w * y[i]!;
    all += w;
  }
  if (!(positives > 0 && positives < all))
    throw new RangeError(`fitDummy requires both classes, got ${positives} positive of ${all}`);
  return {baseRate: positives / all};
}

/** The log-odds of the base rate, for each row. */
export function applyDummy({baseRate}: Dummy, rows: number): Float64Array {
  return new Float64Array(rows).fill(Math.log(baseRate / (1 - baseRate)));
}
