import {expect, test} from "vitest";
import {activityFeatures} from "../src/features/defaults.ts";
import {
  atRandom,
  contract,
  days,
  defineStudy,
  every,
  inactivity,
  regularity,
  type StudyInput,
  subscription,
  triangular,
} from "../src/study.ts";

const input: StudyInput = {
  name: "small",
  title: "A small study",
  events: {from: "events.csv", customer: "c", time: "t"},
  churn: inactivity({days: 90, of: "purchase"}),
  activity: "purchase",
  horizon: days(90),
  target: "silent",
  cutoffs: every("month", {from: "2024-06", to: "2025-03"}),
  split: {salt: "small", testFrom: "2025-02"},
  features: activityFeatures({of: "purchase", amounts: false}),
  economics: {
    contactCost: 1,
    offerCost: 4,
    customerValue: triangular(20, 60, 120),
    offerWorks: triangular(0.05, 0.1, 0.2),
    capacity: 0.1,
  },
  framing: {goal: "g", decides: "d", acts: "a", success: "s", stop: "s", limits: ["l"]},
  card: {owner: "o", contact: "c", purpose: "p", notFor: ["n"], operation: "o"},
};
/** The study with a contract of one check, good as it is or not. */
const withCheck = (check: object): StudyInput =>
  ({...input, contract: {events: [{check: "range", column: "amount", least: 0}, check]}}) as StudyInput;
const feature = (change: object) => [...input.features, {...input.features[0]!, name: "another", ...change}];

test("defineStudy(input) fills in the defaults and freezes the whole", () => {
  const study = defineStudy(input);
  expect(study.events).toMatchObject({timeZone: "UTC", type: "'purchase'", maxBadShare: 0.01});
  expect(study.split).toMatchObject({train: 0.7, validation: 0.85});
  expect(study.models).toEqual(["dummy", "recency", "logistic", "ml-xgboost", "boost"]);
  expect(study.search).toEqual({candidates: 20});
  expect(study.sampling).toEqual({kind: "none"});
  const smote = defineStudy({...input, sampling: {kind: "smote"}}).sampling;
  expect(smote).toEqual({kind: "smote", ratio: 1, neighbours: 5});
  expect(Object.isFrozen(study.features[0])).toBe(true);
  expect(defineStudy(study)).toEqual(study);
});

test("defineStudy(input) takes every kind of churn and of cutoffs", () => {
  const range = {from: "2024-06-01", to: "2025-03-31"};
  const subscriptions = {from: "contracts.csv", customer: "c", start: "from", end: "to"};
  const [rhythm, contracts] = [regularity({of: "purchase"}), subscription({graceDays: 14})];
  expect(defineStudy({...input, churn: rhythm}).churn).toEqual(rhythm);
  expect(defineStudy({...input, churn: contracts, subscriptions}).churn).toEqual(contracts);
  for (const cutoffs of [
    every("week", range),
    every("day", range),
    atRandom({...range, perCustomer: 4, seed: 1}),
  ])
    expect(defineStudy({...input, cutoffs}).cutoffs).toEqual(cutoffs);
});

