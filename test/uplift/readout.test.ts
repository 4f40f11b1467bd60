import {describe, expect, it, test} from "vitest";
import {randomOf} from "../../src/random.ts";
import {normalAt, normalPValue, tPValue, tTwoSided} from "../../src/uplift/experiment/distributions.ts";
import {makePlan} from "../../src/uplift/experiment/plan.ts";
import type {Bounds} from "../../src/uplift/experiment/read-effects.ts";
import type {AssignedCustomers, Outcomes} from "../../src/uplift/experiment/read-rows.ts";
import {type ReadOut, readOut} from "../../src/uplift/experiment/readout.ts";
import {knownRatio, sampleRatio} from "../../src/uplift/experiment/sample-ratio.ts";
import {LAUNCH, OVER, outcomesOf, type SmallExperiment, smallExperiment} from "./small-experiment.ts";

const day = OVER;
const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;
const variance = (values: readonly number[]) =>
  values.reduce((sum, v) => sum + (v - mean(values)) ** 2, 0) / (values.length - 1);
const covariance = (x: readonly number[], y: readonly number[]) =>
  x.reduce((sum, v, i) => sum + (v - mean(x)) * (y[i]! - mean(y)), 0) / (x.length - 1);

/** A random experiment of 240 customers with everything that a plan can name, a few outcomes unknown. */
function randomExperiment(seed: number, kind: "proportion" | "mean") {
  const metric =
    kind === "proportion"
      ? ({name: "churned", kind, better: "lower", control: 0.5, treatment: 0.1} as const)
      : ({name: "spend", kind, better: "higher", control: 10, treatment: 30, sd: 10} as const);
  const {plan, assignment} = smallExperiment(240, {
    ...{metric, covariates: ["before"], segments: ["tier"], compliance: "opened"},
    guardrails: [{name: "complaints", worse: "higher", margin: 0.1}],
    sharing: {
      random: 0.4,
      arms: [
        {name: "mail", share: 0.3},
        {name: "call", share: 0.4},
      ],
    },
  });
  const random = randomOf(seed);
  const {customer, arm} = assignment;
  const before = Float64Array.from(customer, random);
  const opened = Float64Array.from(arm, one => (random() < (one === "control" ? 0.05 : 0.8) ? 1 : 0));
  const outcome = Float64Array.from(customer, (_, i) => {
    const u = random() + 0.4 * before[i]! - 0.3 * opened[i]!;
    return random() < 0.03 ? Number.NaN : kind === "proportion" ? (u < 0.5 ? 1 : 0) : Math.round(20 * u);
  });
  const complaints = Float64Array.from(customer, () =>
    random() < 0.1 ? Number.NaN : random() < 0.2 ? 1 : 0,
  );
  const segments = {tier: customer.map(() => (random() < 0.5 ? "gold" : "iron"))};
  const outcomes: Outcomes = {customer, outcome, columns: {before, opened, complaints}, segments};
  return {plan, assignment, outcomes};
}

/** Values of an arm of a side whose outcome, or own value, is known, by a plain loop. */
function valuesOf(
  {customer, arm, group}: AssignedCustomers,
  of: Float64Array,
  where: {arm: string; side: string; only?: (i: number) => boolean; known?: Float64Array},
): number[] {
  const found: number[] = [];
  for (let i = 0; i < customer.length; i++) {
    const inTarget = group[i] === "target-treated" || group[i] === "target-control";
    if (arm[i] !== where.arm || inTarget !== (where.side === "target")) continue;
    if (Number.isNaN((where.known ?? of)[i]!) || where.only?.(i) === false) continue;
    found.push(of[i]!);
  }
  return found;
}

