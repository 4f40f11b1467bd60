import {dateOf, spanText} from "../data/calendar.ts";
import type {Study} from "../study.ts";
import type {Cohort} from "../target/cohort.ts";
import {targetCounts} from "../target/counts.ts";
import type {Targets} from "../target/targets.ts";
import {churnText, countText, list, type List, type Table, targetText, type Text, text} from "./words.ts";

/** The cohort, the churn and the target of the study, in words. */
export function definitionText(study: Study, cohort: Cohort): Text {
  const active =
    study.churn.kind === "contract"
      ? "customers with a running contract"
      : `customers whose last event of type "${study.churn.of}" lies in the ${study.churn.days} days before`;
  const tenure = study.minimumTenureDays > 0 ? ` and with at least ${study.minimumTenureDays} days of history` : "";
  return text(
    `${churnText(study.churn)} At the first day of each month (the cutoff) the cohort holds the ${active}${tenure}: ` +
      `${countText(cohort.rows)} rows at ${cohort.cutoffs.length} cutoffs from ${dateOf(cohort.cutoffs[0]!)} to ` +
      `${dateOf(cohort.cutoffs.at(-1)!)}. Predicted is whether a customer ${targetText(study.target, study)}. ` +
      `Only events before the cutoff are used; the outcome lies in the ${spanText(study.horizon)} from the cutoff on, ` +
      "the cutoff day included.",
  );
}

/** Rows and positives of the three targets by cutoff, with all cutoffs as the last row. */
export function countsTable(cohort: Cohort, targets: Targets): Table {
  const {byCutoff, overall} = targetCounts(cohort, targets);
  const rate = (positives: number, mature: number) => (mature === 0 ? null : positives / mature);
  const integer = (name: string, title: string) => ({name, title, format: "integer" as const});
  const percent = (name: string, title: string) => ({name, title, format: "percent" as const, digits: 1});
  return {
    kind: "table",
    caption: "Customers in the cohort and positives under each target, by cutoff",
    columns: [
      {name: "cutoff", title: "Cutoff", format: "text"},
      integer("rows", "Customers"),
      integer("immature", "Not yet known"),
      integer("within", "WITHIN"),
      percent("withinRate", "WITHIN, share"),
      integer("in", "IN"),
      percent("inRate", "IN, share"),
      integer("silent", "SILENT"),
      percent("silentRate", "SILENT, share"),
      percent("agree", "WITHIN and SILENT agree"),
    ],
    rows: [...byCutoff.map(c => ({name: dateOf(c.cutoff), ...c})), {name: "All cutoffs", ...overall}].map(c => [
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

/** The share of positives of each target by cutoff, as the chart of base rates takes it; null where none is mature. */
export function baseRates(
  cohort: Cohort,
  targets: Targets,
): {cutoffs: string[]; series: {name: string; rates: (number | null)[]}[]} {
  const {byCutoff} = targetCounts(cohort, targets);
  const series = (["within", "in", "silent"] as const).map(name => ({
    name: name.toUpperCase(),
    rates: byCutoff.map(c => (c.mature === 0 ? null : c[name] / c.mature)),
  }));
  return {cutoffs: byCutoff.map(c => dateOf(c.cutoff).slice(0, 7)), series};
}

/** The warnings as a list; it says so when there is none. */
export function warningsList(warnings: readonly {readonly message: string}[]): List {
  return list(
    warnings.length > 0
      ? warnings.map(warning => warning.message)
      : ["None of the checks of the target found anything to warn about."],
  );
}
