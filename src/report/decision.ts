import {clustersOf, type Interval} from "../evaluate/bootstrap.ts";
import {hindsightCeiling} from "../evaluate/ceiling.ts";
import type {Ranked} from "../evaluate/compete.ts";
import {sharesWith} from "../evaluate/decision.ts";
import type {Judgement} from "../evaluate/judge.ts";
import {FRACTIONS} from "../evaluate/metric-table.ts";
import {type CampaignValue, campaignValue, campaignValues, drawCampaigns} from "../evaluate/profit.ts";
import {briefPercent, whole} from "../figures.ts";
import type {EvidenceValue} from "../ledger/evidence.ts";
import type {Study} from "../study.ts";
import {adviceText, adviceWords} from "./advice.ts";
import {drawnModels} from "./measures.ts";
import {list, percentInterval, resamples, type Table, text, textColumn} from "./words.ts";

/** Enough that the recommendation, which turns on the low end of the value, does not turn on the seed. */
const DRAWS = 5000;

/** Campaigns of the ranked rows at shares contacted, with the draws that all figures of the decision share. */
export function valuesOf(
  ranked: Ranked,
  study: Study,
  fractions: readonly number[],
  customers: number,
): CampaignValue[] {
  const rows = {...ranked, clusters: clustersOf(ranked.customer)};
  return campaignValues(rows, study.economics, fractions, {seed: study.seed, draws: DRAWS, customers});
}

/** What a random and a perfect choice are worth at capacity, from past labels alone, for one monthly campaign. */
export function worthOfChoices(
  {y, customer, cohortSize}: {y: Uint8Array; customer: Int32Array; cohortSize: number},
  study: Study,
): CampaignValue {
  return campaignValue(
    {
      margins: new Float64Array(y.length),
      y,
      clusters: clustersOf(customer),
    },
    study.economics,
    {seed: study.seed, draws: DRAWS, customers: cohortSize},
  );
}

const money = (name: string, title: string) => ({name, title, format: "money" as const, digits: 0});

/** The fence around any model's worth: choosing at random below, knowing the future above. */
export function worthTable(worth: CampaignValue, {economics}: Study): Table {
  return {
    kind: "table",
    caption:
      `One campaign that contacts ${whole(worth.contacted)} customers (${briefPercent(worth.fraction)}), ` +
      `before any model, at the share of churners among the past labels; in ${economics.currency}, low and high hold 90% of the expected values that the assumptions and the data allow`,
    columns: [
      textColumn("choice", "Whom to contact"),
      {name: "churners", title: "Would-be churners reached", format: "integer"},
      money("low", "Value, low"),
      money("value", "Value, expected"),
      money("high", "Value, high"),
    ],
    rows: [
      [
        "Chosen at random, at the past share",
        worth.random.churners,
        worth.random.low,
        worth.random.value,
        worth.random.high,
      ],
      [
        "Chosen knowing the future, at the past share",
        worth.perfect.churners,
        worth.perfect.low,
        worth.perfect.value,
        worth.perfect.high,
      ],
    ],
  };
}

/** Tenths of the ranking with their lift, its interval and its ceiling. */
export function liftEvidence({bins, baseRate}: Judgement): Table {
  return {
    kind: "table",
    caption:
      "Tenths of the test rows (customers at a cutoff) by risk, the riskiest first; lift with 95% intervals from " +
      `${resamples(baseRate)}. Each draw of the customers keeps who is in a tenth; the lift at a share contacted, elsewhere, ranks ` +
      "the drawn customers anew and shares out ties at the cut. So the first tenth and the lift at 10% may differ",
    columns: [
      {name: "tenth", title: "Tenth", format: "integer"},
      {name: "customers", title: "Rows", format: "integer"},
      {name: "churners", title: "Churners", format: "integer"},
      {name: "rate", title: "Share", format: "percent", digits: 1},
      {name: "lift", title: "Lift", format: "decimal", digits: 2},
      {name: "low", title: "low", format: "decimal", digits: 2},
      {name: "high", title: "high", format: "decimal", digits: 2},
      {name: "gain", title: "Churners found so far", format: "percent", digits: 0},
      {name: "cumulativeLift", title: "Lift so far", format: "decimal", digits: 2},
      {name: "ceiling", title: "Highest possible so far", format: "decimal", digits: 2},
    ],
    rows: bins.map(b => [
      ...[b.bin, b.rows, b.positives, b.rate, b.lift, b.low, b.high],
      ...[b.cumulativeGain, b.cumulativeLift, b.perfectLift],
    ]),
  };
}

