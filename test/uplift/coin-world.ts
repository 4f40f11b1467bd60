import {randomOf} from "../../src/random.ts";

/** A coin that changes nothing, or the second feature's share of `slope`. */
export function coinWorld({
  seed,
  rows,
  slope = 0,
  each = 1,
}: {
  seed: number;
  rows: number;
  slope?: number;
  each?: number;
}) {
  const random = randomOf(seed, 9);
  const x = {names: ["a", "b"], rows, values: Float64Array.from({length: 2 * rows}, random)};
  const treated = Uint8Array.from({length: rows}, () => (random() < 0.5 ? 1 : 0));
  const chance = (i: number) => 0.5 + 0.2 * x.values[i]! + treated[i]! * slope * (x.values[rows + i]! - 0.5);
  const outcome = Float64Array.from({length: rows}, (_, i) => (random() < chance(i) ? 1 : 0));
  const customer = Int32Array.from({length: rows}, (_, i) => Math.floor(i / each));
  const trial = {treated, outcome, customer, propensity: new Float64Array(rows).fill(0.5)};
  return {x, trial, ids: Array.from({length: rows}, (_, i) => `${seed}-${i}`)};
}
