import type {BootstrapOptions, Interval} from "../../evaluate/bootstrap.ts";
import {checkTrial, type Trial, weightsOf} from "../trial.ts";
import {rankTrial, type UpliftTable, upliftTable, upliftTables} from "./curve.ts";
import {drawnIntervals} from "./draws.ts";

/** Points of a curve from the first rows to all, with (0, 0) in front. */
export type Curve = {readonly x: Float64Array; readonly y: Float64Array};

/** A number that judges an order of customers, with all that its name leaves open. */
export type UpliftMetric = {
  readonly name: UpliftMetricName;
  readonly interval: Interval;
  readonly formula: string;
  /** What a random order is given, and whether it has been taken off. */
  readonly baseline: string;
  readonly normalisation: string;
};

export type UpliftMetricName =
  | "Qini coefficient (scikit-uplift)"
  | "Qini coefficient without negative effects (scikit-uplift)"
  | "AUUC (scikit-uplift)"
  | "AUUC, raw (causalml)"
  | "AUUC, normalised (causalml)"
  | "Qini, raw (causalml)"
  | "Qini, normalised (causalml)";

const ratio = (a: number, b: number): number => (b === 0 ? 0 : a / b);

/** Uplift so far times rows so far; 0 for the mean of an arm without rows. */
const upliftCurveOf = ({weight, treated, treatedSum, control, controlSum}: UpliftTable): Curve =>
  withOrigin(
    weight,
    weight.map((w, g) => (ratio(treatedSum[g]!, treated[g]!) - ratio(controlSum[g]!, control[g]!)) * w),
  );

/** Outcomes of the treated so far less those of control, scaled up to as many rows (Radcliffe 2007). */
const qiniCurveOf = ({weight, treated, treatedSum, control, controlSum}: UpliftTable): Curve =>
  withOrigin(
    weight,
    weight.map((_, g) => treatedSum[g]! - ratio(controlSum[g]! * treated[g]!, control[g]!)),
  );

function withOrigin(x: Float64Array, y: Float64Array): Curve {
  const lead = (values: Float64Array) => {
    const out = new Float64Array(values.length + 1);
    out.set(values, 1);
    return out;
  };
  return {x: lead(x), y: lead(y)};
}

/** Cumulative uplift of a trial by falling score, a point at each distinct score; as scikit-uplift's uplift_curve. */
export const upliftCurve = (trial: Trial, score: ArrayLike<number>): Curve =>
  upliftCurveOf(upliftTable(rankTrial(trial, score, {inverse: false})));

/** Qini curve of a trial by falling score, a point at each distinct score; as scikit-uplift's qini_curve. */
export const qiniCurve = (trial: Trial, score: ArrayLike<number>): Curve =>
  qiniCurveOf(upliftTable(rankTrial(trial, score, {inverse: false})));

/** Area under a curve by trapezoids. */
export function areaUnder({x, y}: Curve): number {
  let area = 0;
  for (let k = 1; k < x.length; k++) area += ((x[k]! - x[k - 1]!) * (y[k]! + y[k - 1]!)) / 2;
  return area;
}

/** The curves of one weighting: of the score, with and without what is filled in, and of two orders called perfect. */
type Curves = {
  readonly uplift: Curve;
  readonly qini: Curve;
  readonly filledUplift: Curve;
  readonly filledQini: Curve;
  readonly perfectUplift: Curve;
  readonly perfectQini: Curve;
};

type Convention = Omit<UpliftMetric, "interval"> & {
  readonly of: (curves: Curves) => number;
  /** Whether it is defined for outcomes 0 and 1 only. */
  readonly binary?: true;
  /** Whether it is defined only where treatment raises outcomes on average. */
  readonly rising?: true;
};

