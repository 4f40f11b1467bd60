import type {BoostParameters} from "./boost.ts";
import type {BoostData} from "./boost-data.ts";
import {MOST_THREADS} from "./work.ts";

/** Weights of rows: as the gradients are multiplied by them, and as whole numbers for the quantiles. */
export type RowWeights = {readonly values: Float32Array; readonly whole: Uint32Array};

const DEFAULTS: Omit<BoostParameters, "depth"> = {
  trees: 200,
  growth: "depth",
  leaves: 31,
  rate: 0.1,
  bins: 255,
  l1: 0,
  l2: 1,
  categoryL2: 10,
  minChildWeight: 1,
  minGain: 0,
  rowSample: 1,
  columnSample: 1,
  nodeColumnSample: 1,
  positiveWeight: 1,
  monotone: {},
};

type Bounds = {
  readonly least: number;
  readonly most?: number;
  readonly whole?: boolean;
  readonly above?: boolean;
};

/** Range of each numeric parameter; `above`: the least value itself is not allowed. */
const RANGES: {readonly [name in Exclude<keyof BoostParameters, "growth" | "monotone">]: Bounds} = {
  trees: {least: 1, most: 100_000, whole: true},
  depth: {least: 1, most: 32, whole: true},
  leaves: {least: 2, most: 65_536, whole: true},
  rate: {least: 0, most: 1, above: true},
  bins: {least: 2, most: 255, whole: true},
  l1: {least: 0},
  l2: {least: 0},
  categoryL2: {least: 0},
  minChildWeight: {least: 0},
  minGain: {least: 0},
  rowSample: {least: 0, most: 1, above: true},
  columnSample: {least: 0, most: 1, above: true},
  nodeColumnSample: {least: 0, most: 1, above: true},
  positiveWeight: {least: 0, above: true},
};

/** All parameters, given or default. @throws RangeError naming the one that is out of its range. */
export function parametersOf(given: Partial<BoostParameters>, names: readonly string[]): BoostParameters {
  const growth = given.growth ?? DEFAULTS.growth;
  if (growth !== "depth" && growth !== "leaf")
    throw new RangeError(`fitBoost requires growth "depth" or "leaf", got ${JSON.stringify(growth)}`);
  const all = {...DEFAULTS, depth: growth === "leaf" ? 32 : 6};
  const set = Object.fromEntries(
    Object.keys(all).map(name => [
      name,
      given[name as keyof BoostParameters] ?? all[name as keyof BoostParameters],
    ]),
  ) as unknown as BoostParameters;
  for (const [name, bounds] of Object.entries(RANGES))
    requireInRange(name, set[name as keyof typeof RANGES], bounds);
  if (growth === "depth" && given.leaves !== undefined)
    throw new RangeError('fitBoost requires growth "leaf" for a number of leaves, got growth "depth"');
  for (const [name, direction] of Object.entries(set.monotone)) {
    if (!names.includes(name))
      throw new RangeError(`fitBoost requires monotone to name features, got ${JSON.stringify(name)}`);
    if (direction !== 1 && direction !== -1)
      throw new RangeError(`fitBoost requires monotone 1 or -1, got ${direction} for ${name}`);
  }
  return set;
}

/** @throws RangeError when a number is out of its range. */
export function requireInRange(
  name: string,
  value: number,
  {least, most = Number.POSITIVE_INFINITY, whole = false, above = false}: Bounds,
): void {
  const inside = typeof value === "number" && (above ? value > least : value >= least) && value <= most;
  if (inside && Number.isFinite(value) && (!whole || Number.isInteger(value))) return;
  const range = `${above ? "above" : "of at least"} ${least}${most < Infinity ? ` and at most ${most}` : ""}`;
  throw new RangeError(`fitBoost requires ${name} ${range}${whole ? ", whole" : ""}, got ${value}`);
}

/** @throws RangeError when the shape of the data is none, or the values do not fill it. */
export function requireShape(x: BoostData, what = "features"): void {
  if (x.names.length === 0) throw new RangeError("fitBoost requires at least one feature, got none");
  if (x.rows === 0) throw new RangeError(`fitBoost requires at least one row of ${what}, got none`);
  if (x.values.length !== x.rows * x.names.length)
    throw new RangeError(
      `fitBoost requires ${x.rows} x ${x.names.length} values, got ${x.values.length} of ${what}`,
    );
}

export const requireThreads = (threads: number): void =>
  requireInRange("threads", threads, {least: 1, most: MOST_THREADS, whole: true});

