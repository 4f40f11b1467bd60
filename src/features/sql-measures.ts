import {AMOUNT_SCALE} from "../data/event-log.ts";
import {type OfHistory, trendDivisor, trendWeight} from "./measures.ts";
import type {PlannedFeature} from "./plan.ts";

/** SQL for what a window of days [t - to, t - from) holds of a history, Infinity being all of it; integers. */
export type WindowSql = {
  readonly events: (history: number, from: number, to: number) => string;
  readonly amounts: (history: number, from: number, to: number) => string;
  readonly sum: (history: number, from: number, to: number) => string;
  /** Days with an event, the last and the first of them; NULL without any. */
  readonly days: (history: number, from: number, to: number) => string;
  readonly lastDay: (history: number, from: number, to: number) => string;
  readonly firstDay: (history: number, from: number, to: number) => string;
  /** Sum of the squared gaps between neighbouring days that both lie in it. */
  readonly squares: (history: number, from: number, to: number) => string;
};

/** SQL for one value of a row; `cutoff` is its column. */
type Expression = (feature: PlannedFeature, window: WindowSql) => string;

/** A whole number or expression of them as a floating-point number: dividing it never rounds down. */
const real = (sql: string): string => `CAST(${sql} AS DOUBLE)`;

/** The newest window of a feature. */
const own = ({source, edges}: PlannedFeature): [history: number, from: number, to: number] => [
  source,
  edges[0]!,
  edges[1]!,
];

const recency: Expression = (feature, {lastDay}) => `(cutoff - ${lastDay(...own(feature))})`;

const gapCount: Expression = (feature, {days}) => {
  const n = days(...own(feature));
  return `(CASE WHEN ${n} > 1 THEN ${n} - 1 ELSE 0 END)`;
};

const gapSum: Expression = (feature, {lastDay, firstDay}) =>
  `(${lastDay(...own(feature))} - ${firstDay(...own(feature))})`;

const gapMean: Expression = (feature, window) =>
  `(${real(gapSum(feature, window))} / NULLIF(${gapCount(feature, window)}, 0))`;

const gapSd: Expression = (feature, window) => {
  const [n, sum] = [gapCount(feature, window), gapSum(feature, window)];
  const spread = `${n} * ${window.squares(...own(feature))} - ${sum} * ${sum}`;
  return `(CASE WHEN ${n} > 1 THEN SQRT(${real(spread)} / (${n} * (${n} - 1))) END)`;
};

const proportion: Expression = (feature, {events}) => {
  const [history, from, to] = own(feature);
  return `${real(events(history, from, to))} / NULLIF(${events(feature.against, from, to)}, 0)`;
};

const trendOf = ({source, edges}: PlannedFeature, sum: WindowSql["sum"]): string => {
  const windows = edges.length - 1;
  const terms = Array.from(
    {length: windows},
    (_, i) => `${trendWeight(i, windows)} * ${sum(source, edges[i]!, edges[i + 1]!)}`,
  );
  return `${real(terms.join(" + "))} / ${trendDivisor(windows)}`;
};

/** Number, sum and sum of squares of the earlier windows that began on or after the first event. */
function pastOf({source, edges}: PlannedFeature, {events, firstDay}: WindowSql) {
  const first = firstDay(source, 0, Number.POSITIVE_INFINITY);
  const past = edges.slice(2).map((to, i) => ({
    began: `${first} <= cutoff - ${to}`,
    n: events(source, edges[i + 1]!, to),
  }));
  const sum = (of: (n: string) => string): string =>
    `(${past.map(({began, n}) => `(CASE WHEN ${began} THEN ${of(n)} ELSE 0 END)`).join(" + ")})`;
  return {n: sum(() => "1"), sum: sum(n => n), squares: sum(n => `${n} * ${n}`)};
}

export const HISTORY_SQL: Readonly<Record<OfHistory, Expression>> = {
  count: (feature, {events}) => events(...own(feature)),
  days: (feature, {days}) => days(...own(feature)),
  sum: (feature, {sum}) => `${real(sum(...own(feature)))} / ${AMOUNT_SCALE}`,
  mean: (feature, {sum, amounts}) =>
    `${real(sum(...own(feature)))} / ${AMOUNT_SCALE} / NULLIF(${amounts(...own(feature))}, 0)`,
  recency,
  first: (feature, {firstDay}) => `cutoff - ${firstDay(...own(feature))}`,
  gapMean,
  gapSd,
  gapCv: (feature, window) => `${gapSd(feature, window)} / ${gapMean(feature, window)}`,
  gapCount,
  overdue: (feature, window) => `${recency(feature, window)} / ${gapMean(feature, window)}`,
  change: ({source, edges}, {events}) => {
    const now = events(source, edges[0]!, edges[1]!);
    const before = events(source, edges[1]!, edges[2]!);
    return `${real(`${now} - ${before}`)} / NULLIF(${now} + ${before}, 0)`;
  },
  trend: (feature, {events}) => trendOf(feature, events),
  sumTrend: (feature, {sum}) => `${trendOf(feature, sum)} / ${AMOUNT_SCALE}`,
  ownShare: (feature, window) => {
    const {n, sum} = pastOf(feature, window);
    return `${real(`${window.events(...own(feature))} * ${n}`)} / NULLIF(${sum}, 0)`;
  },
  ownZ: (feature, window) => {
    const {n, sum, squares} = pastOf(feature, window);
    const spread = `(${n} * ${squares} - ${sum} * ${sum})`;
    const now = window.events(...own(feature));
    return `CASE WHEN ${n} > 1 AND ${spread} > 0
      THEN (${now} - ${real(sum)} / ${n}) / SQRT(${real(spread)} / (${n} * (${n} - 1))) END`;
  },
  ratio: proportion,
  share: proportion,
};
