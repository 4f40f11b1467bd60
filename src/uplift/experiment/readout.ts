import {dayOf} from "../../data/calendar.ts";
import {byCodeUnit} from "../../data/event-log.ts";
import type {Matrix} from "../../features/matrix.ts";
import {type Balance, balanceOf} from "../balance.ts";
import {isAltered} from "./altered.ts";
import {CONTROL, type GroupName} from "./design.ts";
import {chiSquareAbove} from "./distributions.ts";
import {detectableAt, isEnough, type Metric, type Plan, type RegisteredPlan} from "./plan.ts";
import {
  type GroupOutcome,
  type GuardrailReading,
  readEffects,
  readGroups,
  readGuardrails,
  readSegments,
  readTargeting,
  type SegmentReading,
  type TargetingEffect,
  type TreatmentEffect,
} from "./read-effects.ts";
import {
  type AssignedCustomers,
  armsOf,
  columnsOf,
  fewest,
  groupOf,
  joinOutcomes,
  type Outcomes,
  type ReadRows,
  type Where,
  whereOf,
} from "./read-rows.ts";
import {knownRatio, SAMPLE_RATIO_ALPHA} from "./sample-ratio.ts";

/**
 * Why a reading says less than it seems to: `peeked`, at no planned look; `underpowered`, too few customers for the
 * planned effect; `sample-ratio`, customers lost in one arm more than in another; `altered population`, the customers or
 * their arms are not those of the plan.
 */
export type ReadOutLabel = "peeked" | "underpowered" | "sample-ratio" | "altered population";

/** Whether outcomes are known in each arm as often as the arms were large, within the target group and outside it. */
export type ReadSampleRatio = {
  readonly cells: readonly {
    readonly group: GroupName;
    readonly arm: string;
    /** By the plan. */
    readonly assigned: number;
    readonly known: number;
    /** Known, were they lost or late alike in all arms. */
    readonly expected: number;
  }[];
  readonly statistic: number;
  readonly degreesOfFreedom: number;
  readonly p: number;
  readonly mismatch: boolean;
  readonly formula: string;
};

/** A covariate or stratum in a treatment and the control of the target group, of the customers with a known outcome. */
export type ReadBalance = Omit<Balance, "smd" | "smdTreated"> & {
  readonly treatment: string;
  /** Null where the arms differ and neither varies. */
  readonly smd: number | null;
};

/** What effect of a treatment so many customers of the target group can show, at the plan's alpha and power. */
export type ReadPower = {
  readonly treatment: string;
  /** At a look before the last, customers who were assigned; else those whose outcome is known. */
  readonly treated: number;
  readonly control: number;
  /** Treated less control; null when none can be shown. */
  readonly detectable: number | null;
  readonly planned: number;
  /** Whether the detectable effect is no larger than the planned one. */
  readonly enough: boolean;
};

/** What the outcomes say. */
export type ReadOutResults = {
  readonly groups: readonly GroupOutcome[];
  /** Inside the target group, in the order of the plan. */
  readonly effects: readonly TreatmentEffect[];
  /** Outside it; empty where the plan treats nobody there. */
  readonly outside: readonly TreatmentEffect[];
  readonly targeting: readonly TargetingEffect[];
  readonly guardrails: readonly GuardrailReading[];
  readonly segments: readonly SegmentReading[];
};