/**
 * Labels in single precision.
 * @throws RangeError when their number is not that of the rows, one is not 0 or 1 (logistic) or not finite, or only
 *   one class is there (logistic).
 */
export function labelsOf(
  y: ArrayLike<number>,
  rows: number,
  objective: "logistic" | "squared" | "custom",
  what = "",
): Float32Array {
  if (y.length !== rows)
    throw new RangeError(`fitBoost requires one label a row, got ${y.length} for ${rows}${what}`);
  const out = new Float32Array(rows);
  let positives = 0;
  for (let i = 0; i < rows; i++) {
    const label = y[i]!;
    if (objective === "logistic" && label !== 0 && label !== 1)
      throw new RangeError(`fitBoost requires labels 0 or 1, got ${label} in row ${i}${what}`);
    out[i] = label;
    if (!Number.isFinite(out[i]!))
      throw new RangeError(
        `fitBoost requires labels that are finite in single precision, got ${label} in row ${i}${what}`,
      );
    positives += label;
  }
  if (objective === "logistic" && what === "" && (positives === 0 || positives === rows))
    throw new RangeError(`fitBoost requires both classes, got ${positives} positive of ${rows}`);
  return out;
}

/**
 * Weights of the rows, those of positives times `positiveWeight`; nothing when all are 1.
 * @throws RangeError when one is negative or not finite, or all are 0.
 */
export function weightsOf(
  weights: ArrayLike<number> | undefined,
  labels: Float32Array,
  {positiveWeight, what = ""}: {readonly positiveWeight: number; readonly what?: string},
): RowWeights | undefined {
  if (weights === undefined && positiveWeight === 1) return undefined;
  const rows = labels.length;
  if (weights !== undefined && weights.length !== rows)
    throw new RangeError(`fitBoost requires one weight a row, got ${weights.length} for ${rows}${what}`);
  const values = new Float32Array(rows);
  let most = 0;
  for (let i = 0; i < rows; i++) {
    const weight = weights ? weights[i]! : 1;
    values[i] = Math.fround(weight) * (labels[i] === 1 ? positiveWeight : 1);
    if (!(weight >= 0) || !Number.isFinite(values[i]!))
      throw new RangeError(`fitBoost requires weights of 0 or more, got ${weight} in row ${i}${what}`);
    most = Math.max(most, values[i]!);
  }
  if (most === 0) throw new RangeError(`fitBoost requires a weight above 0, got only 0${what}`);
  return {values, whole: wholeWeights(values, most)};
}

/** Weights as whole numbers of 24 bits: sums of them do not depend on the order. A weight above 0 stays above 0. */
function wholeWeights(values: Float32Array, most: number): Uint32Array {
  const scale = 2 ** (24 - exponentOf(most));
  return Uint32Array.from(values, v => (v === 0 ? 0 : Math.max(1, Math.floor(v * scale + 0.5))));
}

/** The e with 2^(e - 1) <= x < 2^e of an x > 0. */
export function exponentOf(x: number): number {
  let e = Math.ceil(Math.log2(x));
  // The logarithm may be off by a bit next to a power of two.
  while (2 ** e <= x) e++;
  while (2 ** (e - 1) > x) e--;
  return e;
}

/** Weighted mean of the labels, exact whatever their order. */
export function meanLabel(labels: Float32Array, whole: Uint32Array | undefined): number {
  const most = labels.reduce((top, y) => Math.max(top, Math.abs(y)), 0);
  if (most === 0) return 0;
  const e = exponentOf(most);
  const scale = 2 ** (26 - e);
  let [high, low, weight] = [0, 0, 0];
  for (let i = 0; i < labels.length; i++) {
    const w = whole ? whole[i]! : 1;
    // At most 2^50: whole in double precision, and so are the sums of both halves.
    const term = Math.floor(labels[i]! * scale + 0.5) * w;
    const top = Math.floor(term / 2 ** 25);
    high += top;
    low += term - top * 2 ** 25;
    weight += w;
  }
  return ((high * 2 ** 25 + low) / weight) * 2 ** (e - 26);
}

/** Sum of the weights of the positives and of the negatives. */
export function classWeights(labels: Float32Array, whole: Uint32Array | undefined): [number, number] {
  let [positives, negatives] = [0, 0];
  for (let i = 0; i < labels.length; i++) {
    const w = whole ? whole[i]! : 1;
    if (labels[i] === 1) positives += w;
    else negatives += w;
  }
  return [positives, negatives];
}