/** Newcombe's interval by its definition: Wilson's bounds as roots of the score equation. */
function newcombe(one: readonly number[], none: readonly number[], level: number): Bounds & {p: number} {
  const z = normalAt((1 + level) / 2);
  const roots = (values: readonly number[]) => {
    const [n, p] = [values.length, mean(values)];
    const [a, b, c] = [1 + (z * z) / n, -(2 * p + (z * z) / n), p * p];
    const root = Math.sqrt(b * b - 4 * a * c);
    return {p, low: (-b - root) / (2 * a), high: (-b + root) / (2 * a), n};
  };
  const [t, c] = [roots(one), roots(none)];
  const value = t.p - c.p;
  const pool = mean([...one, ...none]);
  return {
    value,
    low: value - Math.sqrt((t.p - t.low) ** 2 + (c.high - c.p) ** 2),
    high: value + Math.sqrt((t.high - t.p) ** 2 + (c.p - c.low) ** 2),
    p: normalPValue(value / Math.sqrt(pool * (1 - pool) * (1 / t.n + 1 / c.n))),
  };
}

function welch(one: readonly number[], none: readonly number[], level: number): Bounds & {p: number} {
  const [a, b] = [variance(one) / one.length, variance(none) / none.length];
  const df = (a + b) ** 2 / (a ** 2 / (one.length - 1) + b ** 2 / (none.length - 1));
  const [value, error] = [mean(one) - mean(none), Math.sqrt(a + b)];
  const half = tTwoSided(1 - level, df) * error;
  return {value, low: value - half, high: value + half, p: tPValue(value / error, df)};
}

/** Holm by its definition: the smallest level at which the stepwise procedure rejects. */
const holmOf = (p: readonly number[]) =>
  p.map(own =>
    Math.min(1, Math.max(...p.filter(q => q <= own).map(q => q * p.filter(other => other >= q).length))),
  );

const near = (value: number) => expect.closeTo(value, 10);
const nearBounds = ({value, low, high}: Bounds) => ({value: near(value), low: near(low), high: near(high)});

