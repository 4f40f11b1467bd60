import {expect, test} from "vitest";
import {applyPreparation, fitPreparation, type Rule} from "../../../src/model/prepare/preparation.ts";
import {type Cells, columnsByName, table} from "./rows.ts";

/** One customer a row, unless given. */
function fitted(columns: {readonly [name: string]: Cells}, rule: Rule, customers?: readonly string[]) {
  const x = table(columns);
  const ids = customers ?? Array.from({length: x.rows}, (_, i) => `C${i}`);
  return fitPreparation({x, y: new Uint8Array(x.rows), customers: ids}, [rule]);
}

const repeated = (counts: {readonly [level: string]: number}): string[] =>
  Object.entries(counts).flatMap(([level, n]) => new Array<string>(n).fill(level));

test("rare({least: 3}) puts levels of fewer customers together, and one never seen with them", () => {
  const {steps, x} = fitted({a: [...repeated({d: 3, c: 2, b: 1, a: 4}), null]}, {kind: "rare", least: 3});
  expect(steps).toEqual([{kind: "rare", least: 3, columns: [{name: "a", levels: ["a", "d"], merged: 2}]}]);
  const merged = [...repeated({d: 3, "(other)": 3, a: 4}), null];
  expect(columnsByName(x)).toEqual({a: merged});
  expect(x.categories).toEqual({a: ["a", "d", "(other)"]});
  const later = applyPreparation(steps, table({a: ["new", "d", null, "c"]}));
  expect(columnsByName(later)).toEqual({a: ["(other)", "d", null, "(other)"]});
});

test("rare makes a level never seen missing where training had no rare one", () => {
  const {steps} = fitted({a: repeated({u: 3, v: 3})}, {kind: "rare", least: 3});
  const later = applyPreparation(steps, table({a: ["new", "v", null]}));
  expect(columnsByName(later)).toEqual({a: [null, "v", null]});
});

test("rare counts customers and not rows", () => {
  const a = repeated({u: 6, v: 3});
  const {steps} = fitted({a}, {kind: "rare", least: 3}, ["A", "A", "A", "A", "B", "B", "C", "D", "E"]);
  expect(steps[0]).toMatchObject({columns: [{levels: ["v"], merged: 1}]});
});

test("rare({most: 3}) lets the levels of most customers stand alone, of equals the first by name", () => {
  const a = repeated({w: 2, v: 2, u: 2, t: 5});
  const {x} = fitted({a}, {kind: "rare", least: 1, most: 3});
  expect(x.categories).toEqual({a: ["t", "u", "(other)"]});
  expect(fitted({a}, {kind: "rare", least: 1, most: 4}).x.categories).toEqual({a: ["t", "u", "v", "w"]});
});

test("rare takes a level that is called (other) for a rare one, however frequent", () => {
  const {steps, x} = fitted({a: repeated({u: 5, "(other)": 9})}, {kind: "rare", least: 3});
  expect(steps[0]).toMatchObject({columns: [{levels: ["u"], merged: 1}]});
  expect(x.categories).toEqual({a: ["u", "(other)"]});
});

test("rare of a category never known knows no level; all later ones are missing", () => {
  const {x: none, ...rest} = {
    x: table({a: [null, null]}, {levels: {a: ["u"]}}),
    y: [0, 1],
    customers: ["A", "B"],
  };
  const {steps, x} = fitPreparation({x: none, ...rest}, [{kind: "rare"}]);
  expect(steps[0]).toMatchObject({columns: [{name: "a", levels: [], merged: 0}]});
  expect(columnsByName(x)).toEqual({a: [null, null]});
  expect(columnsByName(applyPreparation(steps, table({a: ["u"]})))).toEqual({a: [null]});
});

test("rare refuses a least of 0 and a most of 1", () => {
  expect(() => fitted({a: ["u"]}, {kind: "rare", least: 0})).toThrow("least from 1 and most from 2, got 0");
  expect(() => fitted({a: ["u"]}, {kind: "rare", most: 1})).toThrow("got 20 and 1");
});

test("oneHot makes a column a level, none left out, in the place of the category", () => {
  const {steps, x} = fitted({a: ["v", "u", "v"], b: [7, 8, 9]}, {kind: "oneHot"});
  expect(steps).toEqual([{kind: "oneHot", columns: [{name: "a", levels: ["u", "v"], missing: false}]}]);
  expect(x.names).toEqual(["a=u", "a=v", "b"]);
  expect(columnsByName(x)).toEqual({"a=u": [0, 1, 0], "a=v": [1, 0, 1], b: [7, 8, 9]});
  const later = applyPreparation(steps, table({a: ["new", "u", null], b: [1, 2, 3]}));
  expect(columnsByName(later)).toEqual({"a=u": [0, 1, 0], "a=v": [0, 0, 0], b: [1, 2, 3]});
});

test("oneHot gives missing a column of its own where training had it", () => {
  const {steps, x} = fitted({a: ["v", null, "v"]}, {kind: "oneHot"});
  expect(columnsByName(x)).toEqual({"a=v": [1, 0, 1], "a=(missing)": [0, 1, 0]});
  const later = applyPreparation(steps, table({a: ["new", "v", null]}));
  expect(columnsByName(later)).toEqual({"a=v": [0, 1, 0], "a=(missing)": [0, 0, 1]});
});

test("ordinal numbers levels by the declared order, also those that training lacks", () => {
  const order = {a: ["low", "middle", "high", "top"]};
  const {steps, x} = fitted({a: ["high", "low", null, "low"]}, {kind: "ordinal", order});
  expect(steps).toEqual([{kind: "ordinal", columns: [{name: "a", levels: order.a, unnamed: []}]}]);
  expect(columnsByName(x)).toEqual({a: [2, 0, null, 0]});
  const later = applyPreparation(steps, table({a: ["top", "lowest", null, "middle"]}));
  expect(columnsByName(later)).toEqual({a: [3, null, null, 1]});
});

test("ordinal makes a training level missing that the order does not name, and keeps its name", () => {
  const {steps, x} = fitted({a: ["v", "x", "u", "w"]}, {kind: "ordinal", order: {a: ["u", "v"]}});
  expect(steps).toEqual([{kind: "ordinal", columns: [{name: "a", levels: ["u", "v"], unnamed: ["w", "x"]}]}]);
  expect(columnsByName(x)).toEqual({a: [1, null, 0, null]});
});

test("ordinal refuses an order that names no level there is, has one twice, or is of no category", () => {
  const ordinal = (a: Cells, levels: readonly string[], name = "a") =>
    fitted({a}, {kind: "ordinal", order: {[name]: levels}});
  expect(() => ordinal(["u", "w"], ["U", "W"])).toThrow(
    "the order of a names none of the levels of the training rows, u, w; correct their spelling",
  );
  expect(() => ordinal([..."abcdefg"], ["A", "B"])).toThrow("a, b, c, d, e and 2 more;");
  expect(() => ordinal(["u"], ["u", "v", "u"])).toThrow('the order of a has "u" twice');
  expect(() => ordinal([1], ["u"])).toThrow(
    "the step ordinal requires a category in a, got the other kind; correct its name",
  );
  expect(() => ordinal(["u"], ["u"], "b")).toThrow("requires a category in b, got no such feature");
  expect(() => fitted({a: ["u"]}, {kind: "ordinal", order: {}, columns: ["a"]})).toThrow(
    "the step ordinal requires an order of a; declare it",
  );
});