/** A reading of an experiment on a day: plain data, the same for the same input. */
export type ReadOut = {
  readonly schemaVersion: "1";
  readonly plan: {
    readonly name: string;
    readonly digest: string;
    readonly hypothesis: string;
    readonly launch: string;
    readonly horizonDays: number;
    readonly alpha: number;
    readonly multiplicity: string;
  };
  readonly metric: Metric;
  /** Day it was read on, YYYY-MM-DD. */
  readonly day: string;
  readonly assigned: number;
  readonly known: number;
  /** Rows of outcomes whose customer is not assigned; they are left out. */
  readonly strangers: number;
  /** Share of the assigned customers whose outcome is known. */
  readonly information: number;
  /** The planned look that this is, from 1; null when it is none. */
  readonly look: {
    readonly index: number;
    readonly of: number;
    /** Two-sided alpha of this look for one treatment, and |z| to stop at. */
    readonly alpha: number;
    readonly bound: number;
  } | null;
  /** Level of the intervals: 1 less the alpha of the look, or of the next one when it is none. */
  readonly level: number;
  readonly labels: readonly ReadOutLabel[];
  readonly power: readonly ReadPower[];
  readonly sampleRatio: ReadSampleRatio;
  readonly balance: readonly ReadBalance[];
  /** Null with a sample-ratio mismatch: from such data no effect is to be read. */
  readonly results: ReadOutResults | null;
};

/** How far the share of known outcomes may lie off a planned look. */
const LOOK_TOLERANCE = 0.05;

/**
 * Reads an experiment as it was planned: every customer counts in the arm assigned, whatever was done. Intervals are at
 * the level of the planned look that the share of known outcomes is within 0.05 of; the last look also has to wait until
 * the horizon is over.
 * @param day of the reading, YYYY-MM-DD.
 * @throws RangeError as {@link joinOutcomes} does, and for a day before the launch.
 */
export function readOut(
  plan: RegisteredPlan,
  assignment: AssignedCustomers,
  outcomes: Outcomes,
  {day}: {readonly day: string},
): ReadOut {
  if (dayOf(day) < dayOf(plan.launch))
    throw new RangeError(`readOut requires a day from the launch on, ${plan.launch}, got ${day}`);
  const rows = joinOutcomes(plan, assignment, outcomes);
  const known = rows.outcome.reduce((n, value) => n + (Number.isNaN(value) ? 0 : 1), 0);
  const information = known / rows.customer.length;
  const look = lookAt(plan, information, day);
  const level = 1 - (look?.alpha ?? nextAlpha(plan, information));
  const ratio = sampleRatioOf(plan, rows);
  const power = powerOf(plan, rows, look);
  const reading = {plan, rows, level, alpha: look?.alpha ?? null};
  const {name, digest, hypothesis, launch, horizonDays, alpha, multiplicity, metric} = plan;
  return {
    schemaVersion: "1",
    plan: {name, digest, hypothesis, launch, horizonDays, alpha, multiplicity},
    ...{metric, day, assigned: rows.customer.length, known, strangers: rows.strangers},
    ...{information, look, level},
    labels: [
      ...(look === null ? (["peeked"] as const) : []),
      ...(power.some(({enough}) => !enough) ? (["underpowered"] as const) : []),
      ...(ratio.mismatch ? (["sample-ratio"] as const) : []),
      ...(isAltered(plan, rows) ? (["altered population"] as const) : []),
    ],
    ...{power, sampleRatio: ratio},
    balance: plan.sharing.arms.flatMap(({name: treatment}) => balanceIn(plan, rows, treatment)),
    results: ratio.mismatch
      ? null
      : {
          groups: readGroups(reading),
          effects: readEffects(reading, "target"),
          outside: plan.sharing.random === 0 ? [] : readEffects(reading, "outside"),
          targeting: readTargeting(reading),
          guardrails: readGuardrails(reading),
          segments: readSegments(reading),
        },
  };
}

function lookAt({looks, launch, horizonDays}: Plan, information: number, day: string): ReadOut["look"] {
  const off = looks.information.map(t => Math.abs(t - information));
  const nearest = off.indexOf(Math.min(...off));
  const of = off.length;
  if (off[nearest]! > LOOK_TOLERANCE + 1e-9) return null;
  if (nearest === of - 1 && dayOf(day) < dayOf(launch) + horizonDays) return null;
  return {index: nearest + 1, of, alpha: looks.nominal[nearest]!, bound: looks.bounds[nearest]!};
}

