import {expect, test} from "vitest";
import {describePreparation} from "../../../src/model/prepare/describe.ts";
import {linearPlan} from "../../../src/model/prepare/plans.ts";
import {fitPreparation, type PreparationPlan} from "../../../src/model/prepare/preparation.ts";
import {mixedRows, table} from "./rows.ts";

const described = (plan: PreparationPlan) =>
  describePreparation(fitPreparation(mixedRows(3000, 4), plan).steps);

test("describePreparation(steps) has an entry a step, for categories one each, in order", () => {
  const entries = described(linearPlan());
  expect(entries.map(({step}) => step).filter((step, i, all) => all.indexOf(step) === i)).toEqual([
    "Rare levels are put together",
    "Missing becomes a level",
    "Levels become shares of churners",
    "Missing numbers are filled",
    "Numbers are scaled",
    "Each level becomes a column of 0 and 1",
  ]);
  const of = (step: string, column: string) =>
    entries.find(entry => entry.step === step && entry.columns === column);
  expect(of("Rare levels are put together", "plan")).toMatchObject({
    learned: "alone: basic, family, plus; none is rare, below 20 customers",
    production: "a level never seen in training becomes missing; missing stays missing",
  });
  expect(of("Rare levels are put together", "source")).toMatchObject({
    learned: "alone: web; 40 rare levels as (other)",
    production: "a level never seen in training is taken for (other); missing stays missing",
  });
  expect(of("Missing numbers are filled", "5 numbers")?.learned).toBe(
    "the median of each; a mark for those that were missing in training: spend, never",
  );
  expect(of("Each level becomes a column of 0 and 1", "plan")?.production).toBe(
    "a level never seen in training is 0 in all columns; missing is 0 in all, too",
  );
  expect(of("Each level becomes a column of 0 and 1", "source")?.production).toBe(
    "a level never seen in training is 0 in all columns; missing has a column of its own",
  );
});

test("describePreparation(steps) says from which level to which a target encoding goes, and the share of all", () => {
  const x = table({a: [...new Array(10).fill("u"), ...new Array(10).fill("v")]});
  const y = x.values.map((code, i) => (code === 0 && i < 8 ? 1 : 0));
  const customers = Array.from(y, (_, i) => `C${i}`);
  const {steps} = fitPreparation({x, y, customers}, [{kind: "target", strength: 10}]);
  // (10 · 0 + 10 · 0.4) / 20 and (10 · 0.8 + 10 · 0.4) / 20.
  expect(describePreparation(steps, {title: name => name.toUpperCase()})).toEqual([
    {
      step: "Levels become shares of churners",
      columns: "A",
      learned:
        "2 levels, from v (20.0%) to u (60.0%), shrunk towards 40.0% with the weight of 10 customers; training rows " +
        "by what the other 4 of 5 groups of customers say",
      production: "a level never seen in training, and missing, becomes 40.0%, the share of all",
    },
  ]);
});

test("describePreparation of ordinal, winsorise and a constant says the order, the share and the number", () => {
  const entries = described([
    {kind: "ordinal", order: {plan: ["basic", "plus", "family"]}},
    {kind: "winsorise", share: 0.005},
    {kind: "impute", fill: 0, columns: ["spend"]},
  ]);
  expect(entries.map(({learned}) => learned)).toEqual([
    "the declared order, from 0: basic, plus, family",
    "bounds with at most 0.5% of the rows beyond each",
    "nothing: all are filled with 0; a mark for those that were missing in training: spend",
  ]);
});

test("describePreparation([]) is empty", () => {
  expect(describePreparation([])).toEqual([]);
});
