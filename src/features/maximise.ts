import exp from "@stdlib/math-base-special-exp";
import ln from "@stdlib/math-base-special-ln";
import {solveCholesky} from "../cholesky.ts";

/** A log likelihood at a point of its parameters, with its derivatives by them. */
export type Surface = {
  readonly value: number;
  readonly gradient: Float64Array;
  /** n × n, row-major; only the lower triangle is read. */
  readonly hessian: Float64Array;
};

export type Maximum = {
  readonly at: Float64Array;
  readonly value: number;
  /** One a parameter, from the inverse of the negative Hessian at the maximum (the observed information). */
  readonly standardErrors: Float64Array;
  /** Steps of Newton's method that it took. */
  readonly steps: number;
};

/** No maximum was found: the index of the parameter that went furthest from the start, and where it went. */
export type Runaway = {readonly runaway: number; readonly up: boolean};

/** A step ends the search when it promises a rise below this, and moves no logarithm by more than {@link NEAR}. */
const RISE = 1e-12;
const NEAR = 1e-3;
const MOST_STEPS = 200;
/** Logarithms of the parameters move by at most this in one step, and by FURTHEST in all: a factor of a million. */
const LONGEST = 1.5;
const FURTHEST = 14;

/**
 * Maximises a log likelihood over positive parameters by Newton's method in their logarithms; deterministic. Where a
 * full step is no rise, or the surface does not curve down, the step is damped (Levenberg 1944, Marquardt 1963). The
 * end lies within about a millionth of a standard error of the maximum, whatever the unit of the data.
 */
export function maximise(
  surface: (parameters: Float64Array) => Surface,
  start: Float64Array,
): Maximum | Runaway {
  let [at, here] = [start, inLogarithms(surface(start), start)];
  let damping = 0;
  for (let steps = 1; steps <= MOST_STEPS; steps++) {
    const newton = solveCholesky(here.hessian, here.gradient);
    if (newton && dot(newton, here.gradient) / 2 < RISE && longest(newton) < NEAR) {
      const end = moved(at, newton, 1);
      return maximumAt(end, surface(end), steps);
    }
    for (;;) {
      const step = damping === 0 ? newton : solveCholesky(damped(here.hessian, damping), here.gradient);
      if (step) {
        const share = Math.min(1, LONGEST / longest(step));
        const next = moved(at, step, share);
        const there = inLogarithms(surface(next), next);
        const rise = 1e-4 * share * dot(step, here.gradient);
        // The slack is rounding.
        if (there.value >= here.value + rise - 1e-13 * Math.abs(here.value)) {
          [at, here] = [next, there];
          damping = damping < 1e-4 ? 0 : damping / 10;
          break;
        }
      }
      damping = damping === 0 ? 1e-3 : damping * 10;
      if (damping > 1e12) return furthest(start, at);
    }
    const {distance, ...runaway} = furthest(start, at);
    if (distance > FURTHEST) return runaway;
  }
  return furthest(start, at);
}

/** Value, gradient, and Hessian with its sign changed, by the logarithms of the parameters. */
function inLogarithms({value, gradient, hessian}: Surface, at: Float64Array): Surface {
  const n = at.length;
  const bent = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    for (let k = 0; k <= j; k++) bent[j * n + k] = -hessian[j * n + k]! * at[j]! * at[k]!;
    bent[j * n + j]! -= gradient[j]! * at[j]!;
  }
  return {value, gradient: gradient.map((g, j) => g * at[j]!), hessian: bent};
}

function damped(hessian: Float64Array, damping: number): Float64Array {
  const n = Math.sqrt(hessian.length);
  const out = hessian.slice();
  let largest = 0;
  for (let j = 0; j < n; j++) largest = Math.max(largest, Math.abs(hessian[j * n + j]!));
  for (let j = 0; j < n; j++)
    out[j * n + j]! += damping * Math.max(Math.abs(hessian[j * n + j]!), 1e-6 * largest);
  return out;
}

function maximumAt(at: Float64Array, surface: Surface, steps: number): Maximum | Runaway {
  const {value, hessian} = inLogarithms(surface, at);
  const standardErrors = new Float64Array(at.length);
  for (let j = 0; j < at.length; j++) {
    const column = solveCholesky(
      hessian,
      Float64Array.from(at, (_, k) => (k === j ? 1 : 0)),
    );
    if (!column) return {runaway: j, up: true};
    standardErrors[j] = at[j]! * Math.sqrt(column[j]!);
  }
  return {at, value, standardErrors, steps};
}

function furthest(start: Float64Array, at: Float64Array): Runaway & {distance: number} {
  let found = {runaway: 0, up: true, distance: 0};
  for (let j = 0; j < at.length; j++) {
    const way = ln(at[j]! / start[j]!);
    if (Math.abs(way) > found.distance) found = {runaway: j, up: way > 0, distance: Math.abs(way)};
  }
  return found;
}

const moved = (at: Float64Array, step: Float64Array, share: number): Float64Array =>
  at.map((value, j) => value * exp(share * step[j]!));

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, j) => sum + value * b[j]!, 0);

const longest = (step: Float64Array): number =>
  step.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
