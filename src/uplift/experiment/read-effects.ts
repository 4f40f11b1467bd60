import {byCodeUnit} from "../../data/event-log.ts";
import type {Matrix} from "../../features/matrix.ts";
import {type Adjusted, cuped, linAdjusted} from "./adjust.ts";
import {type ComplierEffect, complierEffect} from "./compliance.ts";
import {CONTROL, type GroupName} from "./design.ts";
import {tTwoSided} from "./distributions.ts";
import {
  countOf,
  differenceOfMeans,
  differenceOfProportions,
  type Effect,
  meanDifference,
  momentsOf,
  normalEffect,
  ratioOfProportions,
  wilsonInterval,
} from "./effect.ts";
import {holm} from "./multiplicity.ts";
import type {Metric, Plan} from "./plan.ts";
import {
  armsOf,
  columnsOf,
  fewest,
  groupOf,
  type ReadArms,
  type ReadRows,
  type Where,
  whereOf,
} from "./read-rows.ts";

/** An estimate with its interval. */
export type Bounds = {readonly value: number; readonly low: number; readonly high: number};

/** Customers of an arm of a group with the outcome's mean among those of whom it is known. */
export type GroupOutcome = {
  readonly group: GroupName;
  /** A treatment, or `control`. */
  readonly arm: string;
  readonly assigned: number;
  readonly known: number;
  /** Share or mean with its interval at the level of the reading; null with fewer than two known outcomes. */
  readonly outcome: Bounds | null;
};

/** What a treatment changes, treated less control, by assignment (intention to treat). */
export type TreatmentEffect = {
  readonly treatment: string;
  /** Inside the target group or outside it. */
  readonly where: Where;
  readonly treated: GroupOutcome;
  readonly control: GroupOutcome;
  /** In the unit of the metric; null, and all else too, where an arm has fewer than two known outcomes. */
  readonly difference: Effect | null;
  /** The same towards the better: above 0 the treatment helps, whichever way the metric points. */
  readonly gain: Bounds | null;
  /** Of shares, treated over control; null for amounts, and where an arm has none with the outcome. */
  readonly ratio: Effect | null;
  /** With the plan's covariates taken out; null without covariates, and where they or the outcome do not vary. */
  readonly cuped: Adjusted | null;
  readonly lin: Adjusted | null;
  /** Effect on those who took the treatment, where the plan names what shows it. */
  readonly complier: ComplierEffect | null;
  /** p value of the difference, adjusted for the number of treatments as the plan says. */
  readonly pAdjusted: number | null;
  /** Whether the look's bound for stopping is reached, towards the better or the worse; never at no planned look. */
  readonly crossed: boolean;
};

/** Whether a treatment changes more inside the target group than outside it. */
export type TargetingEffect = {
  readonly treatment: string;
  /** Effect inside less effect outside, in the unit of the metric. */
  readonly difference: Effect;
  /** The same towards the better: above 0 the model picks those whom the contact changes more. */
  readonly gain: Bounds;
};

/** Something that must not get worse, in the target group. */
export type GuardrailReading = {
  readonly name: string;
  readonly treatment: string;
  readonly margin: number;
  /** By how much its mean is worse among the treated; null where an arm has fewer than two values. */
  readonly worsening: number | null;
  /** One-sided bounds of the worsening at level 1 − alpha each. */
  readonly least: number | null;
  readonly most: number | null;
  readonly level: number;
  /** `held` when it is worse by less than the margin even at the bound, `breached` when by more at the other one. */
  readonly verdict: "held" | "breached" | "not shown";
  readonly formula: string;
  readonly n: {readonly treated: number; readonly control: number};
};

/** The effect of a treatment among the customers of the target group with a value of a segment. */
export type SegmentReading = {
  readonly segment: string;
  readonly value: string;
  readonly treatment: string;
  readonly difference: Effect | null;
  readonly gain: Bounds | null;
  /** By Holm over all segments and treatments of the read-out; null without a difference. */
  readonly pAdjusted: number | null;
};

/** What a reading of effects goes by. */
export type Reading = {
  readonly plan: Plan;
  readonly rows: ReadRows;
  readonly level: number;
  /** Two-sided alpha of the look for one treatment; null at no planned look. */
  readonly alpha: number | null;
};

/** The customers of each group and arm, in the order of the plan; the target group first, its control last. */
export function readGroups({plan, rows, level}: Reading): GroupOutcome[] {
  const treatments = plan.sharing.arms.map(({name}) => name);
  const cells = (["target", "outside"] as const).flatMap(where =>
    [...treatments, CONTROL].map(arm => ({where, arm})),
  );
  return cells
    .map(cell => groupOutcome(plan.metric, rows, {...cell, level}))
    .filter(({assigned}) => assigned > 0);
}

