import {describe, expect, test} from "vitest";
import type {Matrix} from "../../src/features/matrix.ts";
import {randomOf} from "../../src/random.ts";
import {type Balance, balanceOf} from "../../src/uplift/balance.ts";
import {covariates, expected, treated} from "./lalonde.ts";

const byName = (entries: readonly Balance[]) => new Map(entries.map(entry => [entry.name, entry]));

test("balanceOf(lalonde, treated) equals MatchIt before matching, over the standard deviation of the treated", () => {
  const found = byName(balanceOf(covariates, treated));
  expect(found.size).toBe(9);
  for (const [name, entry] of found) {
    const theirs = name.replace("race = ", "race");
    expect(entry.smdTreated).toBeCloseTo(expected.smd_before[theirs]!, 10);
    const ratio = expected.var_ratio_before[theirs]!;
    if (ratio === "NA") expect(entry.varianceRatio).toBeNull();
    else expect(entry.varianceRatio).toBeCloseTo(ratio, 10);
  }
});

test("balanceOf(lalonde, treated, weights) equals MatchIt after 1:1 matching, over the deviation before", () => {
  const kept = new Set(expected.nn11.matched_control_rows.map(row => row - 1));
  const weights = Float64Array.from(treated, (t, i) => (t === 1 || kept.has(i) ? 1 : 0));
  for (const [name, entry] of byName(balanceOf(covariates, treated, weights)))
    expect(entry.smdTreated).toBeCloseTo(expected.nn11.smd[name.replace("race = ", "race")]!, 10);
});

/** A number with gaps, a category with gaps, and one that is 0 or 1; rows 0 and 1 are of either arm and complete. */
function smallTable(seed: number, rows = 23) {
  const random = randomOf(seed);
  const values = new Float64Array(3 * rows);
  for (let i = 0; i < rows; i++) {
    values[i] = i > 1 && random() < 0.2 ? Number.NaN : Math.floor(random() * 5);
    values[rows + i] = i > 1 && random() < 0.2 ? Number.NaN : Math.floor(random() * 3);
    values[2 * rows + i] = Math.floor(random() * 2);
  }
  const x: Matrix = {names: ["n", "c", "b"], rows, values, categories: {c: ["p", "q", "r", "never"]}};
  const arm = Uint8Array.from({length: rows}, (_, i) => (i < 2 ? i : Math.floor(random() * 2)));
  const weights = Float64Array.from({length: rows}, (_, i) => (i < 2 ? 1 : Math.floor(random() * 3) / 2));
  return {x, arm, weights};
}

const sum = (list: readonly number[]) => list.reduce((a, b) => a + b, 0);

