import {beforeAll, expect, test} from "vitest";
import {dateOf} from "../../src/data/calendar.ts";
import {activityFeatures} from "../../src/features/defaults.ts";
import {takeRows} from "../../src/features/matrix.ts";
import {checkEvidence} from "../../src/ledger/evidence.ts";
import type {Reasons, TypicalCustomer, TypicalCustomers} from "../../src/ledger/reason-stages.ts";
import {applyCalibration} from "../../src/model/calibration.ts";
import {applyModel} from "../../src/model/model.ts";
import {
  changeText,
  customersTable,
  reasonsTable,
  riskText,
  secondOpinionTable,
  verdictOf,
  waterfallSteps,
} from "../../src/report/reasons.ts";
import {rowsOf} from "../../src/split/rows.ts";
import {rhythmLog, rhythmRun, rhythmStudy} from "./rhythm-study.ts";

// That buying can be influenced makes it a case for the nearest change.
const study = rhythmStudy({
  features: activityFeatures({of: "purchase", amounts: false}).map(feature => ({
    ...feature,
    actionable: feature.name === "purchase_count_90d",
    sensitive: feature.name === "purchase_tenure",
  })),
});
const run = rhythmRun(study, rhythmLog());
let reasons: Reasons;
let typical: TypicalCustomers;
beforeAll(async () => {
  reasons = await run.reasons();
  typical = await run.typicalCustomers();
});

test("run.reasons() are of the test rows at the last cutoff, and their contributions sum up to the margins", async () => {
  const {cohort, split} = {cohort: run.cohort(), split: run.split()};
  const last = Math.max(...rowsOf(split, "test").map(row => cohort.cutoff[row]!));
  expect([...reasons.rows]).toEqual([...rowsOf(split, "test")].filter(row => cohort.cutoff[row] === last));
  expect(reasons.rows.length).toBeGreaterThan(20);
  const {candidates, chosen} = await run.models();
  const {model, calibration} = candidates[chosen]!;
  expect(model.kind).toBe("logistic");
  const margins = await applyModel(model, takeRows(await run.features(), reasons.rows));
  expect(reasons.margins).toEqual(margins);
  expect(reasons.probabilities).toEqual(applyCalibration(calibration.calibration, margins));
  const {names, values, base} = reasons.explanation;
  margins.forEach((margin, i) => {
    const sum = values.slice(i * names.length, (i + 1) * names.length).reduce((a, b) => a + b, base);
    expect(sum).toBeCloseTo(margin, 9);
  });
  expect(reasons.list.contacted).toBe(Math.floor(0.1 * reasons.rows.length));
  expect(reasons.customers.every(({reasons}) => reasons.length > 0 && reasons.length <= 3)).toBe(true);
});

test("run.reasons() never names the sensitive feature, flags it, and says what is usual for the customer", () => {
  expect(JSON.stringify(reasons.customers.map(({reasons, actions}) => [reasons, actions]))).not.toContain(
    "tenure",
  );
  expect(
    reasons.customers.some(
      ({sensitive}) => sensitive[0]?.group === "Time since the first purchase, sensitive",
    ),
  ).toBe(true);
  const sentences = reasons.customers.flatMap(({reasons}) => reasons.map(({sentence}) => sentence));
  expect(sentences.some(sentence => /; usually /.test(sentence))).toBe(true);
  expect(sentences.join()).not.toMatch(/NaN|undefined|null/);
});

test("run.typicalCustomers() are without names, and a second run reads the same", async () => {
  expect(typical.customers.map(({who}) => who)).toEqual(["Customer A", "Customer B", "Customer C"]);
  const ids = run.log.customers;
  expect(ids.filter(id => JSON.stringify(typical).includes(`"${id}"`))).toEqual([]);
  const again = rhythmRun(study, rhythmLog());
  expect(await again.typicalCustomers()).toEqual(typical);
  expect(waterfallSteps(typical)).toEqual({who: "Customer A", ...typical.customers[0]!.fall});
  const line = reasons.list.line!;
  for (const {contacted, change, probability, fall} of typical.customers) {
    expect(fall.probability).toBe(probability);
    expect(fall.steps.at(-1)!.to).toBeCloseTo(fall.margin, 9);
    if (!contacted) expect(change).toBeNull();
    if (change) expect(change.margin).toBeLessThan(line);
  }
});