describe.each(["proportion", "mean"] as const)("readOut(plan, assignment, outcomes) of a %s", kind => {
  const difference = kind === "proportion" ? newcombe : welch;
  const sign = kind === "proportion" ? -1 : 1;
  const cases = [1, 2, 3].map(seed => {
    const {plan, assignment, outcomes} = randomExperiment(seed, kind);
    const read = readOut(plan, assignment, outcomes, {day});
    const {before, opened, complaints} = outcomes.columns as Record<string, Float64Array>;
    const of = (of: Float64Array, arm: string, side = "target", more: object = {}) =>
      valuesOf(assignment, of, {arm, side, known: outcomes.outcome, ...more});
    return {plan, assignment, outcomes, read, results: read.results!, of, before, opened, complaints};
  });

  it("has each treatment's difference, interval and p, inside the target group and outside", () => {
    for (const {read, results, of, outcomes} of cases)
      for (const [side, effects] of [
        ["target", results.effects] as const,
        ["outside", results.outside] as const,
      ]) {
        const own = ["mail", "call"].map(arm =>
          difference(of(outcomes.outcome, arm, side), of(outcomes.outcome, "control", side), read.level),
        );
        const p = holmOf(own.map(one => one.p));
        own.forEach((one, k) => {
          const effect = effects[k]!;
          expect(effect.difference).toMatchObject({...nearBounds(one), p: near(one.p), level: read.level});
          const turned = sign === 1 ? one : {value: -one.value, low: -one.high, high: -one.low};
          expect(effect.gain).toEqual(nearBounds(turned));
          expect(effect.pAdjusted).toBeCloseTo(p[k]!, 10);
          expect(effect.crossed).toBe(read.look !== null && side === "target" && p[k]! <= 0.05);
        });
      }
  });

  it("has the ratio of shares with Katz's interval, and none of amounts", () => {
    for (const {read, results, of, outcomes} of cases)
      for (const {treatment, ratio} of results.effects) {
        if (kind === "mean") expect(ratio).toBeNull();
        else {
          const [one, none] = [of(outcomes.outcome, treatment), of(outcomes.outcome, "control")];
          const events = [one, none].map(values => values.filter(y => y === 1).length) as [number, number];
          const log = Math.log(mean(one) / mean(none));
          const error = Math.sqrt(1 / events[0] - 1 / one.length + 1 / events[1] - 1 / none.length);
          const z = normalAt((1 + read.level) / 2);
          const bounds = [log, log - z * error, log + z * error].map(Math.exp) as [number, number, number];
          expect(ratio).toMatchObject(nearBounds({value: bounds[0], low: bounds[1], high: bounds[2]}));
        }
      }
  });

  it("takes a covariate out by CUPED, and by Lin's regression in each arm", () => {
    for (const {read, results, of, outcomes, before} of cases)
      for (const {treatment, cuped, lin} of results.effects) {
        const [y1, y0] = [of(outcomes.outcome, treatment), of(outcomes.outcome, "control")];
        const [x1, x0] = [of(before!, treatment), of(before!, "control")];
        const [x, y] = [
          [...x1, ...x0],
          [...y1, ...y0],
        ];
        const theta = covariance(x, y) / variance(x);
        const less = (values: readonly number[], own: readonly number[]) =>
          values.map((value, i) => value - theta * (own[i]! - mean(x)));
        expect(cuped).toMatchObject(nearBounds(welch(less(y1, x1), less(y0, x0), read.level)));
        const at = (own: readonly number[], values: readonly number[]) =>
          mean(values) + (covariance(own, values) / variance(own)) * (mean(x) - mean(own));
        expect(lin!.value).toBeCloseTo(at(x1, y1) - at(x0, y0), 10);
      }
  });

  it("divides by who took the treatment, and sets the target group against the others", () => {
    for (const {read, results, of, outcomes, opened} of cases)
      ["mail", "call"].forEach((arm, k) => {
        const effect = (values: Float64Array, side = "target") =>
          mean(of(values, arm, side)) - mean(of(values, "control", side));
        const {complier} = results.effects[k]!;
        expect(complier!.compliers.value).toBeCloseTo(effect(opened!), 10);
        expect(complier!.effect!.value).toBeCloseTo(effect(outcomes.outcome) / effect(opened!), 10);
        const value = effect(outcomes.outcome) - effect(outcomes.outcome, "outside");
        // meanDifference has the variance over n - 1 in each arm, like Welch.
        const error = Math.sqrt(
          ["target", "outside"].reduce(
            (sum, side) =>
              [arm, "control"].reduce((all, one) => {
                const values = of(outcomes.outcome, one, side);
                return all + variance(values) / values.length;
              }, sum),
            0,
          ),
        );
        const half = normalAt((1 + read.level) / 2) * error;
        const own = {value, low: value - half, high: value + half};
        expect(results.targeting[k]!.difference).toMatchObject(nearBounds(own));
        const turned = sign === 1 ? own : {value: -value, low: -own.high, high: -own.low};
        expect(results.targeting[k]!.gain).toEqual(nearBounds(turned));
      });
  });

  it("bounds how much worse a guardrail is, of all whose value is known, outcome or not", () => {
    for (const {results, assignment, complaints} of cases)
      for (const [k, arm] of ["mail", "call"].entries()) {
        const values = (of: string) => valuesOf(assignment, complaints!, {arm: of, side: "target"});
        const {value, low, high} = welch(values(arm), values("control"), 0.9);
        expect(results.guardrails[k]).toMatchObject({
          ...{name: "complaints", treatment: arm, margin: 0.1, level: 0.95},
          ...{worsening: near(value), least: near(low), most: near(high)},
          verdict: high < 0.1 ? "held" : low > 0.1 ? "breached" : "not shown",
        });
      }
  });

  it("reads segments with p values adjusted by Holm over all of them", () => {
    for (const {read, results, of, outcomes} of cases) {
      const {tier} = outcomes.segments!;
      const all = ["gold", "iron"].flatMap(value =>
        ["mail", "call"].map(arm => {
          const only = (i: number) => tier![i] === value;
          const values = (one: string) => of(outcomes.outcome, one, "target", {only});
          return {value, arm, own: difference(values(arm), values("control"), read.level)};
        }),
      );
      const p = holmOf(all.map(({own}) => own.p));
      expect(results.segments).toMatchObject(
        all.map(({value, arm, own}, k) => ({
          ...{segment: "tier", value, treatment: arm, difference: nearBounds(own), pAdjusted: near(p[k]!)},
        })),
      );
    }
  });

  it("counts the groups and balances what was known before, of the customers whose outcome is known", () => {
    for (const {read, results, of, outcomes, assignment, before} of cases) {
      expect(results.groups.map(({group, arm}) => `${group} ${arm}`)).toEqual([
        ...["target-treated mail", "target-treated call", "target-control control"],
        ...["random-treated mail", "random-treated call", "untouched control"],
      ]);
      for (const {group, arm, assigned, known, outcome} of results.groups) {
        const side = group.startsWith("target") ? "target" : "outside";
        expect(assigned).toBe(
          assignment.arm.filter((own, i) => own === arm && assignment.group[i] === group).length,
        );
        expect(known).toBe(of(outcomes.outcome, arm, side).length);
        expect(outcome!.value).toBeCloseTo(mean(of(outcomes.outcome, arm, side)), 10);
      }
      const [one, none] = [of(before!, "mail"), of(before!, "control")];
      const smd = (mean(one) - mean(none)) / Math.sqrt((variance(one) + variance(none)) / 2);
      const first = read.balance.find(({name, treatment}) => name === "before" && treatment === "mail");
      expect(first!.smd).toBeCloseTo(smd, 10);
      expect(read.balance.some(({name}) => name === "stratum = target; risk 1 of 2")).toBe(true);
    }
  });

  it("is plain data with finite numbers, the same for rows in any order, and leaves its input alone", () => {
    const finite = (value: unknown): boolean =>
      typeof value === "number"
        ? Number.isFinite(value)
        : typeof value !== "object" || value === null || Object.values(value).every(finite);
    for (const {plan, assignment, outcomes, read} of cases) {
      expect(finite(read)).toBe(true);
      expect(JSON.parse(JSON.stringify(read))).toEqual(read);
      const before = structuredClone({plan, assignment, outcomes});
      const again = readOut(plan, turned(assignment), turnedOutcomes(outcomes), {day});
      expect(JSON.stringify(again)).toBe(JSON.stringify(read));
      expect({plan, assignment, outcomes}).toEqual(before);
    }
  });
});

