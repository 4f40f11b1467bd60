/**
 * Weights that halve with every `halfLifeDays` of age: 1 for a cutoff on `asOf`, 1/2 a half-life before.
 * @param cutoffs days, one a row; none after `asOf`.
 * @throws RangeError when the half-life is not above 0, or a cutoff is after `asOf`.
 */
export function decayWeights(
  cutoffs: ArrayLike<number>,
  {halfLifeDays, asOf}: {readonly halfLifeDays: number; readonly asOf: number},
): Float64Array {
  if (!(halfLifeDays > 0 && halfLifeDays < Infinity))
    throw new RangeError(`decayWeights requires halfLifeDays above 0, got ${halfLifeDays}`);
  const weights = new Float64Array(cutoffs.length);
  for (let i = 0; i < weights.length; i++) {
    const age = asOf - cutoffs[i]!;
    if (!(age >= 0))
      throw new RangeError(`decayWeights requires cutoffs up to ${asOf}, got ${cutoffs[i]} in row ${i}`);
    weights[i] = Math.exp((-Math.LN2 * age) / halfLifeDays);
  }
  return weights;
}
