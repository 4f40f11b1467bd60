import {expect, test} from "vitest";
import {rocAuc} from "../../../src/evaluate/metrics.ts";
import {
  applyPreparation,
  fitPreparation,
  type PreparationRows,
  type Rule,
} from "../../../src/model/prepare/preparation.ts";
import {randomOf} from "../../../src/random.ts";
import {hashUnit} from "../../../src/split/sets.ts";
import {type Cells, cellsOf, columnsByName, mixedRows, table} from "./rows.ts";

const TARGET: Rule = {kind: "target"};

test("target shrinks the share of a level by hand: 4 customers, 3 churners, prior 0.5, strength 4 give 0.625", () => {
  const x = table({a: ["u", "u", "u", "u", "v", "v", null, null]});
  const y = [1, 1, 1, 0, 0, 0, 1, 0];
  const customers = ["A", "B", "C", "D", "E", "F", "G", "H"];
  const {steps} = fitPreparation({x, y, customers}, [{kind: "target", strength: 4}]);
  // (4 · 3/4 + 4 · 1/2) / 8, and (2 · 0 + 4 · 1/2) / 6.
  expect(steps).toEqual([
    {
      kind: "target",
      prior: 0.5,
      strength: 4,
      folds: 5,
      columns: [{name: "a", levels: ["u", "v"], shares: [5 / 8, 1 / 3]}],
    },
  ]);
  const later = applyPreparation(steps, table({a: ["new", "v", null, "u"]}));
  expect(columnsByName(later)).toEqual({a: [0.5, 1 / 3, 0.5, 5 / 8]});
});

test("target counts the customers of a level: ten rows of one customer weigh as one", () => {
  const x = table({a: new Array(10).fill("u").concat(new Array(10).fill("v"))});
  const y = [...new Array(10).fill(1), ...new Array(10).fill(0)];
  const customers = [...new Array(10).fill("A"), ..."BCDEFGHIJK"];
  const {steps} = fitPreparation({x, y, customers}, [{kind: "target", strength: 9}]);
  // (1 · 1 + 9 · 1/2) / 10 against (10 · 0 + 9 · 1/2) / 19.
  expect(steps[0]).toMatchObject({columns: [{shares: [0.55, 4.5 / 19]}]});
});

/** The definition, row by row: what the rows that `count` says of a level. */
function shareByDefinition(
  {y, customers}: PreparationRows,
  cells: Cells,
  {level, strength, count}: {level: string | number | null; strength: number; count: (i: number) => boolean},
): number {
  const prior = Array.from(y).reduce((a, b) => a + b) / y.length;
  const rows = [...cells.keys()].filter(i => level !== null && cells[i] === level && count(i));
  if (rows.length === 0) return prior;
  const n = new Set(rows.map(i => customers[i])).size;
  const share = rows.reduce((sum, i) => sum + y[i]!, 0) / rows.length;
  return (n * share + strength * prior) / (n + strength);
}

test("target is by definition what a level's customers say, and in training what those of other folds say", () => {
  for (const [seed, strength, folds] of [
    [1, 20, 5],
    [2, 0, 2],
    [3, 3.5, 7],
  ] as const) {
    const data = mixedRows(300, seed);
    const {steps, x} = fitPreparation(data, [{kind: "target", strength, folds}]);
    const later = applyPreparation(steps, data.x);
    const foldOf = (i: number) => Math.floor(hashUnit(data.customers[i]!, "target encoding") * folds);
    for (const name of ["plan", "city", "source", "country", "nothing"]) {
      const cells = cellsOf(data.x, name);
      const [inTraining, applied] = [cellsOf(x, name), cellsOf(later, name)];
      const apart = cells.map((level, i) => {
        const of = (count: (k: number) => boolean) =>
          shareByDefinition(data, cells, {level, strength, count});
        return [
          Math.abs((applied[i] as number) - of(() => true)),
          Math.abs((inTraining[i] as number) - of(k => foldOf(k) !== foldOf(i))),
        ];
      });
      // The division is made in another order.
      expect(Math.max(...apart.flat())).toBeLessThan(1e-15);
    }
  }
});

/** A category without any signal, of `perLevel` customers a level, two rows a customer. */
function noise(seed: number, perLevel: number): PreparationRows {
  const random = randomOf(seed);
  const customers = Array.from({length: 2000}, (_, i) => `C${Math.floor(i / 2)}`);
  const levelOf = Array.from({length: 1000}, () => `L${Math.floor((random() * 1000) / perLevel)}`);
  const risk = Array.from({length: 1000}, () => random() ** 2);
  return {
    x: table({a: customers.map((_, i) => levelOf[Math.floor(i / 2)]!)}),
    y: customers.map((_, i) => (random() < risk[Math.floor(i / 2)]! ? 1 : 0)),
    customers,
  };
}

test.each([1, 3, 20])(
  "target lets a category of noise, %d customers a level, gain nothing in training",
  perLevel => {
    const [naive, outOfFold]: [number[], number[]] = [[], []];
    for (let seed = 1; seed <= 20; seed++) {
      const data = noise(seed, perLevel);
      const {steps, x} = fitPreparation(data, [TARGET]);
      naive.push(rocAuc(applyPreparation(steps, data.x).values, data.y));
      outOfFold.push(rocAuc(x.values, data.y));
    }
    const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
    // Encoded by all rows, each row among them, noise looks like a signal.
    expect(mean(naive)).toBeGreaterThan(0.6);
    // The mean of 20 has a standard error of about 0.004.
    expect(Math.abs(mean(outOfFold) - 0.5)).toBeLessThan(0.012);
  },
);

test("target keeps a signal: levels of different risk rank the training rows", () => {
  const random = randomOf(5);
  const levels = Array.from({length: 3000}, () => Math.floor(30 * random()));
  const y = levels.map(level => (random() < (level + 1) / 32 ? 1 : 0));
  const x = table({a: levels.map(level => `L${level}`)});
  const {x: prepared} = fitPreparation({x, y, customers: levels.map((_, i) => `C${i}`)}, [TARGET]);
  const best = rocAuc(levels, y);
  expect(rocAuc(prepared.values, y)).toBeGreaterThan(best - 0.02);
});

test("target gives every training row the same prior where no other fold knows the level", () => {
  const customers = Array.from({length: 50}, (_, i) => `C${i}`);
  const y = customers.map((_, i) => (i % 3 === 0 ? 1 : 0));
  const {x} = fitPreparation({x: table({a: customers}), y, customers}, [TARGET]);
  // Even by rounding: told apart, the folds would give their labels away.
  expect(new Set(x.values)).toEqual(new Set([17 / 50]));
});

test("target({above: 2}) leaves categories of two levels alone; a strength below 0 and one fold are refused", () => {
  const rows = {x: table({a: ["u", "v", "u"], b: ["u", "v", "w"]}), y: [0, 1, 0], customers: ["A", "B", "C"]};
  const {steps} = fitPreparation(rows, [{kind: "target", above: 2}]);
  expect(steps[0]!.columns.map(({name}) => name)).toEqual(["b"]);
  expect(() => fitPreparation(rows, [{kind: "target", strength: -1}])).toThrow(
    "fitTargetEncoder requires a strength of 0 or more and 2 folds or more, got -1 and 5",
  );
  expect(() => fitPreparation(rows, [{kind: "target", folds: 1}])).toThrow("got 20 and 1");
});
