import {balanceOf} from "../balance.ts";
import type {Assignment} from "./design.ts";
import {CONTROL} from "./design.ts";
import {differenceOfMeans} from "./effect.ts";
import {nullCheck} from "./null-check.ts";

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
  readonly tooMany: boolean;
};

/** Lots of the A/A check: with 200, a share of claims above 0.096 is too many. */
const SALTS = 200;

/**
 * Checks an assignment before anybody is contacted: no trait of the customers may hang on the arm. The strata even it
 * out, so that fewer claims than 1 in 20 are to be expected.
 * @param traits numbers by name, one a customer; NaN is missing. @param salt of the plan.
 * @returns a check for each trait that at least two customers of either arm have.
 */
export function checkAssignment(
  {customer, group, arm, stratum}: Assignment & {readonly customer: readonly string[]},
  {salt, traits}: {readonly salt: string; readonly traits: Readonly<Record<string, Float64Array>>},
): AssignmentCheck[] {
  return Object.entries(traits).flatMap(([trait, values]) => {
    const rows = Array.from(customer.keys()).filter(
      i => group[i]!.startsWith("target") && !Number.isNaN(values[i]!),
    );
    const treated = Uint8Array.from(rows, i => (arm[i] === CONTROL ? 0 : 1));
    const ones = treated.reduce((sum, one) => sum + one, 0);
    if (Math.min(ones, rows.length - ones) < 2) return [];
    const outcome = Float64Array.from(rows, i => values[i]!);
    const [first] = balanceOf({names: [trait], rows: rows.length, values: outcome}, treated);
    const blocks = rows.map(i => stratum[i]!);
    const {salts, claims, tooMany} = nullCheck(
      rows.map(i => customer[i]!),
      outcome,
      {salt, salts: SALTS, blocks},
    );
    const smd = first!.smd;
    return [
      {
        ...{trait, customers: rows.length, smd: Number.isFinite(smd) ? smd : null},
        ...{p: differenceOfMeans({outcome, treated}).p, salts, claims, tooMany},
      },
    ];
  });
}
