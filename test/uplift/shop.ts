// The simulated shop's campaign as a trial, with the truth of each row beside it.
import {dayOf} from "../../src/data/calendar.ts";
import {type EventLog, eventLogOf} from "../../src/data/event-log.ts";
import {simulateShop} from "../../src/data/simulate.ts";
import type {Matrix} from "../../src/features/matrix.ts";
import {computeFeatures} from "../../src/features/sweep.ts";
import type {FeatureDeclaration} from "../../src/study.ts";
import {type ContactTrial, contactTrial} from "../../src/uplift/contacts.ts";
import type {UpliftTruth} from "../../src/uplift/learn/recovery.ts";
import type {UpliftData} from "../../src/uplift/uplift-data.ts";

// The features of the demo study, and its segment.
// biome-ignore format: one feature a line reads as a table
const DECLARED: readonly (Omit<FeatureDeclaration, "actionable"> & {actionable?: boolean})[] = [
    {name: "tenure", title: "Days since joining", unit: "days", of: "join", measure: "first"},
    {name: "renewals", title: "Renewals so far", unit: "renewals", of: "renewal", measure: "count"},
    {name: "last_renewal", title: "Days since the last renewal", unit: "days", of: "renewal", measure: "recency"},
    {name: "orders_30d", title: "Orders in the last 30 days", unit: "orders", of: "purchase", measure: "count", days: 30},
    {name: "orders_90d", title: "Orders in the last 90 days", unit: "orders", of: "purchase", measure: "count", days: 90},
    {name: "orders_365d", title: "Orders in the last year", unit: "orders", of: "purchase", measure: "count", days: 365},
    {name: "spend_90d", title: "Spend in the last 90 days", unit: "EUR", of: "purchase", measure: "sum", days: 90},
    {name: "spend_365d", title: "Spend in the last year", unit: "EUR", of: "purchase", measure: "sum", days: 365},
    {name: "basket", title: "Usual size of an order", unit: "EUR", of: "purchase", measure: "mean", days: 365},
    {name: "since_order", title: "Days since the last order", unit: "days", of: "purchase", measure: "recency"},
    {name: "order_gap", title: "Usual days between orders", unit: "days", of: "purchase", measure: "gapMean", days: 365},
    {name: "order_gap_sd", title: "How irregular the orders are", unit: "days", of: "purchase", measure: "gapSd", days: 365},
    {name: "order_overdue", title: "How overdue the next order is", unit: "times the usual gap", of: "purchase", measure: "overdue", days: 365},
    {name: "orders_change_30d", title: "Orders: last 30 days against the 30 before", unit: "−1 to 1", of: "purchase", measure: "change", days: 30},
    {name: "orders_change_90d", title: "Orders: last 90 days against the 90 before", unit: "−1 to 1", of: "purchase", measure: "change", days: 90},
    {name: "orders_own_90d", title: "Orders in the last 90 days against the own usual", unit: "times the usual", of: "purchase", measure: "ownShare", days: 90},
    {name: "visits_30d", title: "Visits in the last 30 days", unit: "visits", of: "visit", measure: "count", days: 30},
    {name: "visits_90d", title: "Visits in the last 90 days", unit: "visits", of: "visit", measure: "count", days: 90},
    {name: "visits_change_30d", title: "Visits: last 30 days against the 30 before", unit: "−1 to 1", of: "visit", measure: "change", days: 30},
    {name: "visits_change_90d", title: "Visits: last 90 days against the 90 before", unit: "−1 to 1", of: "visit", measure: "change", days: 90},
    {name: "visits_trend_84d", title: "Trend of visits over twelve weeks", unit: "visits a week", of: "visit", measure: "trend", days: 84, step: 7},
    {name: "since_visit", title: "Days since the last visit", unit: "days", of: "visit", measure: "recency"},
    {name: "open_rate_90d", title: "Share of e-mails opened, last 90 days", unit: "share", of: "email_open", measure: "ratio", against: "email_sent", days: 90, actionable: true},
    {name: "opens_change_90d", title: "E-mails opened: last 90 days against the 90 before", unit: "−1 to 1", of: "email_open", measure: "change", days: 90, actionable: true},
    {name: "tickets_90d", title: "Support tickets in the last 90 days", unit: "tickets", of: "ticket", measure: "count", days: 90, actionable: true},
    {name: "tickets", title: "Support tickets so far", unit: "tickets", of: "ticket", measure: "count", actionable: true},
    {name: "from_partner", title: "Joined through a partner", unit: "yes = 1", of: "join", measure: "share", against: "channel=partner"},
  {name: "channel", title: "Joined through", unit: "channel", of: "join", measure: "last", against: "channel"},
];
const FEATURES: readonly FeatureDeclaration[] = DECLARED.map(one => ({
  ...one,
  actionable: one.actionable ?? false,
}));

