// Trials of which the chances of both lives of every row are known.
import {randomOf} from "../../src/random.ts";
import {type BySegment, bySegment, type SEGMENTS} from "../../src/uplift/learn/quadrants.ts";
import type {ArmOutcomes} from "../../src/uplift/measure/scores.ts";
import type {Trial} from "../../src/uplift/trial.ts";

/** `expected`: the chances, but wrong by up to `wrong` either way; `p`: as they are. */
export function livesWorld({
  rows,
  seed,
  wrong,
  weights = false,
  customers = rows,
}: {
  rows: number;
  seed: number;
  wrong: number;
  weights?: boolean;
  customers?: number;
}): {trial: Trial; expected: ArmOutcomes; p: ArmOutcomes} {
  const random = randomOf(seed, 5);
  const control = new Float64Array(rows);
  const treated = new Float64Array(rows);
  const [a, b] = [new Float64Array(rows), new Float64Array(rows)];
  const clip = (value: number) => Math.min(0.99, Math.max(0.01, value));
  for (let i = 0; i < rows; i++) {
    // In tenths, so that rows tie; from a chance of being kept of .1 to .9, moved by −.3 to .3.
    control[i] = 0.1 + Math.floor(9 * random()) / 10;
    treated[i] = clip(control[i]! + (Math.floor(7 * random()) - 3) / 10);
    a[i] = clip(control[i]! + wrong * (2 * random() - 1));
    b[i] = clip(treated[i]! + wrong * (2 * random() - 1));
  }
  const arm = Uint8Array.from(control, () => (random() < 0.4 ? 1 : 0));
  const trial: Trial = {
    outcome: Float64Array.from(arm, (t, i) => (random() < (t ? treated[i]! : control[i]!) ? 1 : 0)),
    treated: arm,
    propensity: new Float64Array(rows).fill(0.4),
    customer: Int32Array.from(arm, (_, i) => i % customers),
    ...(weights ? {weight: Float64Array.from(arm, () => 0.5 + random())} : {}),
  };
  return {trial, expected: {control: a, treated: b}, p: {control, treated}};
}

/** Shares of the quadrants where both lives are independent, as alike as can be, and as unlike. */
export function couplings({control, treated}: ArmOutcomes): Record<string, BySegment<number>> {
  const n = control.length;
  const share = (both: (p1: number, p0: number) => number): BySegment<number> => {
    const sums = bySegment(() => 0) as Record<(typeof SEGMENTS)[number], number>;
    for (let i = 0; i < n; i++) {
      const [p1, p0] = [treated[i]!, control[i]!];
      const q = both(p1, p0);
      sums["sure thing"] += q / n;
      sums.persuadable += (p1 - q) / n;
      sums["sleeping dog"] += (p0 - q) / n;
      sums["lost cause"] += (1 - p1 - p0 + q) / n;
    }
    return sums;
  };
  return {
    independent: share((p1, p0) => p1 * p0),
    alike: share(Math.min),
    unlike: share((p1, p0) => Math.max(0, p1 + p0 - 1)),
  };
}
