import {expect, it} from "vitest";
import {dayOf} from "../../src/data/calendar.ts";
import {type EventRow, eventLogOf} from "../../src/data/event-log.ts";
import {randomOf} from "../../src/random.ts";
import {contactDays, weekdayOf} from "../../src/uplift/campaign/contact-day.ts";

const FIRST = dayOf("2025-01-01");
const ASOF = FIRST + 120;

function world(seed: number) {
  const random = randomOf(seed);
  const rows: EventRow[] = [{customer: "c0", day: FIRST, type: "order"}];
  for (let c = 0; c < 60; c++) {
    const [orders, favourite] = [Math.floor(9 * random() ** 2), Math.floor(7 * random())];
    for (let k = 0; k < orders; k++)
      rows.push({customer: `c${c}`, day: FIRST + Math.floor(random() * 150), type: "order"});
    for (let k = 0; k < 30 * random(); k++) {
      const day = FIRST + Math.floor(random() * 150);
      const own = random() < 0.4 ? day - weekdayOf(day) + favourite : day;
      rows.push({customer: `c${c}`, day: Math.max(FIRST, own), type: random() < 0.5 ? "visit" : "open"});
    }
    rows.push({customer: `c${c}`, day: FIRST, type: "join"});
  }
  const log = eventLogOf(rows, {lastDay: FIRST + 149});
  const segment = log.customers.map(() => ["a", "b", "rare"][Math.floor(2.05 * random())]!);
  return {rows, log, segment};
}

const options = {
  ...{asOf: ASOF, first: ASOF + 2, last: ASOF + 13, order: "order", presence: ["visit", "open"]},
  ...{lead: 3, leastGaps: 3, leastEvents: 10, leastShare: 0.3},
};

/** The day by the words of the definition, one customer at a time. */
function ownDay(own: readonly EventRow[]) {
  const before = own.filter(({day}) => day < ASOF);
  const days = [...new Set(before.filter(({type}) => type === "order").map(({day}) => day))].sort(
    (a, b) => a - b,
  );
  const there = before.filter(({type}) => type !== "order" && type !== "join").map(({day}) => weekdayOf(day));
  const counts = [0, 1, 2, 3, 4, 5, 6].map(weekday => there.filter(own => own === weekday).length);
  const most = Math.max(...counts);
  const weekday = there.length >= 10 && most / there.length >= 0.3 ? counts.indexOf(most) : null;
  if (days.length < 4) return {weekday, day: null, expected: null, basis: ""};
  const gaps = days.slice(1).map((day, k) => day - days[k]!);
  const expected = days.at(-1)! + Math.round(gaps.reduce((a, b) => a + b, 0) / gaps.length);
  const aim = Math.min(Math.max(expected - 3, options.first), options.last);
  const range = Array.from({length: options.last + 1 - options.first}, (_, k) => options.first + k);
  const right = range.filter(day => weekday === null || weekdayOf(day) === weekday);
  const day =
    weekday === null
      ? aim
      : (right.findLast(day => day <= aim && day > aim - 7) ?? right.find(day => day > aim) ?? aim);
  const early = expected - 3 > options.last;
  const basis = expected - 3 < options.first ? "overdue" : early ? "not due yet" : "before the next order";
  return {weekday, day, expected, basis};
}

const seen = new Set<string>();

it.each([1, 2, 3])("contactDays is what its words say, customer by customer (seed %i)", seed => {
  const {rows, log, segment} = world(seed);
  const found = contactDays(log, [...log.customers.keys()], segment, options);
  const own = log.customers.map(id => ownDay(rows.filter(({customer}) => customer === id)));
  /** The day with as many earlier ones as later ones, or one fewer. */
  const usual = (holds: (i: number) => boolean) => {
    const days = own.flatMap(({day, basis}, i) =>
      day !== null && basis === "before the next order" && holds(i) ? [day] : [],
    );
    const half = Math.ceil(days.length / 2);
    return days.toSorted((a, b) => a - b).find(day => days.filter(other => other <= day).length >= half);
  };
  own.forEach(({day, weekday, expected, basis: reason}, i) => {
    const inSegment = usual(k => segment[k] === segment[i]);
    const basis = day !== null ? reason : inSegment !== undefined ? "usual in the segment" : "usual for all";
    expect([found.own[i], found.expected[i], found.weekday[i], found.basis[i], found.day[i]]).toEqual([
      ...[day, expected, weekday, basis, day ?? inSegment ?? usual(() => true)],
    ]);
  });
  for (const kind of found.basis) seen.add(kind);
  expect(found.weekday).toContain(null);
  expect(found.weekday.some(day => day !== null)).toBe(true);
  expect(Math.min(...found.day)).toBeGreaterThanOrEqual(options.first);
  expect(Math.max(...found.day)).toBeLessThanOrEqual(options.last);
});

it("the worlds above hold customers with every kind of day", () => {
  expect([...seen].sort()).toEqual([
    "before the next order",
    "not due yet",
    "overdue",
    "usual for all",
    "usual in the segment",
  ]);
});

it("contactDays looks at nothing on the day asked about or later", () => {
  const {rows, log, segment} = world(4);
  const moved = eventLogOf(
    [
      ...rows.filter(({day}) => day < ASOF),
      ...log.customers.map(customer => ({customer, day: ASOF, type: "order"})),
    ],
    {lastDay: FIRST + 149},
  );
  const all = [...log.customers.keys()];
  expect(contactDays(moved, all, segment, options)).toEqual(contactDays(log, all, segment, options));
});

it("contactDays of every week on a Tuesday aims for the Tuesday before the next order", () => {
  const tuesday = dayOf("2025-04-01");
  const orders = [0, 28, 56, 84].map(day => ({customer: "a", day: tuesday - 85 + day, type: "order"}));
  const visits = Array.from({length: 10}, (_, k) => ({
    customer: "a",
    day: tuesday - 7 * (k + 1),
    type: "visit",
  }));
  const log = eventLogOf([...orders, ...visits], {lastDay: tuesday});
  const found = contactDays(log, [0], [""], {
    ...{asOf: tuesday, first: tuesday, last: tuesday + 60, order: "order", presence: ["visit"]},
  });
  // The last order was the day before; the next comes after 28 days, and 3 days before it is a Thursday.
  expect(found.expected[0]).toBe(tuesday + 27);
  expect(found.weekday[0]).toBe(1);
  expect(weekdayOf(tuesday + 24)).toBe(4);
  expect(found.day[0]).toBe(tuesday + 21);
});

it("contactDays of customers without any rhythm is the first day; days out of order are refused", () => {
  const log = eventLogOf([{customer: "a", day: FIRST, type: "order"}]);
  const found = contactDays(log, [0], [""], {...options, presence: []});
  expect([found.day[0], found.basis[0], found.own[0]]).toEqual([options.first, "first day", null]);
  expect(() => contactDays(log, [0], [""], {...options, last: options.first - 1})).toThrow(
    "contactDays requires asOf <= first <= last",
  );
  expect(() => contactDays(log, [0], [], options)).toThrow("contactDays requires 1 segments");
  expect(() => contactDays(log, [0], [""], {...options, order: "buy"})).toThrow("buy");
});
