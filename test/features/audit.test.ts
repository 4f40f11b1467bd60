import {expect, test} from "vitest";
import {type EventLog, type EventRow, eventLogOf} from "../../src/data/event-log.ts";
import {aloneOf, checkAlone} from "../../src/features/alone.ts";
import {checkKnown, checkOutcomeEvents} from "../../src/features/known.ts";
import {checkLookAhead} from "../../src/features/look-ahead.ts";
import type {Matrix} from "../../src/features/matrix.ts";
import {computeFeatures} from "../../src/features/sweep.ts";
import {randomOf} from "../../src/random.ts";
import {labelledRows, loneAuc} from "../../src/split/lone-auc.ts";
import {contract, type FeatureDeclaration} from "../../src/study.ts";
import {churnDays} from "../../src/target/churn.ts";
import type {Cohort} from "../../src/target/cohort.ts";

const N = 3000;
const random = randomOf(2);
const y = Uint8Array.from({length: N}, () => (random() < 0.2 ? 1 : 0));
const rows = labelledRows(y, Int32Array.from(y.keys()))!;
/** Columns by name, each a value by label and a draw. */
const matrixOf = (columns: Record<string, (label: number, u: number) => number>): Matrix => ({
  names: Object.keys(columns),
  rows: N,
  values: Float64Array.from(
    Object.values(columns).flatMap(value => [...y].map(label => value(label, random()))),
  ),
});
const normal = () => Array.from({length: 12}, random).reduce((a, b) => a + b, -6);
const signal = (strength: number) => (label: number) => strength * label + normal();

test("checkAlone(x, rows) is an error, a warning or silent by how well a feature does alone", () => {
  const x = matrixOf({
    ...{noise: signal(0), honest: signal(1.2), strong: signal(2.05), leak: signal(3.2)},
    ...{falling: label => -4 * label + normal(), some: (label, u) => (label === 1 && u < 0.4 ? 9 : normal())},
    gap: (label, u) => (label === 1 && u < 0.1 ? Number.NaN : normal()),
  });
  const verdicts = Object.fromEntries(
    checkAlone(x, rows, undefined).map(({feature, verdict}) => [feature, verdict]),
  );
  expect(verdicts).toEqual({
    ...{strong: "warning", leak: "error", falling: "error", some: "error", gap: "warning"},
  });
  const quiet = checkAlone(matrixOf({noise: signal(0), honest: signal(1.2)}), rows, undefined);
  expect(quiet).toHaveLength(1);
  expect(quiet[0]!.message).toMatch(
    /^No feature alone is suspiciously good: the strongest is honest, with a ROC AUC of 0\.8/,
  );
});

test("checkAlone(x, rows, mechanical) makes a note of what the target's definition explains, and no more", () => {
  const last = matrixOf({recency: signal(3)});
  const mechanical = loneAuc(last.values, rows);
  const x = matrixOf({weaker: signal(2.4), stronger: signal(6)});
  const all = {
    ...x,
    names: ["recency", ...x.names],
    values: Float64Array.from([...last.values, ...x.values]),
  };
  const found = checkAlone(all, rows, mechanical);
  expect(found.map(({feature, verdict}) => [feature, verdict])).toEqual([
    ["stronger", "error"],
    [undefined, "note"],
  ]);
  expect(found[1]!.message).toMatch(/^recency, weaker alone are as strong as/);
});

test("aloneOf(200 features of 100,000 rows) takes seconds", () => {
  const n = 100_000;
  const labels = Uint8Array.from({length: n}, () => (random() < 0.2 ? 1 : 0));
  const names = Array.from({length: 20}, (_, j) => `f${j}`);
  const values = Float64Array.from({length: 20 * n}, (_, k) =>
    k % 3 === 0 ? Math.floor(9 * random()) : random(),
  );
  const started = process.cpuUsage();
  aloneOf(
    {names, rows: n, values},
    labelledRows(
      labels,
      Int32Array.from(labels, (_, i) => i >> 3),
    )!,
  );
  // A tenth of the features; they take 0.7 s of CPU.
  expect(process.cpuUsage(started).user / 1e6).toBeLessThan(4);
});

const feature = (name: string, of: string, days?: number): FeatureDeclaration => ({
  ...{name, title: name, unit: "", of, measure: "count", actionable: false},
  ...(days === undefined ? {} : {days}),
});

test("checkKnown(log, features, cutoffs) names features of events that were known on the cutoff's day or later", () => {
  const log = eventLogOf([
    ...[2, 4, 6, 8].map(day => ({customer: "a", day, type: "order"})),
    ...[2, 4, 6, 8].map(day => ({customer: "a", day, type: "return"})),
  ]);
  const delays = {order: 0, return: 3};
  const known = log.day.map((day, i) => day + delays[log.types[log.type[i]!] as keyof typeof delays]);
  const features = [
    feature("orders", "order"),
    feature("returns", "return"),
    feature("returns_3d", "return", 3),
  ];
  expect(checkKnown(log, features, [10])).toEqual([]);
  // At 10, returns of the days 2 to 6 were known, that of day 8 was not; at 9 that of day 6 was not either.
  const found = checkKnown({...log, known}, features, [9, 10]);
  expect(found.map(({feature, verdict}) => [feature, verdict])).toEqual([
    ["returns", "note"],
    ["returns_3d", "warning"],
  ]);
  expect(found[0]!.message).toContain("returns reads events that are known late: 37.5% of those");
  expect(found[1]!.message).toContain("100.0%");
  // The window is closed on the left: day 4 is in it, and known in time.
  expect(checkKnown({...log, known}, [feature("returns_5d", "return", 5)], [9])[0]!.message).toContain(
    "66.7%",
  );
  expect(checkKnown({...log, known}, [feature("orders", "order")], [9, 10])[0]!.verdict).toBe("ok");
});

