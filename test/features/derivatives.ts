import {expect} from "vitest";

/** A function of parameters with its gradient and Hessian, row-major; of the Hessian the lower triangle is read. */
export type Surface = (at: Float64Array) => {
  readonly value: number;
  readonly gradient: ArrayLike<number>;
  readonly hessian: ArrayLike<number>;
};

/** Holds gradient and Hessian against central differences, to 1e-5 of each derivative or of 1. */
export function expectDerivatives(surface: Surface, point: readonly number[]): void {
  const at = Float64Array.from(point);
  const {gradient, hessian} = surface(at);
  const n = point.length;
  const near = (difference: number, derivative: number) =>
    expect(Math.abs(difference - derivative)).toBeLessThan(1e-5 * (Math.abs(derivative) + 1));
  for (let j = 0; j < n; j++) {
    const step = 1e-5 * at[j]!;
    const moved = (sign: 1 | -1) => surface(at.map((value, k) => (k === j ? value + sign * step : value)));
    const [up, down] = [moved(1), moved(-1)];
    near((up.value - down.value) / (2 * step), gradient[j]!);
    for (let k = 0; k < n; k++)
      near((up.gradient[k]! - down.gradient[k]!) / (2 * step), hessian[Math.max(j, k) * n + Math.min(j, k)]!);
  }
}