const turned = ({customer, group, arm, stratum, chance}: AssignedCustomers): AssignedCustomers => ({
  customer: [...customer].reverse(),
  group: [...group].reverse(),
  arm: [...arm].reverse(),
  stratum: [...stratum].reverse(),
  chance: chance.slice().reverse(),
});

const turnedOutcomes = ({customer, outcome, columns = {}, segments = {}}: Outcomes): Outcomes => ({
  customer: [...customer].reverse(),
  outcome: outcome.slice().reverse(),
  columns: Object.fromEntries(Object.entries(columns).map(([k, v]) => [k, v.slice().reverse()])),
  segments: Object.fromEntries(Object.entries(segments).map(([k, v]) => [k, [...v].reverse()])),
});

/** Everybody keeps to one outcome in two; the outcomes of the rows given are not known. */
function readWithout({plan, assignment}: SmallExperiment, unknown: ReadonlySet<number>, on = day): ReadOut {
  const outcomes = outcomesOf(assignment, (_, _w, i) => (unknown.has(i) ? Number.NaN : i % 2));
  return readOut(plan, assignment, outcomes, {day: on});
}

const rowsOf = ({assignment}: SmallExperiment, group: string, arm?: string): number[] =>
  Array.from(assignment.customer.keys()).filter(
    i => assignment.group[i] === group && (arm === undefined || assignment.arm[i] === arm),
  );

/** So many rows of each group and arm, as even as can be. */
function evenly(experiment: SmallExperiment, share: number): Set<number> {
  const groups = ["target-treated", "target-control", "random-treated", "untouched"];
  return new Set(
    groups.flatMap(group => {
      const rows = rowsOf(experiment, group);
      return rows.slice(0, Math.round(share * rows.length));
    }),
  );
}

