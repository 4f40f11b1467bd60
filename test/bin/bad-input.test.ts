import {execFile} from "node:child_process";
import {mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join, resolve} from "node:path";
import {afterAll, beforeAll, expect, test} from "vitest";
import {dateOf, dayOf} from "../../src/data/calendar.ts";
import {randomOf} from "../../src/random.ts";

const CLI = resolve("dist/bin/churnbook.js");
let folder = "";

type Result = {status: number; out: string; err: string};

function churnbook(args: readonly string[], cwd = folder): Promise<Result> {
  return new Promise(done =>
    execFile(process.execPath, [CLI, ...args], {cwd}, (error, out, err) =>
      done({status: typeof error?.code === "number" ? error.code : error ? 1 : 0, out, err}),
    ),
  );
}

/** Purchases of some customers over 18 months; after the first half year some stop for good. */
function purchases(customers: number, {stop = 0.5}: {stop?: number} = {}): string[][] {
  const random = randomOf(3);
  const first = dayOf("2024-01-01");
  const rows: string[][] = [];
  for (let c = 0; c < customers; c++) {
    const end = random() < stop ? first + 180 + Math.floor(random() * 300) : first + 546;
    for (let day = first + Math.floor(random() * 20); day < end; day += 8 + Math.floor(random() * 30))
      rows.push([`k${c}`, dateOf(day), (5 + 50 * random()).toFixed(2)]);
  }
  return rows;
}

function writeLog(
  name: string,
  rows: readonly (readonly string[])[],
  header = "customer_id,day,amount",
): string {
  writeFileSync(join(folder, name), `${[header, ...rows.map(row => row.join(","))].join("\n")}\n`);
  return name;
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "churnbook-bad-"));
});
afterAll(() => rmSync(folder, {recursive: true, force: true}));

/** A study of a log with one notebook that holds the given cell. */
async function studyWith(name: string, log: string, cell: string): Promise<string> {
  const made = await churnbook(["init", name, "--events", log, "--churn-after", "60"]);
  expect(made.err).toBe("");
  const study = join(folder, name);
  for (const file of readdirSync(study)) if (file.endsWith(".ipynb")) rmSync(join(study, file));
  const notebook = {
    cells: [
      {cell_type: "code", id: "the-cell", metadata: {}, source: [cell], outputs: [], execution_count: null},
    ],
    metadata: {kernelspec: {name: "tslab", display_name: "TypeScript", language: "typescript"}},
    nbformat: 4,
    nbformat_minor: 5,
  };
  writeFileSync(join(study, "01-only.ipynb"), JSON.stringify(notebook));
  return study;
}

test("init makes a study that says nothing of a cadence but by its cutoffs", () => {
  const template = readFileSync(resolve("templates/study/study.ts.mustache"), "utf8");
  expect(template).toContain('every("month"');
  expect(template).not.toMatch(/first of a month|monthly cutoffs/);
});

test("init with a file that is not there says so, exits 2 and makes nothing", async () => {
  const {status, err, out} = await churnbook(["init", "gone", "--events", "nowhere.csv"]);
  expect({status, out}).toEqual({status: 2, out: ""});
  expect(err).toContain("nowhere.csv");
  expect(readdirSync(folder)).not.toContain("gone");
});

test("init with an empty file says that it is empty", async () => {
  writeFileSync(join(folder, "empty.csv"), "");
  const {status, err} = await churnbook(["init", "nothing", "--events", "empty.csv"]);
  expect(status).toBe(2);
  expect(err).toMatch(/^churnbook: empty\.csv .*empty/);
});

test("init with a column that the file does not have names the column and those that it has", async () => {
  const log = writeLog("column.csv", purchases(30));
  const {status, err} = await churnbook(["init", "column", "--events", log, "--customer", "client"]);
  expect(status).toBe(2);
  expect(err).toBe(
    'churnbook: column.csv has no column "client", it has "customer_id", "day", "amount"; name one of these\n',
  );
});

