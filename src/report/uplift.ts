import type {Interval} from "../evaluate/bootstrap.ts";
import {briefPercent, whole} from "../figures.ts";
import type {UpliftJudgement} from "../ledger/uplift-stages.ts";
import type {UpliftCalibration} from "../uplift/measure/calibration.ts";
import type {UpliftGroup} from "../uplift/measure/groups.ts";
import type {UpliftMetric} from "../uplift/measure/metrics.ts";
import type {PolicyOutcome, PolicyPoint} from "../uplift/measure/policy.ts";
import type {Rates} from "../uplift/measure/rate.ts";
import type {UpliftVerdict} from "../uplift/measure/verdict.ts";
import {interval, resamples, type Table, type Text, text} from "./words.ts";

type Bounds = {readonly value: number; readonly low: number; readonly high: number};

const bounded = (name: string, title: string, format: "decimal" | "percent", digits: number) => [
  {name, title, format, digits},
  {name: `${name}Low`, title: "low", format, digits},
  {name: `${name}High`, title: "high", format, digits},
];

const cells = ({value, low, high}: Bounds) => [value, low, high];

const level = ({level: of}: {readonly level: number}): string => `${briefPercent(of)} intervals`;

/** The contacts that effects are read from, and what they changed on average. */
export function upliftContactsText(judged: UpliftJudgement): Text {
  const {rows, customers, treated, counts, rates} = judged;
  const {average} = rates;
  const found = `${interval(points(average), 1)} percentage points`;
  const verdict =
    average.low > 0
      ? `Contacting kept customers: ${found} more were kept among those contacted`
      : average.high < 0
        ? `Contacting drove customers away: ${found} more were kept among those contacted`
        : `That contacting keeps customers has not been shown: ${found} more were kept among those contacted`;
  const left = [
    ...(counts.inactive > 0 ? [`${whole(counts.inactive)} of customers who were not active`] : []),
    ...(counts.immature > 0 ? [`${whole(counts.immature)} whose outcome is not known yet`] : []),
    ...(counts.repeated > 0 ? [`${whole(counts.repeated)} repeated on a day`] : []),
  ];
  return text(
    `${verdict} (${level(average)}). Read from ${whole(rows)} past contacts of ${whole(customers)} customers, ` +
      `${whole(treated)} of them contacted and ${whole(rows - treated)} left alone` +
      `${left.length === 0 ? "" : `; left out are ${left.join(", ")}`}. It is an effect only if the lot decided who was contacted.`,
  );
}

/** What contact changed in each group of customers by expected effect. */
export function upliftGroupsTable(groups: readonly UpliftGroup[]): Table {
  const first = groups[0]?.uplift;
  const intervals = first ? `; ${level(first)} from ${resamples(first)} of the customers` : "";
  return {
    kind: "table",
    caption: `Customers by expected effect, highest first: the outcome with contact and without, and the difference${intervals}`,
    columns: [
      {name: "group", title: "Group", format: "integer"},
      {name: "rows", title: "Rows", format: "integer"},
      {name: "treated", title: "With contact", format: "percent", digits: 1},
      {name: "control", title: "Without", format: "percent", digits: 1},
      ...bounded("uplift", "Difference", "percent", 1),
      ...bounded("cumulative", "Difference so far", "percent", 1),
    ],
    rows: groups.map(({group, rows, treated, control, uplift, cumulative}) => [
      ...[group, rows, treated, control],
      ...cells(uplift),
      ...cells(cumulative),
    ]),
  };
}

/** The numbers that judge the order, each with what it is: they are different quantities, not to be compared. */
export function upliftMetricsTable(metrics: readonly UpliftMetric[], rates: Rates): Table {
  const own: [string, Bounds, string][] = [
    [
      "AUTOC (RATE)",
      rates.autoc,
      "Mean over all shares q of TOC(q), the effect among the first q less that on all, by doubly robust scores",
    ],
    ["Qini (RATE)", rates.qini, "Mean over all shares q of q × TOC(q), by doubly robust scores"],
  ];
  return {
    kind: "table",
    caption:
      "How well customers are put in order by their effect, by the measures in use. They differ in what they count, " +
      `take off and divide by: compare orders by one of them, never one with another. ${level(rates.autoc)}`,
    columns: [
      {name: "measure", title: "Measure", format: "text"},
      ...bounded("value", "Value", "decimal", 4),
      {name: "formula", title: "How it is counted", format: "text"},
      {name: "baseline", title: "A random order", format: "text"},
      {name: "normalisation", title: "Divided by", format: "text"},
    ],
    rows: [
      ...own.map(([name, value, formula]) => [
        name,
        ...cells(value),
        formula,
        "0: the effect on all has been taken off",
        "Nothing: in units of the outcome",
      ]),
      ...metrics.map(m => [m.name, ...cells(m.interval), m.formula, m.baseline, m.normalisation]),
    ],
  };
}

