import {expect, test} from "vitest";
import {rowsOf} from "../../src/data/database.ts";
import type {Ingested} from "../../src/data/ingest.ts";
import {ingest} from "../../src/data/ingest.ts";
import {folderOf, ingestText, messageOf, sourceOf} from "./event-files.ts";

const eventsIn = ({database}: Ingested) =>
  rowsOf<Record<string, string>>(
    database,
    "SELECT customer, time::VARCHAR AS time, type, amount::VARCHAR AS amount FROM events",
  );
const quarantineIn = ({database}: Ingested) =>
  rowsOf<Record<string, string>>(
    database,
    `SELECT file || ' ' || row || ' ' || "column" || ' ' || value || ': ' || reason AS line FROM quarantine`,
  ).then(rows => rows.map(row => row.line));
const checkOf = ({contract}: Ingested, name: string) => contract.find(({check}) => check === name);

test("ingest(file) refuses one that is not there, by its name", async () => {
  const folder = folderOf({});
  expect(await messageOf(ingest(sourceOf(), {folder}))).toBe(
    `DataError: events.from names events.csv, which is not in ${folder}; correct the path or put the file there`,
  );
  expect(await messageOf(ingest(sourceOf({from: "*.csv"}), {folder}))).toBe(
    `DataError: events.from names *.csv, which matches no file in ${folder}; correct the pattern or put the files there`,
  );
});

test("ingest(file) refuses an empty file, and one with a header only", async () => {
  expect(await messageOf(ingestText(""))).toBe(
    "DataError: events.csv is empty; give a file with one row an event",
  );
  expect(await messageOf(ingestText("id,at\n"))).toBe(
    "DataError: events.csv has a header but no rows; give a file with one row an event",
  );
});

test("ingest(file) refuses a file that is no Parquet", async () => {
  const folder = folderOf({"events.parquet": "id,at\n1,2025-01-01\n"});
  expect(await messageOf(ingest(sourceOf({from: "events.parquet"}), {folder}))).toMatch(
    /^DataError: events.parquet cannot be read as Parquet \(.+\); write the file again$/,
  );
});

test("ingest(file) names a column that is missing and those that are there", async () => {
  const text = "customer,at,eur\n1,2025-01-01,2\n";
  expect(await messageOf(ingestText(text))).toBe(
    'DataError: events.csv has no column "id", it has "customer", "at", "eur"; correct events.customer',
  );
  expect(await messageOf(ingestText(text, {customer: "customer", amount: "usd * 2"}))).toBe(
    'DataError: events.csv has no column "usd", it has "customer", "at", "eur"; correct events.amount',
  );
});

test("ingest(file) refuses an expression that is no SQL, or that SQL cannot evaluate", async () => {
  const text = "id,at,eur\n1,2025-01-01,2\n";
  expect(await messageOf(ingestText(text, {amount: "eur *"}))).toMatch(
    /^DataError: events.amount is no SQL expression: eur \* \(.*\); correct it$/,
  );
  expect(await messageOf(ingestText(text, {amount: "nofunction(eur)"}))).toMatch(
    /^DataError: events.amount cannot be evaluated: nofunction\(eur\) \(.*nofunction.*\); correct it$/,
  );
  expect(await messageOf(ingestText("id,at,eur\n1,2025-01-01,x\n", {type: "eur::INTEGER::VARCHAR"}))).toMatch(
    /^DataError: events.type or events.amount fails on a row \(.*\); correct the expression, try_cast .*$/,
  );
});

test("ingest({timeZone, timeFormat}) refuses a zone and a format that do not exist", async () => {
  const text = "id,at\n1,2025-01-01\n";
  expect(await messageOf(ingestText(text, {timeZone: "Berlin"}))).toBe(
    'DataError: events.timeZone "Berlin" is no IANA time zone; write it like "Europe/Berlin"',
  );
  expect(await messageOf(ingestText(text, {timeFormat: "%Q"}))).toBe(
    'DataError: events.timeFormat "%Q" is no strptime format; write it like "%d/%m/%Y %H:%M"',
  );
});

