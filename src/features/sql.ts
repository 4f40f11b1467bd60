import {named, quoted} from "../data/database.ts";
import type {Day} from "../data/event-log.ts";
import type {FeatureDeclaration} from "../study.ts";
import type {Levels} from "./levels.ts";
import type {OfCutoff, OfHistory} from "./measures.ts";
import {type LogShape, type Plan, type PlannedFeature, planFeatures} from "./plan.ts";
import {isOf, rollupColumns} from "./rollup-sql.ts";
import {SEASON} from "./season.ts";
import {HISTORY_SQL, type WindowSql} from "./sql-measures.ts";

export type FeatureSqlOptions = {
  readonly shape: LogShape;
  /** Whole days. */
  readonly cutoffs: readonly Day[];
  readonly levels?: Levels | undefined;
};

/** Statements that make tables, and the query that reads one row for each row of `asked`: `id`, then the features. */
export type FeatureSql = {readonly statements: readonly string[]; readonly query: string};

/**
 * The features in SQL that many engines share: integer days, joins with small tables, SUM(CASE), window functions over
 * rows. It reads the tables `asked` (id, customer, cutoff), `event` (customer, day, type, amount in ten-thousandths, and
 * the attributes by name), `contact` (customer, day, treated) where there are campaigns, and `table_NAME` (customer,
 * known, place, columns), of two rows known on one day the one of the greater `place` counting. Missing is NULL.
 * Events are taken as known on their day.
 * @throws DataError when a declaration reads something that the log does not have.
 */
export function featureSql(features: readonly FeatureDeclaration[], options: FeatureSqlOptions): FeatureSql {
  const {shape} = options;
  const plan = planFeatures(features, shape);
  const statements = [rollupStatement(plan, shape), ...plan.histories.flatMap(gapStatement)];
  const windows = windowColumns();
  const columns: string[] = [];
  const joins: string[] = [];
  for (const [j, feature] of plan.features.entries()) {
    const {reads, declaration} = feature;
    let value: string;
    if (reads === "histories") value = HISTORY_SQL[declaration.measure as OfHistory](feature, windows);
    else {
      const own = {cutoff: seasonTable, codes: codeTable, tables: tableTable}[reads](feature, j, {
        plan,
        options,
      });
      statements.push(...own.statements);
      joins.push(own.join);
      value = own.value;
    }
    columns.push(`CAST(${value} AS DOUBLE) AS ${named(declaration.name)}`);
  }
  statements.push(...windows.statements());
  const from = ["asked", ...windows.joins(), ...joins].join("\n");
  return {statements, query: `SELECT id, ${columns.join(",\n  ")}\nFROM ${from}`};
}

function rollupStatement(plan: Plan, shape: LogShape): string {
  const attributes = Object.keys(shape.attributes);
  const contacts = `UNION ALL SELECT customer, day,
      CASE WHEN treated = 1 THEN 'campaign:treated' ELSE 'campaign:control' END AS type, CAST(NULL AS BIGINT) AS amount
      ${attributes.map(name => `, CAST(NULL AS VARCHAR) AS ${named(name)}`).join("")} FROM contact`;
  const events = `SELECT customer, day, type, amount${attributes.map(name => `, ${named(name)}`).join("")} FROM event`;
  return `CREATE TABLE rollup AS SELECT customer, day${rollupColumns(plan)
    .map(column => `, ${column}`)
    .join("")}
    FROM (${events} ${shape.campaigns ? contacts : ""}) AS entry GROUP BY customer, day`;
}

/** Neighbouring days of a history. */
function gapStatement({gaps}: Plan["histories"][number], h: number): string[] {
  if (!gaps) return [];
  return [
    `CREATE TABLE gap_${h} AS SELECT customer, day, previous FROM (
       SELECT customer, day, LAG(day) OVER (PARTITION BY customer ORDER BY day) AS previous FROM rollup WHERE n${h} > 0
     ) AS neighbour WHERE previous IS NOT NULL`,
  ];
}

const after = (days: number, column: string): string =>
  days === Number.POSITIVE_INFINITY ? "" : ` AND ${column} >= cutoff - ${days}`;
const before = (days: number, column: string): string => ` AND ${column} < cutoff - ${days}`;

