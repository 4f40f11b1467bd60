import {
  alternativesChart,
  baseRateChart,
  type Chart,
  type CutoffRole,
  calibrationChart,
  campaignStepChart,
  contactDaysChart,
  curvesChart,
  effectsChart,
  eliminationChart,
  experimentEffectsChart,
  forestChart,
  gainsChart,
  interactionChart,
  learningChart,
  liftBinsChart,
  liftChart,
  loveChart,
  modelsChart,
  moneyChart,
  overlapChart,
  precisionRecallChart,
  quadrantsChart,
  recencyChart,
  riskUpliftChart,
  rocChart,
  type SetsData,
  searchChart,
  setsChart,
  shapSummaryChart,
  signalChart,
  tocChart,
  tornadoChart,
  towardsChurnChart,
  upliftGroupsChart,
  volumeChart,
  waterfallChart,
} from "../../src/charts/index.ts";
import {samplingPoints} from "../../src/report/sampling.ts";
import type {Study} from "../../src/study.ts";

/** A customer's score from its parts. */
function fallOf(who: string, base: number, parts: readonly (readonly [string, number])[]) {
  let at = base;
  const steps = parts.map(([title, contribution]) => {
    const from = at;
    at += contribution;
    return {title, contribution, from, to: at};
  });
  const probability = (margin: number) => 1 / (1 + Math.exp(-margin));
  return waterfallChart({
    ...{who, base, steps, margin: at},
    ...{baseProbability: probability(base), probability: probability(at)},
  });
}

/** Months in a row from January of `year`, written YYYY-MM. */
export const monthsFrom = (year: number, n: number): string[] =>
  Array.from({length: n}, (_, i) => `${year + Math.floor(i / 12)}-${String((i % 12) + 1).padStart(2, "0")}`);

const FRACTIONS = [0.01, 0.05, ...Array.from({length: 10}, (_, i) => (i + 1) / 10)];
const LONG = "Gradient boosting with a very long descriptive name, 40 features";
const gainOf = (fraction: number, power: number, base: number) =>
  Math.min(fraction / base, 1 - (1 - fraction) ** power);

function curves(names: readonly string[], base: number) {
  const models = names.map((name, i) => {
    const power = Math.max(1, 3.6 - 0.8 * i);
    const points = FRACTIONS.map(fraction => {
      const gain = gainOf(fraction, power, base);
      const lift = gain / fraction;
      return {fraction, gain, lift};
    });
    return {name, points};
  });
  const ceiling = [...FRACTIONS, base]
    .sort((a, b) => a - b)
    .map(fraction => ({
      fraction,
      gain: Math.min(1, fraction / base),
      lift: Math.min(1 / base, 1 / fraction),
    }));
  const lifts = models.map(({name, points}, i) => ({
    name,
    points: points.map(({fraction, lift}) =>
      i === 0 ? {fraction, lift, low: lift * 0.9, high: lift * 1.1} : {fraction, lift},
    ),
  }));
  const gains = models.map(({name, points}, i) => ({
    name,
    points: points.map(({fraction, gain}) =>
      i === 0 ? {fraction, gain, low: gain * 0.9, high: Math.min(1, gain * 1.1)} : {fraction, gain},
    ),
  }));
  return {lifts, gains, ceiling};
}

/** ROC and precision-recall curves of models whose true positive rate is a power of the false positive rate. */
function rocOf(names: readonly string[], base: number, contacted?: number) {
  const rates = Array.from({length: 41}, (_, i) => i / 40);
  const models = names.map((name, i) => {
    const points = rates.map(rate => ({falsePositiveRate: rate, truePositiveRate: rate ** (0.25 + 0.2 * i)}));
    return {name, auc: 1 / (1.25 + 0.2 * i), points};
  });
  const at = models[0]!.points[contacted && contacted > 0.5 ? 25 : 4]!;
  const precision = (x: number, t: number): number => (t * base) / (t * base + x * (1 - base));
  const other = precision(at.falsePositiveRate, at.truePositiveRate);
  return [
    rocChart({
      models,
      ...(contacted ? {capacity: {contacted, recall: at.truePositiveRate, other: at.falsePositiveRate}} : {}),
    }),
    precisionRecallChart({
      models: models.map(({name, points}) => ({
        name,
        averagePrecision: 0.4,
        points: points.slice(1).map(({falsePositiveRate: x, truePositiveRate: recall}) => ({
          recall,
          precision: precision(x, recall),
        })),
      })),
      baseRate: base,
      ...(contacted ? {capacity: {contacted, recall: at.truePositiveRate, other}} : {}),
    }),
  ] as const;
}