test("ingest({maxBadShare}) stops over the share and shows the first three places", async () => {
  const text = "id,at,eur\n1,2025-01-01,2\n2,2025-02-30,2\n,2025-01-02,2\n3,2025-01-03,x\n4,never,1\n";
  const fields = {amount: "eur"};
  expect(await messageOf(ingestText(text, fields))).toBe(
    'DataError: 4 bad rows of 5 (80%) are over events.maxBadShare 1%: events.csv row 2, at: the time is no date or time of ISO 8601 ("2025-02-30"); events.csv row 3, id: the customer is missing; events.csv row 4, eur: the amount is no number ("x"); correct the data, or allow more by maxBadShare: 0.8 in events',
  );
  const kept = await ingestText(text, {...fields, maxBadShare: 0.8});
  expect(await eventsIn(kept)).toEqual([
    {customer: "1", time: "2025-01-01 00:00:00", type: "purchase", amount: "2.0000"},
  ]);
  expect(await quarantineIn(kept)).toEqual([
    "events.csv 2 at 2025-02-30: the time is no date or time of ISO 8601",
    "events.csv 3 id : the customer is missing",
    "events.csv 4 eur x: the amount is no number",
    "events.csv 5 at never: the time is no date or time of ISO 8601",
  ]);
  expect(kept.quarantined).toEqual({"amount-unreadable": 1, "customer-missing": 1, "time-unreadable": 2});
  expect(checkOf(kept, "time-unreadable")).toEqual({
    check: "time-unreadable",
    severity: "warning",
    rows: 2,
    share: 0.4,
    message: "2 rows with a time that cannot be read, in quarantine",
  });
  kept.close();
});

test("ingest({stop: false}) reports what would stop as an error", async () => {
  const kept = await ingestText("id,at\n1,2025-01-01\n2,?\n", {}, {stop: false});
  expect(checkOf(kept, "time-unreadable")?.severity).toBe("error");
  kept.close();
});

test("ingest(file) with no good row says so", async () => {
  expect(await messageOf(ingestText("id,at\n1,?\n2,?\n", {maxBadShare: 1}))).toBe(
    "DataError: no event is left of 2 rows in events.csv; read the reasons with churnbook data check",
  );
});

test("ingest({lastDay}) quarantines what is later, and takes today where no last day is declared", async () => {
  const text = "id,at\n1,2025-01-31T23:59:59Z\n2,2025-02-01T00:00:00Z\n";
  const declared = await ingestText(text, {lastDay: "2025-01-31", maxBadShare: 0.5}, {today: "2026-01-01"});
  expect(await quarantineIn(declared)).toEqual([
    "events.csv 2 at 2025-02-01T00:00:00Z: the time lies after 2025-01-31",
  ]);
  expect(declared.lastDay).toBe(20119);
  declared.close();
  const read = await ingestText(text, {maxBadShare: 0.5}, {today: "2025-01-31"});
  expect(read.quarantined).toEqual({"time-future": 1});
  read.close();
  const free = await ingestText(text);
  expect([free.quarantined, free.lastDay]).toEqual([{}, 20120]);
  free.close();
});

test("ingest(source, {today}) says the same of the same rows on another day", async () => {
  const text = "id,at,eur\n1,2025-01-01,2\n2,2025-02-03,2\n";
  const [one, two] = [
    await ingestText(text, {}, {today: "2025-06-01"}),
    await ingestText(text, {}, {today: "2026-01-31"}),
  ];
  expect(one!.contract).toEqual(two!.contract);
  expect(one!.lastDay).toBe(two!.lastDay);
});

