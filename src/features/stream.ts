import {chunksOf, copyColumn, type Database, named, quoted, rowsOf} from "../data/database.ts";
import type {Day} from "../data/event-log.ts";
import type {FeatureDeclaration} from "../study.ts";
import {type Levels, levelsOf} from "./levels.ts";
import {type LogShape, type Plan, planFeatures} from "./plan.ts";
import type {Coded, Rollup} from "./rollup.ts";
import {isOf, rollupColumns} from "./rollup-sql.ts";
import {rowsOfCohort} from "./rows.ts";
import {fillSeason, sweepOf, type Values} from "./sweep-customers.ts";

export type RollupSource = {
  /**
   * Query for the events: customer (of any type that sorts), day (INTEGER), type, amount (BIGINT, in ten-thousandths,
   * NULL is missing), and the attributes by name.
   */
  readonly events: string;
  readonly features: readonly FeatureDeclaration[];
  readonly shape: LogShape;
};

export type StreamOptions = {
  /** Whole days, ascending. */
  readonly cutoffs: readonly Day[];
  readonly levels?: Levels;
  /** Single precision takes half the memory. */
  readonly single?: boolean;
  /** Entries that are in memory at a time, about. */
  readonly block?: number;
};

/** Features of every customer at every cutoff after its first day; rows by customer, then cutoff. */
export type StreamedFeatures = {
  readonly names: readonly string[];
  readonly rows: number;
  /** Position of the customer in ascending order of the ids, and the index of the cutoff, by row. */
  readonly customer: Int32Array;
  readonly cutoff: Int32Array;
  /** Column-major: row i of feature j is values[j * rows + i]. NaN is missing. */
  readonly values: Values;
};

/**
 * Computes features without the events in memory, from their roll-up in DuckDB: blocks of whole customers are read
 * into the same sweep as a log in memory. Events are taken as known on their day.
 */
export async function streamFeatures(
  database: Database,
  rollup: StoredRollup,
  {cutoffs, levels = {}, single = false, block = 1 << 19}: StreamOptions,
): Promise<StreamedFeatures> {
  const {plan, shape, customers} = rollup;
  const cohort = everyCutoff(rollup.firstDay, cutoffs);
  const rows = rowsOfCohort(cohort, {customers, unit: 1});
  const values = new (single ? Float32Array : Float64Array)(cohort.rows * plan.features.length);
  const attributes = Object.fromEntries(
    Object.entries(shape.attributes).map(([name, texts]) => [name, {values: texts}]),
  );
  const sweep = sweepOf(plan, {
    ...{unit: 1, tables: {}},
    codeValues: plan.codes.map(({attribute}) => shape.attributes[attribute]!.length),
    levels: levelsOf(levels, plan, attributes),
  });
  fillSeason(plan, rows, cutoffs, values);
  for await (const part of blocksOf(database, rollup, block)) sweep(part, rows, values);
  const names = plan.features.map(({declaration}) => declaration.name);
  return {names, rows: cohort.rows, customer: cohort.customer, cutoff: cohort.cutoff, values};
}

/**
 * What is in DuckDB: `rollup_day` (c, day, columns), `rollup_customer` (customer, c) and, by codes q,
 * `rollup_code_<q>` (c, day, code, n); c is the position of the customer in ascending order. All are stored in that
 * order, so that a block of customers is read from its own rows alone.
 */
export type StoredRollup = {
  readonly plan: Plan;
  readonly shape: LogShape;
  readonly customers: number;
  /** By customer. */
  readonly firstDay: Int32Array;
  readonly entries: Int32Array;
  /** By codes, by customer. */
  readonly codeEntries: readonly Int32Array[];
};

/**
 * Rolls events up in DuckDB once: a row a customer and day. {@link dropRollup} removes it.
 * @throws DataError when a declaration reads something that the log does not have.
 * @throws RangeError for features of campaigns or tables.
 */
export async function storeRollup(
  database: Database,
  {events, features, shape}: RollupSource,
): Promise<StoredRollup> {
  const plan = planFeatures(features, shape);
  if (shape.campaigns || plan.tables.length > 0)
    throw new RangeError("storeRollup requires features of events alone, got campaigns or tables");
  const {connection} = database;
  const columns = rollupColumns(plan)
    .map(column => `, ${column}`)
    .join("");
  await connection.run(
    `CREATE TABLE rollup_plain AS SELECT customer, day${columns} FROM (${events}) GROUP BY customer, day`,
  );
  await connection.run(
    `CREATE TABLE rollup_customer AS
       SELECT customer, (row_number() OVER (ORDER BY customer) - 1)::INTEGER AS c, n, first FROM (
         SELECT customer, count(*)::INTEGER AS n, min(day) AS first FROM rollup_plain GROUP BY customer)`,
  );
  await connection.run(
    `CREATE TABLE rollup_day AS SELECT c, p.* EXCLUDE (customer)
       FROM rollup_plain p JOIN rollup_customer USING (customer) ORDER BY c, day;
     DROP TABLE rollup_plain`,
  );
  const codeEntries: Int32Array[] = [];
  const customers = Number(
    (await rowsOf<{n: bigint}>(database, "SELECT count(*) AS n FROM rollup_customer"))[0]!.n,
  );
  for (const [q, {types, attribute}] of plan.codes.entries()) {
    const texts = shape.attributes[attribute]!.map((text, code) => `(${quoted(text)}, ${code})`);
    const codes = texts.join(", ") || "(NULL::VARCHAR, 0)";
    await connection.run(
      `CREATE TABLE rollup_code_${q} AS SELECT c, day, code, count(*)::INTEGER AS n
         FROM (${events}) e JOIN rollup_customer USING (customer)
         JOIN (VALUES ${codes}) v(text, code) ON v.text = e.${named(attribute)}
         WHERE ${isOf({types})} GROUP BY c, day, code ORDER BY c, day, code`,
    );
    const counted = `SELECT coalesce(k, 0)::INTEGER AS n FROM rollup_customer LEFT JOIN
      (SELECT c, count(*) AS k FROM rollup_code_${q} GROUP BY c) USING (c) ORDER BY c`;
    codeEntries.push((await columnsOf(database, counted, [new Int32Array(customers)]))[0]!);
  }
  const [entries, firstDay] = await columnsOf(database, "SELECT n, first FROM rollup_customer ORDER BY c", [
    new Int32Array(customers),
    new Int32Array(customers),
  ]);
  return {plan, shape, customers, firstDay: firstDay!, entries: entries!, codeEntries};
}

