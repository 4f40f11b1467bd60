import {expect, test} from "vitest";
import {
  growsWithTime,
  hasUsual,
  type SayOptions,
  sayChange,
  sayFeature,
} from "../../src/explain/sentences.ts";
import {subjectsOf} from "../../src/explain/subjects.ts";
import type {Measure} from "../../src/features/measures.ts";
import type {FeatureDeclaration} from "../../src/study.ts";
import {declare, subjectOf} from "./subjects.ts";

const own = (value: number): SayOptions => ({usual: {value, whose: "own"}});
const stayers = (value: number): SayOptions => ({usual: {value, whose: "stayers"}});
const NEVER = Number.NaN;

type Case = [value: number, options: SayOptions, sentence: string];

const d90 = {days: 90};
const channel = {against: "channel"};
const eur = {unit: "EUR"};
const trend = {days: 84, step: 7};

/** Word for word: every measure with a value, one that is singular or none, and a missing one. */
const SENTENCES: Readonly<Record<Measure, readonly [Partial<FeatureDeclaration>, ...Case[]][]>> = {
  count: [
    [
      d90,
      [2, own(6), "Purchases: 2 in the last 90 days; usually 6"],
      [1, own(5.5), "Purchases: 1 in the last 90 days; usually 5.5"],
      [0, own(6), "Purchases: none in the last 90 days; usually 6"],
      [3, stayers(6), "Purchases: 3 in the last 90 days; typical of those who stay: 6"],
      [3, own(0), "Purchases: 3 in the last 90 days; usually none"],
      [12345, {}, "Purchases: 12\u2009345 in the last 90 days"],
      [NEVER, {}, "Purchases: none in the last 90 days"],
    ],
    [{}, [14, stayers(20), "Purchases: 14 so far; typical of those who stay: 20"]],
    [{days: 1}, [2, own(1), "Purchases: 2 on the last day; usually 1"]],
    [{of: "*", days: 7}, [0, own(3), "Events of any kind: none in the last 7 days; usually 3"]],
    [
      {of: ["email_open", "visit"], ...d90},
      [4, own(9), "Email opens or visits: 4 in the last 90 days; usually 9"],
    ],
    [{of: "campaign:contact"}, [1, stayers(2), "Campaign contacts: 1 so far; typical of those who stay: 2"]],
  ],
  days: [
    [
      d90,
      [3, own(5), "Purchases: on 3 days in the last 90 days; usually on 5 days"],
      [1, own(0), "Purchases: on 1 day in the last 90 days; usually on no day"],
      [0, own(1), "Purchases: on no day in the last 90 days; usually on 1 day"],
      [NEVER, {}, "Purchases: none in the last 90 days"],
    ],
  ],
  sum: [
    [
      {...d90, ...eur},
      [120, own(300.5), "Purchases: EUR 120 in the last 90 days; usually EUR 300.50"],
      [24.5, own(1234.56), "Purchases: EUR 24.50 in the last 90 days; usually EUR 1\u2009235"],
      [0, own(60), "Purchases: EUR 0 in the last 90 days; usually EUR 60"],
      [-5, {}, "Purchases: EUR \u22125 in the last 90 days"],
      [NEVER, own(60), "Purchases: none in the last 90 days; usually EUR 60"],
    ],
    [
      {...d90, unit: "money"},
      [120, {...own(300), currency: "USD"}, "Purchases: USD 120 in the last 90 days; usually USD 300"],
    ],
    [{...d90, unit: "money"}, [120, own(300), "Purchases: 120 in the last 90 days; usually 300"]],
    [
      {unit: "points"},
      [120, stayers(300), "Purchases: 120 points so far; typical of those who stay: 300 points"],
    ],
  ],
  mean: [
    [
      {days: 365, ...eur},
      [24.5, own(30), "Purchases: EUR 24.50 each in the last 365 days; usually EUR 30 each"],
      [NEVER, own(30), "Purchases: none with an amount in the last 365 days; usually EUR 30 each"],
    ],
    [eur, [NEVER, {}, "Purchases: none with an amount so far"]],
  ],
  recency: [
    [
      {},
      [45, own(12), "Purchases: the last one 45 days ago; usually 12 days ago"],
      [1, own(1.5), "Purchases: the last one 1 day ago; usually 1.5 days ago"],
      [NEVER, stayers(12), "Purchases: never; typical of those who stay: 12 days ago"],
    ],
    [d90, [NEVER, own(12), "Purchases: none in the last 90 days; usually 12 days ago"]],
  ],
  first: [
    [
      {of: "join"},
      [400, stayers(612), "Joins: the first one 400 days ago; typical of those who stay: 612 days ago"],
      [NEVER, {}, "Joins: never"],
    ],
    [{days: 365}, [30, {}, "Purchases: the first one in the last 365 days was 30 days ago"]],
  ],
  gapMean: [
    [
      {days: 365},
      [21.46, own(14), "Purchases: every 21.5 days in the last 365 days; usually every 14 days"],
      [1, own(2), "Purchases: every day in the last 365 days; usually every 2 days"],
      [
        NEVER,
        own(14),
        "Purchases: fewer than two days with one in the last 365 days, so the time between them is not known; usually every 14 days",
      ],
    ],
    [{}, [30, {}, "Purchases: every 30 days so far"]],
  ],
  gapSd: [
    [
      {days: 365},
      [
        5.25,
        own(3),
        "Purchases: the time between them varies by 5.25 days in the last 365 days; usually by 3 days",
      ],
      [
        NEVER,
        {},
        "Purchases: fewer than three days with one in the last 365 days, so how regular they are is not known",
      ],
    ],
  ],
  gapCv: [
    [
      {},
      [0.8, own(0.4), "Purchases: the time between them varies by 80% of its mean so far; usually by 40%"],
      [0, own(0.055), "Purchases: the time between them varies by 0% of its mean so far; usually by 5.5%"],
      [NEVER, {}, "Purchases: fewer than three days with one so far, so how regular they are is not known"],
    ],
  ],
  gapCount: [
    [
      d90,
      [3, own(5), "Purchases: again on a later day 3 times in the last 90 days; usually 5 times"],
      [1, own(2), "Purchases: again on a later day once in the last 90 days; usually twice"],
      [0, own(0.5), "Purchases: not again on a later day in the last 90 days; usually 0.5 times"],
      [NEVER, {}, "Purchases: none in the last 90 days"],
    ],
  ],
  overdue: [
    [
      {},
      [2.14, own(1), "Purchases: 2.14 times the customer's own usual pause since the last one"],
      [
        NEVER,
        {},
        "Purchases: fewer than two days with one so far, so the customer's usual pause is not known",
      ],
    ],
  ],
  change: [
    [
      d90,
      [-1 / 3, own(0), "Purchases: 50% fewer in the last 90 days than in the 90 days before"],
      [0.2, {}, "Purchases: 50% more in the last 90 days than in the 90 days before"],
      [0.5, {}, "Purchases: 3 times as many in the last 90 days as in the 90 days before"],
      [0, {}, "Purchases: as many in the last 90 days as in the 90 days before"],
      [-1, {}, "Purchases: none in the last 90 days, after some in the 90 days before"],
      [1, {}, "Purchases: some in the last 90 days, after none in the 90 days before"],
      [NEVER, {}, "Purchases: none in the last 180 days"],
    ],
    [{days: 1}, [-1 / 3, {}, "Purchases: 50% fewer on the last day than on the day before"]],
  ],
  trend: [
    [
      {...trend, of: "visit"},
      [-0.4, own(0), "Visits: falling by 0.4 every 7 days over the last 84 days"],
      [1, {}, "Visits: rising by 1 every 7 days over the last 84 days"],
      [0, {}, "Visits: steady over the last 84 days"],
      [NEVER, {}, "Visits: not known"],
    ],
    [{days: 7, step: 1}, [2, {}, "Purchases: rising by 2 every day over the last 7 days"]],
  ],
  sumTrend: [
    [
      {days: 180, step: 30, unit: "EUR a month"},
      [-4.5, {}, "Amount of purchases: falling by EUR 4.50 every 30 days over the last 180 days"],
      [0, {}, "Amount of purchases: steady over the last 180 days"],
    ],
    [
      {days: 180, step: 30, unit: "money a month"},
      [4, {currency: "USD"}, "Amount of purchases: rising by USD 4 every 30 days over the last 180 days"],
    ],
  ],
  ownShare: [
    [
      d90,
      [0.4, own(1), "Purchases: 40% of the customer's own usual in the last 90 days"],
      [NEVER, {}, "Purchases: the customer's own usual of 90 days is not known"],
    ],
  ],
  ownZ: [
    [
      d90,
      [
        -1.8,
        {},
        "Purchases: below the customer's own usual in the last 90 days, by 1.8 times its usual ups and downs",
      ],
      [
        2,
        {},
        "Purchases: above the customer's own usual in the last 90 days, by 2 times its usual ups and downs",
      ],
      [0, {}, "Purchases: as usual for the customer in the last 90 days"],
      [NEVER, {}, "Purchases: the customer's own usual of 90 days is not known"],
    ],
  ],
  ratio: [
    [
      {of: "email_open", against: "email_sent", unit: "share", ...d90},
      [0.12, own(0.4), "Email opens: 12% of emails sent in the last 90 days; usually 40%"],
      [0.025, own(1), "Email opens: 2.5% of emails sent in the last 90 days; usually 100%"],
      [NEVER, own(0.4), "Email opens: not known, with no email sent in the last 90 days; usually 40%"],
    ],
    [
      {of: "ticket", against: "purchase", unit: "tickets an order"},
      [0.25, stayers(0.1), "Tickets: 0.25 for each purchase so far; typical of those who stay: 0.1"],
    ],
  ],
  share: [
    [
      {against: "channel=store", unit: "share", ...d90},
      [0.4, own(0.1), "Purchases with channel store: 40% in the last 90 days; usually 10%"],
      [NEVER, {}, "Purchases with channel store: not known, with no purchases in the last 90 days"],
    ],
  ],
  distinct: [
    [
      {...channel, ...d90},
      [3, own(2), "Different values of channel among purchases: 3 in the last 90 days; usually 2"],
      [0, own(1), "Different values of channel among purchases: none in the last 90 days; usually 1"],
    ],
  ],
  entropy: [
    [
      {...channel, ...d90},
      [
        1,
        own(0),
        "Purchases: spread as over 2 equally common values of channel in the last 90 days; usually all with the same channel",
      ],
      [0, {}, "Purchases: all with the same channel in the last 90 days"],
      [NEVER, {}, "Purchases: none in the last 90 days"],
    ],
  ],
  last: [
    [
      channel,
      [1, {levels: ["store", "web"]}, "Channel of the last purchase: web"],
      [NEVER, {levels: ["store", "web"]}, "Channel of the last purchase: not known"],
    ],
  ],
  latest: [
    [
      {of: "table:accounts", column: "open_invoices", unit: "invoices"},
      [3, own(1), "Last known open invoices: 3 invoices; usually 1 invoice"],
      [NEVER, {}, "Last known open invoices: not known"],
    ],
    [
      {of: "table:accounts", column: "has_app", unit: "yes = 1"},
      [1, own(0), "Last known has app: yes; usually no"],
    ],
    [
      {of: "table:accounts", column: "balance", unit: "EUR"},
      [9.5, own(20), "Last known balance: EUR 9.50; usually EUR 20"],
    ],
    [
      {of: "table:accounts", column: "age", unit: ""},
      [41, stayers(38), "Last known age: 41; typical of those who stay: 38"],
    ],
  ],
  yearSine: [
    [{of: "cutoff"}, [0.5, own(1), "Date of the cutoff: where in the year it lies, spring against autumn"]],
  ],
  yearCosine: [
    [{of: "cutoff"}, [0.5, {}, "Date of the cutoff: where in the year it lies, winter against summer"]],
  ],
  monthSine: [[{of: "cutoff"}, [0.5, {}, "Date of the cutoff: where in the month it lies"]]],
  monthCosine: [[{of: "cutoff"}, [0.5, {}, "Date of the cutoff: where in the month it lies"]]],
  toMonthEnd: [[{of: "cutoff"}, [1, {}, "Date of the cutoff: 1 day before the next month"]]],
  toQuarterEnd: [[{of: "cutoff"}, [30, {}, "Date of the cutoff: 30 days before the next quarter"]]],
  toYearEnd: [[{of: "cutoff"}, [92, {}, "Date of the cutoff: 92 days before the next year"]]],
};