test("balanceOf(x, treated, weights) equals the definitions by brute force on 100 small tables", () => {
  for (let seed = 1; seed <= 100; seed++) {
    const {x, arm, weights} = smallTable(seed);
    const rows = [...arm.keys()];
    const value = (j: number, i: number) => x.values[j * x.rows + i]!;
    const number = (name: string, of: (i: number) => number, share: boolean) => {
      const there = (t: number) => rows.filter(i => arm[i] === t && !Number.isNaN(of(i)));
      const mean = (t: number) =>
        sum(there(t).map(i => weights[i]! * of(i))) / sum(there(t).map(i => weights[i]!));
      const plainVariance = (t: number) => {
        const list = there(t).map(of);
        const m = sum(list) / list.length;
        if (share) return m * (1 - m);
        return list.length === 1 ? 0 : sum(list.map(v => (v - m) ** 2)) / (list.length - 1);
      };
      const weightedVariance = (t: number) => {
        const [w1, w2] = [sum(there(t).map(i => weights[i]!)), sum(there(t).map(i => weights[i]! ** 2))];
        const scatter = sum(there(t).map(i => weights[i]! * (of(i) - mean(t)) ** 2));
        return (scatter * w1) / (w1 * w1 - w2);
      };
      return {
        name,
        treated: mean(1),
        control: mean(0),
        smd: (mean(1) - mean(0)) / Math.sqrt((plainVariance(1) + plainVariance(0)) / 2),
        smdTreated: (mean(1) - mean(0)) / Math.sqrt(plainVariance(1)),
        varianceRatio: share ? null : weightedVariance(1) / weightedVariance(0),
      };
    };
    const levels = [0, 1, 2].filter(code => rows.some(i => value(1, i) === code));
    const wanted = [
      number("n", i => value(0, i), false),
      ...(rows.some(i => Number.isNaN(value(0, i)))
        ? [number("n missing", i => Number(Number.isNaN(value(0, i))), true)]
        : []),
      ...levels.map(code =>
        number(
          `c = ${"pqr"[code]}`,
          i => (Number.isNaN(value(1, i)) ? Number.NaN : Number(value(1, i) === code)),
          true,
        ),
      ),
      ...(rows.some(i => Number.isNaN(value(1, i)))
        ? [number("c missing", i => Number(Number.isNaN(value(1, i))), true)]
        : []),
      number("b", i => value(2, i), true),
    ];
    const found = balanceOf(x, arm, weights);
    expect(found.map(entry => entry.name)).toEqual(wanted.map(entry => entry.name));
    found.forEach((entry, k) => {
      const want = wanted[k]!;
      for (const key of ["treated", "control", "smd", "smdTreated", "varianceRatio"] as const) {
        const [a, b] = [entry[key], want[key]];
        // A mean difference of 0 over no spread is 0 by definition, and a ratio needs a control that varies.
        if (b === null || Number.isNaN(b) || (key === "varianceRatio" && !Number.isFinite(b))) continue;
        if (Number.isFinite(b)) expect(a).toBeCloseTo(b, 10);
        else expect(a).toBe(b);
      }
    });
  }
});

describe("balanceOf(x, treated, weights)", () => {
  const {x, arm, weights} = smallTable(3);

  test("turns its sign when the arms are swapped, and not its size", () => {
    const swapped = balanceOf(
      x,
      arm.map(t => 1 - t),
      weights,
    );
    balanceOf(x, arm, weights).forEach((entry, k) => {
      expect(swapped[k]!.smd).toBeCloseTo(-entry.smd, 12);
      expect(swapped[k]!.treated).toBe(entry.control);
    });
  });

  test("does not change with the unit of the weights", () => {
    const scaled = balanceOf(
      x,
      arm,
      weights.map(w => 7 * w),
    );
    balanceOf(x, arm, weights).forEach((entry, k) => {
      expect(scaled[k]!.smd).toBeCloseTo(entry.smd, 12);
      if (entry.varianceRatio !== null) expect(scaled[k]!.varianceRatio).toBeCloseTo(entry.varianceRatio, 12);
    });
  });

  test("is infinite where the arms differ and neither varies, and 0 where they are equal", () => {
    const same = {names: ["a", "b"], rows: 4, values: Float64Array.of(3, 3, 5, 5, 2, 2, 2, 2)};
    const [a, b] = balanceOf(same, Uint8Array.of(1, 1, 0, 0));
    expect([a!.smd, b!.smd]).toEqual([Number.NEGATIVE_INFINITY, 0]);
    expect([a!.varianceRatio, b!.varianceRatio]).toEqual([null, null]);
  });

  test("has for a feature without a value in an arm only the share without one", () => {
    const gap = {names: ["a"], rows: 3, values: Float64Array.of(Number.NaN, 1, 2)};
    expect(balanceOf(gap, Uint8Array.of(1, 0, 0))).toMatchObject([
      {name: "a missing", treated: 1, control: 0},
    ]);
  });

  test.each([
    [{arm: arm.subarray(1)}, "requires 23 entries of treated, one a row, got 22"],
    [{weights: Float64Array.of(1)}, "requires 23 entries of weights, one a row, got 1"],
    [{weights: weights.map(() => -1)}, "requires finite weights of at least 0, got -1 in row 0"],
    [{arm: arm.map(() => 1)}, "requires weight in both arms, got"],
    [{arm: arm.map(() => 2)}, "requires treated to be 0 or 1, got 2 in row 0"],
  ])("refuses %o", (change, message) => {
    const {arm: a, weights: w} = {arm, weights, ...change};
    expect(() => balanceOf(x, a, w)).toThrow(`balanceOf ${message}`);
  });
});