describe("readOut(…).labels", () => {
  const large = smallExperiment(400);
  const two = smallExperiment(400, {looks: 2});

  it("are none when all is as planned", () => {
    const read = readWithout(large, new Set());
    expect(read.labels).toEqual([]);
    expect(read.look).toEqual({index: 1, of: 1, alpha: near(0.05), bound: near(1.959963984540054)});
    expect(read.level).toBeCloseTo(0.95, 12);
    expect(read).toMatchObject({assigned: 400, known: 400, information: 1, strangers: 0});
  });

  it.each([
    [large, 0.05, day, []],
    [large, 0.06, day, ["peeked"]],
    [large, 0, "2025-07-01", ["peeked"]],
    [two, 0.5, "2025-06-10", []],
    [two, 0.45, "2025-06-10", []],
    [two, 0.44, "2025-06-10", ["peeked"]],
    [two, 0.56, "2025-06-10", ["peeked"]],
    [two, 0, day, []],
    [two, 0, "2025-07-01", ["peeked"]],
  ] as const)(
    "%# say peeked without the share %d of the outcomes on %s: %j",
    (experiment, share, on, labels) => {
      const read = readWithout(experiment, evenly(experiment, share), on);
      expect(read.labels).toEqual(labels);
      expect(read.look === null).toBe(labels.length > 0);
    },
  );

  it("never cross a bound when peeked, and have the level of the look to come", () => {
    const apart = ({plan, assignment}: SmallExperiment, unknown: ReadonlySet<number>) =>
      readOut(
        plan,
        assignment,
        outcomesOf(assignment, (arm, _, i) => (unknown.has(i) ? Number.NaN : arm === "mail" ? 0 : 1)),
        {day},
      );
    expect(apart(two, evenly(two, 0.5)).results!.effects[0]!.crossed).toBe(true);
    const peeked = apart(two, evenly(two, 0.8));
    expect(peeked.results!.effects[0]).toMatchObject({crossed: false, gain: {value: 1}});
    expect(peeked.level).toBe(1 - two.plan.looks.nominal[0]!);
  });

  it("say underpowered from the first customer on that is missing for the planned effect", () => {
    const first = smallExperiment(400);
    const [arm] = first.plan.arms;
    const metric = {...first.plan.metric, treatment: 0.5 + arm!.detectable!};
    const just = smallExperiment(400, {metric});
    expect(readWithout(just, new Set()).labels).toEqual([]);
    for (const group of ["target-treated", "target-control"]) {
      const read = readWithout(just, new Set(rowsOf(just, group).slice(0, 1)));
      expect(read.labels).toEqual(["underpowered"]);
      expect(read.power[0]!.enough).toBe(false);
      expect(Math.abs(read.power[0]!.detectable!)).toBeGreaterThan(Math.abs(read.power[0]!.planned));
    }
    expect(readWithout(just, new Set(rowsOf(just, "untouched").slice(0, 1))).labels).toEqual([]);
    // At the first of two looks it is those to come who count.
    const inTwo = smallExperiment(400, {looks: 2});
    const justInTwo = smallExperiment(400, {
      ...{looks: 2, metric: {...metric, treatment: 0.5 + inTwo.plan.arms[0]!.detectable!}},
    });
    expect(readWithout(justInTwo, evenly(justInTwo, 0.5)).labels).toEqual([]);
    expect(readWithout(justInTwo, evenly(justInTwo, 0.7)).labels).toEqual(["peeked", "underpowered"]);
  });

  it("say sample-ratio where one arm loses more than another, and then no effect is there", () => {
    const wide = smallExperiment(2000);
    const lost = new Set(rowsOf(wide, "target-treated").slice(0, 60));
    const read = readWithout(wide, lost);
    expect(read.labels).toEqual(["sample-ratio"]);
    expect(read.results).toBeNull();
    expect(read.sampleRatio.cells[0]).toMatchObject({assigned: 500, known: 440, expected: 470});
    const both = new Set([
      ...rowsOf(wide, "target-treated").slice(0, 45),
      ...rowsOf(wide, "target-control").slice(0, 50),
    ]);
    expect(readWithout(wide, both).labels).toEqual([]);
    // Between the target group and the others there may be a difference: the lot was drawn within each.
    const side = new Set([
      ...rowsOf(wide, "target-treated").slice(0, 40),
      ...rowsOf(wide, "target-control").slice(0, 40),
    ]);
    expect(readWithout(wide, side).sampleRatio.statistic).toBeCloseTo(0, 12);
  });

  it("say altered population where customers, arms, groups or strata are not those of the plan", () => {
    const {plan, assignment} = large;
    const altered = (fields: Partial<AssignedCustomers>) => {
      const own = {...assignment, ...fields};
      return readOut(
        plan,
        own,
        outcomesOf(own, (_, _w, i) => i % 2),
        {day},
      ).labels;
    };
    expect(altered({})).toEqual([]);
    const [a, b] = [rowsOf(large, "target-treated")[0]!, rowsOf(large, "target-control")[0]!];
    const swapped = <T>(values: readonly T[]) =>
      values.map((value, i) => (i === a ? values[b]! : i === b ? values[a]! : value));
    expect(altered({arm: swapped(assignment.arm), group: swapped(assignment.group)})).toEqual([
      "altered population",
    ]);
    expect(altered({group: swapped(assignment.group)})).toEqual(["altered population"]);
    expect(altered({customer: assignment.customer.map(id => (id === "c0" ? "another" : id))})).toEqual([
      "altered population",
    ]);
    const without = <T>(values: ArrayLike<T>) => Array.from(values).filter((_, i) => i !== a);
    const fewer = {
      ...{customer: without(assignment.customer), group: without(assignment.group)},
      ...{arm: without(assignment.arm), stratum: without(assignment.stratum)},
      chance: Float64Array.from(without(assignment.chance)),
    };
    expect(altered(fewer)).toEqual(["altered population"]);
  });
});

