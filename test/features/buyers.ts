import type {BgNbdParameters, Purchases} from "../../src/features/bg-nbd.ts";
import type {Random} from "../../src/random.ts";

/** A gamma draw with rate 1 (Marsaglia and Tsang 2000). */
export function gammaDraw(shape: number, random: Random): number {
  if (shape < 1) return gammaDraw(shape + 1, random) * (1 - random()) ** (1 / shape);
  const d = shape - 1 / 3;
  for (;;) {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const v = (1 + normal / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - random()) < 0.5 * normal * normal + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** A made-up customer of the BG/NBD model: what is seen by T, and what comes after. */
export type Buyer = Purchases & {
  readonly alive: boolean;
  /** Purchases in (T, T + h]. */
  readonly later: number;
};

/** Follows a customer purchase by purchase, as the model says. */
export function drawBuyer({r, alpha, a, b}: BgNbdParameters, T: number, h: number, random: Random): Buyer {
  const rate = gammaDraw(r, random) / alpha;
  const [leave, stay] = [gammaDraw(a, random), gammaDraw(b, random)];
  const p = leave / (leave + stay);
  let [x, tx, later, alive] = [0, 0, 0, true];
  for (let time = 0, gone = false; !gone; ) {
    time -= Math.log(1 - random()) / rate;
    if (time > T + h) break;
    gone = random() < p;
    if (time > T) later += 1;
    else [x, tx, alive] = [x + 1, time, !gone];
  }
  return {x, tx, T, alive, later};
}

/** Customers who joined at different times, up to 400 before. */
export const drawBuyers = (parameters: BgNbdParameters, n: number, h: number, random: Random): Buyer[] =>
  Array.from({length: n}, () => drawBuyer(parameters, 40 + 360 * random(), h, random));
