import {expect, test} from "vitest";
import {dayOf} from "../../src/data/calendar.ts";
import {applyReasons, fitReasons} from "../../src/explain/basis.ts";
import {type Explanation, fitReference} from "../../src/explain/explain-rows.ts";
import {reasonsFor, reasonText} from "../../src/explain/reasons.ts";
import {familyGroups, reasonGroups, singleGroups, subjectsOf} from "../../src/explain/subjects.ts";
import {medianOf, stayerMedians, usualOf, usualOfStayers} from "../../src/explain/usual.ts";
import type {Matrix} from "../../src/features/matrix.ts";
import {applyModel, fitModel} from "../../src/model/model.ts";
import {randomOf} from "../../src/random.ts";
import {churners} from "../model/churners.ts";
import {declare, matrixOf} from "./subjects.ts";

const features = [
  declare({name: "orders_30d", title: "Orders in 30 days", days: 30}),
  declare({name: "orders_90d", title: "Orders in 90 days", days: 90}),
  declare({name: "since", title: "Days since the last order", unit: "days", measure: "recency"}),
  declare({name: "tickets", title: "Tickets", of: "ticket", days: 90, actionable: true}),
  declare({
    name: "age",
    title: "Age",
    unit: "years",
    of: "table:people",
    measure: "latest",
    column: "age",
    sensitive: true,
  }),
];
const names = features.map(({name}) => name);
const subjects = subjectsOf(features, {names: [], rows: 0, values: new Float64Array(0)});
const contributionsOf = (rows: readonly (readonly number[])[]): Explanation => ({
  ...{names, rows: rows.length, base: -1},
  values: Float64Array.from(rows.flat()),
});
const x = matrixOf(names, [[1, 2, 45, 3, 71]]);
const one = (...values: number[]) => reasonsFor(x, contributionsOf([values]), {subjects})[0]!;

test("reasonGroups(subjects) keeps what can be acted on, and what is sensitive, apart from the rest of a family", () => {
  expect(reasonGroups(subjects).map(({title, members}) => [title, members.map(m => m.name)])).toEqual([
    ["Frequency of purchases", ["orders_30d", "orders_90d"]],
    ["Recency of purchases", ["since"]],
    ["Frequency of tickets", ["tickets"]],
    ["Table people, sensitive", ["age"]],
  ]);
  expect(familyGroups(subjects).map(({title}) => title)).toEqual(["Frequency", "Recency", "Own tables"]);
  expect(singleGroups(subjects).map(({title}) => title)).toEqual(features.map(({title}) => title));
  const mixed = [features[0]!, {...features[1]!, actionable: true}];
  const groups = reasonGroups(subjectsOf(mixed, {names: [], rows: 0, values: new Float64Array(0)}));
  expect(groups.map(({title, members}) => [title, members.length])).toEqual([
    ["Frequency of purchases", 1],
    ["Frequency of purchases, that can be influenced", 1],
  ]);
});

test("reasonsFor(x, contributions) sums with signs first: members that cancel out are no reason", () => {
  const {reasons} = one(0.9, -0.9, 0.3, 0.1, 0);
  expect(reasons.map(({group, direction, contribution}) => [group, direction, contribution])).toEqual([
    ["Recency of purchases", "raises", 0.3],
    ["Frequency of tickets", "raises", 0.1],
  ]);
});

test("reasonsFor(x, contributions) ranks by size whatever the sign, and speaks of the member that leads", () => {
  const {reasons} = one(0.2, -0.7, 0.3, -0.1, 0);
  expect(reasons.map(reasonText)).toEqual([
    "Purchases: 2 in the last 90 days (lowers the risk)",
    "Purchases: the last one 45 days ago (raises the risk)",
    "Tickets: 3 in the last 90 days (lowers the risk)",
  ]);
  expect(reasons.map(({feature, use}) => [feature, use])).toEqual([
    ["orders_90d", "sign"],
    ["since", "sign"],
    ["tickets", "action"],
  ]);
});

