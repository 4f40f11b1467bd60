import {expect, test} from "vitest";
import {baseRateChart} from "../../src/charts/base-rate.ts";
import {setsChart} from "../../src/charts/sets.ts";
import {dateOf, dayOf} from "../../src/data/calendar.ts";
import {splitGrid, treatedText} from "../../src/report/split.ts";
import {baseRates, countsTable} from "../../src/report/target.ts";
import {atRandom, every} from "../../src/study.ts";
import {rhythmLog, rhythmRun, rhythmStudy} from "./rhythm-study.ts";

const log = rhythmLog(200);
const weekly = rhythmRun(rhythmStudy({cutoffs: every("week", {from: "2024-06-01", to: "2025-03-01"})}), log);
const monthly = rhythmRun(rhythmStudy(), log);

test("countsTable(cohort, targets) calls rows rows, and months months where they hold several cutoffs", () => {
  const cohort = weekly.cohort();
  const table = countsTable(cohort, weekly.targets());
  expect(table.columns.slice(0, 2).map(({title}) => title)).toEqual(["Month of the cutoff", "Rows"]);
  expect(table.caption).toContain("a customer counts at each cutoff");
  const june = [...cohort.cutoff].filter(k => dateOf(cohort.cutoffs[k]!).startsWith("2024-06"));
  expect(table.rows[0]!.slice(0, 2)).toEqual(["2024-06", june.length]);
  const single = countsTable(monthly.cohort(), monthly.targets());
  expect(single.columns[0]!.title).toBe("Cutoff");
  expect(single.rows[0]![0]).toBe("2024-06-01");
});

test("baseRates(cohort, targets) says how many cutoffs its months hold", () => {
  expect(baseRates(monthly.cohort(), monthly.targets())).not.toHaveProperty("merged");
  const rates = baseRates(weekly.cohort(), weekly.targets());
  expect(rates.merged).toBe(weekly.cohort().cutoffs.length);
  const chart = baseRateChart(rates);
  expect(chart.title).toBe("Share of positives by month of the cutoff");
  expect(chart.description).toContain(`at ${rates.merged} cutoffs from Jun 2024`);
});

test("baseRates(cohort, targets) leaves out what fewer than 30 labelled rows say, and only that", () => {
  const cutoffs = atRandom({from: "2024-06-10", to: "2025-03-02", perCustomer: 2, seed: 4});
  const random = rhythmRun(rhythmStudy({cutoffs}), log);
  const [cohort, targets] = [random.cohort(), random.targets()];
  const rates = baseRates(cohort, targets);
  let fewest = Number.POSITIVE_INFINITY;
  rates.cutoffs.forEach((month, i) => {
    const rows = [...cohort.cutoff.keys()].filter(
      row => dateOf(cohort.cutoffs[cohort.cutoff[row]!]!).startsWith(month) && targets.within[row] !== -1,
    );
    const positives = rows.filter(row => targets.within[row] === 1).length;
    expect(rates.series[0]!.rates[i]).toBe(rows.length < 30 ? null : positives / rows.length);
    fewest = Math.min(fewest, rows.length);
  });
  expect(fewest).toBeLessThan(30);
  expect(rates.fewerThan).toBe(30);
  expect(baseRates(monthly.cohort(), monthly.targets())).not.toHaveProperty("fewerThan");
});

test("splitGrid(cohort, split, study) gives a test cutoff without a known outcome to nobody", () => {
  const asOf = rhythmRun(rhythmStudy(), {...log, lastDay: dayOf("2025-04-15")});
  const grid = splitGrid(asOf.cohort(), asOf.split(), asOf.study);
  // February and March are test months; of March, 60 days have not passed on 15 April.
  expect(grid.cutoffs.slice(-2)).toEqual([
    {cutoff: "2025-02", role: "test"},
    {cutoff: "2025-03", role: "open"},
  ]);
  const chart = setsChart(grid);
  expect(chart.description).toContain("is judged on test customers at 1 cutoff from Feb 2025.");
  expect(chart.description).toContain("The outcomes of 1 cutoff are not yet known.");
  const full = splitGrid(monthly.cohort(), monthly.split(), monthly.study);
  expect(full.cutoffs.map(({role}) => role)).not.toContain("open");
});

test("splitGrid(cohort, split, study) groups many cutoffs by month and counts the cutoffs all the same", () => {
  const grid = splitGrid(weekly.cohort(), weekly.split(), weekly.study);
  expect(grid.cutoffs.map(({cutoff}) => cutoff)).toHaveLength(9);
  const counts = Object.values(grid.merged!);
  expect(counts.reduce((a, b) => a + b, 0)).toBe(weekly.cohort().cutoffs.length);
  expect(setsChart(grid).description).toContain(`The model learns at ${grid.merged!.train} cutoffs`);
});

test("setsChart({group}) says what is hashed in place of the id", () => {
  const sets = [
    {name: "train", share: 0.8},
    {name: "test", share: 0.2},
  ];
  const cutoffs = [{cutoff: "2025-01", role: "train" as const}];
  const chart = setsChart({sets, cutoffs, testFrom: "2025-04", group: "store"});
  expect(JSON.stringify(chart.spec)).toContain("the hash of their store");
  expect(chart.description).toContain("by a hash of their store, or of their id where there is none, into");
});

test("treatedText(study) speaks of campaigns only where there are any", () => {
  const campaigns = {from: "none.csv", customer: "c", time: "t", arm: "arm"};
  expect(treatedText(rhythmStudy())).toBeUndefined();
  expect(treatedText(rhythmStudy({campaigns}))!.text).toContain("left out of learning");
});
