import {hashUnit} from "../split/sets.ts";
import {
  checkTrainingData,
  priorOf,
  requireCutoffs,
  type Sample,
  type TrainingData,
  takeTraining,
} from "./training-data.ts";

/**
 * One random row of each customer, so that no customer speaks twice: the row whose cutoff has the smallest hash
 * with the customer's id. Each of a customer's cutoffs has the same chance, the order of the rows none, and a later
 * cutoff replaces the row only where its own hash is smaller. (Of two rows at one cutoff the first is taken.)
 *
 * Customers with many rows, who stayed, lose more of them, so the share of positives rises. `keptNegatives` puts the
 * mean back; unlike in undersampling the chance to stay is not the same for all negatives, so it is right on average
 * only.
 * @returns the rows, in their order.
 * @throws RangeError as {@link checkTrainingData}, or when one class is left; TypeError without cutoffs.
 */
export function oneCutoffPerCustomer(data: TrainingData, {seed = 1}: {readonly seed?: number} = {}): Sample {
  checkTrainingData("oneCutoffPerCustomer", data);
  const cutoffs = requireCutoffs("oneCutoffPerCustomer", data);
  const least = new Map<string, {readonly row: number; readonly u: number}>();
  data.customers.forEach((id, row) => {
    const u = hashUnit(id, `one cutoff ${cutoffs[row]} ${seed}`);
    const before = least.get(id);
    if (!before || u < before.u) least.set(id, {row, u});
  });
  const rows = Array.from(least.values(), ({row}) => row).sort((a, b) => a - b);
  const taken = takeTraining(data, rows);
  checkTrainingData("oneCutoffPerCustomer", taken);
  return {...taken, keptNegatives: priorOf(data.y, taken.y)};
}
