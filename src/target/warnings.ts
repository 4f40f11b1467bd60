import {daysBetween} from "../data/instant.ts";
import {counted, decimal, percent, whole} from "../figures.ts";
import type {InactivityChurn, Span, TargetName} from "../study.ts";
import type {Cohort} from "./cohort.ts";
import {type TargetCounts, targetCounts} from "./counts.ts";
import {recencyAuc, valueAuc} from "./recency.ts";
import {type RegularityRule, silenceAllowed} from "./regularity.ts";
import {type ChurnRule, countsSilence} from "./rule.ts";
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
    | "gone-before"
    | "base-rate"
    | "lift-ceiling"
    | "days-over-horizon"
    | "days-under-half-horizon"
    | "in-out-of-reach"
    | "in-eligibility"
    | "few-gaps"
    | "bounds-decide"
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
  readonly churn: ChurnRule;
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
  if (target !== "silent") warnings.push(...goneWarnings(counts));
  if (!countsSilence(churn)) return warnings;
  if (churn.kind === "inactivity") {
    if (target !== "silent") warnings.push(...daysWarnings(counts, churn, options.horizon));
    if (target === "in") warnings.push(...inWarnings(options, churn));
  } else {
    if (target !== "silent") warnings.push(...ownDaysWarnings(counts, options));
    if (target === "in") warnings.push(...ownInWarnings(options));
    warnings.push(...rhythmWarnings(options, churn));
  }
  return [...warnings, ...agreementWarnings(counts)];
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
  if (target !== "silent" && structuralZero === mature && countsSilence(churn))
    return error(
      "none-possible",
      1,
      `No row can be a ${name} positive: after ${churn.kind === "inactivity" ? `${churn.days} days` : "the customer's own days"} ` +
        `without an event the horizon of ${daysOf(horizon)} days is over for all ${mature} rows; use ` +
        `${churn.kind === "inactivity" ? recommended(horizon) : `a longer horizon or mostDays of ${daysOf(horizon)} at most`}.`,
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

/** Churn that became known late. The labels are those of the churn days, so it counts as none in the window. */
function goneWarnings({goneBefore, mature}: TargetCounts): Warning[] {
  if (goneBefore === 0) return [];
  return [
    warning(
      "gone-before",
      goneBefore / mature,
      `${counted(goneBefore, "row")} (${percent(goneBefore / mature)}): the customer had already left before the cutoff, but this ` +
        `became known only later; ${goneBefore === 1 ? "it counts" : "they count"} as not churning in the window. The ` +
        "sooner an end reaches the log, the fewer there are.",
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

function inWarnings(options: WarningOptions, {days}: InactivityChurn): Warning[] {
  const {cohort, targets, horizon} = options;
  const labelled = labelledRows(targets);
  const m = monthsOf(horizon);
  const [over, upTo] = [(m - 1) * 30, m * 30];
  if (days <= over || days > upTo)
    return [
      warning(
        "in-out-of-reach",
        outOfReach(options, labelled),
        `IN(${m}) needs churn days over ${over} and up to ${upTo}, not ${days}: ` +
          `${percent(outOfReach(options, labelled))} of the rows cannot be positive if they stay silent, so recency ` +
          `misleads${aucText(", alone it ranks with", recencyAuc(cohort, targets.in))}; change the days or use WITHIN.`,
      ),
    ];
  const recent = days - over;
  if (recent === days) return [];
  const eligible = (i: number): boolean => targets.churnsIn[i]! >= over;
  const positive = share(
    labelled.filter(i => targets.in[i] === 1),
    eligible,
  );
  const inside = labelled.filter(eligible);
  const auc = valueAuc(i => Number(eligible(i)), targets.in, labelled);
  const inner = share(inside, i => targets.in[i] === 1);
  return [
    warning(
      "in-eligibility",
      positive,
      `${percent(positive)} of the IN(${m}) positives were active in the last ${recent} days, so being recent alone ` +
        `scores well${aucText(":", auc)}. Judge the model inside the cohort of the last ${recent} days, too: ` +
        `${counted(inside.length, "row")}, ${percent(inner)} of them positive` +
        `${aucText(", where recency alone has", recencyAuc(cohort, targets.in, inside))}.`,
    ),
  ];
}

const labelledRows = ({within}: Targets): number[] => [...within.keys()].filter(i => within[i] !== -1);

/** Share of the rows whose churn day would miss the last month if the customer stayed silent. */
const outOfReach = ({cohort, targets}: WarningOptions, rows: readonly number[]): number =>
  share(rows, i => {
    const {from, lastMonth, to} = targets.windows[cohort.cutoff[i]!]!;
    const churnsIn = targets.churnsIn[i]!;
    return churnsIn < daysBetween(from, lastMonth) || churnsIn >= daysBetween(from, to);
  });

const aucText = (before: string, auc: number | null): string =>
  auc === null ? "" : `${before} ROC AUC ${decimal(auc)}`;

/** Own days over the horizon, or far below it. A share of rows under which a warning would be noise: one in twenty. */
function ownDaysWarnings(counts: TargetCounts, {targets, horizon}: WarningOptions): Warning[] {
  const h = daysOf(horizon);
  const labelled = labelledRows(targets);
  const over = share(labelled, i => targets.allowed[i]! > h);
  const under = share(labelled, i => targets.allowed[i]! < h / 2);
  const zeros = counts.structuralZero / counts.mature;
  const found: Warning[] = [];
  if (over >= 0.05)
    found.push(
      warning(
        "days-over-horizon",
        zeros,
        `${percent(over)} of the rows are allowed more silence than the horizon of ${h} days, and ${percent(zeros)} ` +
          `cannot be positive whatever they do: the label follows how irregular somebody is; set mostDays to ${h} or ` +
          "less, or take a longer horizon.",
      ),
    );
  if (under > 0.5)
    found.push(
      warning(
        "days-under-half-horizon",
        under,
        `${percent(under)} of the rows are allowed less silence than half the horizon of ${h} days: one pause in many ` +
          `counts as churn, and ${percent(counts.withinButActive / counts.within)} of the WITHIN positives are active ` +
          "again inside the window; take a higher quantile, higher leastDays, or a shorter horizon.",
      ),
    );
  return found;
}

function ownInWarnings(options: WarningOptions): Warning[] {
  const {cohort, targets, horizon} = options;
  const labelled = labelledRows(targets);
  const m = monthsOf(horizon);
  const out = outOfReach(options, labelled);
  if (out > 0.5)
    return [
      warning(
        "in-out-of-reach",
        out,
        `IN(${m}) is out of reach for ${percent(out)} of the rows if they stay silent, since their own days end before ` +
          `its month or after it, so recency misleads${aucText(", alone it ranks with", recencyAuc(cohort, targets.in))}; ` +
          "use WITHIN.",
      ),
    ];
  const eligible = (i: number): boolean => targets.churnsIn[i]! >= (m - 1) * 30;
  const auc = valueAuc(i => Number(eligible(i)), targets.in, labelled);
  if (auc === null || auc < 0.7) return [];
  const positive = share(
    labelled.filter(i => targets.in[i] === 1),
    eligible,
  );
  return [
    warning(
      "in-eligibility",
      positive,
      `${percent(positive)} of the IN(${m}) positives could churn in its month by silence alone, which by itself ranks ` +
        `with ROC AUC ${decimal(auc)}: judge the model among those rows, too.`,
    ),
  ];
}

/** Gaps below which the population's rhythm outweighs the customer's. */
const FEW_GAPS = 3;

/** Regularity that is inactivity in disguise: for lack of gaps, or since a bound decides. */
function rhythmWarnings({targets}: WarningOptions, rule: RegularityRule): Warning[] {
  const labelled = labelledRows(targets);
  const few = share(labelled, i => targets.gaps[i]! < FEW_GAPS);
  const bound = share(
    labelled,
    i => targets.allowed[i] === rule.mostDays || targets.allowed[i] === rule.leastDays,
  );
  const found: Warning[] = [];
  if (few > 0.5)
    found.push(
      warning(
        "few-gaps",
        few,
        `${percent(few)} of the rows have fewer than ${FEW_GAPS} gaps of their own: their days are the population's, ` +
          `about ${silenceAllowed(rule, {gaps: 0, mean: 0, squares: 0})}, and regularity says little more than ` +
          "inactivity would.",
      ),
    );
  if (bound > 0.5)
    found.push(
      warning(
        "bounds-decide",
        bound,
        `For ${percent(bound)} of the rows the bounds of ${rule.leastDays} and ${rule.mostDays} days decide, not the ` +
          "rhythm: widen them, take another quantile, or use inactivity.",
      ),
    );
  return found;
}

/** NaN without a row. */
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
