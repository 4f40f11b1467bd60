import {hashUnit} from "../split/sets.ts";
import {type Beta, betaMargin, fitBeta} from "./beta.ts";
import {fitLogistic} from "./logistic.ts";

/**
 * Probability as a rising step line of the margin: linear between the knots, constant beyond the outer ones.
 * Both lists rise, `probabilities` not strictly.
 */
export type Isotonic = {
  readonly kind: "isotonic";
  readonly margins: readonly number[];
  readonly probabilities: readonly number[];
};

/** Probability 1 / (1 + exp(a × margin + b)), a ≤ 0. */
export type Platt = {readonly kind: "platt"; readonly a: number; readonly b: number};

/** How margins become probabilities: plain data, learned on the calibrate set. */
export type Calibration = Isotonic | Platt | Beta;

/**
 * Isotonic regression by pooling adjacent violators (Ayer et al. 1955): labels of equal margins are averaged
 * first, knots inside a flat stretch are dropped.
 * @throws RangeError when the lengths differ, there is no row, or a margin is not finite.
 */
export function fitIsotonic(
  margins: ArrayLike<number>,
  y: ArrayLike<number>,
  {weights}: {readonly weights?: ArrayLike<number>} = {},
): Isotonic {
  checkData("fitIsotonic", margins, y);
  const {x, mean, weight} = averageTies(margins, y, weights);
  const fitted = poolViolators(mean, weight);
  const last = x.length - 1;
  const keep = x.map(
    (_, i) => i === 0 || i === last || fitted[i] !== fitted[i - 1] || fitted[i] !== fitted[i + 1],
  );
  return {
    kind: "isotonic",
    margins: x.filter((_, i) => keep[i]),
    probabilities: fitted.filter((_, i) => keep[i]).map(p => Math.min(Math.max(p, 0), 1)),
  };
}

/**
 * Platt's (1999) sigmoid with his smoothed labels, (positives + 1) / (positives + 2) and 1 / (negatives + 2),
 * fitted by Newton's method. A probability never falls with the margin: where it would, a is 0.
 * @throws RangeError when the lengths differ, there is no row, or a margin is not finite.
 */
export function fitPlatt(margins: ArrayLike<number>, y: ArrayLike<number>): Platt {
  checkData("fitPlatt", margins, y);
  const n = margins.length;
  let positives = 0;
  for (let i = 0; i < n; i++) positives += y[i]!;
  const [high, low] = [(positives + 1) / (positives + 2), 1 / (n - positives + 2)];
  const targets = Float64Array.from({length: n}, (_, i) => (y[i] === 1 ? high : low));
  const rate = (positives * high + (n - positives) * low) / n;
  const flat: Platt = {kind: "platt", a: 0, b: Math.log((1 - rate) / rate)};
  const [mean, spread] = meanAndSpread(margins);
  if (spread === 0) return flat;
  // Standardised, so that margins in days and in log-odds converge alike.
  const values = Float64Array.from({length: n}, (_, i) => (margins[i]! - mean) / spread);
  const fit = fitLogistic({names: ["margin"], rows: n, values}, targets, {c: Number.POSITIVE_INFINITY});
  const slope = fit.coefficients[0]! / spread;
  // The loss is convex, so its minimum over slopes of at least 0 is at 0 when the free one is below.
  return slope > 0 ? {kind: "platt", a: -slope, b: slope * mean - fit.intercept} : flat;
}

/** Probabilities in [0, 1], one a margin. @throws RangeError when a margin is NaN. */
export function applyCalibration(calibration: Calibration, margins: ArrayLike<number>): Float64Array {
  const probability = probabilityOf(calibration);
  return Float64Array.from({length: margins.length}, (_, i) => {
    const margin = margins[i]!;
    if (Number.isNaN(margin)) throw new RangeError(`applyCalibration requires margins, got NaN in row ${i}`);
    return probability(margin);
  });
}

function probabilityOf(calibration: Calibration): (margin: number) => number {
  switch (calibration.kind) {
    case "isotonic":
      return interpolation(calibration);
    case "platt":
      return sigmoid(calibration);
    case "beta":
      return margin => 1 / (1 + Math.exp(-betaMargin(calibration, margin)));
  }
}

/** From the simplest to the most flexible. */
const FITS = {platt: fitPlatt, beta: fitBeta, isotonic: fitIsotonic} as const;
const KINDS = ["platt", "beta", "isotonic"] as const;

/** The calibration that was chosen, fitted on all rows, and what decided. */
export type CalibrationChoice = {
  readonly calibration: Calibration;
  /** Mean log loss in nats on customers left out, by kind. */
  readonly logLoss: Readonly<Record<Calibration["kind"], number>>;
  readonly folds: number;
  readonly rows: number;
  readonly positives: number;
};

/**
 * Chooses between Platt, beta and isotonic calibration by log loss in cross-validation over whole customers. A
 * customer's fold is drawn from `seed` and the customer alone. Probabilities are held half a row away from 0 and 1 for
 * the score: finer, the rows cannot tell. Of equal scores the simpler is chosen, in that order.
 * @param clusters customer of each row, by id or by index.
 * @throws RangeError when `y` lacks a class in the rows outside a fold.
 */
