import {expect, test} from "vitest";
import {dateOf} from "../../src/data/calendar.ts";
import {cadenceRows} from "../../src/evaluate/cadence.ts";
import {rocAuc} from "../../src/evaluate/metrics.ts";
import {takeRows} from "../../src/features/matrix.ts";
import {computeFeatures} from "../../src/features/sweep.ts";
import {checkCadence} from "../../src/ledger/cadence.ts";
import {checkEvidence} from "../../src/ledger/evidence.ts";
import {applyModel} from "../../src/model/model.ts";
import {cadenceText, cutsEvidence, offCadenceText} from "../../src/report/cadence.ts";
import {splitGrid} from "../../src/report/split.ts";
import {countsTable, definitionText} from "../../src/report/target.ts";
import {SETS} from "../../src/split/sets.ts";
import {atRandom, every, regularity} from "../../src/study.ts";
import {rhythmLog, rhythmRun, rhythmStudy} from "./rhythm-study.ts";

const log = rhythmLog();
const study = rhythmStudy();
const run = rhythmRun(study, log);
const rowsOf = (one = run) => {
  const {cutoffs, horizon, target, activity} = one.study;
  return cadenceRows({
    ...{log, cutoffs, cohort: one.cohort(), labels: one.labels(), split: one.split()},
    ...{horizon, target, activity, churn: one.churnRule()},
  });
};

test("cadenceRows(…) asks tuning customers half-way between cutoffs, all outcomes before the test", () => {
  const {on, off} = rowsOf()!;
  expect(off.cohort.cutoffs.map(dateOf)).toEqual([
    ...["2024-06-16", "2024-07-16", "2024-08-16", "2024-09-16", "2024-10-16", "2024-11-16"],
  ]);
  const tune = SETS.indexOf("tune");
  for (const {cohort, labels, rows} of [on, off])
    for (const i of rows) {
      expect(run.split().setOfCustomer[cohort.customer[i]!]).toBe(tune);
      expect(labels[i]).not.toBe(-1);
      expect(cohort.cutoffs[cohort.cutoff[i]!]! + 60).toBeLessThanOrEqual(run.split().testFrom);
    }
  expect(new Set([...on.rows].map(i => on.cohort.cutoff[i])).size).toBe(6);
});

test("run.cadence() is what the bundled model does on those rows, and travels in the bundle", async () => {
  const cadence = await run.cadence();
  const bundle = JSON.parse(JSON.stringify(await run.bundle()));
  expect(bundle.cadence).toEqual(cadence);
  const {off} = rowsOf()!;
  const x = takeRows(computeFeatures(log, off.cohort, {features: study.features}), off.rows);
  const y = Array.from(off.rows, i => off.labels[i]!);
  expect(cadence.offCadence!.offAuc.value).toBe(rocAuc(await applyModel(bundle.model, x), y));
  expect(cadence.offCadence!.offRows).toBe(off.rows.length);
  expect(checkCadence(bundle, off.cohort.cutoffs[0]!, {offCadence: true})).toEqual({onCadence: false});
  expect(offCadenceText(cadence).text).toMatch(/^Asked half-way between its cutoffs, .* --off-cadence/);
});

test("run.cutComparison() has rolling and calendar features on cadence and off, by the same rows", async () => {
  const cuts = await run.cutComparison();
  expect(cuts.map(({cut}) => cut)).toEqual(["rolling", "calendar"]);
  const [rolling, calendar] = cuts.map(({cost}) => cost);
  expect([calendar!.onRows, calendar!.offRows]).toEqual([rolling!.onRows, rolling!.offRows]);
  // Half a month of silence is not in the months that are over.
  expect(calendar!.difference.value).toBeLessThan(rolling!.difference.value);
  const table = cutsEvidence(cuts, study);
  checkEvidence("a.b", table);
  expect(table.kind).toBe("table");
});

