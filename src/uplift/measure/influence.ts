import type {NormalInterval} from "../../evaluate/delong.ts";
import {type Level, normalQuantile} from "../../evaluate/quantile.ts";
import {clusteredError} from "../clustered-error.ts";

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
  const total = rows.reduce((sum, i) => sum + weights[i]!, 0);
  const standardError = clusteredError(
    rows.map(i => (weights[i]! * influence(i)) / total),
    rows.map(i => customer[i]!),
  );
  const half = normalQuantile(level) * standardError;
  return {value, standardError, low: value - half, high: value + half, level};
}

/** The mean of a value of each row, with its {@link influenceInterval}. */
export function meanInterval(sample: Sample, of: (row: number) => number): NormalInterval {
  const mean = meanOver(sample, of);
  return influenceInterval(mean, i => of(i) - mean, sample);
}
