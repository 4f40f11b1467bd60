import {createHash} from "node:crypto";
import {dateOf} from "./calendar.ts";
import {chunksOf, type Database} from "./database.ts";
import {byCodeUnit} from "./event-log.ts";
import type {Ingested} from "./ingest.ts";

/** Form of the canonical rows; another number is another digest of the same events. */
const FORM = 1;

/** What events carry beside customer, time, type and amount. */
export type Shape = Pick<Ingested, "attributes" | "known" | "ids">;

/** The rows of one month, by the time at which they were known, or their own where that is not known. */
export type Partition = {
  /** YYYY-MM. */
  readonly month: string;
  /** sha256 of its canonical rows under a heading of its own, hex. */
  readonly digest: string;
  readonly rows: number;
};

/** Attributes in code-unit order of their names, with their places in the table. */
export const byName = (attributes: readonly string[]): {name: string; i: number}[] =>
  attributes.map((name, i) => ({name, i})).sort((a, b) => byCodeUnit(a.name, b.name));

/**
 * Brings `events` and `superseded` into one table `canonical` in canonical order, by the UTF-8 bytes of the
 * texts in turn, missing first, with the month of each row, counted from year 0, and drops the two.
 */
export async function sortEvents({connection}: Database, {attributes, known, ids}: Shape): Promise<void> {
  const keys = [
    ...["customer", "time", "type", "amount NULLS FIRST"],
    ...[...(known ? ["known"] : []), ...(ids ? ["id NULLS FIRST"] : [])],
    ...byName(attributes).map(({i}) => `"@${i}" NULLS FIRST`),
  ];
  const moment = known ? "known" : "time";
  await connection.run(
    `CREATE TABLE canonical AS SELECT *, (year(${moment}) * 12 + month(${moment}) - 1)::INTEGER AS "$month"
       FROM (SELECT * FROM events UNION ALL SELECT * FROM superseded) ORDER BY ${keys.join(", ")};
     DROP TABLE events; DROP TABLE superseded`,
  );
}

/**
 * SQL for the canonical rows, in order: every field as its length in UTF-8 bytes, a colon, the text and a comma,
 * a missing one as `-` and a comma; fields are customer, microseconds since 1970 (UTC), type, amount in
 * ten-thousandths, where there are such columns the microseconds of the time known and the id, then the
 * attributes in code-unit order of their names.
 */
export function canonicalRows({attributes, known, ids}: Shape): string {
  const fields = [
    "customer",
    "epoch_us(time)::VARCHAR",
    "type",
    "CAST(CAST(amount * 10000 AS DECIMAL(28,0)) AS VARCHAR)",
    ...(known ? ["epoch_us(known)::VARCHAR"] : []),
    ...(ids ? ["id"] : []),
    ...byName(attributes).map(({i}) => `"@${i}"`),
  ];
  return fields.map(field => `coalesce(strlen(${field}) || ':' || ${field} || ',', '-,')`).join(" || ");
}

/**
 * sha256 over a heading and the canonical rows, each ended by a line feed, of all events and of each partition.
 * The heading, in fields as above: `churnbook-events`, with `+known` and `+id` where there are such columns, the
 * form, the last fully observed day, and the names of the attributes in order. The heading of a partition begins
 * with `churnbook-partition` and holds no day: what is known of a past month is the same in every later snapshot.
 */
export async function digestsOf(
  database: Database,
  {lastDay, ...shape}: Shape & Pick<Ingested, "lastDay">,
): Promise<{digest: string; partitions: Partition[]}> {
  const columns = `${shape.known ? "+known" : ""}${shape.ids ? "+id" : ""}`;
  const names = byName(shape.attributes).map(({name}) => name);
  const hashUnder = (kind: string, ...fields: string[]) =>
    createHash("sha256").update(
      headingOf([`churnbook-${kind}${columns}`, String(FORM), ...fields, ...names]),
    );
  const hash = hashUnder("events", dateOf(lastDay));
  const parts = new Map<number, {hash: ReturnType<typeof createHash>; rows: number}>();
  const sql = `SELECT ${canonicalRows(shape)} AS line, "$month" FROM canonical`;
  for await (const chunk of chunksOf(database, sql)) {
    const lines = chunk.getColumnValues(0) as string[];
    hash.update(`${lines.join("\n")}\n`);
    for (const [month, own] of Map.groupBy(lines.keys(), monthIn(chunk.getColumnValues(1) as number[]))) {
      const part = parts.get(month) ?? {hash: hashUnder("partition"), rows: 0};
      part.hash.update(`${own.map(i => lines[i]).join("\n")}\n`);
      parts.set(month, {hash: part.hash, rows: part.rows + own.length});
    }
  }
  const partitions = [...parts]
    .sort(([a], [b]) => a - b)
    .map(([month, part]) => ({month: monthText(month), digest: part.hash.digest("hex"), rows: part.rows}));
  return {digest: hash.digest("hex"), partitions};
}

const monthIn =
  (months: readonly number[]) =>
  (i: number): number =>
    months[i]!;

const headingOf = (fields: readonly string[]): string =>
  `${fields.map(text => `${Buffer.byteLength(text)}:${text},`).join("")}\n`;

/** A month counted from year 0, written YYYY-MM, and back. */
const monthText = (month: number): string =>
  `${String(Math.floor(month / 12)).padStart(4, "0")}-${String((month % 12) + 1).padStart(2, "0")}`;

export const monthNumber = (month: string): number =>
  Number(month.slice(0, -3)) * 12 + Number(month.slice(-2)) - 1;
