import {DataError} from "../data-error.ts";
import {hashUnit} from "../split/sets.ts";
import {checkTrainingData, type Sample, type TrainingData, takeTraining} from "./training-data.ts";

/**
 * Leaves out rows of the active. Every churner's row stays. Of the other rows, those of a customer stay or go
 * together, by a hash of the customer's id: those with a place below ratio x positives / negatives, so that later
 * data, and every run, keep the same people. Whether the customer has a churner's row as well makes no
 * difference: only then is a negative row's chance to stay the same whatever its features, and the correction of the
 * prior by `keptNegatives`, the share of the negative rows that did stay, right at every row and not on average only.
 * @param ratio negatives to be kept for each positive, above 0; with fewer than that all stay.
 * @returns the rows kept, in their order.
 * @throws RangeError as {@link checkTrainingData}, or when the ratio is out of range.
 * @throws DataError when no negative row stays.
 */
export function undersample(
  data: TrainingData,
  {ratio = 1, seed = 1}: {readonly ratio?: number; readonly seed?: number} = {},
): Sample {
  const positives = checkTrainingData("undersample", data);
  if (!(ratio > 0 && ratio < Infinity))
    throw new RangeError(`undersample requires a ratio above 0, got ${ratio}`);
  const negatives = data.x.rows - positives;
  const share = (ratio * positives) / negatives;
  const stays = new Map<string, boolean>();
  for (const id of data.customers)
    if (!stays.has(id)) stays.set(id, hashUnit(id, `undersample ${seed}`) < share);
  const rows = data.customers.flatMap((id, i) => (data.y[i] === 1 || stays.get(id) ? [i] : []));
  const kept = rows.length - positives;
  if (kept === 0)
    throw new DataError(
      `sampling "undersample" with ratio ${ratio} leaves none of the ${negatives} negative rows; use a larger ratio`,
    );
  return {...takeTraining(data, rows), keptNegatives: kept / negatives};
}
