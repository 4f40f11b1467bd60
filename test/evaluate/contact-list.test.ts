import {expect, test} from "vitest";
import {dayOf} from "../../src/data/calendar.ts";
import {chooseTop} from "../../src/evaluate/choose.ts";
import {contactList} from "../../src/evaluate/contact-list.ts";
import {scoreList} from "../../src/ledger/score-list.ts";
import {randomOf} from "../../src/random.ts";

test("contactList(margins, place, capacity) is the riskiest share, ties by place, and the margin that would leave it", () => {
  const list = contactList([1, 3, 2, 3, 0], [5, 9, 1, 2, 3], 0.4);
  expect({...list, order: [...list.order]}).toEqual({order: [3, 1, 2, 0, 4], contacted: 2, line: 2});
  expect(contactList([1, 2], [0, 1], 1)).toMatchObject({contacted: 2, line: undefined});
});

test("contactList(margins, place, capacity) contacts whole customers, at most the capacity: a part of one is none", () => {
  const contacted = (rows: number, capacity: number) =>
    contactList(
      new Float64Array(rows),
      Int32Array.from({length: rows}, (_, i) => i),
      capacity,
    ).contacted;
  // 0.7 x 10 is 7 less a bit.
  expect([contacted(10, 0.7), contacted(10, 0.79), contacted(100, 0.29)]).toEqual([7, 7, 29]);
  expect(contactList([1, 2], [0, 1], 0.1)).toMatchObject({contacted: 0, line: 2});
});

test("scoreList(scores) and the list of the card are one list, and hold whom chooseTop(margins) chooses for sure", () => {
  const random = randomOf(5);
  const customers = Array.from({length: 60}, (_, i) => `c${String(i).padStart(2, "0")}`);
  for (const capacity of [0.01, 0.1, 0.35, 1]) {
    const customer = Int32Array.from(customers.keys()).sort(() => random() - 0.5);
    const margins = Float64Array.from(customer, () => Math.floor(5 * random()));
    const scores = {customer, margins, probabilities: margins, onCadence: true};
    const list = scoreList(scores, {
      ...{customers, capacity, asOf: dayOf("2025-01-01")},
      reasons: customers.map(() => []),
    });
    const {order, contacted} = contactList(margins, customer, capacity);
    const named = Array.from(order.subarray(0, contacted), i => customers[customer[i]!]);
    expect(list.customers.slice(0, list.contacts)).toEqual(named);
    chooseTop(margins, capacity).forEach((part, i) => {
      if (part === 1) expect(named).toContain(customers[customer[i]!]);
      if (part === 0) expect(named).not.toContain(customers[customer[i]!]);
    });
  }
});