test("ingest(file) numbers rows as in the file, behind lines with too many or too few fields", async () => {
  const lines = ["1,2025-01-01", "2,2025-01-01,x", "only", '"3\n4",2025-01-01', "5,bad", "6", "7,worse"];
  const read = await ingestText(`id,at\n${lines.join("\n")}\n`, {maxBadShare: 1});
  expect(await quarantineIn(read)).toEqual([
    "events.csv 2  2,2025-01-01,x: has not 2 fields but 3",
    "events.csv 3  only: has not 2 fields but 1",
    "events.csv 5 at bad: the time is no date or time of ISO 8601",
    "events.csv 6  6: has not 2 fields but 1",
    "events.csv 7 at worse: the time is no date or time of ISO 8601",
  ]);
  expect((await eventsIn(read)).map(row => row.customer)).toEqual(["1", "3\n4"]);
  read.close();
});

test("ingest(file) quarantines lines that are not UTF-8", async () => {
  const read = await ingestText(Buffer.from("id,at\nM\xfcller,2025-01-01\nb,2025-01-01\n", "latin1"), {
    maxBadShare: 0.5,
  });
  expect(read.rows).toBe(1);
  expect((await quarantineIn(read))[0]).toMatch(/^events.csv 1 .*: is not UTF-8$/);
  read.close();
});

test("ingest(file) keeps the text of a customer id, leading zeros and case and spaces", async () => {
  const read = await ingestText('id,at\n00001,2025-01-01\n1,2025-01-01\nA,2025-01-01\n" a",2025-01-01\n');
  expect((await eventsIn(read)).map(row => row.customer)).toEqual(["00001", "1", "A", " a"]);
  expect(checkOf(read, "customer-spaces")?.rows).toBe(1);
  read.close();
});

test("ingest({amount}) multiplies columns of text and finds the one that is no number", async () => {
  const text =
    "id,at,Quantity,UnitPrice\n1,2025-01-01,6,2.55\n2,2025-01-01,-1,4.65\n3,2025-01-01,two,1\n4,2025-01-01,,1\n";
  const read = await ingestText(text, {amount: "Quantity * UnitPrice", maxBadShare: 0.3});
  expect(await eventsIn(read)).toEqual([
    {customer: "1", time: "2025-01-01 00:00:00", type: "purchase", amount: "15.3000"},
    {customer: "2", time: "2025-01-01 00:00:00", type: "cancellation", amount: "-4.6500"},
    {customer: "4", time: "2025-01-01 00:00:00", type: "purchase", amount: null},
  ]);
  expect(await quarantineIn(read)).toEqual(["events.csv 3 Quantity two: the amount is no number"]);
  expect(read.types).toEqual({cancellation: 1, purchase: 2});
  read.close();
});

test("ingest({negativeAmounts: 'exclude'}) leaves them out and counts them", async () => {
  const read = await ingestText(
    "id,at,eur\n1,2025-01-01,-2\n1,2025-01-01,0\n1,2025-01-01,\n1,2025-01-01,3\n",
    {
      amount: "eur",
      negativeAmounts: "exclude",
    },
  );
  expect([read.rowsRead, read.rows, read.quarantined]).toEqual([4, 3, {}]);
  expect(
    ["amount-negative", "amount-zero", "amount-missing"].map(name => checkOf(read, name)?.message),
  ).toEqual([
    "1 row with a negative amount, left out",
    "1 row with an amount of zero, kept",
    "1 row without an amount, of types that mostly have one, kept",
  ]);
  read.close();
});

test("ingest({amount}) reads decimal commas through replace, though most cells are plain numbers", async () => {
  const text = 'id,at,eur\n1,2025-01-01,"12,50"\n1,2025-01-01,3\n1,2025-01-01,4\n';
  const read = await ingestText(text, {amount: "replace(eur, ',', '.')"});
  expect((await eventsIn(read)).map(row => row.amount)).toEqual(["12.5000", "3.0000", "4.0000"]);
  read.close();
});