const [roc, precisionRecall] = rocOf(["ml-xgboost", "logistic", "recency"], 0.16, 0.1);
const [rocCommon, precisionRecallCommon] = rocOf(["ml-xgboost", LONG], 0.65, 0.7);
const [rocOne, precisionRecallOne] = rocOf(["logistic"], 0.02);
const four = curves(["ml-xgboost", "logistic", "recency", "dummy"], 0.16);
const rare = curves(["ml-xgboost", "logistic"], 0.02);
const common = curves([LONG, "Recency heuristic: days since the last purchase"], 0.65);
const one = curves(["logistic"], 0.16);

const SETS = [
  {name: "train", share: 0.7},
  {name: "tune", share: 0.075},
  {name: "calibrate", share: 0.075},
  {name: "test", share: 0.15},
];
const setsOf = (
  [train, embargo, test, open = 0]: readonly number[],
  {sets = SETS, ...more}: Partial<SetsData> = {},
) => {
  const roles = [
    ...Array<CutoffRole>(train!).fill("train"),
    ...Array<CutoffRole>(embargo!).fill("embargo"),
    ...Array<CutoffRole>(test!).fill("test"),
    ...Array<CutoffRole>(open).fill("open"),
  ];
  const months = monthsFrom(2025, roles.length);
  const cutoffs = months.map((cutoff, i) => ({cutoff, role: roles[i]!}));
  return setsChart({sets, cutoffs, testFrom: months[train! + embargo!]!, ...more});
};

const binsOf = (lifts: readonly number[], base: number, bounds = true) =>
  liftBinsChart({
    bins: lifts.map((lift, i) => ({
      bin: i + 1,
      lift,
      ...(bounds ? {low: lift * 0.85, high: lift * 1.15} : {}),
      perfect: Math.max(0, Math.min(1, (base - i / 10) * 10)) / base,
    })),
  });

const calibrationOf = (top: number) =>
  calibrationChart({
    points: Array.from({length: 10}, (_, i) => {
      const predicted = ((i + 0.5) / 10) * top;
      const observed = Math.min(1, Math.max(0, predicted + ((i % 3) - 1) * 0.04 * top));
      const half = 0.06 * top;
      return {
        predicted,
        observed,
        low: Math.max(0, observed - half),
        high: Math.min(1, observed + half),
        n: 800 + i,
      };
    }),
  });

const moneyOf = (scale: number, capacity: number, currency: string) =>
  moneyChart({
    points: Array.from({length: 21}, (_, i) => {
      const fraction = i / 20;
      const expected = scale * (1 - (1 - fraction) ** 3 - 1.1 * fraction) + 0;
      const half = Math.abs(scale) * 0.2 * Math.sqrt(fraction);
      return {fraction, expected, low: expected - half + 0, high: expected + half};
    }),
    capacity,
    currency,
  });

const weeks = Array.from({length: 60}, (_, i) => {
  const day = 5 + 7 * i;
  return new Date(Date.UTC(2024, 7, day)).toISOString().slice(0, 10);
});
const wave = (n: number, level: number) =>
  Array.from({length: n}, (_, i) => Math.round(level * (1 + (i % 7) / 9)));
const cutoffs = monthsFrom(2025, 16);

const tenths = Array.from({length: 10}, (_, k) => k + 1);
const around = (value: number, half: number) => ({value, low: value - half, high: value + half});
const riskUplift = (scale: number) =>
  [0, ...tenths].map(k => {
    const f = k / 10;
    return {
      fraction: f,
      uplift: around(scale * (600 * f * (1.6 - f)), scale * 90 * f),
      risk: around(scale * (360 * f + 60 * f * (1 - f)), scale * 100 * f),
      random: around(scale * 360 * f, scale * 60 * f),
      overRisk: around(scale * 540 * f * (1 - f), scale * 70 * f * (1 - f)),
    };
  });

