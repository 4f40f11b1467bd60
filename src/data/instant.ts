/** Milliseconds of a day. */
export const DAY_MILLISECONDS = 86_400_000;

/**
 * Days since 1970-01-01 00:00 UTC with the time of day as a fraction: a whole number of milliseconds over
 * {@link DAY_MILLISECONDS}. One instant is one number, so that instants compare exactly; a whole number is 00:00 of a day.
 */
export type Instant = number;

/** One entry an event or row: whole days, or instants where times of day are known. */
export type Times = Int32Array | Float64Array;

/** The instant nearest to a number of days; sums of instants and days go through it, since they round. */
export const instant = (days: number): Instant => Math.round(days * DAY_MILLISECONDS) / DAY_MILLISECONDS;

/** The instant `milliseconds` after 00:00 of a day. */
export const instantOf = (day: number, milliseconds: number): Instant =>
  (day * DAY_MILLISECONDS + milliseconds) / DAY_MILLISECONDS;

/** Days from one instant to another, whole ones exactly. */
export const daysBetween = (from: Instant, to: Instant): number => instant(to - from);

/** An array of the kind of `like` with the values of a function of the place. */
export function timesLike(like: Times, length: number, value: (i: number) => number): Times {
  const out = like instanceof Float64Array ? new Float64Array(length) : new Int32Array(length);
  for (let i = 0; i < length; i++) out[i] = value(i);
  return out;
}