test("reasonsFor(x, contributions) offers as actions only what can be acted on and raises the risk, last or not", () => {
  expect(one(0.5, 0.1, 0.4, 0.001, 0).actions.map(({feature}) => feature)).toEqual(["tickets"]);
  expect(one(0.5, 0.1, 0.4, -0.3, 0).actions).toEqual([]);
  const few = reasonsFor(x, contributionsOf([[0.5, 0.1, 0.4, 0.001, 0]]), {subjects, most: 1})[0]!;
  expect([few.reasons.length, few.actions.length]).toEqual([1, 1]);
});

test("reasonsFor(x, contributions) flags a sensitive feature without its value, and never gives it as a reason", () => {
  const found = one(0.1, 0, 0.05, 0.01, 2);
  expect(found.sensitive).toEqual([{group: "Table people, sensitive", direction: "raises", contribution: 2}]);
  expect([...found.reasons, ...found.actions].some(({feature}) => feature === "age")).toBe(false);
  expect(JSON.stringify([found, found.reasons.map(reasonText)])).not.toContain("71");
  expect(found.reasons.length).toBe(3);
});

test("reasonsFor(x, contributions) breaks ties by the catalogue, whatever the order of columns, and within noise", () => {
  const tied = one(0.15, 0.15, -0.3, 0.3, 0);
  expect(tied.reasons.map(({feature}) => feature)).toEqual(["orders_30d", "since", "tickets"]);
  const random = randomOf(3);
  for (let k = 0; k < 50; k++) {
    const noise = (v: number) => v + (random() - 0.5) * 1e-14;
    const order = names.map((_, j) => j).sort(() => random() - 0.5);
    const values = [0.15, 0.15, -0.3, 0.3, 0];
    const shuffled = {
      ...contributionsOf([order.map(j => noise(values[j]!))]),
      names: order.map(j => names[j]!),
    };
    expect(reasonsFor(x, shuffled, {subjects})).toEqual([tied]);
  }
});

test("reasonsFor(x, contributions) of a row does not hang on the other rows or their order", () => {
  const random = randomOf(5);
  const rows = Array.from({length: 40}, () => names.map(() => Math.floor(10 * random())));
  const values = rows.map(() => names.map(() => Math.round(20 * (random() - 0.5)) / 10));
  const all = reasonsFor(matrixOf(names, rows), contributionsOf(values), {subjects});
  const back = reasonsFor(matrixOf(names, rows.toReversed()), contributionsOf(values.toReversed()), {
    subjects,
  });
  expect(back).toEqual(all.toReversed());
  rows.forEach((row, i) => {
    expect(reasonsFor(matrixOf(names, [row]), contributionsOf([values[i]!]), {subjects})).toEqual([all[i]]);
    // By definition: the group with the largest size of its signed sum comes first.
    const v = values[i]!;
    const sums: [string, number][] = [
      ["Frequency of purchases", v[0]! + v[1]!],
      ["Recency of purchases", v[2]!],
      ["Frequency of tickets", v[3]!],
    ];
    const largest = Math.max(...sums.map(([, s]) => Math.abs(s)));
    const first = sums.find(([, s]) => largest - Math.abs(s) < 1e-9)!;
    expect(all[i]!.reasons[0]?.group).toBe(largest < 1e-9 ? undefined : first[0]);
  });
});

test("reasonsFor(x, contributions) requires the same features and rows in all three", () => {
  expect(() => reasonsFor(x, contributionsOf([]), {subjects})).toThrow("contributions of 1 rows, got 0");
  const less = {...contributionsOf([[0, 0, 0, 0]]), names: names.slice(0, 4)};
  expect(() => reasonsFor(x, less, {subjects})).toThrow("a contribution of age, got none");
  expect(() => reasonsFor(x, contributionsOf([[1, 1, 1, 1, 1]]), {subjects: subjects.slice(1)})).toThrow(
    "requires orders_30d to be in the catalogue",
  );
});

test("stayerMedians(x, y) is the median of the rows that stayed, missing left out, null where nothing is known", () => {
  const N = Number.NaN;
  const table: Matrix = {
    ...matrixOf(
      ["a", "b", "c"],
      [
        [1, N, 0],
        [4, N, 1],
        [9, 2, 1],
        [2, N, 1],
        [N, N, 0],
      ],
    ),
    categories: {c: ["x", "y"]},
  };
  expect(stayerMedians(table, [0, 0, 1, 0, 0])).toEqual({a: 2, b: null, c: null});
  expect(medianOf([3, 1, N, 2, 10])).toBe(2.5);
  expect(medianOf([N])).toBeUndefined();
});

