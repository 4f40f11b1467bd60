import {expect, test} from "vitest";
import {dayOf} from "../../src/data/calendar.ts";
import {knownShop, logOfShop} from "../../src/data/known-shop.ts";
import {simulateShop} from "../../src/data/simulate.ts";
import {quadrantOfLives} from "../../src/uplift/learn/quadrant-bounds.ts";
import {shopTruth} from "../../src/uplift/shop-truth.ts";

const shop = simulateShop({customers: 300});
const log = logOfShop(shop, false);
const rows = shop.campaigns.map(({customer}) => log.customers.indexOf(customer));
const trial = {
  outcome: new Float64Array(rows.length),
  treated: new Uint8Array(rows.length),
  propensity: new Float64Array(rows.length).fill(0.5),
  customer: Int32Array.from(rows),
};
const day = new Int32Array(rows.length).fill(dayOf("2025-09-01"));

test("shopTruth(log, contacts) is the truth of the shop that the log is of, row by row", () => {
  const truth = shopTruth(log, {trial, day})!;
  shop.truth.effects.forEach(({effect, segment, leaves}, i) => {
    expect(truth.uplift[i]).toBe(-effect);
    expect(truth.segment[i]).toBe(segment);
    expect(truth.kept[i]).toEqual({treated: !leaves.treated, control: !leaves.untreated});
  });
});

test("shopTruth knows nothing of another shop, another seed or another day", () => {
  expect(shopTruth(log, {trial, day: day.map(d => d + 1)})).toBeUndefined();
  expect(knownShop(logOfShop(simulateShop({customers: 300, seed: 2}), false))).toBeUndefined();
  expect(knownShop({...log, customers: log.customers.map(id => `x${id}`)})).toBeUndefined();
});

test("quadrantOfLives names the four", () => {
  const names = [true, false].flatMap(treated =>
    [true, false].map(control => quadrantOfLives({treated, control})),
  );
  expect(names).toEqual(["sure thing", "persuadable", "sleeping dog", "lost cause"]);
});