const cases = Object.entries(SENTENCES).flatMap(([measure, of]) =>
  of.flatMap(([more, ...rows]) =>
    rows.map(([value, options, sentence]) => ({
      ...{measure, value, options, sentence},
      subject: subjectOf(declare({...more, measure: measure as Measure})),
    })),
  ),
);

test.each(cases)("sayFeature($measure, $value) is $sentence", ({subject, value, options, sentence}) => {
  expect(sayFeature(subject, value, options)).toBe(sentence);
});

test("sayFeature(subject, value) of a feature without declaration is its title with the value in its unit", () => {
  const names = ["p_alive", "expected_purchases", "expected_spend", "rfm_recency"];
  const [alive, purchases, spend, rfm] = subjectsOf([], {names, rows: 0, values: new Float64Array(0)});
  expect(sayFeature(alive!, 0.234, own(0.9))).toBe("Probability of still being a customer: 23%; usually 90%");
  expect(sayFeature(purchases!, 1, stayers(2.5))).toBe(
    "Expected days with a purchase in the horizon: 1 day; typical of those who stay: 2.5 days",
  );
  expect(sayFeature(spend!, 12.5, {currency: "EUR"})).toBe("Expected amount of a purchase: EUR 12.50");
  expect(sayFeature(rfm!, 2, own(5))).toBe("Seen how recently, in fifths: 2 of 5; usually 5 of 5");
  expect(sayFeature(rfm!, Number.NaN)).toBe("Seen how recently, in fifths: not known");
});