const wrong: [string, StudyInput, RegExp][] = [
  [
    "a month where days are asked for",
    {...input, cutoffs: every("week", {from: "1997-04", to: "1998-01-01"})},
    /cutoffs\.from is not valid: a day is written YYYY-MM-DD, got "1997-04"; correct it/,
  ],
  [
    "a value that is none of those that there are",
    {...input, target: "never"} as unknown as StudyInput,
    /target is not valid: it requires one of "within", "in", "silent", got "never"; correct it/,
  ],
  [
    "a kind that is none of those that there are",
    {...input, sampling: {kind: "oversample"}} as unknown as StudyInput,
    /sampling\.kind is not valid: it requires one of "none", .*, got "oversample"; correct it/,
  ],
  [
    "a field left out",
    {...input, card: {owner: "o"}} as StudyInput,
    /^study: card\.contact is required, but missing; add it to the study file$/,
  ],
  [
    "a number where a length of time belongs",
    {...input, horizon: 90} as unknown as StudyInput,
    /horizon is not valid: a length of time is days\(n\), .*, got 90; correct it/,
  ],
  ["a number that is too small", {...input, seed: -1}, /seed is not valid: it requires at least 0, got -1; /],
  ["a text for a number", {...input, seed: "1"} as unknown as StudyInput, /it requires a number, got "1"; /],
  [
    "churn by subscriptions without their table",
    {...input, churn: subscription({graceDays: 14})},
    /churn "subscription" requires the table subscriptions/,
  ],
  [
    "a table of subscriptions that nothing reads",
    {...input, subscriptions: {from: "contracts.csv", customer: "c", start: "from", end: "to"}},
    /subscriptions is read by churn "subscription" alone/,
  ],
  [
    "a term without a grace period at moments, where payments are hours late",
    {
      ...input,
      churn: contract({start: "join", renew: "pay", end: "leave", graceDays: 0, term: {months: 1}}),
      cutoffs: atRandom({from: "2024-06-01", to: "2025-03-31", perCustomer: 4, seed: 1}),
    },
    /churn\.graceDays must be at least 1/,
  ],
  [
    "a score of a feature that is not there",
    {...input, rfm: {recency: "since", frequency: "often", monetary: "much"}},
    /rfm\.recency names "since", which is no feature/,
  ],
  [
    "a feature with the name of a fitted column",
    {...input, features: [{...input.features[0]!, name: "p_alive"}]},
    /p_alive is that of a fitted column/,
  ],
  ["a field that does not exist", {...input, horizn: 3} as StudyInput, /study: .*horizn/],
  [
    "a month that does not exist",
    {...input, split: {...input.split, testFrom: "2025-13"}},
    /split\.testFrom .*YYYY-MM/,
  ],
  [
    "cutoffs that run backwards",
    {...input, cutoffs: every("month", {from: "2025-03", to: "2024-06"})},
    /cutoffs .*the first month is after the last/,
  ],
  [
    "a percentage where a share belongs",
    {...input, economics: {...input.economics, offerWorks: triangular(5, 10, 20)}},
    /economics\.offerWorks .*write 0\.2 for 20 %/,
  ],
  [
    "a sampling that does not exist",
    {...input, sampling: {kind: "oversample"}} as unknown as StudyInput,
    /sampling\.kind/,
  ],
  [
    "two features of one name",
    {...input, features: feature({name: input.features[0]!.name})},
    /features .*one name/,
  ],
  [
    "a change without days",
    {...input, features: feature({measure: "change"})},
    /the measure change requires days/,
  ],
  ["a ratio of nothing", {...input, features: feature({measure: "ratio", days: 30})}, /require "against"/],
  [
    "an order of numbers",
    {...input, features: feature({order: ["low", "high"]})},
    /the measure last, and no other, takes an order: the others give numbers; correct it/,
  ],
  [
    "an order with a level twice",
    {...input, features: feature({measure: "last", against: "plan", order: ["low", "high", "low"]})},
    /features\.\d+ is not valid: the order has "low" twice; name each level once; correct it/,
  ],
  [
    "the rule of thumb without its feature",
    {...input, features: input.features.filter(f => f.measure !== "recency")},
    /the model "recency" requires a feature with measure "recency" of "purchase"/,
  ],
  ["a model named twice", {...input, models: ["logistic", "logistic"]}, /models .*named twice/],
  [
    "the cross-check alone",
    {...input, models: ["ml-xgboost"]},
    /models .*only checks "boost" and is never put to use/,
  ],
  [
    "a contract of a table that it does not read",
    {...input, contract: {campaigns: []}},
    /contract names "campaigns", which is no table of the study \(events\)/,
  ],
  [
    "a reference to a table that it does not read",
    withCheck({check: "references", column: "c", to: "customers.id"}),
    /contract\.events\.1\.to names "customers"/,
  ],
  [
    "a reference without a column",
    withCheck({check: "references", column: "c", to: "campaigns"}),
    /contract\.events\.1\.to .*written "table\.column"/,
  ],
  [
    "a check that does not exist",
    withCheck({check: "positive", column: "amount"}),
    /contract\.events\.1\S* .*a check is one of type, range, values/,
  ],
  [
    "a misspelled field of a check",
    withCheck({check: "range", column: "amount", lest: 0, most: 3}),
    /contract\.events\.1\.lest is no field/,
  ],
  ["a range without ends", withCheck({check: "range", column: "amount"}), /requires "least", "most" or both/],
  [
    "a range from a number to a date",
    withCheck({check: "range", column: "amount", least: 1, most: "2025-01-01"}),
    /two numbers or two dates/,
  ],
  [
    "a range that runs backwards",
    withCheck({check: "range", column: "amount", least: 2, most: 1}),
    /the smaller one first/,
  ],
  [
    "a bound that is neither number nor date",
    withCheck({check: "range", column: "amount", least: "low"}),
    /contract\.events\.1\.least .*a bound is a number, or a date written YYYY-MM-DD/,
  ],
  [
    "a percentage of missing cells",
    withCheck({check: "missing", column: "amount", maxShare: 5}),
    /contract\.events\.1\.maxShare .*1/,
  ],
  [
    "a severity of its own",
    withCheck({check: "unique", columns: ["c"], severity: "fatal"}),
    /severity .*"error"/,
  ],
  [
    "days that run backwards",
    {...input, cutoffs: every("week", {from: "2025-03-03", to: "2025-03-01"})},
    /cutoffs .*the first day is after the last/,
  ],
  [
    "a regularity whose bounds cross",
    {...input, churn: regularity({of: "purchase", leastDays: 90, mostDays: 30})},
    /churn .*leastDays is greater than mostDays/,
  ],
  ["more settings than the search takes", {...input, search: {candidates: 21}}, /search\.candidates .*20/],
];

test.each(wrong)("defineStudy refuses %s, naming the field", (_, study, message) => {
  expect(() => defineStudy(study)).toThrow(message);
});

test("defineStudy gives every check of the contract the severity error, unless it says another", () => {
  const {contract} = defineStudy(withCheck({check: "volume", column: "t", factor: 3, severity: "warning"}));
  expect(contract.events!.map(({severity}) => severity)).toEqual(["error", "warning"]);
});

test("activityFeatures({of}) has names that a study takes, whatever the event type is called", () => {
  for (const of of ["Order Placed", 'say "hi"', "2nd-purchase", "купил"]) {
    const features = activityFeatures({of});
    expect(features.every(f => /^[a-z][a-z0-9_]*$/.test(f.name) && f.of === of)).toBe(true);
    expect(new Set(features.map(f => f.name)).size).toBe(features.length);
  }
});

test("defineStudy(input) gives the amounts of its features in its currency", () => {
  const features = activityFeatures({of: "purchase"});
  const study = defineStudy({...input, features, economics: {...input.economics, currency: "USD"}});
  const units = (all: typeof features) => all.filter(({measure}) => measure === "sum").map(({unit}) => unit);
  expect(new Set(units(features))).toEqual(new Set(["money"]));
  expect(new Set(units([...study.features]))).toEqual(new Set(["USD"]));
});
