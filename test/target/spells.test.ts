import {expect, test} from "vitest";
import {type EventRow, eventLogOf} from "../../src/data/event-log.ts";
import {contract, days, inactivity} from "../../src/study.ts";
import {churnDays, NOT_BACK} from "../../src/target/churn.ts";
import {compareDefinitions} from "../../src/target/definitions.ts";
import {endedBy, kaplanMeier, medianWait} from "../../src/target/kaplan-meier.ts";
import {spellSummary} from "../../src/target/spells.ts";

const buy = (customer: string, ...days: number[]): EventRow[] =>
  days.map(day => ({customer, day, type: "buy"}));

test("kaplanMeier(days, ended) is the product-limit estimate, worked by hand", () => {
  // 5 wait: 1 of 5 ends on day 2; one is lost sight of on day 3; 2 of 3 end on day 4; the last is watched until 9.
  const found = kaplanMeier([4, 2, 3, 4, 9], [1, 1, 0, 1, 0]);
  expect(found.days).toEqual([2, 4]);
  expect(found.survival[0]).toBeCloseTo(4 / 5, 15);
  expect(found.survival[1]).toBeCloseTo((4 / 5) * (1 / 3), 15);
  expect(medianWait(found)).toBe(4);
  expect([endedBy(found, 1), endedBy(found, 2), endedBy(found, 9)]).toEqual([
    0,
    1 - 4 / 5,
    1 - found.survival[1]!,
  ]);
  expect(endedBy(found, 10)).toBeNull();
});

test("kaplanMeier(days, ended) counts an end before whoever is lost sight of on the same day", () => {
  expect(kaplanMeier([3, 3], [0, 1]).survival).toEqual([0.5]);
  expect(medianWait(kaplanMeier([3, 5], [0, 0]))).toBeNull();
  expect(endedBy(kaplanMeier([3, 5], [1, 1]), 100)).toBe(1);
  expect(endedBy(kaplanMeier([], []), 1)).toBeNull();
});

test("churnDays(log, inactivity).back is the next qualifying event by E, and none after it", () => {
  const rows = [...buy("a", 0, 20, 50), ...buy("b", 0, 64), {customer: "a", day: 15, type: "visit"}];
  const {day, back, customers} = churnDays(
    eventLogOf(rows, {lastDay: 60}),
    inactivity({days: 10, of: "buy"}),
  );
  expect([...day]).toEqual([10, 30, 60, 10]);
  expect([...back]).toEqual([20, 50, NOT_BACK, NOT_BACK]);
  expect(customers).toBe(2);
});

test("churnDays(log, contract).back is the payment that takes the contract up again", () => {
  const churn = contract({start: "join", renew: "renew", end: "end", graceDays: 2});
  const rows = [
    ...([
      [0, "join"],
      [10, "end"],
      [12, "renew"],
      [20, "end"],
      [30, "join"],
      [40, "end"],
    ] as const),
  ].map(([day, type]) => ({customer: "a", day, type}));
  const {day, back} = churnDays(eventLogOf(rows, {lastDay: 60}), churn);
  expect([...day]).toEqual([20, 40]);
  expect([...back]).toEqual([30, NOT_BACK]);
});

test("spellSummary(log, churned) counts customers by spells, and spells that are not over", () => {
  const rows = [
    ...buy("never", 0, 8, 16, 24, 32, 40, 48, 56),
    ...buy("once", 0),
    ...buy("back", 0, 40, 48, 56),
    ...buy("twice", 0, 15, 60),
    {customer: "visitor", day: 3, type: "visit"},
  ];
  const log = eventLogOf(rows, {lastDay: 60});
  const churned = churnDays(log, inactivity({days: 10, of: "buy"}));
  // Waits: 50 and open; 30; 5 and 35. By day 30: 1 of 5 at 5, then 1 of 4 at 30.
  const found = spellSummary(log, churned);
  expect(found).toMatchObject({customers: 4, none: 1, one: 2, more: 1, spells: 4, open: 1, medianDays: 30});
  expect(found.back[0]).toBeCloseTo(1 - (3 / 4) * (2 / 3), 12);
  expect(found.back.slice(1)).toEqual([null, null]);
  const some = spellSummary(log, churned, [log.customers.indexOf("twice")]);
  expect(some).toMatchObject({customers: 1, none: 0, one: 0, more: 1, spells: 2, open: 0, medianDays: 5});
});

test("compareDefinitions(log, …) looks at no event from the first test cutoff on", () => {
  const early = [...buy("a", 0, 3, 9, 30), ...buy("b", 2, 4, 10, 11, 50), ...buy("c", 1, 30)];
  const options = {
    ...{own: inactivity({days: 10, of: "buy"}), activity: "buy", horizon: days(10), before: 60},
    ...{cutoffs: [20, 70], learns: [1, 1, 1]},
  };
  const of = (rows: EventRow[]) => {
    const {definitions, rhythm} = compareDefinitions(eventLogOf(rows, {lastDay: 100}), options);
    return {rhythm, spells: definitions.map(({spells, own}) => [own, spells])};
  };
  const plain = of(early);
  expect(plain.spells).toHaveLength(2);
  expect(of([...early, ...buy("a", 60, 75), ...buy("c", 90)])).toEqual(plain);
});