/** Customers kept and money by share treated, by expected effect and by risk with the same budget. */
export function policyTable(points: readonly PolicyPoint[], {currency}: {readonly currency: string}): Table {
  const first = points[0]?.uplift.kept;
  const whom = [
    ["uplift", "by effect"],
    ["risk", "by risk"],
    ["random", "at random"],
    ["overRisk", "by effect less by risk"],
    ["overAll", "by effect less all treated"],
  ] as const;
  const intervals = first ? ` ${level(first)} from ${resamples(first)}.` : "";
  return {
    kind: "table",
    caption: `What treating a share of the customers brings beyond treating nobody, by how they are chosen: customers kept, and expected gain in ${currency}.${intervals}`,
    columns: [
      {name: "fraction", title: "Share treated", format: "percent", digits: 0},
      {name: "treated", title: "Customers treated", format: "integer"},
      {name: "chosen", title: "Chosen", format: "text"},
      ...bounded("kept", "Kept", "decimal", 0),
      {name: "money", title: "Gain", unit: currency, format: "money", digits: 0},
      {name: "moneyLow", title: "low", unit: currency, format: "money", digits: 0},
      {name: "moneyHigh", title: "high", unit: currency, format: "money", digits: 0},
    ],
    rows: points.flatMap(point =>
      whom.map(([name, words]) => {
        const {kept, money}: PolicyOutcome = point[name];
        return [point.fraction, point.treated, words, ...cells(kept), ...cells(money)];
      }),
    ),
  };
}

/** Predicted against observed effect. */
export function upliftCalibrationTable({bins}: UpliftCalibration): Table {
  const first = bins[0]?.observed;
  return {
    kind: "table",
    caption: `Effect predicted and observed, by groups of customers from the lowest prediction to the highest${first ? `; ${level(first)}` : ""}`,
    columns: [
      {name: "rows", title: "Rows", format: "integer"},
      {name: "predicted", title: "Predicted", format: "percent", digits: 1},
      ...bounded("observed", "Observed", "percent", 1),
    ],
    rows: bins.map(({rows, predicted, observed}) => [rows, predicted, ...cells(observed)]),
  };
}

/** What the line through predicted and observed effects says. */
export function upliftCalibrationText({slope, offset}: UpliftCalibration): Text {
  const reading =
    slope.low <= 0
      ? "It may be 0: the predictions may tell nobody from another."
      : slope.high < 1
        ? "Predicted differences between customers are too large."
        : slope.low > 1
          ? "Predicted differences between customers are too small."
          : "That agrees with 1, where differences between customers are as large as predicted.";
  return text(
    `Where the predicted effect is one point larger, the observed one is ${interval(slope, 2)} points larger. ${reading} ` +
      `In the mean the observed effect differs from the predicted by ${interval(points(offset), 1)} percentage points.`,
  );
}

/** What the trial says of treating by effect, and what to do, in words. */
export function upliftVerdictText(verdict: UpliftVerdict, {currency}: {readonly currency: string}): Text {
  const {evidence, autoc, recommended, fraction, money} = verdict;
  const found = `${interval(points(autoc), 2)} percentage points`;
  const said = {
    "heterogeneous effect": `Evidence of heterogeneous effect: contact changes more among the customers that the score puts first. Averaged over how far down the list one goes, they gain ${found} more than all customers do.`,
    none: `No evidence of heterogeneous effect: the score's order is not told from a random one. Averaged over how far down the list one goes, the first gain ${found} more than all customers do, and that interval holds 0. It does not show that all customers are alike: there may be too few to tell.`,
    "wrong order": `The score puts customers in the wrong order: contact changes less among those it puts first. Averaged over how far down the list one goes, the difference from all customers is ${found}.`,
  }[evidence];
  const share = briefPercent(fraction);
  const gain = (of: Interval) =>
    `expected to gain ${currency} ${whole(of.value)} (${whole(of.low)} to ${whole(of.high)}) over treating nobody`;
  const advice = {
    uplift: `Treat the first ${share} by expected effect: ${gain(money.uplift)}.`,
    risk: `Treat the first ${share} by risk, not by expected effect: ${gain(money.risk)}.`,
    all: `Treat all, or any share of them: by the average effect it pays for everyone alike. All treated are ${gain(money.all)}.`,
    none: `Treat nobody at these costs: no way of choosing that is supported is sure to gain. By expected effect the first ${share} are ${gain(money.uplift)}, by risk ${gain(money.risk)}.`,
  }[recommended];
  return text(
    `${said} ${advice} The rule was fixed beforehand: the order counts as evidence when the ${briefPercent(autoc.level)} interval lies above 0, and a way of choosing is recommended when the interval of its gain does.`,
  );
}

const points = ({value, low, high}: Bounds): Bounds => ({
  value: 100 * value,
  low: 100 * low,
  high: 100 * high,
});
