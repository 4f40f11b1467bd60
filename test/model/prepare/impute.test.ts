import {expect, test} from "vitest";
import {applyPreparation, fitPreparation, type Rule} from "../../../src/model/prepare/preparation.ts";
import {type Cells, columnsByName, table} from "./rows.ts";

function fitted(columns: {readonly [name: string]: Cells}, ...plan: readonly Rule[]) {
  const x = table(columns);
  const customers = Array.from({length: x.rows}, (_, i) => `C${i}`);
  return fitPreparation({x, y: new Uint8Array(x.rows), customers}, plan);
}

test("impute learns medians of what is known, and marks only where something was missing", () => {
  const {steps, x} = fitted({a: [4, null, 1, 2], b: [5, 6, 5, 7]}, {kind: "impute"});
  expect(steps).toEqual([
    {
      kind: "impute",
      by: "median",
      columns: [
        {name: "a", fill: 2, indicator: true},
        {name: "b", fill: 5.5, indicator: false},
      ],
    },
  ]);
  expect(columnsByName(x)).toEqual({a: [4, 2, 1, 2], b: [5, 6, 5, 7], a_missing: [0, 1, 0, 0]});
});

test("impute uses the training median for a row of its own, and marks no number that training always had", () => {
  const {steps} = fitted({a: [4, null, 1, 2], b: [5, 6, 5, 7]}, {kind: "impute"});
  const row = applyPreparation(steps, table({a: [null], b: [null]}));
  expect(columnsByName(row)).toEqual({a: [2], b: [5.5], a_missing: [1]});
});

test("impute({fill: -1}) fills with that number, and {columns} only those", () => {
  const {x} = fitted({a: [4, null], b: [null, 6]}, {kind: "impute", fill: -1, columns: ["b"]});
  expect(columnsByName(x)).toEqual({a: [4, null], b: [-1, 6], b_missing: [1, 0]});
});

test("impute of a number without any value fills 0 and marks it", () => {
  const {steps, x} = fitted({a: [null, null]}, {kind: "impute"});
  expect(columnsByName(x)).toEqual({a: [0, 0], a_missing: [1, 1]});
  expect(columnsByName(applyPreparation(steps, table({a: [7]})))).toEqual({a: [7], a_missing: [0]});
});

test("impute refuses an infinite value or fill, and a mark that has the name of a feature", () => {
  expect(() => fitted({a: [1, Number.POSITIVE_INFINITY]}, {kind: "impute"})).toThrow(
    "fitImputer requires finite or missing values, got Infinity in a, row 1",
  );
  expect(() => fitted({a: [1]}, {kind: "impute", fill: Number.NaN})).toThrow(
    "requires a finite fill, got NaN",
  );
  expect(() => fitted({a: [1, null], a_missing: [0, 1]}, {kind: "impute"})).toThrow(
    "preparing the features makes two called a_missing; rename the one of the study",
  );
});

test("imputeLevel makes missing a level, in training and later, whether or not training had it", () => {
  const {steps, x} = fitted({a: ["u", null, "v"], b: ["u", "u", "v"]}, {kind: "imputeLevel"});
  expect(columnsByName(x)).toEqual({a: ["u", "(missing)", "v"], b: ["u", "u", "v"]});
  const levels = {a: ["v"], b: ["v"]};
  const row = applyPreparation(steps, table({a: [null], b: [null]}, {levels}));
  expect(columnsByName(row)).toEqual({a: ["(missing)"], b: ["(missing)"]});
});

test("scale gives mean 0 and deviation 1, and 0 for a constant number", () => {
  const {steps, x} = fitted({a: [1, 2, 3, 6], b: [0.1, 0.1, 0.1, 0.1]}, {kind: "scale"});
  const deviation = Math.sqrt((4 + 1 + 0 + 9) / 4);
  expect(steps[0]).toMatchObject({columns: [{name: "a", mean: 3, deviation}, {name: "b"}]});
  const {a, b} = columnsByName(x) as {a: number[]; b: number[]};
  expect(a.reduce((s, v) => s + v)).toBeCloseTo(0, 12);
  expect(a.reduce((s, v) => s + v * v, 0) / 4).toBeCloseTo(1, 12);
  for (const value of b) expect(Math.abs(value)).toBeLessThan(1e-15);
});

test("scale refuses a missing value", () => {
  expect(() => fitted({a: [1, null]}, {kind: "scale"})).toThrow(
    "fitScaler requires finite values, got NaN as mean of a",
  );
});

test("winsorise({share: 0.1}) pulls a tenth at each end in to values that occurred", () => {
  const a = [30, 1, 2, 3, 4, 5, 6, 7, 8, -50, null];
  const {steps, x} = fitted({a}, {kind: "winsorise", share: 0.1});
  // Of 10 known values, the least with a tenth at or below it is the least of all.
  expect(steps).toEqual([{kind: "winsorise", share: 0.1, columns: [{name: "a", low: -50, high: 30}]}]);
  expect(columnsByName(x)).toEqual({a});
  const more = fitted({a}, {kind: "winsorise", share: 0.11});
  expect(columnsByName(more.x)).toEqual({a: [8, 1, 2, 3, 4, 5, 6, 7, 8, 1, null]});
  const later = applyPreparation(more.steps, table({a: [99, -99, 4.5, null]}));
  expect(columnsByName(later)).toEqual({a: [8, 1, 4.5, null]});
});

test("winsorise of the negatives is the negative of winsorise", () => {
  const a = Array.from({length: 200}, (_, i) => ((i * 37) % 101) ** 2);
  for (const share of [0, 0.005, 0.07, 0.31]) {
    const {x} = fitted({a, b: a.map(v => -v)}, {kind: "winsorise", share});
    const columns = columnsByName(x) as {a: number[]; b: number[]};
    expect(columns.b).toEqual(columns.a.map(v => -v));
  }
});

test("winsorise by definition: of n values those in the share at an end become the next within", () => {
  for (const n of [1, 2, 3, 7, 100, 201])
    for (const share of [0, 0.005, 0.07, 0.25, 0.49]) {
      const a = Array.from({length: n}, (_, i) => (i * 7919) % 1009);
      const {steps} = fitted({a}, {kind: "winsorise", share});
      const atOrBelow = (v: number) => a.filter(w => w <= v).length;
      const atOrAbove = (v: number) => a.filter(w => w >= v).length;
      const low = Math.min(...a.filter(v => atOrBelow(v) * 1e6 >= Math.round(share * 1e6) * n));
      const high = Math.max(...a.filter(v => atOrAbove(v) * 1e6 >= Math.round(share * 1e6) * n));
      const expected = low < high ? [{kind: "winsorise", share, columns: [{name: "a", low, high}]}] : [];
      expect(steps).toEqual(expected);
    }
});

test("winsorise leaves a rare 1 among zeros, a constant and a number never known as they are", () => {
  const flag = [1, ...new Array(999).fill(0)];
  const columns = {flag, always: new Array(1000).fill(3), never: new Array(1000).fill(null)};
  const {steps, x} = fitted(columns, {kind: "winsorise"});
  expect(steps).toEqual([]);
  expect(columnsByName(x)).toEqual(columns);
  expect(() => fitted({a: [1]}, {kind: "winsorise", share: 0.5})).toThrow("share in [0, 0.5), got 0.5");
  expect(() => fitted({a: [Number.NEGATIVE_INFINITY]}, {kind: "winsorise"})).toThrow(
    "got -Infinity in a, row 0",
  );
});