export type ShopTrial = {
  readonly data: UpliftData;
  readonly truth: UpliftTruth;
  readonly found: ContactTrial["counts"];
};

/** A shop's campaign: fewer rows than customers, since most are no members on its day. */
export async function shopTrial({customers, seed}: {customers: number; seed: number}): Promise<ShopTrial> {
  const shop = simulateShop({customers, seed});
  const log: EventLog = eventLogOf(
    shop.events.map(({customer, time, type, amount, attributes}) => ({
      ...{customer, day: dayOf(time.slice(0, 10)), type, attributes},
      ...(amount === undefined ? {} : {amount}),
    })),
    {lastDay: dayOf(shop.lastDay)},
  );
  const index = new Map(log.customers.map((id, c) => [id, c]));
  const {x, trial, ids, counts} = await contactTrial(
    log,
    {
      customer: Int32Array.from(shop.campaigns, ({customer}) => index.get(customer) ?? -1),
      day: Int32Array.from(shop.campaigns, ({time}) => dayOf(time.slice(0, 10))),
      treated: Uint8Array.from(shop.campaigns, ({arm}) => (arm === "treated" ? 1 : 0)),
      unknownCustomers: 0,
    },
    {
      churn: {
        kind: "contract",
        start: "join",
        renew: "renewal",
        end: "cancel",
        graceDays: 14,
        term: {months: 1},
      },
      ...{horizon: {months: 3}, activity: "purchase", propensity: 0.5},
      features: cohort => computeFeatures(log, cohort, {features: FEATURES}),
    },
  );
  const effects = new Map(shop.truth.effects.map(one => [one.customer, one]));
  const own = Array.from(trial.customer, c => effects.get(log.customers[c]!)!);
  return {
    data: {x, trial, ids: ids.map(id => `${seed}-${id}`)},
    truth: {uplift: Float64Array.from(own, ({effect}) => -effect), segment: own.map(({segment}) => segment)},
    found: counts,
  };
}

/** Several shops as one, with customers of their own. */
export async function shopsTrial(shops: readonly {customers: number; seed: number}[]): Promise<ShopTrial> {
  const parts: ShopTrial[] = [];
  for (const shop of shops) parts.push(await shopTrial(shop));
  return parts.reduce(joined);
}

function joined(a: ShopTrial, b: ShopTrial): ShopTrial {
  const [n, m] = [a.data.x.rows, b.data.x.rows];
  const values = new Float64Array((n + m) * a.data.x.names.length);
  a.data.x.names.forEach((_, j) => {
    values.set(a.data.x.values.subarray(j * n, (j + 1) * n), j * (n + m));
    values.set(b.data.x.values.subarray(j * m, (j + 1) * m), j * (n + m) + n);
  });
  const both = (of: (trial: UpliftData["trial"]) => Float64Array) =>
    Float64Array.from([...of(a.data.trial), ...of(b.data.trial)]);
  const x: Matrix = {...a.data.x, rows: n + m, values};
  return {
    found: b.found,
    data: {
      x,
      trial: {
        outcome: both(t => t.outcome),
        propensity: both(t => t.propensity),
        treated: Uint8Array.from([...a.data.trial.treated, ...b.data.trial.treated]),
        customer: Int32Array.from([
          ...a.data.trial.customer,
          ...b.data.trial.customer.map(c => c + a.data.ids.length),
        ]),
      },
      ids: [...a.data.ids, ...b.data.ids],
    },
    truth: {
      uplift: Float64Array.from([...Array.from(a.truth.uplift), ...Array.from(b.truth.uplift)]),
      segment: [...a.truth.segment, ...b.truth.segment],
    },
  };
}
