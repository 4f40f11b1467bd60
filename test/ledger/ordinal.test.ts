import {expect, test} from "vitest";
import {dayOf} from "../../src/data/calendar.ts";
import {type EventRow, eventLogOf} from "../../src/data/event-log.ts";
import {applyFeatures} from "../../src/features/fitted.ts";
import type {Bundle} from "../../src/ledger/bundle.ts";
import {applyPreparation} from "../../src/model/prepare/preparation.ts";
import {randomOf} from "../../src/random.ts";
import {catalogueTable} from "../../src/report/features.ts";
import {preparationTable} from "../../src/report/prepare.ts";
import {type FeatureDeclaration, inactivity} from "../../src/study.ts";
import {buildCohort} from "../../src/target/cohort.ts";
import {rhythmRun, rhythmStudy} from "../report/rhythm-study.ts";

const ORDER = ["basic", "plus", "premium", "platinum"];

/** The higher the plan, the longer they stay; "legacy" has no place among the plans, and nobody has "platinum". */
function purchases(): EventRow[] {
  const random = randomOf(8);
  const rows: EventRow[] = [];
  for (let c = 0; c < 500; c++) {
    const rank = Math.floor(4 * random());
    const plan = rank === 3 ? "legacy" : ORDER[rank]!;
    const stays = 0.97 - 0.25 * (1 - rank / 3) * random();
    for (let day = dayOf("2024-01-01") + Math.floor(300 * random()); day < dayOf("2025-06-30"); ) {
      rows.push({customer: `c${c}`, day, type: "purchase", attributes: {plan}});
      if (random() > stays) break;
      day += 1 + Math.floor(30 * random());
    }
  }
  return rows;
}

const plan: FeatureDeclaration = {
  ...{name: "plan", title: "Plan", unit: "", actionable: false},
  ...{of: "purchase", measure: "last", against: "plan"},
  order: ORDER,
};
const study = rhythmStudy({
  features: [...rhythmStudy().features, plan],
  models: ["logistic", "boost"],
  search: {candidates: 1},
});
const run = rhythmRun(study, eventLogOf(purchases(), {lastDay: dayOf("2025-06-29")}));

test("a study's order of a category becomes a step of every model, and a row in production gets its rank", async () => {
  const bundle = JSON.parse(JSON.stringify(await run.bundle())) as Bundle;
  const step = {kind: "ordinal", columns: [{name: "plan", levels: ORDER, unnamed: ["legacy"]}]};
  for (const {model} of (await run.models()).candidates)
    expect(model).toMatchObject({preparation: expect.arrayContaining([step])});
  expect(bundle.model).toMatchObject({preparation: expect.arrayContaining([step])});
  const t = dayOf("2025-09-01");
  const plans = ["basic", "premium", "platinum", "legacy", "brand new"];
  const later = eventLogOf(
    plans.map((own, i) => ({
      ...{customer: `d${i}`, day: t - 10, type: "purchase"},
      attributes: {plan: own},
    })),
    {lastDay: t - 1},
  );
  const cohort = buildCohort(later, {
    churn: inactivity({days: 60, of: "purchase"}),
    cutoffs: [t],
    activity: "purchase",
  });
  const x = applyFeatures(bundle, later, cohort);
  if (!("preparation" in bundle.model)) throw new Error("the model has no preparation");
  const [first] = bundle.model.preparation;
  const ranks = applyPreparation([first!], x);
  const j = ranks.names.indexOf("plan");
  expect(ranks.categories).toBeUndefined();
  expect([...ranks.values.subarray(j * x.rows, (j + 1) * x.rows)]).toEqual([0, 2, 3, Number.NaN, Number.NaN]);
});

test("the order stands in the catalogue and among the steps, with the levels that it leaves out", async () => {
  const row = catalogueTable(study, await run.features()).rows.find(cells => cells.at(-1) === "plan")!;
  expect(row[2]).toBe(
    "Plan of the last purchase at any time before the cutoff that has one. " +
      "In order, from the lowest: basic, plus, premium, platinum; to the models any other is missing.",
  );
  const steps = preparationTable(await run.models(), study).rows.filter(([, step]) =>
    `${step}`.startsWith("Levels in their order"),
  );
  expect(steps.map(cells => cells.slice(2))).toEqual(
    new Array(2).fill([
      "Plan",
      "the declared order, from 0: basic, plus, premium, platinum; missing, as it does not name them: legacy",
      "a level that is not in the order becomes missing; missing stays missing",
    ]),
  );
});

test("schemes of sampling and targets are compared with the order, too", async () => {
  const {schemes} = await run.sampling();
  expect(schemes.filter(one => "auc" in one).length).toBeGreaterThan(4);
  const {targets} = await run.targetComparison();
  expect(targets.every(({judged}) => judged !== undefined)).toBe(true);
  const misspelled = rhythmRun(
    {
      ...study,
      features: [...study.features.slice(0, -1), {...plan, order: ["Basic", "Plus"]}],
    },
    run.log,
  );
  const sentence =
    "the order of plan names none of the levels of the training rows, basic, legacy, plus, premium";
  await expect(misspelled.models()).rejects.toThrow(sentence);
  await expect(misspelled.targetComparison()).rejects.toThrow(sentence);
  expect((await misspelled.sampling()).schemes.every(one => "refused" in one)).toBe(true);
});
