import {expect, test} from "vitest";
import {type SniffHints, sniff} from "../../src/data/sniff.ts";
import {folderOf, messageOf} from "./event-files.ts";

const sniffText = (text: string, hints: Partial<SniffHints> = {}, name = "log.csv") =>
  sniff([name], {folder: folderOf({[name]: text}), ...hints});

const table = (header: string, rows: readonly string[]) => `${header}\n${rows.join("\n")}\n`;

test("sniff(file) finds customer, time, type and amount, and says why", async () => {
  const rows = [
    "c1;2025-01-01T10:00:00Z;join;9.9;x",
    "c2;2025-01-02T10:00:00Z;buy;5;x",
    "c1;2025-01-03T10:00:00Z;buy;;y",
  ];
  const found = await sniffText(table("customer_id;happened_at;event_type;amount;shop", rows));
  expect(found.source).toMatchObject({
    csv: {delimiter: ";", header: true},
    customer: "customer_id",
    time: "happened_at",
    type: '"event_type"',
    amount: '"amount"',
  });
  expect(found.source.timeFormat).toBeUndefined();
  expect(found.reasons).toEqual({
    layout: "log.csv: 5 columns parted by a semicolon, named in the first line",
    customer: "customer_id: 2 distinct values in 3 rows, name contains 'customer'",
    time: "happened_at: 3 rows read as ISO 8601",
    type: "event_type: 2 distinct values, name like an event type",
    amount: "amount: numbers in 2 rows, name contains 'amount'",
  });
  expect([found.rows, found.customers, found.firstDay, found.lastDay]).toEqual([
    3,
    2,
    "2025-01-01",
    "2025-01-03",
  ]);
});

test("sniff(retail lines) takes quantity times price, and the id that is the customer's", async () => {
  const header = "InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice,CustomerID,Country";
  const rows = [
    "536365,85123A,6,12/1/2010 8:26,2.55,17850,United Kingdom",
    "536365,71053,6,12/1/2010 8:26,3.39,17850,United Kingdom",
    "536366,22633,6,12/31/2010 8:28,1.85,13047,United Kingdom",
  ];
  const found = await sniffText(table(header, rows));
  expect(found.source).toMatchObject({
    customer: "CustomerID",
    time: "InvoiceDate",
    timeFormat: "%m/%d/%Y %H:%M",
    amount: '"Quantity" * "UnitPrice"',
    type: "'purchase'",
  });
  expect(found.reasons.time).toBe(
    "InvoiceDate: 3 rows read as %m/%d/%Y %H:%M, and only 2 rows as %d/%m/%Y %H:%M",
  );
});

test.each([
  ["20250131", "%Y%m%d"],
  ["31/01/2025", "%d/%m/%Y"],
  ["1/31/2025", "%m/%d/%Y"],
  ["31.01.2025 14:05", "%d.%m.%Y %H:%M"],
  ["31.01.2025 14:05:09", "%d.%m.%Y %H:%M:%S"],
  ["1/31/2025 2:05 PM", "%m/%d/%Y %I:%M %p"],
  ["2025/01/31", "%Y/%m/%d"],
  ["31 Jan 2025", "%d %b %Y"],
  ["31-01-25", "%d-%m-%y"],
  ["2025-01-31 14:05:09+01:00", undefined],
])("sniff(a time like %s) reads it as %s", async (time, format) => {
  const found = await sniffText(table("client,when", [`a,${time}`, `a,${time}`]));
  expect(found.source.timeFormat).toBe(format);
  expect(found.firstDay).toBe("2025-01-31");
});

test("sniff(days all below 13) asks for --time-format, and goes by it", async () => {
  const text = table("client,day", ["a,01/02/2025", "a,03/04/2025"]);
  expect(await messageOf(sniffText(text))).toBe(
    "DataError: day reads as %d/%m/%Y and as %m/%d/%Y in every row, so day and month cannot be told apart; name the right one with --time-format",
  );
  expect((await sniffText(text, {timeFormat: "%m/%d/%Y"})).firstDay).toBe("2025-01-02");
  expect(await messageOf(sniffText(text, {timeFormat: "%Y"}))).toMatch(
    /^DataError: no column has times of the form %Y/,
  );
});

