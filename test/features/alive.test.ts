import {expect, test} from "vitest";
import {type EventRow, eventLogOf} from "../../src/data/event-log.ts";
import {DataError} from "../../src/data-error.ts";
import {ALIVE_FEATURES, aliveTraining, applyAlive, fitAlive} from "../../src/features/alive.ts";
import {expectedPurchases, probabilityAlive, probabilitySilent} from "../../src/features/bg-nbd.ts";
import {expectedSpend} from "../../src/features/gamma-gamma.ts";
import {purchaseSummaries} from "../../src/features/purchases.ts";
import {randomOf} from "../../src/random.ts";
import {splitRows} from "../../src/split/rows.ts";
import {days, inactivity, months} from "../../src/study.ts";
import {buildCohort} from "../../src/target/cohort.ts";
import {gammaDraw} from "./buyers.ts";

const FIRST = 20_000;
const DAYS = 500;
const CUTOFFS = [250, 280, 310, 340, 370, 400].map(day => FIRST + day);

/** Purchases of customers who come in the first 200 days, buy at a rate and price of their own, and may leave. */
function purchases(customers: number, seed: number): EventRow[] {
  const random = randomOf(seed);
  const rows: EventRow[] = [];
  for (let c = 0; c < customers; c++) {
    const rate = gammaDraw(0.8, random) / 25;
    const [leave, stay] = [gammaDraw(1, random), gammaDraw(3, random)];
    const price = 20 / gammaDraw(4, random);
    let time = Math.floor(200 * random());
    for (let first = true; time < DAYS; first = false) {
      const amount = Math.round(100 * price * gammaDraw(5, random)) / 100;
      rows.push({customer: `c${c}`, day: FIRST + Math.floor(time), type: "purchase", amount});
      if (!first && random() < leave / (leave + stay)) break;
      time -= Math.log(1 - random()) / rate;
    }
  }
  return rows;
}

const rows = purchases(900, 1);
const LAST = FIRST + DAYS - 1;
const SPLIT = {salt: "s", train: 0.7, validation: 0.85};
const churn = inactivity({days: 90, of: "purchase"});

function fitted(events: readonly EventRow[]) {
  const log = eventLogOf(events, {lastDay: LAST});
  const cohort = buildCohort(log, {churn, cutoffs: CUTOFFS, activity: "purchase"});
  const split = splitRows(cohort, log.customers, {
    ...SPLIT,
    testFrom: CUTOFFS[4]!,
    horizon: days(60),
  });
  const training = aliveTraining(split, cohort);
  const alive = fitAlive(log, {...training, of: "purchase", horizon: days(60)});
  return {log, cohort, split, training, alive};
}

test("aliveTraining(split, cohort) are the train customers, as of the last cutoff whose outcomes are learnt from", () => {
  const {split, training} = fitted(rows);
  // Test cutoffs begin at day 370, so that the window of 60 days from 310 on is the last to close before.
  expect(training.asOf).toBe(FIRST + 310);
  expect(split.periods).toEqual(["before", "before", "before", "embargo", "after", "after"]);
  const byId = [...split.setOfCustomer.keys()].filter(c => split.setOfCustomer[c] === 0);
  expect([...training.customers]).toEqual(byId);
  expect(byId.length / split.setOfCustomer.length).toBeCloseTo(0.7, 1);
});

test("fitAlive(log, …) rests on train customers before its day, and on nobody and nothing else", () => {
  const {log, split, alive} = fitted(rows);
  const train = new Set(log.customers.filter((_, c) => split.setOfCustomer[c] === 0));
  const moved = rows.map(one =>
    !train.has(one.customer) || one.day >= alive.asOf
      ? {...one, day: Math.min(one.day + 9, LAST), amount: 1}
      : one,
  );
  expect(fitted(moved).alive).toEqual(alive);
  const own = rows.map(one => (train.has(one.customer) ? {...one, day: one.day - (one.day % 2)} : one));
  expect(fitted(own).alive.buying.r).not.toBe(alive.buying.r);
  expect(fitted(rows.toReversed()).alive).toEqual(alive);
  expect(JSON.parse(JSON.stringify(alive))).toEqual(alive);
});

