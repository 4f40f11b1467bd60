import type {Surface} from "../../src/features/maximise.ts";

/** Standard errors at a maximum: the Hessian by differences of the gradient, inverted by Gauss and Jordan. */
export function errorsByDifferences(surface: (at: Float64Array) => Surface, at: readonly number[]): number[] {
  const n = at.length;
  const gradient = (j: number, step: number) =>
    surface(Float64Array.from(at, (value, k) => (k === j ? value + step : value))).gradient;
  const rows = at.map((value, j) => {
    const step = 1e-5 * value;
    const [up, down] = [gradient(j, step), gradient(j, -step)];
    const identity = Array.from({length: n}, (_, k) => Number(k === j));
    return [...Array.from(up, (slope, k) => -(slope - down[k]!) / (2 * step)), ...identity];
  });
  for (let j = 0; j < n; j++) {
    const pivot = rows[j]!.map(value => value / rows[j]![j]!);
    for (let i = 0; i < n; i++) {
      const factor = rows[i]![j]!;
      rows[i] = i === j ? pivot : rows[i]!.map((value, k) => value - factor * pivot[k]!);
    }
  }
  return rows.map((row, j) => Math.sqrt(row[n + j]!));
}
