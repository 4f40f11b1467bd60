import {expect, test} from "vitest";
import {chartData} from "../../src/card/chart-data.ts";

test("chartData(spec) titles the drawn fields as their axes do and leaves the others out", () => {
  const spec = {
    data: {values: [{shareContacted: 0.1, lift: 2.61, hidden: 1}]},
    mark: "line",
    encoding: {
      x: {field: "shareContacted", axis: {format: ".0%", title: null}},
      y: {field: "lift", title: "Lift"},
    },
  };
  expect(chartData(spec)).toEqual([
    {
      columns: [
        {name: "shareContacted", title: "Share contacted", format: "percent"},
        {name: "lift", title: "Lift", format: "decimal", digits: 3},
      ],
      rows: [[0.1, 2.61]],
    },
  ]);
});

test("chartData(spec) finds the data of layers once each, and missing cells as null", () => {
  const layer = {data: {values: [{a: "x", b: 1}, {a: "y"}]}, encoding: {x: {field: "a"}, y: {field: "b"}}};
  const tables = chartData({layer: [layer, layer, {data: {values: [{}]}, mark: "rule"}]});
  expect(tables).toHaveLength(1);
  expect(tables[0]!.rows).toEqual([
    ["x", 1],
    ["y", null],
  ]);
});
