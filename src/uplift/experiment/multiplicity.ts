/**
 * p values adjusted for their number by Holm (1979): an adjusted value of at most alpha keeps the probability of any
 * false claim among all of them at alpha, however they hang together.
 * @param p in [0, 1]. @returns one a value, in the order given, at most 1.
 */
export function holm(p: readonly number[]): number[] {
  const bad = p.findIndex(one => !(one >= 0 && one <= 1));
  if (bad >= 0) throw new RangeError(`holm requires p values in [0, 1], got ${p[bad]} at ${bad}`);
  const order = Array.from(p.keys()).sort((a, b) => p[a]! - p[b]! || a - b);
  const adjusted = new Array<number>(p.length);
  let most = 0;
  order.forEach((i, rank) => {
    most = Math.max(most, Math.min(1, (p.length - rank) * p[i]!));
    adjusted[i] = most;
  });
  return adjusted;
}
