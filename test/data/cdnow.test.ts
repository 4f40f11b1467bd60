import {existsSync} from "node:fs";
import {join, resolve} from "node:path";
import {expect, test} from "vitest";
import {ingest} from "../../src/data/ingest.ts";
import {sniff} from "../../src/data/sniff.ts";
import {folderOf, snapshotOf, sourceOf} from "./event-files.ts";

const FOLDER = join(
  process.env.CHURNBOOK_SHARED ?? resolve(import.meta.dirname, "../../../shared"),
  "data",
  "cdnow",
);
const MASTER = join(FOLDER, "CDNOW_master.txt.gz");
const missing = existsSync(MASTER) ? undefined : `${MASTER} is not there`;
if (missing) console.info(`CDNOW tests are skipped: ${missing}`);
const real = test.skipIf(missing !== undefined);

const SOURCE = sourceOf({
  from: MASTER,
  customer: "customer_id",
  time: "date",
  timeFormat: "%Y%m%d",
  amount: "dollar_value",
  attributes: ["number_of_cds"],
});

// Counts as published with the data (Fader and Hardie) and checked by hand against the file.
real("ingest(CDNOW) counts rows, customers, zero amounts and exact duplicates", async () => {
  const read = await ingest(SOURCE, {folder: "."});
  expect([read.rows, read.customers, read.types]).toEqual([69_659, 23_570, {purchase: 69_659}]);
  const rowsOf = (name: string) => read.contract.find(({check}) => check === name)?.rows;
  expect([rowsOf("amount-zero"), rowsOf("duplicate-row"), rowsOf("days-without-events")]).toEqual([
    80, 255, 0,
  ]);
  expect(read.quarantined).toEqual({});
  read.close();
});

real("loadEventLog(CDNOW) sums to 2,500,315.63 from 1997-01-01 to 1998-06-30", async () => {
  const {log, manifest} = await snapshotOf(SOURCE, folderOf({}));
  expect(log.amount.reduce((sum, amount) => sum + amount, 0)).toBe(25_003_156_300);
  expect([log.customers.length, log.day.length, log.customers[0]]).toEqual([23_570, 69_659, "00001"]);
  expect([manifest.firstDay, manifest.lastDay]).toEqual(["1997-01-01", "1998-06-30"]);
  expect(log.attributes.number_of_cds!.codes.every(code => code >= 0)).toBe(true);
});

real("sniff(CDNOW) finds its columns", async () => {
  const {source, reasons} = await sniff([MASTER], {folder: "."});
  expect(source).toMatchObject({
    customer: "customer_id",
    time: "date",
    timeFormat: "%Y%m%d",
    amount: '"dollar_value"',
  });
  expect(reasons.customer).toBe(
    "customer_id: 23\u2009570 distinct values in 69\u2009659 rows, name contains 'customer'",
  );
});