test("sniff(file) names the flag for what it cannot decide", async () => {
  const row = "1,2,2025-01-01,2025-01-02,5,6";
  const text = table("member_id,user_id,start_date,end_date,amount,total", [row, row]);
  expect(await messageOf(sniffText(text))).toBe(
    "DataError: start_date and end_date could both be the time; name the column with --time",
  );
  expect(await messageOf(sniffText(text, {time: "end_date"}))).toBe(
    'DataError: log.csv: member_id and user_id could both be the customer, it has "member_id", "user_id", "start_date", "end_date", "amount", "total"; name the column with --customer',
  );
  const hints = {time: "end_date", customer: "user_id"};
  expect(await messageOf(sniffText(text, hints))).toBe(
    "DataError: amount and total could both be the amount; name one with --amount, or --amount none",
  );
  const found = await sniffText(text, {...hints, amount: "amount + total", type: "'visit'"});
  expect([found.source.amount, found.types]).toEqual(["amount + total", {visit: 2}]);
  expect((await sniffText(text, {...hints, amount: "none"})).source.amount).toBeUndefined();
  expect(await messageOf(sniffText(text, {...hints, amount: "none", type: "none"}))).toBe(
    'DataError: log.csv has no column "none", it has "member_id", "user_id", "start_date", "end_date", "amount", "total"; correct --type',
  );
  expect(await messageOf(sniffText(text, {...hints, amount: "usd * 2"}))).toMatch(
    /no column "usd", .*; correct --amount$/,
  );
  expect((await sniffText(text, {...hints, amount: "AMOUNT + Total"})).source.amount).toBe("AMOUNT + Total");
  expect(await messageOf(sniffText(text, {customer: "id"}))).toBe(
    'DataError: log.csv has no column "id", it has "member_id", "user_id", "start_date", "end_date", "amount", "total"; name one of these',
  );
});

test("sniff(one column of words) says what is missing", async () => {
  expect(await messageOf(sniffText("hello\nworld\n"))).toBe(
    'DataError: log.csv has no delimiter that parts its lines alike, the first is "hello"; name it (csv.delimiter in the study, --delim on the command line)',
  );
  expect(await messageOf(sniffText("client,x\na,b\n"))).toBe(
    'DataError: no column has times of a known form in 99 % of its rows, the columns are "client", "x"; name column and form with --time and --time-format',
  );
});

test("sniff(file) reports a contract that is broken as an error", async () => {
  const rows = Array.from({length: 40}, (_, i) => `${i % 2 === 0 ? "" : "a"},2025-01-01`);
  const found = await sniffText(table("client,day", rows));
  expect(found.contract.find(({check}) => check === "customer-missing")).toMatchObject({
    severity: "error",
    rows: 20,
  });
});

test("sniff(a log that says when it was loaded) takes that as known, and the id of an event as id", async () => {
  const rows = [
    "e1,c1,2025-01-01,4,2025-01-02",
    "e2,c2,2025-01-02,5,2025-01-02",
    "e1,c1,2025-01-01,3,2025-01-09",
    ...Array.from({length: 8}, (_, i) => `f${i},c3,2025-01-03,6,2025-01-04`),
  ];
  const header = "event_id,customer_id,day,amount,loaded_at";
  const found = await sniffText(table(header, rows));
  expect(found.source).toMatchObject({time: "day", known: "loaded_at", id: "event_id"});
  expect([found.reasons.known, found.reasons.id]).toEqual([
    "loaded_at: name contains 'load'",
    "event_id: 1 row with the id of another, taken as a correction of it",
  ]);
  expect([found.rows, found.rowsRead]).toEqual([10, 11]);
  const named = await sniffText(table(header, rows), {time: "day"});
  expect(named.source.known).toBe("loaded_at");
});

test("sniff(a log loaded in one go, or known before it happened) has no time at which it was known", async () => {
  const log = (header: string, times: readonly (readonly [string, string])[], time?: string) => {
    const rows = times.map(([day, known], i) => `c${i},${day},${known}`);
    return sniffText(table(header, rows), {time});
  };
  const late = await log("client,day,loaded_at", [
    ["2025-01-01", "2025-06-01"],
    ["2025-05-30", "2025-06-01"],
  ]);
  expect([late.source.time, late.source.known, late.reasons.known]).toEqual([
    "day",
    undefined,
    "none: loaded_at is more than 31 days after day in 50.0% of the rows, which were loaded long after they were known, it seems",
  ]);
  const header = "client,delivered_at,created_at";
  expect(await messageOf(log(header, [["2025-01-04", "2025-01-01"]]))).toBe(
    "DataError: delivered_at and created_at could both be the time; name the column with --time",
  );
  const early = await log(header, [["2025-01-04", "2025-01-01"]], "delivered_at");
  expect([early.source.time, early.source.known, early.reasons.known]).toEqual([
    "delivered_at",
    undefined,
    "none: created_at lies before delivered_at in 1 row",
  ]);
  const other = await log("client,day,created_at", [["2025-01-04", "04.01.2025"]]);
  expect([other.source.known, other.reasons.known]).toEqual([undefined, undefined]);
});

test("sniff(an id of lines, or of two customers) does not take it as that of an event", async () => {
  const lines = ["1,a,2025-01-01", "1,a,2025-01-01", "2,b,2025-01-01", "3,b,2025-01-02"];
  expect((await sniffText(table("id,client,day", lines))).source.id).toBeUndefined();
  const shared = [...Array.from({length: 19}, (_, i) => `${i},a,2025-01-01`), "0,b,2025-01-01"];
  expect((await sniffText(table("event_id,client,day", shared))).source.id).toBeUndefined();
});
