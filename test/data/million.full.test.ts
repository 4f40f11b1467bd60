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
const {folder: written, manifest} = await takeSnapshot(source, {folder, store: folder + "/store", today: "2030-01-01"});
const log = await loadEventLog(written);
console.log(JSON.stringify({rows: log.day.length, superseded: manifest.superseded, megabytes: process.resourceUsage().maxRSS / 1024}));
`;

const VERSIONED = {known: "seen", id: "event"};

test.each([
  ["", {}],
  [" with versions", VERSIONED],
])("takeSnapshot(1,000,000 rows%s), loadEventLog(it) stay below 1 GiB", (_, fields) => {
  const random = randomOf(1);
  const lines = ["id,at,what,eur,channel,seen,event"];
  for (let i = 0; i < ROWS; i++) {
    const at = new Date(1.7e12 + Math.floor(random() * 6e10)).toISOString();
    const seen = new Date(Date.parse(at) + Math.floor(random() ** 8 * 3e9)).toISOString();
    // One row in fifty corrects an earlier one.
    const event = random() < 0.02 ? Math.floor(random() * i) : i;
    lines.push(
      `C${Math.floor(random() * 20_000)},${at},visit,${Math.floor(random() * 1e4) / 100},c${i % 5},${seen},${event}`,
    );
  }
  const folder = folderOf({});
  writeFileSync(join(folder, "events.csv"), `${lines.join("\n")}\n`);
  const source = sourceOf({type: "what", amount: "eur", attributes: ["channel"], ...fields});
  const output = execFileSync(process.execPath, [
    "--input-type=module",
    "-e",
    SCRIPT,
    JSON.stringify([source, folder]),
  ]);
  const {rows, superseded, megabytes} = JSON.parse(output.toString()) as Record<string, number>;
  expect(rows! + superseded!).toBe(ROWS);
  expect(megabytes).toBeLessThan(1024);
});