test("growsWithTime(subject) is what only rises, unless a window lets it fall; hasUsual(subject) what has a middle", () => {
  const of = (measure: Measure, days?: number) =>
    subjectOf(declare(days === undefined ? {measure} : {measure, days}));
  expect(["count", "days", "sum", "gapCount", "first"].every(m => growsWithTime(of(m as Measure)))).toBe(
    true,
  );
  expect(["recency", "mean", "gapMean"].some(m => growsWithTime(of(m as Measure)))).toBe(false);
  expect(growsWithTime(of("count", 90))).toBe(false);
  expect(growsWithTime(of("first", 90))).toBe(true);
  expect(
    ["change", "trend", "ownShare", "ownZ", "overdue", "last", "yearSine"].some(m =>
      hasUsual(of(m as Measure)),
    ),
  ).toBe(false);
  expect(hasUsual(of("count", 90))).toBe(true);
});

test("sayChange(subject, {from, to}) says what is, and what would leave the list", () => {
  const tickets = subjectOf(declare({of: "ticket", days: 90}));
  expect(sayChange(tickets, {from: 3, to: 1})).toBe("Tickets: 3 in the last 90 days; to leave the list: 1");
  expect(sayChange(tickets, {from: NEVER, to: 1})).toBe(
    "Tickets: none in the last 90 days; to leave the list: 1",
  );
  const change = subjectOf(declare({measure: "change", days: 90}));
  expect(sayChange(change, {from: -1, to: 0})).toBe(
    "Purchases: none in the last 90 days, after some in the 90 days before; to leave the list: as many in the last 90 days as in the 90 days before",
  );
});
