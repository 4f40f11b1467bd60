import {beforeAll, expect, test} from "vitest";
import {chartTable, waterfallChart} from "../../src/charts/index.ts";
import {rocAuc} from "../../src/evaluate/metrics.ts";
import {drawPermutations, permuteColumns} from "../../src/explain/permutation.ts";
import {takeRows} from "../../src/features/matrix.ts";
import {checkEvidence} from "../../src/ledger/evidence.ts";
import type {ExplainedRows} from "../../src/ledger/explanation-stages.ts";
import type {Run} from "../../src/ledger/run.ts";
import {applyModel} from "../../src/model/model.ts";
import {randomOf} from "../../src/random.ts";
import {causeEvidence} from "../../src/report/cause.ts";
import {eliminationEvidence} from "../../src/report/elimination.ts";
import {
  curvesEvidence,
  effectsEvidence,
  interactionEvidence,
  partingText,
  shapChart,
  signalsEvidence,
  whereScoresDiffer,
} from "../../src/report/explanation.ts";
import {secondOpinionTable, waterfallSteps} from "../../src/report/reasons.ts";
import {rhythmLog, rhythmRun, rhythmStudy} from "./rhythm-study.ts";

const log = rhythmLog(400);
let logistic: Run;
let trees: Run;
let explained: ExplainedRows;
beforeAll(async () => {
  logistic = rhythmRun(rhythmStudy({models: ["dummy", "logistic"]}), log);
  trees = rhythmRun(rhythmStudy({models: ["boost"], search: {candidates: 1}}), log);
  explained = await logistic.explanation();
}, 120_000);

const modelOf = async (run: Run) => {
  const {candidates, chosen, rows} = await run.models();
  return {model: candidates[chosen]!.model, rows};
};

test.each(["logistic", "trees"])(
  "run.explanation() sums up to the margins of the test rows: %s",
  async name => {
    const run = name === "trees" ? trees : logistic;
    const {x, explanation} = await run.explanation();
    const {margins} = await run.ranked("test");
    expect(x.rows).toBe(margins.length);
    const n = x.names.length;
    for (let i = 0; i < x.rows; i++) {
      const sum = explanation.values.subarray(i * n, (i + 1) * n).reduce((a, b) => a + b, explanation.base);
      expect(Math.abs(sum - margins[i]!)).toBeLessThan(1e-5);
    }
  },
);

test("run.importance() is measured on the test rows, groups moved together", async () => {
  const importance = await logistic.importance();
  expect(importance.flatMap(({features}) => features).sort()).toEqual([...explained.x.names].sort());
  expect(importance.some(({features}) => features.length > 1)).toBe(true);
  const {model, rows} = await modelOf(logistic);
  const x = takeRows(await logistic.features(), rows.test);
  const {y} = await logistic.ranked("test");
  const orders = drawPermutations(x.rows, {count: 5, random: randomOf(logistic.study.seed)});
  const base = rocAuc(await applyModel(model, x), y);
  const [first] = importance;
  let sum = 0;
  for (const order of orders)
    sum += base - rocAuc(await applyModel(model, permuteColumns(x, first!.features, order)), y);
  expect(first!.drop).toBeCloseTo(sum / 5, 12);
});

test("signalsEvidence names signals in business words, the strongest first, and says what it is not", async () => {
  const importance = await logistic.importance();
  const {table, caution} = signalsEvidence(importance, explained, logistic.study);
  const drops = table.rows.map(row => row[1] as number);
  expect(drops).toEqual([...drops].sort((a, b) => b - a));
  expect(drops.every(drop => drop > 0)).toBe(true);
  expect(table.caption).toContain("test rows");
  expect(table.caption).toContain("Association, not cause");
  expect(caution.text).toContain("Association, not cause");
  const titles = logistic.study.features.map(({title}) => title);
  for (const [title, , , direction] of table.rows) {
    for (const part of String(title).split("; ")) expect(titles).toContain(part);
    expect(["the higher", "the lower", "no clear direction"]).toContain(direction);
  }
});

test("shapChart and effectsEvidence are evidence with words of business, and say association", async () => {
  const chart = shapChart(explained, logistic.study);
  checkEvidence("why.shap", chart);
  expect(chart.description).toContain("Association, not cause.");
  const means = chartTable(chart)!.rows.map(row => row[1] as number);
  expect(means).toEqual([...means].sort((a, b) => b - a));
  const effects = await trees.effects();
  const {x} = await trees.explanation();
  const found = effectsEvidence(effects, x, trees.study);
  checkEvidence("why.effects", found);
  expect(found.kind === "chart" && found.description).toContain("Association, not cause.");
  expect(curvesEvidence(effects, x, trees.study)!.description).toContain("40 rows");
  expect(effects.length).toBeGreaterThan(0);
});

