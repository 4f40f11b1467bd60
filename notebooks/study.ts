import {contract, defineStudy, every, months, type Study, triangular} from "churnbook";

export const study: Study = defineStudy({
  name: "demo-shop",
  title: "Who is about to leave the membership",
  events: {
    from: "data/events.csv.gz",
    customer: "customer_id",
    time: "happened_at",
    type: "type",
    amount: "amount",
    attributes: ["channel"],
    lastDay: "2026-07-14",
  },
  campaigns: {from: "data/campaigns.csv", customer: "customer_id", time: "happened_at", arm: "arm"},
  tables: {
    truth: {
      from: "data/truth/probability.csv",
      customer: "customer_id",
      known: "cutoff",
      columns: ["within"],
    },
  },
  // The shop is simulated: what no model can know says how good one could be.
  truth: {table: "truth", column: "within"},
  // biome-ignore format: one check a line reads as a table
  contract: {
    events: [
      {check: "missing", column: "customer_id", maxShare: 0},
      {check: "type", column: "happened_at", type: "date"},
      {check: "values", column: "type", of: ["join", "renewal", "cancel", "purchase", "visit", "email_sent", "email_open", "ticket"]},
      {check: "range", column: "amount", least: 0, most: 5000},
      {check: "values", column: "channel", of: ["search", "social", "store", "partner", "referral"]},
      {check: "unique", columns: ["customer_id", "happened_at", "type"], severity: "warning"},
      {check: "fresh", column: "happened_at", withinDays: 1},
      // A mailing brings ten times the usual day.
      {check: "volume", column: "happened_at", factor: 10, severity: "warning"},
    ],
    campaigns: [
      {check: "values", column: "arm", of: ["treated", "control"]},
      {check: "unique", columns: ["customer_id", "happened_at"]},
      {check: "references", column: "customer_id", to: "events.customer_id"},
    ],
  },
  churn: contract({start: "join", renew: "renewal", end: "cancel", graceDays: 14, term: months(1)}),
  activity: "purchase",
  cutoffs: every("month", {from: "2025-01", to: "2026-04"}),
  horizon: months(3),
  target: "within",
  split: {salt: "demo-shop", testFrom: "2026-03"},
  // biome-ignore format: one feature a line reads as a table
  features: [
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
  ],
  segments: [
    // The contracts with the partners promise their members the same offers.
    {
      name: "channel",
      title: "Joined through",
      unit: "channel",
      of: "join",
      measure: "last",
      against: "channel",
      sensitive: true,
    },
  ],
  economics: {
    contactCost: 2,
    offerCost: 10,
    customerValue: triangular(120, 180, 260),
    offerWorks: triangular(0.1, 0.2, 0.3),
    capacity: 0.1,
  },
  framing: {
    goal: "Keep members who would otherwise leave, at a cost below what they are worth.",
    decides: "The head of CRM decides each month how many members are contacted.",
    acts: "The service team calls the members on the list within two weeks of the cutoff.",
    success:
      "Members kept by the calls, measured against a random group that is not called, are worth more than the campaign costs.",
    stop: "Stop when two experiments in a row show no members kept, or when ranking by the last order alone does as well.",
    limits: [
      "The log says what members did, not why.",
      "It does not show whether a call changes anything: only an experiment can.",
      "Members who joined less than a month ago have hardly any history.",
    ],
  },
  card: {
    owner: "CRM analytics",
    contact: "crm-analytics@demo-shop.example",
    purpose: "Choose whom to call each month so that fewer members leave.",
    notFor: [
      "Deciding on prices, credit or service levels of a single person.",
      "Claims about what would happen if a member were called: the score is a risk, not an effect.",
    ],
    operation:
      "Scored on the first of each month; the list goes to the service team; retrained each quarter on the log of that day.",
    glossary: {
      Member: "A customer with a running paid membership.",
      Cutoff: "The day on which the list is made. Only events before it are used.",
      Leaving: "The membership ends and is not renewed within 14 days.",
    },
  },
});