test("a study with moments of the customers' own runs through, and may be asked at any time", async () => {
  const streaming = rhythmStudy({
    cutoffs: atRandom({from: "2024-06-01", to: "2025-04-20", perCustomer: 8, seed: 1}),
  });
  const one = rhythmRun(streaming, log);
  expect(one.cohort().cutoffs.length).toBeGreaterThan(300);
  const cadence = await one.cadence();
  expect(cadence).toEqual({every: "moment", calendarFeatures: [], offCadence: null});
  expect(await one.cutComparison()).toEqual([]);
  expect(cutsEvidence([], streaming).kind).toBe("not-applicable");
  expect(offCadenceText(cadence).text).toContain("at any time");
  expect(definitionText(streaming, one.cohort()).text).toMatch(
    /At moments drawn at random for each customer \(the cutoff\) .* the cutoff itself included\.$/,
  );
  // More columns than have room are months; of the month that the embargo begins in, most cutoffs are in it.
  const {cutoffs} = splitGrid(one.cohort(), one.split(), streaming);
  expect(cutoffs.map(({cutoff, role}) => `${cutoff} ${role}`)).toEqual([
    ...["06", "07", "08", "09", "10", "11"].map(month => `2024-${month} train`),
    ...["2024-12 embargo", "2025-01 embargo", "2025-02 test", "2025-03 test", "2025-04 test"],
  ]);
  const embargo = one.audit().then(({findings}) => findings.find(({code}) => code === "embargo")!.message);
  expect(await embargo).toMatch(/: 5\d cutoffs from 2024-12-0\d to 2025-01-31\.$/);
  // A cohort is who could be asked on one day, not the few who were drawn for it.
  expect(one.cohortSize()).toBeGreaterThan(100);
  const counts = countsTable(one.cohort(), one.targets());
  expect(counts.rows.map(([month]) => month)).toEqual([
    ...["2024-06", "2024-07", "2024-08", "2024-09", "2024-10", "2024-11", "2024-12", "2025-01", "2025-02"],
    ...["2025-03", "2025-04", "All cutoffs"],
  ]);
  expect(counts.rows.at(-1)![1]).toBe(one.cohort().rows);
});

test("a weekly study is asked on Mondays, and off cadence on Thursdays", async () => {
  const weekly = rhythmStudy({cutoffs: every("week", {from: "2024-09-01", to: "2025-03-31"})});
  const one = rhythmRun(weekly, log);
  const {off} = rowsOf(one)!;
  expect(dateOf(off.cohort.cutoffs[0]!)).toBe("2024-09-05");
  expect(cadenceText(weekly)).toMatch(
    /^Weekly: the model was trained on each Monday and answers for the 60 days/,
  );
  expect(cadenceText(weekly)).toContain("told to answer all the same (--off-cadence) and marks every answer");
  expect(definitionText(weekly, one.cohort()).text).toContain("On each Monday (the cutoff)");
});

test("a study of regularity learns from training customers before the test, and the bundle carries it", async () => {
  const regular = rhythmStudy({churn: regularity({of: "purchase", mostDays: 90})});
  const one = rhythmRun(regular, log);
  const bundle = JSON.parse(JSON.stringify(await one.bundle()));
  const rule = one.churnRule();
  if (rule.kind !== "regularity") throw new Error("the rule is not one of regularity");
  expect(bundle.population).toEqual(rule.population);
  expect(bundle.churn).toEqual(regular.churn);
  const later = {...log, day: log.day.map(day => (day >= one.split().testFrom ? day + 3 : day))};
  const other = rhythmRun(regular, later).churnRule();
  expect(other).toEqual(rule);
  expect(definitionText(regular, one.cohort()).text).toContain("not yet long for them");
  const {definitions, rhythm} = one.definitions();
  expect(definitions.map(({rule: {kind}, own}) => [kind, own])).toEqual([
    ["regularity", true],
    ["inactivity", false],
  ]);
  expect(rhythm).toHaveLength(4);
});
