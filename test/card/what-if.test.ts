import {expect, test} from "vitest";
import {clustersOf} from "../../src/evaluate/bootstrap.ts";
import {campaignValue, campaignValues, type Economics} from "../../src/evaluate/profit.ts";
import {briefPercent, decimal as printed} from "../../src/figures.ts";
import type {EvidenceValue, WhatIf} from "../../src/ledger/evidence.ts";
import {decisionEvidence} from "../../src/report/decision.ts";
import {whatIf} from "../../src/report/what-if.ts";
import {type Study, triangular} from "../../src/study.ts";
import {judgedAt, learned} from "./campaign.ts";
import {study} from "./example.ts";
import {advice, decimal, drawing, outlook, percent, studyOf} from "./what-if-page.ts";

const CUSTOMERS = 3110;
/** Draws that the decision rests on. */
const DRAWS = 5000;

const withEconomics = (economics: Partial<Study["economics"]>): Study => ({
  ...study,
  economics: {...study.economics, ...economics},
});

const madeOf = (of: Study) => whatIf(judgedAt(of.economics.capacity, of), learned, of, CUSTOMERS);
const dataOf = (of: Study): WhatIf => {
  const value = madeOf(of);
  if (value.kind !== "what-if") throw new Error(value.reason);
  return value;
};
const decisionOf = (of: Study) => decisionEvidence(judgedAt(of.economics.capacity, of), of, CUSTOMERS);

/** What the library says of the campaign at other economics. */
const worthOf = (economics: Economics) => {
  const {ranked} = judgedAt(0.1, study);
  const rows = {...ranked, clusters: clustersOf(ranked.customer)};
  return campaignValue(rows, economics, {seed: study.seed, draws: DRAWS, customers: CUSTOMERS});
};

const number = (value: EvidenceValue | undefined) => {
  if (value?.kind !== "number") throw new Error("no number");
  return {value: value.value, low: value.low!, high: value.high!};
};

const expectClose = (one: object, other: object): void => {
  for (const [name, value] of Object.entries(one)) expect(value).toBeCloseTo(other[name as never], 6);
};

const data = dataOf(study);

test("outlook(data, studyOf(data)) says what the card says: reach, lift, value, their bounds, and the advice", () => {
  for (const capacity of [0.1, 0.025, 0.5]) {
    const own = withEconomics({capacity});
    const decision = decisionOf(own);
    const moved = dataOf(own);
    const found = outlook(moved, studyOf(moved));
    expect(found.fraction).toBe(capacity);
    expectClose(found.reached, number(decision["decision.reached"]));
    expectClose(found.lift, number(decision["decision.lift"]));
    expectClose(found.model, number(decision["decision.value"]));
    expect({kind: "text", text: advice(moved, found)}).toEqual(decision["decision.recommendation"]);
  }
});

test("outlook(data, {share}) is the card of a study with that capacity", () => {
  for (const share of [1, 7, 30, 100]) {
    const found = outlook(data, {...studyOf(data), share});
    const decision = decisionOf(withEconomics({capacity: share / 100}));
    expectClose(found.reached, number(decision["decision.reached"]));
    expectClose(found.lift, number(decision["decision.lift"]));
    expectClose(found.model, number(decision["decision.value"]));
    expect(found.ceiling).toBeCloseTo(Math.min(1 / data.baseRate, 100 / share), 12);
  }
});

test("outlook(data, {contactCost, offerCost, customerValue, offerWorks}) is the library's value of that campaign", () => {
  for (const [contactCost, offerCost, r, s] of [
    [7, 10, 1, 1],
    [0, 0, 1, 1],
    [2, 30, 1.6, 0.5],
    [40, 1, 0.2, 2],
  ] as const) {
    const economics = {
      ...{contactCost, offerCost},
      customerValue: triangular(120 * r, 180 * r, 260 * r),
      offerWorks: triangular(0.1 * s, 0.2 * s, 0.3 * s),
    };
    const tried = {contactCost, offerCost, customerValue: (r * 560) / 3, offerWorks: 0.2 * s};
    for (const share of [4, 10, 55]) {
      const found = outlook(data, {...tried, share});
      const {model, random, contacted} = worthOf({...economics, capacity: share / 100});
      expectClose(found.model, model);
      expect(found.churners).toBeCloseTo(model.churners, 6);
      expect(found.random).toBeCloseTo(random.value, 6);
      expect(found.contacted).toBeCloseTo(contacted, 9);
    }
  }
});

