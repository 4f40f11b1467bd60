import {expect, test} from "vitest";
import {typicalRows} from "../../src/explain/typical.ts";
import {randomOf} from "../../src/random.ts";

function made(seed: number, rows = 200) {
  const random = randomOf(seed);
  const draw = (n: number) => Float64Array.from({length: n}, () => Math.round(8 * random()) / 2);
  return {
    margins: draw(rows),
    sums: draw(3 * rows),
    rule: draw(rows),
    place: Float64Array.from({length: rows}, random),
  };
}

test("typicalRows(rows) are the medoid of the list, its last, and the one that only the rule of thumb would contact", () => {
  for (let seed = 0; seed < 10; seed++) {
    const rows = made(seed);
    const {margins, sums, rule, place} = rows;
    const rank = (values: ArrayLike<number>) =>
      [...margins.keys()].sort((a, b) => values[b]! - values[a]! || place[a]! - place[b]!);
    const [byModel, byRule] = [rank(margins), rank(rule)];
    const list = byModel.slice(0, 20);
    const medians = [0, 1, 2].map(g => {
      const values = list.map(row => sums[3 * row + g]!).sort((a, b) => a - b);
      return (values[9]! + values[10]!) / 2;
    });
    const away = (row: number) => medians.reduce((sum, m, g) => sum + Math.abs(sums[3 * row + g]! - m), 0);
    const medoid = list.toSorted((a, b) => away(a) - away(b) || place[a]! - place[b]!)[0]!;
    const spared = byRule.slice(0, 20).filter(row => !list.includes(row));
    const lowest = byModel.findLast(row => spared.includes(row))!;
    expect(typicalRows(rows, {capacity: 0.1})).toEqual([
      {role: "typical", row: medoid},
      ...(list.at(-1) === medoid ? [] : [{role: "line", row: list.at(-1)}]),
      {role: "looks-risky", row: lowest},
    ]);
  }
});

test("typicalRows(rows) chooses the same customers in any order of the rows", () => {
  const {margins, sums, rule, place} = made(3);
  const random = randomOf(8);
  const order = [...margins.keys()]
    .map(row => ({row, u: random()}))
    .sort((a, b) => a.u - b.u)
    .map(({row}) => row);
  const take = (values: Float64Array, width = 1) =>
    Float64Array.from(order.flatMap(row => [...values.slice(width * row, width * row + width)]));
  const shuffled = {margins: take(margins), sums: take(sums, 3), rule: take(rule), place: take(place)};
  const back = typicalRows(shuffled, {capacity: 0.15}).map(({role, row}) => ({role, row: order[row]}));
  expect(back).toEqual(typicalRows({margins, sums, rule, place}, {capacity: 0.15}));
});

test("typicalRows(rows) shows no row twice, and nobody at odds where the rule ranks as the model does", () => {
  const {sums, place, margins} = made(1, 10);
  expect(typicalRows({margins, sums, place, rule: margins}, {capacity: 0.1})).toHaveLength(1);
  expect(typicalRows({margins, sums, place, rule: margins}, {capacity: 0.5}).map(({role}) => role)).toEqual([
    "typical",
    "line",
  ]);
  // A twentieth of ten is nobody: there is one to show all the same.
  const riskiest = [...margins.keys()].sort((a, b) => margins[b]! - margins[a]! || place[a]! - place[b]!)[0];
  expect(typicalRows({margins, sums, place, rule: margins}, {capacity: 0.05})).toEqual([
    {role: "riskiest", row: riskiest},
  ]);
  const none = new Float64Array(0);
  expect(() => typicalRows({margins: none, sums: none, place: none, rule: none}, {capacity: 0.5})).toThrow(
    "at least 1 row",
  );
});
