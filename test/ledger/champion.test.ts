import {describe, expect, test} from "vitest";
import {dayOf} from "../../src/data/calendar.ts";
import {compareModels} from "../../src/evaluate/metric-table.ts";
import type {Bundle} from "../../src/ledger/bundle.ts";
import {scoreBundle} from "../../src/ledger/score.ts";
import {championTable, championText} from "../../src/report/champion.ts";
import {every, inactivity, type StudyInput} from "../../src/study.ts";
import {rhythmLog, rhythmRun, rhythmStudy} from "../report/rhythm-study.ts";

const log = rhythmLog();
const bundleOf = async (more: Partial<StudyInput>) =>
  JSON.parse(JSON.stringify(await rhythmRun(rhythmStudy(more), log).bundle())) as Bundle;
const study = rhythmStudy();
const usual = study.features;
const runWith = (bundle: Bundle, more: Partial<StudyInput> = {}) =>
  rhythmRun(rhythmStudy(more), log, {champion: {bundle, digest: "0123456789abcdef"}});

describe("run.champion()", () => {
  test("is undefined where the study names none", async () => {
    expect(await rhythmRun(study, log).champion()).toBeUndefined();
  });

  test("judges an older model with fewer features on the customers and cutoffs that neither learned from", async () => {
    const old = await bundleOf({
      split: {salt: "rhythm", testFrom: "2024-12"},
      models: ["recency"],
      features: usual.slice(0, 3),
    });
    const run = runWith(old);
    const found = (await run.champion())!;
    const test = await run.ranked("test");
    const scored = new Map<string, {margin: number; probability: number}>();
    for (const day of ["2025-02-01", "2025-03-01"]) {
      const {customer, margins, probabilities} = await scoreBundle(old, {log}, dayOf(day));
      for (const [i, c] of customer.entries())
        scored.set(`${c} ${day}`, {margin: margins[i]!, probability: probabilities[i]!});
    }
    const {rows} = await run.models();
    const cohort = run.cohort();
    const days = new Map(["2025-02-01", "2025-03-01"].map(day => [dayOf(day), day]));
    const his = Array.from(
      rows.test,
      i => scored.get(`${cohort.customer[i]} ${days.get(cohort.cutoffs[cohort.cutoff[i]!]!)}`)!,
    );
    const expected = await compareModels(
      test,
      {
        ...test,
        margins: Float64Array.from(his, ({margin}) => margin),
        probabilities: Float64Array.from(his, ({probability}) => probability),
      },
      {capacity: study.economics.capacity, seed: study.seed, draws: 1000},
    );
    expect(found.gain).toEqual(expected);
    expect(found).toMatchObject({leftOut: 0, from: dayOf("2025-02-01"), rows: test.y.length});
    expect(championText(found, study).text).toContain("judged on the same");
    expect(championTable(found).rows.map(([name]) => name)).toEqual(["New model", "Champion", "Difference"]);
  });

  test("leaves out the cutoffs whose time a newer model learned from", async () => {
    const newer = await bundleOf({split: {salt: "rhythm", testFrom: "2025-03"}});
    const found = (await runWith(newer).champion())!;
    const all = (await runWith(newer).ranked("test")).y.length;
    expect(found.from).toBe(dayOf("2025-03-01"));
    expect(found.leftOut).toBeGreaterThan(0);
    expect(found.rows + found.leftOut).toBe(all);
    expect(championText(found, study).text).toContain(
      `${found.leftOut} test rows of earlier cutoffs were left out`,
    );
  });

  test("does not differ from itself, and says so", async () => {
    const found = (await runWith(await bundleOf({})).champion())!;
    expect([found.gain.auc.low, found.gain.auc.high, found.common]).toEqual([0, 0, 1]);
    expect(championText(found, study).text).toMatch(/^The new model is not clearly better than the champion/);
  });

  const cutoffs = every("month", {from: "2024-06", to: "2025-04"});
  test.each<[string, Partial<StudyInput>, string]>([
    ["another salt", {split: {salt: "other", testFrom: "2025-02"}}, "made with another split"],
    ["other shares", {split: {salt: "rhythm", train: 0.6, testFrom: "2025-02"}}, "made with another split"],
    ["another churn", {churn: inactivity({days: 90, of: "purchase"})}, "made with another churn"],
    ["another study", {name: "other"}, "the model is of the study other, and this is rhythm"],
    ["a later time", {cutoffs, split: {salt: "rhythm", testFrom: "2025-04"}}, "no test cutoff is later"],
  ])("refuses a model of %s", async (_, more, message) => {
    await expect(runWith(await bundleOf(more)).champion()).rejects.toThrow(message);
  });
});
