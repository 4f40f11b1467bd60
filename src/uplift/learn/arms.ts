import type {Matrix} from "../../features/matrix.ts";
import type {UpliftData} from "../uplift-data.ts";
import {applyUplift, fitUplift, type UpliftKind, type UpliftModel, type UpliftOptions} from "./learners.ts";

/** Models of several arms, each against the same control. */
export type ArmModels = readonly {readonly arm: string; readonly model: UpliftModel}[];

/**
 * One model an arm, each of a trial of that arm's rows and the control rows.
 * @throws RangeError without an arm, or for a name that comes twice; the errors of {@link fitUplift}.
 */
export async function fitArms(
  kind: UpliftKind,
  trials: readonly {readonly arm: string; readonly data: UpliftData}[],
  options: UpliftOptions = {},
): Promise<ArmModels> {
  if (trials.length === 0) throw new RangeError("fitArms requires at least one arm, got none");
  const twice = trials.find(({arm}, k) => trials.findIndex(other => other.arm === arm) < k);
  if (twice) throw new RangeError(`fitArms requires names that differ, got ${twice.arm} twice`);
  const out: {arm: string; model: UpliftModel}[] = [];
  for (const {arm, data} of trials) out.push({arm, model: await fitUplift(kind, data, options)});
  return out;
}

/** For each row the arm of the largest gain, as index, and that gain; -1 and 0 for the control. */
export type ArmPolicy = {readonly arm: Int32Array; readonly gain: Float64Array};

/**
 * The arm of the largest expected effect less its cost above 0, of equals the first; no arm where none is above 0. The
 * largest of several estimates is too large on average: judge the policy on rows that no model saw.
 * @param effects of each arm, one a row; @param costs of each arm, in units of the outcome.
 * @throws RangeError when there is not a cost of each arm.
 */
export function bestArms(effects: readonly Float64Array[], costs: readonly number[]): ArmPolicy {
  if (costs.length !== effects.length)
    throw new RangeError(`bestArms requires a cost of ${effects.length} arms, got ${costs.length}`);
  const rows = effects[0]?.length ?? 0;
  const arm = new Int32Array(rows).fill(-1);
  const gain = new Float64Array(rows);
  effects.forEach((own, k) => {
    own.forEach((effect, i) => {
      if (effect - costs[k]! <= gain[i]!) return;
      arm[i] = k;
      gain[i] = effect - costs[k]!;
    });
  });
  return {arm, gain};
}

/** {@link bestArms} of fitted models. @throws the errors of {@link applyUplift}. */
export const bestArm = (models: ArmModels, x: Matrix, costs: readonly number[]): ArmPolicy =>
  bestArms(
    models.map(({model}) => applyUplift(model, x)),
    costs,
  );
