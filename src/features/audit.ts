import type {EventLog} from "../data/event-log.ts";
import type {AuditFinding} from "../split/finding.ts";
import {labelledRows, loneAuc} from "../split/lone-auc.ts";
import {rowsOf, type Split} from "../split/rows.ts";
import type {FeatureDeclaration} from "../study.ts";
import {churnDays} from "../target/churn.ts";
import type {Cohort} from "../target/cohort.ts";
import type {ChurnRule} from "../target/rule.ts";
import {checkAlone} from "./alone.ts";
import type {BesideLog} from "./fitted.ts";
import {checkKnown, checkOutcomeEvents} from "./known.ts";
import {type ComputeFeatures, checkLookAhead} from "./look-ahead.ts";
import {type Matrix, takeRows} from "./matrix.ts";

export type FeatureAuditOptions = {
  readonly log: EventLog;
  readonly cohort: Cohort;
  readonly split: Split;
  /** By cohort row, 1, 0 or -1. */
  readonly labels: Int8Array;
  readonly churn: ChurnRule;
  readonly features: readonly FeatureDeclaration[];
  /** By cohort row, days on which the target hangs by its definition, -1 for none; absent where there are none. */
  readonly mechanical?: Int32Array | undefined;
  /** How the features were computed. */
  readonly compute: ComputeFeatures;
  /** What they read beside the log. */
  readonly beside?: BesideLog;
  readonly seed: number;
};

/**
 * Checks the features of a study on the rows that teach: that none looks ahead, is known too late, reads what comes
 * with the outcome, or alone tells churners apart better than a feature can.
 * @param x features of the cohort's rows.
 */
export async function auditFeatures(x: Matrix, options: FeatureAuditOptions): Promise<AuditFinding[]> {
  const {log, cohort, split, labels, churn, features, mechanical, compute, beside, seed} = options;
  const rows = rowsOf(split, "train");
  const labelled = labelledRows(
    Uint8Array.from(rows, i => labels[i]!),
    rows.map(i => cohort.customer[i]!),
  );
  const taught = new Set(rows.map(i => cohort.cutoff[i]!));
  const made =
    mechanical && Float64Array.from(rows, i => (mechanical[i] === -1 ? Number.NaN : mechanical[i]!));
  return [
    ...(await checkLookAhead(log, cohort, compute, {seed, ...(beside ? {beside} : {})})),
    ...(labelled ? checkAlone(takeRows(x, rows), labelled, made && loneAuc(made, labelled)) : []),
    ...checkKnown(
      log,
      features,
      cohort.cutoffs.filter((_, k) => taught.has(k)),
    ),
    ...checkOutcomeEvents(log, features, churnDays(log, churn)),
  ];
}