test("checkOutcomeEvents(log, features, churned) names features of events that come with churn", () => {
  const churn = contract({start: "join", renew: "renewal", end: "cancel", graceDays: 0});
  const people = (share: number): EventRow[] =>
    Array.from({length: 40}, (_, i): EventRow[] => {
      const end = 100 + i;
      return [
        {customer: `c${i}`, day: i, type: "join"},
        {customer: `c${i}`, day: end - (i < share * 40 ? 0 : 20), type: "call"},
        {customer: `c${i}`, day: end, type: "cancel"},
        {customer: `c${i}`, day: end + 1, type: "survey"},
        {customer: `c${i}`, day: end + 30, type: "letter"},
      ];
    }).flat();
  const features = ["join", "call", "cancel", "survey", "letter"].map(type => feature(`${type}s`, type));
  const named = (share: number) => {
    const log = eventLogOf(people(share));
    return checkOutcomeEvents(log, features, churnDays(log, churn)).map(({feature}) => feature);
  };
  expect(named(1)).toEqual(["calls", "cancels", "surveys"]);
  expect(named(0.9)).toEqual(["cancels", "surveys"]);
});

test("checkLookAhead(log, cohort, compute) passes every measure of the sweep, windows that end at the cutoff included", async () => {
  const rows = Array.from(
    {length: 3000},
    (): EventRow => ({
      ...{customer: `c${Math.floor(random() * 40)}`, day: Math.floor(random() * 300)},
      ...{type: random() < 0.5 ? "buy" : "visit", amount: Math.floor(100 * random())},
      attributes: {channel: random() < 0.5 ? "web" : "store"},
    }),
  );
  const log = eventLogOf(rows);
  const n = log.customers.length;
  const cutoffs = [100, 150, 200, 250, 299];
  const cohort: Cohort = {
    ...{cutoffs, rows: n * cutoffs.length},
    customer: Int32Array.from({length: n * cutoffs.length}, (_, i) => i % n),
    cutoff: Int32Array.from({length: n * cutoffs.length}, (_, i) => Math.floor(i / n)),
    recency: new Int32Array(n * cutoffs.length),
    tenure: new Int32Array(n * cutoffs.length),
  };
  const measures = [
    "count",
    "days",
    "sum",
    "mean",
    "recency",
    "first",
    "gapMean",
    "gapSd",
    "overdue",
    "change",
  ] as const;
  const features: FeatureDeclaration[] = [
    ...measures.map(measure => ({...feature(measure, "buy", 60), measure})),
    {...feature("ratio", "buy"), measure: "ratio", against: "visit"},
    {...feature("share", "buy"), measure: "share", against: "channel=web"},
  ];
  const honest = await checkLookAhead(log, cohort, (l, c) => computeFeatures(l, c, {features}), {seed: 1});
  expect(honest).toMatchObject([{code: "look-ahead", verdict: "ok"}]);
  // The same measures at a cutoff one day on see the cutoff's own day.
  const late = (l: typeof log, c: Cohort) =>
    computeFeatures(l, {...c, cutoffs: c.cutoffs.map(t => t + 1)}, {features});
  const found = await checkLookAhead(log, cohort, late, {seed: 1});
  expect(found.map(({feature}) => feature).sort()).toEqual(
    features
      .map(({name}) => name)
      .filter(name => name !== "first")
      .sort(),
  );
});

test("checkLookAhead(log, cohort, compute) finds a feature that counts events before they were known", async () => {
  const log = eventLogOf(
    Array.from({length: 400}, (_, i) => ({customer: `c${i % 20}`, day: Math.floor(i / 4), type: "buy"})),
  );
  const known = log.day.map((day, i) => day + (i % 3 === 0 ? 10 : 0));
  const cohort: Cohort = {
    ...{cutoffs: [50], rows: 20, customer: Int32Array.from({length: 20}, (_, i) => i)},
    ...{cutoff: new Int32Array(20), recency: new Int32Array(20), tenure: new Int32Array(20)},
  };
  const counting = (byKnown: boolean) => (l: EventLog, c: Cohort) => ({
    ...{names: ["n"], rows: c.rows},
    values: Float64Array.from(c.customer, who => {
      let n = 0;
      for (let i = l.offsets[who]!; i < l.offsets[who + 1]!; i++)
        if (l.day[i]! < c.cutoffs[0]! && !(byKnown && l.known![i]! >= c.cutoffs[0]!)) n += 1;
      return n;
    }),
  });
  const verdict = async (byKnown: boolean) =>
    (await checkLookAhead({...log, known}, cohort, counting(byKnown), {seed: 1}))[0]!.verdict;
  expect([await verdict(true), await verdict(false)]).toEqual(["ok", "error"]);
});