/** Sums over windows, each a column made once: those of the roll-up in one table, those of gaps in one a history. */
function windowColumns(): WindowSql & {statements: () => string[]; joins: () => string[]} {
  const made = new Map<string, Map<string, string>>();
  const column = (table: string, name: string, sql: string): string => {
    if (!made.has(table)) made.set(table, new Map());
    made.get(table)!.set(name, sql);
    return `${table}.${name}`;
  };
  const id = (from: number, to: number): string => `${from}_${Number.isFinite(to) ? to : "all"}`;
  const of =
    (letter: string, aggregate: string, value: (h: number) => string, otherwise: string) =>
    (h: number, from: number, to: number): string => {
      const when = `n${h} > 0${after(to, "day")}${before(from, "day")}`;
      const sql = `${aggregate}(CASE WHEN ${when} THEN ${value(h)} ${otherwise} END)`;
      const name = column("counted", `${letter}${h}_${id(from, to)}`, sql);
      return otherwise === "" ? name : `COALESCE(${name}, 0)`;
    };
  return {
    events: of("n", "SUM", h => `n${h}`, "ELSE 0"),
    amounts: of("a", "SUM", h => `a${h}`, "ELSE 0"),
    sum: of("s", "SUM", h => `s${h}`, "ELSE 0"),
    days: of("d", "SUM", () => "1", "ELSE 0"),
    lastDay: of("x", "MAX", () => "day", ""),
    firstDay: of("f", "MIN", () => "day", ""),
    squares: (h, from, to) => {
      const when = `1 = 1${after(to, "previous")}${before(from, "day")}`;
      const sql = `SUM(CASE WHEN ${when} THEN (day - previous) * (day - previous) ELSE 0 END)`;
      return `COALESCE(${column(`spread_${h}`, `q${h}_${id(from, to)}`, sql)}, 0)`;
    },
    statements: () =>
      [...made].map(([table, columns]) => {
        const source = table === "counted" ? "rollup" : table.replace("spread", "gap");
        const sums = [...columns].map(([name, sql]) => `${sql} AS ${name}`).join(",\n  ");
        return `CREATE TABLE ${table} AS SELECT id AS of_${table}, ${sums}
          FROM asked JOIN ${source} ON ${source}.customer = asked.customer AND ${source}.day < asked.cutoff GROUP BY id`;
      }),
    joins: () => [...made.keys()].map(table => `LEFT JOIN ${table} ON ${table}.of_${table} = asked.id`),
  };
}

type Own = {statements: string[]; join: string; value: string};
type Context = {readonly plan: Plan; readonly options: FeatureSqlOptions};

function seasonTable({declaration}: PlannedFeature, j: number, {options}: Context): Own {
  const season = SEASON[declaration.measure as OfCutoff];
  const rows = options.cutoffs.map(t => `SELECT ${t} AS day, CAST('${season(t)}' AS DOUBLE) AS value`);
  return {
    statements: [`CREATE TABLE season_${j} AS ${rows.join(" UNION ALL ")}`],
    join: `LEFT JOIN season_${j} ON season_${j}.day = asked.cutoff`,
    value: `season_${j}.value`,
  };
}

function tableTable({source, edges}: PlannedFeature, j: number, {plan}: Context): Own {
  const {table, column} = plan.tables[source]!;
  const inside = `known < cutoff${after(edges[1]!, "known")}`;
  return {
    statements: [
      `CREATE TABLE latest_${j} AS SELECT id AS of_latest_${j}, value FROM (
         SELECT id, ${named(column)} AS value, ROW_NUMBER() OVER (PARTITION BY id ORDER BY known DESC, place DESC) AS age
         FROM asked JOIN ${named(`table_${table}`)} AS t ON t.customer = asked.customer AND ${inside}) AS ranked
       WHERE age = 1`,
    ],
    join: `LEFT JOIN latest_${j} ON of_latest_${j} = asked.id`,
    value: `latest_${j}.value`,
  };
}

function codeTable(feature: PlannedFeature, j: number, context: Context): Own {
  const {declaration, source, edges} = feature;
  const {types, attribute} = context.plan.codes[source]!;
  const text = `event.${named(attribute)}`;
  const events = `asked JOIN event ON event.customer = asked.customer AND event.day < asked.cutoff
    AND ${isOf({types})} AND ${text} IS NOT NULL${after(edges[1]!, "event.day")}`;
  const grouped = `SELECT id, ${text} AS text, COUNT(*) AS n FROM ${events} GROUP BY id, ${text}`;
  const join = `LEFT JOIN coded_${j} ON of_coded_${j} = asked.id`;
  const made = (value: string, from: string): string =>
    `CREATE TABLE coded_${j} AS SELECT id AS of_coded_${j}, ${value} AS value FROM (${from}) AS g`;
  if (declaration.measure === "distinct") {
    const statements = [`${made("COUNT(*)", grouped)} GROUP BY id`];
    return {statements, join, value: `COALESCE(coded_${j}.value, 0)`};
  }
  if (declaration.measure === "entropy") {
    const shares = `SELECT id, CAST(n AS DOUBLE) / SUM(n) OVER (PARTITION BY id) AS p FROM (${grouped}) AS s`;
    const statements = [`${made("-SUM(p * LN(p) / LN(2))", shares)} GROUP BY id`];
    return {statements, join, value: `coded_${j}.value`};
  }
  // The last day, and the greatest code on it, as one number.
  const values = context.options.shape.attributes[attribute]!;
  const last = `SELECT id, MAX(CAST(event.day AS BIGINT) * ${values.length} + code) AS number
    FROM ${events} JOIN code_${j} ON code_${j}.text = ${text} GROUP BY id`;
  const statements = [
    codeStatement(j, values, context.options.levels?.[declaration.name] ?? []),
    `${made("level", last)} JOIN code_${j} ON code = MOD(number, ${values.length})`,
  ];
  return {statements, join, value: `coded_${j}.value`};
}

/** The values of an attribute, their codes, and the level of each. */
function codeStatement(j: number, values: readonly string[], levels: readonly string[]): string {
  const rows = values.map((text, code) => {
    const level = levels.indexOf(text);
    return `SELECT ${quoted(text)} AS text, ${code} AS code, CAST(${level < 0 ? "NULL" : level} AS INTEGER) AS level`;
  });
  return `CREATE TABLE code_${j} AS ${rows.join(" UNION ALL ")}`;
}