test("knownRatio(known, assigned) is the chi-square test of being known by arm, once 5 are lost in each", () => {
  const random = randomOf(5);
  for (let trial = 0; trial < 50; trial++) {
    const assigned = [0, 1, 2].map(() => 50 + Math.floor(100 * random()));
    const known = assigned.map(n => n - 10 - Math.floor(10 * random()));
    const all = (of: readonly number[]) => of.reduce((sum, n) => sum + n, 0);
    const table = [known, assigned.map((n, k) => n - known[k]!)];
    let statistic = 0;
    for (const row of table)
      row.forEach((n, k) => {
        const e = (all(row) * assigned[k]!) / all(assigned);
        statistic += (n - e) ** 2 / e;
      });
    expect(knownRatio(known, assigned).statistic).toBeCloseTo(statistic, 9);
  }
  expect(knownRatio([98, 95], [100, 100])).toEqual(sampleRatio([98, 95], [100, 100]));
  expect(knownRatio([100, 200], [100, 200])).toMatchObject({statistic: 0, p: 1, mismatch: false});
});

test("knownRatio of outcomes that are missing at random claims a mismatch as often as it says", () => {
  const random = randomOf(6);
  const trials = 2000;
  let claims = 0;
  for (let trial = 0; trial < trials; trial++) {
    const known = [60, 120, 90].map(n => Array.from({length: n}, random).filter(u => u < 0.7).length);
    if (knownRatio(known, [60, 120, 90]).p < 0.05) claims += 1;
  }
  expect(Math.abs(claims / trials - 0.05)).toBeLessThan(3 * Math.sqrt((0.05 * 0.95) / trials));
});

