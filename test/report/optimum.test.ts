import {expect, test} from "vitest";
import {tornadoChart} from "../../src/charts/tornado.ts";
import type {Decision, ProfitGain} from "../../src/evaluate/decision.ts";
import {adviceText, adviceWords} from "../../src/report/advice.ts";
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
  expect(tornadoChart(tornadoOf(decision, study)).description).toBe(
    'The recommended share is 14%. One assumption at a time is moved to either end. With "Share of would-be churners the ' +
      'offer keeps" at 13.2% it is 2%, and at 26.8% it is 30%. With "Cost of a contact" at EUR 1.50 it is 15%, and at EUR 14 ' +
      'it is 3%. With "Which customers happened to be there" at a low draw it is 8%, and at a high draw it is 16%.',
  );
});

test("neededText(decision) answers by the interval of the difference, and says where a simple model does as well", () => {
  const model = {title: "Boosted trees", kind: "boost"};
  const said = (changed: Partial<Decision>, of = model) =>
    neededText({...decision, ...changed}, study, of).text;
  expect(said({})).toBe(
    "A model earns more than the rule of thumb here, but a simple one may be enough: as far as these customers can tell, " +
      "logistic regression does as well. Compared are campaigns that contact 10% of the same test customers. The model in " +
      "use (boosted trees) earns EUR 3\u2009100 (900 to 5\u2009100) more than choosing at random. It earns EUR 1\u2009900 (210 to " +
      "3\u2009600) more than the rule of thumb. Whether it earns more than logistic regression has not been shown: the " +
      "difference is EUR 40 (\u2212300 to 410).",
  );
  const [chance, rule] = [
    gain("random", "Choosing at random", 900, 3100, 5100),
    gain("recency", "Rule of thumb", 210, 1900, 3600),
  ];
  const simple = (low: number, value: number, high: number) => [
    ...[chance, rule],
    gain("logistic", "Logistic regression", low, value, high),
  ];
  expect(said({gains: simple(20, 60, 90)})).toMatch(/^Machine learning earns its keep here\./);
  expect(said({gains: [chance, rule]})).toMatch(/^Machine learning earns its keep here\./);
  expect(said({gains: simple(-90, -60, -20)})).toMatch(
    /logistic regression earns more still\..* 60 \(20 to 90\) less/,
  );
  expect(said({atCapacity: {value: -900, low: -2000, high: 300}})).toMatch(
    /^A model is expected to lose less than the rule of thumb here, but to lose all the same/,
  );
  expect(said({gains: [gain("recency", "Rule of thumb", -10, 1900, 3600)]})).toMatch(
    /^That machine learning is needed here has not been shown: the rule of thumb may do as well\./,
  );
  expect(said({gains: [gain("recency", "Rule of thumb", -90, -60, -20)]})).toMatch(
    /^No machine learning is needed here/,
  );
  expect(said({gains: [chance]})).toMatch(/the study does not try one/);
});

test("neededText(decision) compares nothing where the model is a rule, ranks nobody, or everybody is contacted", () => {
  const said = (kind: string, changed: Partial<Decision> = {}) =>
    neededText({...decision, ...changed}, study, {title: "Some title", kind}).text;
  expect(said("recency")).toMatch(/the rule of thumb itself: on the tuning customers nothing/);
  expect(said("recency", {gains: []})).toMatch(/the study tries no machine learning beside it/);
  expect(said("dummy")).toMatch(/ranks nobody: choosing at random does as well/);
  expect(said("boost", {capacity: 1})).toMatch(/every ranking contacts the same customers\.$/);
});

test("adviceText(figures) does not speak of the highest risk where everybody is contacted", () => {
  const figures = {contacted: 200, model: {value: 5, low: 1, high: 9}, best: 9, worse: false};
  const words = adviceWords("Boosted trees", {currency: "EUR"} as Study["economics"]);
  expect(adviceText({...figures, fraction: 0.1}, words)).toContain(
    "the 200 customers with the highest risk (10%",
  );
  const all = adviceText({...figures, fraction: 1}, words);
  expect(all).toContain(
    "Contact all 200 customers (100%, the capacity set in the study; every ranking contacts the same)",
  );
  expect(all).not.toContain("highest risk");
});

test("gainsTable(decision) has a row for each way and each share", () => {
  const {rows} = gainsTable(decision, study);
  expect(rows).toHaveLength(3);
  expect(rows[0]).toEqual(["Rule of thumb", "capacity, 10%", 210, 1900, 3600, 0.9]);
});
