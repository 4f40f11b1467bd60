import {solveCholesky} from "../cholesky.ts";
import {quantileOf} from "../evaluate/quantile.ts";
import {type Matrix, takeRows} from "../features/matrix.ts";
import {type Random, randomOf} from "../random.ts";
import {stepsOf} from "./contributions.ts";
import type {Predict} from "./permutation.ts";

/** What LIME draws its samples from: the training rows, and where their quartiles lie. */
export type LimeBackground = {
  readonly x: Matrix;
  /** By feature the quartiles, each once, ascending; none for a category. */
  readonly edges: readonly (readonly number[])[];
};

export type LimeOptions = {
  readonly seed: number;
  /** Rows drawn around the customer's. */
  readonly samples?: number;
  /** Features of the simple model. */
  readonly most?: number;
};

/** A simple model of the model near one row. */
export type Lime = {
  /** By feature of the background: what being in the row's own bin adds to the margin, all features together. */
  readonly weights: Float64Array;
  /** The features with the largest weights by size, that first; their weights when they are fitted alone. */
  readonly top: readonly {readonly feature: string; readonly weight: number}[];
  /** Weighted R² of the simple model of `top` on the samples: below 1/2 it is no picture of the model; null when the model says the same of all. */
  readonly fit: number | null;
  /** w in {@link lime}. */
  readonly kernelWidth: number;
};

/** Share of the model's differences near a row that a simple model has to follow to be believed. */
export const GOOD_FIT = 0.5;

/** Strength of the ridge, as in the authors' program. */
const RIDGE = 1;

/** @throws RangeError for a matrix without rows. */
export function fitLime(x: Matrix): LimeBackground {
  if (x.rows === 0) throw new RangeError("fitLime requires at least 1 row, got 0");
  const edges = x.names.map((name, j) => {
    const known = x.values
      .slice(j * x.rows, (j + 1) * x.rows)
      .filter(value => !Number.isNaN(value))
      .sort();
    if (x.categories?.[name] || known.length === 0) return [];
    return [...new Set([0.25, 0.5, 0.75].map(q => quantileOf(known, q)))];
  });
  return {x, edges};
}

/**
 * LIME for tables (Ribeiro, Singh and Guestrin 2016, "Why should I trust you?"), of the margin. Each sample has every
 * feature drawn by itself from the training rows, and is seen as which of its features lie in the same bin as the
 * row's: bins between the quartiles, open on the left and closed on the right, one for missing, one for each level of a
 * category. Samples weigh exp(-d²/2w²) with d² the number of features in another bin and w = 0.75 √(features), as in the
 * authors' program. A ridge of strength 1 on all features chooses the largest, and one on those alone is the
 * simple model. Drawing features by themselves makes rows that nobody is like: it is a second opinion, and no more.
 * @param x as the model takes it, `row` one of its rows. @param background of the same features.
 * @throws RangeError for a row that is not there, features that differ, or fewer than 2 samples.
 */
export async function lime(
  predict: Predict,
  x: Matrix,
  row: number,
  background: LimeBackground,
  {seed, samples = 2000, most = 5}: LimeOptions,
): Promise<Lime> {
  checkLime(x, row, background, samples);
  const {drawn, same} = drawSamples(takeRows(x, [row]), background, samples, randomOf(seed));
  const margins = await predict(drawn);
  const d = x.names.length;
  const kernelWidth = 0.75 * Math.sqrt(d);
  const weights = kernelOf(same, samples, d, kernelWidth);
  const all = ridge(same, margins, weights, range(d), d);
  const chosen = largest(all.beta, most);
  const alone = ridge(same, margins, weights, chosen, d);
  const order = largest(alone.beta, most);
  return {
    weights: all.beta,
    top: order.map(k => ({feature: x.names[chosen[k]!]!, weight: alone.beta[k]!})),
    fit: alone.fit,
    kernelWidth,
  };
}

