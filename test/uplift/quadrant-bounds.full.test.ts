import {expect, test} from "vitest";
import {quadrantBounds} from "../../src/uplift/learn/quadrant-bounds.ts";
import {SEGMENTS} from "../../src/uplift/learn/quadrants.ts";
import {couplings, livesWorld} from "./lives-world.ts";

const TRIALS = 1000;

// The truth is the share in the population, of which the rows of each trial are drawn anew.
test.each([
  ["the chances known", 0],
  ["the chances wrong by up to 30 points", 0.3],
])(
  "intervals at 95%% hold every quadrant's share in 93 of 100 trials or more, however the lives hang together: %s",
  (name, wrong) => {
    const truth = couplings(livesWorld({rows: 200_000, seed: 1, wrong: 0}).p);
    const held = new Map<string, number>();
    let width = 0;
    for (let seed = 0; seed < TRIALS; seed++) {
      const {trial, expected} = livesWorld({rows: 600, seed: 100 + seed, wrong});
      const bounds = quadrantBounds(trial, expected);
      width += (bounds.persuadable.high - bounds.persuadable.low) / TRIALS;
      for (const [coupling, shares] of Object.entries(truth))
        for (const segment of SEGMENTS) {
          const {low, high} = bounds[segment];
          const key = `${coupling}, ${segment}`;
          held.set(key, (held.get(key) ?? 0) + Number(low <= shares[segment] && shares[segment] <= high));
        }
    }
    console.log(
      [
        `${name}: mean width for persuadable ${width.toFixed(3)}`,
        ...[...held].map(([key, n]) => `${key} ${((100 * n) / TRIALS).toFixed(1)}%`),
      ].join("\n"),
    );
    // 95 of 100 at either end of the limits, and nearly all between: 93 is three standard errors below 95.
    for (const [key, n] of held) expect(n / TRIALS, key).toBeGreaterThan(0.93);
  },
);
