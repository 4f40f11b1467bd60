import type {Instant} from "../data/instant.ts";
import {DataError} from "../data-error.ts";
import type {Churn, Span} from "../study.ts";
import type {Cohort} from "../target/cohort.ts";
import {
  checkDisjoint,
  checkLag,
  checkOutcomes,
  checkShares,
  checkTestPositives,
  checkTreated,
  listCutoffs,
  listEmbargo,
} from "./audit-checks.ts";
import type {AuditFinding} from "./finding.ts";
import {ROLES, type Role, type Split} from "./rows.ts";
import {SETS, type SetBounds, type SetName, setShares} from "./sets.ts";

/** Customers of a set against the share that it is to hold. */
export type SetSize = {
  readonly set: SetName;
  readonly customers: number;
  readonly share: number;
  readonly target: number;
};

/** Labelled rows of a role, at one cutoff or, without one, over all. */
export type RoleCount = {
  readonly role: Exclude<Role, "unused">;
  readonly cutoff?: Instant;
  readonly rows: number;
  readonly positives: number;
  /** Share of positives, NaN without rows. */
  readonly rate: number;
};

export type SplitAudit = {
  readonly findings: readonly AuditFinding[];
  readonly sets: readonly SetSize[];
  /** By role and cutoff, where there are rows. */
  readonly byCutoff: readonly RoleCount[];
  /** By role. */
  readonly byRole: readonly RoleCount[];
};

export type AuditOptions = SetBounds & {
  readonly salt: string;
  readonly horizon: Span;
  /** By cohort row, 1, 0 or -1. */
  readonly labels: Int8Array;
  /** By cohort row, 1 when treated in its outcome window and so left out of learning; none when absent. */
  readonly treated?: Uint8Array | undefined;
  /** By customer of the log, what was hashed: see `splitKeys`. */
  readonly keys: readonly string[];
  /** The attribute that the keys are values of; the keys are ids when absent. */
  readonly group?: string | undefined;
  readonly churn: Churn;
};

/**
 * Checks a split against its promises, from the rows themselves and not from how they were made: no customer in
 * two sets, no learnt outcome on or after T, sets of the right size, enough positives to test on, and how much of
 * the training is the same customers again.
 * @throws DataError when a set that learns or tests has no row, no positive or no negative.
 */
export function auditSplit(split: Split, cohort: Cohort, options: AuditOptions): SplitAudit {
  const {labels} = options;
  const {byCutoff, byRole} = countRoles(split, cohort, labels);
  for (const count of byRole) requireBothClasses(count);
  const sets = setSizes(split, options);
  const findings = [
    checkDisjoint(split, cohort, options),
    checkOutcomes(split, cohort, options.horizon),
    ...checkLag(split, options.churn),
    listEmbargo(split, cohort, options.horizon),
    checkShares(sets, independent(options.keys)),
    checkTestPositives(byRole.find(({role}) => role === "test")!),
    ...checkTreated(split, cohort, options),
    listCutoffs(split, cohort),
  ];
  return {findings, sets, byCutoff, byRole};
}

/** How many customers who are hashed alone stray as much as these, of whom some share a key: (Σk)² / Σk². */
function independent(keys: readonly string[]): number {
  const sizes = new Map<string, number>();
  for (const key of keys) sizes.set(key, (sizes.get(key) ?? 0) + 1);
  let squares = 0;
  for (const k of sizes.values()) squares += k * k;
  return keys.length ** 2 / squares;
}

function countRoles(
  split: Split,
  cohort: Cohort,
  labels: Int8Array,
): Pick<SplitAudit, "byCutoff" | "byRole"> {
  const {cutoffs, rows, cutoff} = cohort;
  const n = new Float64Array(ROLES.length * cutoffs.length);
  const positives = new Float64Array(n.length);
  for (let i = 0; i < rows; i++) {
    const cell = split.role[i]! * cutoffs.length + cutoff[i]!;
    if (labels[i] === -1) continue;
    n[cell]!++;
    positives[cell]! += labels[i]!;
  }
  const roles = ROLES.filter(role => role !== "unused");
  const byCutoff = roles.flatMap(role =>
    cutoffs.flatMap((day, k) => {
      const cell = ROLES.indexOf(role) * cutoffs.length + k;
      return n[cell] === 0 ? [] : [{role, cutoff: day, ...rated(n[cell]!, positives[cell]!)}];
    }),
  );
  const byRole = roles.map(role => {
    const own = byCutoff.filter(count => count.role === role);
    return {role, ...rated(sum(own.map(count => count.rows)), sum(own.map(count => count.positives)))};
  });
  return {byCutoff, byRole};
}

const rated = (rows: number, positives: number): Omit<RoleCount, "role" | "cutoff"> => ({
  rows,
  positives,
  rate: positives / rows,
});

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** Positives, and negatives, without which five folds of the calibrate set may lack a class. */
const FEWEST = 10;

function requireBothClasses({role, rows, positives}: RoleCount): void {
  if (role === "later") return;
  if (rows === 0)
    throw new DataError(
      `split leaves the ${role} set without a row; use more customers, or widen its share in split.train and ` +
        "split.validation",
    );
  if (positives === 0)
    throw new DataError(
      `no churner at all among the ${rows} rows of the ${role} set; use more customers or cutoffs, a longer ` +
        "horizon, or check that the study's churn definition fits the event types",
    );
  if (role === "calibrate" && Math.min(positives, rows - positives) < FEWEST)
    throw new DataError(
      `the calibrate set has ${positives} positives in ${rows} rows, and at least ${FEWEST} of either kind are ` +
        "needed; use more customers or cutoffs, or widen its share in split.train and split.validation",
    );
  if (positives === rows)
    throw new DataError(
      `every one of the ${rows} rows of the ${role} set is positive; shorten the horizon, or check that the ` +
        "study's churn definition fits the event types",
    );
}

function setSizes({setOfCustomer}: Split, bounds: SetBounds): SetSize[] {
  const shares = setShares(bounds);
  const counts = new Int32Array(SETS.length);
  for (const set of setOfCustomer) counts[set]!++;
  return SETS.map((set, s) => ({
    set,
    customers: counts[s]!,
    share: counts[s]! / setOfCustomer.length,
    target: shares[set],
  }));
}
