import {readFileSync} from "node:fs";
import {join} from "node:path";
import fc from "fast-check";
import {expect, test} from "vitest";
import {addSpan, dateOf, dayOf, monthStarts} from "../../src/data/calendar.ts";
import {DataError} from "../../src/data-error.ts";
import {auditSplit, type SplitAudit} from "../../src/split/audit.ts";
import {ROLES, rowsOf, type Split, splitRows} from "../../src/split/rows.ts";
import {hashUnit, SETS, setOf, setShares} from "../../src/split/sets.ts";
import {contract, inactivity, months} from "../../src/study.ts";
import type {Cohort} from "../../src/target/cohort.ts";

const reference = join(import.meta.dirname, "../reference/hash_unit/expected.json");
const {units, sets}: {units: {id: string; salt: string; u: number}[]; sets: Record<string, number>} =
  JSON.parse(readFileSync(reference, "utf8")).expected;
const bounds = {train: 0.7, validation: 0.85};

test("hashUnit(id, salt) is that of another program, beyond ASCII too", () => {
  for (const {id, salt, u} of units) expect(hashUnit(id, salt), `${id}:${salt}`).toBe(u);
});

test("setOf(hashUnit(id, salt), bounds) fills the sets as another program does", () => {
  const counts: Record<string, number> = {train: 0, tune: 0, calibrate: 0, test: 0};
  for (let k = 0; k < 20_000; k++)
    counts[setOf(hashUnit(`C${String(k).padStart(6, "0")}`, "demo-shop"), bounds)]! += 1;
  expect(counts).toEqual(sets);
});

test("setOf(u, bounds) puts a bound into the upper set", () => {
  expect([0, 0.7, 0.775, 0.85].map(u => setOf(u, bounds))).toEqual([...SETS]);
  expect([0.7, 0.775, 0.85, 1].map(u => setOf(u - 1e-12, bounds))).toEqual([...SETS]);
  expect(Object.values(setShares(bounds)).reduce((a, b) => a + b)).toBeCloseTo(1, 12);
});

test("setOf(u, bounds) requires ascending bounds", () => {
  expect(() => setOf(0.5, {train: 0.9, validation: 0.8})).toThrow(
    new RangeError("setOf requires 0 < train < validation < 1, got 0.9 and 0.8"),
  );
});

const customers = Array.from({length: 2000}, (_, i) => `C${i}`);
const cutoffs = monthStarts("2025-01", "2026-04");

/** Every customer at every cutoff. */
function everybody(ids: readonly string[], days: readonly number[]): Cohort {
  const rows = ids.length * days.length;
  return {
    cutoffs: days,
    rows,
    customer: Int32Array.from({length: rows}, (_, i) => i % ids.length),
    cutoff: Int32Array.from({length: rows}, (_, i) => Math.floor(i / ids.length)),
    recency: new Int32Array(rows).fill(10),
    tenure: new Int32Array(rows).fill(100),
  };
}

const cohort = everybody(customers, cutoffs);
const labels = Int8Array.from({length: cohort.rows}, (_, i) => (i % 8 === 0 ? 1 : 0));
const options = {...bounds, salt: "s", testFrom: dayOf("2026-03-01"), horizon: months(3)};
const churn = contract({start: "join", renew: "renewal", end: "cancel", graceDays: 14});

function audit(split: Split, changes: Partial<Parameters<typeof auditSplit>[2]> = {}): SplitAudit {
  return auditSplit(split, cohort, {...options, labels, keys: customers, churn, ...changes});
}

test("splitRows(cohort, customers, options) gives every row its role by customer and by time", () => {
  fc.assert(
    fc.property(
      fc.string({maxLength: 5}),
      fc.integer({min: 3, max: 15}),
      fc.integer({min: 1, max: 3}),
      (salt, k, m) => {
        const small = everybody(customers.slice(0, 40), cutoffs);
        const testFrom = cutoffs[k]!;
        const split = splitRows(small, customers.slice(0, 40), {
          ...options,
          salt,
          testFrom,
          horizon: months(m),
        });
        for (let i = 0; i < small.rows; i++) {
          const set = setOf(hashUnit(customers[small.customer[i]!]!, salt), bounds);
          const day = cutoffs[small.cutoff[i]!]!;
          const learnt = addSpan(day, {months: m}) <= testFrom;
          const judged = day >= testFrom;
          const expected = judged
            ? set === "test"
              ? "test"
              : "later"
            : learnt && set !== "test"
              ? set
              : "unused";
          expect(ROLES[split.role[i]!]).toBe(expected);
        }
      },
    ),
    {numRuns: 50, seed: 7},
  );
});

test("splitRows(…) of 16 months with 3 months ahead has 12 cutoffs to learn, 2 embargoed and 2 to test", () => {
  const {periods} = splitRows(cohort, customers, options);
  expect(periods).toEqual([
    ...Array(12).fill("before"),
    ...Array(2).fill("embargo"),
    ...Array(2).fill("after"),
  ]);
});

