import fc from "fast-check";
import {expect, test} from "vitest";
import {dayOf, monthStarts} from "../../src/data/calendar.ts";
import {type EventRow, eventLogOf} from "../../src/data/event-log.ts";
import {auditSplit} from "../../src/split/audit.ts";
import {splitKeys} from "../../src/split/keys.ts";
import {ROLES, rowsOf, splitRows} from "../../src/split/rows.ts";
import {hashUnit, SETS, setOf} from "../../src/split/sets.ts";
import {days, inactivity} from "../../src/study.ts";
import type {Cohort} from "../../src/target/cohort.ts";
import {smallStudy} from "./small-study.ts";

const bounds = {train: 0.7, validation: 0.85};
const event = (customer: string, day: number, household?: string): EventRow => ({
  ...{customer, day, type: "buy"},
  ...(household === undefined ? {} : {attributes: {household}}),
});

test("splitKeys(log, group) is the first known value of the group, and the id behind a space without any", () => {
  const log = eventLogOf([
    ...[event("a", 1), event("a", 2, "H1"), event("a", 3, "H2")],
    ...[event("b", 1, "H1"), event("c", 5), event("H1", 5)],
  ]);
  expect(log.customers).toEqual(["H1", "a", "b", "c"]);
  expect(splitKeys(log, "household")).toEqual([" H1", "H1", "H1", " c"]);
  expect(splitKeys(log, undefined)).toBe(log.customers);
  expect(() => splitKeys(log, "family")).toThrow(
    'split.group requires an attribute of the events, got "family"; name the column in events.attributes (there household)',
  );
});

test("defineStudy({split: {group}}) takes an attribute of the events", () => {
  const split = {salt: "s", testFrom: "2025-02"};
  expect(smallStudy({split: {...split, group: "household"}}).split.group).toBe("household");
  expect(() => smallStudy({split: {...split, group: "family"}})).toThrow(
    'study: split.group is "family", which events.attributes does not name; add it there',
  );
});

test("splitRows(cohort, splitKeys(log, group), options) keeps households together, by the hash of their name", () => {
  const log = households();
  const keys = splitKeys(log, "household");
  const split = splitRows(everybody(log.customers.length), keys, options);
  log.customers.forEach((id, c) => {
    const household = Number(id.slice(1)) % 300;
    expect(SETS[split.setOfCustomer[c]!]).toBe(setOf(hashUnit(`H${household}`, "s"), bounds));
  });
});

test("auditSplit(split, …, {group}) fails when a household is in two sets, though no customer is", () => {
  const log = households();
  const cohort = everybody(log.customers.length);
  const keys = splitKeys(log, "household");
  const labels = Int8Array.from({length: cohort.rows}, (_, i) => (i % 4 === 0 ? 1 : 0));
  const churn = inactivity({days: 30, of: "buy"});
  const audit = (split: ReturnType<typeof splitRows>) =>
    auditSplit(split, cohort, {...options, labels, keys, group: "household", churn}).findings[0]!;
  expect(audit(splitRows(cohort, keys, options)).message).toMatch(/^No household value is in two sets/);
  expect(audit(splitRows(cohort, keys, options)).verdict).toBe("ok");
  const alone = audit(splitRows(cohort, log.customers, options));
  expect(alone.verdict).toBe("error");
  expect(alone.message).toMatch(/learnt from: \d+ household values in two sets/);
});

test("splitRows(…) with other bounds moves just the customers between an old bound and the new one", () => {
  const ids = Array.from({length: 400}, (_, i) => `C${i}`);
  const bound = fc.tuple(fc.integer({min: 1, max: 98}), fc.integer({min: 1, max: 98})).map(([a, b]) => ({
    train: Math.min(a, b) / 100,
    validation: (Math.max(a, b) + 1) / 100,
  }));
  const edges = ({train, validation}: typeof bounds) => [train, train + (validation - train) / 2, validation];
  fc.assert(
    fc.property(bound, bound, (before, after) => {
      for (const id of ids) {
        const u = hashUnit(id, "s");
        const crossed = edges(before).some((edge, k) => {
          const other = edges(after)[k]!;
          return Math.min(edge, other) <= u && u < Math.max(edge, other);
        });
        expect(setOf(u, before) !== setOf(u, after)).toBe(crossed);
      }
    }),
    {numRuns: 100, seed: 3},
  );
});

test("splitRows(…) of a log that has grown keeps every customer's set and every household's", () => {
  const small = households(600);
  const large = households(900);
  const setsOf = (log: typeof small, group: string | undefined) => {
    const {setOfCustomer} = splitRows(everybody(log.customers.length), splitKeys(log, group), options);
    return new Map(log.customers.map((id, c) => [id, setOfCustomer[c]]));
  };
  for (const group of [undefined, "household"]) {
    const [before, after] = [setsOf(small, group), setsOf(large, group)];
    expect(after.size).toBeGreaterThan(before.size);
    for (const [id, set] of before) expect(after.get(id)).toBe(set);
  }
});

test("rowsOf(splitRows(…, keys)) has the roles that the keys give", () => {
  const log = households();
  const split = splitRows(everybody(log.customers.length), splitKeys(log, "household"), options);
  expect(rowsOf(split, "train").length).toBeGreaterThan(0);
  for (const role of ["train", "tune", "calibrate"] as const)
    for (const i of rowsOf(split, role))
      expect(ROLES.indexOf(role)).toBe(1 + split.setOfCustomer[i % log.customers.length]!);
});

const cutoffs = monthStarts("2025-01", "2025-04");
const options = {...bounds, salt: "s", testFrom: dayOf("2025-03-01"), horizon: days(30)};

/** Customers p0, p1, …, of whom those with one remainder by 300 live together. */
function households(n = 900) {
  return eventLogOf(
    Array.from({length: n}, (_, i) => event(`p${i}`, dayOf("2024-12-01") + (i % 7), `H${i % 300}`)),
  );
}

function everybody(n: number): Cohort {
  const rows = n * cutoffs.length;
  return {
    cutoffs,
    rows,
    customer: Int32Array.from({length: rows}, (_, i) => i % n),
    cutoff: Int32Array.from({length: rows}, (_, i) => Math.floor(i / n)),
    recency: new Int32Array(rows).fill(10),
    tenure: new Int32Array(rows).fill(100),
  };
}
