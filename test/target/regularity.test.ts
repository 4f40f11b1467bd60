import {expect, test} from "vitest";
import {dayOf} from "../../src/data/calendar.ts";
import {type EventLog, type EventRow, eventLogOf} from "../../src/data/event-log.ts";
import {randomOf} from "../../src/random.ts";
import {months, regularity} from "../../src/study.ts";
import {churnDays} from "../../src/target/churn.ts";
import {buildCohort} from "../../src/target/cohort.ts";
import {fitRegularity, type RegularityRule, silenceAllowed} from "../../src/target/regularity.ts";
import {rhythmGroups} from "../../src/target/rhythm.ts";
import {studentQuantile} from "../../src/target/student.ts";
import {labelTargets} from "../../src/target/targets.ts";
import {targetWarnings} from "../../src/target/warnings.ts";

const buy = (customer: string, ...days: number[]): EventRow[] =>
  days.map(day => ({customer, day, type: "buy"}));

/** Log gaps about log 10 days with variance about 1; the population is worth one gap. */
const rule: RegularityRule = {
  ...regularity({of: "buy", quantile: 0.9, leastDays: 1, mostDays: 1000}),
  population: {mean: Math.log(10), meanWeight: 1, shape: 2, scale: 1, customers: 2, gaps: 4},
};

test("studentQuantile(p, degrees) are those of @stdlib/stats-base-dists-t-quantile 0.2.3", () => {
  const cases = [
    [0.9, 4, 1.5332062740589445],
    [0.6, 4.2, 0.2698769442530895],
    [0.95, 7.5, 1.8757474792112876],
    [0.99, 4.5, 3.527050890626093],
    [0.975, 203.4, 1.9716955960867182],
    [0.9, 5000, 1.2817209053357186],
    [0.999, 5, 5.893429531356008],
  ] as const;
  // The integral is by Simpson's rule, hence 1e-9.
  for (const [p, degrees, expected] of cases)
    expect(Math.abs(studentQuantile(p, degrees) / expected - 1)).toBeLessThan(1e-9);
});

test("silenceAllowed(rule, gaps) is the quantile of the next gap, worked by hand", () => {
  // No gap: t with 4 degrees about log 10, spread √(1 · 2 / (2 · 1)) = 1; t.90 is 1.533206: 10 · e^1.533206 = 46.33.
  expect(silenceAllowed(rule, {gaps: 0, mean: 0, squares: 0})).toBe(47);
  // Two gaps of 10 days: t with 6 degrees, 1.439756; weight 3, shape 3, scale 1, spread √(4 / 9): 10 · e^0.959837.
  expect(silenceAllowed(rule, {gaps: 2, mean: Math.log(10), squares: 0})).toBe(27);
  // Two gaps of 5 and 20 days: squares 2 · (log 2)² = 0.960906, scale 1.480453, spread √(1.480453 · 4 / 9).
  expect(silenceAllowed(rule, {gaps: 2, mean: Math.log(10), squares: 2 * Math.log(2) ** 2})).toBe(33);
  expect(silenceAllowed({...rule, leastDays: 50}, {gaps: 0, mean: 0, squares: 0})).toBe(50);
  expect(silenceAllowed({...rule, mostDays: 40}, {gaps: 0, mean: 0, squares: 0})).toBe(40);
});

test("churnDays(log, regularity) uses the gaps before each day only, and knows p + d <= E", () => {
  // d is 47 after day 0, and 27 after day 20, where two gaps of 10 days have passed.
  const days = (lastDay: number, ...days: number[]): number[] => [
    ...churnDays(eventLogOf(buy("a", ...days), {lastDay}), rule).day,
  ];
  expect(days(47, 0)).toEqual([47]);
  expect(days(46, 0)).toEqual([]);
  expect(days(500, 0, 47).at(0)).not.toBe(47);
  expect(days(500, 0, 48).at(0)).toBe(47);
  expect(days(47, 0, 10, 20)).toEqual([47]);
  expect(days(46, 0, 10, 20)).toEqual([]);
  // A later, wilder rhythm does not undo it; a gap of exactly d survives.
  expect(days(900, 0, 10, 20, 48, 400)[0]).toBe(47);
  expect(days(900, 0, 10, 20, 47, 400)[0]).not.toBe(47);
  // Two events on a day are one.
  expect(days(60, 0, 10, 10, 20, 20)).toEqual([47]);
});

