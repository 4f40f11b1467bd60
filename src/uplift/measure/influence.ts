import type {NormalInterval} from "../../evaluate/delong.ts";
import {type Level, normalQuantile} from "../../evaluate/quantile.ts";

/** Rows that a figure is of, and how they are weighed. */
export type Sample = {
  readonly rows: readonly number[];
  readonly customer: Int32Array;
  readonly weights: Float64Array;
  readonly level: Level;
};

/** Weighted mean of a value of each row. */
export function meanOver(
  {rows, weights}: Pick<Sample, "rows" | "weights">,
  of: (row: number) => number,
): number {
  let [above, below] = [0, 0];
  for (const i of rows) {
    above += weights[i]! * of(i);
    below += weights[i]!;
  }
  return above / below;
}

/**
 * The normal interval of an estimate by the influence of each row on it: the error is that of the influences' weighted
 * mean, summed by customer, with the factor G / (G − 1) of G customers.
 */
export function influenceInterval(
  value: number,
  influence: (row: number) => number,
  {rows, customer, weights, level}: Sample,
): NormalInterval {
  const sums = new Map<number, number>();
  let total = 0;
  for (const i of rows) {
    total += weights[i]!;
    sums.set(customer[i]!, (sums.get(customer[i]!) ?? 0) + weights[i]! * influence(i));
  }
  let squares = 0;
  for (const sum of sums.values()) squares += (sum / total) ** 2;
  const standardError = Math.sqrt((squares * sums.size) / (sums.size - 1));
  const half = normalQuantile(level) * standardError;
  return {value, standardError, low: value - half, high: value + half, level};
}

/** The mean of a value of each row, with its {@link influenceInterval}. */
export function meanInterval(sample: Sample, of: (row: number) => number): NormalInterval {
  const mean = meanOver(sample, of);
  return influenceInterval(mean, i => of(i) - mean, sample);
}
