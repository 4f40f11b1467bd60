import {addSpan, dayOf} from "../data/calendar.ts";
import type {EventLog} from "../data/event-log.ts";
import {DataError} from "../data-error.ts";
import {splitKeys} from "../split/keys.ts";
import {hashUnit, setOf} from "../split/sets.ts";
import type {Study} from "../study.ts";
import {type InactivityAlternative, inactivityAlternatives} from "../target/alternatives.ts";
import {buildCohort, type Cohort} from "../target/cohort.ts";
import {cutoffTimes} from "../target/cutoffs.ts";
import {compareDefinitions, type Definitions} from "../target/definitions.ts";
import {recencyAuc} from "../target/recency.ts";
import {fitRegularity} from "../target/regularity.ts";
import {type ChurnRule, ruleOf} from "../target/rule.ts";
import {labelTargets, type Targets} from "../target/targets.ts";
import {treatedInWindow} from "../target/treated.ts";
import {targetWarnings, type Warning} from "../target/warnings.ts";
import type {RunInputs} from "./inputs.ts";
import {once} from "./once.ts";

/** An inactivity window with the AUC of recency alone for the study's target; null without both classes. */
export type Alternative = InactivityAlternative & {readonly recencyAuc: number | null};

/** The stages of a run that say who is in the cohort, who churns, and what else could be asked. */
export type TargetStages = {
  /** The study's definition of churn with what it has learned of training customers before the test. */
  readonly churnRule: () => ChurnRule;
  readonly cohort: () => Cohort;
  readonly targets: () => Targets;
  /** Labels of the study's target, one a cohort row: 1, 0, or -1 where not yet known. */
  readonly labels: () => Int8Array;
  /** By cohort row, 1 where a campaign treated the customer in the outcome window. */
  readonly treated: () => Uint8Array;
  /** By customer, what the hash that gives the set is taken of. */
  readonly keys: () => readonly string[];
  /** Customers in the last cohort: how many a campaign can choose from. */
  readonly cohortSize: () => number;
  readonly warnings: () => Warning[];
  /** The same log under other lengths of inactivity. */
  readonly inactivityAlternatives: (days: readonly number[]) => Alternative[];
  /** Churn as spells under the study's definition and under those that the log allows, before the test. */
  readonly definitions: () => Definitions;
};

export function targetStages({study, log, campaigns, subscriptions}: RunInputs): TargetStages {
  const {horizon, activity, target, minimumTenureDays} = study;
  const testFrom = dayOf(`${study.split.testFrom}-01`);
  const asked = once(() => cutoffTimes(study.cutoffs, log));
  const keys = once(() => splitKeys(log, study.split.group));
  const learns = once(() =>
    keys().map(key => Number(setOf(hashUnit(key, study.split.salt), study.split) === "train")),
  );
  const churnRule = once(() => {
    requireEventTypes(log, study);
    const {churn} = study;
    return ruleOf(churn, {
      population: () => {
        const of = "of" in churn ? churn.of : activity;
        return fitRegularity(log, {of, learns: learns(), before: testFrom});
      },
      subscriptions,
    });
  });
  const cohort = once(() => {
    const {times: cutoffs, moments} = asked();
    return buildCohort(log, {churn: churnRule(), cutoffs, moments, activity, minimumTenureDays});
  });
  const targets = once(() => labelTargets(log, cohort(), {churn: churnRule(), horizon, activity}));
  const labels = () => targets()[target];
  const treated = once(() =>
    campaigns ? treatedInWindow(cohort(), campaigns, horizon) : new Uint8Array(cohort().rows),
  );
  const warnings = once(() =>
    targetWarnings({cohort: cohort(), targets: targets(), churn: churnRule(), horizon, target}),
  );
  const cohortSize = once(() => {
    const last = asked().times.at(-1)!;
    // With moments of their own, few customers share the last.
    const {cutoffs, cutoff} = asked().moments
      ? buildCohort(log, {churn: churnRule(), cutoffs: [last], activity, minimumTenureDays})
      : cohort();
    return cutoff.reduce((n, k) => n + (k === cutoffs.length - 1 ? 1 : 0), 0);
  });
  return {
    ...{churnRule, cohort, targets, labels, treated, keys, cohortSize, warnings},
    definitions: once(() => {
      const {times: cutoffs, moments} = asked();
      return compareDefinitions(log, {
        ...{own: churnRule(), activity, cutoffs, moments, horizon, minimumTenureDays},
        ...{before: testFrom, learns: learns()},
      });
    }),
    inactivityAlternatives: days => {
      const {churn} = study;
      const own = churn.kind === "inactivity" ? [churn.days] : [];
      const daysList = [...new Set([...days, ...own])].sort((a, b) => a - b);
      // A choice of definition is a choice: it may look only at cutoffs before the test.
      const {times: cutoffs, moments} = asked();
      const before = cutoffs.filter(t => addSpan(t, horizon) <= testFrom);
      const of = "of" in churn ? churn.of : activity;
      return inactivityAlternatives(log, {
        ...{daysList, of, cutoffs: before, moments, horizon, minimumTenureDays},
      }).map(alternative => ({
        ...alternative,
        recencyAuc: recencyAuc(alternative.cohort, alternative.targets[target]),
      }));
    },
  };
}

/** A misspelled event type would be a silent one. @throws DataError naming the field and the types of the log. */
function requireEventTypes({types}: EventLog, {churn, activity}: Study): void {
  const named = {activity, ...eventTypes(churn)};
  for (const [field, type] of Object.entries(named))
    if (!types.includes(type))
      throw new DataError(
        `${field} is ${JSON.stringify(type)}, and the log has no such event; it has ${types.join(", ")}`,
      );
}

function eventTypes(churn: Study["churn"]): Readonly<Record<string, string>> {
  switch (churn.kind) {
    case "inactivity":
    case "regularity":
      return {"churn.of": churn.of};
    case "contract":
      return {"churn.start": churn.start, "churn.renew": churn.renew, "churn.end": churn.end};
    case "subscription":
      return {};
  }
}
