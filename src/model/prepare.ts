import {DataError} from "../data-error.ts";
import type {Matrix} from "../features/matrix.ts";

/**
 * Fills what is missing with the median of the training rows, and says so: a feature that had missing values
 * in training gets a further column, `<name>_missing`, 1 where it was missing. The further columns stand last.
 */
export type Imputer = {
  readonly kind: "impute";
  readonly features: readonly string[];
  /** One a feature; 0 for a feature that had no value at all. */
  readonly medians: readonly number[];
  /** Features that have an indicator. */
  readonly indicators: readonly string[];
};

/** Shifts and scales each feature to mean 0 and standard deviation 1 over the training rows. */
export type Scaler = {
  readonly kind: "scale";
  readonly features: readonly string[];
  readonly means: readonly number[];
  /** Population standard deviations; 1 for a constant feature, which so becomes 0. */
  readonly deviations: readonly number[];
};

/** A step learned from the training rows, saved in the model and applied from there. */
export type Preparation = Imputer | Scaler;

/** Learns medians and which features need an indicator. @throws RangeError without rows or for an infinite value. */
export function fitImputer(x: Matrix): Imputer {
  requireRows("fitImputer", x);
  const indicators: string[] = [];
  const medians = x.names.map((name, j) => {
    const column = columnOf(x, j);
    const known = column.filter(value => !Number.isNaN(value)).sort();
    if (known.length > 0 && !(Number.isFinite(known[0]!) && Number.isFinite(known.at(-1)!)))
      throw new RangeError(`fitImputer requires finite or missing values, got an infinite one in ${name}`);
    if (known.length < x.rows) indicators.push(name);
    const half = known.length >> 1;
    if (known.length === 0) return 0;
    return known.length % 2 === 1 ? known[half]! : (known[half - 1]! + known[half]!) / 2;
  });
  return {kind: "impute", features: [...x.names], medians, indicators};
}

/** Learns means and standard deviations. @throws RangeError without rows, or for a missing or infinite value. */
export function fitScaler(x: Matrix): Scaler {
  requireRows("fitScaler", x);
  const means: number[] = [];
  const deviations: number[] = [];
  x.names.forEach((name, j) => {
    const column = columnOf(x, j);
    let sum = 0;
    for (const value of column) sum += value;
    const mean = sum / x.rows;
    if (!Number.isFinite(mean))
      throw new RangeError(`fitScaler requires finite values, got ${mean} as mean of ${name}`);
    let squares = 0;
    for (const value of column) squares += (value - mean) ** 2;
    const deviation = Math.sqrt(squares / x.rows);
    means.push(mean);
    // A spread within rounding of the mean is none: dividing by it would blow noise up.
    deviations.push(deviation > 1e-12 * Math.abs(mean) ? deviation : 1);
  });
  return {kind: "scale", features: [...x.names], means, deviations};
}

/**
 * Applies steps in order.
 * @throws DataError when the features are not those that a step was fitted on, in its order.
 */
export function applyPreparation(steps: readonly Preparation[], x: Matrix): Matrix {
  return steps.reduce(
    (matrix, step) => (step.kind === "impute" ? impute(step, matrix) : scale(step, matrix)),
    x,
  );
}

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

function impute({features, medians, indicators}: Imputer, x: Matrix): Matrix {
  requireFeatures("impute", features, x);
  const names = [...features, ...indicators.map(name => `${name}_missing`)];
  const values = new Float64Array(names.length * x.rows);
  for (let j = 0; j < features.length; j++) {
    const start = j * x.rows;
    const median = medians[j]!;
    for (let i = 0; i < x.rows; i++) {
      const value = x.values[start + i]!;
      values[start + i] = Number.isNaN(value) ? median : value;
    }
  }
  indicators.forEach((name, k) => {
    const [from, to] = [features.indexOf(name) * x.rows, (features.length + k) * x.rows];
    for (let i = 0; i < x.rows; i++) values[to + i] = Number.isNaN(x.values[from + i]!) ? 1 : 0;
  });
  return {names, rows: x.rows, values};
}

function scale({features, means, deviations}: Scaler, x: Matrix): Matrix {
  requireFeatures("scale", features, x);
  const values = new Float64Array(x.values.length);
  for (let j = 0; j < features.length; j++) {
    const [mean, deviation] = [means[j]!, deviations[j]!];
    for (let i = j * x.rows; i < (j + 1) * x.rows; i++) values[i] = (x.values[i]! - mean) / deviation;
  }
  return {names: features, rows: x.rows, values};
}

const columnOf = (x: Matrix, j: number): Float64Array => x.values.subarray(j * x.rows, (j + 1) * x.rows);

function requireRows(caller: string, x: Matrix): void {
  if (x.rows === 0) throw new RangeError(`${caller} requires rows, got none`);
}