function checkLime(x: Matrix, row: number, background: LimeBackground, samples: number): void {
  if (!Number.isInteger(row) || row < 0 || row >= x.rows)
    throw new RangeError(`lime requires a row from 0 to ${x.rows - 1}, got ${row}`);
  if (x.names.join() !== background.x.names.join())
    throw new RangeError(
      `lime requires a background of ${x.names.join(", ")}, got ${background.x.names.join(", ")}`,
    );
  if (!(samples >= 2)) throw new RangeError(`lime requires at least 2 samples, got ${samples}`);
}

const range = (n: number): number[] => Array.from({length: n}, (_, j) => j);

/** The bin of a value: -1 for missing, the code of a category, else how many edges lie below it. */
function binOf(value: number, edges: readonly number[], category: boolean): number {
  if (Number.isNaN(value)) return -1;
  if (category) return value;
  let bin = 0;
  while (bin < edges.length && edges[bin]! < value) bin += 1;
  return bin;
}

/** The row itself and samples - 1 others; `same[i * d + j]` is 1 where sample i is in the row's bin of feature j. */
function drawSamples(
  row: Matrix,
  {x, edges}: LimeBackground,
  samples: number,
  random: Random,
): {drawn: Matrix; same: Uint8Array} {
  const d = row.names.length;
  const values = new Float64Array(samples * d);
  const same = new Uint8Array(samples * d);
  for (let j = 0; j < d; j++) {
    const category = x.categories?.[x.names[j]!] !== undefined;
    const own = binOf(row.values[j]!, edges[j]!, category);
    for (let i = 0; i < samples; i++) {
      const value = i === 0 ? row.values[j]! : x.values[j * x.rows + Math.floor(random() * x.rows)]!;
      values[j * samples + i] = value;
      same[i * d + j] = Number(binOf(value, edges[j]!, category) === own);
    }
  }
  return {drawn: {...row, rows: samples, values}, same};
}

function kernelOf(same: Uint8Array, samples: number, d: number, width: number): Float64Array {
  return Float64Array.from({length: samples}, (_, i) => {
    let others = d;
    for (let j = 0; j < d; j++) others -= same[i * d + j]!;
    return Math.exp(-others / (2 * width * width));
  });
}

/** Weighted ridge of the margins on the given columns of `same`; the intercept is free. */
function ridge(
  same: Uint8Array,
  y: ArrayLike<number>,
  w: Float64Array,
  columns: readonly number[],
  d: number,
): {beta: Float64Array; fit: number | null} {
  const k = columns.length;
  let [total, meanY] = [0, 0];
  const means = new Float64Array(k);
  for (let i = 0; i < w.length; i++) {
    total += w[i]!;
    meanY += w[i]! * y[i]!;
    for (let c = 0; c < k; c++) means[c]! += w[i]! * same[i * d + columns[c]!]!;
  }
  meanY /= total;
  for (let c = 0; c < k; c++) means[c]! /= total;
  const [a, b, z] = [new Float64Array(k * k), new Float64Array(k), new Float64Array(k)];
  for (let c = 0; c < k; c++) a[c * k + c] = RIDGE;
  let spread = 0;
  for (let i = 0; i < w.length; i++) {
    const dy = y[i]! - meanY;
    spread += w[i]! * dy * dy;
    for (let c = 0; c < k; c++) z[c] = same[i * d + columns[c]!]! - means[c]!;
    for (let c = 0; c < k; c++) {
      b[c]! += w[i]! * z[c]! * dy;
      for (let e = 0; e <= c; e++) a[c * k + e]! += w[i]! * z[c]! * z[e]!;
    }
  }
  const beta = solveCholesky(a, b)!;
  let left = 0;
  for (let i = 0; i < w.length; i++) {
    let said = meanY;
    for (let c = 0; c < k; c++) said += beta[c]! * (same[i * d + columns[c]!]! - means[c]!);
    left += w[i]! * (y[i]! - said) ** 2;
  }
  return {beta, fit: spread <= 1e-18 * total ? null : 1 - left / spread};
}

/** Places of the values largest by size, those first, in steps of `PRECISION`; of equals the first. */
export function largest(values: ArrayLike<number>, most: number): number[] {
  const size = (j: number): number => Math.abs(stepsOf(values[j]!));
  return range(values.length)
    .sort((a, b) => size(b) - size(a) || a - b)
    .slice(0, most);
}
