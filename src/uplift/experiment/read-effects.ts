import type {Adjusted} from "./adjust.ts";
import type {ComplierEffect} from "./compliance.ts";
import type {GroupName} from "./design.ts";
import type {Effect} from "./effect.ts";

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
  readonly where: "target" | "outside";
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
