import type {BoostData} from "../../src/boost/boost-data.ts";
import {type Random, randomOf} from "../../src/random.ts";

/** Rows of numbers, some missing, with a category as the last column, and labels that depend on them. */
export function trainingData(rows: number, {features = 6, seed = 1} = {}) {
  const random: Random = randomOf(seed);
  const names = Array.from({length: features}, (_, j) => (j === features - 1 ? "plan" : `x${j}`));
  const values = new Float64Array(rows * features);
  for (let j = 0; j < features; j++)
    for (let i = 0; i < rows; i++) {
      const value =
        j === features - 1 ? Math.floor(12 * random()) : j % 3 === 1 ? Math.floor(8 * random()) : random();
      values[j * rows + i] = j === 2 && random() < 0.2 ? Number.NaN : value;
    }
  const at = (j: number, i: number): number => values[j * rows + i]!;
  const y = Float64Array.from({length: rows}, (_, i) => {
    const missing = Number.isNaN(at(2, i)) ? 0.8 : 0;
    const margin = 3 * at(0, i) - 0.3 * at(1, i) + missing + (at(features - 1, i) % 3) - 1.5;
    return Number(random() < 1 / (1 + Math.exp(-margin)));
  });
  const x: BoostData = {names, rows, values};
  return {x, y, categorical: ["plan"]};
}

/** The same rows in another order, or some of them, or some twice. */
export function rowsAt({names, rows, values}: BoostData, order: ArrayLike<number>): BoostData {
  const count = order.length;
  const out = new Float64Array(names.length * count);
  for (let j = 0; j < names.length; j++)
    for (let i = 0; i < count; i++) out[j * count + i] = values[j * rows + order[i]!]!;
  return {names, rows: count, values: out};
}
