import type {Campaigns} from "../data/campaigns.ts";
import type {CustomerTables} from "../data/customer-table.ts";
import type {EventLog} from "../data/event-log.ts";
import type {FeatureDeclaration} from "../study.ts";
import type {Cohort} from "../target/cohort.ts";
import {type Levels, levelsBefore, levelsOf} from "./levels.ts";
import type {Matrix} from "./matrix.ts";
import {planFeatures, shapeOf} from "./plan.ts";
import {rollUpLog} from "./rollup.ts";
import {rowsOfCohort, unitOf} from "./rows.ts";
import {fillSeason, sweepOf} from "./sweep-customers.ts";

export type FeatureInputs = {
  readonly features: readonly FeatureDeclaration[];
  readonly campaigns?: Campaigns | undefined;
  /** The study's own tables by name, their customers those of the log. */
  readonly tables?: CustomerTables | undefined;
  /** Dictionaries of the features that give categories, as learnt; those of the events before the last cutoff when absent. */
  readonly levels?: Levels | undefined;
};

/** Entries of a block of customers, about: it bounds the memory of the roll-up. */
const BLOCK = 1 << 16;

/**
 * Features of every cohort row from events before its cutoff t, and known by it; all windows are [t - days, t). A
 * cutoff within a day, a {@link Day} with a fraction, needs the log's times of day. Ages and gaps count from 00:00 of
 * the events' days either way, so a cutoff at 00:00 has the same features with times and without.
 * @returns rows in the order of the cohort, columns in the order of the declarations.
 * @throws DataError when a declaration reads something that the log does not have.
 * @throws RangeError for a cutoff within a day when the log has no times.
 */
export function computeFeatures(log: EventLog, cohort: Cohort, inputs: FeatureInputs): Matrix {
  const {features, campaigns, tables = {}} = inputs;
  const plan = planFeatures(features, shapeOf(log, inputs));
  const unit = unitOf(cohort.cutoffs);
  if (unit !== 1 && !log.timeOfDay)
    throw new RangeError(
      `computeFeatures requires log.timeOfDay for cutoffs within a day, got ${cohort.cutoffs.find(t => !Number.isInteger(t))}`,
    );
  const levels = inputs.levels ?? levelsBefore(log, features, cohort.cutoffs.at(-1) ?? log.firstDay);
  const rows = rowsOfCohort(cohort, {customers: log.customers.length, unit});
  const sweep = sweepOf(plan, {
    ...{unit, tables},
    codeValues: plan.codes.map(({attribute}) => log.attributes[attribute]!.values.length),
    levels: levelsOf(levels, plan, log.attributes),
  });
  const values = new Float64Array(cohort.rows * features.length);
  fillSeason(plan, rows, cohort.cutoffs, values);
  for (let from = 0; from < log.customers.length; ) {
    let to = from + 1;
    while (to < log.customers.length && log.offsets[to + 1]! - log.offsets[from]! <= BLOCK) to += 1;
    sweep(rollUpLog(log, {plan, unit, campaigns, from, to}), rows, values);
    from = to;
  }
  const names = features.map(feature => feature.name);
  return {
    names,
    rows: cohort.rows,
    values,
    ...(Object.keys(levels).length === 0 ? {} : {categories: levels}),
  };
}
