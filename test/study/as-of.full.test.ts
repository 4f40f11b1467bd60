import {spawnSync} from "node:child_process";
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join, resolve} from "node:path";
import {expect, test} from "vitest";
import {dateOf, dayOf} from "../../src/data/calendar.ts";
import {randomOf} from "../../src/random.ts";

const CUT = dayOf("2025-05-20");
const END = dayOf("2025-07-31");

/**
 * What had been loaded before a day, one events file a month of loading: purchases of customers who slow down one after
 * the other, a tenth of them loaded late and some corrected later; contacts; what a table says of calls. On the last
 * days there is also what breaks the contract.
 */
function writeData(folder: string, before: number): void {
  const random = randomOf(19);
  const files = new Map<string, string[]>();
  const put = (name: string, known: number, row: readonly (string | number)[]) => {
    if (known < before) files.set(name, [...(files.get(name) ?? []), row.join(",")]);
  };
  const event = (known: number, row: readonly (string | number)[]) =>
    put(`events-${dateOf(known).slice(0, 7)}.csv`, known, [...row, dateOf(known)]);
  for (let c = 0; c < 500; c++) {
    const [rhythm, tired] = [5 + 25 * random(), dayOf("2024-01-01") + Math.floor(random() * 900)];
    let [day, n] = [dayOf("2024-01-01") + Math.floor(random() * 60), 0];
    while (day <= END) {
      const loaded = day + (random() < 0.1 ? Math.floor(20 * random()) : 0);
      const id = `e${c}-${n++}`;
      event(loaded, [`c${c}`, dateOf(day), (10 + 40 * random()).toFixed(2), id]);
      if (random() < 0.05) event(loaded + 1 + Math.floor(40 * random()), [`c${c}`, dateOf(day), 1, id]);
      if (random() < 0.1)
        put("campaigns.csv", day + 1, [`c${c}`, dateOf(day + 1), random() < 0.5 ? "mail" : "control"]);
      if (random() < 0.2) put("crm.csv", day + 2, [`c${c}`, dateOf(day + 2), Math.floor(5 * random())]);
      day += 1 + Math.floor((-Math.log(1 - random()) + 0.3) * rhythm * (day > tired ? 5 : 1));
    }
  }
  event(END, ["new", dateOf(END), 90_000, "broken"]);
  put("campaigns.csv", END, ["stranger", dateOf(END), "?"]);
  put("crm.csv", END, ["c1", dateOf(END), -7]);
  const headers = {
    events: "client,at,eur,event,loaded",
    campaigns: "client,at,arm",
    crm: "client,loaded,calls",
  };
  mkdirSync(join(folder, "data"), {recursive: true});
  for (const [name, rows] of files) {
    const header = headers[name.split(/[-.]/)[0] as keyof typeof headers];
    writeFileSync(join(folder, "data", name), `${[header, ...rows].join("\n")}\n`);
  }
}

/** What the scaffold does not write: when rows were known, tables beside the events, a contract; and few models. */
function extend(file: string): void {
  const text = readFileSync(file, "utf8")
    .replace(/from: \[[^\]]*\]/, 'from: "../data/events-*.csv"')
    .replace(/\n {4}lastDay: .*/, "")
    .replace(/\n {4}customer:/, '\n    known: "loaded", id: "event",$&')
    .replace(
      /\n {2}churn:/,
      `
  campaigns: {from: "../data/campaigns.csv", customer: "client", time: "at", arm: "arm"},
  tables: {crm: {from: "../data/crm.csv", customer: "client", known: "loaded", columns: ["calls"]}},
  models: ["recency", "logistic"],
  contract: {
    events: [
      {check: "range", column: "eur", least: 0, most: 500},
      {check: "fresh", column: "at", withinDays: 3},
      {check: "unique", columns: ["client", "at", "event"], severity: "warning"},
    ],
    campaigns: [
      {check: "values", column: "arm", of: ["mail", "control"]},
      {check: "references", column: "client", to: "events.client", severity: "warning"},
    ],
    crm: [{check: "range", column: "calls", least: 0}],
  },$&`,
    )
    .replace(
      /features: (.*),\n/,
      'features: [...$1, ...campaignFeatures(),\n    {name: "calls", title: "Calls", unit: "calls", of: "table:crm", measure: "latest", column: "calls"}],\n',
    )
    .replace("activityFeatures,", "activityFeatures, campaignFeatures,");
  writeFileSync(file, text);
}

test("verify of a card that was made --as-of a day finds it the same after everything has grown", () => {
  const folder = mkdtempSync(join(tmpdir(), "churnbook-as-of-"));
  const churnbook = (args: readonly string[], cwd: string) => {
    const {status, stdout, stderr} = spawnSync(
      process.execPath,
      [resolve("dist/bin/churnbook.js"), ...args],
      {cwd, encoding: "utf8"},
    );
    return {status, out: stdout.trim().split("\n"), err: stderr};
  };
  try {
    writeData(folder, CUT + 10);
    const options = ["--customer", "client", "--time", "at", "--amount", "eur", "--type", "'purchase'"];
    const files = Array.from(
      {length: 17},
      (_, k) => `data/events-${2024 + Math.floor(k / 12)}-${String(1 + (k % 12)).padStart(2, "0")}.csv`,
    );
    const made = churnbook(["init", "shop", "--events", ...files, ...options, "--churn-after", "60"], folder);
    expect(made.err).toBe("");
    const study = join(folder, "shop");
    extend(join(study, "study.ts"));
    const ran = churnbook(["run", "--no-pdf", "--as-of", dateOf(CUT)], study);
    expect(ran.err).toContain(`as known before ${dateOf(CUT)}`);
    expect(ran.status, ran.err).toBe(0);
    const same = ["same      card.json", "same      card.html", "same      model.json"];
    const card = `reports/shop-as-of-${dateOf(CUT)}`;
    writeData(folder, END + 1);
    const later = churnbook(["verify", card], study);
    expect(later.out, later.err).toEqual(same);
    expect(later.status).toBe(0);
    // All that there is now breaks the contract, so it was the growth that was left out.
    expect(churnbook(["run", "--no-pdf"], study).err).toContain(
      "the data breaks its contract (range events.eur)",
    );
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
});
