/** Predicts the base rate for everyone: what any model must beat. */
export type Dummy = {
  /** Share of churners among the training rows, in (0, 1). */
  readonly baseRate: number;
};

/** @throws RangeError when `y` holds one class only. */
export function fitDummy(y: ArrayLike<number>): Dummy {
  let positives = 0;
  for (let i = 0; i < y.length; i++) positives += y[i]!;
  if (positives === 0 || positives === y.length)
    throw new RangeError(`fitDummy requires both classes, got ${positives} positive of ${y.length}`);
  return {baseRate: positives / y.length};
}

/** The log-odds of the base rate, for each row. */
export function applyDummy({baseRate}: Dummy, rows: number): Float64Array {
  return new Float64Array(rows).fill(Math.log(baseRate / (1 - baseRate)));
}