test("splitRows(…) keeps a customer's set when customers and cutoffs are added", () => {
  const small = splitRows(everybody(customers.slice(0, 500), cutoffs), customers.slice(0, 500), options);
  const large = splitRows(cohort, customers, {...options, testFrom: dayOf("2026-02-01")});
  expect(large.setOfCustomer.slice(0, 500)).toEqual(small.setOfCustomer);
});

test("splitRows(…, {labels, treated}) leaves out unlabelled rows, and treated rows from learning alone", () => {
  const some = Int8Array.from(labels, (y, i) => (i % 5 === 0 ? -1 : y));
  const treated = Uint8Array.from(labels, (_, i) => (i % 3 === 0 ? 1 : 0));
  const plain = splitRows(cohort, customers, options);
  const split = splitRows(cohort, customers, {...options, labels: some, treated});
  for (let i = 0; i < cohort.rows; i++) {
    const learns = ["train", "tune", "calibrate"].includes(ROLES[plain.role[i]!]!);
    expect(split.role[i]).toBe(some[i] === -1 || (learns && treated[i] === 1) ? 0 : plain.role[i]);
  }
});

test("rowsOf(split, ...roles) gives the rows of the roles, ascending", () => {
  const split = splitRows(cohort, customers, options);
  const after = rowsOf(split, "test", "later");
  expect(after).toHaveLength(2 * customers.length);
  expect([...after]).toEqual([...after].sort((a, b) => a - b));
  expect(ROLES.reduce((n, role) => n + rowsOf(split, role).length, 0)).toBe(cohort.rows);
});

test("splitRows(…, {testFrom}) says which months would do when it leaves nothing to learn from or to test on", () => {
  const at = (date: string) => (): Split => splitRows(cohort, customers, {...options, testFrom: dayOf(date)});
  expect(at("2025-03-01")).toThrow(
    new DataError(
      "split.testFrom 2025-03-01 leaves no cutoff to learn from; use a month from 2025-04 to 2026-04",
    ),
  );
  expect(at("2026-05-01")).toThrow(
    "split.testFrom 2026-05-01 leaves no cutoff to test on; use a month from 2025-04 to 2026-04",
  );
  expect(at("2025-04-01")).not.toThrow();
  expect(at("2026-04-01")).not.toThrow();
});

test("splitRows(…, {testFrom, labels}) does not count cutoffs without a label", () => {
  const some = Int8Array.from(labels, (y, i) => (cohort.cutoff[i]! >= 14 ? -1 : y));
  expect(() => splitRows(cohort, customers, {...options, labels: some})).toThrow(
    "split.testFrom 2026-03-01 leaves no cutoff to test on; use a month from 2025-04 to 2026-02",
  );
  expect(() =>
    splitRows(cohort, customers, {...options, labels: new Int8Array(cohort.rows).fill(-1)}),
  ).toThrow("split requires labelled cutoffs, got none");
});

test("splitRows(…) says so when no month would do", () => {
  const short = everybody(customers, monthStarts("2025-01", "2025-03"));
  expect(() => splitRows(short, customers, {...options, testFrom: dayOf("2025-02-01")})).toThrow(
    "no month would do: the cutoffs with labels, 2025-01-01 to 2025-03-01, span less than the horizon of 3 months",
  );
});

test("splitRows(…) requires two customers", () => {
  expect(() => splitRows(everybody(["a"], cutoffs), ["a"], options)).toThrow(
    new DataError("split requires at least 2 customers, got 1; check which column events.customer names"),
  );
});

test("auditSplit(split, …) of a sound split has nothing to complain of, and counts every labelled row", () => {
  const split = splitRows(cohort, customers, {...options, labels});
  const {findings, sets: sizes, byRole, byCutoff} = audit(split);
  expect(findings.map(({code, verdict}) => `${code} ${verdict}`)).toEqual([
    "sets-disjoint ok",
    "outcomes-before-test ok",
    "label-lag note",
    "embargo note",
    "set-shares ok",
    "test-positives warning",
    "cutoffs-per-customer note",
  ]);
  expect(findings[1]!.message).toBe(
    "The last outcome day learnt from is 2026-02-28, before the first test cutoff, 2026-03-01.",
  );
  expect(findings[3]!.message).toContain("2026-01-01, 2026-02-01");
  expect(sizes.reduce((n, set) => n + set.customers, 0)).toBe(customers.length);
  for (const {role, rows, positives} of byRole) {
    const own = [...rowsOf(split, role)];
    expect([rows, positives]).toEqual([own.length, own.filter(i => labels[i] === 1).length]);
  }
  expect(byCutoff.filter(({role}) => role === "train").map(({cutoff}) => dateOf(cutoff!))).toEqual(
    cutoffs.slice(0, 12).map(dateOf),
  );
});

test("auditSplit(split, …) has no label lag for inactivity, and enough positives with enough of them", () => {
  const all = labels.map((y, i) => (i % 2 ? 1 : y));
  const {findings} = audit(splitRows(cohort, customers, options), {
    churn: inactivity({days: 90, of: "buy"}),
    labels: all,
  });
  expect(findings.map(({code}) => code)).not.toContain("label-lag");
  expect(findings.find(({code}) => code === "test-positives")!.verdict).toBe("ok");
});