test("outlook(data, tried) moves bounds exactly with a spread cost, and nearly where the value moves as well", () => {
  const spread = withEconomics({contactCost: triangular(1, 2, 6)});
  const moved = dataOf(spread);
  const dearer = outlook(moved, {...studyOf(moved), contactCost: 7});
  expectClose(dearer.model, worthOf({...spread.economics, contactCost: triangular(5, 6, 10)}).model);
  const both = outlook(moved, {...studyOf(moved), contactCost: 7, customerValue: (1.5 * 560) / 3}).model;
  const sure = worthOf({
    ...{...spread.economics, contactCost: triangular(5, 6, 10), customerValue: triangular(180, 270, 390)},
  }).model;
  expect(both.value).toBeCloseTo(sure.value, 6);
  for (const end of ["low", "high"] as const)
    expect(Math.abs(both[end] - sure[end])).toBeLessThan(0.01 * (sure.high - sure.low));
});

test("outlook(data, tried) finds the best share on the calibration rows, and which are nearly as good", () => {
  const rows = {...learned, clusters: clustersOf(learned.customer)};
  for (const contactCost of [0, 2, 15, 60, 1000]) {
    const values = campaignValues(rows, {...study.economics, contactCost}, data.shares.fraction, {
      ...{seed: 1, draws: 1, customers: CUSTOMERS},
    }).map(({fraction, model}) => ({fraction, value: model.value}));
    const most = Math.max(...values.map(({value}) => value));
    const {best} = outlook(data, {...studyOf(data), contactCost});
    expect(best.fraction).toBe(values.find(({value}) => value >= most - 1e-9)!.fraction);
    const at = (fraction: number) => values.find(point => point.fraction === fraction)!.value;
    expect(Math.min(at(best.from), at(best.to))).toBeGreaterThanOrEqual(0.95 * most - 1e-9);
    const beyond = [best.from - 0.01, best.to + 0.01].flatMap(share =>
      values.filter(({fraction}) => Math.abs(fraction - share) < 1e-9),
    );
    for (const {value} of beyond) expect(value).toBeLessThan(0.95 * most);
  }
});

test("advice(data, found) is the recommendation of a study with those costs, each of the four", () => {
  const customerValue = triangular(1, 40, 400);
  const start = dataOf(withEconomics({customerValue}));
  const say = (offerCost: number) => advice(start, outlook(start, {...studyOf(start), offerCost}));
  const kinds = ["Contact the", "Do not roll", "Contact nobody", "Do not run"];
  for (const kind of kinds) {
    const costs = Array.from({length: 200}, (_, cost) => cost).filter(cost => say(cost).startsWith(kind));
    expect([kind, costs.length > 0]).toEqual([kind, true]);
    // The ends of what is said are where another sentence is near.
    for (const offerCost of new Set([costs[0]!, costs.at(-1)!]))
      expect({kind: "text", text: say(offerCost)}).toEqual(
        decisionOf(withEconomics({offerCost, customerValue}))["decision.recommendation"],
      );
  }
});

test("advice(data, found) says whose share it is", () => {
  const found = outlook(data, {...studyOf(data), share: 12});
  expect(advice(data, found)).toContain("the 373 customers with the highest risk (12%, your figure)");
  expect(advice(data, outlook(data, studyOf(data)))).toContain("(10%, the capacity set in the study)");
  const all = outlook(data, {...studyOf(data), share: 100});
  expect(advice(data, all)).toContain("customers (100%, your figure; every ranking contacts the same)");
});

test("whatIf(…) is not applicable where contacting a churner is worth nothing", () => {
  const none = withEconomics({offerWorks: triangular(0, 0, 0)});
  expect(madeOf(none)).toMatchObject({kind: "not-applicable", by: study.card.owner});
});

test("decimal(value, digits) and percent(share) print as the card does", () => {
  for (const value of [0, -0.4, 7, 999.5, -1234.5, 1234567.891, -0.001])
    for (const digits of [0, 1, 2]) expect(decimal(value, digits)).toBe(printed(value, digits));
  for (const share of [0, 0.07, 0.025, 0.1, 1]) expect(percent(share)).toBe(briefPercent(share));
});

test("drawing(data, found, study, width) shows the study's line only where it differs, and stays within its width", () => {
  const own = outlook(data, studyOf(data));
  const dear = outlook(data, {...studyOf(data), contactCost: 9, share: 80});
  expect(drawing(data, own, own, 320)).not.toContain('class="study"');
  expect(drawing(data, outlook(data, {...studyOf(data), share: 30}), own, 320)).not.toContain("study");
  const drawn = drawing(data, dear, own, 320);
  expect(drawn).toContain('class="study"');
  expect(drawn).not.toMatch(/NaN|undefined|Infinity/);
  const places = [...drawn.matchAll(/[ML](-?[\d.]+) (-?[\d.]+)/g)];
  expect(places.length).toBeGreaterThan(400);
  for (const [, x, y] of places) {
    expect(Number(x)).toBeGreaterThanOrEqual(0);
    expect(Number(x)).toBeLessThanOrEqual(320);
    expect(Number(y)).toBeGreaterThanOrEqual(0);
    expect(Number(y)).toBeLessThanOrEqual(280);
  }
});
