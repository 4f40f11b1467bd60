import {readFileSync} from "node:fs";
import {createRequire} from "node:module";
import {Ajv} from "ajv";
import {expect, test} from "vitest";
import {chartSvg} from "../../src/bin/chart-svg.ts";
import {measure} from "../../src/bin/fonts.ts";
import {
  alternativesChart,
  baseRateChart,
  type Chart,
  calibrationChart,
  chartTable,
  gainsChart,
  liftBinsChart,
  liftChart,
  modelsChart,
  moneyChart,
  recencyChart,
  searchChart,
  setsChart,
  signalChart,
  volumeChart,
} from "../../src/charts/index.ts";
import {renderSvg} from "../../src/charts/svg.ts";
import {FONT_SIZE, WIDTH} from "../../src/charts/theme.ts";
import {checkEvidence} from "../../src/ledger/evidence.ts";
import {textBoxes} from "./boxes.ts";
import {examples} from "./examples.ts";

const cases: [string, Chart][] = Object.entries(examples);
const require = createRequire(import.meta.url);

test("every chart's spec is valid Vega-Lite and compiles without a warning", async () => {
  const schema = JSON.parse(
    readFileSync(require.resolve("vega-lite/vega-lite-schema.json"), "utf8"),
  ) as object;
  const valid = new Ajv({strict: false, validateFormats: false}).compile(schema);
  for (const [name, chart] of cases) {
    expect([name, valid(chart.spec), valid.errors?.[0]?.message]).toEqual([name, true, undefined]);
    const warnings: string[] = [];
    await renderSvg(chart.spec, {name, measure, warn: message => warnings.push(message)});
    expect([name, warnings]).toEqual([name, []]);
  }
});

test("every chart is evidence: finite, with a title, and its numbers as a table of full rows", () => {
  for (const [name, chart] of cases) {
    checkEvidence("a.chart", chart);
    expect(chart.title).not.toBe("");
    expect(chart.description).toMatch(/\.$/);
    expect(`${chart.description} ${JSON.stringify(chart.spec)}`).not.toMatch(/NaN|undefined|Infinity/);
    const table = chartTable(chart)!;
    expect(table.rows.length, name).toBeGreaterThan(0);
    for (const row of table.rows) expect(row.length, name).toBe(table.columns.length);
    expect(JSON.parse(JSON.stringify(chart))).toEqual(chart);
  }
});

test.each(cases)(
  "chartSvg(%s) has all text inside the picture, and none over another",
  async (name, chart) => {
    const svg = await chartSvg(chart, {name});
    const [, width, height] = svg.match(/viewBox="0 0 (\S+) (\S+)"/)!.map(Number);
    expect(width).toBeGreaterThan(WIDTH - 25);
    expect(width).toBeLessThanOrEqual(WIDTH + 4);
    const boxes = textBoxes(svg, measure);
    expect(boxes.length).toBeGreaterThan(3);
    const outside = boxes.filter(
      b => b.left < -0.5 || b.right > width! + 0.5 || b.top < -0.5 || b.bottom > height! + 2,
    );
    expect(outside).toEqual([]);
    const over = boxes.flatMap((a, i) =>
      boxes
        .slice(i + 1)
        // The same text twice at one place is text over its own outline.
        .filter(b => !(a.text === b.text && a.left === b.left && a.top === b.top))
        .filter(
          b =>
            a.left < b.right - 0.5 &&
            b.left < a.right - 0.5 &&
            a.top < b.bottom - 0.5 &&
            b.top < a.bottom - 0.5,
        )
        .map(b => [a, b]),
    );
    expect(over).toEqual([]);
  },
);

test("no chart has a time scale, a link or a style attribute", async () => {
  for (const [name, chart] of cases) {
    expect(JSON.stringify(chart.spec)).not.toContain('"temporal"');
    expect(await chartSvg(chart, {name})).not.toMatch(/ style=|href|<script|<image/);
  }
});

test("liftChart(data) describes the lift at the capacity, its bounds and the highest possible", () => {
  const chart = liftChart({
    models: [
      {
        name: "boost",
        points: [
          {fraction: 0.1, lift: 2.61, low: 2.2, high: 3.04},
          {fraction: 1, lift: 1},
        ],
      },
      {
        name: "recency",
        points: [
          {fraction: 0.05, lift: 2},
          {fraction: 0.15, lift: 1.8},
        ],
      },
    ],
    ceiling: [{fraction: 0.1, lift: 6.25}],
    capacity: 0.1,
  });
  expect(chart.description).toBe(
    "Lift over a random choice by share of customers contacted, for 2 models. With 10% contacted, " +
      "boost reaches 2.6 (2.2 to 3.0), recency reaches 1.9 and the highest possible is 6.3.",
  );
});

test("gainsChart(data) describes the share of churners found", () => {
  const chart = gainsChart({
    models: [
      {
        name: "boost",
        points: [
          {fraction: 0.2, gain: 0.5},
          {fraction: 1, gain: 1},
        ],
      },
    ],
    ceiling: [{fraction: 0.2, gain: 1}],
    capacity: 0.2,
  });
  expect(chart.description).toContain("boost reaches 50% and the highest possible is 100%");
  expect(chartTable(chart)!.rows.find(row => row[0] === 0.2)).toEqual([0.2, 0.5, 1]);
});