/** A copy of a split with one role overwritten. */
const withRole = (split: Split, row: number, role: (typeof ROLES)[number]): Split => ({
  ...split,
  role: split.role.with(row, ROLES.indexOf(role)),
});

test("auditSplit(split, …) fails when a customer is in two sets", () => {
  const split = splitRows(cohort, customers, options);
  const row = rowsOf(split, "train")[2 * customers.length]!;
  const [finding] = audit(withRole(split, row, "test")).findings;
  expect(finding).toMatchObject({code: "sets-disjoint", verdict: "error"});
  expect(finding!.message).toContain(
    "learnt from: 1 customer in two sets, 1 customer not in the set that the hash gives",
  );
});

test("auditSplit(split, …) fails when the sets are not those of the ids", () => {
  const [finding] = audit(splitRows(cohort, customers, {...options, salt: "another"})).findings;
  expect(finding!.verdict).toBe("error");
});

test("auditSplit(split, …) fails when an outcome on or after T is learnt from", () => {
  const split = splitRows(cohort, customers, options);
  const train = cohort.customer[rowsOf(split, "train")[0]!]!;
  const embargoed = 12 * customers.length + train;
  const finding = audit(withRole(split, embargoed, "train")).findings[1];
  expect(finding).toMatchObject({code: "outcomes-before-test", verdict: "error"});
  expect(finding!.message).toContain("2026-03-31, not before the first test cutoff, 2026-03-01");
});

test("auditSplit(split, …) passes a last outcome day before T and fails one on T", () => {
  const split = splitRows(cohort, customers, options);
  const verdict = (days: number): string => audit(split, {horizon: {days}}).findings[1]!.verdict;
  expect([verdict(90), verdict(91)]).toEqual(["ok", "error"]);
});

test("auditSplit(split, …) warns when the sets stray from their shares more than chance allows", () => {
  const split = splitRows(cohort, customers, options);
  const skewed = {...split, setOfCustomer: split.setOfCustomer.map((set, c) => (c % 10 ? set : 3))};
  const finding = audit(skewed).findings.find(({code}) => code === "set-shares");
  expect(finding!.verdict).toBe("warning");
});

test("auditSplit(split, …) names the set without a churner, without a row, or of churners only", () => {
  const split = splitRows(cohort, customers, options);
  const none = (role: (typeof ROLES)[number], to: number): Int8Array =>
    labels.map((y, i) => (ROLES[split.role[i]!] === role ? to : y));
  expect(() => audit(split, {labels: none("tune", 0)})).toThrow(
    /^no churner at all among the \d+ rows of the tune set/,
  );
  expect(() => audit(split, {labels: none("test", 1)})).toThrow(
    /^every one of the \d+ rows of the test set is positive/,
  );
  expect(() => audit(split, {labels: none("calibrate", -1)})).toThrow(
    "split leaves the calibrate set without a row",
  );
  expect(() => audit(split, {labels: none("later", 0)})).not.toThrow();
});

test("auditSplit(…, {treated}) warns when leaving the treated out leaves the churners in", () => {
  const n = 2000;
  const cutoffs = [dayOf("2025-01-01"), dayOf("2025-06-01")];
  const cohort: Cohort = {
    cutoffs,
    rows: 2 * n,
    customer: Int32Array.from({length: 2 * n}, (_, i) => i % n),
    cutoff: Int32Array.from({length: 2 * n}, (_, i) => Math.floor(i / n)),
    recency: new Int32Array(2 * n).fill(1),
    tenure: new Int32Array(2 * n).fill(1),
  };
  const customers = Array.from({length: n}, (_, i) => `c${i}`);
  // One in five churns. A campaign reaches every other customer, but only those who are still there.
  const labels = Int8Array.from({length: 2 * n}, (_, i) => (i % 5 === 0 ? 1 : 0));
  const bounds = {train: 0.7, validation: 0.85, salt: "s", horizon: {days: 90}};
  const audit = (treated: Uint8Array) => {
    const split = splitRows(cohort, customers, {...bounds, testFrom: cutoffs[1]!, labels, treated});
    const churn = {kind: "inactivity", days: 90, of: "purchase"} as const;
    return auditSplit(split, cohort, {...bounds, labels, keys: customers, churn, treated}).findings;
  };
  const survivors = Uint8Array.from({length: 2 * n}, (_, i) => (labels[i] === 0 && i % 2 === 0 ? 1 : 0));
  const anyone = Uint8Array.from({length: 2 * n}, (_, i) => (i % 2 === 0 ? 1 : 0));
  expect(audit(survivors).find(({code}) => code === "treated-left-out")?.message).toMatch(
    /at 2025-01-01 3\d\.\d% of the rows left to learn from are positive, and 2\d\.\d% of the cohort/,
  );
  const targeted = Uint8Array.from({length: 2 * n}, (_, i) => (labels[i] === 1 && i % 2 === 0 ? 1 : 0));
  expect(audit(targeted).find(({code}) => code === "treated-left-out")?.message).toContain(
    "aimed at those at risk",
  );
  expect(audit(anyone).map(({code}) => code)).not.toContain("treated-left-out");
});
