import {createHash} from "node:crypto";
import {beforeAll, expect, test} from "vitest";
import {dayOf} from "../../src/data/calendar.ts";
import {type Simulation, simulateShop} from "../../src/data/simulate.ts";
import {
  auc,
  byCustomer,
  calibrationZ,
  campaignReadOut,
  churnDays,
  type Entry,
  mean,
  type Row,
  rate,
  rowsOf,
} from "./simulated.ts";

let shop: Simulation;
let lives: Map<string, Entry[]>;
let rows: Row[];
beforeAll(() => {
  shop = simulateShop();
  lives = byCustomer(shop);
  rows = rowsOf(shop, lives);
}, 60_000);

const digest = (simulation: Simulation): string =>
  createHash("sha256").update(JSON.stringify(simulation)).digest("hex");

test("simulateShop({seed}) gives the same shop for the same seed and another for another", () => {
  const small = (seed: number) => digest(simulateShop({customers: 200, seed}));
  expect(small(5)).toBe(small(5));
  expect(small(5)).not.toBe(small(6));
});

test("simulateShop refuses a number of customers or a seed that it cannot use", () => {
  expect(() => simulateShop({customers: 0})).toThrow("simulateShop requires 1 to 100000 customers, got 0");
  expect(() => simulateShop({seed: 0.5})).toThrow("simulateShop requires an integer seed, got 0.5");
});

test("simulateShop() gives a clean log of 6,000 customers in order of time", () => {
  const {events} = shop;
  expect(events.length).toBeGreaterThan(400_000);
  expect(events.length).toBeLessThan(700_000);
  expect(new Set(events.map(({customer}) => customer)).size).toBe(6000);
  expect(events.every(({time}) => /^202[456]-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(time))).toBe(true);
  expect(events.every(({time}, i) => i === 0 || events[i - 1]!.time <= time)).toBe(true);
  expect(events[0]!.time >= "2024-01-01T00:00:00Z" && events.at(-1)!.time < "2026-07-15T00:00:00Z").toBe(
    true,
  );
  expect(shop.lastDay).toBe("2026-07-14");
  const priced = new Set(["join", "renewal", "purchase"]);
  expect(events.every(({type, amount}) => priced.has(type) !== (amount === undefined))).toBe(true);
  expect(events.every(({amount = 1}) => amount > 0 && Math.round(amount * 100) / 100 === amount)).toBe(true);
  expect(new Set(events.map(({attributes: {channel}}) => channel))).toEqual(
    new Set([undefined, "search", "social", "referral", "partner", "store"]),
  );
});

test("simulateShop() numbers customers in an order unrelated to when they join", () => {
  const joins = [...lives].map(([customer, life]) => [Number(customer.slice(1)), life[0]!.day] as const);
  expect(Math.abs(correlation(joins))).toBeLessThan(4 / Math.sqrt(joins.length));
});

test("simulateShop() has members whose labels, by definition, are about 12 % within and 4 % in the third month", () => {
  expect(rows.filter(({cutoff}) => cutoff === "2025-01-01").length).toBeGreaterThan(2500);
  for (const [cutoff, members] of Map.groupBy(rows, row => row.cutoff)) {
    expect(members.length, cutoff).toBeGreaterThan(2500);
    expect(members.length, cutoff).toBeLessThan(3500);
    expect(rate(members.map(({within}) => within)), cutoff).toBeGreaterThan(0.08);
    expect(rate(members.map(({within}) => within)), cutoff).toBeLessThan(0.16);
  }
  expect(rate(rows.map(({within}) => within))).toBeGreaterThan(0.11);
  expect(rate(rows.map(({within}) => within))).toBeLessThan(0.13);
  expect(rate(rows.map(({inThird}) => inThird))).toBeGreaterThan(0.035);
  expect(rate(rows.map(({inThird}) => inThird))).toBeLessThan(0.045);
});

test("truth.probability is what happens, over all and in every tenth of it", () => {
  expect(Math.abs(calibrationZ(rows))).toBeLessThan(3.5);
  const sorted = rows.toSorted((a, b) => a.truth.within - b.truth.within);
  for (let tenth = 0; tenth < 10; tenth++) {
    const part = sorted.slice((tenth * rows.length) / 10, ((tenth + 1) * rows.length) / 10);
    expect(Math.abs(calibrationZ(part)), `tenth ${tenth}`).toBeLessThan(3.5);
  }
  const third = rate(rows.map(({inThird}) => inThird));
  const error = Math.sqrt((third * (1 - third)) / rows.length);
  expect(Math.abs(mean(rows.map(({truth}) => truth.inThird)) - third)).toBeLessThan(3.5 * error);
  // The same check fails a truth that is an eighth too high or too low.
  expect(calibrationZ(rows, ({truth}) => truth.within * 1.125)).toBeLessThan(-3.5);
  expect(calibrationZ(rows, ({truth}) => truth.within / 1.125)).toBeGreaterThan(3.5);
});

test("truth.probability ranks as well as anything can: an AUC of .85 to .90", () => {
  const ceiling = auc(
    rows.map(({truth}) => truth.within),
    rows.map(({within}) => within),
  );
  expect(ceiling).toBeGreaterThan(0.85);
  expect(ceiling).toBeLessThan(0.9);
});

test("the campaign treats a random half of the members, and its difference is the mean true effect", () => {
  const {members, treated, control, difference, error, effect} = campaignReadOut(shop, rows);
  expect(shop.campaigns.length).toBe(members);
  expect(shop.truth.effects.map(({customer}) => customer)).toEqual(
    shop.campaigns.map(({customer}) => customer),
  );
  expect(Math.abs(treated - control)).toBeLessThan(3.5 * Math.sqrt(members));
  expect(Math.abs(difference - effect)).toBeLessThan(3 * error);
  expect(effect).toBeLessThan(-0.015);
  expect(difference).toBeLessThan(-1.96 * error);
});

