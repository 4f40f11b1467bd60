import {createHash} from "node:crypto";
import type {CardInput} from "../../src/card/card.ts";
import {SECTIONS} from "../../src/card/sections.ts";
import {baseRateChart} from "../../src/charts/base-rate.ts";
import {calibrationChart} from "../../src/charts/calibration.ts";
import {gainsChart, liftChart} from "../../src/charts/curves.ts";
import {modelsChart} from "../../src/charts/models.ts";
import {moneyChart} from "../../src/charts/money.ts";
import {setsChart} from "../../src/charts/sets.ts";
import {tornadoChart} from "../../src/charts/tornado.ts";
import {volumeChart} from "../../src/charts/volume.ts";
import type {Evidence, EvidenceColumn, EvidenceValue, Scalar} from "../../src/ledger/evidence.ts";
import {whatIf} from "../../src/report/what-if.ts";
import {contract, defineStudy, every, months, type Study, triangular} from "../../src/study.ts";
import {judgedAt, learned} from "./campaign.ts";

/** A made-up study, its numbers invented to be plausible. */
export const study: Study = defineStudy({
  name: "demo-shop",
  title: "Who is about to leave the membership?",
  events: {
    from: "events.csv.gz",
    customer: "customer_id",
    time: "happened_at",
    type: "type",
    amount: "amount",
  },
  churn: contract({start: "join", renew: "renewal", end: "cancel", graceDays: 14}),
  cutoffs: every("month", {from: "2025-01", to: "2026-04"}),
  horizon: months(3),
  target: "within",
  activity: "visit",
  split: {salt: "demo-shop", testFrom: "2026-03"},
  features: [
    {name: "visits_30d", title: "Visits", unit: "visits", of: "visit", measure: "count", days: 30},
    {
      name: "recency_visit",
      title: "Days since the last visit",
      unit: "days",
      of: "visit",
      measure: "recency",
    },
  ],
  economics: {
    contactCost: 2,
    offerCost: 10,
    customerValue: triangular(120, 180, 260),
    offerWorks: triangular(0.1, 0.2, 0.3),
    capacity: 0.1,
  },
  framing: {
    goal: "Keep members",
    decides: "Head of CRM",
    acts: "CRM",
    success: "Fewer leave",
    stop: "No effect",
    limits: ["Reasons"],
  },
  card: {
    owner: "CRM analytics",
    contact: "crm-analytics@shop.example",
    purpose: "Choose whom to call each month",
    notFor: ["Prices"],
    operation: "Monthly",
    glossary: {Member: "A customer with a paid membership that has not ended."},
  },
});

const text = (words: string): EvidenceValue => ({kind: "text", text: words});
const list = (...items: string[]): EvidenceValue => ({kind: "list", items});
const col = (
  title: string,
  format: NonNullable<EvidenceColumn["format"]> = "text",
  more: Partial<EvidenceColumn> = {},
): EvidenceColumn => ({name: title.toLowerCase().replace(/\W+/g, "_"), title, format, ...more});
const table = (caption: string, columns: EvidenceColumn[], rows: Scalar[][]): EvidenceValue => ({
  kind: "table",
  caption,
  columns,
  rows,
});

const MODELS = ["XGBoost", "Logistic regression", "Recency alone", "Base rate"];
const CUTOFFS = Array.from(
  {length: 16},
  (_, i) => `${2025 + Math.floor(i / 12)}-${String((i % 12) + 1).padStart(2, "0")}`,
);
const SHARES = Array.from({length: 20}, (_, i) => (i + 1) / 20);
const LIFT_EXTRA = [1.9, 1.7, 0.95, 0];
const liftAt = (model: number, share: number): number => 1 + LIFT_EXTRA[model]! * (1 - share) ** 2;
const ceilingAt = (share: number): number => Math.min(1 / 0.118, 1 / share);
const bounded = (value: number, spread: number) => ({low: value * (1 - spread), high: value * (1 + spread)});

const worth = SHARES.map(fraction => {
  const expected = Math.round(52_000 * fraction - 95_000 * fraction * fraction + 50);
  return {fraction, expected, low: Math.round(expected * 0.55 - 900), high: Math.round(expected * 1.4 + 800)};
});

