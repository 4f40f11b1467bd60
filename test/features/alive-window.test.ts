import {expect, test} from "vitest";
import {type EventRow, eventLogOf} from "../../src/data/event-log.ts";
import {checkAliveWindow} from "../../src/features/alive-window.ts";
import {evenSilence, probabilityAlive} from "../../src/features/bg-nbd.ts";
import {randomOf} from "../../src/random.ts";
import {inactivity} from "../../src/study.ts";

const POPULATION = {r: 0.8, alpha: 25, a: 1, b: 3};

/** Purchases at random days, so that all numbers of purchases and lengths of silence come up. */
function purchases(seed: number): EventRow[] {
  const random = randomOf(seed);
  return Array.from({length: 60}, (_, c) => c).flatMap(c => {
    const n = 1 + Math.floor(14 * random() ** 2);
    return Array.from({length: n}, () => ({customer: `c${c}`, day: Math.floor(300 * random()), type: "buy"}));
  });
}

const middle = (values: number[]): number => {
  const sorted = values.sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
};

test("checkAliveWindow(parameters, log, …) takes P(alive) whenever silence reaches the window, found day by day", () => {
  for (const window of [10, 45, 120]) {
    const rows = purchases(window);
    const log = eventLogOf(rows, {lastDay: 400});
    const customers = log.customers.flatMap((_, c) => (c % 3 === 0 ? [c] : []));
    const asOf = 330;
    const found = checkAliveWindow(POPULATION, log, {
      churn: inactivity({days: window, of: "buy"}),
      customers,
      asOf,
    });
    const called: {n: number; alive: number}[] = [];
    const last: {n: number; even: number}[] = [];
    for (const c of customers) {
      const bought = new Set(rows.filter(({customer}) => customer === log.customers[c]).map(({day}) => day));
      const days = [...bought].sort((a, b) => a - b);
      last.push({
        n: days.length,
        even: evenSilence(POPULATION, {x: days.length - 1, tx: days.at(-1)! - days[0]!}),
      });
      for (let day = 0; day < asOf; day++) {
        const before = days.filter(one => one <= day);
        if (before.length === 0 || day - before.at(-1)! !== window) continue;
        const [x, tx] = [before.length - 1, before.at(-1)! - before[0]!];
        called.push({n: before.length, alive: probabilityAlive(POPULATION, {x, tx, T: tx + window})});
      }
    }
    expect(found.calledAfterOne).toBe(called.filter(({n}) => n === 1).length);
    for (const group of [...found.groups, found.repeaters]) {
      const belongs = ({n}: {n: number}) => n >= group.from && n <= (group.to ?? Number.POSITIVE_INFINITY);
      const [own, customersOf] = [called.filter(belongs), last.filter(belongs)];
      expect([group.called, group.customers]).toEqual([own.length, customersOf.length]);
      if (customersOf.length > 0) expect(group.evenDays).toBe(middle(customersOf.map(({even}) => even)));
      if (own.length === 0) continue;
      expect(group.medianAlive).toBe(middle(own.map(({alive}) => alive)));
      expect(group.stillAlive).toBe(own.filter(({alive}) => alive > 0.5).length / own.length);
    }
    expect(found.groups.reduce((sum, {called: n}) => sum + n, 0)).toBe(found.repeaters.called);
  }
});

test("checkAliveWindow(parameters, log, …) does not change when events from its day on do", () => {
  const rows = purchases(4);
  const check = (events: EventRow[]) => {
    const log = eventLogOf(events, {lastDay: 400});
    const customers = log.customers.map((_, c) => c);
    return checkAliveWindow(POPULATION, log, {
      churn: inactivity({days: 30, of: "buy"}),
      customers,
      asOf: 200,
    });
  };
  expect(check(rows.map(one => (one.day < 200 ? one : {...one, day: 399})))).toEqual(check(rows));
});

test("checkAliveWindow(parameters, log, …) warns of a window that calls the living churned, and of one that waits", () => {
  // Everybody buys on two days, 40 apart: P(alive) is one half after a silence that is the same for all.
  const even = evenSilence(POPULATION, {x: 1, tx: 40});
  const rows = Array.from({length: 20}, (_, c) =>
    [c, c + 40].map(day => ({customer: `c${c}`, day, type: "buy"})),
  ).flat();
  const log = eventLogOf(rows, {lastDay: 1000});
  const customers = log.customers.map((_, c) => c);
  const warned = (days: number) =>
    checkAliveWindow(POPULATION, log, {churn: inactivity({days, of: "buy"}), customers, asOf: 1000}).warnings;
  const [short, fits, long] = [Math.floor(even) - 1, Math.ceil(even) + 1, Math.ceil(2 * even) + 1];
  expect(warned(fits)).toEqual([]);
  expect(warned(short)).toEqual([
    {
      severity: "warning",
      code: "days-call-alive",
      value: probabilityAlive(POPULATION, {x: 1, tx: 40, T: 40 + short}),
      message:
        `After ${short} days of silence the typical customer with a second purchase is still alive with a probability of 51%, by the ` +
        "BG/NBD model, and 100% of those called churned are more likely alive than not: a pause counts as churn; " +
        `P(alive) falls to 50% after about ${Math.round(even)} days.`,
    },
  ]);
  expect(warned(long)).toMatchObject([{code: "days-call-late", value: long / even}]);
  expect(warned(long)[0]!.message).toContain(`Churn after ${long} days of silence is called late`);
  expect(warned(long)[0]!.message).toContain(`falls to 50% after about ${Math.round(even)} days`);
  // With one purchase each the model has no opinion.
  const once = eventLogOf(rows.slice(0, 1), {lastDay: 1000});
  const found = checkAliveWindow(POPULATION, once, {
    churn: inactivity({days: 30, of: "buy"}),
    customers: [0],
    asOf: 900,
  });
  expect([found.calledAfterOne, found.repeaters.called, found.warnings]).toEqual([1, 0, []]);
});