test("init refuses a folder that is not empty, so that nothing in it is lost", async () => {
  mkdirSync(join(folder, "full"));
  writeFileSync(join(folder, "full", "mine.txt"), "mine");
  const log = writeLog("full.csv", purchases(30));
  const {status, err} = await churnbook(["init", "full", "--events", log]);
  expect(status).toBe(2);
  expect(err).toContain("full is not empty");
  expect(readFileSync(join(folder, "full", "mine.txt"), "utf8")).toBe("mine");
});

test("run sets three rows with unparseable dates aside, with file, row and value", async () => {
  const rows = purchases(400).map((row, i) =>
    [10, 20, 30].includes(i) ? [row[0]!, "31.02.2024", row[2]!] : row,
  );
  const log = writeLog("three.csv", purchases(400));
  const study = await studyWith("three", log, 'console.log("ran");');
  writeLog("three.csv", rows);
  const {err} = await churnbook(["run", "--no-pdf"], study);
  expect(err).toContain("3 rows in quarantine");
  const snapshots = join(study, ".churnbook", "snapshots");
  const quarantine = readFileSync(join(snapshots, readdirSync(snapshots)[0]!, "quarantine.csv"), "utf8");
  expect(quarantine.split("\n").filter(line => line.includes("31.02.2024"))).toHaveLength(3);
  expect(quarantine).toMatch(/three\.csv,11,day,31\.02\.2024,/);
});

test("run stops when half of the dates are unparseable, with the count, the share and the first places", async () => {
  const rows = purchases(400);
  const log = writeLog("half.csv", rows);
  const study = await studyWith("half", log, 'console.log("ran");');
  writeLog(
    "half.csv",
    rows.map((row, i) => (i % 2 ? [row[0]!, "soon", row[2]!] : row)),
  );
  const {status, err} = await churnbook(["run", "--no-pdf"], study);
  expect(status).toBe(2);
  expect(err).toMatch(/half\.csv/);
  expect(err).toMatch(/row 2/);
  expect(err).toMatch(/50(\.0)? ?%/);
  expect(readdirSync(study)).not.toContain("reports");
});

/** Gives a study a contract of its events. */
function declare(study: string, checks: string): void {
  const file = join(study, "study.ts");
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replace(/\n {2}churn:/, `\n  contract: {events: [${checks}]},\n  churn:`));
}

test("run stops at a broken contract before anything is computed, and data check exits 1", async () => {
  const rows = purchases(400).map((row, i) => (i === 6 ? [row[0]!, row[1]!, "900"] : row));
  const log = writeLog("promise.csv", rows);
  const study = await studyWith("promise", log, 'console.log("ran");');
  declare(study, '{check: "range", column: "amount", least: 0, most: 500}');
  const {status, out, err} = await churnbook(["run", "--no-pdf"], study);
  expect({status, out}).toEqual({status: 2, out: ""});
  expect(err).toBe(
    "churnbook: the data breaks its contract (range events.amount): 1 row whose amount is not a number from 0 to 500: " +
      'promise.csv row 7 ("900"); correct the data, or give the check severity: "warning"\n',
  );
  expect(readdirSync(join(study, ".churnbook"))).toEqual([]);
  expect((await churnbook(["data", "check", "study.ts"], study)).status).toBe(1);
});

test("run goes on at a warning, which the manifest of the snapshot keeps", async () => {
  const log = writeLog("warned.csv", purchases(400));
  const study = await studyWith("warned", log, 'console.log("ran");');
  declare(study, '{check: "range", column: "amount", most: 50, severity: "warning"}');
  const {err} = await churnbook(["run", "--no-pdf"], study);
  expect(err).toContain("snapshot: ");
  const snapshots = join(study, ".churnbook", "snapshots");
  const manifest = readFileSync(join(snapshots, readdirSync(snapshots)[0]!, "manifest.json"), "utf8");
  const above = purchases(400).filter(([, , amount]) => Number(amount) > 50).length;
  expect(JSON.parse(manifest).contract.at(-1)).toMatchObject({
    ...{check: "range events.amount", severity: "warning", rows: above},
  });
  expect((await churnbook(["data", "check", "study.ts"], study)).status).toBe(0);
});