/** A picture that its author wrote by hand, without the library's charts. */
const handWritten: EvidenceValue = {
  kind: "chart",
  title: "The longer the silence that counts as leaving, the fewer leave",
  description: "Share of members counted as gone after 30, 60 and 90 days without a visit: 31%, 19% and 12%.",
  spec: {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    width: 400,
    height: 120,
    config: {font: "Noto Sans"},
    data: {
      values: [
        {days: "30", share_gone: 0.31},
        {days: "60", share_gone: 0.19},
        {days: "90", share_gone: 0.12},
      ],
    },
    mark: "bar",
    encoding: {
      y: {field: "days", type: "nominal", title: "Days without a visit"},
      x: {field: "share_gone", type: "quantitative", axis: {format: ".0%", title: null}},
    },
  },
};

const VALUES: Readonly<Record<string, EvidenceValue>> = {
  "decision.recommendation": text(
    "Each month, call the 10 % of members with the highest scores, about 310 people, and offer them a free month. " +
      "Keep one in five of them out, drawn at random, so that the next card can say what the offer does.",
  ),
  "decision.reached": {
    kind: "number",
    value: 0.263,
    unit: "of the churners, by contacting 10 % of the members",
    format: "percent",
    digits: 0,
    low: 0.221,
    high: 0.304,
    level: 0.95,
  },
  "decision.lift": {
    kind: "number",
    value: 2.63,
    unit: "times chance; the highest possible is 8.47",
    format: "decimal",
    digits: 1,
    low: 2.21,
    high: 3.04,
    level: 0.95,
  },
  "decision.value": {
    kind: "number",
    value: 4300,
    unit: "EUR a campaign",
    format: "money",
    low: 1400,
    high: 6900,
    level: 0.9,
  },
  "decision.chart": moneyChart({
    points: [{fraction: 0, expected: 0, low: 0, high: 0}, ...worth],
    capacity: 0.1,
    currency: "EUR",
  }),
  "decision.optimum": text(
    "Contacting 27 % of the members is expected to gain most; anything from 22 % to 33 % is nearly as good.",
  ),
  "decision.needed": text("Machine learning earns its keep here."),
  "decision.gains": table(
    "What one campaign by the model earns above another, in EUR",
    [col("Compared with"), col("Gain, low", "money"), col("Gain, expected", "money")],
    [
      ["Choosing at random", 4900, 6780],
      ["Recency alone", 300, 1450],
    ],
  ),
  "decision.sensitivity": tornadoChart({
    fraction: 0.27,
    currency: "EUR",
    rows: [
      {
        name: "Value of a member",
        ends: [
          {label: "EUR 140", fraction: 0.18, value: 4100},
          {label: "EUR 236", fraction: 0.38, value: 9800},
        ],
      },
    ],
  }),
  "decision.whatIf": whatIf(judgedAt(0.1, study), learned, study, 3110),
  "decision.table": table(
    "One monthly campaign by share contacted; money in EUR, low and high hold 90 % of what may come out",
    [
      col("Contacted", "percent", {digits: 0}),
      col("Members", "integer"),
      col("Would-be churners among them", "integer"),
      col("if chosen at random", "integer"),
      col("Highest possible lift", "decimal"),
      col("Value, low", "money"),
      col("Value, expected", "money"),
      col("Value, high", "money"),
      col("value if chosen at random", "money"),
    ],
    [
      [0.05, 155, 55, 18, 8.47, 800, 2460, 3900, -1240],
      [0.1, 311, 96, 37, 8.47, 1400, 4300, 6900, -2480],
      [0.2, 622, 161, 73, 5, 1900, 6500, 10_800, -4960],
      [0.3, 932, 205, 110, 3.33, 1200, 6800, 12_100, -7440],
    ],
  ),
  "decision.caveats": list(
    "That the offer keeps one in five of those who would leave is an assumption (10 % to 30 %), not a measurement; the value stands and falls with it.",
    "A high score says who is likely to leave, not who can be kept. Only the members left out at random will show that.",
    "The figures come from 466 members the model never saw, at two cutoffs; the intervals say how much that leaves open.",
  ),
  "framing.goal": text("Lose fewer paying members, without giving discounts to those who would stay anyway."),
  "framing.proxy": text(
    "The probability that a member’s contract ends within three months of the cutoff and is not renewed within 14 days.",
  ),
  "framing.decides": text("The head of CRM, in the monthly campaign meeting."),
  "framing.acts": text("The call centre, within the first week of the month."),
  "framing.success": text(
    "Among those called, three points fewer leave than among those left out at random, over two campaigns.",
  ),
  "framing.stop": text("No measurable difference after three campaigns, or a negative value at capacity."),
  "framing.value": table(
    "Value of one campaign at 10 %, by who is chosen",
    [
      col("Chosen"),
      col("Expected value", "money", {unit: "EUR"}),
      col("Low", "money", {unit: "EUR"}),
      col("High", "money", {unit: "EUR"}),
    ],
    [
      ["At random", -2480, -2900, -1800],
      ["By the model", 4300, 1400, 6900],
      ["By one who knows", 7450, 2700, 12_300],
    ],
  ),
  "framing.limits": list(
    "Why somebody leaves: the log holds what members do, not what they think.",
    "What competitors offer.",
    "Members who joined less than a month ago have too little history to be ranked.",
  ),
  "use.purpose": text("Choose, once a month, which members to call with a retention offer."),
  "use.notFor": list(
    "Setting prices or refusing service.",
    "Judging a single member: a score of 30 % is wrong seven times in ten.",
    "Members of the business tariff, who are not in the data.",
  ),
  "use.cadence": text(
    "On the first day of a month. In between, the calendar features are stale and scoring is refused.",
  ),
  "models.chosen": text(
    "XGBoost, 300 trees on 18 features, trained on 21\u2009412 rows. It was chosen on the tuning set, before the test set was opened.",
  ),
  "models.tried": table(
    "On test customers at the cutoffs of March and April 2026, with 95 % intervals",
    [
      col("Model"),
      col("AUC", "decimal", {digits: 3}),
      col("Low", "decimal", {digits: 3}),
      col("High", "decimal", {digits: 3}),
      col("Lift at 10 %", "decimal", {digits: 2}),
      col("Log loss", "decimal", {digits: 3}),
      col("In use"),
    ],
    [
      ["XGBoost", 0.781, 0.747, 0.812, 2.63, 0.316, "yes"],
      ["Logistic regression", 0.764, 0.729, 0.797, 2.48, 0.322, ""],
      ["Recency alone", 0.672, 0.633, 0.71, 1.84, null, ""],
      ["Base rate", 0.5, 0.5, 0.5, 1, 0.364, ""],
    ],
  ),
  "models.work": table(
    "Work is counted, not timed",
    [col("Model"), col("Settings tried", "integer"), col("Work", "decimal", {digits: 1}), col("The choice")],
    [
      ["XGBoost", 20, 512.4, "in use: the highest up for choice"],
      ["Logistic regression", 1, 6.1, "lower by 0.017"],
    ],
  ),
  "models.crossCheck": text(
    "Two engines fitted boosted trees; on the test rows the difference in AUC is 0.001 (\u22120.007 to 0.009).",
  ),
  "models.chart": modelsChart({
    metric: "AUC, test customers",
    rows: [
      {name: "XGBoost", value: 0.781, low: 0.747, high: 0.812, chosen: true},
      {name: "Logistic regression", value: 0.764, low: 0.729, high: 0.797, chosen: false},
      {name: "Recency alone", value: 0.672, low: 0.633, high: 0.71, chosen: false},
      {name: "Base rate", value: 0.5, low: 0.5, high: 0.5, chosen: false},
    ],
    reference: {name: "random", value: 0.5},
  }),
  "models.ceiling": text(
    "With 11.8 % leaving, no ranking can lift the first tenth above 8.5. From the calibrated probabilities, about 2.9 is within reach of these features: the model has nine tenths of that.",
  ),
  "lift.table": table(
    "Test customers in tenths, the riskiest first",
    [
      col("Tenth", "integer"),
      col("Members", "integer"),
      col("Left", "integer"),
      col("Rate", "percent"),
      col("Lift", "decimal"),
      col("Low", "decimal"),
      col("High", "decimal"),
    ],
    Array.from({length: 10}, (_, i) => {
      const lift = [2.63, 1.81, 1.4, 1.1, 0.86, 0.68, 0.55, 0.42, 0.33, 0.22][i]!;
      return [i + 1, 93, Math.round(93 * 0.118 * lift), 0.118 * lift, lift, lift * 0.8, lift * 1.22];
    }),
  ),
  "lift.chart": liftChart({
    models: MODELS.slice(0, 3).map((name, m) => ({
      name,
      points: SHARES.map(fraction => ({
        fraction,
        lift: liftAt(m, fraction),
        ...(m === 0 ? bounded(liftAt(m, fraction), 0.15 * (1 - fraction)) : {}),
      })),
    })),
    ceiling: SHARES.map(fraction => ({fraction, lift: ceilingAt(fraction)})),
    capacity: 0.1,
  }),
  "gains.chart": gainsChart({
    models: MODELS.slice(0, 3).map((name, m) => ({
      name,
      points: SHARES.map(fraction => ({fraction, gain: liftAt(m, fraction) * fraction})),
    })),
    ceiling: SHARES.map(fraction => ({fraction, gain: ceilingAt(fraction) * fraction})),
    capacity: 0.1,
  }),
  "lift.allCustomers": table(
    "All customers at the later cutoffs, half the standard error",
    [col("Model"), col("AUC", "decimal", {digits: 3}), col("Lift at 10 %", "decimal")],
    [
      ["XGBoost", 0.788, 2.71],
      ["Logistic regression", 0.769, 2.52],
    ],
  ),
  "calibration.method": text(
    "Isotonic regression on 2\u2009311 rows of the calibration set, chosen over Platt scaling and beta calibration by log loss in five folds of customers (0.318 against 0.321 and 0.319).",
  ),
  "calibration.chart": calibrationChart({
    points: Array.from({length: 10}, (_, i) => {
      const predicted = 0.02 + 0.038 * i;
      const observed = predicted * (1 + 0.09 * Math.sin(i * 2));
      return {predicted, observed, low: Math.max(0, observed - 0.03), high: observed + 0.035, n: 93};
    }),
  }),
  "models.subsample": {
    kind: "not-applicable",
    reason: "all training rows fit the engine’s limit",
    by: "CRM analytics",
  },
  "manage.operation": text(
    "One command scores all members in under a minute on a laptop. The CRM team runs it on the first of the month and reads the drift page before the list goes out.\n\nA member’s list entry carries the score, the tenth and the three strongest signals.",
  ),
  "manage.cadence": text(
    "Retrain every three months, or when the share of leavers in a tenth leaves its interval twice in a row.",
  ),
  "manage.work": table(
    "Work done, not time taken",
    [col("Step"), col("Amount", "integer"), col("Unit")],
    [
      ["Events read", 548_213, "rows"],
      ["Customer months built", 49_744, "rows"],
      ["Features", 18, "columns"],
      ["Trees grown", 300, "trees"],
      ["Bootstrap draws", 1000, "draws"],
    ],
  ),
  "manage.versions": table(
    "Programs that made this card",
    [col("Program"), col("Version")],
    [
      ["churnbook", "0.1.0"],
      ["Node", "24.21.0"],
      ["DuckDB", "1.5.6"],
      ["ml-xgboost", "1.1.2"],
    ],
  ),
  "data.snapshot": text(
    "548\u2009213 events of 6\u2009000 customers from 1 January 2024 to 14 July 2026, one file, exported from the shop’s warehouse.",
  ),
  "data.contract": table(
    "Checks on reading",
    [col("Check"), col("Rows", "integer"), col("Share", "percent", {digits: 2}), col("Verdict")],
    [
      ["Time cannot be read", 0, 0, "good"],
      ["Customer is blank", 12, 0.00002, "set aside"],
      ["Time after the last day", 0, 0, "good"],
      ["Exact duplicates", 214, 0.00039, "kept: two purchases a second apart are possible in this shop"],
      ["Days without an event", 0, 0, "good"],
    ],
  ),
  "data.quarantine": table(
    "Rows set aside, the first of each kind",
    [col("File"), col("Row", "integer"), col("Column"), col("Reason")],
    [["events.csv.gz", 10_233, "customer_id", "blank"]],
  ),
  "data.volume": volumeChart({
    periods: CUTOFFS,
    series: ["purchase", "renewal", "visit"].map((type, t) => ({
      type,
      counts: CUTOFFS.map((_, i) => [3200, 2800, 10_500][t]! + 60 * ((i * 7) % 5) + (i === 5 ? 2500 : 0)),
    })),
  }),
  "target.definition": text(
    "A member leaves on the day the contract ends, by a cancellation or by no renewal, unless a renewal follows within 14 days. The model predicts WITHIN three months; IN the third month is counted beside it.",
  ),
  "target.counts": table(
    "Members at each cutoff, and how many left",
    [
      col("Cutoff"),
      col("Members", "integer"),
      col("WITHIN 3 months", "percent"),
      col("IN the third", "percent"),
      col("SILENT", "percent"),
    ],
    CUTOFFS.map((cutoff, i) => [
      cutoff,
      2611 + 31 * i,
      0.113 + 0.002 * (i % 6),
      0.038 + 0.001 * (i % 4),
      0.071 + 0.003 * (i % 3),
    ]),
  ),
  "target.chart": baseRateChart({
    cutoffs: CUTOFFS,
    series: [
      {name: "WITHIN 3 months", rates: CUTOFFS.map((_, i) => 0.113 + 0.002 * (i % 6))},
      {name: "IN the third month", rates: CUTOFFS.map((_, i) => 0.038 + 0.001 * (i % 4))},
      {name: "SILENT for 3 months", rates: CUTOFFS.map((_, i) => 0.071 + 0.003 * (i % 3))},
    ],
  }),
  "target.warnings": list(),
  "target.alternativesChart": handWritten,
  "split.table": table(
    "A customer is in the same set for ever",
    [col("Set"), col("Customers", "integer"), col("Rows", "integer"), col("Left", "integer"), col("Cutoffs")],
    [
      ["Train", 4204, 21_412, 2519, "January to December 2025"],
      ["Tune", 449, 2298, 270, "January to December 2025"],
      ["Calibrate", 452, 2311, 268, "January to December 2025"],
      ["Embargo", null, 6120, null, "January and February 2026"],
      ["Test", 466, 932, 110, "March and April 2026"],
    ],
  ),
  "split.chart": setsChart({
    sets: [
      {name: "Train", share: 0.7},
      {name: "Tune", share: 0.075},
      {name: "Calibrate", share: 0.075},
      {name: "Test", share: 0.15},
    ],
    cutoffs: CUTOFFS.map((cutoff, i) => ({cutoff, role: i < 12 ? "train" : i < 14 ? "embargo" : "test"})),
    testFrom: "2026-03",
  }),
  "split.audit": list(
    "No customer is in two sets.",
    "The last outcome used in training lies on 28 February 2026, before the first test cutoff.",
    "The test set holds 110 leavers, enough for the intervals shown.",
  ),
  "features.catalogue": table(
    "All are known before the cutoff",
    [col("Feature"), col("What it is"), col("Unit"), col("Missing", "percent"), col("Can be influenced")],
    [
      ["visits_30d", "Visits in the last 30 days", "visits", 0, "yes"],
      ["visits_change_90d", "Visits in the last 30 days against the 60 before", "ratio", 0.043, "yes"],
      ["recency_visit", "Days since the last visit", "days", 0.011, "no"],
      ["orders_90d", "Orders in the last 90 days", "orders", 0, "yes"],
      ["tickets_90d", "Support tickets in the last 90 days", "tickets", 0, "yes"],
      ["open_share_90d", "E-mails opened of those sent in the last 90 days", "share", 0.12, "yes"],
      ["tenure", "Days since joining", "days", 0, "no"],
    ],
  ),
  "why.signals": table(
    "What the ranking loses when a signal is shuffled",
    [col("Signal"), col("Drop in AUC", "decimal", {digits: 3}), col("Riskier when")],
    [
      ["Visits in the last 30 days against the 60 before", 0.061, "lower"],
      ["Days since the last visit", 0.034, "higher"],
      ["Support tickets in the last 90 days", 0.019, "higher"],
      ["Days since joining", 0.012, "lower"],
      ["E-mails opened", 0.009, "lower"],
    ],
  ),
  "why.caution": text(
    "These are signs, not causes. Fewer visits come before leaving; getting a member to visit need not keep them.",
  ),
};