test("effects of a model that adds up are one line, told twice, and the text says so; where they part it names them", async () => {
  const effects = await logistic.effects();
  // Where a feature is missing, its indicator moves no row that is known.
  const complete = effects.filter(({local}) => local.missing === 0);
  for (const {gap} of complete) expect(gap).toBeLessThan(1e-9);
  expect(partingText(complete, explained.x, logistic.study).text).toContain("the same story");
  const [one] = complete;
  const title = logistic.study.features.find(({name}) => name === one!.local.feature)!.title;
  expect(partingText([{...one!, gap: 0.5}], explained.x, logistic.study).text).toContain(
    `part for "${title}"`,
  );
});

test("interactionEvidence is not applicable to a model that adds up, and names pairs of one with trees", async () => {
  expect(interactionEvidence(await logistic.interactions(), logistic.study)).toEqual({
    table: {kind: "not-applicable", by: "churnbook", reason: expect.stringContaining("adds up") as string},
  });
  const {table, chart} = interactionEvidence(await trees.interactions(), trees.study);
  expect(table.kind).toBe("table");
  if (chart) checkEvidence("a.chart", chart);
});

test("whereScoresDiffer(base rate) says that there is nothing to explain, and no stage needs that there is", async () => {
  const same = rhythmRun(rhythmStudy({models: ["dummy"]}), log);
  const found = await same.explanation();
  const nothing = {
    ...{kind: "not-applicable", by: "churnbook"},
    reason: "The model in use gives everybody the same risk, so there is nothing to explain.",
  };
  const signals = signalsEvidence(await same.importance(), found, same.study);
  expect(signals.table.rows).toEqual([]);
  expect(whereScoresDiffer(found, () => signals.table)).toEqual(nothing);
  expect(partingText(await same.effects(), found.x, same.study).text).toMatch(
    /^There are no lines to compare/,
  );
  const typical = await same.typicalCustomers();
  expect(waterfallChart(waterfallSteps(typical)).title).toBe("Customer A: nothing moves the score");
  expect(secondOpinionTable(typical).rows[0]!.at(-1)).toContain("there is nothing to explain");
  expect(whereScoresDiffer(explained, () => signals.table)).toBe(signals.table);
});

test("eliminationEvidence counts what stays and what goes", async () => {
  const found = (await logistic.elimination())!;
  const {chart, table} = eliminationEvidence(found, explained, logistic.study);
  checkEvidence("a.chart", chart!);
  if (table.kind !== "table") throw new Error(table.reason);
  const row = (name: string) => table.rows.find(([what]) => String(what).startsWith(name))!;
  const n = logistic.study.features.length;
  expect(row("Features to compute").slice(1)).toEqual([String(n), String(found.kept.length)]);
  expect(String(row("Kept")[2]).split("; ").length).toBe(found.kept.length);
  const left = String(row("Left out")[2]);
  expect(left === "" ? 0 : left.split("; ").length).toBe(n - found.kept.length);
  expect(table.caption).toContain("keeps all features");
});

test("causeEvidence is not known for a log that nobody simulated, and tells a sign from a cause where it is", async () => {
  expect(causeEvidence(await logistic.habits(), explained, logistic.study)).toEqual({
    ...{kind: "not-applicable", by: "churnbook"},
    reason: expect.stringContaining("Not known for real data") as string,
  });
  const trial = {factor: 3, rows: [12, 11], common: 10, churn: [0.2, 0.2], probability: [0.2, 0.1]} as const;
  const found = causeEvidence(
    [
      {...trial, habit: "visits", changed: 0},
      {...trial, habit: "tickets", changed: 1, churn: [0.2, 0.3]},
      {...trial, habit: "tickets", common: 0, changed: 0, churn: [Number.NaN, Number.NaN]},
    ],
    explained,
    logistic.study,
  );
  if (found.kind !== "table") throw new TypeError(found.kind);
  expect(found.rows.map(row => String(row[5]).slice(0, 8))).toEqual(["a sign, ", "a cause,", "cannot b"]);
  expect(found.rows[0]![1]).toBe("10 of 12 rows before, of 11 after");
  expect(found.rows[0]).toContain("20.0% before, 10.0% after");
});
