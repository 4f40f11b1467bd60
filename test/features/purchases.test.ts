import {existsSync, readFileSync} from "node:fs";
import {join} from "node:path";
import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {dayOf} from "../../src/data/calendar.ts";
import {type EventRow, eventLogOf} from "../../src/data/event-log.ts";
import {DAY_MILLISECONDS} from "../../src/data/instant.ts";
import {fitBgNbd} from "../../src/features/bg-nbd.ts";
import {followPurchases, purchaseSummaries} from "../../src/features/purchases.ts";
import {goldenRows, noGolden} from "./golden-rows.ts";

const row = fc.record({
  customer: fc.constantFrom("a", "b"),
  day: fc.integer({min: 0, max: 40}),
  type: fc.constantFrom("buy", "buy", "visit"),
  amount: fc.option(fc.integer({min: 0, max: 90}), {nil: undefined}),
});

/** The definition, executed literally on the raw rows. */
function byDefinition(rows: readonly EventRow[], customer: string, t: number) {
  const isBefore = ({day, timeOfDay = 0}: EventRow) =>
    day * DAY_MILLISECONDS + timeOfDay < t * DAY_MILLISECONDS;
  const mine = rows.filter(one => one.customer === customer && one.type === "buy" && isBefore(one));
  const days = [...new Set(mine.map(({day}) => day))].sort((a, b) => a - b);
  if (days.length === 0) return undefined;
  const spends = days.slice(1).flatMap(day => {
    const amounts = mine.filter(one => one.day === day).flatMap(({amount}) => amount ?? []);
    return amounts.length === 0 ? [] : [amounts.reduce((sum, amount) => sum + amount, 0)];
  });
  return {
    x: days.length - 1,
    tx: days.at(-1)! - days[0]!,
    T: Math.ceil(t) - 1 - days[0]!,
    priced: spends.length,
    meanSpend: spends.reduce((sum, spend) => sum + spend, 0) / spends.length,
  };
}

test("followPurchases(log, of) gives at every cutoff what the definition gives, and nothing from that day on", () => {
  const all = [
    {customer: "a", day: -9, type: "visit"},
    {customer: "b", day: 99, type: "buy"},
  ];
  fc.assert(
    fc.property(fc.array(row, {maxLength: 30}), rows => {
      const log = eventLogOf([...rows, ...all]);
      const at = followPurchases(log, "buy");
      for (const t of [0, 1, 2, 10, 11, 40, 41, 60])
        log.customers.forEach((customer, c) => {
          expect(at(c, t)).toEqual(byDefinition(rows, customer, t));
        });
    }),
    {numRuns: 500, seed: 7},
  );
});

test("followPurchases(log, of) within a day sees the purchases before, and a day is one purchase however it is cut", () => {
  const timed = row.chain(one =>
    fc.integer({min: 0, max: 3}).map(quarter => ({...one, timeOfDay: (quarter * DAY_MILLISECONDS) / 4})),
  );
  const all = [
    {customer: "a", day: -9, timeOfDay: 0, type: "visit"},
    {customer: "b", day: 99, timeOfDay: 0, type: "buy"},
  ];
  fc.assert(
    fc.property(fc.array(timed, {maxLength: 60}), rows => {
      const log = eventLogOf([...rows, ...all]);
      const at = followPurchases(log, "buy");
      for (const t of [0, 0.25, 0.5, 0.75, 1, 2.75, 10.25, 10.5, 11, 20.5, 20.75, 40.5, 60])
        log.customers.forEach((customer, c) => {
          expect(at(c, t)).toEqual(byDefinition(rows, customer, t));
        });
    }),
    {numRuns: 500, seed: 8},
  );
});

test("followPurchases(log, of) refuses an event type that the log does not have", () => {
  const log = eventLogOf([{customer: "a", day: 1, type: "visit"}]);
  expect(() => followPurchases(log, "buy")).toThrow(
    'followPurchases requires an event type of the log, got "buy"; the log has visit',
  );
});

const shared = process.env.CHURNBOOK_SHARED ?? join(import.meta.dirname, "../../../shared");
const sample = join(shared, "data/cdnow/cdnowElog_BTYD.csv");
const noSample = noGolden ?? (existsSync(sample) ? undefined : `${sample} is absent`);

describe.skipIf(noSample)("on the purchases of the CDNOW sample", () => {
  const rows = noSample
    ? []
    : readFileSync(sample, "utf8")
        .trim()
        .split("\n")
        .slice(1)
        .map(line => {
          const [, id, date, , sales] = line.split(",");
          const day = dayOf(date!.replace(/(\d{4})(\d\d)(\d\d)/, "$1-$2-$3"));
          return {customer: id!.padStart(4, "0"), day, type: "purchase", amount: Number(sales)};
        });
  const log = eventLogOf(rows);
  const summaries = noSample
    ? []
    : purchaseSummaries(log, {
        customers: log.customers.map((_, c) => c),
        asOf: dayOf("1997-10-01"),
        of: "purchase",
      });

  test("purchaseSummaries(log, …) are those that the literature uses, in days", () => {
    expect([rows.length, summaries.length]).toEqual([6919, 2357]);
    goldenRows("input_money.csv").forEach(([, x, tx, T, mean], i) => {
      const {meanSpend, ...one} = summaries[i]!;
      expect(one.x).toBe(x);
      // Theirs are rounded to hundredths of a week, and of a dollar.
      expect(Math.abs(one.tx / 7 - tx!)).toBeLessThan(0.0051);
      expect(Math.abs(one.T / 7 - T!)).toBeLessThan(0.0051);
      if (x! > 0) expect(Math.abs(meanSpend - mean!)).toBeLessThan(0.0051);
    });
  });

  test("fitBgNbd(summaries) in days is the published fit in weeks, alpha over 7, but for their rounding", () => {
    const {r, alpha, a, b} = fitBgNbd(summaries);
    const published = {r: 0.243, alpha: 4.414, a: 0.793, b: 2.426};
    expect(r).toBeCloseTo(published.r, 3);
    expect(Math.abs(alpha / 7 - published.alpha)).toBeLessThan(0.005);
    expect(Math.abs(a - published.a)).toBeLessThan(0.005);
    expect(Math.abs(b - published.b)).toBeLessThan(0.01);
  });
});
