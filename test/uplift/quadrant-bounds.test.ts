import {describe, expect, it} from "vitest";
import {quadrantBoundsTable} from "../../src/report/quadrants.ts";
import {quadrantBounds} from "../../src/uplift/learn/quadrant-bounds.ts";
import {SEGMENTS} from "../../src/uplift/learn/quadrants.ts";
import {armMeans} from "../../src/uplift/measure/scores.ts";
import {couplings, livesWorld} from "./lives-world.ts";

describe("quadrantBounds", () => {
  it("is the definition by brute force, with weights, ties and customers of several rows", () => {
    const {trial, expected} = livesWorld({rows: 60, seed: 3, wrong: 0.2, weights: true, customers: 25});
    const found = quadrantBounds(trial, expected);
    const score = (arm: 0 | 1, i: number) => {
      const m = arm === 1 ? expected.treated[i]! : expected.control[i]!;
      const share = arm === 1 ? trial.propensity[i]! : 1 - trial.propensity[i]!;
      return trial.treated[i] === arm ? m + (trial.outcome[i]! - m) / share : m;
    };
    const kept = {
      persuadable: [1, 0],
      "sure thing": [1, 1],
      "lost cause": [0, 0],
      "sleeping dog": [0, 1],
    } as const;
    for (const segment of SEGMENTS) {
      const [k1, k0] = kept[segment];
      const is = (value: number, k: 0 | 1) => (k === 1 ? value : 1 - value);
      const least: number[] = [];
      const most: number[] = [];
      for (let i = 0; i < 60; i++) {
        const [a, b] = [is(expected.treated[i]!, k1), is(expected.control[i]!, k0)];
        const [sa, sb] = [is(score(1, i), k1), is(score(0, i), k0)];
        least.push(a + b - 1 > 0 ? sa + sb - 1 : 0);
        most.push(a < b ? sa : sb);
      }
      const total = trial.weight!.reduce((x, y) => x + y, 0);
      for (const [own, of] of [
        [least, found[segment].least],
        [most, found[segment].most],
      ] as const) {
        const mean = own.reduce((sum, v, i) => sum + trial.weight![i]! * v, 0) / total;
        const sums = new Map<number, number>();
        own.forEach((v, i) => {
          const c = trial.customer[i]!;
          sums.set(c, (sums.get(c) ?? 0) + (trial.weight![i]! * (v - mean)) / total);
        });
        const squares = [...sums.values()].reduce((sum, v) => sum + v * v, 0);
        expect(of.value).toBeCloseTo(mean, 10);
        expect(of.standardError).toBeCloseTo(Math.sqrt((squares * sums.size) / (sums.size - 1)), 10);
      }
      expect(found[segment].low).toBe(Math.max(0, found[segment].least.low));
    }
  });

  it("holds the shares of any way in which the two lives hang together, narrower where outcomes are expected better", () => {
    const rows = 20_000;
    const {trial, expected, p} = livesWorld({rows, seed: 4, wrong: 0});
    const [sharp, dull] = [quadrantBounds(trial, expected), quadrantBounds(trial, armMeans(trial))];
    for (const share of Object.values(couplings(p)))
      for (const segment of SEGMENTS) {
        expect(sharp[segment].low).toBeLessThanOrEqual(share[segment]);
        expect(sharp[segment].high).toBeGreaterThanOrEqual(share[segment]);
      }
    const width = (of: typeof sharp) => of.persuadable.most.value - of.persuadable.least.value;
    expect(width(sharp)).toBeLessThan(0.8 * width(dull));
  });

  it("is told in a table of rows, and refuses amounts", () => {
    const {trial, expected} = livesWorld({rows: 500, seed: 5, wrong: 0});
    const table = quadrantBoundsTable(quadrantBounds(trial, expected), {rows: 500});
    expect(table.rows.map(row => row[0])).toEqual([...SEGMENTS]);
    for (const [, , , least, most] of table.rows as [string, string, string, number, number][]) {
      expect(least).toBeGreaterThanOrEqual(0);
      expect(most).toBeLessThanOrEqual(500);
    }
    const amounts = {...trial, outcome: trial.outcome.map(y => 2 * y)};
    expect(() => quadrantBounds(amounts, expected)).toThrow("quadrantBounds requires outcomes 0 or 1, got");
  });
});