/**
 * Lift by share contacted, the chosen model first, as the lift chart takes it. The base rate is left out unless it
 * was chosen: it ranks nobody, and is the line of the random choice. So is the cross-check, which nobody can choose.
 */
export function liftCurves(judged: Judgement) {
  const {baseRate, capacity} = judged;
  return {
    models: drawnModels(judged).map(model => ({
      name: model.title,
      points: model.curve.map(({lift: {value, low, high}}, k) => ({
        fraction: FRACTIONS[k]!,
        lift: value,
        ...(model.chosen ? {low, high} : {}),
      })),
    })),
    ceiling: FRACTIONS.map(fraction => ({fraction, lift: hindsightCeiling(baseRate.value, {fraction})})),
    capacity,
  };
}

/** The same as shares of all churners found. */
export function gainsCurves(judged: Judgement) {
  const {models, ceiling, capacity} = liftCurves(judged);
  return {
    models: models.map(({name, points}) => ({
      name,
      points: points.map(({fraction, lift, low, high}) => ({
        fraction,
        gain: lift * fraction,
        ...(low === undefined || high === undefined ? {} : {low: low * fraction, high: high * fraction}),
      })),
    })),
    ceiling: ceiling.map(({fraction, lift}) => ({fraction, gain: lift * fraction})),
    capacity,
  };
}

/** The candidates judged on all customers at the test cutoffs. */
export function allCustomersTable(judged: Judgement): Table {
  const figures = (name: string, title: string, digits: number) => [
    {name, title, format: "decimal" as const, digits},
    {name: `${name}Low`, title: "low", format: "decimal" as const, digits},
    {name: `${name}High`, title: "high", format: "decimal" as const, digits},
  ];
  return {
    kind: "table",
    caption:
      `All ${whole(judged.customers)} customers at the test cutoffs (${whole(judged.rows)} rows, ` +
      `${whole(judged.positives)} churners), those included who trained the model at earlier cutoffs`,
    columns: [
      textColumn("model", "Model"),
      ...figures("auc", "ROC AUC", 3),
      ...figures("lift", `Lift at ${briefPercent(judged.capacity)}`, 2),
    ],
    rows: judged.models.map(({title, auc, lift}) => [
      title,
      auc.value,
      auc.low,
      auc.high,
      lift.value,
      lift.low,
      lift.high,
    ]),
  };
}

/** Value of a campaign by share contacted, as the money chart takes it. */
export function moneyCurve({ranked, capacity}: Judgement, study: Study, customers: number) {
  const points = valuesOf(ranked, study, [0, ...FRACTIONS], customers).map(({fraction, model}) => ({
    fraction,
    expected: model.value,
    low: model.low,
    high: model.high,
  }));
  return {points, capacity, currency: study.economics.currency};
}

/**
 * The decision, by evidence id: what to do, what it reaches, what it is worth, and what to mind.
 * @param measured share of the would-be churners whom past contacts kept, where there were any.
 */
export function decisionEvidence(
  judged: Judgement,
  study: Study,
  customers: number,
  measured?: Interval,
): Readonly<Record<string, EvidenceValue>> {
  const {economics} = study;
  const fractions = [...new Set([0.05, 0.1, 0.2, 0.3, economics.capacity])].sort((a, b) => a - b);
  const values = valuesOf(judged.ranked, study, fractions, customers);
  const atCapacity = values.find(v => v.fraction === economics.capacity)!;
  const chosen = judged.models.find(model => model.chosen)!;
  const reached = (x: number) => Math.min(1, x * economics.capacity);
  return {
    "decision.recommendation": text(
      adviceText(
        {
          ...atCapacity,
          best: bestValue(judged.ranked, study, customers),
          worse: chosen.lift.low > 1,
        },
        adviceWords(chosen.title, economics),
      ),
    ),
    "decision.reached": {
      kind: "number",
      value: reached(chosen.lift.value),
      low: reached(chosen.lift.low),
      high: reached(chosen.lift.high),
      level: chosen.lift.level,
      format: "percent",
      digits: 0,
      unit: `of the churners, by contacting ${briefPercent(economics.capacity)} of the customers`,
    },
    "decision.lift": {
      kind: "number",
      value: chosen.lift.value,
      low: chosen.lift.low,
      high: chosen.lift.high,
      level: chosen.lift.level,
      format: "decimal",
      digits: 2,
      unit:
        economics.capacity === 1
          ? "times chance: everybody is contacted, so no ranking can do better or worse"
          : `times chance; the highest possible is ${judged.ceiling.lift.toFixed(2)}`,
    },
    "decision.value": {
      kind: "number",
      value: atCapacity.model.value,
      low: atCapacity.model.low,
      high: atCapacity.model.high,
      level: atCapacity.level,
      format: "money",
      digits: 0,
      unit: `${economics.currency} a campaign`,
    },
    "decision.table": decisionTable(values, judged, economics.currency),
    "decision.caveats": list(caveats(judged, study, measured)),
  };
}

