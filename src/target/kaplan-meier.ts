/** A share that falls with time, by the product-limit estimate: after `days[i]` it is `survival[i]`. */
export type Survival = {
  /** Days on which something happened, ascending. */
  readonly days: readonly number[];
  /** Share that is still waiting after that day. */
  readonly survival: readonly number[];
  /** The longest wait looked at, seen to end or not; beyond it nothing is known. */
  readonly longest: number;
};

/**
 * Waits of which some have not ended when the looking does (Kaplan and Meier 1958); at a tie, those that end come
 * before those that are lost sight of.
 * @param days of each wait, at least 0. @param ended 1 where its end was seen, else 0.
 */
export function kaplanMeier(days: ArrayLike<number>, ended: ArrayLike<number>): Survival {
  const order = Array.from({length: days.length}, (_, i) => i).sort((a, b) => days[a]! - days[b]!);
  const at: number[] = [];
  const survival: number[] = [];
  let left = 1;
  for (let k = 0; k < order.length; ) {
    const day = days[order[k]!]!;
    const waiting = order.length - k;
    let ends = 0;
    for (; k < order.length && days[order[k]!]! === day; k++) ends += ended[order[k]!]!;
    if (ends === 0) continue;
    left *= 1 - ends / waiting;
    at.push(day);
    survival.push(left);
  }
  return {days: at, survival, longest: order.length === 0 ? 0 : days[order.at(-1)!]!};
}

/** Share whose wait has ended by a day, the day included; null where nobody was watched for as long. */
export function endedBy({days, survival, longest}: Survival, day: number): number | null {
  const last = days.findLastIndex(at => at <= day);
  const share = last < 0 ? 0 : 1 - survival[last]!;
  return day > longest && share < 1 ? null : share;
}

/** First day by which at least half of the waits have ended; null when that was not seen. */
export function medianWait({days, survival}: Survival): number | null {
  const at = survival.findIndex(share => share <= 0.5);
  return at < 0 ? null : days[at]!;
}
