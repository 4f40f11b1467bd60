import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {type Matrix, takeRows} from "../../../src/features/matrix.ts";
import {linearPlan, nativePlan, treePlan, widthOf} from "../../../src/model/prepare/plans.ts";
import {
  applyPreparation,
  fitPreparation,
  type Preparation,
  type PreparationPlan,
  type PreparationRows,
} from "../../../src/model/prepare/preparation.ts";
import {randomOf} from "../../../src/random.ts";
import {columnsByName, mixedRows, table} from "./rows.ts";

const ORDER = {plan: ["basic", "plus", "family"]};
const PLANS: [string, PreparationPlan][] = [
  ["ordinal", [{kind: "ordinal", order: ORDER}]],
  ["winsorise", [{kind: "winsorise", share: 0.05}]],
  ["rare", [{kind: "rare", least: 4}]],
  ["imputeLevel", [{kind: "imputeLevel"}]],
  ["target", [{kind: "target"}]],
  ["impute", [{kind: "impute"}]],
  ["impute a constant", [{kind: "impute", fill: -1}]],
  ["impute and scale", [{kind: "impute"}, {kind: "scale"}]],
  ["oneHot", [{kind: "oneHot"}]],
  ["the linear plan", linearPlan({order: ORDER})],
  ["the plan of trees", treePlan()],
  ["the native plan", nativePlan({order: ORDER})],
];

const moved = ({x, y, customers}: PreparationRows, rows: readonly number[]): PreparationRows => ({
  x: takeRows(x, rows),
  y: rows.map(i => y[i]!),
  customers: rows.map(i => customers[i]!),
});

function shuffled(n: number, seed: number): number[] {
  const random = randomOf(seed);
  return Array.from({length: n}, (_, i) => ({i, u: random()}))
    .sort((a, b) => a.u - b.u)
    .map(({i}) => i);
}

/** The same cells by other codes, with levels that no row has. */
function recoded(x: Matrix, seed: number): Matrix {
  const levels = Object.fromEntries(
    Object.entries(x.categories!).map(([name, known]) => {
      const all = [...known, "of nobody", "of nobody either"];
      return [name, shuffled(all.length, seed).map(k => all[k]!)];
    }),
  );
  return table(columnsByName(x), {levels});
}

const bytes = ({names, values, categories}: Matrix) => [
  names,
  new Uint8Array(values.slice().buffer),
  categories,
];

describe.each(PLANS)("%s", (_, plan) => {
  const data = mixedRows(300, 1);
  const later = mixedRows(80, 2).x;
  const {steps, x} = fitPreparation(data, plan);

  test("fitPreparation(rows, plan) is the same again, and so after a round trip through JSON", () => {
    const again = fitPreparation(data, plan);
    expect(again.steps).toEqual(steps);
    expect(bytes(again.x)).toEqual(bytes(x));
    const copy = JSON.parse(JSON.stringify(steps)) as Preparation[];
    expect(copy).toEqual(steps);
    expect(bytes(applyPreparation(copy, later))).toEqual(bytes(applyPreparation(steps, later)));
  });

  test("neither fitPreparation nor applyPreparation writes to what it is given", () => {
    const before = [data, later, steps].map(value => structuredClone(value));
    fitPreparation(data, plan);
    applyPreparation(steps, later);
    expect([data, later, steps]).toEqual(before);
  });

  test("a row is prepared alone as among others", () => {
    const all = applyPreparation(steps, later);
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(later.rows - 1), {minLength: 1, maxLength: 5}), rows => {
        expect(bytes(applyPreparation(steps, takeRows(later, rows)))).toEqual(bytes(takeRows(all, rows)));
      }),
      {numRuns: 20, seed: 1},
    );
  });

  test("the order of the training rows does not matter", () => {
    fc.assert(
      fc.property(fc.nat(1000), seed => {
        const order = shuffled(data.x.rows, seed);
        const other = fitPreparation(moved(data, order), plan);
        // Sums of the scaler are of whole numbers, so the mean is exact; the squares round.
        expect(rounded(other.steps)).toEqual(rounded(steps));
        if (!plan.some(({kind}) => kind === "scale"))
          expect(bytes(other.x)).toEqual(bytes(takeRows(x, order)));
      }),
      {numRuns: 8, seed: 1},
    );
  });

  test("the codes of the levels do not matter, nor levels that no row has", () => {
    fc.assert(
      fc.property(fc.nat(1000), seed => {
        const other = fitPreparation({...data, x: recoded(data.x, seed)}, plan);
        expect(other.steps).toEqual(steps);
        expect(columnsByName(other.x)).toEqual(columnsByName(x));
        expect(columnsByName(applyPreparation(steps, recoded(later, seed)))).toEqual(
          columnsByName(applyPreparation(steps, later)),
        );
      }),
      {numRuns: 8, seed: 1},
    );
  });

  test("later rows get the columns of training, whatever they hold", () => {
    const strange = table(
      {
        orders: [-1e9, null, 0],
        spend: [1e12, null, 0],
        always: [null, 4, 3],
        never: [1, 2, null],
        plan: ["unheard of", null, "plus"],
        city: ["(other)", "(missing)", ""],
        source: ["web", null, "WEB"],
        country: [null, "CH", "ch"],
        nothing: ["something", null, "anything"],
      },
      {levels: {}},
    );
    const out = applyPreparation(steps, strange);
    expect(out.names).toEqual(x.names);
    expect(Object.keys(out.categories ?? {})).toEqual(Object.keys(x.categories ?? {}));
    for (const [name, levels] of Object.entries(out.categories ?? {}))
      if (plan.some(({kind}) => kind === "rare")) expect(levels).toEqual(x.categories![name]);
  });
});

