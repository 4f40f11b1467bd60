import {expect, test} from "vitest";
import {randomOf} from "../../src/random.ts";
import {cuped, linAdjusted} from "../../src/uplift/experiment/adjust.ts";
import {complierEffect} from "../../src/uplift/experiment/compliance.ts";
import {normalAt} from "../../src/uplift/experiment/distributions.ts";
import {
  differenceOfMeans,
  differenceOfProportions,
  type Effect,
  ratioOfProportions,
} from "../../src/uplift/experiment/effect.ts";
import {planLooks} from "../../src/uplift/experiment/sequential.ts";

const RATES = [
  [0.02, 0.026],
  [0.3, 0.34],
] as const;

/** Probabilities of 0 … n events. */
function binomial(n: number, p: number): Float64Array {
  const out = new Float64Array(n + 1);
  // From the mode outwards, so that nothing underflows on the way.
  const mode = Math.floor((n + 1) * p);
  out[mode] = 1;
  for (let k = mode; k < n; k++) out[k + 1] = (out[k]! * (n - k) * p) / ((k + 1) * (1 - p));
  for (let k = mode; k > 0; k--) out[k - 1] = (out[k]! * k * (1 - p)) / ((n - k + 1) * p);
  const total = out.reduce((a, b) => a + b, 0);
  return out.map(value => value / total);
}

/** How often an interval of two counts holds the truth, over all counts that can come: nothing is drawn. */
function exactCoverage(
  [p0, p1]: readonly [number, number],
  n: number,
  of: (events: number, control: number) => Effect | null,
  truth: number,
): number {
  const [control, treated] = [binomial(n, p0), binomial(n, p1)];
  let [held, told] = [0, 0];
  treated.forEach((a, x) => {
    if (a < 1e-9) return;
    control.forEach((b, y) => {
      if (b < 1e-9) return;
      const found = of(x, y);
      if (!found) return;
      told += a * b;
      if (found.low <= truth && truth <= found.high) held += a * b;
    });
  });
  return held / told;
}

// Newcombe's method 10 (1998) and the interval of the logarithm (Katz et al. 1978) are approximate: near 95 % where tens of
// customers have the outcome, and a little above where few do.
test.each(RATES)(
  "Newcombe's and Katz's intervals hold the truth in 94.5 to 96.5 of 100 experiments, exactly: %d against %d",
  (p0, p1) => {
    const n = p0 < 0.1 ? 2000 : 400;
    const count = (events: number) => ({events, n});
    const difference = exactCoverage(
      [p0, p1],
      n,
      (x, y) => differenceOfProportions(count(x), count(y)),
      p1 - p0,
    );
    const ratio = exactCoverage([p0, p1], n, (x, y) => ratioOfProportions(count(x), count(y)), p1 / p0);
    console.log(
      `${p0} against ${p1}, ${n} an arm: Newcombe ${(100 * difference).toFixed(2)}%, Katz ${(100 * ratio).toFixed(2)}%`,
    );
    for (const coverage of [difference, ratio]) {
      expect(coverage).toBeGreaterThan(0.945);
      expect(coverage).toBeLessThan(0.965);
    }
  },
);

const TRIALS = 4000;

// The chance of the outcome moves with a covariate, by half of itself either way; four in ten of those sent a message
// open it, and it works for them alone.
test.each(RATES)(
  "Welch, CUPED, Lin and the complier effect hold the truth in 95 of 100 experiments: %d against %d",
  (p0, p1) => {
    const n = p0 < 0.1 ? 4000 : 600;
    const truth = p1 - p0;
    const opens = 0.4;
    const held = {Welch: 0, CUPED: 0, Lin: 0, complier: 0};
    for (let seed = 0; seed < TRIALS; seed++) {
      const random = randomOf(seed, 31);
      const z = Float64Array.from({length: n}, () => 2 * random() - 1);
      const treated = Uint8Array.from(z, (_, i) => i % 2);
      const complied = treated.map(t => (t === 1 && random() < opens ? 1 : 0));
      const outcome = Float64Array.from(z, (own, i) => {
        const chance = p0 * (1 + own / 2) + (complied[i] === 1 ? truth / opens : 0);
        return random() < chance ? 1 : 0;
      });
      const arms = {outcome, treated, customer: Int32Array.from(z.keys())};
      const x = {names: ["z"], rows: n, values: z};
      const complier = complierEffect(arms, complied).effect!;
      const holds = ({low, high}: Effect, value: number) => Number(low <= value && value <= high);
      held.Welch += holds(differenceOfMeans(arms), truth);
      held.CUPED += holds(cuped(arms, x), truth);
      held.Lin += holds(linAdjusted(arms, x), truth);
      held.complier += holds(complier, truth / opens);
    }
    console.log(
      `${p0} against ${p1}: ${Object.entries(held)
        .map(([name, of]) => `${name} ${((100 * of) / TRIALS).toFixed(1)}%`)
        .join(", ")}`,
    );
    for (const [name, of] of Object.entries(held))
      expect(Math.abs(of / TRIALS - 0.95), name).toBeLessThan(3 * Math.sqrt((0.95 * 0.05) / TRIALS));
  },
);

