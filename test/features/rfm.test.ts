import {expect, test} from "vitest";
import type {Matrix} from "../../src/features/matrix.ts";
import {applyRfm, fitRfm} from "../../src/features/rfm.ts";

const FEATURES = {recency: "since", frequency: "orders", monetary: "amount"};
const tableOf = (columns: Readonly<Record<string, readonly number[]>>): Matrix => ({
  names: Object.keys(columns),
  rows: Object.values(columns)[0]!.length,
  values: Float64Array.from(Object.values(columns).flat()),
});

test("applyRfm(fitRfm(x), x) puts a fifth of distinct values into each score, the most recent into 5", () => {
  const x = tableOf({
    since: [10, 9, 8, 7, 6, 5, 4, 3, 2, 1],
    orders: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    amount: [5, 15, 25, 35, 45, 55, 65, 75, 85, 95],
  });
  const scores = [1, 1, 2, 2, 3, 3, 4, 4, 5, 5];
  expect(applyRfm(fitRfm(x, FEATURES), x)).toEqual({
    names: ["rfm_recency", "rfm_frequency", "rfm_monetary"],
    rows: 10,
    values: Float64Array.from([...scores, ...scores, ...scores]),
  });
});

test("applyRfm(rfm, x) gives equal values one score, whatever the rows beside them, and knows what is missing", () => {
  const {NaN: missing} = Number;
  const rfm = fitRfm(
    tableOf({
      since: [1, 1, 1, 1, 1, 1, 2, 3, 4, missing],
      orders: [1, 1, 1, 1, 1, 1, 1, 2, 3, 4],
      amount: [missing, 1, 2, 3, 4, 5, 5, 5, 5, 5],
    }),
    FEATURES,
  );
  const x = tableOf({since: [1, 4, 900, missing], orders: [1, 3, 0, 4], amount: [5, 1, 900, missing]});
  const {values} = applyRfm(rfm, x);
  // Known recency 1 x 6, 2, 3, 4: fifths begin at 1, 1, 1, 2; so 1 is above three edges and 4 above all.
  expect([...values.slice(0, 4)]).toEqual([2, 1, 1, 1]);
  // Orders: edges 1, 1, 1, 2.
  expect([...values.slice(4, 8)]).toEqual([4, 5, 1, 5]);
  // Amounts 1, 2, 3, 4, 5 x 5: edges 2, 4, 5, 5.
  expect([...values.slice(8)]).toEqual([5, 1, 5, missing]);
  expect(() => applyRfm(rfm, tableOf({since: [1]}))).toThrow(
    "applyRfm requires the feature orders, got since",
  );
  expect(() => fitRfm(tableOf({since: [missing], orders: [1], amount: [1]}), FEATURES)).toThrow(
    "rfm requires known values of since among the training rows, got none",
  );
});
