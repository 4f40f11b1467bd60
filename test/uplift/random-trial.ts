import {type Random, randomOf} from "../../src/random.ts";
import type {Trial} from "../../src/uplift/trial.ts";

export const normalOf = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/**
 * A trial whose effect is 0.2 + 0.3 × z, kept or not: chance of being kept 0.4 + 0.1 × z without treatment, z in (-0.5, 0.5)
 * times what `slope` says. `score` is z, `noise` has nothing to do with it, `effect` is the truth.
 */
export function randomTrial({
  seed,
  rows,
  ties = false,
  weights = false,
  unequal = false,
  slope = 0.6,
}: {
  seed: number;
  rows: number;
  ties?: boolean;
  weights?: boolean;
  unequal?: boolean;
  slope?: number;
}) {
  const random = randomOf(seed, 77);
  const score = Float64Array.from({length: rows}, () => {
    const z = random() - 0.5;
    return ties ? Math.round(6 * z) / 6 : z;
  });
  const noise = Float64Array.from({length: rows}, () => random());
  const effect = score.map(z => 0.1 + slope * z);
  const propensity = score.map(z => (unequal ? 0.5 + 0.5 * z : 0.4));
  const treated = Uint8Array.from(propensity, e => (random() < e ? 1 : 0));
  const outcome = score.map((z, i) => (random() < 0.45 + 0.1 * z + treated[i]! * effect[i]! ? 1 : 0));
  const trial: Trial = {
    outcome,
    treated,
    propensity,
    customer: Int32Array.from(score.keys()),
    ...(weights ? {weight: Float64Array.from({length: rows}, () => 0.5 + 2 * random())} : {}),
  };
  return {trial, score, noise, effect};
}
