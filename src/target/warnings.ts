import {percent, whole} from "../figures.ts";
import type {Churn, InactivityChurn, Span, TargetName} from "../study.ts";
import type {Cohort} from "./cohort.ts";
import {type TargetCounts, targetCounts} from "./counts.ts";
import {monthsOf, type Targets} from "./targets.ts";

/** Something about a target that makes its model useless or misleading. */
export type Warning = {
  /** An error means that no model can be made of this target. */
  readonly severity: "warning" | "error";
  readonly code:
    | "no-label"
    | "none-possible"
    | "no-positive"
    | "no-negative"
    | "base-rate"
    | "lift-ceiling"
    | "days-over-horizon"
    | "days-under-half-horizon"
    | "in-out-of-reach"
    | "in-eligibility"
    | "silent-is-not-within"
    | "days-call-alive"
    | "days-call-late";
  /** One plain sentence: the number measured, and what to do. */
  readonly message: string;
  /** The number measured; what it is, the code says. */
  readonly value: number;
};

export type WarningOptions = {
  readonly cohort: Cohort;
  readonly targets: Targets;
  readonly churn: Churn;
  readonly horizon: Span;
  readonly target: TargetName;
};

/**
 * Says when a target is a trap, measured on the labelled rows of a cohort. Months count as 30 days where the days
 * of an inactivity definition are held against the horizon.
 */
export function targetWarnings(options: WarningOptions): Warning[] {
  const {cohort, targets, churn, target} = options;
  const counts = targetCounts(cohort, targets).overall;
  const broken = brokenTarget(counts, options);
  if (broken) return [broken];
  const warnings = baseRateWarnings(counts[target] / counts.mature, target);
  if (churn.kind === "inactivity") {
    if (target !== "silent") warnings.push(...daysWarnings(counts, churn, options.horizon));
    if (target === "in") warnings.push(...inWarnings(options, churn));
    warnings.push(...agreementWarnings(counts));
  }
  return warnings;
}

/** The target as it is written in text. */
const TITLES: Readonly<Record<TargetName, string>> = {within: "WITHIN", in: "IN", silent: "SILENT"};

function brokenTarget(counts: TargetCounts, {target, churn, horizon}: WarningOptions): Warning | undefined {
  const {rows, mature, structuralZero} = counts;
  const name = TITLES[target];
  if (mature === 0)
    return error(
      "no-label",
      0,
      `None of the ${rows} rows has a label yet: use earlier cutoffs or a shorter horizon.`,
    );
  if (target !== "silent" && structuralZero === mature && churn.kind === "inactivity")
    return error(
      "none-possible",
      1,
      `No row can be a ${name} positive: after ${churn.days} days without an event the horizon of ` +
        `${daysOf(horizon)} days is over for all ${mature} rows; use ${recommended(horizon)}.`,
    );
  if (counts[target] === 0)
    return error(
      "no-positive",
      0,
      `No row of ${whole(mature)} is ${name} positive: there is nothing to predict; check the definition of churn, and that the event types are those of the log.`,
    );
  if (counts[target] === mature)
    return error(
      "no-negative",
      1,
      `All of the ${mature} rows are ${name} positives: check the churn definition.`,
    );
  return undefined;
}

function baseRateWarnings(rate: number, target: TargetName): Warning[] {
  const name = TITLES[target];
  const ceiling = (1 / rate).toFixed(1);
  if (rate > 0.95)
    return [
      warning(
        "base-rate",
        rate,
        `${percent(rate)} of the rows are ${name} positives, so a model can hardly tell anybody apart (no lift over ` +
          `${(1 / rate).toFixed(2)}): make the definition stricter or the horizon shorter.`,
      ),
    ];
  if (rate < 0.05)
    return [
      warning(
        "base-rate",
        rate,
        `Only ${percent(rate)} of the rows are ${name} positives: expect wide intervals, and use more customers, more ` +
          "cutoffs or a longer horizon.",
      ),
    ];
  if (rate <= 0.5) return [];
  return [
    warning(
      "lift-ceiling",
      1 / rate,
      `With ${percent(rate)} ${name} positives no ranking has a lift over ${ceiling}: ranking churners is not the ` +
        "lever here; look for those whom an offer can change, or for the few who stay.",
    ),
  ];
}

