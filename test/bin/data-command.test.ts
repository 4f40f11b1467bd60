import {join} from "node:path";
import {afterEach, expect, test} from "vitest";
import {dataCommand} from "../../src/bin/commands/data.ts";
import type {StudyInput} from "../../src/study.ts";
import {folderOf, messageOf} from "../data/event-files.ts";
import {smallStudy} from "../data/small-study.ts";

afterEach(() => {
  process.exitCode = undefined;
});

/** Runs `churnbook data …`; what it prints and its exit status. */
async function run(...args: string[]) {
  const lines: string[] = [];
  const say = (line: string) => void lines.push(line);
  process.exitCode = undefined;
  await dataCommand({say, note: say, progress: () => {}}).parseAsync(args, {from: "user"});
  return {lines, status: process.exitCode ?? 0};
}

const GOOD = "client_id,day,eur\na,2025-01-01,2\nb,2025-01-02,0\n";

test("churnbook data check <file> prints what was found and every check, exit 0", async () => {
  const {lines, status} = await run("check", join(folderOf({"log.csv": GOOD}), "log.csv"));
  expect(status).toBe(0);
  expect(lines).toContain("customer  client_id: 2 distinct values in 2 rows, name contains 'client'");
  expect(lines).toContain("2 of 2 rows kept, 2 customers, 2025-01-01 to 2025-01-02");
  expect(lines).toContain("warning  amount-zero          1 row with an amount of zero, kept (50 %)");
  expect(lines.at(-1)).toBe(
    "No contract is declared; the general checks pass; look at what is marked warning.",
  );
});

test("churnbook data check <broken file> has exit status 1", async () => {
  const rows = Array.from({length: 20}, () => ",2025-01-01,1").join("\n");
  const path = join(folderOf({"log.csv": `${GOOD}${rows}\n`}), "log.csv");
  const {lines, status} = await run("check", path, "--customer", "client_id");
  expect(status).toBe(1);
  expect(lines).toContain("error    customer-missing     20 rows without a customer, in quarantine (91 %)");
});

test("churnbook data check --json prints one object", async () => {
  const path = join(folderOf({"log.csv": GOOD}), "log.csv");
  const {lines} = await run("check", path, "--json", "--amount", "none", "--type", "'visit'");
  const found = JSON.parse(lines.join("\n"));
  expect([found.rows, found.types, found.source.amount]).toEqual([2, {visit: 2}, undefined]);
});

test("churnbook data check <no file> is a sentence", async () => {
  expect(await messageOf(run("check", "nowhere.csv"))).toBe(
    `DataError: the command line names nowhere.csv, which is not in ${process.cwd()}; correct the path or put the file there`,
  );
});

/** Path of a study with a contract of its events, beside a log of two customers. */
function studyWith(
  checks: NonNullable<StudyInput["contract"]>[string],
  fields: Partial<StudyInput> = {},
  beside: Record<string, string> = {},
) {
  const study = smallStudy({contract: {events: checks}, ...fields});
  const files = {
    "events.csv": "id,at,eur\na,2025-01-01,-2\nb,2025-01-02,3\nb,2025-01-02,7\n",
    "study.ts": `export const study = ${JSON.stringify(study)};\n`,
    ...beside,
  };
  return join(folderOf(files), "study.ts");
}

test("churnbook data check <study> prints what it declares, with places, exit 1 for an error", async () => {
  const path = studyWith([
    {check: "range", column: "eur", least: 0},
    {check: "unique", columns: ["id", "at"], severity: "warning"},
    {check: "values", column: "id", of: ["a", "b"]},
  ]);
  const {lines, status} = await run("check", path);
  expect(status).toBe(1);
  expect(lines).toContain("3 of 3 rows kept, 2 customers, 2025-01-01 to 2025-01-02");
  expect(lines).toContain("error    range events.eur     1 row whose eur is not a number from 0 on (33 %)");
  expect(lines).toContain('                              events.csv row 1 ("-2")');
  expect(lines).toContain(
    "warning  unique events.id+at  1 row with the same id, at as an earlier one (33 %)",
  );
  expect(lines).toContain("ok       values events.id     no rows whose id is none of a, b");
  expect(lines.at(-1)).toBe("The data breaks the contract: correct what is marked error.");
});

