import {join} from "node:path";
import {afterEach, expect, test} from "vitest";
import {dataCommand} from "../../src/bin/commands/data.ts";
import {folderOf, messageOf} from "../data/event-files.ts";

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
  expect(lines.at(-1)).toBe("The data keeps the contract; look at what is marked warning.");
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
