import {expect, test} from "vitest";
import {type Database, named, rowsOf, withDatabase} from "../../src/data/database.ts";
import type {EventRow} from "../../src/data/event-log.ts";
import {shapeOf} from "../../src/features/plan.ts";
import {featureSql} from "../../src/features/sql.ts";
import {dropRollup, storeRollup, streamFeatures} from "../../src/features/stream.ts";
import {computeFeatures} from "../../src/features/sweep.ts";
import {CUTOFFS, DECLARATIONS, everybody, randomInputs, randomRows} from "./random-log.ts";

type Inputs = ReturnType<typeof randomInputs>;
const text = (value: string | number | undefined): string =>
  value === undefined || Number.isNaN(value)
    ? "NULL"
    : typeof value === "number"
      ? String(value)
      : `'${value.replaceAll("'", "''")}'`;

/** The inputs as the tables that the SQL reads. */
async function fillTables(
  database: Database,
  rows: readonly EventRow[],
  {log, campaigns, tables}: Inputs,
): Promise<void> {
  const values = (all: readonly (readonly (string | number | undefined)[])[]): string =>
    all.map(row => `(${row.map(text).join(", ")})`).join(", ");
  const events = rows.map(({customer, day, type, amount, attributes}) => [
    ...[log.customers.indexOf(customer), day, type],
    amount === undefined ? undefined : Math.round(amount * 10_000),
    attributes?.channel,
  ]);
  const {offsets, known, values: score} = tables.crm!;
  const crm = [...log.customers.keys()].flatMap(c =>
    Array.from(known.subarray(offsets[c], offsets[c + 1]), (day, i) => [c, day, i, score[offsets[c]! + i]!]),
  );
  const asked = CUTOFFS.flatMap((t, k) =>
    [...log.customers.keys()].map(c => [k * log.customers.length + c, c, t]),
  );
  const contacts = [...campaigns.customer.keys()].map(i => [
    campaigns.customer[i]!,
    campaigns.day[i]!,
    campaigns.treated[i]!,
  ]);
  for (const [name, columnsOf, all] of [
    ["event", "customer INTEGER, day INTEGER, type VARCHAR, amount BIGINT, channel VARCHAR", events],
    ["contact", "customer INTEGER, day INTEGER, treated INTEGER", contacts],
    ["table_crm", "customer INTEGER, known INTEGER, place INTEGER, score DOUBLE", crm],
    ["asked", "id INTEGER, customer INTEGER, cutoff INTEGER", asked],
  ] as const)
    await database.connection.run(
      `CREATE TABLE ${name} (${columnsOf}); INSERT INTO ${name} VALUES ${values(all)}`,
    );
}

test("featureSql(features) gives the bits of computeFeatures(log, cohort) for every measure", async () => {
  for (const seed of [1, 2]) {
    const rows = randomRows(seed);
    const inputs = randomInputs(seed, rows);
    const x = computeFeatures(inputs.log, everybody(inputs.log.customers.length, CUTOFFS), {
      ...{features: DECLARATIONS, campaigns: inputs.campaigns, tables: inputs.tables},
    });
    await withDatabase(async database => {
      await fillTables(database, rows, inputs);
      const shape = shapeOf(inputs.log, inputs);
      const {statements, query} = featureSql(DECLARATIONS, {shape, cutoffs: CUTOFFS, levels: x.categories});
      for (const statement of statements) await database.connection.run(statement);
      const found = await rowsOf<Record<string, number | null>>(
        database,
        `SELECT * FROM (${query}) ORDER BY id`,
      );
      expect(found).toHaveLength(x.rows);
      for (const [j, {name, measure}] of DECLARATIONS.entries())
        for (let i = 0; i < x.rows; i++) {
          const [own, other] = [x.values[j * x.rows + i]!, found[i]![name] ?? Number.NaN];
          const about = `${name}, row ${i}: ${own}, in SQL ${other}`;
          // The entropy is a sum of logarithms in no fixed order.
          if (measure === "entropy" && !Number.isNaN(own))
            expect(Math.abs(own - other), about).toBeLessThanOrEqual(1e-12);
          else expect(Object.is(own, other) || own === other, about).toBe(true);
        }
    });
  }
});

test("featureSql(features) keeps to what many engines share", () => {
  const {log, ...beside} = randomInputs(1, randomRows(1));
  const {statements, query} = featureSql(DECLARATIONS, {shape: shapeOf(log, beside), cutoffs: CUTOFFS});
  const sql = [...statements, query].join("\n").replaceAll(/'[^']*'/g, "''");
  expect(sql).not.toMatch(
    /\b(ASOF|QUALIFY|FILTER|UNNEST|LIST|RANGE|PERCENTILE\w*|GROUP BY ALL)\b|::|\/\/|\[/i,
  );
});

test("streamFeatures(database, rollup) gives the bits of computeFeatures(log, cohort), in blocks of any size", async () => {
  const rows = randomRows(4);
  const {log} = randomInputs(4, rows);
  const features = DECLARATIONS.filter(
    ({of}) => !String(of).startsWith("campaign") && !String(of).startsWith("table"),
  );
  const n = log.customers.length;
  const x = computeFeatures(log, everybody(n, CUTOFFS), {features});
  const inputs = randomInputs(4, rows);
  for (const block of [1, 50, 100_000])
    await withDatabase(async database => {
      await fillTables(database, rows, inputs);
      await database.connection.run(
        `CREATE TABLE person AS SELECT * FROM (VALUES ${log.customers
          .map((id, c) => `(${c}, ${text(id)})`)
          .join(", ")}) v(customer, name)`,
      );
      const events = `SELECT name AS customer, day, type, amount, channel AS ${named("channel")}
        FROM event JOIN person USING (customer)`;
      const rollup = await storeRollup(database, {events, features, shape: shapeOf(log)});
      const levels = x.categories!;
      const made = await streamFeatures(database, rollup, {cutoffs: CUTOFFS, levels, block});
      await dropRollup(database, rollup);
      expect(made.names).toEqual(x.names);
      const firstDay = log.customers.map((_, c) => log.day[log.offsets[c]!]!);
      expect(made.rows).toBe(CUTOFFS.reduce((sum, t) => sum + firstDay.filter(day => day < t).length, 0));
      for (let i = 0; i < made.rows; i++) {
        const row = made.cutoff[i]! * n + made.customer[i]!;
        features.forEach(({name}, j) => {
          const [own, other] = [x.values[j * x.rows + row]!, made.values[j * made.rows + i]!];
          expect(Object.is(own, other) || own === other, `${name}: ${own}, streamed ${other}`).toBe(true);
        });
      }
      expect(await rowsOf(database, "SELECT 1 FROM duckdb_tables() WHERE table_name LIKE 'rollup%'")).toEqual(
        [],
      );
    });
});
