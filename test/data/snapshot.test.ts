import {createHash} from "node:crypto";
import {mkdirSync, readdirSync, readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {gzipSync} from "node:zlib";
import {expect, test} from "vitest";
import {takeSnapshot} from "../../src/bin/data-files.ts";
import {withDatabase} from "../../src/data/database.ts";
import {byCodeUnit, type EventLog, type EventRow, eventLogOf} from "../../src/data/event-log.ts";
import {loadEventLog} from "../../src/data/load.ts";
import {readManifest} from "../../src/data/snapshot.ts";
import {randomOf} from "../../src/random.ts";
import {folderOf, messageOf, snapshotOf, sourceOf} from "./event-files.ts";

const FIELDS = {amount: "eur", type: "what", attributes: ["shop", "Note"]};
const HEADER = "id,at,what,eur,shop,Note";

/** Rows with ids, types and texts whose order by bytes and by code units differ. */
function randomRows(n: number, seed: number) {
  const random = randomOf(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  return Array.from({length: n}, () => ({
    id: pick(["1", "01", "Z", "ä", "\uffee", "\u{1f600}", "\u{1f600}a", "b"]),
    day: pick([19999, 20000, 20001, 20002]),
    what: pick(["visit", "purchase", "\u{1f600}", "\uffee"]),
    eur: pick(["", "0", "1.5", "-2.25", "10.1234"]),
    shop: pick(["", "north", "\uffee", "\u{1f600}"]),
    note: pick(["", "a:b,c", "-"]),
  }));
}
type Row = ReturnType<typeof randomRows>[number];

const isoOf = (day: number) => new Date(day * 86_400_000).toISOString();
const lineOf = ({id, day, what, eur, shop, note}: Row) =>
  `${id},${isoOf(day)},${what},${eur},${shop},"${note}"`;
const csvOf = (rows: readonly Row[]) => `${HEADER}\n${rows.map(lineOf).join("\n")}\n`;

/** The digest by its definition, without the database. */
function digestByDefinition(rows: readonly Row[]): string {
  const field = (text: string | undefined) =>
    text === undefined ? "-," : `${Buffer.byteLength(text)}:${text},`;
  const money = (eur: string) => (eur === "" ? undefined : String(Math.round(Number(eur) * 10_000)));
  const cells = rows.map(({id, day, what, eur, shop, note}) => {
    const type = Number(eur) < 0 ? "cancellation" : what;
    return [id, String(day * 86_400_000_000), type, money(eur), note || undefined, shop || undefined];
  });
  const bytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
  cells.sort((a, b) => {
    for (let i = 0; i < a.length; i++) {
      const [x, y] = [a[i], b[i]];
      if (x === y) continue;
      if (x === undefined || y === undefined) return x === undefined ? -1 : 1;
      return i === 1 || i === 3 ? Number(x) - Number(y) : bytes(x, y);
    }
    return 0;
  });
  const last = isoOf(Math.max(...rows.map(row => row.day))).slice(0, 10);
  const heading = ["churnbook-events", "1", last, "Note", "shop"].map(field).join("");
  const lines = [heading, ...cells.map(row => row.map(field).join(""))];
  return createHash("sha256")
    .update(`${lines.join("\n")}\n`)
    .digest("hex");
}

test("writeSnapshot(rows) has the digest that the definition gives", async () => {
  const rows = randomRows(300, 1);
  const {manifest} = await snapshotOf(sourceOf(FIELDS), folderOf({"events.csv": csvOf(rows)}));
  expect(manifest.digest).toBe(digestByDefinition(rows));
});

test("writeSnapshot(rows) has one digest for any order, split, delimiter, column order, packing and Parquet", async () => {
  const rows = randomRows(300, 2);
  const digest = digestByDefinition(rows);
  const digestIn = async (files: Record<string, string | Uint8Array>, from: string | string[]) =>
    (await snapshotOf(sourceOf({...FIELDS, from}), folderOf(files))).manifest.digest;
  const csv = csvOf(rows);
  expect(await digestIn({"a.csv": csvOf(rows.toReversed())}, "a.csv")).toBe(digest);
  expect(await digestIn({"b.csv": csvOf(rows.slice(100)), "a.csv": csvOf(rows.slice(0, 100))}, "*.csv")).toBe(
    digest,
  );
  expect(await digestIn({"a.csv.gz": gzipSync(csv)}, "a.csv.gz")).toBe(digest);
  const tabs = rows.map(
    row => `${row.note}\t${row.shop}\t${row.eur}\t${row.what}\t${isoOf(row.day)}\t${row.id}`,
  );
  expect(await digestIn({"a.tsv": `Note\tshop\teur\twhat\tat\tid\n${tabs.join("\n")}\n`}, "a.tsv")).toBe(
    digest,
  );
  const folder = folderOf({"a.csv": csv});
  await withDatabase(async ({connection}) => {
    await connection.run(
      `COPY (SELECT * REPLACE ("at"::TIMESTAMP AS "at", eur::DOUBLE AS eur) FROM read_csv('${folder}/a.csv', all_varchar = true))
       TO '${folder}/a.parquet' (FORMAT parquet)`,
    );
  });
  const parquet = await snapshotOf(sourceOf({...FIELDS, from: "a.parquet"}), folder);
  expect(parquet.manifest.digest).toBe(digest);
});

test("writeSnapshot(rows) has another digest for another amount, text or last day", async () => {
  const rows = randomRows(20, 3);
  const digestOf = async (changed: Row[], fields = {}) =>
    (await snapshotOf(sourceOf({...FIELDS, ...fields}), folderOf({"events.csv": csvOf(changed)}))).manifest
      .digest;
  const digests = [
    await digestOf(rows),
    await digestOf([{...rows[0]!, eur: "7.7777"}, ...rows.slice(1)]),
    await digestOf([{...rows[0]!, note: "other"}, ...rows.slice(1)]),
    await digestOf(rows, {lastDay: "2025-12-31"}),
  ];
  expect(new Set(digests).size).toBe(4);
});

test("loadEventLog(folder) is the log that eventLogOf(rows) builds", async () => {
  const rows = randomRows(500, 4);
  const {log} = await snapshotOf(sourceOf(FIELDS), folderOf({"events.csv": csvOf(rows)}));
  const entries = rows.map(({id, day, what, eur, shop, note}): EventRow => {
    const attributes = {...(shop === "" ? {} : {shop}), ...(note === "" ? {} : {Note: note})};
    const type = Number(eur) < 0 ? "cancellation" : what;
    return {customer: id, day, type, attributes, ...(eur === "" ? {} : {amount: Number(eur)})};
  });
  const expected = eventLogOf(entries);
  for (const key of ["customers", "offsets", "day", "type", "types", "firstDay", "lastDay"] as const)
    expect(log[key], key).toEqual(expected[key]);
  for (const name of ["shop", "Note"])
    expect(log.attributes[name]!.values).toEqual(expected.attributes[name]!.values);
  expect(tiesSorted(log)).toEqual(tiesSorted(expected));
});

/** Entries as texts; those that agree in customer, day and type have no order of their own. */
function tiesSorted(log: EventLog): string[] {
  const texts: string[] = [];
  for (let c = 0; c < log.customers.length; c++)
    for (let i = log.offsets[c]!; i < log.offsets[c + 1]!; i++) {
      const [shop, note] = ["shop", "Note"].map(name => {
        const {codes, values} = log.attributes[name]!;
        return values[codes[i]!] ?? "(missing)";
      });
      const place = [String(c).padStart(3, "0"), log.day[i], String(log.type[i]).padStart(3, "0")];
      texts.push([...place, log.amount[i], shop, note].join(" "));
    }
  return texts.sort(byCodeUnit);
}

test("loadEventLog(folder) counts days before 1970 downwards", async () => {
  const {log} = await snapshotOf(
    sourceOf(),
    folderOf({"events.csv": "id,at\na,1969-12-31T23:59:59Z\na,1970-01-01T00:00:00Z\n"}),
  );
  expect([...log.day, log.firstDay, log.lastDay]).toEqual([-1, 0, -1, 0]);
});

test("loadEventLog(folder, {timesOfDay: true}) has milliseconds from 00:00 UTC, also before 1970", async () => {
  const times = ["1969-12-31T23:59:59.9996Z", "1970-01-01T00:00:00Z", "2024-05-01T23:00:00.25+02:00"];
  const {folder, log} = await snapshotOf(
    sourceOf(),
    folderOf({"events.csv": `id,at\n${times.map((time, i) => `c${i},${time}`).join("\n")}\n`}),
  );
  expect(log.timeOfDay).toBeUndefined();
  const timed = await loadEventLog(folder, {timesOfDay: true});
  expect([...timed.timeOfDay!]).toEqual([86_399_999, 0, 75_600_250]);
  expect([...timed.day]).toEqual([...log.day]);
});

test("loadEventLog(a folder of dates, {timesOfDay: true}) has no times of day: nothing is known of them", async () => {
  for (const timeZone of ["UTC", "Europe/Berlin"]) {
    const {folder} = await snapshotOf(
      sourceOf({timeZone}),
      folderOf({"events.csv": "id,at\na,2025-01-03\nb,2025-01-04\nb,2025-07-04\n"}),
    );
    expect((await loadEventLog(folder, {timesOfDay: true})).timeOfDay).toBeUndefined();
  }
});

test("writeSnapshot(rows) leaves a whole folder, the same bytes for the same files, and nothing beside it", async () => {
  const text = "id,at,eur\n1,2025-01-01,2\n2,oops,3\n";
  const source = sourceOf({amount: "eur", maxBadShare: 0.5});
  const [one, two] = [folderOf({"events.csv": text}), folderOf({"events.csv": text})];
  const first = await takeSnapshot(source, {folder: one, store: join(one, "store"), today: "2025-12-31"});
  const second = await takeSnapshot(source, {folder: two, store: join(two, "store"), today: "2025-12-31"});
  expect(readdirSync(join(one, "store")).sort()).toEqual(["partitions", "snapshots"]);
  expect(readdirSync(join(one, "store", "snapshots"))).toEqual([first.manifest.digest]);
  const [partition] = first.manifest.partitions;
  const names = ["manifest.json", "quarantine.csv"];
  expect(readdirSync(first.folder).sort()).toEqual(names);
  expect(readdirSync(join(one, "store", "partitions"))).toEqual([`${partition!.digest}.parquet`]);
  for (const name of [...names, join("..", "..", "partitions", `${partition!.digest}.parquet`)])
    expect(readFileSync(join(first.folder, name)).equals(readFileSync(join(second.folder, name))), name).toBe(
      true,
    );
  expect(readFileSync(join(first.folder, "quarantine.csv"), "utf8")).toBe(
    "file,row,column,value,reason\nevents.csv,2,at,oops,the time is no date or time of ISO 8601\n",
  );
  expect(await readManifest(first.folder)).toEqual(first.manifest);
  expect(first.manifest.sources).toEqual([
    {name: "events.csv", bytes: text.length, sha256: createHash("sha256").update(text).digest("hex")},
  ]);
});

test("writeSnapshot(the same rows again) keeps the events and says what was read this time", async () => {
  const folder = folderOf({"events.csv": "id,at\n1,2025-01-01\n"});
  const first = await snapshotOf(sourceOf(), folder);
  writeFileSync(join(first.folder, "marker"), "");
  writeFileSync(join(folder, "events.csv"), "at,id\n2025-01-01,1\n?,2\n");
  const second = await snapshotOf(sourceOf({maxBadShare: 0.5}), folder);
  expect(second.folder).toBe(first.folder);
  expect(readdirSync(second.folder)).toContain("marker");
  expect((await readManifest(second.folder)).quarantined).toEqual({"time-unreadable": 1});
});

test("writeSnapshot({attributes}) keeps an attribute that is named like a column of its own", async () => {
  const {log, manifest} = await snapshotOf(
    sourceOf({attributes: ["type"]}),
    folderOf({"events.csv": "id,at,type\n1,2025-01-01,x\n"}),
  );
  expect(log.attributes.type!.values).toEqual(["x"]);
  expect(manifest.schema.at(-1)).toEqual({column: "type_2", type: "VARCHAR", attribute: "type"});
});

test("loadEventLog(folder) refuses a folder that is no snapshot, and one of another version", async () => {
  const folder = folderOf({});
  expect(await messageOf(loadEventLog(folder))).toBe(
    `DataError: ${folder} is no snapshot, it has no manifest.json; run the study again`,
  );
  mkdirSync(join(folder, "s"));
  writeFileSync(join(folder, "s", "manifest.json"), '{"version": 9}');
  expect(await messageOf(loadEventLog(join(folder, "s")))).toBe(
    `DataError: ${join(folder, "s", "manifest.json")} is of version 9, this package reads 2; run the study again`,
  );
});
