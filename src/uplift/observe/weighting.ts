import {quantileOf} from "../../evaluate/quantile.ts";
import type {Trial} from "../trial.ts";
import {
  checkObserved,
  type EffectOptions,
  type ObservedEffect,
  observedEffect,
  weightedDifference,
} from "./observed-effect.ts";

const CLUSTERED = "error from the linearised estimate, summed by customer, as if the weights were known";

/** The difference of the means of the arms as they are: what was seen, not an effect. @throws as {@link checkObserved}. */
export function naiveEffect(trial: Trial, {level}: EffectOptions = {}): ObservedEffect {
  checkObserved("naiveEffect", trial);
  const weights = new Float64Array(trial.outcome.length).fill(1);
  const {estimate, contributions} = weightedDifference(trial, weights);
  return observedEffect(
    {
      method: "Plain difference",
      formula: `mean of the treated − mean of the control; ${CLUSTERED}`,
      estimand: "ATE",
      estimate,
      weights,
    },
    contributions,
    trial,
    level,
  );
}

/** What a row weighs: its inverse probability of the arm that it is in (ATE), or the odds for the control (ATT). */
export function inverseWeights(
  {treated, propensity}: Pick<Trial, "treated" | "propensity">,
  estimand: "ATT" | "ATE",
): Float64Array {
  return propensity.map((e, i) => {
    if (estimand === "ATT") return treated[i] === 1 ? 1 : e / (1 - e);
    return treated[i] === 1 ? 1 / e : 1 / (1 - e);
  });
}

/**
 * Inverse probability weighting with weights that sum to 1 in each arm (Hájek 1971; Hirano, Imbens and Ridder 2003).
 * The error takes the propensity for known, which for the ATE is on the safe side.
 * @throws as {@link checkObserved}.
 */
export function ipwEffect(
  trial: Trial,
  {estimand, level}: EffectOptions & {readonly estimand: "ATT" | "ATE"},
): ObservedEffect {
  checkObserved("ipwEffect", trial);
  const weights = inverseWeights(trial, estimand);
  const {estimate, contributions} = weightedDifference(trial, weights);
  const told = estimand === "ATT" ? "1 and e / (1 − e)" : "1 / e and 1 / (1 − e)";
  return observedEffect(
    {
      method: `Weighting, ${estimand}`,
      formula: `difference of weighted means, weights ${told} over their sum (Hájek 1971); ${CLUSTERED}`,
      estimand,
      estimate,
      weights,
    },
    contributions,
    trial,
    level,
  );
}

/** Kish's (1965) effective number of rows in each arm: (Σw)² / Σw². */
export function effectiveRows(
  treated: Uint8Array,
  weights: Float64Array,
): {readonly treated: number; readonly control: number} {
  const of = (arm: number): number => {
    let [sum, squares] = [0, 0];
    for (let i = 0; i < weights.length; i++)
      if (treated[i] === arm) {
        sum += weights[i]!;
        squares += weights[i]! ** 2;
      }
    return squares === 0 ? 0 : sum ** 2 / squares;
  };
  return {treated: of(1), control: of(0)};
}

/**
 * Subclassification (Rosenbaum and Rubin 1984): rows are parted at quantiles of the propensity of the treated, and the
 * differences within the parts averaged by their treated. A part with fewer than two rows of an arm joins the next above,
 * the last the one below. A row on a bound belongs to the part above it.
 * @param parts at least 2, before any are joined.
 * @throws RangeError as {@link checkObserved}, or when an arm has fewer than two rows.
 */
export function subclassEffect(
  trial: Trial,
  {parts = 6, level}: EffectOptions & {readonly parts?: number} = {},
): ObservedEffect {
  checkObserved("subclassEffect", trial);
  if (!(Number.isInteger(parts) && parts >= 2))
    throw new RangeError(`subclassEffect requires at least 2 parts, got ${parts}`);
  const {part, counts} = partsOf(trial, parts);
  // The control of a part stand for its treated.
  const weights = Float64Array.from(part, (k, i) => {
    const [control, treated] = counts[k]!;
    return trial.treated[i] === 1 ? 1 : treated / control;
  });
  const n1 = counts.reduce((sum, [, treated]) => sum + treated, 0);
  const sums = counts.map(() => [0, 0] as [number, number]);
  part.forEach((k, i) => {
    sums[k]![trial.treated[i] as 0 | 1] += trial.outcome[i]!;
  });
  const means = sums.map((pair, k) => [pair[0] / counts[k]![0], pair[1] / counts[k]![1]] as const);
  const estimate = means.reduce((sum, [m0, m1], k) => sum + (counts[k]![1] / n1) * (m1 - m0), 0);
  const contributions = trial.outcome.map((y, i) => {
    const arm = trial.treated[i] as 0 | 1;
    return ((arm === 1 ? 1 : -1) * weights[i]! * (y - means[part[i]!]![arm])) / n1;
  });
  return observedEffect(
    {
      method: "Subclassification",
      formula: `differences in ${counts.length} parts at quantiles of the propensity of the treated, averaged by their treated (Rosenbaum and Rubin 1984); ${CLUSTERED}`,
      estimand: "ATT",
      estimate,
      weights,
    },
    contributions,
    trial,
    level,
  );
}

type Parts = {readonly part: Int32Array; readonly counts: readonly (readonly [number, number])[]};

function partsOf({propensity, treated}: Trial, parts: number): Parts {
  const sorted = propensity.filter((_, i) => treated[i] === 1).sort();
  const bounds = Array.from({length: parts - 1}, (_, k) => quantileOf(sorted, (k + 1) / parts));
  const raw = Int32Array.from(propensity, e => bounds.filter(bound => e >= bound).length);
  const before = Array.from({length: parts}, () => [0, 0] as [number, number]);
  raw.forEach((k, i) => {
    before[k]![treated[i] as 0 | 1] += 1;
  });
  const counts: [number, number][] = [];
  const target: number[] = [];
  let open: [number, number] = [0, 0];
  for (const [control, ones] of before) {
    target.push(counts.length);
    open = [open[0] + control, open[1] + ones];
    if (open[0] >= 2 && open[1] >= 2) {
      counts.push(open);
      open = [0, 0];
    }
  }
  const last = counts.at(-1);
  if (!last)
    throw new RangeError(`subclassEffect requires two rows of each arm, got ${open[0]} and ${open[1]}`);
  last[0] += open[0];
  last[1] += open[1];
  return {part: raw.map(k => Math.min(target[k]!, counts.length - 1)), counts};
}
