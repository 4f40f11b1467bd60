import {expect, test} from "vitest";
import {dateOf, dayOf} from "../../src/data/calendar.ts";
import {loadCustomerTables, rowKnownBefore} from "../../src/data/customer-table.ts";
import {besideDigest} from "../../src/ledger/beside.ts";
import {randomOf} from "../../src/random.ts";
import {folderOf, messageOf} from "./event-files.ts";

const SOURCE = {from: "crm.csv", customer: "id", known: "seen", columns: ["score", "calls"]};

const load = async (
  text: string,
  {customers = ["007", "b"], asOf}: {customers?: string[]; asOf?: number} = {},
) => (await loadCustomerTables({crm: SOURCE}, {folder: folderOf({"crm.csv": text}), customers, asOf})).crm!;

test("loadCustomerTables(sources) sorts rows by customer and time known, missing as NaN, and drops strangers", async () => {
  const text =
    "seen,id,calls,score\n2025-02-01,b,3,1.5\n2025-01-01,b,,-2e3\n2025-01-01,x,1,1\n2025-01-01T23:30:00-01:00,007,0,0.1\n";
  expect(await load(text)).toEqual({
    columns: ["score", "calls"],
    rows: 3,
    offsets: Int32Array.of(0, 1, 3),
    known: Int32Array.from(["2025-01-02", "2025-01-01", "2025-02-01"], dayOf),
    values: Float64Array.of(0.1, -2000, 1.5, 0, Number.NaN, 3),
    unknownCustomers: 1,
  });
});

test("rowKnownBefore(table, customer, t) is the last row known before t, of equal times the later one", async () => {
  const random = randomOf(4);
  const customers = Array.from({length: 6}, (_, c) => `c${c}`);
  const rows = Array.from({length: 150}, (_, i) => {
    const known = 20_000 + Math.floor(random() * 60);
    return {c: Math.floor(random() * 5), known, hour: Math.floor(random() * 3), score: i};
  });
  const lines = rows.map(({c, known, hour, score}) => `c${c},${dateOf(known)}T0${hour}:00:00Z,${score},`);
  const text = `id,seen,score,calls\n${lines.join("\n")}\n`;
  const table = await load(text, {customers});
  for (let t = 19_998; t < 20_065; t++) {
    const cut = await (t % 20 === 0 ? load(text, {customers, asOf: t}) : undefined);
    for (let c = 0; c < 6; c++) {
      const own = rows.filter(row => row.c === c && row.known < t);
      const last = own.toSorted((a, b) => a.known - b.known || a.hour - b.hour).at(-1);
      const row = rowKnownBefore(table, c, t);
      expect(row < 0 ? undefined : table.values[row]).toBe(last?.score);
      if (cut) expect(cut.offsets[c + 1]! - cut.offsets[c]!).toBe(own.length);
    }
  }
});

test("loadCustomerTables(sources) names the first row that cannot be read, and a column that is missing", async () => {
  const header = "id,seen,score,calls\n";
  expect(await messageOf(load(`${header}b,2025-01-01,1,2\nb,2025-01-01,1,many\n`))).toBe(
    'DataError: crm.csv row 2, calls: the value is no number ("many"); correct or remove the row',
  );
  expect(await messageOf(load(`${header}b,,1,2\n`))).toBe(
    "DataError: crm.csv row 1, seen: the time at which it was known is missing; correct or remove the row",
  );
  expect(await messageOf(load(`${header},2025-01-01,1,2\n`))).toBe(
    "DataError: crm.csv row 1, id: the customer is missing; correct or remove the row",
  );
  expect(await messageOf(load("id,seen,score\nb,2025-01-01,1\n"))).toBe(
    'DataError: crm.csv has no column "calls", it has "id", "seen", "score"; correct tables.crm.columns',
  );
});

test("besideDigest({tables}) is the same for rows in another order, and another for another value or customer", async () => {
  const lines = ["b,2025-01-01,1,2", "b,2025-02-01,1,", "007,2025-01-01,3,4"];
  const digestOf = async (own: string[]) =>
    besideDigest({tables: {crm: await load(`id,seen,score,calls\n${own.join("\n")}\n`)}});
  const digest = await digestOf(lines);
  expect(await digestOf(lines.toReversed())).toBe(digest);
  const others = [
    ["b,2025-01-01,1,3", ...lines.slice(1)],
    [lines[0]!, "b,2025-02-01,1,0", lines[2]!],
    [...lines.slice(0, 2), "b,2025-01-01,3,4"],
  ];
  for (const own of others) expect(await digestOf(own)).not.toBe(digest);
  expect(besideDigest({})).toBeNull();
});