// Armitage, McPherson and Rowe (1969): looking five times at a level of 5 % claims an effect in 14.2 of 100.
test("looks of Pocock and of O'Brien and Fleming claim an effect in 5 of 100 experiments without one, plain looks in 14", () => {
  const worlds = 40_000;
  const looks = 5;
  const of = (boundary: "pocock" | "obrien-fleming") => planLooks({looks, boundary}).bounds;
  const bounds = {
    pocock: of("pocock"),
    "obrien-fleming": of("obrien-fleming"),
    plain: new Array(looks).fill(1.96),
  };
  const claims = {pocock: 0, "obrien-fleming": 0, plain: 0};
  const uniform = randomOf(12, 4);
  for (let w = 0; w < worlds; w++) {
    let sum = 0;
    const z = Array.from({length: looks}, (_, k) => {
      sum += normalAt(uniform() || 0.5);
      return Math.abs(sum / Math.sqrt(k + 1));
    });
    for (const name of ["pocock", "obrien-fleming", "plain"] as const)
      if (z.some((own, k) => own >= bounds[name][k]!)) claims[name] += 1;
  }
  console.log(
    Object.entries(claims)
      .map(([name, n]) => `${name} ${((100 * n) / worlds).toFixed(2)}%`)
      .join(", "),
  );
  for (const [name, expected] of [
    ["pocock", 0.05],
    ["obrien-fleming", 0.05],
    ["plain", 0.142],
  ] as const)
    expect(Math.abs(claims[name] / worlds - expected), name).toBeLessThan(
      3 * Math.sqrt((expected * (1 - expected)) / worlds),
    );
});

// With outcomes of 0 and 1 that come in over time and the test of the arms' rates, as an experiment's read-out has it.
test.each([0.02, 0.3])("so do looks at rates of %d in the arms of an experiment", rate => {
  const worlds = 4000;
  const [looks, step] = [4, rate < 0.1 ? 1500 : 250];
  const of = (boundary: "pocock" | "obrien-fleming") => planLooks({looks, boundary}).nominal;
  const nominal = {pocock: of("pocock"), "obrien-fleming": of("obrien-fleming")};
  const claims = {pocock: 0, "obrien-fleming": 0};
  const quantile = Float64Array.from(binomial(step, rate));
  for (let k = 1; k < quantile.length; k++) quantile[k]! += quantile[k - 1]!;
  const random = randomOf(13, Math.round(100 * rate));
  const drawn = () => {
    const u = random();
    return quantile.findIndex(p => u < p);
  };
  for (let w = 0; w < worlds; w++) {
    let [a, b] = [0, 0];
    const p = Array.from({length: looks}, (_, k) => {
      a += drawn();
      b += drawn();
      const n = (k + 1) * step;
      return differenceOfProportions({events: a, n}, {events: b, n}).p;
    });
    for (const name of ["pocock", "obrien-fleming"] as const)
      if (p.some((own, k) => own <= nominal[name][k]!)) claims[name] += 1;
  }
  console.log(
    `${rate}: ${Object.entries(claims)
      .map(([name, n]) => `${name} ${((100 * n) / worlds).toFixed(2)}%`)
      .join(", ")}`,
  );
  for (const [name, n] of Object.entries(claims))
    expect(Math.abs(n / worlds - 0.05), name).toBeLessThan(3 * Math.sqrt((0.05 * 0.95) / worlds));
});