test("the other charts describe their findings with numbers", () => {
  const say = (name: string) => examples[name]!.description;
  expect(say("base-rate-one-cutoff")).toBe("Share of positives in Jan 2025: within is 3.2%.");
  expect(say("base-rate-extremes")).toContain("in is not known at any cutoff");
  expect(say("sets")).toContain("train 70%, tune 7.5%, calibrate 7.5% and test 15%");
  expect(say("sets")).toContain("learns at 11 cutoffs, 3 cutoffs are left out as an embargo");
  expect(say("sets")).toContain("2 cutoffs from Mar 2026");
  expect(say("bins")).toContain("riskiest bin holds 3.2 (2.7 to 3.7) times");
  expect(say("calibration")).toContain("8\u2009045 rows (customers at a cutoff) in 10 groups");
  expect(say("models")).toContain("ml-xgboost, the model in use, 0.81 (0.79 to 0.83)");
  expect(say("recency")).toContain("62% of all churners fall in 0 to 30 days");
  expect(say("volume-two-weeks")).toContain("purchase 120 (0 to 120 a week, 1 without any)");
  expect(say("money-loss")).toContain("CHF \u2212690\u2009000");
  expect(say("alternatives")).toContain(
    "120 days: 33% WITHIN positives, 34% cannot churn in the horizon, ROC AUC of recency alone 0.41",
  );
  expect(say("search")).toContain("1/3 of the training customers, 7 settings from 0.740 to 0.759; all");
  expect(say("search")).toContain("The setting in use reaches 0.810, the default setting 0.810 where it was");
  expect(say("search-one")).toBe("The default setting, not searched: ROC AUC on the tuning customers 0.810.");
  expect(say("signal")).toContain("Visits goes from 1.02 at month 6 to 0.30 at month 1");
});

test("chartOf({caption}) breaks a caption that is wider than the picture into lines of its width", () => {
  for (const [name, chart] of cases)
    for (const line of [(chart.spec.title as {text?: string | string[]} | undefined)?.text ?? []].flat())
      expect(measure(line, {size: FONT_SIZE, bold: false}), `${name}: ${line}`).toBeLessThanOrEqual(WIDTH);
  expect((examples["models-narrow"]!.spec.title as {text: string[]}).text.join(" ")).toMatch(
    /second engine, test customers$/,
  );
});

test("modelsChart({rows}) shows as many digits as keep the bounds of an interval apart", () => {
  const say = (value: number, low: number, high: number) =>
    modelsChart({metric: "ROC AUC", rows: [{name: "a", value, low, high, chosen: true}]}).description;
  expect(say(0.76, 0.71, 0.81)).toContain("0.76 (0.71 to 0.81)");
  expect(say(0.756, 0.7547, 0.7576)).toContain("0.756 (0.755 to 0.758)");
  expect(say(0.75612, 0.75608, 0.75614)).toContain("0.75612 (0.75608 to 0.75614)");
  expect(say(31.04, 31.02, 31.03)).toContain("31.040 (31.020 to 31.030)");
  expect(say(0.5, 0.5, 0.5)).toContain("a, the model in use, 0.50.");
});

test("alternativesChart({target, rows}) marks traps, and has no panel of those who cannot be silent", () => {
  const text = (name: string) => JSON.stringify(examples[name]!.spec);
  expect(text("alternatives")).toContain('"34% !"');
  expect(text("alternatives")).toContain("! = a trap: ");
  expect(text("alternatives-silent")).not.toMatch(/Cannot churn","in the horizon"|trap/);
  const slight = [{days: 60, baseRate: 0.5, structuralZeros: 0.002, recencyAuc: 0.7}];
  expect(JSON.stringify(alternativesChart({target: "WITHIN", rows: slight}).spec)).not.toContain("!");
});

test("chartSvg(chart, {ground}) paints the ground; without it the page shows through", async () => {
  const chart = examples["models-one"]!;
  expect(await chartSvg(chart, {ground: "#ffffff"})).toMatch(/<rect width="\d+" height="\d+" fill="#ffffff"/);
  expect(await chartSvg(chart)).not.toMatch(/<rect[^>]*fill="(#ffffff|white)"/);
});

test("a chart of nothing is refused, by name", () => {
  expect(() => baseRateChart({cutoffs: [], series: []})).toThrow(
    "baseRateChart requires at least one cutoff, got 0",
  );
  expect(() => setsChart({sets: [], cutoffs: [], testFrom: "2025-01"})).toThrow(RangeError);
  expect(() => liftChart({models: [], ceiling: []})).toThrow("liftChart requires at least one model, got 0");
  expect(() => gainsChart({models: [], ceiling: []})).toThrow(RangeError);
  expect(() => liftBinsChart({bins: []})).toThrow(RangeError);
  expect(() => calibrationChart({points: []})).toThrow(RangeError);
  expect(() => modelsChart({metric: "AUC", rows: []})).toThrow(RangeError);
  expect(() => recencyChart({rows: []})).toThrow(RangeError);
  expect(() => volumeChart({periods: [], series: []})).toThrow(RangeError);
  expect(() => moneyChart({points: [], capacity: 0.1, currency: "EUR"})).toThrow(RangeError);
  expect(() => alternativesChart({target: "WITHIN", rows: []})).toThrow(RangeError);
  expect(() => searchChart({metric: "AUC", rungs: ["all"], settings: []})).toThrow(RangeError);
  expect(() => signalChart({months: [], series: []})).toThrow(RangeError);
});

test("setsChart({sets}) requires shares that sum to 1", () => {
  const sets = [
    {name: "train", share: 0.7},
    {name: "test", share: 0.2},
  ];
  expect(() => setsChart({sets, cutoffs: [{cutoff: "2025-01", role: "train"}], testFrom: "2025-02"})).toThrow(
    "setsChart requires shares that sum to 1",
  );
});
