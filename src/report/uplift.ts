import type {Interval} from "../evaluate/bootstrap.ts";
import {briefPercent, counted, whole} from "../figures.ts";
import type {UpliftJudgement} from "../ledger/uplift-stages.ts";
import type {LearnerComparison} from "../uplift/learn/compare.ts";
import type {UpliftKind} from "../uplift/learn/learners.ts";
import type {Base} from "../uplift/learn/regression.ts";
import type {UpliftCalibration} from "../uplift/measure/calibration.ts";
import type {UpliftGroup} from "../uplift/measure/groups.ts";
import type {UpliftMetric} from "../uplift/measure/metrics.ts";
import type {PolicyOutcome, PolicyPoint} from "../uplift/measure/policy.ts";
import type {Rates} from "../uplift/measure/rate.ts";
import type {UpliftVerdict} from "../uplift/measure/verdict.ts";
import {interval, resamples, type Table, type Text, text, textColumn} from "./words.ts";

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
  const {rows, customers, treated, counts, average} = judged;
  const more = (of: Bounds) => `${interval(points(of), 1)} percentage points`;
  const verdict =
    average.low > 0
      ? `Contacting kept customers: ${more(average)} more were kept among those contacted`
      : average.high < 0
        ? `Contacting drove customers away: ${more(turned(average))} fewer were kept among those contacted`
        : `That contacting keeps customers has not been shown: ${more(average)} more were kept among those contacted`;
  const left = [
    ...(counts.inactive > 0 ? [`${whole(counts.inactive)} of customers who were not active`] : []),
    ...(counts.immature > 0 ? [`${whole(counts.immature)} whose outcome is not known yet`] : []),
    ...(counts.oneArmed > 0 ? [`${whole(counts.oneArmed)} of days on which all or none were contacted`] : []),
    ...(counts.repeated > 0 ? [`${whole(counts.repeated)} repeated on a day`] : []),
  ];
  const again =
    counts.overlapping > 0
      ? ` After ${whole(counts.overlapping)} of them the customer was contacted again before the outcome was known, which makes the two groups more alike.`
      : "";
  return text(
    `${verdict} (${level(average)}). Read from ${whole(rows)} past contacts of ${whole(customers)} customers, ` +
      `${whole(treated)} of them contacted and ${whole(rows - treated)} left alone` +
      `${left.length === 0 ? "" : `; left out are ${left.join(", ")}`}.${again} It is an effect only if the lot decided who was contacted.` +
      (judged.judged.length < rows
        ? ` How customers are put in order is judged on ${whole(judged.judged.length)} of the contacts: the others are learned from only.`
        : ""),
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
      textColumn("measure", "Measure"),
      ...bounded("value", "Value", "decimal", 4),
      textColumn("formula", "How it is counted"),
      textColumn("baseline", "A random order"),
      textColumn("normalisation", "Divided by"),
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

const KINDS: Readonly<Record<UpliftKind, string>> = {
  average: "one effect for all",
  S: "one model, the contact a signal (S)",
  T: "a model with contact, one without (T)",
  X: "effects filled in from each side (X)",
  R: "residuals on residuals (R)",
  DR: "doubly robust scores (DR)",
  TO: "transformed outcome (TO)",
};
const BASES: Readonly<Record<Base, string>> = {boost: "boosted trees", linear: "straight lines"};

/** Ways to learn the effect, side by side on customers that none of them saw. */
export function learnersTable({learners, chosen}: LearnerComparison): Table {
  const signed = (name: string, title: string) => bounded(name, title, "decimal", 4);
  const first = learners[0]!;
  return {
    kind: "table",
    caption:
      "Ways to learn the effect, judged on customers that their models did not see. AUTOC: how much more the first of the " +
      "order gain than all do, averaged over how far down the list one goes; 0 is a random order. The difference from the first way " +
      `allows for all that were tried. Error: the squared error of the effects less that of one effect for all, below 0 is better; ${level(first.autoc)}`,
    columns: [
      textColumn("way", "Way"),
      textColumn("of", "Made of"),
      ...signed("autoc", "AUTOC"),
      ...signed("over", "Less the first way's"),
      ...signed("loss", "Error"),
      textColumn("use", "In use"),
    ],
    rows: learners.map(({kind, base, autoc, over, loss}, i) => [
      ...[KINDS[kind], BASES[base]],
      ...cells(autoc),
      ...(over ? cells(over) : [null, null, null]),
      ...cells(loss),
      i === chosen ? "yes" : "",
    ]),
  };
}

/** Which way of learning is in use, and why. */
export function learnersText({learners, chosen}: LearnerComparison): Text {
  const {kind, base, over} = learners[chosen]!;
  const name = `${KINDS[kind]}, made of ${BASES[base]}`;
  const rule =
    "The rule was fixed beforehand: the first way stays unless another puts customers in a better order by an interval " +
    "above 0 that allows for all ways tried.";
  return text(
    over
      ? `In use: ${name}. Its AUTOC is larger than the first way's by ${interval(points(over), 2)} percentage points. ${rule} ` +
          "Having been chosen on these customers, it looks better on them than it is."
      : `In use: ${name}. ${learners.length === 1 ? "It is the only one tried." : `No other of ${counted(learners.length, "way")} is shown to be better: which comes out ahead is within what chance does.`} ${rule}`,
  );
}

/** Customers kept and money by share contacted, by expected effect and by risk with the same budget. */
export function policyTable(points: readonly PolicyPoint[], {currency}: {readonly currency: string}): Table {
  const first = points[0]?.uplift.kept;
  const whom = [
    ["uplift", "by effect"],
    ["risk", "by risk"],
    ["random", "at random"],
    ["overRisk", "by effect less by risk"],
    ["overAll", "by effect less all contacted"],
  ] as const;
  const intervals = first ? ` ${level(first)} from ${resamples(first)}.` : "";
  return {
    kind: "table",
    caption: `What contacting a share of the customers brings beyond contacting nobody, by how they are chosen: customers kept, and expected gain in ${currency}. The effects are those of the customers contacted in the past, scaled to all active customers as if these were like them.${intervals}`,
    columns: [
      {name: "fraction", title: "Share contacted", format: "percent", digits: 0},
      {name: "treated", title: "Customers contacted", format: "integer"},
      textColumn("chosen", "Chosen"),
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

/** What the line through predicted and observed effects says; null where the same is expected of everybody. */
export function upliftCalibrationText(calibration: UpliftCalibration | null): Text {
  if (!calibration)
    return text(
      "The models expect the same effect of everybody: there is nothing to compare with what was observed.",
    );
  const {slope, offset} = calibration;
  const reading =
    slope.high < 0
      ? "That is below 0: the predictions are the wrong way round."
      : slope.low <= 0
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

/** What the trial says of contacting by effect, and what to do, in words. */
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
    `expected to gain ${currency} ${whole(of.value)} (${whole(of.low)} to ${whole(of.high)}) over contacting nobody`;
  const advice = {
    uplift: `Contact the first ${share} by expected effect: ${gain(money.uplift)}.`,
    risk: `Contact the first ${share} by risk, not by expected effect: ${gain(money.risk)}.`,
    any: `Contact any ${share}, whoever they are: by the average effect it pays for everyone alike, and no order is shown to pay more. They are ${gain(money.any)}.`,
    none: `Contact nobody at these costs: no way of choosing that is supported is sure to gain. By expected effect the first ${share} are ${gain(money.uplift)}, by risk ${gain(money.risk)}.`,
  }[recommended];
  return text(
    `${said} ${advice} The rule was fixed beforehand: the order counts as evidence when the ${briefPercent(autoc.level)} interval lies above 0, and a way of choosing is recommended when the interval of its gain does.`,
  );
}

const turned = ({value, low, high}: Bounds): Bounds => ({value: -value, low: -high, high: -low});

const points = ({value, low, high}: Bounds): Bounds => ({
  value: 100 * value,
  low: 100 * low,
  high: 100 * high,
});
