import {DataError} from "../data-error.ts";
import type {Matrix} from "../features/matrix.ts";

/** @throws DataError naming the first feature of `x` that differs from `features`, or is too many or missing. */
export function requireFeatures(caller: string, features: readonly string[], x: Matrix): void {
  const missing = features.find(name => !x.names.includes(name));
  if (missing !== undefined)
    throw new DataError(
      `${caller} requires the feature ${missing}, which is not there; compute the study's features`,
    );
  const extra = x.names.find(name => !features.includes(name));
  if (extra !== undefined)
    throw new DataError(`${caller} got the feature ${extra}, which the model does not know; leave it out`);
  const wrong = features.findIndex((name, j) => x.names[j] !== name);
  if (wrong >= 0 || features.length !== x.names.length)
    throw new DataError(
      `${caller} requires the features in the order of the model, got ${x.names[wrong]} where ${features[wrong]} ` +
        "belongs; sort them as in the model",
    );
}
