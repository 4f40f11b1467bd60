import {expect, test} from "vitest";
import {type Groups, judgeFairness} from "../../src/evaluate/fairness.ts";
import type {FairnessOf, Stability} from "../../src/ledger/scrutiny-stages.ts";
import {fairnessTable, fairnessText, stabilityTable} from "../../src/report/scrutiny.ts";
import type {Study} from "../../src/study.ts";

const study = {
  features: [],
  segments: [{name: "channel", title: "Joined through"}],
  economics: {currency: "EUR", capacity: 0.1},
} as unknown as Study;

/** 400 rows of 200 customers, the first 40 rows of whom are chosen. */
function fairnessBy(names: readonly string[], codeOf: (customer: number) => number): FairnessOf {
  const customer = Int32Array.from({length: 400}, (_, i) => i % 200);
  const groups: Groups = {names, code: customer.map(codeOf)};
  const rows = {
    chosen: Float64Array.from(customer, (_, i) => (i % 10 === 0 ? 1 : 0)),
    probabilities: Float64Array.from(customer, () => 0.3),
    y: Float64Array.from(customer, c => (c % 3 === 0 ? 1 : 0)),
    customer,
  };
  return {columns: ["channel"], ...judgeFairness(rows, groups, {seed: 1, draws: 40}), equal: []};
}

test("fairnessText(found) compares groups, or says why there is nothing to compare, and is silent on fairness then", () => {
  const said = (...found: FairnessOf[]) => fairnessText(found, study).text;
  const two = fairnessBy(["shop", "web"], c => (c >> 1) % 2);
  expect(said(two)).toMatch(/^Joined through: none of 2 groups .* is for people to decide\.$/);
  const one = fairnessBy(["shop"], () => 0);
  expect(said(one)).toBe("Joined through: there is one group only, so there is nothing to compare.");
  const few = fairnessBy(["shop", "web"], c => (c < 5 ? 1 : 0));
  expect(said(few)).toBe("Joined through: too few customers to compare groups.");
  expect(said(one, two)).toMatch(/nothing to compare\. Joined through: none .* is for people to decide\.$/);
});

test("stabilityTable and fairnessTable count rows and customers alike, and say that shares are of rows", () => {
  const fairness = fairnessTable([fairnessBy(["shop", "web"], c => (c < 50 ? 1 : 0))], study);
  const part = {name: "web", rows: 100, customers: 50, churners: 34};
  const stability = stabilityTable(
    {
      byCutoff: [],
      bySegment: [
        {segment: "channel", parts: [{...part, predicted: 0.3, observed: 0.3, selected: 0.1, auc: null}]},
      ],
    } as Stability,
    study,
  );
  for (const {columns, rows, caption} of [fairness, stability]) {
    const at = (name: string) => rows.at(-1)![columns.findIndex(column => column.name === name)];
    expect([at("rows"), at("customers")]).toEqual([100, 50]);
    expect(rows.at(-1)).toHaveLength(columns.length);
    expect(caption).toMatch(/test rows, each a customer at a cutoff/i);
    expect(caption).toMatch(/shares are of rows/i);
  }
});