describe("readOut(…) early, and of data that do not suffice", () => {
  it("has nothing to say before an outcome is known", () => {
    const experiment = smallExperiment(100, {covariates: ["before"], segments: ["tier"]});
    const {plan, assignment} = experiment;
    const nothing = {
      ...{customer: [], outcome: new Float64Array(0)},
      ...{columns: {before: new Float64Array(0)}, segments: {tier: []}},
    };
    const read = readOut(plan, assignment, nothing, {day: LAUNCH});
    expect(read).toMatchObject({known: 0, information: 0, labels: ["peeked", "underpowered"], balance: []});
    expect(read.results!.effects[0]).toMatchObject({
      difference: null,
      gain: null,
      pAdjusted: null,
      crossed: false,
    });
    expect(read.results!.groups[0]).toMatchObject({assigned: 25, known: 0, outcome: null});
    expect(read.results!.segments).toEqual([]);
  });

  it("adjusts by nothing where covariates or outcomes do not vary, and fills what is missing with the mean", () => {
    const {plan, assignment} = smallExperiment(100, {covariates: ["before"]});
    const {customer} = assignment;
    const effectOf = (before: Float64Array, outcomes: Outcomes) =>
      readOut(plan, assignment, {...outcomes, columns: {before}}, {day}).results!.effects[0]!;
    const halves = outcomesOf(assignment, (_, _w, i) => i % 2);
    const trend = Float64Array.from(customer, (_, i) => (i * 7) % 13);
    expect(effectOf(new Float64Array(100), halves)).toMatchObject({cuped: null, lin: null});
    expect(
      effectOf(
        trend,
        outcomesOf(assignment, () => 1),
      ),
    ).toMatchObject({cuped: null, lin: null, ratio: {value: 1}});
    const row = rowsOf({plan, assignment}, "target-treated")[0]!;
    const target = Array.from(customer.keys()).filter(
      i => assignment.group[i]!.startsWith("target") && i !== row,
    );
    const filled = trend.with(row, mean(target.map(i => trend[i]!)));
    const missing = effectOf(trend.with(row, Number.NaN), halves).cuped!;
    expect(missing.value).toBeCloseTo(effectOf(filled, halves).cuped!.value, 12);
  });

  it("refuses customers twice, columns that are not there, and shares that are none", () => {
    const {plan, assignment} = smallExperiment(100, {covariates: ["before"]});
    const outcomes = {...outcomesOf(assignment, () => 0), columns: {before: new Float64Array(100)}};
    const of =
      (fields: Partial<Outcomes>, own = assignment) =>
      () =>
        readOut(plan, own, {...outcomes, ...fields}, {day});
    expect(of({columns: {}})).toThrow("readOut requires 100 entries of before, a column of the plan, got 0");
    const twice = assignment.customer.map(id => (id === "c1" ? "c0" : id));
    expect(of({customer: twice})).toThrow(
      "readOut requires each customer of the outcomes once, got c0 twice",
    );
    expect(of({}, {...assignment, customer: twice})).toThrow(
      "each customer of the assignment once, got c0 twice",
    );
    const none = {customer: [], group: [], arm: [], stratum: [], chance: new Float64Array(0)};
    expect(of({}, none)).toThrow("readOut requires an assigned customer, got none");
    expect(() => readOut(plan, assignment, outcomes, {day: "2025-06-01"})).toThrow(
      "readOut requires a day from the launch on, 2025-06-02, got 2025-06-01",
    );
    expect(of({columns: {before: new Float64Array(100).fill(Number.NEGATIVE_INFINITY, 4, 5)}})).toThrow(
      "readOut requires finite before, got -Infinity of c4",
    );
    expect(of({outcome: outcomes.outcome.with(3, 2)})).toThrow(
      "readOut requires churned to be 0 or 1, got 2 of c3",
    );
  });

  it("leaves out and counts customers who were not assigned", () => {
    const {plan, assignment} = smallExperiment(100);
    const outcomes = outcomesOf(assignment, (_, _w, i) => i % 2);
    const more = {
      customer: [...outcomes.customer, "guest"],
      outcome: Float64Array.of(...outcomes.outcome, 1),
    };
    const read = readOut(plan, assignment, more, {day});
    expect(read).toEqual({...readOut(plan, assignment, outcomes, {day}), strangers: 1});
  });
});

