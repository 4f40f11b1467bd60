import type {BootstrapOptions, Interval} from "../../evaluate/bootstrap.ts";
import type {Trial} from "../trial.ts";
import {drawnIntervals} from "./draws.ts";

/**
 * Share of the customers who would have left that a contact keeps: 1 - churn of the treated / churn of the controls, each
 * weighted by the inverse of its chance to be in its arm. It is what a study's `offerWorks` assumes. Below 0 a contact
 * drives customers away. Percentile interval over whole customers drawn with replacement.
 * @param trial outcomes of 1 for customers kept, 0 for those who left.
 * @throws RangeError when no control left: then nobody could have been kept.
 */
export function keptShare(trial: Trial, options: BootstrapOptions): Interval {
  const {outcome, treated, propensity} = trial;
  const read = (weights: Float64Array): [number] => {
    const [left, all] = [
      [0, 0],
      [0, 0],
    ];
    for (let i = 0; i < outcome.length; i++) {
      const arm = treated[i]!;
      const weight = weights[i]! / (arm === 1 ? propensity[i]! : 1 - propensity[i]!);
      left[arm]! += weight * (1 - outcome[i]!);
      all[arm]! += weight;
    }
    return [1 - left[1]! / all[1]! / (left[0]! / all[0]!)];
  };
  return drawnIntervals("keptShare", trial, {...options, read})[0]!;
}
