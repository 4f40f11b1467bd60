import {addSpan, dateOf, spanText} from "../data/calendar.ts";
import type {Day} from "../data/event-log.ts";
import {DataError} from "../data-error.ts";
import {counted, percent} from "../figures.ts";
import type {Churn, Span} from "../study.ts";
import type {Cohort} from "../target/cohort.ts";
import {ROLES, type Role, type Split} from "./rows.ts";
import {hashUnit, SETS, type SetBounds, type SetName, setOf, setShares} from "./sets.ts";

/** Positives to test on, below which the metrics say little. */
const ENOUGH_POSITIVES = 100;
/** Standard errors that a set's share may be off its target: one fair set in 500 strays further. */
const STRAY = 3.1;

/** What one check of a split found, in words. An error means that the split leaks; a warning, that it is weak. */
export type SplitFinding = {
  readonly code:
    | "sets-disjoint"
    | "outcomes-before-test"
    | "label-lag"
    | "embargo"
    | "set-shares"
    | "test-positives"
    | "treated-left-out";
  readonly verdict: "ok" | "note" | "warning" | "error";
  readonly message: string;
};

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
  readonly cutoff?: Day;
  readonly rows: number;
  readonly positives: number;
  /** Share of positives, NaN without rows. */
  readonly rate: number;
};

export type SplitAudit = {
  readonly findings: readonly SplitFinding[];
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
  /** The log's customer ids, which `cohort.customer` indexes. */
  readonly customers: readonly string[];
  readonly churn: Churn;
};

/**
 * Checks a split against its promises, from the rows themselves and not from how they were made: no customer in
 * two sets, no learnt outcome on or after T, sets of the right size, enough positives to test on.
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
    checkShares(sets, options.customers.length),
    checkTestPositives(byRole.find(({role}) => role === "test")!),
    ...checkTreated(split, cohort, options),
  ];
  return {findings, sets, byCutoff, byRole};
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

/**
 * Leaving the treated out may tilt what is learned. Only who lasts until a campaign can be treated by it: at cutoffs
 * before it that leaves out survivors. A campaign aimed at those at risk leaves out churners.
 */
function checkTreated(split: Split, cohort: Cohort, {labels, treated}: AuditOptions): SplitFinding[] {
  if (!treated?.includes(1)) return [];
  const test = SETS.indexOf("test");
  let worst = {excess: 0, text: ""};
  cohort.cutoffs.forEach((t, k) => {
    if (split.periods[k] !== "before") return;
    const sums = {all: 0, allPositives: 0, kept: 0, keptPositives: 0};
    for (let i = 0; i < cohort.rows; i++) {
      if (cohort.cutoff[i] !== k || labels[i] === -1 || split.setOfCustomer[cohort.customer[i]!] === test)
        continue;
      sums.all += 1;
      sums.allPositives += labels[i]!;
      if (treated[i] === 1) continue;
      sums.kept += 1;
      sums.keptPositives += labels[i]!;
    }
    if (sums.kept === 0 || sums.kept === sums.all) return;
    const [all, kept] = [sums.allPositives / sums.all, sums.keptPositives / sums.kept];
    const excess = (kept - all) / Math.sqrt((kept * (1 - kept)) / sums.kept);
    if (Math.abs(excess) > Math.abs(worst.excess))
      worst = {
        excess,
        text: `at ${dateOf(t)} ${percent(kept)} of the rows left to learn from are positive, and ${percent(all)} of the cohort`,
      };
  });
  // Three standard errors: less can be chance.
  if (Math.abs(worst.excess) < 3) return [];
  return [
    {
      code: "treated-left-out",
      verdict: "warning",
      message:
        `Leaving treated customers out tilts what is learned: ${worst.text}, as happens when ` +
        `${worst.excess > 0 ? "only those who last until a campaign are treated" : "a campaign is aimed at those at risk"}.`,
    },
  ];
}

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

