import {expect, test} from "vitest";
import type {Matrix} from "../../src/features/matrix.ts";
import {randomOf} from "../../src/random.ts";
import {positivityGaps} from "../../src/uplift/observe/positivity.ts";

const ROWS = 1000;

function tableOf(treatedOf: (row: {visits: number; channel: number; u: number}) => boolean) {
  const random = randomOf(8);
  const rows = Array.from({length: ROWS}, () => ({
    visits: Math.floor(10 * random()),
    channel: random() < 0.1 ? Number.NaN : Math.floor(3 * random()),
    u: random(),
  }));
  const x: Matrix = {
    names: ["visits", "channel"],
    rows: ROWS,
    values: Float64Array.from([...rows.map(r => r.visits), ...rows.map(r => r.channel)]),
    categories: {channel: ["store", "partner", "web"]},
  };
  return {rows, x, treated: Uint8Array.from(rows, row => Number(treatedOf(row)))};
}

test("positivityGaps(x, treated) is empty when every part has both arms", () => {
  const {x, treated} = tableOf(({u}) => u < 0.5);
  expect(positivityGaps(x, treated)).toEqual([]);
});

test("positivityGaps(x, treated) names the level, the range and the missing of which nobody was treated, with counts", () => {
  const {rows, x, treated} = tableOf(
    ({u, visits, channel}) => u < 0.5 && visits > 1 && channel !== 1 && !Number.isNaN(channel),
  );
  const count = (holds: (row: (typeof rows)[number]) => boolean) => rows.filter(holds).length;
  expect(positivityGaps(x, treated)).toEqual([
    {
      ...{feature: "visits", part: {kind: "range", low: 0, high: 1}, treated: 0},
      rows: count(row => row.visits <= 1),
    },
    {
      ...{feature: "channel", part: {kind: "level", level: "partner"}, treated: 0},
      rows: count(row => row.channel === 1),
    },
    {
      ...{feature: "channel", part: {kind: "missing"}, treated: 0},
      rows: count(row => Number.isNaN(row.channel)),
    },
  ]);
});

test("positivityGaps(x, treated) sees parts where all were treated, and no part of fewer than 30 rows", () => {
  const {x, treated} = tableOf(({u, channel}) => u < 0.5 || channel === 2);
  expect(positivityGaps(x, treated).map(gap => [gap.feature, gap.treated === gap.rows])).toEqual([
    ["channel", true],
  ]);
  const few: Matrix = {names: ["a"], rows: 29, values: new Float64Array(29)};
  expect(positivityGaps(few, new Uint8Array(29))).toEqual([]);
  const constant: Matrix = {names: ["a"], rows: 40, values: new Float64Array(40).fill(3)};
  expect(positivityGaps(constant, new Uint8Array(40))).toEqual([
    {feature: "a", part: {kind: "range", low: 3, high: 3}, rows: 40, treated: 0},
  ]);
});

test("the parts of positivityGaps share out the rows: with nobody treated their counts are all rows of each feature", () => {
  const {x} = tableOf(() => false);
  const gaps = positivityGaps(x, new Uint8Array(ROWS));
  for (const feature of x.names)
    expect(gaps.filter(gap => gap.feature === feature).reduce((sum, gap) => sum + gap.rows, 0)).toBe(ROWS);
});
