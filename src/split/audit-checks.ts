import {addSpan, dateOf, momentText, spanText} from "../data/calendar.ts";
import {counted, percent, whole} from "../figures.ts";
import type {Churn, Span} from "../study.ts";
import type {Cohort} from "../target/cohort.ts";
import type {AuditFinding} from "./finding.ts";
import {ROLES, type Role, rowsOf, type Split} from "./rows.ts";
import {hashUnit, SETS, type SetBounds, type SetName, setOf} from "./sets.ts";

/** Positives to test on, below which the metrics say little. */
const ENOUGH_POSITIVES = 100;
/** Standard errors that a set's share may be off its target: one fair set in 500 strays further. */
const STRAY = 3.1;

/** What customers are told apart by: their ids, or the keys of the study's group. */
type Keys = SetBounds & {
  readonly salt: string;
  readonly group?: string | undefined;
  /** By customer of the log, what was hashed. */
  readonly keys: readonly string[];
};

/** Whether every key is in one set, and in that which the hash gives. */
export function checkDisjoint(split: Split, {rows, customer}: Cohort, options: Keys): AuditFinding {
  const {keys, salt, group} = options;
  const seen = new Map<string, number>();
  const later = ROLES.indexOf("later");
  const mixed = new Set<string>();
  const strayed = new Set<string>();
  for (let i = 0; i < rows; i++) {
    const role = split.role[i]!;
    if (role === 0 || role === later) continue;
    const key = keys[customer[i]!]!;
    const before = seen.get(key);
    if (before === undefined) seen.set(key, role);
    else if (before !== role) mixed.add(key);
    if (before !== role && setOf(hashUnit(key, salt), options) !== ROLES[role]) strayed.add(key);
  }
  const who = group === undefined ? "customer" : `${group} value`;
  const bad = mixed.size > 0 || strayed.size > 0;
  return {
    code: "sets-disjoint",
    verdict: bad ? "error" : "ok",
    message: bad
      ? `The test customers have been learnt from: ${counted(mixed.size, who)} in two sets, ` +
        `${counted(strayed.size, who)} not in the set that the hash gives (${some([...mixed, ...strayed])}).`
      : `No ${who} is in two sets: ${counted(seen.size, who)} with a part in it checked against ${
          group === undefined
            ? "the hash of the id"
            : `the hash of ${group}, or of the id where there is none`
        }.`,
  };
}

/** Up to three texts, each quoted once. */
const some = (texts: readonly string[]): string => {
  const all = [...new Set(texts)];
  const shown = all.slice(0, 3).map(text => JSON.stringify(text));
  return `${shown.join(", ")}${all.length > shown.length ? ", …" : ""}`;
};

/** Whether every outcome that is learnt from lies before T. */
export function checkOutcomes({role, testFrom}: Split, cohort: Cohort, horizon: Span): AuditFinding {
  const {cutoffs, rows, cutoff} = cohort;
  const learns = ["train", "tune", "calibrate"].map(name => ROLES.indexOf(name as Role));
  let last = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < rows; i++)
    if (learns.includes(role[i]!))
      last = Math.max(last, Math.ceil(addSpan(cutoffs[cutoff[i]!]!, horizon)) - 1);
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
export function checkLag({testFrom}: Split, churn: Churn): AuditFinding[] {
  if (!("graceDays" in churn) || churn.graceDays === 0) return [];
  const message =
    `The last labels learnt from are final ${churn.graceDays} days after their window, when the grace period is ` +
    `over: up to ${dateOf(testFrom - 1 + churn.graceDays)}, so a model in use would be that much older.`;
  return [{code: "label-lag", verdict: "note", message}];
}

/** Cutoffs that are named one by one, at most. */
const MOST_NAMED = 5;

/** The cutoffs that neither teach nor judge. */
export function listEmbargo({periods, testFrom}: Split, {cutoffs}: Cohort, horizon: Span): AuditFinding {
  const days = cutoffs.filter((_, k) => periods[k] === "embargo").map(dateOf);
  const named =
    days.length > MOST_NAMED
      ? `${counted(days.length, "cutoff")} from ${days[0]} to ${days.at(-1)}`
      : days.join(", ");
  return {
    code: "embargo",
    verdict: "note",
    message:
      days.length === 0
        ? `No cutoff falls into the embargo of ${spanText(horizon)} before ${dateOf(testFrom)}.`
        : `Left out, since their window of ${spanText(horizon)} is open on ${dateOf(testFrom)}: ${named}.`,
  };
}

/** Whether the sets hold their shares, as they do by chance with `n` customers that are hashed one by one. */
export function checkShares(
  sets: readonly {readonly set: SetName; readonly share: number; readonly target: number}[],
  n: number,
): AuditFinding {
  const strays = sets.filter(
    ({share, target}) => Math.abs(share - target) > STRAY * Math.sqrt((target * (1 - target)) / n),
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
        : `The sets hold their shares of the customers within chance: ${words}.`,
  };
}

/** Whether there are churners enough to judge by. */
export function checkTestPositives({
  rows,
  positives,
}: {
  readonly rows: number;
  readonly positives: number;
}): AuditFinding {
  const few = positives < ENOUGH_POSITIVES;
  return {
    code: "test-positives",
    verdict: few ? "warning" : "ok",
    message: few
      ? `The test set has ${counted(positives, "positive")} in ${counted(rows, "row")}, fewer than ${ENOUGH_POSITIVES}: intervals will be ` +
        "wide; choose an earlier split.testFrom or read all later customers beside it."
      : `The test set has ${counted(positives, "positive")} in ${counted(rows, "row")}.`,
  };
}

/**
 * Leaving the treated out may tilt what is learned. Only who lasts until a campaign can be treated by it: at cutoffs
 * before it that leaves out survivors. A campaign aimed at those at risk leaves out churners.
 */
export function checkTreated(
  split: Split,
  cohort: Cohort,
  {labels, treated}: {readonly labels: Int8Array; readonly treated?: Uint8Array | undefined},
): AuditFinding[] {
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
        text: `at ${momentText(t)} ${percent(kept)} of the rows left to learn from are positive, and ${percent(all)} of the cohort`,
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

/** How often the same customers come again among the rows that teach. */
export function listCutoffs(split: Split, {customer}: Cohort): AuditFinding {
  const rowsOfCustomer = new Map<number, number>();
  for (const i of rowsOf(split, "train"))
    rowsOfCustomer.set(customer[i]!, (rowsOfCustomer.get(customer[i]!) ?? 0) + 1);
  const counts = Int32Array.from(rowsOfCustomer.values()).sort();
  const [n, rows] = [counts.length, sum(counts)];
  const most = sum(counts.subarray(Math.ceil(0.9 * n)));
  const squares = sum(counts.map(k => k * k));
  const few = 2 * most > rows && n >= 10;
  return {
    code: "cutoffs-per-customer",
    verdict: few ? "warning" : "note",
    message:
      `The ${whole(rows)} rows that teach are of ${counted(n, "customer")}, each at ${counts[0]} to ${counts[n - 1]} ` +
      `cutoffs (median ${counts[n >> 1]}): as much as ${whole((rows * rows) / squares)} customers with equally many ` +
      `rows${few ? `, since one customer in ten makes ${percent(most / rows)} of the rows: the model is fitted to them` : ""}.`,
  };
}

const sum = (counts: Int32Array): number => counts.reduce((total, k) => total + k, 0);
