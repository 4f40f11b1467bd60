import type {Trial} from "../trial.ts";

/** What each row was to be expected, of models that did not see its customer: one entry a row. */
export type Nuisance = {
  /** E[Y | x, control] and E[Y | x, treated]. */
  readonly control: Float64Array;
  readonly treated: Float64Array;
  /** Probability of treatment, between 0 and 1, both open. */
  readonly propensity: Float64Array;
};

/** Values of which the conditional mean, with these weights, is the effect: E[Y(1) - Y(0) | x]. */
export type PseudoOutcome = {readonly values: Float64Array; readonly weights: Float64Array};

/** E[Y | x] of a row whose arm is not known: m = e μ1 + (1 - e) μ0. */
export const marginalMeans = ({control, treated, propensity}: Nuisance): Float64Array =>
  propensity.map((e, i) => e * treated[i]! + (1 - e) * control[i]!);

/**
 * Doubly robust scores (Robins, Rotnitzky and Zhao 1994; as a learner Kennedy 2023): μ1 - μ0 + (t - e) / (e (1 - e)) (y - μt).
 * Their mean is the AIPW estimate of the average effect; it holds if either the means or the propensities do.
 */
export function doublyRobustScores(trial: Trial, {control, treated, propensity}: Nuisance): Float64Array {
  return trial.outcome.map((y, i) => {
    const [e, t] = [propensity[i]!, trial.treated[i]!];
    const expected = t === 1 ? treated[i]! : control[i]!;
    return treated[i]! - control[i]! + ((t - e) / (e * (1 - e))) * (y - expected);
  });
}

/** The transformed outcome (Athey and Imbens 2016): y (t - e) / (e (1 - e)). Unbiased, and of much noise. */
export function transformedOutcome({outcome, treated}: Trial, {propensity}: Nuisance): Float64Array {
  return outcome.map(
    (y, i) => (y * (treated[i]! - propensity[i]!)) / (propensity[i]! * (1 - propensity[i]!)),
  );
}

/** (y - m) / (t - e) with weights (t - e)²: least squares on it minimises the R-loss (Nie and Wager 2021). */
export function residualisedOutcome({outcome, treated}: Trial, nuisance: Nuisance): PseudoOutcome {
  const mean = marginalMeans(nuisance);
  const left = treated.length;
  const values = new Float64Array(left);
  const weights = new Float64Array(left);
  for (let i = 0; i < left; i++) {
    const residual = treated[i]! - nuisance.propensity[i]!;
    values[i] = (outcome[i]! - mean[i]!) / residual;
    weights[i] = residual ** 2;
  }
  return {values, weights};
}

/** Imputed effects (X-learner; Künzel et al. 2019): y - μ0 of the treated, μ1 - y of the control rows. */
export function imputedEffects({outcome, treated}: Trial, means: Nuisance): Float64Array {
  return outcome.map((y, i) => (treated[i] === 1 ? y - means.control[i]! : means.treated[i]! - y));
}
