import {balanceOf} from "../balance.ts";
import {CONTROL} from "./design.ts";
import {differenceOfMeans} from "./effect.ts";
import {nullChecks} from "./null-check.ts";
import {type AssignedCustomers, whereOf} from "./read-rows.ts";

/** How even the arms of the target group are in something known before, and how even other lots would make them. */
export type AssignmentCheck = {
  readonly trait: string;
  /** Customers of the target group whose value is known. */
  readonly customers: number;
  /** Treated, all treatments together, against the control: standardised difference; null where nothing varies. */
  readonly smd: number | null;
  /** Of no difference, by Welch's test. */
  readonly p: number;
  /** A/A check: lots drawn with other salts, and the share of them that claim a difference at 0.05. */
  readonly salts: number;
  readonly claims: number;
  /** Whether the arms differ by no more than luck allows (p of at least 0.001), nor other lots too often. */
  readonly even: boolean;
};

/** Below this p, arms that differ are no luck. */
const NO_LUCK = 0.001;

/** Lots of the A/A check: with 200, a share of claims above 0.096 is too many. */
const SALTS = 200;

/**
 * Checks an assignment before anybody is contacted: no trait of the customers of the target group may hang on the arm.
 * The strata even traits out, so that fewer claims than 1 in 20 are to be expected.
 * @param traits numbers by name, one a customer; NaN is missing. @param salt of the plan.
 * @returns a check for each trait that ten customers of either arm have at least.
 */
export function checkAssignment(
  {customer, group, arm, stratum}: AssignedCustomers,
  {salt, traits}: {readonly salt: string; readonly traits: Readonly<Record<string, Float64Array>>},
): AssignmentCheck[] {
  const rows = Array.from(customer.keys()).filter(i => whereOf(group[i]!) === "target");
  const treated = Uint8Array.from(rows, i => (arm[i] === CONTROL ? 0 : 1));
  const own = Object.entries(traits)
    .map(([trait, values]) => ({trait, values: Float64Array.from(rows, i => values[i]!)}))
    .filter(({values}) => fewestKnown(values, treated) >= LEAST);
  const checks = nullChecks(
    rows.map(i => customer[i]!),
    own.map(({values}) => values),
    {salt, salts: SALTS, blocks: rows.map(i => stratum[i]!)},
  );
  return own.map(({trait, values}, k) => {
    const {salts, claims, tooMany} = checks[k]!;
    const known = (_: number, i: number) => !Number.isNaN(values[i]!);
    const arms = {outcome: values.filter(known), treated: treated.filter(known)};
    const {smd} = balanceOf(
      {names: [trait], rows: arms.outcome.length, values: arms.outcome},
      arms.treated,
    )[0]!;
    const {p} = differenceOfMeans(arms);
    return {
      ...{trait, customers: arms.outcome.length, smd: Number.isFinite(smd) ? smd : null},
      ...{p, salts, claims, even: p >= NO_LUCK && !tooMany},
    };
  });
}

/** Of fewer customers an arm the lots may leave an arm without two. */
const LEAST = 10;

function fewestKnown(values: Float64Array, treated: Uint8Array): number {
  const of = (side: number) => treated.filter((one, i) => one === side && !Number.isNaN(values[i]!)).length;
  return Math.min(of(0), of(1));
}