test("ingest({amount}) takes no infinity, no NaN and nothing too large for money", async () => {
  const read = await ingestText(
    "id,at,eur\n1,2025-01-01,inf\n1,2025-01-01,nan\n1,2025-01-01,1e20\n1,2025-01-01,1e3\n",
    {
      amount: "eur",
      maxBadShare: 1,
    },
  );
  expect(read.quarantined).toEqual({"amount-unreadable": 3});
  expect((await eventsIn(read))[0]!.amount).toBe("1000.0000");
  read.close();
});

test("ingest({type}) compares numbers with numbers and texts with texts", async () => {
  const text = "id,at,Invoice,Quantity\n1,2025-01-01,C9,-1\n1,2025-01-02,9,-1\n1,2025-01-03,9,2\n";
  const byText = await ingestText(text, {
    type: "CASE WHEN Invoice LIKE 'C%' THEN 'return' ELSE 'purchase' END",
  });
  expect((await eventsIn(byText)).map(row => row.type)).toEqual(["return", "purchase", "purchase"]);
  byText.close();
  const byNumber = await ingestText(text, {type: "CASE WHEN quantity < 0 THEN 'return' ELSE 'purchase' END"});
  expect((await eventsIn(byNumber)).map(row => row.type)).toEqual(["return", "return", "purchase"]);
  byNumber.close();
  const digits = await ingestText("id,at,Invoice\n1,2025-01-01,9\n", {
    type: "CASE WHEN Invoice LIKE 'C%' THEN 'return' ELSE 'purchase' END",
  });
  expect((await eventsIn(digits)).map(row => row.type)).toEqual(["purchase"]);
  digits.close();
});

test("ingest({type}) quarantines a missing type and refuses more than 256 types", async () => {
  const read = await ingestText("id,at,what\n1,2025-01-01,a\n1,2025-01-01,\n", {
    type: "what",
    maxBadShare: 0.5,
  });
  expect(read.quarantined).toEqual({"type-missing": 1});
  read.close();
  const many = Array.from({length: 257}, (_, i) => `1,2025-01-01,t${i}`).join("\n");
  expect(await messageOf(ingestText(`id,at,what\n${many}\n`, {type: "what"}))).toBe(
    "DataError: events.type gives 257 event types, at most 256 can be told apart; group them in the expression",
  );
});

test("ingest({duplicates}) counts rows that repeat an earlier one in every column", async () => {
  const text = "id,at,note\n1,2025-01-01,a\n1,2025-01-01,b\n1,2025-01-01,a\n1,2025-01-01,a\n";
  const kept = await ingestText(text);
  expect([kept.rows, checkOf(kept, "duplicate-row")?.rows]).toEqual([4, 2]);
  kept.close();
  const moved = await ingestText(text, {duplicates: "quarantine", maxBadShare: 0.5});
  expect(moved.rows).toBe(2);
  expect(await quarantineIn(moved)).toEqual([
    "events.csv 3  : the row repeats an earlier one",
    "events.csv 4  : the row repeats an earlier one",
  ]);
  moved.close();
});

test("ingest({timeZone}) turns local times into UTC, over both ends of daylight saving", async () => {
  const times: [local: string, utc: string][] = [
    ["2025-01-15 12:00", "2025-01-15 11:00:00"],
    ["2025-07-15T12:00:30", "2025-07-15 10:00:30"],
    ["2025-03-30 01:59", "2025-03-30 00:59:00"],
    ["2025-03-30 02:30", "2025-03-30 01:30:00"],
    ["2025-03-30 03:00", "2025-03-30 01:00:00"],
    ["2025-10-26 02:30", "2025-10-26 01:30:00"],
    ["2025-10-26 03:00", "2025-10-26 02:00:00"],
    ["2025-10-26T02:30:00+02:00", "2025-10-26 00:30:00"],
    ["2025-10-26T02:30:00Z", "2025-10-26 02:30:00"],
    ["2025-05-01", "2025-05-01 00:00:00"],
  ];
  const text = `id,at\n${times.map(([local]) => `1,${local}`).join("\n")}\n`;
  const read = await ingestText(text, {timeZone: "Europe/Berlin"});
  expect((await eventsIn(read)).map(row => row.time)).toEqual(times.map(([, utc]) => utc));
  read.close();
});

