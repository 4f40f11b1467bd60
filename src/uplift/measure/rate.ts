import type {NormalInterval} from "../../evaluate/delong.ts";
import {type Level, normalQuantile} from "../../evaluate/quantile.ts";
import {rankTable, tableTop, totalSum, totalWeight} from "../../evaluate/rank-table.ts";
import {type Ranking, rankRows} from "../../evaluate/ranking.ts";
import {randomOf} from "../../random.ts";
import {type Trial, weightsOf} from "../trial.ts";
import {armScores, effectScores, requireScore, type ScoredDraws} from "./scores.ts";

/** Draws are half samples. */
export type RateOptions = ScoredDraws & {readonly level?: Level};

/** Rank-weighted average treatment effects: what an order of the customers finds beyond the average effect. */
export type Rates = {
  /** Average effect of all rows. */
  readonly average: NormalInterval;
  /** Mean of the TOC over all rows: finds a strong effect in few. */
  readonly autoc: NormalInterval;
  /** Mean of q × TOC(q) over all rows: finds an effect spread over many. */
  readonly qini: NormalInterval;
};

/** Extra effect among the first `fraction` of an order. */
export type TocPoint = NormalInterval & {readonly fraction: number};

/**
 * RATE of Yadlowsky, Fleming, Shah, Brunskill and Wager (2021), as grf's rank_average_treatment_effect has it. With Γ
 * the doubly robust scores, TOC(q) is the mean of Γ among the first share q of the rows by falling score, less the
 * mean of Γ of all; rows with one score share their mean Γ (of unlike weights within a tie, the order of the rows
 * counts a little, as in grf). Standard errors are the deviation over half samples of
 * the customers without replacement; scores Γ are not fitted anew in them.
 * @param score one a row, finite; the highest are first.
 * @throws RangeError when a score is missing or there are fewer than 4 customers.
 */
export function rankAverageEffect(trial: Trial, score: ArrayLike<number>, options: RateOptions): Rates {
  const {means, drawn, level} = ratesOf(trial, [score], options);
  return {
    average: normal(means[0]!, drawn[0]!, level),
    autoc: normal(means[1]!, drawn[1]!, level),
    qini: normal(means[2]!, drawn[2]!, level),
  };
}

/** {@link rankAverageEffect} of `a` less that of `b` in the same half samples of the same trial: a paired comparison. */
export function compareRankAverageEffects(
  trial: Trial,
  {a, b}: {readonly a: ArrayLike<number>; readonly b: ArrayLike<number>},
  options: RateOptions,
): Pick<Rates, "autoc" | "qini"> {
  const {means, drawn, level} = ratesOf(trial, [a, b], options);
  const difference = (of: number) =>
    normal(
      means[of]! - means[of + 2]!,
      drawn[of]!.map((value, d) => value - drawn[of + 2]![d]!),
      level,
    );
  return {autoc: difference(1), qini: difference(2)};
}

/**
 * The TOC at shares of the customers, of rows over a cut their part; with pointwise intervals from the half samples of
 * {@link rankAverageEffect}.
 * @param fractions in (0, 1].
 */
export function toc(
  trial: Trial,
  score: ArrayLike<number>,
  {fractions, ...options}: RateOptions & {readonly fractions: readonly number[]},
): TocPoint[] {
  for (const fraction of fractions)
    if (!(fraction > 0 && fraction <= 1))
      throw new RangeError(`toc requires fractions in (0, 1], got ${fraction}`);
  const {gamma, weights, draws, level, half} = prepared("toc", trial, [score], options);
  const ranking = rankRows(score, new Uint8Array(score.length));
  const at = (own: Float64Array): Float64Array => {
    const table = rankTable(ranking, {weights: own, values: gamma});
    const total = totalWeight(table);
    return Float64Array.from(
      fractions,
      q => tableTop(table, q) / (q * total) - (q === 1 ? tableTop(table, 1) : totalSum(table)) / total,
    );
  };
  const whole = at(weights);
  const drawn = Array.from({length: draws}, (_, d) => at(half(d)));
  return fractions.map((fraction, f) => ({
    fraction,
    ...normal(
      whole[f]!,
      Float64Array.from(drawn, one => one[f]!),
      level,
    ),
  }));
}