test("truth.effects holds four kinds of customer, and the riskiest are not the most persuadable", () => {
  const {effects, probability} = shop.truth;
  expect(new Set(effects.map(({segment}) => segment))).toEqual(
    new Set(["persuadable", "sure thing", "lost cause", "sleeping dog"]),
  );
  const risk = new Map(
    probability.flatMap(({customer, cutoff, within}) =>
      cutoff === "2025-09-01" ? [[customer, within]] : [],
    ),
  );
  const ranked = effects.toSorted((a, b) => risk.get(b.customer)! - risk.get(a.customer)!);
  const fifth = (i: number) =>
    mean(ranked.slice(i * ranked.length * 0.2, (i + 1) * ranked.length * 0.2).map(({effect}) => effect));
  expect(fifth(0)).toBeGreaterThan(fifth(1));
  const dogs = effects.filter(({segment}) => segment === "sleeping dog").map(({customer}) => customer);
  const channels = new Map(
    shop.events.flatMap(({customer, attributes: {channel}}) => (channel ? [[customer, channel]] : [])),
  );
  expect(new Set(dogs.map(dog => channels.get(dog)))).toEqual(new Set(["store", "partner"]));
});

test("some customers buy in a rhythm, others at random", () => {
  const spreads = [...lives.values()].flatMap(life => {
    const days = life.filter(({type}) => type === "purchase").map(({day}) => day);
    // The first gaps, when hardly anybody has lost interest yet.
    const gaps = days.slice(1, 9).map((day, i) => day - days[i]!);
    if (gaps.length < 8) return [];
    const usual = mean(gaps);
    return Math.sqrt(mean(gaps.map(gap => (gap - usual) ** 2))) / usual;
  });
  const share = (low: number, high: number) => rate(spreads.map(spread => spread >= low && spread < high));
  expect(share(0, 0.25)).toBeGreaterThan(0.15);
  expect(share(0.6, 9)).toBeGreaterThan(0.3);
});

test("December sells more than July, and the promotion more than the same days a year later, with a dip after", () => {
  const sales = (from: string, to: string) =>
    shop.events.filter(({type, time}) => type === "purchase" && time >= from && time < to).length /
    (dayOf(to) - dayOf(from));
  expect(sales("2025-12-01", "2026-01-01")).toBeGreaterThan(1.3 * sales("2025-08-01", "2025-09-01"));
  expect(sales("2025-06-01", "2025-06-22")).toBeGreaterThan(1.5 * sales("2026-06-01", "2026-06-22"));
  expect(sales("2025-06-22", "2025-07-20")).toBeLessThan(0.9 * sales("2026-06-22", "2026-07-14"));
});

test("who joins in the promotion leaves sooner", () => {
  const left = (from: string, to: string) =>
    rate(
      [...lives.values()].flatMap(life => {
        const joined = life[0]!.day;
        if (joined < dayOf(from) || joined >= dayOf(to)) return [];
        return churnDays(life).some(day => day < joined + 180);
      }),
    );
  expect(left("2025-06-01", "2025-06-22")).toBeGreaterThan(1.2 * left("2024-09-01", "2025-05-01"));
});

test("visits fall two to three months before most cancellations, and not at all before some", () => {
  const changes: number[] = [];
  const visits = [0, 0, 0, 0, 0, 0];
  for (const life of lives.values()) {
    const end = churnDays(life)[0];
    if (end === undefined || end - life[0]!.day < 210) continue;
    const inMonth = (back: number) =>
      life.filter(({type, day}) => type === "visit" && day < end - 30 * back && day >= end - 30 * (back + 1))
        .length;
    const months = visits.map((_, back) => inMonth(back));
    for (const back of months.keys()) visits[back]! += months[back]!;
    const before = (months[3]! + months[4]! + months[5]!) / 3;
    if (before >= 2) changes.push((months[0]! + months[1]!) / 2 / before);
  }
  const [last, second, third, , , earliest] = visits as [number, number, number, number, number, number];
  expect(last).toBeLessThan(0.6 * earliest);
  expect(second).toBeLessThan(0.8 * earliest);
  expect(third).toBeLessThan(earliest);
  expect(rate(changes.map(change => change < 0.5))).toBeGreaterThan(0.5);
  expect(rate(changes.map(change => change > 0.9))).toBeGreaterThan(0.08);
});

function correlation(pairs: readonly (readonly [number, number])[]): number {
  const [x, y] = [mean(pairs.map(([a]) => a)), mean(pairs.map(([, b]) => b))];
  const sum = (f: (a: number, b: number) => number) =>
    pairs.reduce((total, [a, b]) => total + f(a - x, b - y), 0);
  return sum((a, b) => a * b) / Math.sqrt(sum(a => a * a) * sum((_, b) => b * b));
}

test("truth.effects: both lives have one luck, what came is the life of the drawn arm, and their means agree", () => {
  const arms = new Map(shop.campaigns.map(({customer, arm}) => [customer, arm]));
  const {effects} = shop.truth;
  const came = new Map(
    rows.filter(({cutoff}) => cutoff === "2025-09-01").map(row => [row.customer, row.within]),
  );
  for (const {customer, leaves} of effects)
    expect(arms.get(customer) === "treated" ? leaves.treated : leaves.untreated).toBe(came.get(customer));
  const differences = effects.map(
    ({leaves, effect}) => Number(leaves.treated) - Number(leaves.untreated) - effect,
  );
  const error = Math.sqrt(mean(differences.map(d => d * d)) / effects.length);
  expect(Math.abs(mean(differences))).toBeLessThan(3 * error);
});
