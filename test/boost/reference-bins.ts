import type {BoostData} from "../../src/boost/boost-data.ts";

/** Column j in single precision, -0 as 0. */
export const columnOf = ({values, rows}: BoostData, j: number): number[] =>
  Array.from(values.subarray(j * rows, (j + 1) * rows), v => Math.fround(v) + 0);

/** Weights as whole numbers of 24 bits. */
export function wholeWeights(weights: readonly number[]): number[] {
  const most = Math.max(...weights);
  let k = -149;
  while (2 ** k <= most) k++;
  return weights.map(v => (v === 0 ? 0 : Math.max(1, Math.floor(v * 2 ** (24 - k) + 0.5))));
}

/**
 * Cuts of a column: one between all neighbours where they fit into `bins`; else a value that weighs as much as a
 * bin stands alone, and the others are put together until they reach the mean of what is left.
 */
export function cutsOf(column: readonly number[], whole: readonly number[], bins: number): number[] {
  const weight = new Map<number, number>();
  column.forEach((v, i) => {
    if (!Number.isNaN(v) && whole[i]! > 0) weight.set(v, (weight.get(v) ?? 0) + whole[i]!);
  });
  const values = [...weight.keys()].sort((a, b) => a - b);
  const between = (a: number, b: number): number => {
    const middle = Math.fround((a + b) / 2);
    return middle <= a ? b : middle;
  };
  if (values.length <= bins) return values.slice(1).map((v, i) => between(values[i]!, v));
  const total = values.reduce((sum, v) => sum + weight.get(v)!, 0);
  const big = (v: number): boolean => weight.get(v)! * bins >= total;
  let share = Math.max(1, bins - values.filter(big).length);
  let rest = values.filter(v => !big(v)).reduce((sum, v) => sum + weight.get(v)!, 0);
  const cuts: number[] = [];
  let current = 0;
  for (let k = 0; k + 1 < values.length; k++) {
    const [here, next] = [values[k]!, values[k + 1]!];
    current += weight.get(here)!;
    if (!(big(here) || big(next) || current * share >= rest) || cuts.length === bins - 1) continue;
    cuts.push(between(here, next));
    if (!big(here)) {
      rest -= current;
      share = Math.max(1, share - 1);
    }
    current = 0;
  }
  return cuts;
}