function groupOutcome(
  {kind}: Metric,
  rows: ReadRows,
  {where, arm, level}: {readonly where: Where; readonly arm: string; readonly level: number},
): GroupOutcome {
  const own = Array.from(rows.customer.keys()).filter(
    i => rows.arm[i] === arm && whereOf(rows.group[i]!) === where,
  );
  const outcome = Float64Array.from(own, i => rows.outcome[i]!).filter(value => !Number.isNaN(value));
  const one = {outcome, treated: new Uint8Array(outcome.length)};
  const cell = {group: groupOf(where, arm), arm, assigned: own.length, known: outcome.length};
  if (outcome.length < 2) return {...cell, outcome: null};
  if (kind === "proportion") {
    const count = countOf(one, 0);
    return {...cell, outcome: {value: count.events / count.n, ...wilsonInterval(count, level)}};
  }
  const {n, mean, variance} = momentsOf(one, 0);
  const half = variance === 0 ? 0 : tTwoSided(1 - level, n - 1) * Math.sqrt(variance / n);
  return {...cell, outcome: {value: mean, low: mean - half, high: mean + half}};
}

/** The effect of each treatment on one side, in the order of the plan. */
export function readEffects(reading: Reading, where: Where): TreatmentEffect[] {
  const {plan, rows, level, alpha} = reading;
  const treatments = plan.sharing.arms.map(({name}) => name);
  const found = treatments.map(treatment => {
    const arms = armsOf(rows, {treatment, where});
    const of = {where, level};
    const sides = {
      treated: groupOutcome(plan.metric, rows, {...of, arm: treatment}),
      control: groupOutcome(plan.metric, rows, {...of, arm: CONTROL}),
    };
    return {treatment, where, ...sides, ...effectOf(reading, arms)};
  });
  const p = adjustedP(
    plan,
    found.map(({difference}) => difference?.p ?? null),
  );
  const crosses = (i: number): boolean => {
    const own = found[i]!.difference;
    if (alpha === null || own === null || where !== "target") return false;
    // With one look the adjusted value has the whole alpha; with several each treatment has its own share of it.
    return plan.looks.bounds.length === 1 ? p[i]! <= plan.alpha : own.p <= alpha;
  };
  return found.map((effect, i) => ({...effect, pAdjusted: p[i]!, crossed: crosses(i)}));
}

/** Holm for one look, Bonferroni for several, as `makePlan` says. */
function adjustedP({looks}: Plan, p: readonly (number | null)[]): (number | null)[] {
  if (looks.bounds.length > 1) return p.map(one => (one === null ? null : Math.min(1, p.length * one)));
  return holmOfKnown(p);
}

/** {@link holm} of the values that are known; the others stay null. */
function holmOfKnown(p: readonly (number | null)[]): (number | null)[] {
  const adjusted = holm(p.filter(one => one !== null));
  let k = 0;
  return p.map(one => (one === null ? null : adjusted[k++]!));
}

type OwnEffect = Pick<TreatmentEffect, "difference" | "gain" | "ratio" | "cuped" | "lin" | "complier">;

function effectOf({plan, rows, level}: Reading, arms: ReadArms): OwnEffect {
  const difference = differenceOf(plan.metric, arms, level);
  if (difference === null)
    return {difference, gain: null, ratio: null, cuped: null, lin: null, complier: null};
  const complied = plan.compliance === null ? undefined : rows.columns[plan.compliance]!;
  return {
    difference,
    gain: towards(plan.metric.better, difference),
    ratio:
      plan.metric.kind === "proportion"
        ? ratioOfProportions(countOf(arms, 1), countOf(arms, 0), level)
        : null,
    ...adjustedEffects(arms, filledColumns(columnsOf(rows, plan.covariates, arms.rows)), level),
    complier:
      complied === undefined
        ? null
        : complierEffect(
            arms,
            Uint8Array.from(arms.rows, i => (complied[i] === 1 ? 1 : 0)),
            level,
          ),
  };
}

/** The difference that the plan is judged by; null where an arm has fewer than two customers. */
function differenceOf(
  {kind}: Metric,
  arms: Pick<ReadArms, "outcome" | "treated">,
  level: number,
): Effect | null {
  if (fewest(arms) < 2) return null;
  return kind === "proportion"
    ? differenceOfProportions(countOf(arms, 1), countOf(arms, 0), level)
    : differenceOfMeans(arms, level);
}

/** A difference, treated less control, as it is or with the other sign: above 0 it goes in the direction. */
function towards(direction: "lower" | "higher", {value, low, high}: Bounds): Bounds {
  // 0 less a value, so that none is no −0.
  return direction === "higher" ? {value, low, high} : {value: 0 - value, low: 0 - high, high: 0 - low};
}

