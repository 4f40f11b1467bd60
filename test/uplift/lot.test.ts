import {expect, test} from "vitest";
import type {Matrix} from "../../src/features/matrix.ts";
import {type Random, randomOf} from "../../src/random.ts";
import {leastSquares} from "../../src/uplift/least-squares.ts";
import {checkLot} from "../../src/uplift/observe/lot.ts";
import {columnsOf} from "../../src/uplift/observe/regression-effect.ts";
import {idsOf} from "./ids.ts";

const DAYS = [100, 130, 160];

/** Contacts on three days, of which the shares of the treated differ. */
function contactsOf(
  rows: number,
  seed: number,
  chance: (row: {a: number; b: number; day: number; customer: number}, random: Random) => number,
  {perCustomer = 1}: {readonly perCustomer?: number} = {},
) {
  const random = randomOf(seed);
  const day = Int32Array.from({length: rows}, (_, i) => DAYS[i % 3]!);
  const customer = Int32Array.from({length: rows}, (_, i) => Math.floor(i / perCustomer));
  const a = Float64Array.from(customer, c => (perCustomer === 1 ? random() : randomOf(seed, c)()) - 0.5);
  const b = Float64Array.from(customer, () => random() - 0.5);
  const treated = Uint8Array.from(customer, (c, i) =>
    Number(random() < chance({a: a[i]!, b: b[i]!, day: day[i]!, customer: c}, random)),
  );
  const x: Matrix = {names: ["a", "b"], rows, values: Float64Array.from([...a, ...b])};
  return {
    x,
    treated,
    customer,
    day,
    ids: idsOf(customer),
    outcome: Float64Array.from(customer, () => random()),
  };
}
const lotOfDay = ({day}: {day: number}) => (day === 100 ? 0.3 : 0.6);
const few = {seed: 1, draws: 99};

test("checkLot(contacts).told is the R² of the arms on the features, both less the means of the day", async () => {
  const contacts = contactsOf(120, 2, lotOfDay);
  const {told} = await checkLot(contacts, few);
  const {x, treated, day} = contacts;
  const dummies = DAYS.slice(1).map(d => Float64Array.from(day, at => Number(at === d)));
  const y = Float64Array.from(treated);
  const rss = (columns: Float64Array[]): number => {
    const beta = leastSquares(columns, y);
    return y.reduce((sum, v, i) => sum + (v - columns.reduce((s, c, j) => s + beta[j]! * c[i]!, 0)) ** 2, 0);
  };
  const [one, ...own] = columnsOf(x);
  expect(told).toBeCloseTo(1 - rss([one!, ...dummies, ...own]) / rss([one!, ...dummies]), 10);
});

test("checkLot(contacts) of good lots has p-values that are even on average, and hardly ever says broken", async () => {
  const found = [];
  for (let seed = 0; seed < 30; seed++)
    found.push(await checkLot(contactsOf(150, 100 + seed, lotOfDay), {seed, draws: 99}));
  const mean = found.reduce((sum, {p}) => sum + p, 0) / found.length;
  expect(Math.abs(mean - 0.5)).toBeLessThan(3 * Math.sqrt(1 / 12 / found.length));
  // 1 in 100 by permutation and fewer by trees.
  expect(found.filter(({broken}) => broken).length).toBeLessThanOrEqual(3);
});

test("checkLot(contacts) says broken when a feature decides, and when two decide together that alone tell nothing", async () => {
  const plain = await checkLot(
    contactsOf(600, 3, ({a}) => 0.5 + a / 2),
    few,
  );
  expect([plain.p, plain.broken]).toEqual([0.01, true]);
  const crossed = await checkLot(
    contactsOf(600, 4, ({a, b}) => (a * b > 0 ? 0.8 : 0.2)),
    few,
  );
  expect(crossed.p).toBeGreaterThan(0.01);
  expect(crossed.broken).toBe(true);
  expect(crossed.auc.low).toBeGreaterThan(0.6);
});

test("checkLot(contacts) deals whole customers anew where each has one arm", async () => {
  // The same feature in all rows of a customer: dealt row by row, luck would look like a rule.
  const found = [];
  for (let seed = 0; seed < 20; seed++)
    found.push(
      await checkLot(
        contactsOf(180, 300 + seed, ({customer}) => (randomOf(seed, 5000 + customer)() < 0.5 ? 1 : 0), {
          perCustomer: 3,
        }),
        {seed, draws: 99},
      ),
    );
  const mean = found.reduce((sum, {p}) => sum + p, 0) / found.length;
  expect(Math.abs(mean - 0.5)).toBeLessThan(3 * Math.sqrt(1 / 12 / found.length));
});

test("checkLot(contacts) is the same for one seed", async () => {
  const contacts = contactsOf(200, 5, lotOfDay);
  expect(await checkLot(contacts, few)).toEqual(await checkLot(contacts, few));
});
