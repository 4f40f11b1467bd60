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

/** For each row the arm with the largest effect, as index into the models, and that effect; -1 and 0 for the control. */
export type ArmPolicy = {readonly arm: Int32Array; readonly uplift: Float64Array};

/**
 * The arm of the largest expected effect above 0, of equals the first; no arm where none is above 0. The largest of
 * several estimates is too large on average: judge the policy on rows that no model saw.
 * @throws the errors of {@link applyUplift}.
 */
export function bestArm(models: ArmModels, x: Matrix): ArmPolicy {
  const arm = new Int32Array(x.rows).fill(-1);
  const uplift = new Float64Array(x.rows);
  models.forEach(({model}, k) => {
    applyUplift(model, x).forEach((effect, i) => {
      if (effect <= uplift[i]!) return;
      arm[i] = k;
      uplift[i] = effect;
    });
  });
  return {arm, uplift};
}