function checkDisjoint(split: Split, {rows, customer}: Cohort, options: AuditOptions): SplitFinding {
  const {customers, salt} = options;
  const seen = new Map<number, number>();
  const later = ROLES.indexOf("later");
  let mixed = 0;
  let strayed = 0;
  for (let i = 0; i < rows; i++) {
    const role = split.role[i]!;
    if (role === 0 || role === later) continue;
    const c = customer[i]!;
    const before = seen.get(c);
    if (before === undefined) {
      seen.set(c, role);
      if (setOf(hashUnit(customers[c]!, salt), options) !== ROLES[role]) strayed++;
    } else if (before !== role) mixed++;
  }
  const bad = mixed > 0 || strayed > 0;
  return {
    code: "sets-disjoint",
    verdict: bad ? "error" : "ok",
    message: bad
      ? `${mixed} rows are of a customer that is also in another set, and ${strayed} customers are not in the ` +
        "set that their id gives: the test customers have been learnt from"
      : `No customer is in two sets: ${counted(seen.size, "customer")} with a part in it checked against their id.`,
  };
}

function checkOutcomes({role, testFrom}: Split, cohort: Cohort, horizon: Span): SplitFinding {
  const {cutoffs, rows, cutoff} = cohort;
  const learns = ["train", "tune", "calibrate"].map(name => ROLES.indexOf(name as Role));
  let last = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < rows; i++)
    if (learns.includes(role[i]!)) last = Math.max(last, addSpan(cutoffs[cutoff[i]!]!, horizon) - 1);
  const bad = last >= testFrom;
  return {
    code: "outcomes-before-test",
    verdict: bad ? "error" : "ok",
    message: `The last outcome day learnt from is ${dateOf(last)}, ${
      bad ? "not before" : "before"
    } the first test cutoff, ${dateOf(testFrom)}.`,
  };
}

/** A contract's end is final only after the grace period, so a model could not have been trained on day T. */
function checkLag({testFrom}: Split, churn: Churn): SplitFinding[] {
  if (!("graceDays" in churn) || churn.graceDays === 0) return [];
  const message =
    `The last labels learnt from are final ${churn.graceDays} days after their window, when the grace period is ` +
    `over: up to ${dateOf(testFrom - 1 + churn.graceDays)}, so a model in use would be that much older.`;
  return [{code: "label-lag", verdict: "note", message}];
}

function listEmbargo({periods, testFrom}: Split, {cutoffs}: Cohort, horizon: Span): SplitFinding {
  const days = cutoffs.filter((_, k) => periods[k] === "embargo").map(dateOf);
  return {
    code: "embargo",
    verdict: "note",
    message:
      days.length === 0
        ? `No cutoff falls into the embargo of ${spanText(horizon)} before ${dateOf(testFrom)}.`
        : `Left out, since their window of ${spanText(horizon)} is open on ${dateOf(testFrom)}: ${days.join(", ")}.`,
  };
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

function checkShares(sets: readonly SetSize[], customers: number): SplitFinding {
  const strays = sets.filter(
    ({share, target}) => Math.abs(share - target) > STRAY * Math.sqrt((target * (1 - target)) / customers),
  );
  const words = sets
    .map(({set, share, target}) => `${set} ${percent(share)} of ${percent(target)}`)
    .join(", ");
  return {
    code: "set-shares",
    verdict: strays.length > 0 ? "warning" : "ok",
    message:
      strays.length > 0
        ? `The sets are further from their shares than chance explains (${words}): are there duplicate or ` +
          "patterned customer ids?"
        : `The sets hold their shares of ${counted(customers, "customer")} within chance: ${words}.`,
  };
}

function checkTestPositives({rows, positives}: RoleCount): SplitFinding {
  const few = positives < ENOUGH_POSITIVES;
  return {
    code: "test-positives",
    verdict: few ? "warning" : "ok",
    message: few
      ? `The test set has ${positives} positives in ${rows} rows, fewer than ${ENOUGH_POSITIVES}: intervals will be ` +
        "wide; choose an earlier split.testFrom or read all later customers beside it."
      : `The test set has ${positives} positives in ${rows} rows.`,
  };
}
