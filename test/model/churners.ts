import type {Matrix} from "../../src/features/matrix.ts";
import {randomOf} from "../../src/random.ts";

/** Made-up rows with a known risk: two of the four features matter, one is sometimes missing, several a customer. */
export function churners(rows: number, seed: number): {x: Matrix; y: Uint8Array; customers: string[]} {
  const random = randomOf(seed);
  const values = new Float64Array(4 * rows);
  const y = new Uint8Array(rows);
  const customers: string[] = [];
  for (let i = 0; i < rows; i++) {
    const [since, orders, sometimes, noise] = [
      120 * random(),
      Math.floor(9 * random()),
      5 * random() - 1,
      random(),
    ];
    values.set([since], i);
    values.set([orders], rows + i);
    values.set([random() < 0.2 ? Number.NaN : Math.round(sometimes)], 2 * rows + i);
    values.set([noise], 3 * rows + i);
    const margin = -2.5 + since / 40 - orders / 4 + (Number.isNaN(values[2 * rows + i]!) ? 1 : 0);
    y[i] = random() < 1 / (1 + Math.exp(-margin)) ? 1 : 0;
    customers.push(`C${String(Math.floor(i / 3)).padStart(5, "0")}`);
  }
  return {x: {names: ["since", "orders", "sometimes", "noise"], rows, values}, y, customers};
}
