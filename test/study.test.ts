import {expect, test} from "vitest";
import {activityFeatures} from "../src/features/defaults.ts";
import {days, defineStudy, every, inactivity, type StudyInput, triangular} from "../src/study.ts";

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
const feature = (change: object) => [...input.features, {...input.features[0]!, name: "another", ...change}];

test("defineStudy(input) fills in the defaults and freezes the whole", () => {
  const study = defineStudy(input);
  expect(study.events).toMatchObject({timeZone: "UTC", type: "'purchase'", maxBadShare: 0.01});
  expect(study.split).toMatchObject({train: 0.7, validation: 0.85});
  expect(study.models).toEqual(["dummy", "recency", "logistic", "ml-xgboost", "boost"]);
  expect(study.search).toEqual({candidates: 20});
  expect(study.sampling).toEqual({kind: "none"});
  const smote = defineStudy({...input, sampling: {kind: "smote"}}).sampling;
  expect(smote).toEqual({kind: "smote", ratio: 1, neighbours: 5, categorical: []});
  expect(Object.isFrozen(study.features[0])).toBe(true);
  expect(defineStudy(study)).toEqual(study);
});

const wrong: [string, StudyInput, RegExp][] = [
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
    "a category that is no feature",
    {...input, sampling: {kind: "smote", categorical: ["plan"]}},
    /sampling\.categorical names "plan", which is no feature/,
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
  ["more settings than the search takes", {...input, search: {candidates: 21}}, /search\.candidates .*20/],
];

test.each(wrong)("defineStudy refuses %s, naming the field", (_, study, message) => {
  expect(() => defineStudy(study)).toThrow(message);
});

test("activityFeatures({of}) has names that a study takes, whatever the event type is called", () => {
  for (const of of ["Order Placed", 'say "hi"', "2nd-purchase", "купил"]) {
    const features = activityFeatures({of});
    expect(features.every(f => /^[a-z][a-z0-9_]*$/.test(f.name) && f.of === of)).toBe(true);
    expect(new Set(features.map(f => f.name)).size).toBe(features.length);
  }
});
