import {mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {gunzipSync} from "node:zlib";
import {afterEach, beforeEach, expect, test} from "vitest";
import {demoCommand} from "../../../src/bin/commands/demo.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "churnbook-demo-"));
});
afterEach(() => rmSync(folder, {recursive: true}));

function demo(...argv: string[]): string[] {
  const said: string[] = [];
  const terminal = {say: (line: string) => said.push(line), note: () => {}, progress: () => {}};
  demoCommand(terminal).parse(argv, {from: "user"});
  return said;
}

test("churnbook demo <dir> writes the log, the campaign and the truth, and says how much", () => {
  const said = demo(join(folder, "a"), "--customers", "300");
  expect(readdirSync(join(folder, "a"), {recursive: true}).sort()).toEqual([
    "campaigns.csv",
    "events.csv.gz",
    "truth",
    join("truth", "effects.csv"),
    join("truth", "probability.csv"),
  ]);
  const lines = gunzipSync(readFileSync(join(folder, "a", "events.csv.gz")))
    .toString()
    .split("\n");
  expect(lines[0]).toBe("customer_id,happened_at,type,amount,channel,category");
  expect(lines.at(-1)).toBe("");
  const row = /^C\d{6},\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ,[a-z_]+,(\d+\.\d\d)?,[a-z]*,[a-z]*$/;
  expect(lines.slice(1, -1).filter(line => !row.test(line))).toEqual([]);
  const events = String(lines.length - 2).replace(/(\d+)(\d{3})$/, "$1\u2009$2");
  expect(said[0]).toContain(`${events} events of 300 customers until 2026-07-14`);
});

test("churnbook demo <dir> --seed N gives the same bytes again, with no time in the gzip header", () => {
  demo(join(folder, "a"), "--customers", "50", "--seed", "4");
  demo(join(folder, "b"), "--customers", "50", "--seed", "4");
  demo(join(folder, "c"), "--customers", "50", "--seed", "5");
  const bytes = (run: string, name = "events.csv.gz") => readFileSync(join(folder, run, name));
  for (const name of ["events.csv.gz", "campaigns.csv", "truth/probability.csv", "truth/effects.csv"])
    expect(bytes("a", name).equals(bytes("b", name)), name).toBe(true);
  expect(bytes("a").equals(bytes("c"))).toBe(false);
  expect([...bytes("a").subarray(0, 10)]).toEqual([31, 139, 8, 0, 0, 0, 0, 0, 0, 255]);
});

test("churnbook demo refuses what it cannot use by one sentence", () => {
  expect(() => demo(folder, "--customers", "100001")).toThrow(
    'demo requires --customers to be a whole number from 1 to 100000, got "100001"',
  );
  expect(() => demo(folder, "--seed", "1.5")).toThrow("demo requires --seed to be a whole number");
  writeFileSync(join(folder, "file"), "");
  expect(() => demo(join(folder, "file"), "--customers", "1")).toThrow(
    /^demo cannot write .* \(\w+\); choose/,
  );
});
