import {expect, test} from "vitest";
import {randomOf} from "../../src/random.ts";
import {decisionEvidence} from "../../src/report/decision.ts";
import {keptShare} from "../../src/uplift/measure/kept-share.ts";
import type {Trial} from "../../src/uplift/trial.ts";
import {judgedAt} from "../card/campaign.ts";
import {study} from "../card/example.ts";
import {randomTrial} from "./random-trial.ts";

test("keptShare(trial) is one less the ratio of the shares that left, by hand", () => {
  const {trial} = randomTrial({seed: 3, rows: 300, weights: true, unequal: true});
  const left = (arm: number) => {
    const rows = Array.from(trial.outcome.keys()).filter(i => trial.treated[i] === arm);
    const weight = (i: number) =>
      (trial.weight?.[i] ?? 1) / (arm === 1 ? trial.propensity[i]! : 1 - trial.propensity[i]!);
    const sum = (of: (i: number) => number) => rows.reduce((all, i) => all + of(i), 0);
    return sum(i => weight(i) * (1 - trial.outcome[i]!)) / sum(weight);
  };
  expect(keptShare(trial, {seed: 1, draws: 50}).value).toBeCloseTo(1 - left(1) / left(0), 12);
});

test("keptShare(trial) has an interval that holds a known share in 95 of 100 trials, within luck", () => {
  let held = 0;
  const trials = 200;
  for (let seed = 0; seed < trials; seed++) {
    const random = randomOf(seed, 5);
    const treated = Uint8Array.from({length: 600}, () => (random() < 0.5 ? 1 : 0));
    // Of those who would leave, 3 in 10, a contact keeps 4 in 10.
    const outcome = Float64Array.from(treated, arm =>
      random() < 0.3 && !(arm === 1 && random() < 0.4) ? 0 : 1,
    );
    const customer = Int32Array.from(treated.keys());
    const trial: Trial = {outcome, treated, customer, propensity: new Float64Array(600).fill(0.5)};
    const {low, high} = keptShare(trial, {seed, draws: 200});
    if (low <= 0.4 && 0.4 <= high) held += 1;
  }
  const error = Math.sqrt((0.95 * 0.05) / trials);
  expect(Math.abs(held / trials - 0.95)).toBeLessThan(3 * error);
});

test("keptShare(trial) asks for a control who left", () => {
  const treated = Uint8Array.from({length: 20}, (_, i) => i % 2);
  const trial: Trial = {
    ...{treated, outcome: new Float64Array(20).fill(1), customer: Int32Array.from(treated.keys())},
    propensity: new Float64Array(20).fill(0.5),
  };
  expect(() => keptShare(trial, {seed: 1})).toThrow(/^keptShare requires a figure defined on the rows/);
});

test("decisionEvidence(judged, study, customers, measured) sets what was measured against what is assumed", () => {
  const said = (measured?: Parameters<typeof decisionEvidence>[3]) => {
    const caveats = decisionEvidence(judgedAt(0.1, study), study, 1000, measured)["decision.caveats"];
    return caveats?.kind === "list" ? caveats.items[0] : undefined;
  };
  const {mode} = study.economics.offerWorks;
  const measured = (low: number, high: number) => ({
    ...{low, high, value: (low + high) / 2},
    level: 0.95,
    draws: 1,
  });
  expect(said()).toMatch(/No experiment has measured it yet\.$/);
  expect(said(measured(mode + 0.1, mode + 0.3))).toMatch(/, more than assumed, if the lot decided/);
  expect(said(measured(mode - 0.3, mode - 0.1))).toMatch(/, less than assumed, if the lot decided/);
  expect(said(measured(mode - 0.1, mode + 0.1))).toMatch(/, which does not speak against it, if the lot/);
});