type Column = Int32Array | Float64Array | Float32Array;

/** Reads a query of numeric columns without NULL into arrays of its length and of the columns' types. */
export async function columnsOf<T extends Column>(
  database: Database,
  sql: string,
  into: readonly T[],
): Promise<readonly T[]> {
  let at = 0;
  for await (const chunk of chunksOf(database, sql)) {
    for (let j = 0; j < into.length; j++) copyColumn(chunk, j, at, into[j]!);
    at += chunk.rowCount;
  }
  return into;
}

/** Every customer at every cutoff t after the start of its first day: first day < t. */
function everyCutoff(firstDay: Int32Array, cutoffs: readonly Day[]) {
  let rows = 0;
  for (const first of firstDay) for (const t of cutoffs) if (first < t) rows += 1;
  const customer = new Int32Array(rows);
  const cutoff = new Int32Array(rows);
  let i = 0;
  for (let c = 0; c < firstDay.length; c++)
    for (let k = 0; k < cutoffs.length; k++) {
      if (firstDay[c]! >= cutoffs[k]!) continue;
      customer[i] = c;
      cutoff[i++] = k;
    }
  return {rows, customer, cutoff, cutoffs};
}

/** Blocks of whole customers in turn; the arrays of one are used again by the next. */
async function* blocksOf(
  database: Database,
  {plan, customers, entries, codeEntries}: StoredRollup,
  block: number,
): AsyncGenerator<Rollup> {
  const bounds = [0];
  let most = 0;
  for (let c = 0, n = 0; c < customers; c++) {
    n += entries[c]!;
    most = Math.max(most, n);
    if (n < block && c < customers - 1) continue;
    bounds.push(c + 1);
    n = 0;
  }
  const day = new Int32Array(most);
  const counts = plan.histories.map(() => new Int32Array(most));
  const amounts = plan.histories.map(h => (h.amounts ? new Int32Array(most) : undefined));
  const sums = plan.histories.map(h => (h.amounts ? new Float64Array(most) : undefined));
  const names = ["day"];
  const into: Column[] = [day];
  for (let h = 0; h < plan.histories.length; h++) {
    names.push(`n${h}`, ...(amounts[h] ? [`a${h}`, `s${h}::DOUBLE`] : []));
    into.push(counts[h]!, ...(amounts[h] ? [amounts[h]!, sums[h]!] : []));
  }
  for (let b = 1; b < bounds.length; b++) {
    const [from, to] = [bounds[b - 1]!, bounds[b]!];
    const where = `WHERE c >= ${from} AND c < ${to}`;
    await columnsOf(database, `SELECT ${names.join(", ")} FROM rollup_day ${where} ORDER BY c, day`, into);
    const codes: Coded[] = [];
    for (const [q, of] of codeEntries.entries()) {
      const offsets = offsetsOf(of, from, to);
      const make = () => new Int32Array(offsets[to - from]!);
      const [at, code, count] = [make(), make(), make()];
      const sql = `SELECT day, code, n FROM rollup_code_${q} ${where} ORDER BY c, day, code`;
      await columnsOf(database, sql, [at, code, count]);
      codes.push({offsets, time: at, day: at, code, count});
    }
    const offsets = offsetsOf(entries, from, to);
    yield {first: from, customers: to - from, unit: 1, offsets, time: day, day, counts, amounts, sums, codes};
  }
}

function offsetsOf(entries: Int32Array, from: number, to: number): Int32Array {
  const offsets = new Int32Array(to - from + 1);
  for (let c = from; c < to; c++) offsets[c - from + 1] = offsets[c - from]! + entries[c]!;
  return offsets;
}

/** Removes what {@link storeRollup} made. */
export async function dropRollup({connection}: Database, {plan}: StoredRollup): Promise<void> {
  const tables = ["rollup_day", "rollup_customer", ...plan.codes.map((_, q) => `rollup_code_${q}`)];
  for (const table of tables) await connection.run(`DROP TABLE ${table}`);
}
