import {addSpan} from "../data/calendar.ts";
import type {Day, EventLog} from "../data/event-log.ts";
import {asKnown} from "../features/as-known.ts";
import {type Cut, periodCounts} from "../features/calendar.ts";
import type {Matrix} from "../features/matrix.ts";
import {ROLES, type Split} from "../split/rows.ts";
import {SETS} from "../split/sets.ts";
import type {Span, TargetName} from "../study.ts";
import {buildCohort, type Cohort, type CohortOptions} from "../target/cohort.ts";
import {type Cutoffs, offCadenceDays} from "../target/cutoffs.ts";
import {labelTargets} from "../target/targets.ts";
import {type Contacts, treatedInWindow} from "../target/treated.ts";
import {clusterBootstrap, clustersOf, type Interval} from "./bootstrap.ts";
import {fitQuick, type QuickOptions, quickMargins} from "./quick.ts";
import {rankRows} from "./ranking.ts";
import {aucStatistic, difference} from "./statistic.ts";

/** Rows of a cohort, with the label of each in that cohort's order. */
export type AskedRows = {readonly cohort: Cohort; readonly labels: Int8Array; readonly rows: Int32Array};

/** The tuning customers asked on cadence and off, at moments of the same months, all outcomes before the test. */
export type CadenceRows = {readonly on: AskedRows; readonly off: AskedRows};

export type CadenceRowsOptions = Omit<CohortOptions, "cutoffs" | "moments"> & {
  readonly log: EventLog;
  readonly cutoffs: Cutoffs;
  readonly cohort: Cohort;
  readonly labels: Int8Array;
  readonly split: Split;
  readonly horizon: Span;
  readonly target: TargetName;
  readonly campaigns?: Contacts | undefined;
};

/**
 * Tuning customers on the cutoffs of a study and half-way between them.
 * @returns undefined where a model may be asked on any day, or there is no such row with either label.
 */
export function cadenceRows(options: CadenceRowsOptions): CadenceRows | undefined {
  const {log, cohort, labels, split, horizon, target, campaigns} = options;
  const between = offCadenceDays(options.cutoffs, cohort.cutoffs);
  const known = (t: Day): boolean => addSpan(t, horizon) <= split.testFrom;
  const days = between.filter(known);
  if (days.length === 0) return undefined;
  const off = buildCohort(log, {...options, cutoffs: days});
  const offLabels = labelTargets(log, off, options)[target];
  const treated = campaigns ? treatedInWindow(off, campaigns, horizon) : undefined;
  const tune = SETS.indexOf("tune");
  const offRows = [...offLabels.keys()].filter(
    i => offLabels[i] !== -1 && treated?.[i] !== 1 && split.setOfCustomer[off.customer[i]!] === tune,
  );
  const onRows = [...labels.keys()].filter(
    i => split.role[i] === ROLES.indexOf("tune") && known(between[cohort.cutoff[i]!]!),
  );
  const found = {
    on: {cohort, labels, rows: Int32Array.from(onRows)},
    off: {cohort: off, labels: offLabels, rows: Int32Array.from(offRows)},
  };
  return [found.on, found.off].every(hasBothClasses) ? found : undefined;
}

const hasBothClasses = ({labels, rows}: AskedRows): boolean =>
  [0, 1].every(label => rows.some(i => labels[i] === label));

/** What a model loses when it is asked between its cutoffs; intervals are 95 % by bootstrap over customers. */
export type CadenceCost = {
  readonly onRows: number;
  readonly offRows: number;
  readonly onAuc: Interval;
  readonly offAuc: Interval;
  /** ROC AUC off cadence above that on cadence, the customers drawn for both at once. */
  readonly difference: Interval;
};

/** @param on margins of `rows.on.rows`, and @param off of `rows.off.rows`. */
export function cadenceCost(
  rows: CadenceRows,
  {on, off}: {readonly on: ArrayLike<number>; readonly off: ArrayLike<number>},
  {seed, draws = 1000}: {readonly seed: number; readonly draws?: number},
): CadenceCost {
  const asked = [rows.on, rows.off];
  const customer = asked.flatMap(({cohort, rows: own}) => Array.from(own, i => cohort.customer[i]!));
  const labels = asked.flatMap(({labels: all, rows: own}) => Array.from(own, i => all[i]!));
  const margins = [...Array.from(on), ...Array.from(off)];
  const n = rows.on.rows.length;
  const onAuc = aucStatistic(rankRows(margins, labels, {rows: labels.map((_, i) => i).slice(0, n)}));
  const offAuc = aucStatistic(rankRows(margins, labels, {rows: labels.map((_, i) => i).slice(n)}));
  const found = clusterBootstrap(
    clustersOf(customer),
    {onAuc, offAuc, difference: difference(offAuc, onAuc)},
    {seed, draws},
  );
  return {onRows: n, offRows: rows.off.rows.length, ...found};
}

/** One way to cut time, on cadence and off. */
export type CutJudgement = {readonly cut: Cut; readonly cost: CadenceCost};

/**
 * Two models that differ in nothing but how their features cut time, rolling or by calendar month, fitted on the
 * study's cutoffs and asked on cadence and off.
 * @param of event type that is counted.
 */
export async function compareCuts(
  log: EventLog,
  rows: CadenceRows,
  options: Omit<QuickOptions, "cohort" | "labels"> & {readonly of: string; readonly draws?: number},
): Promise<CutJudgement[]> {
  const found: CutJudgement[] = [];
  for (const cut of ["rolling", "calendar"] as const) {
    const matrixOf = (asked: AskedRows): Matrix =>
      asKnown(log, asked.cohort, (then, rows) => periodCounts(then, rows, {of: options.of, cut}));
    const [on, off] = [matrixOf(rows.on), matrixOf(rows.off)];
    const {cohort, labels} = rows.on;
    const model = await fitQuick("boost", on, {...options, cohort, labels});
    if (!model) continue;
    const margins = {
      on: await quickMargins(model, on, rows.on.rows),
      off: await quickMargins(model, off, rows.off.rows),
    };
    found.push({cut, cost: cadenceCost(rows, margins, options)});
  }
  return found;
}