/** Alpha of the next look to come, or of the last. */
function nextAlpha({looks}: Plan, information: number): number {
  const next = looks.information.findIndex(t => t >= information);
  return looks.nominal[next < 0 ? looks.nominal.length - 1 : next]!;
}

function powerOf(plan: Plan, rows: ReadRows, look: ReadOut["look"]): ReadPower[] {
  const toCome = look !== null && look.index < look.of;
  const size = (arm: string): number =>
    toCome
      ? rows.arm.filter((own, i) => own === arm && whereOf(rows.group[i]!) === "target").length
      : knownOf(rows, {where: "target", arm});
  const {metric} = plan;
  const control = size(CONTROL);
  return plan.sharing.arms.map(({name: treatment}) => {
    const treated = size(treatment);
    const detectable = detectableAt(plan, {treated, control});
    const planned = metric.treatment - metric.control;
    return {treatment, treated, control, detectable, planned, enough: isEnough(metric, detectable)};
  });
}

/** {@link knownRatio} within the target group and outside it, their statistics added up. */
function sampleRatioOf({population, sharing}: Plan, rows: ReadRows): ReadSampleRatio {
  const sides = (["target", "outside"] as const).map(where => {
    const cells = [...sharing.arms.map(({name}) => name), CONTROL].flatMap(arm => {
      const assigned = population[where][arm] ?? 0;
      const known = knownOf(rows, {where, arm});
      return assigned === 0 ? [] : [{group: groupOf(where, arm), arm, assigned, known}];
    });
    const known = cells.map(cell => cell.known);
    const none = cells.length < 2 || known.every(n => n === 0);
    const ratio = none
      ? {expected: known, statistic: 0, degreesOfFreedom: 0}
      : knownRatio(
          known,
          cells.map(cell => cell.assigned),
        );
    return {cells: cells.map((cell, k) => ({...cell, expected: ratio.expected[k]!})), ratio};
  });
  const statistic = sides.reduce((sum, {ratio}) => sum + ratio.statistic, 0);
  const degreesOfFreedom = sides.reduce((sum, {ratio}) => sum + ratio.degreesOfFreedom, 0);
  const p = degreesOfFreedom === 0 ? 1 : chiSquareAbove(statistic, degreesOfFreedom);
  return {
    cells: sides.flatMap(({cells}) => cells),
    ...{statistic, degreesOfFreedom, p, mismatch: p < SAMPLE_RATIO_ALPHA},
    formula: SAMPLE_RATIO_FORMULA,
  };
}

const SAMPLE_RATIO_FORMULA =
  "chi-square of the known outcomes by arm against the arms' sizes, for finite arms, added up over the target group and the others";

function knownOf(rows: ReadRows, {where, arm}: {readonly where: Where; readonly arm: string}): number {
  return rows.arm.filter(
    (own, i) => own === arm && whereOf(rows.group[i]!) === where && !Number.isNaN(rows.outcome[i]!),
  ).length;
}

/** The plan's covariates and the strata of a treatment against the control, in the target group. */
function balanceIn(plan: Plan, rows: ReadRows, treatment: string): ReadBalance[] {
  const arms = armsOf(rows, {treatment, where: "target"});
  if (fewest(arms) < 1) return [];
  const columns = columnsOf(rows, plan.covariates, arms.rows);
  const strata = [...new Set(arms.rows.map(i => rows.stratum[i]!))].sort(byCodeUnit);
  const codes = arms.rows.map(i => strata.indexOf(rows.stratum[i]!));
  const table: Matrix = {
    names: [...columns.names, STRATUM],
    rows: columns.rows,
    values: Float64Array.from([...columns.values, ...codes]),
    categories: {[STRATUM]: strata},
  };
  return balanceOf(table, arms.treated).map(({smdTreated: _, smd, ...own}) => ({
    ...{...own, treatment},
    smd: Number.isFinite(smd) ? smd : null,
  }));
}

const STRATUM = "stratum";