const LINE = "The straight line from nothing to the end of the curve, taken off";
const QINI = "Q(k) = Yt(k) − Yc(k) × Nt(k) / Nc(k)";
const UPLIFT = "U(k) = (Yt(k) / Nt(k) − Yc(k) / Nc(k)) × k";
const above = (curve: string) =>
  `Area between ${curve} and the line, by trapezoids, a point a distinct score`;
const mean = (curve: string) =>
  `Mean over the rows and the start of ${curve}, filled in where an arm has no row yet`;

const CONVENTIONS: readonly Convention[] = [
  {
    name: "Qini coefficient (scikit-uplift)",
    formula: above(QINI),
    baseline: LINE,
    normalisation: "Divided by the same area of the order by outcome × (1 if treated, −1 if not)",
    of: ({qini, perfectQini}) => overPerfect(qini, perfectQini),
    binary: true,
  },
  {
    name: "Qini coefficient without negative effects (scikit-uplift)",
    formula: above(QINI),
    baseline: LINE,
    normalisation:
      "Divided by the same area of a curve that rises by 1 a row up to the end of Q and stays there",
    of: ({qini}) => {
      const [n, top] = [qini.x.at(-1)!, qini.y.at(-1)!];
      if (top <= 0) return Number.NaN;
      return overPerfect(qini, {x: Float64Array.of(0, top, n), y: Float64Array.of(0, top, top)});
    },
    binary: true,
    rising: true,
  },
  {
    name: "AUUC (scikit-uplift)",
    formula: above(UPLIFT),
    baseline: LINE,
    normalisation: "Divided by the same area of an order with treated responders and untreated others first",
    of: ({uplift, perfectUplift}) => overPerfect(uplift, perfectUplift),
    binary: true,
  },
  {
    name: "AUUC, raw (causalml)",
    formula: mean(UPLIFT),
    baseline: "Not taken off: a random order has about half of U at all rows",
    normalisation: "None",
    of: ({filledUplift}) => meanOf(filledUplift),
  },
  {
    name: "AUUC, normalised (causalml)",
    formula: mean(UPLIFT),
    baseline: "Not taken off: a random order has about 0.5 where the average effect is above 0",
    normalisation: "Divided by the size of U at all rows",
    of: ({filledUplift}) => overEnd(filledUplift, 0),
  },
  {
    name: "Qini, raw (causalml)",
    formula: mean(QINI),
    baseline: "Half of Q at all rows, taken off",
    normalisation: "None",
    of: ({filledQini: curve}) => meanOf(curve) - curve.y.at(-1)! / 2,
  },
  {
    name: "Qini, normalised (causalml)",
    formula: mean(QINI),
    baseline: "Half of Q at all rows, taken off",
    normalisation: "Divided by the size of Q at all rows",
    of: ({filledQini}) => overEnd(filledQini, 0.5),
  },
];

/** Area above the line to the end, as a part of that of the perfect curve and its own line. */
function overPerfect(curve: Curve, perfect: Curve): number {
  const aboveLine = (one: Curve) => areaUnder(one) - (perfect.x.at(-1)! * perfect.y.at(-1)!) / 2;
  return aboveLine(curve) / aboveLine(perfect);
}

const overEnd = (curve: Curve, baseline: number): number => {
  const end = curve.y.at(-1)!;
  return (meanOf(curve) - baseline * end) / Math.abs(end);
};

/** Uplift so far times rows so far; before both arms have a row the uplift rises in a line from 0. */
function fillUplift(table: UpliftTable, curve: Curve): Curve {
  const first = table.weight.findIndex((_, g) => table.treated[g]! > 0 && table.control[g]! > 0);
  const [x, gain] = [table.weight[first]!, curve.y[first + 1]!];
  return startOf(curve, first, at => gain * (at / x) ** 2);
}

/** The Qini curve, which rises in a line from 0 before control has a row. */
function fillQini(table: UpliftTable, curve: Curve): Curve {
  const first = table.control.findIndex(c => c > 0);
  const [x, qini] = [table.weight[first]!, curve.y[first + 1]!];
  return startOf(curve, first, at => (qini * at) / x);
}