test("buildCohort(log, regularity) holds who is within the days of their own", () => {
  const log = eventLogOf([...buy("even", 0, 10, 20), ...buy("new", 20)], {lastDay: 100});
  const who = (t: number): string[] => {
    const {customer} = buildCohort(log, {churn: rule, cutoffs: [t], activity: "buy"});
    return [...customer].map(c => log.customers[c]!);
  };
  expect(who(47)).toEqual(["even", "new"]);
  expect(who(48)).toEqual(["new"]);
  expect([who(67), who(68)]).toEqual([["new"], []]);
});

/** Customers with log-normal gaps of their own mean and spread, over three years. */
function rhythms(n: number, {seed = 5, spread = 0.5} = {}): EventRow[] {
  const random = randomOf(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Array.from({length: n}, (_, c) => {
    const mean = 3 + spread * normal();
    const days: number[] = [];
    for (let day = Math.floor(30 * random()); day < 20_000; ) {
      days.push(day);
      day += Math.max(1, Math.round(Math.exp(mean + 0.6 * normal())));
    }
    return buy(`c${c}`, ...days);
  }).flat();
}
const everybody = (log: EventLog): Uint8Array => new Uint8Array(log.customers.length).fill(1);

test("fitRegularity(log) finds the population that gaps were drawn from", () => {
  const log = eventLogOf(rhythms(300));
  const found = fitRegularity(log, {of: "buy", learns: everybody(log), before: 30_000});
  expect(found.customers).toBe(300);
  expect(found.mean).toBeCloseTo(3, 1);
  // Variance within 0.36 and between 0.25; all variances alike, so the shape is large.
  expect(found.meanWeight).toBeGreaterThan(0.36 / 0.25 / 1.25);
  expect(found.meanWeight).toBeLessThan((0.36 / 0.25) * 1.25);
  expect(found.shape).toBeGreaterThan(20);
  expect(found.scale / (found.shape - 1)).toBeCloseTo(0.36, 1);
});

test("fitRegularity(log) does not look at other customers, nor at gaps that end on the day or later", () => {
  const rows = rhythms(40);
  const learned = (more: EventRow[], before = 9_000): unknown => {
    const log = eventLogOf([...rows.filter(({day}) => day < 9_000), ...more]);
    return fitRegularity(log, {
      of: "buy",
      learns: log.customers.map(id => Number(id.startsWith("c"))),
      before,
    });
  };
  const plain = learned([]);
  expect(learned(buy("other", 1, 2, 3, 500, 4000))).toEqual(plain);
  expect(learned(buy("c1", 9_000, 9_001, 9_500))).toEqual(plain);
  expect(learned(buy("c1", 9_000, 9_001, 9_500), 9_001)).not.toEqual(plain);
});

test("fitRegularity(log) gives the moments worked by hand", () => {
  // Log gaps 0 and log 4 of a, log 4 twice of b: within (2 (log 2)²) / 2, means log 2 and log 4.
  const log = eventLogOf([...buy("a", 0, 1, 5), ...buy("b", 0, 4, 8)]);
  const {meanWeight, mean, customers, gaps} = fitRegularity(log, {
    of: "buy",
    learns: everybody(log),
    before: 100,
  });
  const l2 = Math.log(2) ** 2;
  // Grand mean 1.5 log 2; between (4 · (log 2 / 2)² - within) / (4 - 8 / 4), which is 0: it is held at within / 1000.
  expect([customers, gaps]).toEqual([2, 4]);
  expect(4 * (l2 / 4) - l2).toBe(0);
  expect(meanWeight).toBeCloseTo(1000, 9);
  expect(mean).toBeCloseTo(1.5 * Math.log(2), 12);
});

test("fitRegularity(log) says when nobody has a rhythm to learn from", () => {
  const log = eventLogOf(buy("a", 0, 10));
  expect(() => fitRegularity(log, {of: "buy", learns: everybody(log), before: 99})).toThrow(
    'regularity requires training customers with three or more days of "buy" in an uneven rhythm before the first ' +
      "test cutoff, got 1 customers with 1 gaps; use inactivity instead",
  );
});

test("regularity calls even customers early and uneven ones late, at the same usual gap", () => {
  const sums = (variance: number) => ({gaps: 10, mean: Math.log(10), squares: 9 * variance});
  const days = [0, 0.1, 0.5, 1, 2].map(variance => silenceAllowed(rule, sums(variance)));
  expect(days).toEqual(days.toSorted((a, b) => a - b));
  expect(days[0]).toBeLessThan(20);
  expect(days.at(-1)).toBeGreaterThan(50);
});

test("rhythmGroups(log, rule) has quarters from the most even rhythm on, allowed ever more of their usual gaps", () => {
  const random = randomOf(3);
  const rows = Array.from({length: 80}, (_, c) => {
    const sigma = 0.1 + (1.2 * c) / 80;
    const days: number[] = [];
    for (let day = c; day < 1500; ) {
      days.push(day);
      const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
      day += Math.max(1, Math.round(15 * Math.exp(sigma * normal)));
    }
    return buy(`c${String(c).padStart(2, "0")}`, ...days);
  }).flat();
  const log = eventLogOf(rows, {lastDay: 1499});
  const groups = rhythmGroups(log, rule, {days: 60});
  expect(groups.map(({customers}) => customers)).toEqual([20, 20, 20, 20]);
  const multiples = groups.map(({allowedInGaps}) => allowedInGaps);
  expect(multiples).toEqual(multiples.toSorted((a, b) => a - b));
  expect(groups[0]!.allowed).toBeLessThan(groups[3]!.allowed);
  expect(rhythmGroups(eventLogOf(buy("a", 0, 1, 2, 3)), rule, {days: 60})).toEqual([]);
});

const t = dayOf("2025-03-01");
const warningsOf = (churn: RegularityRule, rows: EventRow[], target: "within" | "in" = "within") => {
  const log = eventLogOf(rows, {lastDay: dayOf("2025-12-31")});
  const cohort = buildCohort(log, {churn, cutoffs: [t], activity: "buy"});
  const horizon = months(3);
  const targets = labelTargets(log, cohort, {churn, horizon, activity: "buy"});
  return targetWarnings({cohort, targets, churn, horizon, target});
};

test("targetWarnings(regularity) measures days over the horizon, few gaps and bounds that decide", () => {
  const loyal = buy("l", ...Array.from({length: 30}, (_, i) => t - 100 + 10 * i));
  // Allowed 47 days after one purchase, of which 1 to 4 have passed: churn on 16 to 19 April.
  const once = [...buy("a", t - 1), ...buy("b", t - 4), ...buy("c", t - 2, t + 5, t + 10, t + 100), ...loyal];
  const codes = warningsOf(rule, once).map(({code}) => code);
  expect(codes).toContain("few-gaps");
  expect(codes).not.toContain("days-over-horizon");
  const wide = {...rule, leastDays: 91, mostDays: 120};
  const found = warningsOf(wide, [...once, ...buy("d", t - 90)]);
  expect(found.find(({code}) => code === "days-over-horizon")).toMatchObject({value: 0});
  expect(found.find(({code}) => code === "bounds-decide")).toMatchObject({value: 1});
  expect(found.find(({code}) => code === "few-gaps")!.message).toContain("about 91");
  const never = warningsOf({...rule, leastDays: 400}, once);
  expect(never).toMatchObject([{severity: "error", code: "none-possible"}]);
  expect(never[0]!.message).toContain("mostDays of 90 at most");
});

test("targetWarnings(regularity, in) measures how many rows silence would carry past the last month", () => {
  // In May churns who buys every ten days from 10 days before the cutoff to 50 days after it: 19 days are allowed then.
  const late = buy("a", ...Array.from({length: 7}, (_, i) => t - 10 + 10 * i));
  const rows = [...late, ...buy("b", t - 4)];
  const found = warningsOf(rule, rows, "in").find(({code}) => code === "in-out-of-reach");
  expect(found).toMatchObject({value: 1});
});
