import {beforeAll, expect, test} from "vitest";
import type {Interval} from "../../src/evaluate/bootstrap.ts";
import {contactShares, type TargetComparison, weightedMedian} from "../../src/evaluate/compare-targets.ts";
import {rankRows} from "../../src/evaluate/ranking.ts";
import {checkEvidence} from "../../src/ledger/evidence.ts";
import {
  targetCampaignTable,
  targetChoiceText,
  targetSkillTable,
  towardsEvidence,
} from "../../src/report/target-comparison.ts";
import {rowsOf} from "../../src/split/rows.ts";
import {recencyAuc} from "../../src/target/recency.ts";
import {rhythmLog, rhythmRun, rhythmStudy} from "./rhythm-study.ts";

const log = rhythmLog();
const study = rhythmStudy();
const run = rhythmRun(study, log);
let found: TargetComparison;
beforeAll(async () => {
  found = await run.targetComparison();
});
const judged = (target: string) => found.targets.find(one => one.target === target)!.judged!;

test("contactShares(ranking, fraction) is 1 above the cut, 0 below it, and shares a tie over it", () => {
  const shares = (margins: number[], fraction: number) => [
    ...contactShares(rankRows(margins, new Uint8Array(margins.length)), fraction),
  ];
  expect(shares([4, 3, 2, 1], 0.5)).toEqual([1, 1, 0, 0]);
  expect(shares([1, 2, 2, 2, 1], 0.4)).toEqual([0, 2 / 3, 2 / 3, 2 / 3, 0]);
  expect(shares([5, 5], 1)).toEqual([1, 1]);
});

test("weightedMedian(values, weights) is the smallest value with half of the weight at or below", () => {
  expect(weightedMedian([30, 10, 20], [1, 1, 1])).toBe(20);
  expect(weightedMedian([10, 20], [1, 1])).toBe(10);
  expect(weightedMedian([10, 20], [1, 3])).toBe(20);
  expect(weightedMedian([], [])).toBeNull();
});

test("compareTargets(x, …) judges all targets on the tune rows, recency alone as counted directly", () => {
  const tune = rowsOf(run.split(), "tune");
  expect(found.rows).toBe(tune.length);
  for (const {target, positives, rows} of found.targets) {
    const labels = run.targets()[target];
    expect(rows).toBe(tune.length);
    expect(positives).toBe(tune.reduce((sum, i) => sum + labels[i]!, 0));
    const {recency} = judged(target).by;
    expect(recency.auc.value).toBeCloseTo(recencyAuc(run.cohort(), labels, tune)!, 12);
    expect(judged(target).gainOverRecency.value).toBeCloseTo(
      judged(target).by.boost.auc.value - recency.auc.value,
      12,
    );
  }
});

test("compareTargets(x, …) counts churners and money by one yardstick, whatever the list is made for", () => {
  const within = found.targets[0]!;
  for (const {target} of found.targets) {
    const {reached, worth, gain, inTime, reachedInTime} = judged(target).campaign;
    const share = within.positives / within.rows;
    expect(worth.churners).toBeCloseTo(reached.value * share * found.cohortSize, 9);
    expect(inTime!).toBeLessThanOrEqual(reached.value + 1e-12);
    expect(reachedInTime!.value).toBeGreaterThanOrEqual(0);
    if (target === study.target) expect(gain).toBeUndefined();
    else expect(gain!.value).toBeCloseTo(reached.value - judged("within").campaign.reached.value, 12);
  }
  // Of its own positives, the list by WITHIN reaches lift times the capacity.
  const own = judged("within");
  expect(own.campaign.reached.value).toBeCloseTo(own.by.boost.lift.value * found.capacity, 12);
});

test("compareTargets(x, …) follows the score over months whose outcomes lie before the test", () => {
  const {cohort, split, targets} = {cohort: run.cohort(), split: run.split(), targets: run.targets()};
  expect(found.months).toEqual([1, 2, 3, 4, 5, 6]);
  const rows = [...rowsOf(split, "tune")].filter(
    i => cohort.cutoffs[cohort.cutoff[i]!]! + 180 <= split.testFrom,
  );
  found.months.forEach((m, k) => {
    const churners = rows.filter(i => {
      const days = targets.firstChurn[i]!;
      return days >= 30 * (m - 1) && days < 30 * m;
    });
    expect(found.churners[k]).toBe(churners.length);
  });
  const {towards} = judged("within");
  expect(towards[0]!).toBeGreaterThan(towards[5]!);
});

