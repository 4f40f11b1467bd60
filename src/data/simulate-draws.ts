import type {Random} from "../random.ts";

/** A standard normal number (Box and Muller 1958, the cosine half). */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** An integer in [0, n). */
export const integer = (random: Random, n: number): number => Math.floor(random() * n);

/** Index drawn from running sums of weights, of which the last is the total. */
export function pick(random: Random, runningSums: ArrayLike<number>): number {
  const target = random() * runningSums[runningSums.length - 1]!;
  let low = 0;
  let high = runningSums.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (runningSums[middle]! > target) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Running sums of weights, for {@link pick}. */
export function runningSums(weights: readonly number[]): number[] {
  let sum = 0;
  return weights.map(weight => {
    sum += weight;
    return sum;
  });
}

/** The numbers 0 … n-1 in random order (Fisher and Yates). */
export function shuffled(random: Random, n: number): Int32Array {
  const order = Int32Array.from({length: n}, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = integer(random, i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

/** Index drawn with the given probabilities, which sum to 1. */
export function pickState(random: Random, chances: ArrayLike<number>): number {
  let rest = random();
  for (let i = 0; i < chances.length - 1; i++) {
    rest -= chances[i]!;
    if (rest < 0) return i;
  }
  return chances.length - 1;
}