/** Numbers to 12 digits. */
const rounded = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, inner) => (typeof inner === "number" ? inner.toPrecision(12) : inner)),
  );

test("fitPreparation(rows, linearPlan()) leaves no category and nothing missing; few levels in columns, many as shares", () => {
  const data = mixedRows(3000, 4);
  const {steps, x} = fitPreparation(data, linearPlan());
  expect(steps.map(({kind}) => kind)).toEqual(["rare", "imputeLevel", "target", "impute", "scale", "oneHot"]);
  expect(x.categories).toBeUndefined();
  expect(x.values.every(Number.isFinite)).toBe(true);
  expect(x.names).toContain("plan=family");
  expect(x.names).toContain("source=(other)");
  expect(x.names).toContain("nothing=(missing)");
  expect(x.names.filter(name => name.startsWith("city"))).toEqual(["city"]);
  expect(fitPreparation(data, treePlan()).x.names.length).toBeLessThanOrEqual(widthOf(data.x));
});

test("fitPreparation(rows, linearPlan()) without categories is impute and scale alone", () => {
  const x = table({a: [1, null, 3], b: [4, 5, 6]});
  const rows = {x, y: [0, 1, 0], customers: ["A", "B", "C"]};
  const {steps, x: prepared} = fitPreparation(rows, linearPlan());
  expect(steps.map(({kind}) => kind)).toEqual(["impute", "scale"]);
  // The same as prepared later: nothing was learned from labels.
  expect(bytes(applyPreparation(steps, x))).toEqual(bytes(prepared));
  expect(fitPreparation(rows, nativePlan()).steps).toEqual([]);
  expect(applyPreparation([], x)).toBe(x);
});

test("fitPreparation(rows, nativePlan()) keeps at most 254 levels, the rare in one of them", () => {
  const cities = Array.from({length: 300 * 20}, (_, i) => `city ${i % 300}`);
  const rows = {
    x: table({city: cities}),
    y: cities.map((_, i) => i % 2),
    customers: cities.map((_, i) => `${i}`),
  };
  const {x} = fitPreparation(rows, nativePlan());
  expect(x.categories!.city).toHaveLength(254);
  expect(Math.max(...x.values)).toBe(253);
});

test("fitPreparation refuses no rows, other labels, and lengths that differ", () => {
  const x = table({a: [1, 2]});
  const customers = ["A", "B"];
  expect(() => fitPreparation({x: {...x, rows: 0}, y: [], customers: []}, [])).toThrow(
    "requires rows, got none",
  );
  expect(() => fitPreparation({x, y: [0, 2], customers}, [])).toThrow("labels 0 or 1, got 2 in row 1");
  expect(() => fitPreparation({x, y: [0], customers}, [])).toThrow("got 1 and 2 for 2");
  expect(() => fitPreparation({x, y: [0, 1], customers: ["A"]}, [])).toThrow("got 2 and 1 for 2");
});

test("applyPreparation(steps, x) names the feature that is missing or of the other kind, and a code that is none", () => {
  const rows = {x: table({a: ["u", "v"], b: [1, 2]}), y: [0, 1], customers: ["A", "B"]};
  const {steps} = fitPreparation(rows, linearPlan());
  expect(() => applyPreparation(steps, table({b: [1]}))).toThrow(
    "applyPreparation requires the feature a, which is not there; compute the study's features",
  );
  expect(() => applyPreparation(steps, table({a: [1], b: [1]}))).toThrow(
    "applyPreparation requires a category in the feature a, got numbers; compute it as for training",
  );
  expect(() => applyPreparation(steps, table({a: ["u"], b: ["u"]}))).toThrow(
    "requires numbers in the feature b, got a category",
  );
  const codes = (...a: number[]): Matrix => ({
    names: ["a"],
    rows: a.length,
    values: Float64Array.from(a),
    categories: {a: ["u", "v"]},
  });
  for (const bad of [2, -1, 0.5, Number.POSITIVE_INFINITY])
    expect(() => applyPreparation(steps, codes(0, bad))).toThrow(
      `the category a requires whole codes in [0, 2), got ${bad} in row 1`,
    );
});
