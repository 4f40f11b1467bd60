import {spearman} from "../evaluate/spearman.ts";
import type {Matrix} from "../features/matrix.ts";
import {stepsOf} from "./contributions.ts";
import {type Lime, type LimeBackground, largest, lime} from "./lime.ts";
import type {Predict} from "./permutation.ts";

/** How far LIME tells the same whatever the seed. */
export type LimeStability = {
  readonly runs: readonly Lime[];
  /** Mean over pairs of runs of the share of their top features that both have: |A and B| / |A or B|, 1 the same. */
  readonly jaccard: number;
  /** Mean over pairs of runs of Spearman's rank correlation of all weights. */
  readonly rankCorrelation: number;
  /** Median over the runs of their weighted R²; null when the model says the same of all. */
  readonly fit: number | null;
};

/**
 * Runs LIME with the seeds seed, seed + 1, … and compares each pair.
 * @throws RangeError for fewer than 2 seeds; the errors of {@link lime}.
 */
export async function limeStability(
  predict: Predict,
  x: Matrix,
  row: number,
  background: LimeBackground,
  {seed, seeds = 10, ...options}: {seed: number; seeds?: number; samples?: number; most?: number},
): Promise<LimeStability> {
  if (!(seeds >= 2)) throw new RangeError(`limeStability requires at least 2 seeds, got ${seeds}`);
  const runs: Lime[] = [];
  for (let k = 0; k < seeds; k++)
    runs.push(await lime(predict, x, row, background, {...options, seed: seed + k}));
  const pairs = runs.flatMap((a, i) => runs.slice(i + 1).map(b => [a, b] as const));
  const mean = (of: (a: Lime, b: Lime) => number): number =>
    pairs.reduce((sum, [a, b]) => sum + of(a, b), 0) / pairs.length;
  const fits = runs.flatMap(({fit}) => (fit === null ? [] : [fit])).sort((a, b) => a - b);
  return {
    runs,
    jaccard: mean((a, b) => jaccard(a.top.map(namesOf), b.top.map(namesOf))),
    rankCorrelation: mean((a, b) => spearman(a.weights, b.weights)),
    fit: fits.length === 0 ? null : (fits[(fits.length - 1) >> 1]! + fits[fits.length >> 1]!) / 2,
  };
}

const namesOf = ({feature}: {readonly feature: string}): string => feature;

/** |A and B| / |A or B|; 1 when both are empty. */
export function jaccard(a: readonly string[], b: readonly string[]): number {
  const [one, other] = [new Set(a), new Set(b)];
  const both = [...one].filter(item => other.has(item)).length;
  const either = one.size + other.size - both;
  return either === 0 ? 1 : both / either;
}

/** How far two explanations of a row agree. */
export type Agreement = {
  /** Share of the first one's largest features that are among the second one's. */
  readonly overlap: number;
  /** Share of the first one's largest features that the second gives the same sign, 0 being a sign of its own. */
  readonly signs: number;
  /** Spearman's rank correlation over all features. */
  readonly rankCorrelation: number;
};

/**
 * Compares two explanations, SHAP values and weights of LIME say, feature by feature. Their numbers are of different
 * kinds; signs and order can be compared.
 * @throws RangeError when they differ in length, or are empty.
 */
export function agreementOf(
  a: Float64Array,
  b: Float64Array,
  {top = 5}: {readonly top?: number} = {},
): Agreement {
  if (a.length !== b.length || a.length === 0)
    throw new RangeError(
      `agreementOf requires two explanations of the same features, got ${a.length} and ${b.length}`,
    );
  const [first, second] = [largest(a, top), new Set(largest(b, top))];
  const share = (holds: (j: number) => boolean): number => first.filter(holds).length / first.length;
  return {
    overlap: share(j => second.has(j)),
    signs: share(j => Math.sign(stepsOf(a[j]!)) === Math.sign(stepsOf(b[j]!))),
    rankCorrelation: spearman(a, b),
  };
}
