import {execFileSync} from "node:child_process";
import {writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";
import {randomOf} from "../../src/random.ts";
import {folderOf, sourceOf} from "./event-files.ts";

const ROWS = 1_000_000;

const SCRIPT = `
import {takeSnapshot} from ${JSON.stringify(new URL("../../src/bin/data-files.ts", import.meta.url).href)};
import {loadEventLog} from ${JSON.stringify(new URL("../../src/data/load.ts", import.meta.url).href)};
const [source, folder] = JSON.parse(process.argv[1]);
const {folder: written} = await takeSnapshot(source, {folder, store: folder + "/store", today: "2030-01-01"});
const log = await loadEventLog(written);
console.log(JSON.stringify({rows: log.day.length, megabytes: process.resourceUsage().maxRSS / 1024}));
`;

test("takeSnapshot(1,000,000 rows), loadEventLog(it) stay below 1 GiB", () => {
  const random = randomOf(1);
  const lines = ["id,at,what,eur,channel"];
  for (let i = 0; i < ROWS; i++) {
    const at = new Date(1.7e12 + Math.floor(random() * 6e10)).toISOString();
    lines.push(`C${Math.floor(random() * 20_000)},${at},visit,${Math.floor(random() * 1e4) / 100},c${i % 5}`);
  }
  const folder = folderOf({});
  writeFileSync(join(folder, "events.csv"), `${lines.join("\n")}\n`);
  const source = sourceOf({type: "what", amount: "eur", attributes: ["channel"]});
  const output = execFileSync(process.execPath, [
    "--input-type=module",
    "-e",
    SCRIPT,
    JSON.stringify([source, folder]),
  ]);
  const {rows, megabytes} = JSON.parse(output.toString()) as {rows: number; megabytes: number};
  expect(rows).toBe(ROWS);
  expect(megabytes).toBeLessThan(1024);
});
