import type {Day, EventLog} from "../data/event-log.ts";
import type {Instant} from "../data/instant.ts";
import {DataError} from "../data-error.ts";
import {inactivity, regularity, type Span} from "../study.ts";
import {churnDays} from "./churn.ts";
import {buildCohort} from "./cohort.ts";
import {type TargetCounts, targetCounts} from "./counts.ts";
import type {Moments} from "./cutoffs.ts";
import {fitRegularity, type RegularityRule} from "./regularity.ts";
import {type RhythmGroup, rhythmGroups} from "./rhythm.ts";
import type {ChurnRule} from "./rule.ts";
import {type SpellSummary, spellSummary} from "./spells.ts";
import {labelTargets} from "./targets.ts";

/** One definition of churn and what it makes of a log. */
export type DefinitionFigures = {
  readonly rule: ChurnRule;
  /** Whether it is the study's. */
  readonly own: boolean;
  /** Events before the first test cutoff. */
  readonly spells: SpellSummary;
  /** Over all cutoffs: rows, and those that have no label yet. */
  readonly counts: Pick<TargetCounts, "rows" | "immature">;
};

export type Definitions = {
  readonly definitions: readonly DefinitionFigures[];
  /** Who is called early and who late by regularity, and by the same days for all; none without enough customers. */
  readonly rhythm: readonly RhythmGroup[];
  /** The days for all that regularity is held against. */
  readonly fixedDays: number;
};

export type DefinitionOptions = {
  readonly own: ChurnRule;
  /** Event type for the definitions that count silence, where the study's own does not. */
  readonly activity: string;
  readonly cutoffs: readonly Instant[];
  readonly moments?: Moments | undefined;
  readonly horizon: Span;
  readonly minimumTenureDays?: number;
  /** First test cutoff: spells are looked at on the days before, since to choose a definition is a choice. */
  readonly before: Day;
  /** By customer, 1 for those that regularity learns from. */
  readonly learns: ArrayLike<number>;
};

const FIXED_DAYS = 90;

/**
 * The study's definition of churn beside inactivity and regularity on the same events: how often customers churn, how
 * soon they come back, and what is not known yet. A log in which nobody has a rhythm has no regularity.
 */
export function compareDefinitions(log: EventLog, options: DefinitionOptions): Definitions {
  const {own, activity, before, learns} = options;
  const past: EventLog = {...log, lastDay: Math.min(log.lastDay, before - 1)};
  const of = "of" in own ? own.of : activity;
  const fixedDays = own.kind === "inactivity" ? own.days : FIXED_DAYS;
  const rhythmic = own.kind === "regularity" ? own : fittedOrNot(log, {of, learns, before});
  const rules: ChurnRule[] = [
    own,
    ...(own.kind === "inactivity" ? [] : [inactivity({days: fixedDays, of})]),
    ...(own.kind === "regularity" || !rhythmic ? [] : [rhythmic]),
  ];
  return {
    definitions: rules.map(rule => ({
      rule,
      own: rule === own,
      spells: spellSummary(past, churnDays(past, rule)),
      counts: countsOf(log, rule, options),
    })),
    rhythm: rhythmic ? rhythmGroups(past, rhythmic, {days: fixedDays}) : [],
    fixedDays,
  };
}

function countsOf(log: EventLog, churn: ChurnRule, options: DefinitionOptions): DefinitionFigures["counts"] {
  const cohort = buildCohort(log, {...options, churn});
  const {rows, immature} = targetCounts(cohort, labelTargets(log, cohort, {...options, churn})).overall;
  return {rows, immature};
}

function fittedOrNot(
  log: EventLog,
  options: Parameters<typeof fitRegularity>[1],
): RegularityRule | undefined {
  try {
    return {...regularity({of: options.of}), population: fitRegularity(log, options)};
  } catch (error) {
    if (error instanceof DataError) return undefined;
    throw error;
  }
}