test("compareTargets(x, …) looks at no event from the first test cutoff on", async () => {
  const split = run.split();
  const type = log.type.slice();
  const later = {...log, types: [...log.types, "visit"], type};
  for (let i = 0; i < type.length; i++) if (log.day[i]! >= split.testFrom) type[i] = 1;
  const other = await rhythmRun(study, later).targetComparison();
  const {cohortSize: _, targets, ...rest} = other;
  expect(rest).toEqual(withoutMoney(found));
  expect(targets.map(({judged: one}) => one?.by)).toEqual(found.targets.map(({judged: one}) => one?.by));
  expect(targets.map(({judged: one}) => one?.towards)).toEqual(
    found.targets.map(({judged: one}) => one?.towards),
  );
});
const withoutMoney = ({cohortSize: _, targets: __, ...rest}: TargetComparison) => rest;

test("the tables and the text say which target the study uses, with figures of the comparison", () => {
  const skill = targetSkillTable(found, study);
  const campaign = targetCampaignTable(found, study);
  const choice = targetChoiceText(found, study);
  checkEvidence("a.b", skill);
  checkEvidence("a.b", campaign);
  checkEvidence("a.b", towardsEvidence(found, study));
  for (const {rows, columns} of [skill, campaign])
    for (const row of rows) expect(row).toHaveLength(columns.length);
  expect(choice.text).toMatch(/^The study uses WITHIN: at 10% contacted its list holds \d+\.\d% /);
  expect(choice.text).toContain("The list by IN holds");
  expect(choice.text).toContain("has not looked at a test row");
  expect(choice.text).not.toMatch(/undefined|NaN|null/);
});

test("targetChoiceText(comparison, study) weighs churners reached against churners reached in time", () => {
  const interval = (low: number, high: number) => ({
    value: (low + high) / 2,
    low,
    high,
    level: 0.95,
    draws: 9,
  });
  const [more, fewer, same] = [interval(0.01, 0.03), interval(-0.03, -0.01), interval(-0.01, 0.01)];
  const textWith = (gain: Interval, gainInTime: Interval): string => {
    const targets = found.targets.flatMap(one => {
      if (one.target === "silent") return [];
      if (one.target === study.target) return [one];
      const campaign = {...one.judged!.campaign, gain, gainInTime};
      return [{...one, judged: {...one.judged!, campaign}}];
    });
    return targetChoiceText({...found, targets} as TargetComparison, study).text;
  };
  expect(textWith(more, same)).toContain("IN would serve the campaign clearly better: reconsider");
  expect(textWith(same, more)).toContain("IN would serve the campaign clearly better: reconsider");
  expect(textWith(more, fewer)).toContain(
    "a trade, IN reaches more of all churners and fewer of those with time",
  );
  expect(textWith(fewer, more)).toContain(
    "a trade, IN reaches fewer of all and more of those with time left",
  );
  expect(textWith(fewer, same)).toContain("It reaches clearly more than IN, and no other clearly more");
  expect(textWith(same, same)).toContain("The figures do not decide between them");
});

test("a target without positives is left out of the comparison, and the text says so", async () => {
  // No churn day can lie in the last month of the horizon, 61 to 90 days on, within 14 days of silence.
  const none = found.targets.map(one => (one.target === "in" ? {...one, judged: undefined} : one));
  const without = {...found, targets: none} as TargetComparison;
  expect(targetSkillTable(without, study).rows[1]!.slice(3)).toEqual(Array(7).fill(null));
  expect(targetChoiceText(without, study).text).not.toContain("The list by IN");
  const own = {...found, targets: [{...found.targets[0]!, judged: undefined}]} as unknown as TargetComparison;
  expect(targetChoiceText(own, study).text).toContain("too few of its positives");
  expect(towardsEvidence(own, study)).toMatchObject({kind: "not-applicable"});
});