function daysWarnings(counts: TargetCounts, {days}: InactivityChurn, horizon: Span): Warning[] {
  const h = daysOf(horizon);
  const zeros = counts.structuralZero / counts.mature;
  if (days > h)
    return [
      warning(
        "days-over-horizon",
        zeros,
        `Churn after ${days} days does not fit a horizon of ${h} days: ${percent(zeros)} of the rows, those active in the ` +
          `last ${days - h} days, cannot be positive whatever they do; use ${recommended(horizon)}.`,
      ),
    ];
  if (days < h / 2)
    return [
      warning(
        "days-under-half-horizon",
        counts.within / counts.mature,
        `Churn after ${days} days is short for a horizon of ${h} days: a mere pause counts as churn, ` +
          `${percent(counts.within / counts.mature)} of the rows are WITHIN positives; use ${recommended(horizon)}.`,
      ),
    ];
  return [];
}

function inWarnings({cohort, targets, horizon}: WarningOptions, {days}: InactivityChurn): Warning[] {
  const {churnsIn} = targets;
  const labelled = [...targets.in.keys()].filter(i => targets.in[i] !== -1);
  const m = monthsOf(horizon);
  const [over, upTo] = [(m - 1) * 30, m * 30];
  if (days <= over || days > upTo) {
    const out = share(labelled, i => {
      const {from, lastMonth, to} = targets.windows[cohort.cutoff[i]!]!;
      return from + churnsIn[i]! < lastMonth || from + churnsIn[i]! >= to;
    });
    return [
      warning(
        "in-out-of-reach",
        out,
        `IN(${m}) needs churn days over ${over} and up to ${upTo}, not ${days}: ${percent(out)} of the rows cannot be ` +
          "positive if they stay silent, so recency misleads; change the days or use WITHIN.",
      ),
    ];
  }
  const recent = days - over;
  if (recent === days) return [];
  const positives = labelled.filter(i => targets.in[i] === 1);
  const positive = share(positives, i => churnsIn[i]! >= over);
  return [
    warning(
      "in-eligibility",
      positive,
      `${percent(positive)} of the IN(${m}) positives were active in the last ${recent} days, so being recent alone ` +
        `scores well: judge the model inside the cohort of the last ${recent} days, too.`,
    ),
  ];
}

const share = (rows: readonly number[], holds: (row: number) => boolean): number =>
  rows.filter(holds).length / rows.length;

function agreementWarnings({mature, agree, within, withinButActive}: TargetCounts): Warning[] {
  const agreement = agree / mature;
  if (agreement >= 0.95) return [];
  const active =
    within > 0 ? `, and ${percent(withinButActive / within)} of the WITHIN positives are active` : "";
  return [
    warning(
      "silent-is-not-within",
      agreement,
      `WITHIN and SILENT are two questions here: they agree on ${percent(agreement)} of the rows${active}` +
        `${active && " again inside the window"}; state which one the campaign needs.`,
    ),
  ];
}

/** A horizon in days, a month counted as 30. */
const daysOf = (horizon: Span): number => ("days" in horizon ? horizon.days : horizon.months * 30);

const recommended = (horizon: Span): string =>
  `${Math.ceil((2 * daysOf(horizon)) / 3)} to ${daysOf(horizon)} days`;

const warning = (code: Warning["code"], value: number, message: string): Warning => ({
  severity: "warning",
  code,
  message,
  value,
});

const error = (code: Warning["code"], value: number, message: string): Warning => ({
  ...warning(code, value, message),
  severity: "error",
});
