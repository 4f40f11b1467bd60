import {rankTable, tableAuc, tableAveragePrecision} from "./rank-table.ts";
import {rankRows, requireBothClasses} from "./ranking.ts";

type Weighted = {
  /** One weight a row, at least 0; 1 each when absent. */
  readonly weights?: ArrayLike<number> | undefined;
};

/**
 * Area under the ROC curve: the chance that a churner stands above a stayer, a tie counting half.
 * @param margins one a row, higher is riskier; @param y 1 for a churner, else 0.
 * @throws RangeError when `y` holds one class only.
 */
export function rocAuc(margins: ArrayLike<number>, y: ArrayLike<number>, {weights}: Weighted = {}): number {
  requireBothClasses("rocAuc", y);
  return tableAuc(rankTable(rankRows(margins, y), {weights: toWeights("rocAuc", y.length, weights)}));
}

/**
 * Average precision: precision at each distinct margin, weighted by the recall it adds (no interpolation).
 * @throws RangeError when `y` holds no churner.
 */
export function averagePrecision(
  margins: ArrayLike<number>,
  y: ArrayLike<number>,
  {weights}: Weighted = {},
): number {
  const ranking = rankRows(margins, y);
  if (!ranking.positive.includes(1))
    throw new RangeError(`averagePrecision requires a churner, got 0 positive of ${y.length}`);
  return tableAveragePrecision(
    rankTable(ranking, {weights: toWeights("averagePrecision", y.length, weights)}),
  );
}

/**
 * Mean log loss in nats. Probabilities are held within [epsilon, 1 - epsilon].
 * @throws RangeError when a probability is outside [0, 1].
 */
export function logLoss(
  probabilities: ArrayLike<number>,
  y: ArrayLike<number>,
  {weights, epsilon = Number.EPSILON}: Weighted & {readonly epsilon?: number} = {},
): number {
  return weightedMean("logLoss", probabilities, y, weights, (p, label) => {
    const held = Math.min(Math.max(p, epsilon), 1 - epsilon);
    return -Math.log(label === 1 ? held : 1 - held);
  });
}

/** Mean squared difference of probability and label. @throws RangeError when a probability is outside [0, 1]. */
export function brier(
  probabilities: ArrayLike<number>,
  y: ArrayLike<number>,
  {weights}: Weighted = {},
): number {
  return weightedMean("brier", probabilities, y, weights, (p, label) => (p - label) ** 2);
}

function toWeights(caller: string, rows: number, weights: ArrayLike<number> | undefined): Float64Array {
  if (weights === undefined) return new Float64Array(rows).fill(1);
  if (weights.length !== rows)
    throw new RangeError(`${caller} requires one weight a row, got ${weights.length} for ${rows}`);
  const out = Float64Array.from(weights);
  const bad = out.findIndex(w => !(w >= 0 && w < Number.POSITIVE_INFINITY));
  if (bad >= 0)
    throw new RangeError(`${caller} requires weights of at least 0, got ${out[bad]} in row ${bad}`);
  return out;
}

function weightedMean(
  caller: string,
  probabilities: ArrayLike<number>,
  y: ArrayLike<number>,
  weights: ArrayLike<number> | undefined,
  loss: (p: number, label: number) => number,
): number {
  const rows = y.length;
  if (rows === 0 || probabilities.length !== rows)
    throw new RangeError(`${caller} requires one probability a row, got ${probabilities.length} for ${rows}`);
  const w = toWeights(caller, rows, weights);
  let [sum, total] = [0, 0];
  for (let i = 0; i < rows; i++) {
    const p = probabilities[i]!;
    if (!(p >= 0 && p <= 1))
      throw new RangeError(`${caller} requires probabilities in [0, 1], got ${p} in row ${i}`);
    sum += w[i]! * loss(p, y[i]!);
    total += w[i]!;
  }
  if (total === 0) throw new RangeError(`${caller} requires a weight above 0, got none`);
  return sum / total;
}
