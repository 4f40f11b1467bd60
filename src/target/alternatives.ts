import type {EventLog} from "../data/event-log.ts";
import type {Instant} from "../data/instant.ts";
import {inactivity, type Span, type TargetName} from "../study.ts";
import {buildCohort, type Cohort} from "./cohort.ts";
import {type TargetCounts, targetCounts} from "./counts.ts";
import type {Moments} from "./cutoffs.ts";
import {labelTargets, type Targets} from "./targets.ts";
import {targetWarnings, type Warning} from "./warnings.ts";

/** What a number of days of inactivity would make of the targets. Shares are NaN without a labelled row. */
export type InactivityAlternative = {
  readonly days: number;
  readonly cohort: Cohort;
  readonly targets: Targets;
  readonly counts: TargetCounts;
  /** Share of positives among the labelled rows, by target. */
  readonly baseRate: Readonly<Record<TargetName, number>>;
  /** Share of the labelled rows that cannot be WITHIN or IN positives. */
  readonly structuralZeroShare: number;
  /** Share of the labelled rows where WITHIN and SILENT say the same. */
  readonly agreement: number;
  readonly warnings: Readonly<Record<TargetName, readonly Warning[]>>;
};

export type AlternativeOptions = {
  readonly daysList?: readonly number[];
  /** The qualifying event type. */
  readonly of: string;
  readonly cutoffs: readonly Instant[];
  /** The cutoffs of each customer, where they differ; those beyond the last of `cutoffs` are left out. */
  readonly moments?: Moments | undefined;
  readonly horizon: Span;
  /** Customers with a shorter tenure at a cutoff are left out. */
  readonly minimumTenureDays?: number;
};

/** Builds the targets of one log for several lengths of inactivity, to choose one with open eyes. */
export function inactivityAlternatives(
  log: EventLog,
  {daysList = [30, 60, 90, 120], of, cutoffs, moments, horizon, minimumTenureDays = 0}: AlternativeOptions,
): InactivityAlternative[] {
  return daysList.map(days => {
    const churn = inactivity({days, of});
    const cohort = buildCohort(log, {churn, cutoffs, moments, activity: of, minimumTenureDays});
    const targets = labelTargets(log, cohort, {churn, horizon, activity: of});
    const counts = targetCounts(cohort, targets).overall;
    const warn = (target: TargetName) => targetWarnings({cohort, targets, churn, horizon, target});
    return {
      days,
      cohort,
      targets,
      counts,
      baseRate: {
        within: counts.within / counts.mature,
        in: counts.in / counts.mature,
        silent: counts.silent / counts.mature,
      },
      structuralZeroShare: counts.structuralZero / counts.mature,
      agreement: counts.agree / counts.mature,
      warnings: {within: warn("within"), in: warn("in"), silent: warn("silent")},
    };
  });
}