test("usualOf({stayers, past, rows}) is the customer's own median before the cutoff, else that of stayers", () => {
  const past = {
    x: matrixOf(
      ["orders_90d", "tenure"],
      [
        [6, 10],
        [8, 40],
        [Number.NaN, 70],
        [1, 100],
        [5, 50],
      ],
    ),
    customer: [7, 7, 7, 7, 8],
    cutoff: [0, 1, 2, 3, 3],
  };
  const [orders, tenure] = subjectsOf(
    [declare({name: "orders_90d", days: 90}), declare({name: "tenure", measure: "first"})],
    past.x,
  );
  const stayers = {orders_90d: 5, tenure: 300};
  // The same customer at cutoffs 3 and 0, and another one that was never seen before.
  const usual = usualOf({stayers, past, rows: {customer: [7, 7, 8, 9], cutoff: [3, 0, 3, 3]}});
  expect(usual(orders!, 0)).toEqual({value: 7, whose: "own"});
  expect([1, 2, 3].map(row => usual(orders!, row))).toEqual(Array(3).fill({value: 5, whose: "stayers"}));
  expect(usual(tenure!, 0)).toEqual({value: 300, whose: "stayers"});
  expect(usualOfStayers({orders_90d: null})(orders!, 0)).toBeUndefined();
  const said = reasonsFor(
    matrixOf(["orders_90d", "tenure"], [[2, 130]]),
    {names: ["orders_90d", "tenure"], rows: 1, values: Float64Array.of(0.4, 0.2), base: 0},
    {subjects: [orders!, tenure!], usual},
  );
  expect(said[0]!.reasons.map(({sentence}) => sentence)).toEqual([
    "Purchases: 2 in the last 90 days; usually 7",
    "Purchases: the first one 130 days ago; typical of those who stay: 300 days ago",
  ]);
});

test("usualOf({stayers, past, rows}) reads the six months before, on the card and in a list of scores alike", () => {
  const cutoff = ["2024-11-30", "2024-12-01", "2025-03-01", "2025-06-01"].map(dayOf);
  const past = {x: matrixOf(["orders_90d"], [[90], [4], [8], [50]]), customer: [7, 7, 7, 7], cutoff};
  const [orders] = subjectsOf([declare({name: "orders_90d", days: 90})], past.x);
  const usual = usualOf({
    stayers: {orders_90d: 5},
    past,
    rows: {customer: [7], cutoff: [dayOf("2025-06-01")]},
  });
  expect(usual(orders!, 0)).toEqual({value: 6, whose: "own"});
});

test("applyReasons(fitReasons(rows), model, x) is the same after JSON, and falls back on those who stayed", async () => {
  const {x: table, y, customers} = churners(400, 2);
  const declared = [
    declare({name: "since", unit: "days", measure: "recency"}),
    declare({name: "orders", days: 90}),
    declare({name: "sometimes", of: "visit", days: 30}),
    declare({name: "noise", of: "email_open", days: 30}),
  ];
  const model = await fitModel("logistic", {x: table, y, customers});
  const reference = fitReference(model, table);
  const basis = fitReasons({x: table, y}, {reference, features: declared, currency: "EUR"});
  const found = await applyReasons(basis, model, table);
  const again = JSON.parse(JSON.stringify(basis)) as typeof basis;
  expect(await applyReasons(again, model, table)).toEqual(found);
  const margins = await applyModel(model, table);
  margins.forEach((margin, i) => {
    const sum = found.explanation.values
      .slice(4 * i, 4 * i + 4)
      .reduce((a, b) => a + b, found.explanation.base);
    expect(sum).toBeCloseTo(margin, 9);
  });
  const riskiest = margins.indexOf(Math.max(...margins));
  const recency = found.customers[riskiest]!.reasons.find(({group}) => group === "Recency of purchases")!;
  expect(recency.direction).toBe("raises");
  const [now, typical] = [table.values[riskiest]!, basis.stayers.since!].map(days => days.toFixed(1));
  expect(recency.sentence).toBe(
    `Purchases: the last one ${now} days ago; typical of those who stay: ${typical} days ago`,
  );
});
