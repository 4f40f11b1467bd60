import type {BootstrapOptions, Interval} from "../../evaluate/bootstrap.ts";
import {type Trial, weightsOf} from "../trial.ts";
import {drawnIntervals} from "./draws.ts";

/** Outcomes of an experiment with several arms and a control, one entry a row. */
export type ArmTrial = Pick<Trial, "outcome" | "customer" | "weight"> & {
  /** Arm of the row, -1 the control. */
  readonly arm: Int32Array;
  /** Of each arm, the probability of each row to be in it, above 0; what the arms leave below 1 is that of the control. */
  readonly propensity: readonly Float64Array[];
};

/** Which arm each row is given by a rule, -1 none; chosen without the outcomes of these rows. */
export type ArmChoice = {readonly name: string; readonly arm: ArrayLike<number>};

export type ArmPolicyOptions = BootstrapOptions & {
  /** Of each arm, in units of the outcome; the control costs nothing. */
  readonly costs: readonly number[];
  /**
   * Expected outcome of each row in the control, then in each arm, by models that have not seen its customer; the mean of
   * each where absent. All 0 gives plain inverse propensity weights (Horvitz and Thompson 1952).
   */
  readonly expected?: readonly Float64Array[] | undefined;
};

export type ArmPolicyValues = {
  /** Mean over all rows of the outcome under each rule, less what it costs. */
  readonly values: readonly {
    readonly name: string;
    /** Share of the weight given an arm. */
    readonly treated: number;
    readonly value: Interval;
  }[];
  /** The first rule's value less that of each other, in the same draws. */
  readonly over: readonly {readonly name: string; readonly difference: Interval}[];
};

/**
 * What rules are worth that give each customer one of several arms, or none: the weighted mean of the doubly robust
 * score of the arm chosen, less its cost (Dudík, Langford and Li 2011). Percentile intervals from draws of the customers;
 * all rules see the same draws.
 * @param choices at least one; the first is compared with the others.
 * @throws RangeError when lengths differ, an arm is empty, a propensity leaves (0, 1) or a rule names no arm.
 */
export function armPolicyValues(
  trial: ArmTrial,
  choices: readonly ArmChoice[],
  {costs, expected, ...options}: ArmPolicyOptions,
): ArmPolicyValues {
  const scores = scoresOfArms(trial, expected);
  if (costs.length !== scores.length - 1)
    throw new RangeError(`armPolicyValues requires a cost of ${scores.length - 1} arms, got ${costs.length}`);
  if (choices.length === 0) throw new RangeError("armPolicyValues requires a rule, got none");
  const weights = weightsOf(trial);
  const worth = choices.map(({name, arm}) => {
    if (arm.length !== weights.length)
      throw new RangeError(
        `armPolicyValues requires ${weights.length} choices of ${name}, got ${arm.length}`,
      );
    return Float64Array.from(arm, (k, i) => {
      const score = scores[k + 1]?.[i];
      if (score === undefined)
        throw new RangeError(`armPolicyValues requires arms from -1 to ${costs.length - 1}, got ${k}`);
      return score - (costs[k] ?? 0);
    });
  });
  const read = (drawn: Float64Array): number[] => {
    const total = drawn.reduce((a, b) => a + b, 0);
    const values = worth.map(own => own.reduce((sum, value, i) => sum + drawn[i]! * value, 0) / total);
    return [...values, ...values.slice(1).map(value => values[0]! - value)];
  };
  const found = drawnIntervals("armPolicyValues", trial, {...options, read});
  const total = weights.reduce((a, b) => a + b, 0);
  return {
    values: choices.map(({name, arm}, p) => ({
      name,
      treated: weights.reduce((sum, w, i) => sum + (arm[i]! < 0 ? 0 : w), 0) / total,
      value: found[p]!,
    })),
    over: choices.slice(1).map(({name}, p) => ({name, difference: found[choices.length + p]!})),
  };
}

/** Doubly robust scores of the control, then of each arm: expected + [in the arm] (outcome − expected) / propensity. */
function scoresOfArms(trial: ArmTrial, expected: ArmPolicyOptions["expected"]): Float64Array[] {
  const {outcome, arm, propensity} = trial;
  const weights = weightsOf(trial);
  const arms = propensity.length;
  const shares = [
    Float64Array.from(outcome, (_, i) => propensity.reduce((rest, of) => rest - of[i]!, 1)),
    ...propensity,
  ];
  const lengths = [arm, trial.customer, ...shares, ...(expected ?? [])].map(({length}) => length);
  if (lengths.some(length => length !== outcome.length) || (expected && expected.length !== arms + 1))
    throw new RangeError(`armPolicyValues requires ${outcome.length} entries, one a row, of each arm`);
  const odd = arm.find(k => k < -1 || k >= arms);
  if (odd !== undefined)
    throw new RangeError(`armPolicyValues requires arms from -1 to ${arms - 1}, got ${odd}`);
  return shares.map((share, at) => {
    let [above, below] = [0, 0];
    for (let i = 0; i < outcome.length; i++) {
      if (!(share[i]! > 0 && share[i]! < 1))
        throw new RangeError(
          `armPolicyValues requires propensities between 0 and 1, got ${share[i]} in row ${i}`,
        );
      if (arm[i] !== at - 1) continue;
      above += (weights[i]! / share[i]!) * outcome[i]!;
      below += weights[i]! / share[i]!;
    }
    if (below === 0) throw new RangeError(`armPolicyValues requires rows of each arm, got none of ${at - 1}`);
    return Float64Array.from(outcome, (y, i) => {
      const mean = expected?.[at]?.[i] ?? above / below;
      return arm[i] === at - 1 ? mean + (y - mean) / share[i]! : mean;
    });
  });
}