test("ingest({timeFormat}) reads by the format, shifts a time of day by the zone and leaves a date its day", async () => {
  const clock = await ingestText("id,at\n1,5/1/2025 0:30\n", {
    timeFormat: "%m/%d/%Y %H:%M",
    timeZone: "Europe/Berlin",
  });
  expect((await eventsIn(clock))[0]!.time).toBe("2025-04-30 22:30:00");
  clock.close();
  const date = await ingestText("id,at\n1,20250501\n", {timeFormat: "%Y%m%d", timeZone: "Europe/Berlin"});
  expect((await eventsIn(date))[0]!.time).toBe("2025-05-01 00:00:00");
  date.close();
});

test("ingest({csv}) reads other delimiters, a byte order mark, no header, quotes and Windows line ends", async () => {
  const semicolon = await ingestText('\ufeffid;at;what\r\n"a;b";2025-01-01;"say ""hi"""\r\n', {type: "what"});
  expect(await eventsIn(semicolon)).toEqual([
    {customer: "a;b", time: "2025-01-01 00:00:00", type: 'say "hi"', amount: null},
  ]);
  semicolon.close();
  const bare = await ingestText("a\t2025-01-01\nb\t2025-01-02\n", {customer: "column1", time: "column2"});
  expect((await eventsIn(bare)).map(row => row.customer)).toEqual(["a", "b"]);
  bare.close();
  const spaces = await ingestText(
    " id  at eur\r\n 00001 20250101  1.5\r\n\r\n 2 20250102\r\n 3   20250103 2\r\n",
    {
      timeFormat: "%Y%m%d",
      amount: "eur",
      maxBadShare: 0.5,
    },
  );
  expect((await eventsIn(spaces)).map(row => row.customer)).toEqual(["00001", "3"]);
  expect(await quarantineIn(spaces)).toEqual(["events.csv 2   2 20250102: has 2 fields, not 3"]);
  spaces.close();
});

test("ingest([files and globs]) reads each file once, in the order of their paths", async () => {
  const folder = folderOf({
    "b.csv": "at,id\n2025-01-02,2\n",
    "a[1].csv": "id,at\n1,2025-01-01\n",
    "c.csv": "id,at\n3,2025-01-03\nx,?\n",
  });
  const read = await ingest(sourceOf({from: ["c.csv", "*.csv", "a[1].csv"], maxBadShare: 0.5}), {folder});
  expect(read.files.map(file => file.name)).toEqual(["a[1].csv", "b.csv", "c.csv"]);
  expect((await eventsIn(read)).map(row => row.customer)).toEqual(["1", "2", "3"]);
  expect(await quarantineIn(read)).toEqual(["c.csv 2 at ?: the time is no date or time of ISO 8601"]);
  read.close();
});

test("ingest(file) finds days without events and days with unusually few", async () => {
  const rows: string[] = [];
  for (let day = 0; day < 70; day++) {
    const date = new Date(Date.UTC(2025, 0, 1 + day)).toISOString().slice(0, 10);
    const n = day === 30 || day === 31 ? 0 : day === 40 ? 4 : 20;
    for (let i = 0; i < n; i++) rows.push(`${i},${date}`);
  }
  const read = await ingestText(`id,at\n${rows.join("\n")}\n`);
  expect(checkOf(read, "days-without-events")?.message).toBe(
    "2 days without any event: 2025-01-31 to 2025-02-01",
  );
  expect(checkOf(read, "days-low-volume")).toEqual({
    check: "days-low-volume",
    severity: "warning",
    rows: 1,
    share: 1 / 70,
    message: "1 day with less than a quarter of the events usual on that weekday: 2025-02-10",
  });
  read.close();
});
