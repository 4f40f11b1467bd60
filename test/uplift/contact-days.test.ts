import {expect, test} from "vitest";
import {randomOf} from "../../src/random.ts";
import {byDayOfContact} from "../../src/uplift/contact-days.ts";
import type {ContactTrial} from "../../src/uplift/contacts.ts";
import {rankAverageEffect} from "../../src/uplift/measure/rate.ts";

/** Two days without any effect: on the second more customers leave, and `share` of it says how many are contacted. */
function twoDays(seed: number, share: readonly [number, number]): ContactTrial {
  const random = randomOf(seed, 3);
  const rows = 2000;
  const day = Int32Array.from({length: rows}, (_, i) => 100 + (i % 2));
  const treated = Uint8Array.from(day, on => (random() < share[on - 100]! ? 1 : 0));
  const outcome = Float64Array.from(day, on => (random() < (on === 100 ? 0.9 : 0.6) ? 1 : 0));
  const customer = Int32Array.from(day.keys());
  const all = treated.reduce((sum, t) => sum + t, 0) / rows;
  return {
    x: {names: ["noise"], rows, values: Float64Array.from(day, random)},
    trial: {outcome, treated, customer, propensity: new Float64Array(rows).fill(all)},
    ids: Array.from(day, (_, i) => `c${i}`),
    day,
    counts: {contacts: rows, inactive: 0, immature: 0, repeated: 0, overlapping: 0},
  };
}

test("byDayOfContact(data) leaves days of one lot as they are", () => {
  const data = twoDays(1, [0.5, 0.5]);
  expect(byDayOfContact(data)).toEqual({data, oneArmed: 0});
});

test("byDayOfContact(data) takes the difference between days of different lots for no effect", () => {
  const effects = [1, 2, 3, 4].map(seed => {
    const data = twoDays(seed, [0.2, 0.8]);
    const of = ({trial}: ContactTrial) =>
      rankAverageEffect(
        trial,
        trial.outcome.map((_, i) => i),
        {seed: 1, draws: 200},
      ).average;
    return {pooled: of(data), own: of(byDayOfContact(data).data!)};
  });
  for (const {pooled, own} of effects) {
    expect(pooled.high).toBeLessThan(0);
    expect(own.low).toBeLessThan(0);
    expect(own.high).toBeGreaterThan(0);
  }
});

test("byDayOfContact(data) leaves out a day with one arm, and says how many rows", () => {
  const data = twoDays(1, [0.5, 1]);
  const {data: found, oneArmed} = byDayOfContact(data);
  expect(oneArmed).toBe(1000);
  expect([...found!.day]).toEqual(new Array(1000).fill(100));
  expect(found!.x.rows).toBe(1000);
  expect(found!.trial.propensity[0]).toBe(found!.trial.treated.reduce((sum, t) => sum + t, 0) / 1000);
});

test("byDayOfContact(data) has no contacts where no day has both arms", () => {
  expect(byDayOfContact(twoDays(1, [0, 1]))).toEqual({data: undefined, oneArmed: 2000});
});