/** Missing values by the mean of both arms, which knows nothing of the arm and so biases nothing. */
function filledColumns({names, rows, values}: Matrix): Matrix {
  const filled = values.slice();
  for (let j = 0; j < names.length; j++) {
    const column = filled.subarray(j * rows, (j + 1) * rows);
    const known = column.filter(value => !Number.isNaN(value));
    const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
    for (let i = 0; i < rows; i++) if (Number.isNaN(column[i]!)) column[i] = mean;
  }
  return {names, rows, values: filled};
}

function adjustedEffects(
  arms: ReadArms,
  covariates: Matrix,
  level: number,
): Pick<TreatmentEffect, "cuped" | "lin"> {
  const varies = arms.outcome.some(value => value !== arms.outcome[0]);
  if (covariates.names.length === 0 || !varies) return {cuped: null, lin: null};
  const orNull = (adjust: () => Adjusted): Adjusted | null => {
    try {
      return adjust();
    } catch (error) {
      // Covariates that do not vary among these customers, or repeat each other, or are too many for them.
      if (error instanceof RangeError) return null;
      throw error;
    }
  };
  return {
    cuped: orNull(() => cuped(arms, covariates, level)),
    lin: orNull(() => linAdjusted(arms, covariates, level)),
  };
}

/** For each treatment, whether it changes more inside the target group than outside. */
export function readTargeting({plan, rows, level}: Reading): TargetingEffect[] {
  return plan.sharing.arms.flatMap(({name: treatment}) => {
    const [inside, outside] = (["target", "outside"] as const).map(where =>
      armsOf(rows, {treatment, where}),
    ) as [ReadArms, ReadArms];
    if (fewest(inside) < 2 || fewest(outside) < 2) return [];
    const [a, b] = [meanDifference(inside), meanDifference(outside)];
    const difference = normalEffect(a.value - b.value, Math.hypot(a.error, b.error), {
      level,
      formula: TARGETING_FORMULA,
      n: {treated: a.n.treated + b.n.treated, control: a.n.control + b.n.control},
    });
    return [{treatment, difference, gain: towards(plan.metric.better, difference)}];
  });
}

const TARGETING_FORMULA =
  "effect inside the target group less effect outside, each arm's own variance, normal interval and test";

/** Each guardrail for each treatment, in the target group, of the customers whose value is known. */
export function readGuardrails({plan, rows}: Reading): GuardrailReading[] {
  const level = 1 - plan.alpha;
  return plan.guardrails.flatMap(({name, worse, margin}) =>
    plan.sharing.arms.map(({name: treatment}): GuardrailReading => {
      const arms = armsOf(rows, {treatment, where: "target"}, rows.columns[name]!);
      const treated = arms.treated.reduce((sum, one) => sum + one, 0);
      const own = {name, treatment, margin, level, formula: GUARDRAIL_FORMULA};
      const n = {treated, control: arms.rows.length - treated};
      if (fewest(arms) < 2)
        return {...own, worsening: null, least: null, most: null, verdict: "not shown", n};
      // Towards the worse, here; each bound of the interval at 1 − 2 alpha is one-sided at 1 − alpha.
      const {value, low, high} = towards(worse, differenceOfMeans(arms, 1 - 2 * plan.alpha));
      const verdict = high < margin ? "held" : low > margin ? "breached" : "not shown";
      return {...own, worsening: value, least: low, most: high, verdict, n};
    }),
  );
}

const GUARDRAIL_FORMULA = "non-inferiority: Welch's t bounds of the difference of means, one-sided";

/** Each treatment's effect in the target group by the values of each segment, which are in the order of code units. */
export function readSegments({plan, rows, level}: Reading): SegmentReading[] {
  const found = plan.segments.flatMap(segment => {
    const values = rows.segments[segment]!;
    const known = values.filter(
      (_, i) => whereOf(rows.group[i]!) === "target" && !Number.isNaN(rows.outcome[i]!),
    );
    return [...new Set(known)].sort(byCodeUnit).flatMap(value =>
      plan.sharing.arms.map(({name: treatment}) => {
        const only = rows.outcome.map((one, i) => (values[i] === value ? one : Number.NaN));
        const difference = differenceOf(plan.metric, armsOf(rows, {treatment, where: "target"}, only), level);
        const gain = difference === null ? null : towards(plan.metric.better, difference);
        return {segment, value, treatment, difference, gain};
      }),
    );
  });
  const p = holmOfKnown(found.map(({difference}) => difference?.p ?? null));
  return found.map((one, i) => ({...one, pAdjusted: p[i]!}));
}
