import type {AlternativesData} from "../charts/alternatives.ts";
import type {BaseRateData} from "../charts/base-rate.ts";
import {dateOf, spanText} from "../data/calendar.ts";
import {whole} from "../figures.ts";
import {CADENCE_WORDS} from "../ledger/cadence.ts";
import type {EvidenceValue} from "../ledger/evidence.ts";
import type {Study} from "../study.ts";
import type {InactivityAlternative} from "../target/alternatives.ts";
import type {Cohort} from "../target/cohort.ts";
import {type TargetCounts, targetCounts} from "../target/counts.ts";
import {recencyTable} from "../target/recency.ts";
import type {Targets} from "../target/targets.ts";
import {
  churnText,
  type List,
  list,
  type Table,
  type Text,
  targetText,
  targetTitle,
  text,
  textColumn,
} from "./words.ts";

/** The cohort, the churn and the target of the study, in words. */
export function definitionText(study: Study, cohort: Cohort): Text {
  const tenure =
    study.minimumTenureDays > 0 ? ` and with at least ${study.minimumTenureDays} days of history` : "";
  const streaming = study.cutoffs.every === "moment";
  return text(
    `${churnText(study.churn)} ${streaming ? "At" : "On"} ${CADENCE_WORDS[study.cutoffs.every]} (the cutoff) the cohort holds the ` +
      `${activeText(study.churn)}${tenure}: ` +
      `${whole(cohort.rows)} rows at ${cohort.cutoffs.length} cutoffs from ${dateOf(cohort.cutoffs[0]!)} to ` +
      `${dateOf(cohort.cutoffs.at(-1)!)}. Predicted is whether a customer ${targetText(study.target, study)}. ` +
      `Only events before the cutoff are used; the outcome lies in the ${spanText(study.horizon)} from the cutoff on, ` +
      `the cutoff ${streaming ? "itself" : "day"} included.`,
  );
}

function activeText(churn: Study["churn"]): string {
  switch (churn.kind) {
    case "inactivity":
      return `customers whose last event of type "${churn.of}" lies in the ${churn.days} days before`;
    case "regularity":
      return `customers whose pause since the last event of type "${churn.of}" is not yet long for them`;
    case "contract":
    case "subscription":
      return "customers with a running contract";
  }
}

/**
 * Rows and positives of the three targets by cutoff, or by month where a month holds several; the last row is of all.
 * Where cutoffs are many, a customer is counted at each.
 */
export function countsTable(cohort: Cohort, targets: Targets): Table {
  const {overall} = targetCounts(cohort, targets);
  const {periods, merged} = byPeriod(cohort, targets);
  const rate = (positives: number, mature: number) => (mature === 0 ? null : positives / mature);
  const integer = (name: string, title: string) => ({name, title, format: "integer" as const});
  const percent = (name: string, title: string) => ({name, title, format: "percent" as const, digits: 1});
  return {
    kind: "table",
    caption:
      `Rows of the cohort and positives under each target, by ${merged ? "month of the cutoff" : "cutoff"}; a customer ` +
      "counts at each cutoff",
    columns: [
      {name: "cutoff", title: merged ? "Month of the cutoff" : "Cutoff", format: "text"},
      integer("rows", "Rows"),
      integer("immature", "Not yet known"),
      integer("within", "WITHIN"),
      percent("withinRate", "WITHIN, share"),
      integer("in", "IN"),
      percent("inRate", "IN, share"),
      integer("silent", "SILENT"),
      percent("silentRate", "SILENT, share"),
      percent("agree", "WITHIN and SILENT agree"),
    ],
    rows: [...periods, {name: "All cutoffs", ...overall}].map(c => [
      c.name,
      c.rows,
      c.immature,
      c.within,
      rate(c.within, c.mature),
      c.in,
      rate(c.in, c.mature),
      c.silent,
      rate(c.silent, c.mature),
      rate(c.agree, c.mature),
    ]),
  };
}

/** Labelled rows from which on a share is drawn: of fewer it leaps by chance. */
const LEAST_ROWS = 30;

/**
 * The share of positives of each target by cutoff, or by month where a month holds several, as the chart of base rates
 * takes it; null where fewer than 30 rows have a label.
 */
export function baseRates(cohort: Cohort, targets: Targets): BaseRateData {
  const {periods, merged} = byPeriod(cohort, targets);
  const series = (["within", "in", "silent"] as const).map(name => ({
    name: name.toUpperCase(),
    rates: periods.map(c => (c.mature < LEAST_ROWS ? null : c[name] / c.mature)),
  }));
  const hasFew = periods.some(({mature}) => mature > 0 && mature < LEAST_ROWS);
  return {
    cutoffs: periods.map(c => c.name.slice(0, 7)),
    series,
    ...(merged && {merged: cohort.cutoffs.length}),
    ...(hasFew && {fewerThan: LEAST_ROWS}),
  };
}

