import {expect, test} from "vitest";
import {type EventRow, eventLogOf} from "../../src/data/event-log.ts";
import {randomOf} from "../../src/random.ts";
import {findTwins} from "../../src/split/duplicates.ts";
import {checkIds} from "../../src/split/id-leak.ts";
import {splitRows} from "../../src/split/rows.ts";
import {days} from "../../src/study.ts";
import type {Cohort} from "../../src/target/cohort.ts";

const history = (customer: string, days: readonly number[], amount = 5): EventRow[] =>
  days.map((day, i) => ({customer, day, type: i % 2 ? "visit" : "buy", amount}));
const twinsOf = (...rows: EventRow[][]) => {
  const log = eventLogOf(rows.flat());
  return findTwins(log).map(same => same.map(c => log.customers[c]));
};

test("findTwins(log) groups customers whose events agree in day, type and amount", () => {
  const day = [1, 4, 9, 20, 31, 33];
  expect(
    twinsOf(
      ...[history("a", day), history("b", day), history("c", day), history("d", [...day, 40])],
      ...[history("e", day, 6), history("f", [1, 4, 9, 20, 31, 34])],
    ),
  ).toEqual([["a", "b", "c"]]);
});

test("findTwins(log) asks for five events", () => {
  expect(twinsOf(history("a", [1, 4, 9, 20]), history("b", [1, 4, 9, 20]))).toEqual([]);
  expect(twinsOf(history("a", [1, 4, 9, 20, 31]), history("b", [1, 4, 9, 20, 31]))).toEqual([["a", "b"]]);
});

test("findTwins(log) does not count what a rhythm foretells: members who join on one day renew alike", () => {
  const member = (customer: string): EventRow[] =>
    [0, 31, 59, 90, 120, 151, 181].map(day => ({customer, day, type: "renewal", amount: 9.9}));
  const daily = (customer: string): EventRow[] =>
    Array.from({length: 30}, (_, day) => ({customer, day, type: "visit"}));
  expect(twinsOf(member("a"), member("b"), daily("c"), daily("d"))).toEqual([]);
});

test("findTwins(log) does not depend on the order of events of one day and type", () => {
  const rows = (customer: string, amounts: readonly number[]): EventRow[] =>
    amounts.map(amount => ({customer, day: 3, type: "buy", amount}));
  expect(twinsOf(rows("a", [1, 2, 3, 4, 5]), rows("b", [5, 3, 1, 2, 4]))).toEqual([["a", "b"]]);
});

const N = 3000;
const T = 100;

/** Customers at two cutoffs, the later ones joined later; `churns` by tenure in [0, 1). */
function checked(id: (i: number, churns: boolean) => string, risk: (tenure: number) => number) {
  const random = randomOf(9);
  const people = Array.from({length: N}, (_, i) => {
    const churns = random() < risk(1 - i / N);
    return {id: id(i, churns), churns, tenure: 1 + Math.floor(1000 * (1 - i / N))};
  }).sort((a, b) => (a.id < b.id ? -1 : 1));
  const rows = 2 * N;
  const cohort: Cohort = {
    cutoffs: [T, T + 60],
    rows,
    customer: Int32Array.from({length: rows}, (_, i) => i % N),
    cutoff: Int32Array.from({length: rows}, (_, i) => Math.floor(i / N)),
    recency: new Int32Array(rows).fill(1),
    tenure: Int32Array.from({length: rows}, (_, i) => people[i % N]!.tenure),
  };
  const labels = Int8Array.from({length: rows}, (_, i) => (people[i % N]!.churns ? 1 : 0));
  const customers = people.map(person => person.id);
  const split = splitRows(cohort, customers, {
    ...{train: 0.7, validation: 0.85, salt: "s", testFrom: T + 60, horizon: days(30), labels},
  });
  return checkIds(split, cohort, {customers, labels})[0]!;
}

const padded = (i: number) => String(i).padStart(5, "0");
const even = () => 0.2;

test("checkIds(split, cohort, …) passes ids that say nothing", () => {
  expect(checked(i => `C${padded((i * 7919) % N)}`, even)).toMatchObject({verdict: "ok"});
});

test("checkIds(split, cohort, …) of ids given in turn is a note when churn hangs on tenure", () => {
  const found = checked(
    i => `C${padded(i)}`,
    tenure => 0.5 - 0.4 * tenure,
  );
  expect(found.verdict).toBe("note");
  expect(found.message).toMatch(
    /^The (number|order) of the customer id .* no more than the (tenure|day of joining)/,
  );
});

test.each([
  ["number", (i: number, churns: boolean) => `${(i * 7919) % N}-${padded(2 * i + (churns ? 90_000 : 0))}`],
  ["length", (i: number, churns: boolean) => `C${padded((i * 7919) % N)}${churns ? "xx" : ""}`],
  ["order", (i: number, churns: boolean) => `C${churns ? "b" : "a"}${padded((i * 7919) % N)}`],
  [
    "first character",
    (i: number, churns: boolean) =>
      `${"ab"[i % 2]}${padded(i)}`.replace(/^./, sign => (churns ? sign : sign === "a" ? "0" : "c")),
  ],
  [
    "last character",
    (i: number, churns: boolean) => `C${padded((i * 7919) % N)}${churns ? "bd"[i % 2] : "ace"[i % 3]}`,
  ],
] as const)("checkIds(split, cohort, …) fails on a target in the %s of the ids", (name, id) => {
  const found = checked(id, even);
  expect(found.verdict).toBe("error");
  expect(found.message).toContain(`The ${name} of the customer id tells who churns, with a ROC AUC of 1.000`);
});