export function chooseCalibration(
  margins: ArrayLike<number>,
  y: ArrayLike<number>,
  clusters: ArrayLike<string | number>,
  {folds = 5, seed = 1}: {readonly folds?: number; readonly seed?: number} = {},
): CalibrationChoice {
  checkData("chooseCalibration", margins, y);
  const n = margins.length;
  if (clusters.length !== n)
    throw new RangeError(`chooseCalibration requires one customer a row, got ${clusters.length} for ${n}`);
  const foldOf = Int32Array.from({length: n}, (_, i) =>
    Math.floor(hashUnit(String(clusters[i]), `calibration ${seed}`) * folds),
  );
  const sums = {platt: 0, beta: 0, isotonic: 0};
  let all = 0;
  for (let i = 0; i < n; i++) all += y[i]!;
  for (let fold = 0; fold < folds; fold++) {
    const inside = rowsWhere(n, i => foldOf[i] === fold);
    const outside = rowsWhere(n, i => foldOf[i] !== fold);
    const [fitMargins, fitLabels] = [take(margins, outside), take(y, outside)];
    const positives = fitLabels.reduce((sum, label) => sum + label, 0);
    if (positives === 0 || positives === outside.length)
      throw new RangeError(
        `chooseCalibration requires both classes outside each fold, got ${positives} positive of ${outside.length}`,
      );
    const [testMargins, labels] = [take(margins, inside), take(y, inside)];
    const epsilon = 1 / (2 * outside.length);
    for (const kind of KINDS) {
      const calibration = FITS[kind](fitMargins, fitLabels);
      sums[kind] += totalLogLoss(applyCalibration(calibration, testMargins), labels, epsilon);
    }
  }
  const logLoss = {platt: sums.platt / n, beta: sums.beta / n, isotonic: sums.isotonic / n};
  const best = KINDS.reduce((one, other) => (logLoss[other] < logLoss[one] ? other : one));
  return {calibration: FITS[best](margins, y), logLoss, folds, rows: n, positives: all};
}

function averageTies(
  margins: ArrayLike<number>,
  y: ArrayLike<number>,
  weights: ArrayLike<number> | undefined,
): {readonly x: number[]; readonly mean: number[]; readonly weight: number[]} {
  const order = Int32Array.from({length: margins.length}, (_, i) => i).sort(
    (a, b) => margins[a]! - margins[b]!,
  );
  const [x, sum, weight]: [number[], number[], number[]] = [[], [], []];
  for (const i of order) {
    const w = weights === undefined ? 1 : weights[i]!;
    if (w === 0) continue;
    if (x.at(-1) !== margins[i]!) {
      x.push(margins[i]!);
      sum.push(0);
      weight.push(0);
    }
    sum[x.length - 1]! += w * y[i]!;
    weight[x.length - 1]! += w;
  }
  return {x, mean: sum.map((s, i) => s / weight[i]!), weight};
}

/** The rising values nearest to `mean` in weighted squares. */
function poolViolators(mean: readonly number[], weight: readonly number[]): number[] {
  const blocks: {value: number; weight: number; length: number}[] = [];
  mean.forEach((value, i) => {
    let block = {value, weight: weight[i]!, length: 1};
    for (let last = blocks.at(-1); last && last.value >= block.value; last = blocks.at(-1)) {
      const total = last.weight + block.weight;
      block = {
        value: (last.value * last.weight + block.value * block.weight) / total,
        weight: total,
        length: last.length + block.length,
      };
      blocks.pop();
    }
    blocks.push(block);
  });
  return blocks.flatMap(({value, length}) => new Array<number>(length).fill(value));
}

const sigmoid =
  ({a, b}: Platt) =>
  (margin: number): number =>
    1 / (1 + Math.exp(a * margin + b));

const interpolation =
  ({margins, probabilities}: Isotonic) =>
  (margin: number): number => {
    const last = margins.length - 1;
    if (margin <= margins[0]!) return probabilities[0]!;
    if (margin >= margins[last]!) return probabilities[last]!;
    let [low, high] = [0, last];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (margins[middle]! <= margin) low = middle;
      else high = middle;
    }
    const [from, to] = [probabilities[low]!, probabilities[high]!];
    const part = (margin - margins[low]!) / (margins[high]! - margins[low]!);
    return Math.min(from + (to - from) * part, to);
  };

function meanAndSpread(values: ArrayLike<number>): [number, number] {
  let [sum, squares] = [0, 0];
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  const mean = sum / values.length;
  for (let i = 0; i < values.length; i++) squares += (values[i]! - mean) ** 2;
  const spread = Math.sqrt(squares / values.length);
  return [mean, spread > 1e-12 * Math.abs(mean) ? spread : 0];
}

function totalLogLoss(probabilities: Float64Array, y: ArrayLike<number>, epsilon: number): number {
  let sum = 0;
  for (let i = 0; i < probabilities.length; i++) {
    const p = Math.min(Math.max(probabilities[i]!, epsilon), 1 - epsilon);
    sum -= Math.log(y[i] === 1 ? p : 1 - p);
  }
  return sum;
}

const take = (values: ArrayLike<number>, rows: readonly number[]): Float64Array =>
  Float64Array.from(rows, i => values[i]!);

function rowsWhere(n: number, holds: (i: number) => boolean): number[] {
  return Array.from({length: n}, (_, i) => i).filter(holds);
}

function checkData(caller: string, margins: ArrayLike<number>, y: ArrayLike<number>): void {
  const n = margins.length;
  if (n === 0 || y.length !== n)
    throw new RangeError(`${caller} requires one label a margin, got ${y.length} for ${n}`);
  for (let i = 0; i < n; i++) {
    if (!Number.isFinite(margins[i]))
      throw new RangeError(`${caller} requires finite margins, got ${margins[i]} in row ${i}`);
    if (y[i] !== 0 && y[i] !== 1)
      throw new RangeError(`${caller} requires labels 0 or 1, got ${y[i]} in row ${i}`);
  }
}