/** Average effect, then AUTOC and Qini of each score: on all rows, and by half sample. */
function ratesOf(trial: Trial, scores: readonly ArrayLike<number>[], options: RateOptions) {
  const {gamma, weights, draws, level, half} = prepared("rankAverageEffect", trial, scores, options);
  const kernels = scores.map(score => rateKernel(rankRows(score, new Uint8Array(score.length)), gamma));
  const width = 1 + 2 * kernels.length;
  const at = (own: Float64Array): number[] => {
    const found = kernels.map(kernel => kernel(own));
    return [found[0]![0], ...found.flatMap(([, autoc, qini]) => [autoc, qini])];
  };
  const means = at(weights);
  const drawn = Array.from({length: width}, () => new Float64Array(draws));
  for (let d = 0; d < draws; d++)
    at(half(d)).forEach((value, k) => {
      drawn[k]![d] = value;
    });
  return {means, drawn, level};
}

function prepared(
  caller: string,
  trial: Trial,
  scores: readonly ArrayLike<number>[],
  {seed, outcomes, draws = 500, level = 0.95}: RateOptions,
) {
  for (const score of scores) requireScore(caller, trial, score);
  if (!Number.isInteger(draws) || draws < 2)
    throw new RangeError(`${caller} requires at least 2 draws, got ${draws}`);
  const gamma = effectScores(armScores(trial, outcomes));
  const weights = weightsOf(trial);
  return {gamma, weights, draws, level, half: halfSamples(caller, trial.customer, weights, seed)};
}

/** Average effect, AUTOC and Qini at weights by row, of rows that have been sorted once. */
function rateKernel(
  {order, ends}: Ranking,
  gamma: Float64Array,
): (weights: Float64Array) => readonly [number, number, number] {
  const gammaAt = Float64Array.from(order, i => gamma[i]!);
  const own = new Float64Array(order.length);
  return weights => {
    let [total, sum] = [0, 0];
    for (let k = 0; k < order.length; k++) {
      const w = weights[order[k]!]!;
      own[k] = w;
      total += w;
      sum += w * gammaAt[k]!;
    }
    const average = sum / total;
    let [weight, above, autoc, qini, k] = [0, 0, 0, 0, 0];
    for (let g = 0; g < ends.length; g++) {
      const end = ends[g]!;
      let [tied, score] = [0, 0];
      for (let j = k; j < end; j++) {
        tied += own[j]!;
        score += own[j]! * (gammaAt[j]! - average);
      }
      const mean = tied === 0 ? 0 : score / tied;
      for (; k < end; k++) {
        const w = own[k]!;
        if (w === 0) continue;
        weight += w;
        above += w * mean;
        autoc += (w * above) / weight;
        qini += w * above;
      }
    }
    return [average, autoc / total, qini / total ** 2];
  };
}

/** Weights in half sample d: those of the rows of half of the customers, 0 of the others. One buffer is used again. */
function halfSamples(caller: string, customer: Int32Array, weights: Float64Array, seed: number) {
  const codes = [...new Set(customer)].sort((a, b) => a - b);
  if (codes.length < 4) throw new RangeError(`${caller} requires at least 4 customers, got ${codes.length}`);
  const slotOf = new Map(codes.map((code, slot) => [code, slot]));
  const slots = customer.map(code => slotOf.get(code)!);
  const n = codes.length;
  const taken = new Uint8Array(n);
  const order = new Int32Array(n);
  const out = new Float64Array(customer.length);
  return (d: number): Float64Array => {
    const random = randomOf(seed, d);
    taken.fill(0);
    for (let s = 0; s < n; s++) order[s] = s;
    for (let s = 0; s < n >> 1; s++) {
      const other = s + Math.floor(random() * (n - s));
      const slot = order[other]!;
      order[other] = order[s]!;
      order[s] = slot;
      taken[slot] = 1;
    }
    for (let i = 0; i < out.length; i++) out[i] = taken[slots[i]!]! * weights[i]!;
    return out;
  };
}

function normal(value: number, drawn: Float64Array, level: Level): NormalInterval {
  const mean = drawn.reduce((a, b) => a + b, 0) / drawn.length;
  const squares = drawn.reduce((a, b) => a + (b - mean) ** 2, 0);
  const standardError = Math.sqrt(squares / (drawn.length - 1));
  const half = normalQuantile(level) * standardError;
  return {value, standardError, low: value - half, high: value + half, level};
}