test("applyAlive(alive, log, cohort) holds for every row what the functions of a customer say at its cutoff", () => {
  const {log, cohort, alive} = fitted(rows);
  const x = applyAlive({...alive, horizon: months(2)}, log, cohort);
  expect(x.names).toEqual(ALIVE_FEATURES.map(({name}) => name));
  for (let i = 0; i < x.rows; i += 7) {
    const t = CUTOFFS[cohort.cutoff[i]!]!;
    const [seen] = purchaseSummaries(log, {customers: [cohort.customer[i]!], asOf: t, of: "purchase"});
    const date = new Date(t * 86_400_000);
    const h = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 2, date.getUTCDate()) / 86_400_000 - t;
    const expected = expectedPurchases(alive.buying, seen!, h);
    const spend = expectedSpend(alive.spending!, {x: seen!.priced, meanSpend: seen!.meanSpend});
    expect(x.names.map((_, j) => x.values[j * x.rows + i])).toEqual([
      probabilityAlive(alive.buying, seen!),
      probabilitySilent(alive.buying, seen!, h),
      expected,
      spend,
      expected * spend,
    ]);
  }
});

test("applyAlive(alive, log, cohort) does not change when events on or after the cutoff do", () => {
  const {alive} = fitted(rows);
  const t = CUTOFFS[3]!;
  const [before, after] = [rows, rows.map(one => (one.day < t ? one : {...one, day: LAST, amount: 7}))].map(
    events => {
      const log = eventLogOf(events, {lastDay: LAST});
      return applyAlive(alive, log, buildCohort(log, {churn, cutoffs: [t], activity: "purchase"})).values;
    },
  );
  expect(after).toEqual(before);
});

test("applyAlive(alive, log, cohort) leaves a customer missing who has not bought, and amounts where none are known", () => {
  const visits = ["v1", "v2"].map(customer => ({customer, day: FIRST + 240, type: "visit"}));
  const priceless = rows.map(({amount: _, ...one}) => one);
  const {alive} = fitted(priceless);
  expect(alive.spending).toBeNull();
  const log = eventLogOf([...priceless, ...visits], {lastDay: LAST});
  const cohort = buildCohort(log, {
    churn: inactivity({days: 90, of: "visit"}),
    cutoffs: [CUTOFFS[0]!],
    activity: "visit",
  });
  const x = applyAlive(alive, log, cohort);
  expect([x.rows, x.names]).toEqual([2, ["p_alive", "p_silent", "expected_purchases"]]);
  expect([...x.values]).toEqual(new Array(6).fill(Number.NaN));
});

test("the columns of applyAlive come true: silence and purchases of customers who took no part in the fit", () => {
  const {log, alive} = fitted(purchases(6000, 2));
  const test = fitted(rows);
  const cohort = buildCohort(test.log, {churn, cutoffs: [CUTOFFS[4]!], activity: "purchase"});
  const x = applyAlive(alive, test.log, cohort);
  expect(log.customers.length).toBeGreaterThan(5000);
  let [said, was, bought, expected, squares] = [0, 0, 0, 0, 0];
  for (let i = 0; i < x.rows; i++) {
    const id = test.log.customers[cohort.customer[i]!]!;
    const later = new Set(
      rows
        .filter(one => one.customer === id && one.day >= CUTOFFS[4]! && one.day < CUTOFFS[4]! + 60)
        .map(({day}) => day),
    ).size;
    const p = x.values[x.rows + i]!;
    said += p;
    was += Number(later === 0);
    squares += p * (1 - p);
    bought += later;
    expected += x.values[2 * x.rows + i]!;
  }
  expect(x.rows).toBeGreaterThan(200);
  expect(Math.abs(was - said)).toBeLessThan(3.5 * Math.sqrt(squares));
  expect(bought / expected).toBeGreaterThan(0.85);
  expect(bought / expected).toBeLessThan(1.15);
});

test("fitAlive(log, …) says what does not fit, where and what to do", () => {
  const log = eventLogOf(rows.slice(0, 40));
  const customers = log.customers.map((_, c) => c);
  const learn = (of: string) => () => fitAlive(log, {customers, asOf: FIRST + 300, of, horizon: days(60)});
  expect(learn("purchase")).toThrow(DataError);
  expect(learn("purchase")).toThrow(
    /^buying of "purchase" before 2025-07-31 fits no model: fitBgNbd requires at least 50 customers with a repeat purchase, got \d+ of \d+; leave "alive" out of models$/,
  );
  expect(learn("order")).toThrow('got "order"; the log has purchase');
});
