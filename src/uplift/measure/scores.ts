import {checkTrial, type Trial} from "../trial.ts";

/** Expected outcome of each row in each arm, predicted by a model that has not seen the row's customer. */
export type ArmOutcomes = {readonly treated: Float64Array; readonly control: Float64Array};

/** What is drawn of a trial, and by what its rows are scored. */
export type ScoredDraws = {
  readonly seed: number;
  /** For doubly robust scores: the means of the arms when absent; `noOutcomes` for inverse propensity weights. */
  readonly outcomes?: ArmOutcomes | undefined;
  readonly draws?: number;
};

/** What each row says of the mean outcome were all treated, and were none; noisy by row, unbiased in the mean. */
export type ArmScores = {readonly treated: Float64Array; readonly control: Float64Array};

/**
 * The same expected outcome for all rows of an arm: its mean, rows weighted by inverse propensity. Enough in an
 * experiment, where the propensity is known.
 */
export function armMeans({outcome, treated, propensity, weight}: Trial): ArmOutcomes {
  const means = [0, 1].map(arm => {
    let [above, below] = [0, 0];
    for (let i = 0; i < outcome.length; i++) {
      if (treated[i] !== arm) continue;
      const share = (weight?.[i] ?? 1) / (arm === 1 ? propensity[i]! : 1 - propensity[i]!);
      above += share * outcome[i]!;
      below += share;
    }
    return above / below;
  });
  const all = (mean: number) => new Float64Array(outcome.length).fill(mean);
  return {control: all(means[0]!), treated: all(means[1]!)};
}

/** Expected outcomes of rows, in the given order. */
export const takeOutcomes = ({treated, control}: ArmOutcomes, rows: ArrayLike<number>): ArmOutcomes => ({
  treated: Float64Array.from(rows, i => treated[i]!),
  control: Float64Array.from(rows, i => control[i]!),
});

/** Expected outcomes of 0: with them scores are plain inverse propensity weights (Horvitz and Thompson 1952). */
export const noOutcomes = ({outcome}: Trial): ArmOutcomes => ({
  treated: new Float64Array(outcome.length),
  control: new Float64Array(outcome.length),
});

/**
 * Doubly robust scores (Robins, Rotnitzky and Zhao 1994): in arm a, with mₐ expected and eₐ the probability of that arm,
 *
 *     mₐ + [in arm a] · (outcome − mₐ) / eₐ.
 *
 * Their weighted mean is right when the propensity or mₐ is.
 * @param outcomes {@link armMeans} when absent.
 * @throws RangeError when the trial is not one, or an expected outcome is missing.
 */
export function armScores(trial: Trial, outcomes: ArmOutcomes = armMeans(trial)): ArmScores {
  checkTrial("armScores", trial);
  const {outcome, treated, propensity} = trial;
  const of = (arm: 0 | 1, expected: Float64Array): Float64Array => {
    requireScore("armScores", trial, expected, "expected outcomes");
    return Float64Array.from(outcome, (y, i) => {
      if (treated[i] !== arm) return expected[i]!;
      return expected[i]! + (y - expected[i]!) / (arm === 1 ? propensity[i]! : 1 - propensity[i]!);
    });
  };
  return {treated: of(1, outcomes.treated), control: of(0, outcomes.control)};
}

/** Score of the treated less that of control, by row: what averages to the effect. */
export const effectScores = ({treated, control}: ArmScores): Float64Array =>
  treated.map((score, i) => score - control[i]!);

/** @throws RangeError naming `caller` when there is not one finite value a row. */
export function requireScore(
  caller: string,
  {outcome}: Trial,
  score: ArrayLike<number>,
  what = "scores",
): void {
  if (score.length !== outcome.length)
    throw new RangeError(`${caller} requires ${outcome.length} ${what}, one a row, got ${score.length}`);
  for (let i = 0; i < score.length; i++)
    if (!Number.isFinite(score[i]))
      throw new RangeError(`${caller} requires finite ${what}, got ${score[i]} in row ${i}`);
}
