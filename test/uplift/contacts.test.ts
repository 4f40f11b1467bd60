import {expect, it} from "vitest";
import {addSpan} from "../../src/data/calendar.ts";
import {type EventRow, eventLogOf} from "../../src/data/event-log.ts";
import {computeFeatures} from "../../src/features/sweep.ts";
import {randomOf} from "../../src/random.ts";
import {contactTrial} from "../../src/uplift/contacts.ts";
import {earlierContacts} from "../../src/uplift/observe/earlier.ts";
import {definitionsOn} from "../target/by-definition.ts";

const FIRST = 9832;
const LAST = FIRST + 200;
const churn = {kind: "contract", start: "join", renew: "renewal", end: "cancel", graceDays: 5} as const;
const HORIZON = {days: 30};

function world(seed: number) {
  const random = randomOf(seed);
  const rows: EventRow[] = [];
  for (let c = 0; c < 15; c++) {
    rows.push({customer: `c${c}`, day: FIRST + Math.floor(random() * 60), type: "join"});
    for (let k = 0; k < 12; k++) {
      const type = ["purchase", "purchase", "purchase", "cancel", "join"][Math.floor(random() * 5)]!;
      rows.push({customer: `c${c}`, day: FIRST + Math.floor(random() * 200), type});
    }
  }
  rows.push({customer: "c0", day: LAST, type: "purchase"}, {customer: "c0", day: FIRST, type: "cancel"});
  const log = eventLogOf(rows, {lastDay: LAST});
  // Few days, so that many contacts share one, and some are on the days of events.
  const days = [40, 41, 70, 95, 130, 164, 165, 166, 190].map(d => FIRST + d);
  const arms = new Map<string, number>();
  const contacts = Array.from({length: 90}, () => {
    const customer = Math.floor(random() * 15);
    const day = days[Math.floor(random() * days.length)]!;
    const key = `${customer} ${day}`;
    if (!arms.has(key)) arms.set(key, random() < 0.5 ? 1 : 0);
    return {customer, day, treated: arms.get(key)!};
  });
  const campaigns = {
    customer: Int32Array.from([-1, ...contacts.map(c => c.customer)]),
    day: Int32Array.from([days[0]!, ...contacts.map(c => c.day)]),
    treated: Uint8Array.from([1, ...contacts.map(c => c.treated)]),
    unknownCustomers: 0,
  };
  return {rows, log, campaigns, contacts};
}

const options = (log: ReturnType<typeof eventLogOf>) => ({
  ...{churn, horizon: HORIZON, activity: "purchase"},
  features: (cohort: Parameters<typeof computeFeatures>[1]) =>
    computeFeatures(log, cohort, {
      features: [
        {
          name: "n",
          title: "Purchases",
          unit: "purchases",
          of: "purchase",
          measure: "count",
          actionable: false,
        },
      ],
    }),
});

it.each([1, 2, 3])("contactTrial is what the definitions say, contact by contact (seed %i)", async seed => {
  const {rows, log, campaigns, contacts} = world(seed);
  const definitions = definitionsOn(1);
  const known = new Map(contacts.map(c => [`${c.day} ${log.customers[c.customer]}`, c]));
  const expected: unknown[] = [];
  let [inactive, immature, overlapping] = [0, 0, 0];
  const sorted = [...known.values()].sort((a, b) => a.day - b.day || a.customer - b.customer);
  for (const {customer, day, treated} of sorted) {
    const own = rows.filter(row => row.customer === log.customers[customer]);
    const end = addSpan(day, HORIZON);
    if (!own.some(row => row.day < day) || !definitions.active(own, churn, day)) inactive += 1;
    else if (end > LAST + 1 - churn.graceDays) immature += 1;
    else {
      const left = definitions.churnDays(own, churn, LAST).some(at => at >= day && at < end);
      const bought = own.filter(row => row.type === "purchase" && row.day < day).length;
      expected.push([log.customers[customer], day, treated, left ? 0 : 1, bought]);
      const again = contacts.some(
        c => c.customer === customer && c.treated === 1 && c.day > day && c.day < end,
      );
      if (again) overlapping += 1;
    }
  }
  const {x, trial, ids, day, counts} = await contactTrial(log, campaigns, options(log));
  const found = Array.from(trial.customer, (c, i) => [
    ids[c],
    day[i],
    trial.treated[i],
    trial.outcome[i],
    x.values[i],
  ]);
  expect(found).toEqual(expected);
  expect(counts).toEqual({
    ...{contacts: contacts.length, repeated: contacts.length - known.size, inactive, immature, overlapping},
  });
  expect(Math.min(inactive, immature, overlapping, counts.repeated)).toBeGreaterThan(0);
  expect(new Set(trial.outcome)).toEqual(new Set([0, 1]));
  const share = trial.treated.reduce((a, b) => a + b, 0) / trial.treated.length;
  expect(trial.propensity.every(e => e === share)).toBe(true);
});

it("contactTrial refuses a customer in both arms on one day", async () => {
  const {log, campaigns} = world(1);
  const treated = campaigns.treated.slice();
  const customer = campaigns.customer.slice();
  const day = campaigns.day.slice();
  customer[0] = customer[1]!;
  day[0] = day[1]!;
  treated[0] = 1 - treated[1]!;
  await expect(contactTrial(log, {...campaigns, customer, day, treated}, options(log))).rejects.toThrow(
    "contactTrial requires one arm a customer and day, got both for",
  );
});

it.each([1, 2, 3])("earlierContacts is the same rows moved back, those active then (seed %i)", async seed => {
  const {rows, log, campaigns} = world(seed);
  const definitions = definitionsOn(1);
  const data = await contactTrial(log, campaigns, options(log));
  const days = 25;
  const expected: unknown[] = [];
  [...data.day].forEach((day, i) => {
    const customer = log.customers[data.trial.customer[i]!]!;
    const from = day - days;
    const own = rows.filter(row => row.customer === customer);
    if (!own.some(row => row.day < from) || !definitions.active(own, churn, from)) return;
    const bought = (low: number, high: number) =>
      own.filter(row => row.type === "purchase" && row.day >= low && row.day < high).length;
    expected.push([customer, data.trial.treated[i], bought(from, day), bought(0, from)]);
  });
  const {x, treated, customer, outcome} = await earlierContacts(log, data, {...options(log), days});
  expect(Array.from(customer, (c, i) => [log.customers[c], treated[i], outcome[i], x.values[i]])).toEqual(
    expected,
  );
  expect(expected.length).toBeGreaterThan(5);
  expect(expected.length).toBeLessThan(data.day.length);
});
