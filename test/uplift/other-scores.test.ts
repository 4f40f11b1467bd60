import {expect, it} from "vitest";
import type {CustomerTable} from "../../src/data/customer-table.ts";
import {contactSheet} from "../../src/ledger/contact-sheet.ts";
import {randomOf} from "../../src/random.ts";
import {otherScores, policyOrder} from "../../src/uplift/campaign/other-scores.ts";

it("otherScores joins what was known before the day, and counts who is not in the table", () => {
  const table: CustomerTable = {
    columns: ["value", "shoes"],
    rows: 3,
    // Customer 0 has two rows, 1 none, 2 one that is known too late.
    offsets: Int32Array.from([0, 2, 2, 3]),
    known: Int32Array.from([10, 20, 31]),
    values: Float64Array.from([1, 2, 3, 0.1, Number.NaN, 0.3]),
    unknownCustomers: 0,
  };
  expect(otherScores(table, [2, 0, -1, 1, 0], 31)).toEqual({
    columns: {
      value: Float64Array.from([Number.NaN, 2, Number.NaN, Number.NaN, 2]),
      shoes: new Float64Array(5).fill(Number.NaN),
    },
    missing: 3,
  });
  expect(otherScores(table, [0, 2], 20).columns.value).toEqual(Float64Array.from([1, Number.NaN]));
});

it.each([1, 2, 3])("policyOrder puts base times value in order, by brute force (seed %i)", seed => {
  const random = randomOf(seed);
  const n = 40;
  const customers = Array.from({length: n}, (_, i) => `c${(i * 7) % n}`);
  const base = Array.from({length: n}, () => Math.round(4 * random()) / 4);
  const value = Array.from({length: n}, () => (random() < 0.3 ? Number.NaN : Math.round(10 * random())));
  const offers = {
    hat: Array.from({length: n}, () => (random() < 0.4 ? Number.NaN : Math.round(3 * random()))),
    coat: Array.from({length: n}, () => (random() < 0.4 ? Number.NaN : Math.round(3 * random()))),
  };
  const found = policyOrder({customers, base, value, offers});
  const known = value.filter(v => !Number.isNaN(v)).sort((a, b) => a - b);
  const m = known.length;
  const median = m % 2 === 1 ? known[(m - 1) / 2]! : (known[m / 2 - 1]! + known[m / 2]!) / 2;
  expect(found.median).toBe(median);
  const priority = base.map((b, i) => b * (Number.isNaN(value[i]!) ? median : value[i]!));
  expect([...found.priority]).toEqual(priority);
  expect([...found.assumed]).toEqual(value.map(v => (Number.isNaN(v) ? 1 : 0)));
  for (let k = 1; k < n; k++) {
    const [a, b] = [found.order[k - 1]!, found.order[k]!];
    expect(
      priority[a]! > priority[b]! || (priority[a] === priority[b] && customers[a]! < customers[b]!),
    ).toBe(true);
  }
  expect(new Set(found.order).size).toBe(n);
  found.offer.forEach((name, i) => {
    const [hat, coat] = [offers.hat[i]!, offers.coat[i]!];
    if (Number.isNaN(hat) && Number.isNaN(coat)) expect(name).toBeNull();
    else expect(name).toBe(Number.isNaN(coat) || hat >= coat ? "hat" : "coat");
  });
});

it("policyOrder without values goes by the base, and refuses values and bases that are none", () => {
  const customers = ["a", "b", "c"];
  const plain = policyOrder({customers, base: [0.1, 0.3, 0.2]});
  expect([...plain.order]).toEqual([1, 2, 0]);
  expect(plain.offer).toEqual([null, null, null]);
  const empty = policyOrder({customers, base: [0.1, 0.3, 0.2], value: [Number.NaN, Number.NaN, Number.NaN]});
  expect([...empty.order]).toEqual([1, 2, 0]);
  expect([...empty.assumed]).toEqual([1, 1, 1]);
  expect(() => policyOrder({customers, base: [1, 1, 1], value: [1, -1, 1]})).toThrow(
    "values of 0 or more, got -1",
  );
  expect(() => policyOrder({customers, base: [1, Number.NaN, 1]})).toThrow(
    "finite risks or effects, got NaN",
  );
  expect(() => policyOrder({customers, base: [1]})).toThrow("policyOrder requires 3 entries of base, got 1");
});

it("contactSheet(customers, parts) says whom, when and with what, and nothing of risk or reasons", () => {
  const policy = policyOrder({
    customers: ["a", "b,c"],
    base: [0.25, 0.75],
    value: [2, Number.NaN],
    offers: {"hat, red": [1, Number.NaN]},
  });
  const days = {
    day: Int32Array.from([20_000, 20_001]),
    basis: ["overdue", "usual in the segment"] as const,
    ...{own: [20_000, null], expected: [19_999, null], weekday: [null, null]},
  };
  const message = {title: "", template: "", source: "default"} as const;
  const messages = [
    {...message, name: "tickets", customers: [1]},
    {...message, name: "general", customers: [0]},
  ];
  expect(contactSheet(["a", "b,c"], {days, messages, policy, contacts: 1})).toBe(
    "customer,place,contact,contact_on,contact_basis,message,offer,value_known\n" +
      '"b,c",1,true,2024-10-05,usual in the segment,tickets,,false\n' +
      'a,2,false,2024-10-04,overdue,general,"hat, red",true\n',
  );
});
