import {DataError} from "../data-error.ts";
import {hashUnit} from "../split/sets.ts";
import {
  checkTrainingData,
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
 * Customers with many rows, who stayed, lose more of them, so the share of positives rises, and by more for some
 * features than for others: no one number puts that back. A row's weight does (Horvitz and Thompson 1952): it is the
 * number of its customer's rows, each of which had the same chance to stand for all of them.
 * @returns the rows, in their order, with weights of mean 1.
 * @throws RangeError as {@link checkTrainingData}; TypeError without cutoffs.
 * @throws DataError when one class only is left.
 */
export function oneCutoffPerCustomer(data: TrainingData, {seed = 1}: {readonly seed?: number} = {}): Sample {
  checkTrainingData("oneCutoffPerCustomer", data);
  const cutoffs = requireCutoffs("oneCutoffPerCustomer", data);
  const least = new Map<string, {readonly row: number; readonly u: number; readonly of: number}>();
  data.customers.forEach((id, row) => {
    const u = hashUnit(id, `one cutoff ${cutoffs[row]} ${seed}`);
    const before = least.get(id);
    const of = 1 + (before?.of ?? 0);
    least.set(id, before && before.u <= u ? {...before, of} : {row, u, of});
  });
  const kept = [...least.values()].sort((a, b) => a.row - b.row);
  const taken = takeTraining(
    data,
    kept.map(({row}) => row),
  );
  if (new Set(taken.y).size < 2)
    throw new DataError(
      `sampling "one-cutoff" leaves one class only in the rows of ${kept.length} customers; use more customers, or ` +
        'sampling "none"',
    );
  const mean = data.x.rows / kept.length;
  return {...taken, weights: Float64Array.from(kept, ({of}) => of / mean), keptNegatives: 1};
}