/** Every chart with plain, scarce, extreme and long-named data, by a name fit for ids. */
export const examples: Readonly<Record<string, Chart>> = {
  "uplift-groups": upliftGroupsChart({
    groups: tenths.map(k => ({group: k, uplift: around(0.12 - 0.02 * k, 0.04)})),
    average: 0.01,
    outcome: "kept",
  }),
  "uplift-groups-one": upliftGroupsChart({
    groups: [{group: 1, uplift: around(0, 0)}],
    average: 0,
    outcome: "kept",
  }),
  "experiment-effects": experimentEffectsChart({
    effects: [
      {treatment: "mail", where: "target", gain: around(0.061, 0.024), crossed: true},
      {
        treatment: "call by the service centre with an offer",
        where: "target",
        gain: around(0.012, 0.05),
        crossed: false,
      },
      {treatment: "mail", where: "outside", gain: around(0.004, 0.01), crossed: false},
      {
        treatment: "call by the service centre with an offer",
        where: "outside",
        gain: around(-0.02, 0.03),
        crossed: false,
      },
    ],
    metric: {name: "churned", kind: "proportion", better: "lower"},
    ...{level: 0.95, settled: true},
  }),
  "experiment-effects-one": experimentEffectsChart({
    effects: [{treatment: "contact", where: "target", gain: around(-3.1, 2), crossed: true}],
    metric: {name: "spend", kind: "mean", better: "higher"},
    ...{level: 0.9706, settled: false},
  }),
  "experiment-effects-nothing": experimentEffectsChart({
    effects: [{treatment: "contact", where: "target", gain: around(0, 0), crossed: false}],
    metric: {name: "visited the shop again", kind: "proportion", better: "higher"},
    ...{level: 0.95, settled: true},
  }),
  toc: tocChart({
    points: tenths.map(k => ({fraction: k / 10, ...around(0.1 - k / 100, 0.03 - 0.003 * k)})),
    outcome: "kept",
  }),
  "risk-uplift": riskUpliftChart({points: riskUplift(1), capacity: 0.2}),
  "risk-uplift-money": riskUpliftChart({points: riskUplift(180), capacity: 0.9, currency: "EUR"}),
  "risk-uplift-short": riskUpliftChart({points: riskUplift(1).slice(0, 4), capacity: 0.1}),
  "risk-uplift-nothing": riskUpliftChart({points: riskUplift(0), capacity: 0.1}),
  love: loveChart({
    methods: ["as they were", "weighted", "matched", "matched with a caliper"],
    of: 61,
    rows: [
      "Days since the last order",
      "Orders in the last year",
      "Country = Switzerland",
      "Age missing",
    ].map((name, i) => ({name, smd: [1.1 / (i + 1), -0.05 * i, 0.12 + 0.05 * i, i === 3 ? null : 0.02]})),
  }),
  "love-infinite": loveChart({
    methods: ["as they were", "weighted"],
    rows: [{name: LONG, smd: [Number.NEGATIVE_INFINITY, 0]}],
  }),
  "love-before": loveChart({methods: ["as they were"], rows: [{name: "Visits", smd: [0.02]}]}),
  overlap: overlapChart({
    bins: Array.from({length: 20}, (_, k) => ({
      ...{from: k / 20, to: (k + 1) / 20},
      treated: (k + 1) / 210,
      control: (20 - k) / 210,
    })),
    ...{kept: {low: 0.1, high: 0.9}, trimmed: 0.14, unlike: 0.31},
  }),
  "overlap-one": overlapChart({
    bins: Array.from({length: 20}, (_, k) => ({
      ...{from: k / 20, to: (k + 1) / 20},
      treated: k === 9 ? 1 : 0,
      control: k === 10 ? 1 : 0,
    })),
    ...{kept: {low: 0.1, high: 0.9}, trimmed: 0, unlike: 0},
  }),
  forest: forestChart({
    effect: "Earnings in 1978, dollars",
    digits: 0,
    rows: [
      {name: "Plain difference", value: -15205, low: -17468, high: -12941, told: false},
      {name: "Doubly robust, average of everybody", value: -139028, low: -413838, high: 135781, told: false},
      {name: "Matching with a caliper", value: 1100, low: -900, high: 3100, told: false},
      {name: "Doubly robust, ATT", value: 1900, low: 300, high: 3500, told: true},
    ],
    experiment: {name: "the experiment", value: 1794.34},
  }),
  "forest-one": forestChart({
    effect: "Kept by contact, percentage points",
    rows: [{name: LONG, value: 0, low: 0, high: 0, told: true}],
  }),
  quadrants: quadrantsChart({
    of: 2775,
    rows: Array.from({length: 300}, (_, i) => {
      const uplift = 0.05 * Math.sin(i) + 0.03;
      const risk = (i + 0.5) / 300;
      const quiet = risk < 0.5 ? "sure thing" : "lost cause";
      const segment = uplift >= 0.02 ? "persuadable" : uplift <= -0.02 ? "sleeping dog" : quiet;
      return {...{risk, uplift, segment}, sd: 0.02 + 0.02 * Math.cos(i / 7) ** 2} as const;
    }),
  }),
  "quadrants-one": quadrantsChart({of: 1, rows: [{risk: 0.2, uplift: 0.6, sd: 0, segment: "persuadable"}]}),
  "base-rate": baseRateChart({
    cutoffs,
    series: [
      {name: "within 3 months", rates: cutoffs.map((_, i) => 0.16 + 0.02 * Math.sin(i))},
      {
        name: "in the third month",
        rates: cutoffs.map((_, i) => (i > 13 ? null : 0.045 + 0.008 * Math.cos(i))),
      },
      {name: "silent for 3 months", rates: cutoffs.map((_, i) => 0.15 + 0.02 * Math.cos(i))},
    ],
  }),
  "base-rate-one-cutoff": baseRateChart({
    cutoffs: ["2025-01-01"],
    series: [{name: "within", rates: [0.032]}],
  }),
  "base-rate-extremes": baseRateChart({
    cutoffs,
    series: [
      {name: "within", rates: cutoffs.map((_, i) => (i === 5 ? null : i / 15))},
      {name: "silent", rates: cutoffs.map(() => 0)},
      {name: "in", rates: cutoffs.map(() => null)},
    ],
  }),
  "base-rate-months": baseRateChart({
    cutoffs: cutoffs.slice(0, 4),
    series: [
      {name: "WITHIN", rates: [0.6, 0.55, 0.58, null]},
      {name: "SILENT", rates: [0.7, 0.65, 0.64, null]},
    ],
    ...{merged: 89, fewerThan: 30},
  }),
  sets: setsOf([11, 3, 2]),
  "sets-five": setsOf([1, 3, 1]),
  "sets-many": setsOf([26, 3, 1]),
  "sets-open": setsOf([11, 3, 1, 2], {
    group: "store",
    sets: [
      {name: "train", share: 0.703},
      {name: "tune", share: 0.0712},
      {name: "calibrate", share: 0.0758},
      {name: "test", share: 0.15},
    ],
  }),
  "sets-merged": setsOf([5, 2, 3], {merged: {train: 52, embargo: 12, test: 20, open: 0}}),
  lift: liftChart({models: four.lifts, ceiling: four.ceiling, capacity: 0.1}),
  "lift-rare": liftChart({models: rare.lifts, ceiling: rare.ceiling, capacity: 0.05}),
  "lift-common": liftChart({models: common.lifts, ceiling: common.ceiling, capacity: 0.7}),
  "lift-one": liftChart({models: one.lifts, ceiling: one.ceiling}),
  gains: gainsChart({models: four.gains, ceiling: four.ceiling, capacity: 0.1}),
  "gains-common": gainsChart({models: common.gains, ceiling: common.ceiling, capacity: 0.8}),
  "gains-one": gainsChart({models: one.gains, ceiling: one.ceiling}),
  bins: binsOf([3.2, 2.1, 1.4, 1, 0.8, 0.6, 0.4, 0.3, 0.1, 0], 0.16),
  "bins-common": binsOf([1.5, 1.45, 1.4, 1.3, 1.2, 1, 0.8, 0.6, 0.5, 0.25], 0.65),
  "bins-plain": binsOf([3.2, 2.1], 0.16, false),
  roc,
  "roc-common": rocCommon,
  "roc-one": rocOne,
  "precision-recall": precisionRecall,
  "precision-recall-common": precisionRecallCommon,
  "precision-recall-one": precisionRecallOne,
  calibration: calibrationOf(1),
  "calibration-low": calibrationOf(0.08),
  models: modelsChart({
    metric: "AUC, test customers at later cutoffs",
    rows: [
      {name: "ml-xgboost", value: 0.81, low: 0.79, high: 0.83, chosen: true},
      {name: "logistic", value: 0.8, low: 0.78, high: 0.82, chosen: false},
      {name: "recency", value: 0.71, low: 0.69, high: 0.74, chosen: false},
      {name: "dummy", value: 0.5, low: 0.5, high: 0.5, chosen: false},
    ],
    reference: {name: "random", value: 0.5},
  }),
  "models-one": modelsChart({
    metric: "Lift at 10% contacted",
    rows: [{name: LONG, value: 3.2, low: 2.8, high: 3.6, chosen: true}],
    reference: {name: "highest possible", value: 6.25},
  }),
  "models-same": modelsChart({
    metric: "AUC",
    rows: [
      {name: "dummy", value: 0.5, low: 0.5, high: 0.5, chosen: true},
      {name: "dummy", value: 0.5, low: 0.5, high: 0.5, chosen: false},
    ],
  }),
  recency: recencyChart({
    rows: [
      {month: "0 to 30 days", share: 0.62, rate: 0.11},
      {month: "31 to 60 days", share: 0.27, rate: 0.2},
      {month: "61 to 90 days", share: 0.11, rate: 0.35},
    ],
  }),
  "recency-extremes": recencyChart({
    rows: [1, 2, 3, 4, 5, 6].map(month => ({month: `month ${month}`, share: month === 1 ? 1 : 0, rate: 0})),
  }),
  volume: volumeChart({
    periods: weeks,
    series: [
      {type: "purchase", counts: wave(60, 4200)},
      {type: "visit", counts: wave(60, 31_000)},
      {type: "support ticket opened by the customer", counts: wave(60, 0)},
    ],
  }),
  "volume-two-weeks": volumeChart({
    periods: weeks.slice(0, 2),
    series: [{type: "purchase", counts: [120, 0]}],
  }),
  money: moneyOf(52_000, 0.1, "EUR"),
  learning: learningChart({
    places: ["1/8", "1/4", "1/2", "all"],
    series: [
      {name: "Fewer customers", values: [null, 0.79, 0.82, 0.84]},
      {name: "Less history", values: [0.8, 0.81, 0.835, 0.84]},
    ],
  }),
  tornado: tornadoChart({
    fraction: 0.14,
    currency: "EUR",
    rows: [
      {
        name: "Share of would-be churners the offer keeps",
        ends: [
          {label: "12%", fraction: 0.02, value: 120},
          {label: "28%", fraction: 0.31, value: 9400},
        ],
      },
      {
        name: "Cost of the offer",
        ends: [
          {label: "EUR 14", fraction: 0.16, value: 5300},
          {label: "EUR 6.25", fraction: 0.16, value: 6300},
        ],
      },
      {
        name: "Which customers happened to be there",
        ends: [
          {label: "low draw", fraction: 0, value: 0},
          {label: "high draw", fraction: 1, value: 60_000},
        ],
      },
    ],
  }),
  "money-loss": moneyOf(-2_500_000, 0.6, "CHF"),
  alternatives: alternativesChart({
    target: "WITHIN",
    rows: [
      {days: 30, baseRate: 0.96, structuralZeros: 0, recencyAuc: 0.62},
      {days: 60, baseRate: 0.71, structuralZeros: 0, recencyAuc: 0.74},
      {days: 120, baseRate: 0.33, structuralZeros: 0.34, recencyAuc: 0.41},
      {days: 365, baseRate: 0, structuralZeros: 1, recencyAuc: null},
    ],
  }),
  "alternatives-silent": alternativesChart({
    target: "SILENT",
    rows: [
      {days: 30, baseRate: 0.46, structuralZeros: null, recencyAuc: 0.62},
      {days: 60, baseRate: 0.51, structuralZeros: null, recencyAuc: 0.74},
    ],
  }),
  "models-narrow": modelsChart({
    metric: samplingPoints(
      {rows: 0, customers: 0, observed: 0, capacity: 0.1, schemes: []},
      {kind: "ml-xgboost", study: {} as Study},
    ).metric,
    rows: [
      {name: "Known customers, same months", value: 0.7563, low: 0.7548, high: 0.7576, chosen: false},
      {name: "New customers, later months", value: 0.742, low: 0.735, high: 0.749, chosen: false},
      {name: "Exact", value: 0.99951, low: 0.99942, high: 0.99968, chosen: true},
    ],
  }),
  "models-ends": modelsChart({
    metric: "ROC AUC of a feature alone, training customers where it is known",
    rows: Array.from({length: 12}, (_, i) => ({
      name: i % 3 === 0 ? `Purchases in the last ${30 * (i + 1)} days against the own usual` : `Feature ${i}`,
      ...{value: 0.3 + 0.035 * i, low: 0.28 + 0.035 * i, high: 0.33 + 0.035 * i, chosen: false},
    })),
    reference: {name: "chance", value: 0.5},
    ends: {low: "more of it, less churn", high: "more of it, more churn"},
  }),
  signal: signalChart({
    months: [1, 2, 3, 4, 5, 6],
    series: [
      {name: "Visits", values: [0.3, 0.5, 0.7, 0.85, 1, 1.02]},
      {name: "Purchases in the shop and elsewhere", values: [0.32, 0.6, 0.8, 0.9, 1.1, 1]},
      {name: "Support tickets", values: [2.3, 1.8, 1.1, 1, 0.9, 1]},
    ],
  }),
  towards: towardsChurnChart({
    months: [1, 2, 3, 4, 5, 6],
    churners: [310, 280, 260, 240, 250, 230],
    series: [
      {name: "WITHIN", values: [0.86, 0.78, 0.72, 0.66, 0.63, 0.6]},
      {name: "IN", values: [0.55, 0.63, 0.74, 0.69, 0.64, 0.61]},
      {name: "SILENT", values: [0.84, 0.77, 0.71, 0.66, 0.62, 0.6]},
    ],
  }),
  "towards-low": towardsChurnChart({
    months: [1, 2, 3, 4, 5, 6],
    churners: [310, 280, 260, 240, 250, 230],
    series: [
      {name: "WITHIN", values: [0.95, 0.83, 0.72, 0.66, 0.63, 0.6]},
      {name: "IN", values: [0.15, 0.33, 0.78, 0.69, 0.6, 0.58]},
      {name: "SILENT", values: [0.9, 0.8, 0.71, 0.66, 0.62, 0.6]},
    ],
    remark: "By design IN ranks those low who churn before its month",
  }),
  "towards-one": towardsChurnChart({
    months: [2, 1],
    churners: [4, 0],
    series: [{name: "WITHIN", values: [0.41, null]}],
  }),
  search: searchChart({
    metric: "ROC AUC on the tuning customers",
    rungs: ["1/9 of the training customers", "1/3 of the training customers", "all training customers"],
    settings: Array.from({length: 20}, (_, i) => ({
      values: [0.7 + 0.004 * i, i > 13 || i === 0 ? 0.74 + 0.001 * i : null, i > 17 || i === 0 ? 0.81 : null],
      role: i === 19 ? ("chosen" as const) : i === 0 ? ("default" as const) : ("other" as const),
    })),
  }),
  "search-one": searchChart({
    metric: "ROC AUC on the tuning customers",
    rungs: ["all training customers"],
    settings: [{values: [0.81], role: "chosen"}],
  }),
  "signal-one": signalChart({months: [3, 2, 1], series: [{name: "Visits", values: [null, 0.6, 0.4]}]}),
  waterfall: fallOf("Customer A", -2.1, [
    ["Recency of purchases", 0.92],
    ["Trend and change of visits", 0.61],
    ["Frequency of renewals", -0.44],
    ["Amounts of purchases", 0.31],
    ["Mix of email opens or e-mails that were never opened at all", 0.2],
    ["Time since the first join", -0.12],
    ["Everything else", 0.05],
  ]),
  "waterfall-down": fallOf("Customer B", 1.5, [
    ["Recency of purchases", -4.25],
    ["Frequency of purchases", 0],
  ]),
  "waterfall-none": fallOf("Customer D", -1, []),
  "waterfall-flat": fallOf("Customer C", 0, [["Everything else", 0]]),
  "shap-summary": shapSummaryChart({
    rows: 812,
    signals: Array.from({length: 12}, (_, i) => ({
      title: i === 1 ? LONG : `Orders in the last ${30 * (i + 1)} days`,
      meanAbsolute: 0.6 / (i + 1),
      direction: i === 2 ? 0 : i % 2 === 0 ? -1 : 1,
      cells: Array.from({length: 9}, (__, k) => ({
        value: (0.6 / (i + 1)) * (k / 4 - 1),
        rows: 10 + 20 * (4 - Math.abs(k - 4)),
        level: i === 2 ? null : k / 8,
      })),
    })),
  }),
  "shap-summary-one": shapSummaryChart({
    rows: 1,
    signals: [{title: "Visits", meanAbsolute: 0, direction: 0, cells: [{value: 0, rows: 1, level: null}]}],
  }),
  effects: effectsChart({
    signals: [LONG, "Days since the last visit", "Usual size of an order"].map((title, i) => ({
      ...{title, unit: i === 2 ? "EUR" : "days", edges: [0, 3.5, 10, 40 + 3000 * i]},
      ...{local: [-0.4, -0.1, 0.2, 0.6], partial: [-0.8, -0.1, 0.1, 1.4 - i]},
    })),
  }),
  "effects-one": effectsChart({
    signals: [{title: "Visits", unit: "visits", edges: [0, 1], local: [0, 0], partial: [0, 0]}],
  }),
  curves: curvesChart({
    ...{signal: "Days since the last order", unit: "days", edges: [0, 5, 30, 90]},
    curves: Array.from({length: 12}, (_, i) => [0, 0.1 * i, 0.2 * i - 0.5, 0.1 * i]),
  }),
  interaction: interactionChart({
    ...{first: "Days since joining", second: "Orders in the last year"},
    places: ["up to 90", "90 to 365", "above 365"],
    series: [
      {name: "up to 3", values: [-0.2, 0.1, 0.3]},
      {name: "3 to 9", values: [0, null, 0.02]},
      {name: "above 9", values: [0.2, -0.1, -0.3]},
    ],
  }),
  elimination: eliminationChart({
    steps: [27, 22, 18, 15, 12, 10, 8, 7, 6, 5, 4, 3, 2, 1].map((features, k) => ({
      features,
      auc: 0.79 - 0.0008 * (k - 3) ** 2,
      standardError: 0.009,
    })),
    ...{best: 3, fewest: 6},
  }),
  "elimination-one": eliminationChart({
    steps: [{features: 1, auc: 0.6, standardError: 0.01}],
    ...{best: 0, fewest: 0},
  }),
  "campaign-step": campaignStepChart({
    step: "churned",
    groups: [
      "high risk, contacted",
      "high risk, left alone",
      "others, contacted at random",
      "others, left alone",
    ].map((name, i) => ({name, shares: Array.from({length: 91}, (_, d) => (0.002 - 0.0004 * i) * d)})),
  }),
  "campaign-step-two": campaignStepChart({
    step: "sent a message",
    groups: [
      {name: "contacted", shares: new Array<number>(30).fill(1)},
      {name: "left alone", shares: new Array<number>(30).fill(0)},
    ],
  }),
  "campaign-step-day": campaignStepChart({
    step: "sent a message",
    groups: [{name: "contacted", shares: [0]}],
  }),
  "contact-days": contactDaysChart({
    days: Array.from({length: 28}, (_, i) => new Date(Date.UTC(2026, 6, 15 + i)).toISOString().slice(0, 10)),
    customers: Array.from({length: 28}, (_, i) => (i * 37) % 200),
  }),
  "contact-days-one": contactDaysChart({days: ["2026-07-15"], customers: [7]}),
};