test("churnbook data check <study> of which only warnings fail has exit status 0", async () => {
  const path = studyWith([{check: "range", column: "eur", least: 0, severity: "warning"}]);
  const {lines, status} = await run("check", path);
  expect(status).toBe(0);
  expect(lines.at(-1)).toBe("The data keeps the contract; look at what is marked warning.");
});

test("churnbook data check <study> without a contract does not say that one is kept", async () => {
  const events = {...smallStudy().events, negativeAmounts: "exclude"} as const;
  expect((await run("check", studyWith([], {events}))).lines.at(-1)).toMatch(
    /^No contract is declared; the general checks pass/,
  );
});

test("churnbook data check <study> reads what is beside the events as a run does", async () => {
  const tables = {plans: {from: "plans.csv", customer: "id", known: "at", columns: ["price"]}};
  const campaigns = {from: "campaigns.csv", customer: "id", time: "at", arm: "arm"};
  const refused = (fields: Partial<StudyInput>, files: Record<string, string> = {}) =>
    messageOf(run("check", studyWith([], fields, files)));
  expect(await refused({tables})).toMatch(/^DataError: tables.plans.from names .*plans.csv, which is not/);
  expect(await refused({tables}, {"plans.csv": "id,at,pryce\na,2025-01-01,2\n"})).toBe(
    'DataError: plans.csv has no column "price", it has "id", "at", "pryce"; correct tables.plans.columns',
  );
  expect(await refused({campaigns})).toMatch(
    /^DataError: campaigns.from names .*campaigns.csv, which is not/,
  );
  const subscriptions = {from: "contracts.csv", customer: "id", start: "from", end: "to"};
  const churn = {kind: "subscription", graceDays: 0} as const;
  expect(await refused({subscriptions, churn})).toMatch(
    /^DataError: subscriptions.from names .*contracts.csv, which is not/,
  );
});

test("churnbook data check <study> asks whether what the features read is there", async () => {
  const [feature] = smallStudy().features;
  const refused = (fields: object) =>
    messageOf(run("check", studyWith([], {features: [feature!, {...feature!, name: "x", ...fields}]})));
  expect(await refused({of: "table:plans", measure: "latest", column: "price"})).toBe(
    'DataError: feature x reads the table "plans", which the study does not have; it has none',
  );
  expect(await refused({of: "visit"})).toBe(
    'DataError: feature x reads events of type "visit", which the log does not have; it has cancellation, purchase',
  );
  const events = {...smallStudy().events, attributes: ["at"]};
  const share = {...feature!, name: "x", measure: "share", against: "at=2025-01-03"} as const;
  expect(await messageOf(run("check", studyWith([], {events, features: [feature!, share]})))).toBe(
    "DataError: feature x: no event has at=2025-01-03; values are 2025-01-01, 2025-01-02",
  );
});

test("churnbook data check <study> measures freshness from today, unless the study has a last day", async () => {
  const fresh = [{check: "fresh", column: "at", withinDays: 1}] as const;
  expect((await run("check", studyWith([...fresh]))).status).toBe(1);
  const events = {...smallStudy().events, lastDay: "2025-01-03"};
  expect((await run("check", studyWith([...fresh], {events}))).status).toBe(0);
});

test("churnbook data check <study> --json prints one object with the findings and their places", async () => {
  const {lines} = await run("check", studyWith([{check: "range", column: "eur", least: 0}]), "--json");
  const found = JSON.parse(lines.join("\n"));
  expect(found.rows).toBe(3);
  expect(found.contract.find(({check}: {check: string}) => check === "time-unreadable").severity).toBe(
    "info",
  );
  expect(found.contract.at(-1)).toEqual({
    check: "range events.eur",
    severity: "error",
    rows: 1,
    share: 1 / 3,
    message: "1 row whose eur is not a number from 0 on",
    places: [{file: "events.csv", row: 1, column: "eur", cell: "-2"}],
  });
});

test("churnbook data check <study> takes neither a second file nor what the study says", async () => {
  const path = studyWith([]);
  expect(await messageOf(run("check", path, "log.csv"))).toMatch(
    /^DataError: data check requires one study file or data files, got .*study\.ts, log\.csv$/,
  );
  expect(await messageOf(run("check", path, "--time-format", "%d"))).toMatch(
    /^DataError: --time-format is for data files; of a study's data, .*study\.ts says it$/,
  );
});
