import {expect, test} from "vitest";
import type {Judgement} from "../../src/evaluate/judge.ts";
import {lift, liftTable} from "../../src/evaluate/lift.ts";
import {rankRows} from "../../src/evaluate/ranking.ts";
import {liftEvidence} from "../../src/report/decision.ts";

test("liftEvidence(judged) says why its first tenth is not the lift at 10% elsewhere", () => {
  // Eight rows tie over the cut: the table takes the first of them, the lift shares out what is left of them.
  const margins = [3, 3, 1, 1, 1, 1, 1, 1, 1, 1, ...Array<number>(20).fill(0)];
  const y = margins.map((_, i) => (i === 2 || i === 20 ? 1 : 0));
  const bins = liftTable(margins, y).map(bin => ({...bin, low: 0, high: 10}));
  expect(bins[0]!.lift).toBeCloseTo(5, 12);
  expect(lift(rankRows(margins, y), {fraction: 0.1})).toBeCloseTo(5 / 8, 12);
  const {caption, rows} = liftEvidence({bins, baseRate: {draws: 1000}} as unknown as Judgement);
  expect(rows).toHaveLength(10);
  expect(caption).toMatch(/Each draw of the customers keeps who is in a tenth/);
  expect(caption).toMatch(/shares out ties at the cut\. So the first tenth and the lift at 10% may differ$/);
});