test("run with one customer only says that a split needs two", async () => {
  const rows = purchases(400);
  const log = writeLog("one.csv", rows);
  const study = await studyWith("one", log, 'console.log("ran");');
  writeLog(
    "one.csv",
    rows.map(([, day, amount]) => ["me", day!, amount!]),
  );
  const {status, err} = await churnbook(["run", "--no-pdf"], study);
  expect(status).toBe(2);
  expect(err.trim().split("\n").at(-1)).toBe(
    "churnbook: split requires at least 2 customers, got 1; check which column events.customer names",
  );
});

test("run on a log in which nobody churns says that there is nothing to predict", async () => {
  const log = writeLog("nobody.csv", purchases(400));
  const study = await studyWith("nobody", log, 'console.log("ran");');
  writeLog("nobody.csv", purchases(400, {stop: 0}));
  const {status, err} = await churnbook(["run", "--no-pdf"], study);
  expect(status).toBe(2);
  expect(err.trim().split("\n").at(-1)).toMatch(/^churnbook: .*positive/i);
});

test("run stops at a cell that throws, naming notebook, cell and message, and keeps the executed copy", async () => {
  const log = writeLog("throws.csv", purchases(400));
  const study = await studyWith("throws", log, 'throw new Error("no such luck");');
  const {status, err} = await churnbook(["run", "--no-pdf"], study);
  expect(status).toBe(2);
  const line = err.trim().split("\n").at(-1)!;
  for (const part of ["01-only.ipynb", "the-cell", "no such luck"]) expect(line).toContain(part);
  const runs = join(study, ".churnbook", "runs");
  const executed = readFileSync(join(runs, readdirSync(runs)[0]!, "notebooks", "01-only.ipynb"), "utf8");
  expect(executed).toContain("no such luck");
});

test("run ends a cell that loops for ever when its time is up", async () => {
  const log = writeLog("loops.csv", purchases(400));
  const study = await studyWith("loops", log, "while (true) {}");
  const {status, err} = await churnbook(["run", "--no-pdf", "--timeout", "2"], study);
  expect(status).toBe(2);
  const line = err.trim().split("\n").at(-1)!;
  for (const part of ["01-only.ipynb", "the-cell", "2 s "]) expect(line).toContain(part);
});

test("run lists the evidence that the notebooks did not record, and writes no card", async () => {
  const log = writeLog("bare.csv", purchases(400));
  const study = await studyWith("bare", log, 'console.log("ran");');
  const {status, err} = await churnbook(["run", "--no-pdf"], study);
  expect(status).toBe(2);
  expect(err).toMatch(/card requires evidence that no cell recorded: decision\.recommendation, /);
  expect(readdirSync(study)).not.toContain("reports");
});

test("run --as-of sees what was known before that day, and the run says so", async () => {
  const study = join(folder, "bare");
  const {err} = await churnbook(["run", "--no-pdf", "--as-of", "2025-06-28"], study);
  expect(err).toContain("until 2025-06-27, as known before 2025-06-28");
  const runs = join(study, ".churnbook", "runs");
  const context = readFileSync(join(runs, readdirSync(runs).sort().at(-1)!, "context.json"), "utf8");
  expect(JSON.parse(context)).toMatchObject({knownBefore: "2025-06-28", asOf: "2025-06-27"});
});

test("run --as-of with a day that has not come, or with no day, says which it takes", async () => {
  const study = join(folder, "bare");
  const never = await churnbook(["run", "--as-of", "2999-01-01"], study);
  expect(never.status).toBe(2);
  expect(never.err).toMatch(
    /^churnbook: --as-of 2999-01-01 lies after the day of reading, .* or an earlier day\n$/m,
  );
  const none = await churnbook(["run", "--as-of", "June"], study);
  expect(none.err).toContain('--as-of requires a date written YYYY-MM-DD, got "June"');
});

test("card of a run that did not finish says so", async () => {
  const study = join(folder, "bare");
  const [run] = readdirSync(join(study, ".churnbook", "runs"));
  const {status, err} = await churnbook(["card", join(".churnbook", "runs", run!)], study);
  expect(status).toBe(2);
  expect(err).toContain("holds no finished run");
});

test("an option that does not exist is bad usage, exit status 2", async () => {
  const {status, err} = await churnbook(["run", "--colour"]);
  expect(status).toBe(2);
  expect(err).toContain("--colour");
});