test("the tables of reasons and typical customers are evidence, and say association", () => {
  const tables = [reasonsTable(reasons), customersTable(typical), secondOpinionTable(typical)];
  for (const table of tables) {
    checkEvidence("why.customers", table);
    expect(table.caption).toContain("association, not cause");
    expect(table.rows.length).toBeGreaterThan(0);
    for (const row of table.rows) expect(row).toHaveLength(table.columns.length);
    expect(JSON.stringify(table)).not.toMatch(/NaN|undefined/);
  }
  expect(tables[2]!.caption).toMatch(/Both show association, not cause$/);
  const [first] = tables[0]!.rows;
  const contacted = reasons.list.order.subarray(0, reasons.list.contacted);
  const raised = [...contacted].filter(row =>
    reasons.customers[row]!.reasons.some(
      ({group, direction}) => group === first![0] && direction === "raises",
    ),
  );
  expect(first![1]).toBe(raised.length / contacted.length);
  expect(tables[1]!.rows.map(([what]) => what)).toEqual([
    ...["Why this customer", "Risk", "Largest reason", "Second reason", "Third reason"],
    ...["What a team could talk about", "Nearest change", "Sensitive, not to be given as a reason"],
  ]);
});

test("the tables of reasons say the day of a common cutoff, and moments where each customer has one", () => {
  const caption = (moments: boolean) => [
    reasonsTable({...reasons, moments}).caption,
    customersTable({...typical, moments}).caption,
  ];
  const date = dateOf(reasons.cutoff);
  expect(reasons.moments).toBe(false);
  expect(caption(false)[0]).toContain(`on the list of ${date}`);
  expect(caption(false)[1]).toContain(`at the cutoff ${date}`);
  for (const text of caption(true)) {
    expect(text).not.toMatch(/cutoff/);
    expect(text).toContain(`each at the last moment asked about, which is ${date} for the latest`);
  }
  expect(caption(true)[1]).toContain('"Usually" is the median of the customer\'s own 6 months before');
});

test("riskText(p, average) gives a share that people can picture", () => {
  expect(riskText(0.38, 0.12)).toBe("38.0%, about 4 in 10; 3.2 times the average of 12.0%");
  expect(riskText(0.02, 0.1)).toBe("2.0%, about 1 in 50; 0.2 times the average of 10.0%");
  expect(riskText(0.0002, 0)).toBe("0.0%, fewer than 1 in 1\u2009000");
  expect(riskText(0.97, 0.5)).toBe("97.0%, nearly all; 1.9 times the average of 50.0%");
});

test("changeText(customer) promises nothing, and says when nothing would help or there is no list to leave", () => {
  const change = {
    ...{changes: [], margin: 0, distance: 1, probability: 0.2},
    sentences: ["Tickets: 3 in the last 90 days; to leave the list: 1"],
  };
  expect(changeText({contacted: true, change})).toBe(
    "Tickets: 3 in the last 90 days; to leave the list: 1. The risk would read 20.0%: what the model associates with such " +
      "customers, not a promise",
  );
  expect(changeText({contacted: true, change: null})).toBe(
    "No change of what a team can influence would alter it",
  );
  expect(changeText({contacted: false, change: null})).toBe("Not on the list");
});

test("verdictOf(opinion) trusts LIME only where it fits, is steady and agrees", () => {
  const agreement = {overlap: 0.8, signs: 1, rankCorrelation: 0.9};
  const good: TypicalCustomer["opinion"] = {fit: 0.8, jaccard: 0.9, rankCorrelation: 0.9, agreement};
  expect(verdictOf(good)).toBe("Both point the same way");
  expect(verdictOf({...good, fit: 0.49})).toMatch(/does not follow the model here: not to be relied on/);
  expect(verdictOf({...good, jaccard: 0.5})).toMatch(/changes with the seed: not to be relied on/);
  expect(verdictOf({...good, agreement: {...agreement, signs: 0.6}})).toMatch(/disagree/);
  expect(verdictOf({...good, fit: null})).toMatch(/nothing to explain/);
});
