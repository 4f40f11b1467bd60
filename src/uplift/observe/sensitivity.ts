import gammaln from "@stdlib/math-base-special-gammaln";

/**
 * E-value (VanderWeele and Ding 2017): the risk ratio that something unmeasured must have with both treatment and
 * outcome, beyond the covariates, to explain a risk ratio away. 1 means that nothing is needed.
 * @param ratio risk ratio, above 0; one below 1 is turned round.
 * @throws RangeError for a ratio that is not above 0 and finite.
 */
export function eValue(ratio: number): number {
  if (!(ratio > 0 && ratio < Number.POSITIVE_INFINITY))
    throw new RangeError(`eValue requires a finite risk ratio above 0, got ${ratio}`);
  const up = ratio < 1 ? 1 / ratio : ratio;
  return up + Math.sqrt(up * (up - 1));
}

/** E-value of the end of an interval that is nearer to 1; 1 when the interval holds 1. @throws as {@link eValue}. */
export function eValueOfBound({low, high}: {readonly low: number; readonly high: number}): number {
  if (!(low > 0 && low <= high))
    throw new RangeError(`eValueOfBound requires 0 < low <= high, got ${low} and ${high}`);
  return low <= 1 && high >= 1 ? 1 : eValue(low > 1 ? low : high);
}

/**
 * Risk ratio that a standardised effect amounts to (VanderWeele and Ding 2017, after Chinn 2000): exp(0.91 d). Its interval
 * goes 1.78 standard errors each way, as there.
 * @param d effect over the standard deviation of the outcome.
 */
export const ratioOfStandardised = (
  d: number,
  se: number,
): {readonly ratio: number; readonly low: number; readonly high: number} => ({
  ratio: Math.exp(0.91 * d),
  low: Math.exp(0.91 * d - 1.78 * se),
  high: Math.exp(0.91 * d + 1.78 * se),
});

/**
 * Rosenbaum's (2002) bound for pairs with an outcome that is 0 or 1: the largest one-sided p-value of McNemar's test
 * when an unmeasured reason makes one of a pair up to `gamma` times as likely to be the treated one.
 * @param discordant pairs of which one has the outcome; @param treated those of them where it is the treated one.
 * @throws RangeError when a count is not whole or out of order, or gamma is below 1.
 */
export function rosenbaumBound({
  discordant,
  treated,
  gamma,
}: {
  readonly discordant: number;
  readonly treated: number;
  readonly gamma: number;
}): number {
  if (!(Number.isInteger(discordant) && Number.isInteger(treated) && treated >= 0 && treated <= discordant))
    throw new RangeError(
      `rosenbaumBound requires 0 <= treated <= discordant, whole, got ${treated} of ${discordant}`,
    );
  if (!(gamma >= 1 && gamma < Number.POSITIVE_INFINITY))
    throw new RangeError(`rosenbaumBound requires a finite gamma of at least 1, got ${gamma}`);
  const p = gamma / (1 + gamma);
  let above = 0;
  for (let k = treated; k <= discordant; k++)
    above += Math.exp(
      gammaln(discordant + 1) -
        gammaln(k + 1) -
        gammaln(discordant - k + 1) +
        k * Math.log(p) +
        (discordant - k) * Math.log1p(-p),
    );
  return Math.min(1, above);
}
