import type {Balance} from "../balance.ts";
import type {Assignment, GroupName} from "./design.ts";
import type {Metric} from "./plan.ts";
import type {
  GroupOutcome,
  GuardrailReading,
  SegmentReading,
  TargetingEffect,
  TreatmentEffect,
} from "./read-effects.ts";

/** Who was assigned to what, one entry a customer. */
export type AssignedCustomers = Assignment & {readonly customer: readonly string[]};

/** What came of it, one entry a customer, in no order. Customers without an entry have no known outcome. */
export type Outcomes = {
  readonly customer: readonly string[];
  /** 0 or 1, or an amount; NaN where it is not known yet. */
  readonly outcome: Float64Array;
  /** The plan's covariates, guardrails and compliance by name; NaN is missing. */
  readonly columns?: Readonly<Record<string, Float64Array>>;
  /** The plan's segments by name: a text a customer. */
  readonly segments?: Readonly<Record<string, readonly string[]>>;
};

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
  readonly sampleRatio: ReadSampleRatio;
  readonly balance: readonly ReadBalance[];
  /** Null with a sample-ratio mismatch: from such data no effect is to be read. */
  readonly results: ReadOutResults | null;
};
