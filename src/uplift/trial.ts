/**
 * Outcomes of an experiment or a campaign with two arms, one entry a row. Several arms are several of these, each
 * against the same control.
 */
export type Trial = {
  /** Outcome, 0 or 1 or an amount, of which more is better: kept, not churned. */
  readonly outcome: Float64Array;
  /** 1 treated, 0 control. */
  readonly treated: Uint8Array;
  /** Probability that the row was assigned to treatment, between 0 and 1, both open: known in an experiment. */
  readonly propensity: Float64Array;
  /** Code of the customer; intervals and folds keep a customer's rows together. */
  readonly customer: Int32Array;
  /** Of the rows, above 0; all 1 when absent. */
  readonly weight?: Float64Array;
};

/** @throws RangeError when lengths differ, a value is not finite or out of its range, or an arm is empty. */
export function checkTrial(caller: string, {outcome, treated, propensity, customer, weight}: Trial): void {
  const rows = outcome.length;
  const lengths = {treated, propensity, customer, ...(weight ? {weight} : {})};
  for (const [name, values] of Object.entries(lengths))
    if (values.length !== rows)
      throw new RangeError(`${caller} requires ${rows} entries of ${name}, one a row, got ${values.length}`);
  let ones = 0;
  for (let i = 0; i < rows; i++) {
    const refuse = (what: string, value: number): never => {
      throw new RangeError(`${caller} requires ${what}, got ${value} in row ${i}`);
    };
    if (!Number.isFinite(outcome[i]!)) refuse("finite outcomes", outcome[i]!);
    if (treated[i]! > 1) refuse("treated to be 0 or 1", treated[i]!);
    if (!(propensity[i]! > 0 && propensity[i]! < 1))
      refuse("propensities between 0 and 1, both open", propensity[i]!);
    if (weight && !(weight[i]! > 0 && weight[i]! < Number.POSITIVE_INFINITY))
      refuse("weights above 0", weight[i]!);
    ones += treated[i]!;
  }
  if (ones === 0 || ones === rows)
    throw new RangeError(`${caller} requires rows of both arms, got ${ones} treated of ${rows}`);
}

/** Weights of the rows of a trial; 1 each where it has none. */
export const weightsOf = ({outcome, weight}: Pick<Trial, "outcome" | "weight">): Float64Array =>
  weight ?? new Float64Array(outcome.length).fill(1);
