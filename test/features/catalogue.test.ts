import {expect, test} from "vitest";
import {featureCatalogue} from "../../src/features/catalogue.ts";
import {activityFeatures} from "../../src/features/defaults.ts";
import {campaignFeatures, seasonFeatures, sinceFeatures} from "../../src/features/families.ts";
import type {FeatureDeclaration} from "../../src/study.ts";
import {DECLARATIONS} from "./random-log.ts";

const nothing = {names: [], rows: 0, values: new Float64Array(0)};
const entryOf = (part: Partial<FeatureDeclaration> & Pick<FeatureDeclaration, "measure">) =>
  featureCatalogue(
    [{name: "f", title: "F", unit: "", of: "purchase", actionable: false, ...part}],
    nothing,
  )[0]!;

test("featureCatalogue(features, x) says what a feature is in a sentence made from its declaration", () => {
  const sentence = (part: Parameters<typeof entryOf>[0]) => entryOf(part).meaning;
  expect(sentence({measure: "count", days: 90})).toBe(
    "Number of purchases in the 90 days before the cutoff.",
  );
  expect(sentence({measure: "count", of: ["email_open", "visit", "reply"]})).toBe(
    "Number of email opens, visits or replies at any time before the cutoff.",
  );
  expect(sentence({measure: "recency", of: "*"})).toBe(
    "Days from the last event of any kind to the cutoff; missing without any.",
  );
  expect(sentence({measure: "ratio", of: "campaign:treated", against: "campaign:contact", days: 365})).toBe(
    "Campaign contacts outside the control group over campaign contacts in the 365 days before the cutoff; " +
      "missing without any campaign contacts.",
  );
  expect(sentence({measure: "share", of: "join", against: "channel=partner"})).toBe(
    "Share of joins at any time before the cutoff that have channel partner; missing without any.",
  );
  expect(sentence({measure: "latest", of: "table:crm", column: "score"})).toBe(
    "Last value of score in the table crm that was known by the cutoff.",
  );
});

test("featureCatalogue(features, x) has a sentence without a gap for every measure", () => {
  for (const {meaning, name} of featureCatalogue(DECLARATIONS, {...nothing, names: []})) {
    expect(meaning, name).toMatch(/^[A-Z].*\.$/);
    expect(meaning, name).not.toMatch(/undefined|NaN| {2}|_|\*/);
  }
});

test("featureCatalogue(features, x) tells family, window, sources, what is sensitive, and what is of the calendar", () => {
  expect(entryOf({measure: "sum", days: 30, sensitive: true, actionable: true})).toMatchObject({
    ...{family: "monetary", window: "30 days before the cutoff", sources: ["purchase", "amount"]},
    ...{sensitive: true, actionable: true, calendar: false},
  });
  expect(entryOf({measure: "toMonthEnd", of: "cutoff"})).toMatchObject({
    ...{family: "season", window: "the cutoff's date", sources: ["cutoff"], sensitive: false, calendar: true},
  });
  expect(entryOf({measure: "recency", of: "campaign:contact"}).family).toBe("campaigns");
  expect(entryOf({measure: "entropy", against: "channel"}).sources).toEqual(["purchase", "channel"]);
  expect(entryOf({measure: "latest", of: "table:crm", column: "score"}).sources).toEqual(["table:crm.score"]);
});

test("featureCatalogue(features, x) counts the rows in which a feature is missing", () => {
  const features = [entryOf({measure: "count"}), entryOf({measure: "mean"})].map(
    ({name}, j): FeatureDeclaration => ({
      ...{name: `${name}${j}`, title: "F", unit: "", of: "purchase", actionable: false, measure: "count"},
    }),
  );
  const values = Float64Array.from([1, 2, 3, 4, 5, Number.NaN, 7, Number.NaN]);
  const shares = featureCatalogue(features, {names: ["f0", "f1"], rows: 4, values}).map(e => e.missingShare);
  expect(shares).toEqual([0, 0.5]);
});

test("activityFeatures({history}) leaves out what looks further back than that, and nothing else", () => {
  const all = activityFeatures({of: "order"});
  const some = activityFeatures({of: "order", history: 90});
  const left = all.filter(({name}) => !some.some(feature => feature.name === name)).map(({name}) => name);
  expect(left).toEqual([
    ...["order_count_180d", "order_amount_180d", "order_count_365d", "order_amount_365d"],
    ...["order_gap_mean_365d", "order_change_90d", "order_trend_180d"],
  ]);
  expect(activityFeatures({of: "order", history: 365})).toEqual(all);
});

test("activityFeatures({of}) has no feature of the calendar, and each name once", () => {
  const features = activityFeatures({of: "order"});
  expect(featureCatalogue(features, nothing).some(({calendar}) => calendar)).toBe(false);
  expect(new Set(features.map(({name}) => name)).size).toBe(features.length);
});

test("sinceFeatures(types), campaignFeatures() and seasonFeatures() are of the families that they say", () => {
  const familiesOf = (features: readonly FeatureDeclaration[]) => [
    ...new Set(featureCatalogue(features, nothing).map(({family, calendar}) => `${family}, ${calendar}`)),
  ];
  expect(familiesOf(sinceFeatures(["view", "e-mail open"]))).toEqual(["recency, false"]);
  expect(sinceFeatures(["e-mail open"])[0]!.name).toBe("since_e_mail_open");
  expect(familiesOf(campaignFeatures())).toEqual(["campaigns, false"]);
  expect(familiesOf(seasonFeatures())).toEqual(["season, true"]);
});