/** A curve with other values down to point `last`. */
function startOf({x, y}: Curve, last: number, value: (at: number) => number): Curve {
  const filled = y.slice();
  for (let k = 0; k <= last; k++) filled[k] = value(x[k]!);
  return {x, y: filled};
}

/** Mean of a curve at 0, 1, 2 … rows, with straight lines between its points. */
function meanOf({x, y}: Curve): number {
  let sum = 0;
  for (let k = 1; k < x.length; k++) {
    const rows = x[k]! - x[k - 1]!;
    if (rows > 0) sum += rows * y[k - 1]! + ((y[k]! - y[k - 1]!) * (rows + 1)) / 2;
  }
  return sum / (x.at(-1)! + 1);
}

/**
 * The Qini coefficients and areas under the uplift curve that other tools report, each under its own name: they are
 * different quantities. k counts rows from the highest score down, N and Y are rows and sums of outcomes by arm;
 * with weights, weights are counted in place of rows. Those of scikit-uplift are left out unless outcomes are 0 and 1, the
 * one without negative effects also where treatment does not raise outcomes on average: the curve that it is a part of
 * would then run backwards. In a tie causalml depends on the order of the rows; here a straight line goes over it. Percentile intervals from a
 * bootstrap over customers.
 * @throws RangeError when the propensity is not the same for all rows, which all of these take for granted: see the
 * RATE in rate.ts for one that does not.
 */
export function upliftMetrics(
  trial: Trial,
  score: ArrayLike<number>,
  options: BootstrapOptions,
): UpliftMetric[] {
  checkTrial("upliftMetrics", trial);
  const {propensity, outcome, treated} = trial;
  const other = propensity.find(e => Math.abs(e - propensity[0]!) > 1e-9);
  if (other !== undefined)
    throw new RangeError(
      `upliftMetrics requires one propensity for all rows, got ${propensity[0]} and ${other}`,
    );
  const binary = outcome.every(y => y === 0 || y === 1);
  const filler = (by: ArrayLike<number>) => upliftTables(rankTrial(trial, by, {inverse: false}));
  const fill = filler(score);
  const rising = qiniCurveOf(fill(weightsOf(trial))).y.at(-1)! > 0;
  const shown = CONVENTIONS.filter(one => (binary || !one.binary) && (rising || !one.rising));
  const perfectQini = filler(outcome.map((y, i) => (treated[i] ? y : -y)));
  const perfectUplift = filler(perfectUpliftOrder(trial));
  const intervals = drawnIntervals("upliftMetrics", trial, {
    ...options,
    read: weights => {
      const table = fill(weights);
      const [uplift, qini] = [upliftCurveOf(table), qiniCurveOf(table)];
      const curves = {
        uplift,
        qini,
        filledUplift: fillUplift(table, uplift),
        filledQini: fillQini(table, qini),
        perfectUplift: binary ? upliftCurveOf(perfectUplift(weights)) : uplift,
        perfectQini: binary ? qiniCurveOf(perfectQini(weights)) : qini,
      };
      return shown.map(({of}) => of(curves));
    },
  });
  return shown.map(({name, formula, baseline, normalisation}, k) => ({
    name,
    interval: intervals[k]!,
    formula,
    baseline,
    normalisation,
  }));
}

/** Treated responders and untreated others first; among equals by outcome or by arm, as scikit-uplift chooses. */
function perfectUpliftOrder({outcome, treated}: Trial): Float64Array {
  let [controlResponders, treatedOthers] = [0, 0];
  outcome.forEach((y, i) => {
    if (y === 1 && treated[i] === 0) controlResponders += 1;
    if (y === 0 && treated[i] === 1) treatedOthers += 1;
  });
  const byOutcome = controlResponders > treatedOthers;
  return outcome.map((y, i) => 2 * (y === treated[i] ? 1 : 0) + (byOutcome ? y : treated[i]!));
}
