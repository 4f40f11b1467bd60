import {randomOf} from "../../src/random.ts";
import type {TrainingData} from "../../src/sampling/training-data.ts";

/** Log-odds of churn of the made-up world: intercept, then the weights of `a` and `b`. */
export const TRUTH = [-3, 1.2, -0.8] as const;

/** Rows of a logistic world, four a customer, a month apart; `a` keeps to the customer, `b` does not. */
export function logisticWorld(customers: number, seed: number): TrainingData & {y: Uint8Array} {
  const random = randomOf(seed);
  const rows = 4 * customers;
  const values = new Float64Array(2 * rows);
  const y = new Uint8Array(rows);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  for (let c = 0; c < customers; c++) {
    const own = normal();
    for (let i = 4 * c; i < 4 * c + 4; i++) {
      values[i] = own;
      values[rows + i] = normal();
      const margin = TRUTH[0] + TRUTH[1] * values[i]! + TRUTH[2] * values[rows + i]!;
      y[i] = random() < 1 / (1 + Math.exp(-margin)) ? 1 : 0;
    }
  }
  return {
    x: {names: ["a", "b"], rows, values},
    y,
    customers: Array.from({length: rows}, (_, i) => `C${i >> 2}`),
    cutoffs: Int32Array.from({length: rows}, (_, i) => 20_000 + 30 * (i & 3)),
  };
}

export const meanOf = (values: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
};

export const sigmoid = (margin: number): number => 1 / (1 + Math.exp(-margin));
