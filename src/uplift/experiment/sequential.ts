import {normalBelow, normalPValue, requireShare, twoSided} from "./distributions.ts";

/**
 * How the error is shared among looks: `pocock` asks the same of each (Pocock 1977), `obrien-fleming` very much of the
 * first and hardly more than one look would of the last (O'Brien and Fleming 1979).
 */
export type Boundary = "pocock" | "obrien-fleming";

/** Looks that are planned: at which share of the outcomes, and how large |z| must then be to stop. */
export type Looks = {
  readonly boundary: Boundary;
  readonly alpha: number;
  /** Share of the planned outcomes at each look, rising; the last is 1. */
  readonly information: readonly number[];
  /** |z| from which on a look claims an effect, one a look. */
  readonly bounds: readonly number[];
  /** Probability that |z| reaches the bound of each look alone, without an effect. */
  readonly nominal: readonly number[];
  /** Outcomes it takes at most, over those of a test with one look of the same power. */
  readonly inflation: number;
};

/** Panels of Simpson's rule between the bounds of a look. */
const PANELS = 240;

/**
 * Probability that |z| reaches its bound at some look, by the recursion of Armitage, McPherson and Rowe (1969): the
 * density of z among those who went on, carried from look to look.
 * @param bounds above 0, one a look; @param information share of the outcomes at each look, rising.
 * @param drift mean of z where the information is 1; 0 without an effect.
 */
export function crossingProbability(
  bounds: readonly number[],
  information: readonly number[],
  drift = 0,
): number {
  checkInformation("crossingProbability", bounds.length, information);
  const bad = bounds.findIndex(bound => !(bound > 0));
  if (bad >= 0) throw new RangeError(`crossingProbability requires bounds above 0, got ${bounds[bad]}`);
  const mean = (k: number) => drift * Math.sqrt(information[k]!);
  const within = (centre: number, sd: number, bound: number) =>
    normalBelow((bound - centre) / sd) - normalBelow((-bound - centre) / sd);
  let crossed = 1 - within(mean(0), 1, bounds[0]!);
  let {points, weights} = simpson(bounds[0]!);
  let density = points.map(z => bell(z - mean(0)));
  for (let k = 1; k < bounds.length; k++) {
    const [before, now] = [information[k - 1]!, information[k]!];
    const [kept, sd] = [Math.sqrt(before / now), Math.sqrt((now - before) / now)];
    const fresh = drift * ((now - before) / Math.sqrt(now));
    let stays = 0;
    let went = 0;
    for (let i = 0; i < points.length; i++) {
      const mass = weights[i]! * density[i]!;
      went += mass;
      stays += mass * within(kept * points[i]! + fresh, sd, bounds[k]!);
    }
    crossed += went - stays;
    if (k === bounds.length - 1) break;
    const next = simpson(bounds[k]!);
    const [from, at, old] = [points, weights, density];
    density = next.points.map(z => {
      let sum = 0;
      for (let i = 0; i < from.length; i++)
        sum += at[i]! * old[i]! * bell((z - kept * from[i]! - fresh) / sd);
      return sum / sd;
    });
    ({points, weights} = next);
  }
  return crossed;
}

const bell = (z: number): number => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);

/** Points and weights of Simpson's rule on [-bound, bound]; far in the tails there is nothing to add up. */
function simpson(bound: number): {points: Float64Array; weights: Float64Array} {
  const end = Math.min(bound, 9);
  const step = (2 * end) / PANELS;
  const points = Float64Array.from({length: PANELS + 1}, (_, i) => -end + i * step);
  const weights = points.map((_, i) => (step / 3) * (i === 0 || i === PANELS ? 1 : i % 2 === 1 ? 4 : 2));
  return {points, weights};
}

/**
 * The bounds of a number of looks whose probability to claim an effect where there is none is alpha in all, found by
 * bisection of {@link crossingProbability}; nothing is read from a table.
 * @param information share of the outcomes at each look, rising, the last 1; equal steps when absent.
 * @throws RangeError for fewer than 1 or more than 20 looks, or options out of range.
 */
export function planLooks({
  looks,
  boundary = "obrien-fleming",
  alpha = 0.05,
  power = 0.8,
  information = Array.from({length: looks}, (_, k) => (k + 1) / looks),
}: {
  readonly looks: number;
  readonly boundary?: Boundary;
  readonly alpha?: number;
  readonly power?: number;
  readonly information?: readonly number[];
}): Looks {
  if (!Number.isInteger(looks) || looks < 1 || looks > 20)
    throw new RangeError(`planLooks requires 1 to 20 looks, got ${looks}`);
  requireShare("planLooks", "alpha", alpha);
  requireShare("planLooks", "power", power);
  if (!(power > alpha))
    throw new RangeError(`planLooks requires a power above alpha, got ${power} with alpha ${alpha}`);
  checkInformation("planLooks", looks, information);
  if (information.at(-1) !== 1)
    throw new RangeError(`planLooks requires the last look at information 1, got ${information.at(-1)}`);
  const shape = information.map(t => (boundary === "pocock" ? 1 : 1 / Math.sqrt(t)));
  const scaled = (c: number) => shape.map(one => c * one);
  const c =
    looks === 1
      ? twoSided(alpha)
      : bisect(one => alpha - crossingProbability(scaled(one), information), 1e-3, 8);
  const bounds = scaled(c);
  const found = (drift: number) => crossingProbability(bounds, information, drift) - power;
  const one = (drift: number) => 1 - normalBelow(twoSided(alpha) - drift) - power;
  const inflation = looks === 1 ? 1 : (bisect(found, 0, 20) / bisect(one, 0, 20)) ** 2;
  return {boundary, alpha, information, bounds, nominal: bounds.map(normalPValue), inflation};
}

/** Where a rising function is 0, between `low` and `high`. */
function bisect(of: (x: number) => number, low: number, high: number): number {
  let [from, to] = [low, high];
  for (let step = 0; step < 60; step++) {
    const middle = (from + to) / 2;
    if (of(middle) < 0) from = middle;
    else to = middle;
  }
  return (from + to) / 2;
}

function checkInformation(caller: string, looks: number, information: readonly number[]): void {
  const rising = information.every((t, k) => t > (information[k - 1] ?? 0) && t <= 1);
  if (information.length !== looks || looks === 0 || !rising)
    throw new RangeError(
      `${caller} requires a rising share in (0, 1] for each of ${looks} looks, got ${information.join(", ")}`,
    );
}
