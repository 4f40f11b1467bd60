import {dayOf, monthStarts} from "../../src/data/calendar.ts";
import {type Database, quoted} from "../../src/data/database.ts";
import type {LogShape} from "../../src/features/plan.ts";
import type {FeatureDeclaration} from "../../src/study.ts";

const FIRST_DAY = dayOf("2023-01-01");
const TYPES = ["cart", "email_open", "purchase", "return", "support", "view"];
const CHANNELS = ["app", "phone", "store", "web"];

export const SHAPE: LogShape = {types: TYPES, attributes: {channel: CHANNELS}, campaigns: false, tables: {}};

/** 24 monthly cutoffs, the last at the end of the log. */
export const FEATURE_CUTOFFS: readonly number[] = monthStarts("2023-02", "2025-01");

/**
 * Writes a shop's log of two years to Parquet, the same every time: about 48 events a customer in sessions of one to
 * seven, in the order of their times.
 */
export async function writeFeatureLog({connection}: Database, path: string, events: number): Promise<void> {
  const customers = Math.round(events / 48.35);
  await connection.run(
    "CREATE OR REPLACE MACRO unit(a, b, s) AS (hash(a, b, s) >> 11)::DOUBLE / 9007199254740992.0",
  );
  await connection.run(
    `CREATE OR REPLACE TABLE person AS
       SELECT id, start, ending, greatest(1, round(rate * (ending - start)))::BIGINT AS sessions FROM (
         SELECT id, start, least(start + 20 - 700 * ln(1 - unit(id, 0, 3)), 730) AS ending,
           0.0027 - 0.0438 * ln(1 - unit(id, 0, 4)) AS rate
         FROM (SELECT id, CASE WHEN unit(id, 0, 1) < 0.4 THEN 0 ELSE 700 * unit(id, 0, 2) END AS start
               FROM range(${customers}) t(id)))`,
  );
  await connection.run(
    `COPY (
       SELECT 'c' || lpad(id::VARCHAR, 8, '0') AS customer,
         make_timestamp(${FIRST_DAY} * 86400000000 + (86400000000 * (start + (ending - start) * unit(id, k, 5)))::BIGINT
           + place * 180000000) AS time,
         CASE WHEN x < 0.52 THEN 'view' WHEN x < 0.69 THEN 'cart' WHEN x < 0.89 THEN 'purchase'
           WHEN x < 0.96 THEN 'email_open' WHEN x < 0.985 THEN 'support' ELSE 'return' END AS type,
         CASE WHEN x >= 0.69 AND x < 0.89
           THEN round(exp(3.2 + 1.8 * (unit(id, k * 8 + place, 7) + unit(id, k * 8 + place, 8) - 1)), 2) END::DECIMAL(18, 4) AS amount,
         CASE WHEN unit(id, k, 9) < 0.6 THEN 'web' WHEN unit(id, k, 9) < 0.85 THEN 'app'
           WHEN unit(id, k, 9) < 0.95 THEN 'store' ELSE 'phone' END AS channel
       FROM (SELECT id, start, ending, k, place, unit(id, k * 8 + place, 6) AS x
             FROM person, LATERAL unnest(range(sessions)) a(k), LATERAL unnest(range(1 + (hash(id, k, 10) % 7)::BIGINT)) b(place))
       ORDER BY time, customer, place
     ) TO ${quoted(path)} (FORMAT parquet, COMPRESSION zstd)`,
  );
  await connection.run("DROP TABLE person");
}

/** Query for the events of such a file, as {@link storeRollup} takes it. */
export const eventsOf = (path: string): string =>
  `SELECT customer, (CAST(time AS DATE) - DATE '1970-01-01')::INTEGER AS day, type, (amount * 10000)::BIGINT AS amount, channel
   FROM read_parquet(${quoted(path)})`;

type Declared = Pick<FeatureDeclaration, "name" | "of" | "measure"> & Partial<FeatureDeclaration>;

/** 33 features that other engines can compute, too. */
export const COMPARABLE: readonly FeatureDeclaration[] = (
  [
    ...["view", "cart", "purchase", "email_open", "support", "return"].map(of => ({
      ...{name: `since_${of}`, of, measure: "recency"},
    })),
    {name: "tenure", of: "*", measure: "first"},
    ...[7, 30, 90, 180, 365].flatMap(days => [
      {name: `orders_${days}`, of: "purchase", measure: "count", days},
      {name: `amount_${days}`, of: "purchase", measure: "sum", days},
      {name: `events_${days}`, of: "*", measure: "count", days},
    ]),
    ...(["gapCount", "gapMean", "gapSd", "gapCv", "overdue"] as const).map(measure => ({
      ...{name: measure.toLowerCase(), of: "purchase", measure},
    })),
    {name: "trend", of: "purchase", measure: "trend", days: 180, step: 30},
    {name: "amount_trend", of: "purchase", measure: "sumTrend", days: 180, step: 30},
    ...CHANNELS.map(channel => ({
      ...{name: `share_${channel}`, of: "*", measure: "share", against: `channel=${channel}`, days: 365},
    })),
  ] as Declared[]
).map(declared => ({title: declared.name, unit: "", actionable: false, ...declared}));
