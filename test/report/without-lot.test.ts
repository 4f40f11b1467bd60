import {describe, expect, test} from "vitest";
import {forestChart, loveChart, overlapChart} from "../../src/charts/index.ts";
import {dayOf} from "../../src/data/calendar.ts";
import type {Campaigns} from "../../src/data/campaigns.ts";
import type {EvidenceValue} from "../../src/ledger/evidence.ts";
import {checkEvidence} from "../../src/ledger/evidence.ts";
import {randomOf} from "../../src/random.ts";
import {beliefTable, observationalText, PERCENTAGE_POINTS} from "../../src/report/observational.ts";
import {stepwiseTable, stepwiseText} from "../../src/report/stepwise.ts";
import {
  forestPoints,
  lotText,
  lovePoints,
  overlapPoints,
  overlapText,
  sensitivityText,
} from "../../src/report/without-lot.ts";
import {defineStudy, type StudyInput} from "../../src/study.ts";
import {rhythmLog, rhythmRun, rhythmStudy} from "./rhythm-study.ts";

const log = rhythmLog(1000);
const DAY = dayOf("2024-11-15");

/** A contact of everybody on one day; `chance` of being treated by the events of the 90 days before. */
function campaign(chance: (recent: number) => number): Campaigns {
  const random = randomOf(3);
  const n = log.customers.length;
  const recent = (c: number) => {
    let sum = 0;
    for (let i = log.offsets[c]!; i < log.offsets[c + 1]!; i++)
      if (log.day[i]! < DAY && log.day[i]! >= DAY - 90) sum += 1;
    return sum;
  };
  return {
    customer: Int32Array.from({length: n}, (_, c) => c),
    day: new Int32Array(n).fill(DAY),
    treated: Uint8Array.from({length: n}, (_, c) => (random() < chance(recent(c)) ? 1 : 0)),
    unknownCustomers: 0,
  };
}
const declared: StudyInput["campaigns"] = {from: "none.csv", customer: "c", time: "t", arm: "a"};
const title = (feature: string) => ({title: `Feature ${feature}`});
const all = (values: readonly EvidenceValue[]) =>
  values.forEach(value => void checkEvidence("a.value", value));

describe("run.observational()", () => {
  const byLot = campaign(() => 0.5);
  const bySome = campaign(recent => 1 / (1 + Math.exp((5 - recent) / 3)));

  test("is undefined without contacts of both arms", async () => {
    expect(await rhythmRun(rhythmStudy(), log).observational()).toBeUndefined();
  });

  test("finds a lot where there was one, and no effect of a coin by any method, nor on the time before", async () => {
    const seen = (await rhythmRun(rhythmStudy({campaigns: declared}), log, {
      campaigns: byLot,
    }).observational())!;
    expect(seen.assignment).toBe("random");
    expect(seen.lot.broken).toBe(false);
    expect(lotText(seen).text).toMatch(/^The groups look as a lot leaves them: /);
    for (const {effect} of seen.study.effects)
      expect(Math.abs(effect.estimate)).toBeLessThan(3.5 * effect.se);
    const {negativeControl} = seen.study;
    expect(Math.abs(negativeControl!.estimate)).toBeLessThan(3 * negativeControl!.se);
    expect(seen.earlier!.days).toBe(60);
    expect(observationalText(seen.study, {...PERCENTAGE_POINTS, byLot: true}).text).toMatch(
      /^A lot decided who was contacted; .* percentage points\./,
    );
  });

  test("says loudly that a lot looks broken, and what speaks against believing", async () => {
    const run = rhythmRun(rhythmStudy({campaigns: declared}), log, {campaigns: bySome});
    const seen = (await run.observational())!;
    expect(seen.lot.broken).toBe(true);
    expect(lotText(seen).text).toMatch(/^The lot looks broken\. The study says that a lot decided/);
    const before = loveChart(lovePoints(seen.study, title));
    expect(before.description).toContain("as they were: ");
    expect(before.title).toBe("Made alike in what is known, those contacted can be compared");
    all([
      before,
      overlapChart(overlapPoints(seen.study)),
      forestChart(forestPoints(seen.study)),
      forestChart(forestPoints(seen.study, {lot: 0.01})),
      beliefTable(seen.study),
      overlapText(seen.study, title),
      sensitivityText(seen),
    ]);
    expect(sensitivityText(seen).text).toContain("In the 60 days before the contact it seems to change");
  });

  test("of chosen contacts no effect is learned, and the text says that nobody drew lots", async () => {
    const study = rhythmStudy({campaigns: {...declared, assignment: "chosen"}});
    const run = rhythmRun(study, log, {campaigns: bySome});
    expect(await run.uplift()).toBeUndefined();
    expect(await run.effectQuadrants()).toBeUndefined();
    const seen = (await run.observational())!;
    expect(lotText(seen).text).toMatch(/^Nobody drew lots: people or a rule chose whom to contact\. Of /);
    expect(observationalText(seen.study, PERCENTAGE_POINTS).text).toMatch(
      /^Nobody drew by lot who was contacted, so this is weaker than an experiment\. Of /,
    );
  });

  test("of contacts by a rule says that nobody is like those contacted, and where", async () => {
    const study = rhythmStudy({campaigns: {...declared, assignment: "chosen"}});
    const ruled = campaign(recent => (recent > 5 ? 1 : 0));
    const seen = (await rhythmRun(study, log, {campaigns: ruled}).observational())!;
    const said = overlapText(seen.study, title).text;
    expect(said).toMatch(/^Warning: .* of those contacted have nobody like them among the others/);
    expect(said).toMatch(/none of the \d+ rows where "Feature \w+" is from .* was contacted/);
    expect(observationalText(seen.study).text).toContain("The estimate should not be believed");
    all([overlapChart(overlapPoints(seen.study)), loveChart(lovePoints(seen.study, title))]);
  });
});

test("defineStudy takes contacts for drawn by lot unless they are said to be chosen", () => {
  expect(rhythmStudy({campaigns: declared}).campaigns!.assignment).toBe("random");
  const {truth: _, ...study} = rhythmStudy({campaigns: declared});
  expect(() =>
    defineStudy({...study, campaigns: {...declared, assignment: "drawn"}} as unknown as StudyInput),
  ).toThrow(/campaigns\.assignment/);
});

test("run.stepwise() takes its rates from the test rows, its sizes are told in a table of full rows", async () => {
  const run = rhythmRun(rhythmStudy(), log);
  const plan = await run.stepwise();
  const {y} = await run.ranked("test");
  const churners = plan.targetRate * 0.1 + plan.otherRate * 0.9;
  expect(churners).toBeCloseTo(y.reduce((a, b) => a + b, 0) / y.length, 1);
  expect(plan.monthly).toBe(run.cohortSize());
  const table = stepwiseTable(plan);
  expect(table.rows.map(row => row.length)).toEqual(Array(4).fill(table.columns.length));
  expect(stepwiseText(plan).text).toContain("Risk is not effect");
  all([table, stepwiseText(plan)]);
});