/** The highest expected value among all shares, on the rows themselves. */
function bestValue(ranked: Ranked, {economics, seed}: Study, customers: number): number {
  const rows = {...ranked, clusters: clustersOf(ranked.customer)};
  const shares = sharesWith(economics.capacity);
  const {sure} = drawCampaigns(rows, economics, shares, {seed, draws: 0, customers});
  return Math.max(...shares.slice(1).map((_, f) => sure.value(f + 1, "model")));
}

function decisionTable(values: readonly CampaignValue[], judged: Judgement, currency: string): Table {
  return {
    kind: "table",
    caption: `One campaign by share contacted; money in ${currency}, low and high hold 90% of the expected values that the assumptions and the data allow`,
    columns: [
      {
        name: "fraction",
        title: "Contacted",
        format: "percent",
        digits: values.every(v => Number.isInteger(Math.round(1000 * v.fraction) / 10)) ? 0 : 1,
      },
      {name: "contacted", title: "Customers", format: "integer"},
      {name: "churners", title: "Would-be churners among them", format: "integer"},
      {name: "random", title: "if chosen at random", format: "integer"},
      {name: "ceiling", title: "Highest possible lift", format: "decimal", digits: 2},
      money("low", "Value, low"),
      money("value", "Value, expected"),
      money("high", "Value, high"),
      money("randomValue", "if chosen at random"),
    ],
    rows: values.map(({fraction, contacted, model, random}) => [
      ...[fraction, contacted, model.churners, random.churners],
      hindsightCeiling(judged.baseRate.value, {fraction}),
      ...[model.low, model.value, model.high, random.value],
    ]),
  };
}

/** What is assumed of the offer, and what past contacts measured. */
function offerText({offerWorks: {low, mode, high}}: Study["economics"], measured?: Interval): string {
  const assumed =
    `That the offer keeps ${briefPercent(low)} to ${briefPercent(high)} (most likely ${briefPercent(mode)}) of would-be churners ` +
    "is an assumption.";
  if (!measured) return `${assumed} No experiment has measured it yet.`;
  const verdict =
    measured.low > mode
      ? "more than assumed"
      : measured.high < mode
        ? "less than assumed"
        : "which does not speak against it";
  return `${assumed} Past contacts kept ${percentInterval(measured)} of them, ${verdict}, if the lot decided who was contacted.`;
}

function caveats(judged: Judgement, {economics, horizon}: Study, measured?: Interval): string[] {
  const chosen = judged.models.find(model => model.chosen)!;
  const manyMonths = "months" in horizon ? horizon.months > 1 : horizon.days > 31;
  return [
    offerText(economics, measured),
    "The ranking says who is at risk, not whom a contact would change. Some may leave because they were reminded.",
    "Whoever leaves between the cutoff and the contact counts as within reach here; the sooner the contact, the less this flatters.",
    ...(manyMonths
      ? [
          "Do not add up the values of neighbouring months: whoever churns within the horizon counts in each of them.",
        ]
      : []),
    "The range of the value covers the assumptions and the size of the test, not the luck of a single campaign.",
    ...(judged.positives < 100
      ? [`The test rests on ${judged.positives} churners only; read the intervals, not the figures.`]
      : []),
    ...(judged.gainOverRecency && judged.gainOverRecency.auc.low <= 0 && chosen.kind !== "recency"
      ? ["The model is not clearly better than the rule of thumb, the longer inactive the riskier."]
      : []),
  ];
}