/** Counts by cutoff, or by month where cutoffs share one. */
function byPeriod(
  cohort: Cohort,
  targets: Targets,
): {readonly periods: readonly (TargetCounts & {readonly name: string})[]; readonly merged: boolean} {
  const {byCutoff} = targetCounts(cohort, targets);
  const months = new Map<string, {name: string} & Record<keyof TargetCounts, number>>();
  for (const {cutoff, ...counts} of byCutoff) {
    const month = dateOf(cutoff).slice(0, 7);
    const sums = months.get(month);
    if (!sums) months.set(month, {name: month, ...counts});
    else for (const key of Object.keys(counts) as (keyof TargetCounts)[]) sums[key] += counts[key];
  }
  return months.size === byCutoff.length
    ? {periods: byCutoff.map(({cutoff, ...counts}) => ({name: dateOf(cutoff), ...counts})), merged: false}
    : {periods: [...months.values()], merged: true};
}

/** The warnings as a list; it says so when there is none. */
export function warningsList(warnings: readonly {readonly message: string}[]): List {
  return list(
    warnings.length > 0
      ? warnings.map(warning => warning.message)
      : ["None of the checks of the target found anything to warn about."],
  );
}

/**
 * How many customers, and which share of them positive, by days since the last activity, for the study's target.
 * Not applicable where nobody was ever active.
 */
export function recencyEvidence(cohort: Cohort, labels: Int8Array, study: Study): EvidenceValue {
  const {months, never} = recencyTable(cohort, labels);
  if (months.every(month => month.rows === 0))
    return {
      kind: "not-applicable",
      reason: "no customer has a past event of the activity type",
      by: study.card.owner,
    };
  const percent = (name: string, title: string) => ({name, title, format: "percent" as const, digits: 1});
  // A long tail of nearly empty months says nothing: from the seventh on they are one row.
  const shown = months.slice(0, 6);
  const rest = months.slice(6);
  const sum = (of: "rows" | "positives") => rest.reduce((total, month) => total + month[of], 0);
  const positives = months.reduce((total, month) => total + month.positives, never.positives);
  const row = (name: string, rows: number, hits: number) => [
    name,
    rows,
    hits,
    rows === 0 ? null : hits / rows,
    positives === 0 ? null : hits / positives,
  ];
  return {
    kind: "table",
    caption: `Days since the last "${study.activity}" and ${targetTitle(study.target, study)}`,
    columns: [
      textColumn("recency", "Last active"),
      {name: "rows", title: "Rows", format: "integer"},
      {name: "positives", title: "Positives", format: "integer"},
      percent("rate", "Share positive"),
      percent("share", "Share of all positives"),
    ],
    rows: [
      ...shown.map(m => row(`${m.fromDays} to ${m.toDays} days before`, m.rows, m.positives)),
      ...(rest.length > 0
        ? [row(`${rest[0]!.fromDays} days before or more`, sum("rows"), sum("positives"))]
        : []),
      ...(never.rows > 0 ? [row("never", never.rows, never.positives)] : []),
    ],
  };
}

/** Lengths of inactivity side by side: what each would make of the targets on this log. */
export function alternativesTable(
  alternatives: readonly (InactivityAlternative & {readonly recencyAuc: number | null})[],
  study: Study,
): Table {
  const share = (name: string, title: string) => ({name, title, format: "percent" as const, digits: 1});
  const orNull = (value: number) => (Number.isFinite(value) ? value : null);
  return {
    kind: "table",
    caption: `Churn as days without "${study.activity}", for the same cutoffs and horizon`,
    columns: [
      {name: "days", title: "Days of inactivity", format: "integer"},
      {name: "rows", title: "Rows in the cohort", format: "integer"},
      share("within", "WITHIN"),
      share("in", "IN"),
      share("silent", "SILENT"),
      share("structuralZero", "Cannot be WITHIN"),
      share("agreement", "WITHIN and SILENT agree"),
      {name: "recencyAuc", title: "ROC AUC of recency alone", format: "decimal", digits: 2},
    ],
    rows: alternatives.map(({days, cohort, baseRate, structuralZeroShare, agreement, recencyAuc}) => [
      days,
      cohort.rows,
      ...[baseRate.within, baseRate.in, baseRate.silent, structuralZeroShare, agreement].map(orNull),
      recencyAuc,
    ]),
  };
}

/** What would go wrong with each length of inactivity, by target. */
export function alternativeWarnings(alternatives: readonly InactivityAlternative[]): List {
  const items = alternatives.flatMap(({days, warnings}) => {
    const targetsOf = new Map<string, string[]>();
    for (const target of ["within", "in", "silent"] as const)
      for (const {message} of warnings[target])
        targetsOf.set(message, [...(targetsOf.get(message) ?? []), target.toUpperCase()]);
    return [...targetsOf].map(([message, names]) => `${days} days, ${names.join(", ")}: ${message}`);
  });
  return list(items.length > 0 ? items : ["None of the checks found anything to warn about."]);
}

/** The same, as the chart of alternatives takes it; lengths without a labelled row are left out. */
export function alternativePoints(
  alternatives: readonly (InactivityAlternative & {readonly recencyAuc: number | null})[],
  study: Study,
): AlternativesData {
  return {
    target: study.target.toUpperCase(),
    rows: alternatives
      .filter(({baseRate}) => Number.isFinite(baseRate[study.target]))
      .map(({days, baseRate, structuralZeroShare, recencyAuc}) => ({
        days,
        baseRate: baseRate[study.target],
        // Whoever cannot churn can still be silent.
        structuralZeros: study.target === "silent" ? null : structuralZeroShare,
        recencyAuc,
      })),
  };
}
