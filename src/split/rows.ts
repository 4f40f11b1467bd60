import {addSpan, dateOf, spanText} from "../data/calendar.ts";
import type {Day} from "../data/event-log.ts";
import type {Instant} from "../data/instant.ts";
import {DataError} from "../data-error.ts";
import type {Span} from "../study.ts";
import type {Cohort} from "../target/cohort.ts";
import {hashUnit, SETS, type SetBounds, setOf} from "./sets.ts";

/**
 * What a cohort row is used for; its index is its code.
 * - train, tune, calibrate: a customer of that set at a cutoff whose outcome window closes by T: t + h <= T.
 * - test: a test customer at a cutoff t >= T. later: any other customer there; test and later together are
 *   all customers at later cutoffs.
 * - unused: the embargo, t < T < t + h; test customers before T; rows without a label; treated rows.
 */
export const ROLES = ["unused", "train", "tune", "calibrate", "test", "later"] as const;

export type Role = (typeof ROLES)[number];

/** Which rows of a cohort learn, and which judge. */
export type Split = {
  /** By customer of the log, index into `SETS`. */
  readonly setOfCustomer: Uint8Array;
  /** By cohort row, index into {@link ROLES}. */
  readonly role: Uint8Array;
  /** T, the first test cutoff. */
  readonly testFrom: Day;
  /** By cutoff: its rows learn, are left out since their window is open at T, or judge. */
  readonly periods: readonly ("before" | "embargo" | "after")[];
};

export type SplitOptions = SetBounds & {
  readonly salt: string;
  readonly testFrom: Day;
  readonly horizon: Span;
  /** By cohort row; a row with -1, which has no label yet, is unused. */
  readonly labels?: Int8Array | undefined;
  /** By cohort row, 1 when treated in its outcome window: left out of train, tune and calibrate, kept later. */
  readonly treated?: Uint8Array | undefined;
};

/**
 * Splits a cohort by customer and by time.
 * @param keys what is hashed of each customer of the log: the ids, or `splitKeys` for groups.
 * @throws DataError when there are fewer than two customers, or when T leaves no cutoff to learn from or to
 *   test on; the message says which months would do.
 */
export function splitRows(cohort: Cohort, keys: readonly string[], options: SplitOptions): Split {
  const {salt, train, validation, testFrom, horizon, labels, treated} = options;
  if (keys.length < 2)
    throw new DataError(
      `split requires at least 2 customers, got ${keys.length}; check which column events.customer names`,
    );
  const setOfCustomer = Uint8Array.from(keys, key =>
    SETS.indexOf(setOf(hashUnit(key, salt), {train, validation})),
  );
  const periods = cohort.cutoffs.map(t =>
    t >= testFrom ? "after" : addSpan(t, horizon) <= testFrom ? "before" : "embargo",
  );
  checkTestFrom(usableCutoffs(cohort, labels), testFrom, horizon);
  const testSet = SETS.indexOf("test");
  const role = new Uint8Array(cohort.rows);
  for (let i = 0; i < cohort.rows; i++) {
    if (labels?.[i] === -1) continue;
    const set = setOfCustomer[cohort.customer[i]!]!;
    const period = periods[cohort.cutoff[i]!]!;
    if (period === "after") role[i] = ROLES.indexOf(set === testSet ? "test" : "later");
    else if (period === "before" && set !== testSet && treated?.[i] !== 1)
      role[i] = ROLES.indexOf(SETS[set]!);
  }
  return {setOfCustomer, role, testFrom, periods};
}

/** The cohort rows with one of the roles, ascending: `rowsOf(split, "test", "later")`. */
export function rowsOf(split: Split, ...roles: readonly Role[]): Int32Array {
  const codes = roles.map(role => ROLES.indexOf(role));
  const rows: number[] = [];
  for (let i = 0; i < split.role.length; i++) if (codes.includes(split.role[i]!)) rows.push(i);
  return Int32Array.from(rows);
}

/** Cutoffs with a labelled row, ascending; all cutoffs when there are no labels to go by. */
function usableCutoffs({cutoffs, rows, cutoff}: Cohort, labels: Int8Array | undefined): Instant[] {
  if (!labels) return [...cutoffs];
  const labelled = new Uint8Array(cutoffs.length);
  for (let i = 0; i < rows; i++) if (labels[i] !== -1) labelled[cutoff[i]!] = 1;
  return cutoffs.filter((_, k) => labelled[k] === 1);
}

function checkTestFrom(cutoffs: readonly Instant[], testFrom: Day, horizon: Span): void {
  const [first, last] = [cutoffs[0], cutoffs.at(-1)];
  if (first === undefined || last === undefined)
    throw new DataError(
      "split requires labelled cutoffs, got none; move cutoffs to earlier months or shorten horizon",
    );
  const hasBefore = addSpan(first, horizon) <= testFrom;
  const hasAfter = last >= testFrom;
  if (hasBefore && hasAfter) return;
  const earliest = firstOfMonth(Math.ceil(addSpan(first, horizon)), 1);
  const latest = firstOfMonth(Math.floor(last), 0);
  const remedy =
    earliest <= latest
      ? `use a month from ${month(earliest)} to ${month(latest)}`
      : `no month would do: the cutoffs with labels, ${dateOf(first)} to ${dateOf(last)}, span less than the ` +
        `horizon of ${spanText(horizon)}; add earlier cutoffs or shorten the horizon`;
  throw new DataError(
    `split.testFrom ${dateOf(testFrom)} leaves no cutoff to ${hasBefore ? "test on" : "learn from"}; ${remedy}`,
  );
}

const month = (day: Day): string => dateOf(day).slice(0, 7);

/** First day of the month of `day`, or with `up` of 1 the first such day that is not before `day`. */
function firstOfMonth(day: Day, up: 0 | 1): Day {
  const inMonth = Number(dateOf(day).slice(8)) - 1;
  return inMonth === 0 || up === 0 ? day - inMonth : addSpan(day - inMonth, {months: 1});
}
