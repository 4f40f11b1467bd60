import {expect, test} from "vitest";
import type {Decision, ProfitGain} from "../../src/evaluate/decision.ts";
import {gainsTable, neededText, optimumText, tornadoOf} from "../../src/report/optimum.ts";
import type {Study} from "../../src/study.ts";

const study = {economics: {currency: "EUR"}} as Study;
const gain = (
  over: ProfitGain["over"],
  title: string,
  low: number,
  value: number,
  high: number,
): ProfitGain => ({
  ...{over, title, at: "capacity", fraction: 0.1, otherFraction: 0.1, low, value, high, ahead: 0.9},
});
const decision: Decision = {
  capacity: 0.1,
  customers: 1000,
  optimum: {
    ...{fraction: 0.14, low: 0.04, high: 0.32, near: {from: 0.11, to: 0.2}},
    value: {value: 2034.4, low: -910, high: 5120},
    aboveCapacity: {value: -317, low: -900, high: 410},
  },
  atCapacity: {value: 2351, low: -159, high: 5415},
  sensitivities: [
    {
      assumption: "offerWorks",
      ends: [
        {at: 0.1316, fraction: 0.02, value: 90},
        {at: 0.2684, fraction: 0.3, value: 9000},
      ],
    },
    {
      assumption: "contactCost",
      ends: [
        {at: 1.5, fraction: 0.15, value: 5600},
        {at: 14.2, fraction: 0.03, value: 800},
      ],
    },
    {
      assumption: "customers",
      ends: [
        {fraction: 0.08, value: 3000},
        {fraction: 0.16, value: 7000},
      ],
    },
  ],
  gains: [
    gain("recency", "Rule of thumb", 210, 1900, 3600),
    gain("logistic", "Logistic regression", -300, 40, 410),
    gain("random", "Choosing at random", 900, 3100, 5100),
  ],
  empc: [],
  draws: 2000,
};

test("optimumText(decision) says how many, how flat the top is, how sure that is, and what it is worth elsewhere", () => {
  expect(optimumText(decision, study).text).toBe(
    "On the calibration customers, contacting 14% of the customers is expected to gain most: anything from 11% to 20% is " +
      "nearly as good there, within a twentieth of it, but in 90% of 2\u2009000 draws of the customers and the assumptions " +
      "the best share lies anywhere from 4% to 32%. On the test customers, who took no part in that, 14% is worth EUR " +
      "2\u2009034 (\u2212910 to 5\u2009120) a campaign. Whether a larger campaign than the capacity of 10% would be worth more " +
      "has not been shown: the difference is EUR \u2212317 (\u2212900 to 410) on the test customers.",
  );
  const nothing = {...decision, optimum: {...decision.optimum, fraction: 0, low: 0, high: 0.05}};
  expect(optimumText(nothing, study).text).toMatch(
    /^At these costs no share of the customers is worth contacting/,
  );
});

test("optimumText(decision) calls another size of campaign better or worse only where the paired difference shows it", () => {
  const said = (aboveCapacity: Decision["optimum"]["aboveCapacity"], capacity = 0.1) =>
    optimumText({...decision, capacity, optimum: {...decision.optimum, aboveCapacity}}, study).text;
  const [more, less] = [
    {value: 500, low: 20, high: 900},
    {value: -500, low: -900, high: -20},
  ];
  expect(said(more)).toContain(
    "The capacity of 10% is less than that: there, the larger campaign is worth EUR 500 (20 to 900) more.",
  );
  expect(said(less)).toContain("there, the larger campaign is worth EUR 500 (20 to 900) less.");
  expect(said(more, 0.3)).toContain(
    "The capacity of 30% is more than that: there, the smaller campaign is worth EUR 500 (20 to 900) more.",
  );
  expect(said({value: 9, low: -1, high: 20}, 0.3)).toContain(
    "Whether a smaller campaign than the capacity of 30%",
  );
  expect(said({value: 0, low: 0, high: 0}, 0.14)).toMatch(/It is the capacity set in the study\.$/);
});

test("tornadoOf(decision) names the ends in the unit of the assumption", () => {
  const {rows} = tornadoOf(decision, study);
  expect(rows.map(row => row.ends.map(end => end.label))).toEqual([
    ["13.2%", "26.8%"],
    ["EUR 1.50", "EUR 14"],
    ["a low draw", "a high draw"],
  ]);
});

test("neededText(decision) answers by the interval of the difference, not by its sign", () => {
  const model = {title: "Boosted trees", kind: "boost"};
  expect(neededText(decision, study, model).text).toBe(
    "Machine learning earns its keep here. With 10% contacted, on the same test customers, boosted trees: it earns EUR " +
      "3\u2009100 (900 to 5\u2009100) more than choosing at random; it earns EUR 1\u2009900 (210 to 3\u2009600) more than the rule of thumb; " +
      "it is not clearly ahead of logistic regression: EUR 40 (\u2212300 to 410).",
  );
  const lost = {...decision, atCapacity: {value: -900, low: -2000, high: 300}};
  expect(neededText(lost, study, model).text).toMatch(
    /^Machine learning loses less than the rule of thumb here, and loses/,
  );
  const unclear = {...decision, gains: [gain("recency", "Rule of thumb", -10, 1900, 3600)]};
  expect(neededText(unclear, study, model).text).toMatch(
    /^That machine learning is needed here has not been shown: a simple rule may do as well\./,
  );
  expect(neededText({...decision, gains: []}, study, model).text).toMatch(/the study does not try one/);
  expect(neededText(decision, study, {title: "Rule of thumb", kind: "recency"}).text).toMatch(
    /the rule of thumb itself/,
  );
});

test("gainsTable(decision) has a row for each way and each share", () => {
  const {rows} = gainsTable(decision, study);
  expect(rows).toHaveLength(3);
  expect(rows[0]).toEqual(["Rule of thumb", "capacity, 10%", 210, 1900, 3600, 0.9]);
});
