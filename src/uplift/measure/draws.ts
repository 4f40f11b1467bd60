import {
  type BootstrapOptions,
  clustersOf,
  type Interval,
  percentileInterval,
  requireOptions,
  weightDraws,
} from "../../evaluate/bootstrap.ts";
import {type Trial, weightsOf} from "../trial.ts";

/** Figures at the trial's own weights, and in draws of its customers: of figure k in draw d at drawn[k][d]. */
export type Drawn = {readonly values: readonly number[]; readonly drawn: readonly Float64Array[]};

/** What draws are made of: customers, and the weights of their rows. */
type Drawable = Pick<Trial, "customer" | "outcome" | "weight">;

/** Figures of a trial, all from the same draws of whole customers with replacement: their differences are paired. */
export function drawFigures(
  {customer, ...trial}: Drawable,
  {
    seed,
    draws,
    read,
  }: {
    readonly seed: number;
    readonly draws: number;
    /** Figures at weights by row, as many each time. */
    readonly read: (weights: Float64Array) => readonly number[];
  },
): Drawn {
  const own = weightsOf(trial);
  const values = [...read(own)];
  const weigh = weightDraws(clustersOf(customer), {seed});
  const weights = new Float64Array(own.length);
  const drawn = values.map(() => new Float64Array(draws));
  for (let d = 0; d < draws; d++) {
    weigh(d, weights);
    for (let i = 0; i < weights.length; i++) weights[i]! *= own[i]!;
    read(weights).forEach((value, k) => {
      drawn[k]![d] = value;
    });
  }
  return {values, drawn};
}

/**
 * Percentile intervals of figures over the draws of {@link drawFigures}.
 * @throws RangeError naming `caller` when a figure is undefined on the rows, or in more than half of the draws.
 */
export function drawnIntervals(
  caller: string,
  trial: Drawable,
  {
    read,
    seed,
    draws = 1000,
    level = 0.95,
  }: BootstrapOptions & {readonly read: (weights: Float64Array) => readonly number[]},
): Interval[] {
  requireOptions({draws, level});
  const {values, drawn} = drawFigures(trial, {seed, draws, read});
  return values.map((value, k) => intervalOf(caller, {value, drawn: drawn[k]!, level}));
}

/** The percentile interval of one figure. */
export function intervalOf(
  caller: string,
  {value, drawn, level}: {readonly value: number; readonly drawn: Float64Array; readonly level: number},
): Interval {
  const defined = drawn.filter(Number.isFinite);
  if (!Number.isFinite(value) || 2 * defined.length < drawn.length)
    throw new RangeError(
      `${caller} requires a figure defined on the rows and in most draws, such as rows of both arms in each group, got ${value} and ${defined.length} draws of ${drawn.length}`,
    );
  return {value, ...percentileInterval(defined, level), level, draws: defined.length};
}
