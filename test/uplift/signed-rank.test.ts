import {readFileSync} from "node:fs";
import {expect, test} from "vitest";
import {randomOf} from "../../src/random.ts";
import {rosenbaumBound} from "../../src/uplift/observe/sensitivity.ts";
import {
  pairSensitivity,
  signedRankBound,
  signedRankNormalBound,
} from "../../src/uplift/observe/signed-rank.ts";

/** By all 2^n signs of the differences: the chance of a rank sum as large as the one that was seen. */
function enumerated(all: readonly number[], gamma: number): number {
  const differences = all.filter(d => d !== 0);
  const size = (d: number) => Math.abs(d);
  const rank = (d: number) => {
    const smaller = differences.filter(other => size(other) < size(d)).length;
    const same = differences.filter(other => size(other) === size(d)).length;
    return smaller + (same + 1) / 2;
  };
  const ranks = differences.map(rank);
  const seen = differences.reduce((sum, d, i) => sum + (d > 0 ? ranks[i]! : 0), 0);
  const p = gamma / (1 + gamma);
  let chance = 0;
  for (let signs = 0; signs < 1 << ranks.length; signs++) {
    let [sum, probability] = [0, 1];
    ranks.forEach((r, i) => {
      const positive = (signs >> i) % 2 === 1;
      if (positive) sum += r;
      probability *= positive ? p : 1 - p;
    });
    if (sum >= seen - 1e-9) chance += probability;
  }
  return chance;
}

test("signedRankBound(differences, {gamma}) is the tail over all signs, with ties and pairs without a difference", () => {
  const random = randomOf(3);
  for (let n = 1; n <= 12; n++)
    for (const gamma of [1, 1.3, 2, 6]) {
      const differences = Array.from({length: n}, () => Math.round(8 * random() - 3) / 2);
      expect(signedRankBound(differences, {gamma})).toBeCloseTo(enumerated(differences, gamma), 12);
    }
});

test("signedRankBound of differences of one size is McNemar's rosenbaumBound", () => {
  const differences = Array.from({length: 45}, (_, i) => (i < 32 ? 1 : -1));
  for (const gamma of [1, 1.5, 3])
    expect(signedRankBound([0, ...differences, 0], {gamma})).toBeCloseTo(
      rosenbaumBound({discordant: 45, treated: 32, gamma}),
      10,
    );
});

test("signedRankBound(differences) hangs on the order of sizes alone, and grows with gamma", () => {
  const random = randomOf(4);
  const differences = Array.from({length: 40}, () => random() - 0.3);
  const bent = differences.map(d => Math.sign(d) * Math.abs(d) ** 3 * 7);
  const at = (gamma: number) => signedRankBound(differences, {gamma});
  expect(signedRankBound(bent, {gamma: 1.4})).toBe(at(1.4));
  expect([1, 1.2, 2, 5].map(at)).toEqual([1, 1.2, 2, 5].map(at).sort((a, b) => a - b));
  expect(signedRankBound([0, 0], {gamma: 2})).toBe(1);
});

test("signedRankNormalBound(differences, {gamma}) is that of the reference case, and counted out it is within 0.012", () => {
  const file = new URL("../reference/experiment_design/expected.json", import.meta.url);
  const {diffs, upper_p} = JSON.parse(readFileSync(file, "utf8")).expected.rosenbaum_signed_rank;
  for (const [gamma, p] of Object.entries(upper_p as Record<string, number>)) {
    expect(signedRankNormalBound(diffs, {gamma: Number(gamma)})).toBeCloseTo(p, 12);
    expect(Math.abs(signedRankBound(diffs, {gamma: Number(gamma)}) - p)).toBeLessThan(0.012);
  }
});

test("signedRankBound(differences) of more than 150 pairs is the normal approximation", () => {
  const random = randomOf(5);
  const differences = Array.from({length: 151}, () => random() - 0.4);
  const bounds = (of: readonly number[]) => [
    signedRankBound(of, {gamma: 1.2}),
    signedRankNormalBound(of, {gamma: 1.2}),
  ];
  expect(new Set(bounds(differences)).size).toBe(1);
  const [counted, normal] = bounds(differences.slice(1));
  expect(counted).not.toBe(normal);
  expect(Math.abs(counted! - normal!)).toBeLessThan(0.002);
});

test("pairSensitivity(trial, pairs) is the gamma at which the p-value reaches 0.05, whichever way the effect goes", () => {
  const random = randomOf(6);
  const n = 60;
  const outcome = Float64Array.from({length: 2 * n}, (_, i) => random() + (i < n ? 0.3 : 0));
  const pairs = Array.from({length: n}, (_, i) => ({treated: i, control: n + i}));
  const found = pairSensitivity({outcome}, pairs);
  const differences = pairs.map(({treated, control}) => outcome[treated]! - outcome[control]!);
  expect(found.gamma).toBeGreaterThan(1);
  expect(signedRankBound(differences, {gamma: found.gamma!})).toBeLessThanOrEqual(0.05);
  expect(signedRankBound(differences, {gamma: found.gamma! + 1e-4})).toBeGreaterThan(0.05);
  expect(pairSensitivity({outcome: outcome.map(y => -y)}, pairs)).toEqual(found);
  expect(pairSensitivity({outcome: outcome.map(() => 0)}, pairs)).toEqual({pairs: n, p: 1, gamma: null});
  const sure = Float64Array.from({length: 200}, (_, i) => (i < 100 ? 1 + i : 0));
  const hundred = Array.from({length: 100}, (_, i) => ({treated: i, control: 100 + i}));
  expect(pairSensitivity({outcome: sure}, hundred).gamma).toBe(20);
});

test("signedRankBound refuses a gamma below 1 and what is not finite", () => {
  expect(() => signedRankBound([1], {gamma: 0.9})).toThrow("requires a finite gamma of at least 1, got 0.9");
  expect(() => signedRankBound([1, Number.NaN], {gamma: 1})).toThrow(
    "requires finite differences, got NaN in pair 1",
  );
});