/** The sha256 of a text, hex: stands for the digest of a cell's source. */
const digestOf = (source: string): string => createHash("sha256").update(source).digest("hex");

const NOTEBOOKS: Readonly<Record<string, string>> = {
  decision: "09-model-card.ipynb",
  framing: "01-problem-framing.ipynb",
  use: "01-problem-framing.ipynb",
  data: "02-data.ipynb",
  target: "03-target.ipynb",
  split: "04-split.ipynb",
  features: "05-features.ipynb",
  models: "06-models.ipynb",
  calibration: "06-models.ipynb",
  lift: "07-lift.ipynb",
  gains: "07-lift.ipynb",
  why: "08-explanation.ipynb",
  manage: "09-model-card.ipynb",
};

/** Evidence for the ids of the catalogue that have a value here. */
export const exampleEvidence: readonly Evidence[] = SECTIONS.flatMap(section => section.items).flatMap(
  ({id}) => {
    const value = VALUES[id];
    if (value === undefined) return [];
    const [part = ""] = id.split(".");
    return [
      {id, value, origin: {notebook: NOTEBOOKS[part]!, cell: id.replace(".", "-"), cellDigest: digestOf(id)}},
    ];
  },
);

/** A complete made-up card. */
export const exampleInput: CardInput = {
  study,
  identity: {
    run: "2026-07-15-demo-shop-1",
    snapshot: digestOf("snapshot"),
    study: digestOf("study"),
    library: digestOf("library"),
    package: "churnbook 0.1.0",
    seed: 1,
    asOf: "2026-07-14",
    engines: {Node: "24.21.0", Chromium: "153.0.0", "Vega-Lite": "6.5.0"},
  },
  evidence: exampleEvidence,
};
