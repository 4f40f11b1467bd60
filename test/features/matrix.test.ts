import {expect, test} from "vitest";
import {takeColumns} from "../../src/features/matrix.ts";
import {table} from "../model/prepare/rows.ts";

test("takeColumns(x, names) has those columns in the given order, with the levels of its categories alone", () => {
  const x = table({a: [1, 2], plan: ["p", "q"], b: [3, null], town: ["t", "t"]});
  expect(takeColumns(x, ["b", "plan"])).toEqual(table({b: [3, null], plan: ["p", "q"]}));
  expect(takeColumns(x, ["a"])).toEqual(table({a: [1, 2]}));
  expect(() => takeColumns(x, ["c"])).toThrow("takeColumns requires columns of the table, got c");
});