it("readOut finds an effect that is known, inside the target group and outside, and that they differ", () => {
  const {plan, assignment} = smallExperiment(20_000, {
    metric: {name: "churned", kind: "proportion", better: "lower", control: 0.5, treatment: 0.45},
  });
  const random = randomOf(3);
  const rate = {target: {mail: 0.4, control: 0.5}, outside: {mail: 0.19, control: 0.2}};
  const outcomes = outcomesOf(assignment, (arm, where) =>
    random() < rate[where][arm as "mail" | "control"] ? 1 : 0,
  );
  const {results, labels} = readOut(plan, assignment, outcomes, {day});
  expect(labels).toEqual([]);
  const holds = ({low, high}: Bounds, truth: number) => low < truth && truth < high;
  expect(results!.effects[0]).toMatchObject({treatment: "mail", crossed: true});
  expect(holds(results!.effects[0]!.gain!, 0.1)).toBe(true);
  expect(holds(results!.outside[0]!.gain!, 0.01)).toBe(true);
  expect(holds(results!.targeting[0]!.gain, 0.09)).toBe(true);
  expect(results!.targeting[0]!.gain.low).toBeGreaterThan(0);
});

const TWO = {
  arms: [
    {name: "mail", share: 0.3},
    {name: "call", share: 0.3},
  ],
};

/** The first so many of each arm of the target group churn. */
function churning({plan, assignment}: SmallExperiment, churners: Readonly<Record<string, number>>): ReadOut {
  const left = {...churners};
  const outcomes = outcomesOf(assignment, (arm, where) => {
    if (where === "outside") return 0;
    left[arm] = (left[arm] ?? 0) - 1;
    return left[arm]! >= 0 ? 1 : 0;
  });
  return readOut(plan, assignment, outcomes, {day});
}

it("readOut of several treatments at one look claims only what Holm leaves", () => {
  const experiment = smallExperiment(2000, {sharing: TWO});
  expect(experiment.plan.population.target).toEqual({mail: 300, call: 300, control: 400});
  const {results} = churning(experiment, {control: 200, mail: 125, call: 149});
  const [mail, call] = results!.effects;
  expect(mail!.difference!.p).toBeLessThan(0.05);
  expect(mail!.difference!.p).toBeGreaterThan(0.025);
  expect(mail!.pAdjusted).toBeCloseTo(2 * mail!.difference!.p, 12);
  expect([mail!.crossed, call!.crossed]).toEqual([false, false]);
});

it("readOut labels treatments that change places, and reads no segment that is only outside the target group", () => {
  const {plan, assignment} = smallExperiment(600, {sharing: TWO, segments: ["tier"]});
  const outcomes = {
    ...outcomesOf(assignment, (_, _w, i) => i % 2),
    segments: {tier: assignment.group.map(group => (group.startsWith("target") ? "gold" : "iron"))},
  };
  const read = readOut(plan, assignment, outcomes, {day});
  expect(read.results!.segments.map(({value}) => value)).toEqual(["gold", "gold"]);
  const [a, b] = ["mail", "call"].map(one => rowsOf({plan, assignment}, "target-treated", one)[0]!);
  const arm = assignment.arm.with(a!, "call").with(b!, "mail");
  expect(readOut(plan, {...assignment, arm}, outcomes, {day}).labels).toContain("altered population");
});

it("readOut of several treatments at several looks shares alpha by Bonferroni", () => {
  const {plan, assignment} = smallExperiment(600, {looks: 2, sharing: TWO});
  expect(plan.looks).toEqual(makePlan({...plan, looks: 2, boundary: "pocock"}).looks);
  const random = randomOf(4);
  const outcomes = outcomesOf(assignment, arm => (random() < (arm === "mail" ? 0.36 : 0.5) ? 1 : 0));
  const {results, look, level} = readOut(plan, assignment, outcomes, {day});
  expect(look!.alpha).toBe(plan.looks.nominal[1]);
  expect(look!.alpha).toBeLessThan(0.025);
  expect(level).toBe(1 - look!.alpha);
  for (const {treatment, difference, pAdjusted, crossed} of results!.effects) {
    const values = (arm: string) => valuesOf(assignment, outcomes.outcome, {arm, side: "target"});
    expect(difference).toMatchObject(nearBounds(newcombe(values(treatment), values("control"), level)));
    expect(pAdjusted).toBe(Math.min(1, 2 * difference!.p));
    expect(crossed).toBe(difference!.p <= look!.alpha);
  }
});
