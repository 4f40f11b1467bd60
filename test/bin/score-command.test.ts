import {execFileSync} from "node:child_process";
import {mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join, resolve} from "node:path";
import {afterAll, beforeAll, expect, test} from "vitest";
import {scoreCommand} from "../../src/bin/commands/score.ts";
import {sha256} from "../../src/bin/files.ts";
import {loadStudy} from "../../src/bin/load-study.ts";
import {loadBeside, openContext, snapshotStudy} from "../../src/bin/open-run.ts";
import {dateOf, dayOf} from "../../src/data/calendar.ts";
import {loadEventLog} from "../../src/data/load.ts";
import {activityFeatures} from "../../src/features/defaults.ts";
import {campaignFeatures} from "../../src/features/families.ts";
import type {Bundle} from "../../src/ledger/bundle.ts";
import {scoreBundle} from "../../src/ledger/score.ts";
import {canonicalJson} from "../../src/ledger/store.ts";
import {randomOf} from "../../src/random.ts";
import type {StudyInput} from "../../src/study.ts";
import {messageOf} from "../data/event-files.ts";
import {smallStudy} from "../data/small-study.ts";

const TODAY = "2025-09-01";
const MAY = "2025-05-31";
const JUNE = "2025-06-30";

let folder = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "churnbook-score-"));
  writeStudy("study.ts");
  writeData(MAY);
  // The model of a run, without its notebooks.
  const context = await snapshotStudy(await loadStudy(join(folder, "study.ts")), {today: TODAY});
  mkdirSync(join(folder, "reports", "small"), {recursive: true});
  const bundle = await (await openContext(context)).bundle();
  writeFileSync(join(folder, "reports", "small", "model.json"), `${canonicalJson(bundle)}\n`);
}, 60_000);
afterAll(() => rmSync(folder, {recursive: true, force: true}));

const FIELDS: Partial<StudyInput> = {
  events: {
    ...{from: "events.csv", customer: "client", time: "at", amount: "eur"},
    ...{known: "loaded", id: "event"},
  },
  campaigns: {from: "campaigns.csv", customer: "client", time: "at", arm: "arm"},
  tables: {crm: {from: "crm.csv", customer: "client", known: "loaded", columns: ["calls"]}},
  features: [
    ...activityFeatures({of: "purchase"}),
    ...campaignFeatures(),
    {name: "calls", title: "Calls", unit: "calls", of: "table:crm", measure: "latest", column: "calls"},
  ],
  models: ["recency", "logistic"],
};

function writeStudy(name: string, fields: Partial<StudyInput> = {}): string {
  const study = smallStudy({...FIELDS, ...fields});
  writeFileSync(join(folder, name), `export const study = ${JSON.stringify(study)};\n`);
  return join(folder, name);
}

/**
 * What had been loaded by the end of a day, 400 customers who slow down one after the other: purchases, a tenth of them
 * loaded late and some corrected later, contacts, and what a table says of their calls.
 */
function writeData(until: string): void {
  const random = randomOf(7);
  const [events, contacts, calls]: string[][] = [[], [], []];
  const put = (to: string[], known: number, row: readonly (string | number)[]) => {
    if (known <= dayOf(until)) to.push(row.join(","));
  };
  for (let c = 0; c < 400; c++) {
    const client = c === 5 ? '"five, the fifth"' : `c${c}`;
    const [rhythm, tired] = [5 + 25 * random(), dayOf("2024-01-01") + Math.floor(random() * 900)];
    let [day, n] = [dayOf("2024-01-01") + Math.floor(random() * 60), 0];
    while (day <= dayOf(JUNE)) {
      const loaded = day + (random() < 0.1 ? Math.floor(20 * random()) : 0);
      const amount = (10 + 40 * random()).toFixed(2);
      const event = `e${c}-${n++}`;
      put(events!, loaded, [client, dateOf(day), amount, dateOf(loaded), event]);
      const corrected = loaded + 1 + Math.floor(40 * random());
      if (random() < 0.05) put(events!, corrected, [client, dateOf(day), 1, dateOf(corrected), event]);
      if (random() < 0.1)
        put(contacts!, day + 1, [client, dateOf(day + 1), random() < 0.5 ? "mail" : "control"]);
      if (random() < 0.2) put(calls!, day + 2, [client, dateOf(day + 2), Math.floor(5 * random())]);
      day += 1 + Math.floor((-Math.log(1 - random()) + 0.3) * rhythm * (day > tired ? 5 : 1));
    }
  }
  const write = (name: string, header: string, rows: readonly string[]) =>
    writeFileSync(join(folder, name), `${[header, ...rows].join("\n")}\n`);
  write("events.csv", "client,at,eur,loaded,event", events!);
  write("campaigns.csv", "client,at,arm", contacts!);
  write("crm.csv", "client,loaded,calls", calls!);
}

/** Runs `churnbook score` on the study; what it prints as results, and beside them. */
async function score(...args: string[]) {
  const [said, noted]: [string[], string[]] = [[], []];
  const terminal = {
    say: (line: string) => void said.push(line),
    note: (line: string) => void noted.push(line),
    progress: () => {},
  };
  const study = args[0]?.endsWith(".ts") ? [] : [join(folder, "study.ts")];
  await scoreCommand(terminal).parseAsync([...study, ...args], {from: "user"});
  return {said, noted};
}

const read = (name: string) => readFileSync(join(folder, name), "utf8");

test("churnbook score writes what scoreBundle says, the riskiest first, with the contacts marked", async () => {
  const {said, noted} = await score("--as-of", "2025-05-01");
  const loaded = await loadStudy(join(folder, "study.ts"));
  const context = await snapshotStudy(loaded, {today: TODAY});
  const log = await loadEventLog(context.snapshotFolder);
  const bundle = JSON.parse(read("reports/small/model.json")) as Bundle;
  const day = dayOf("2025-05-01");
  const beside = await loadBeside(loaded.study, {folder, customers: log.customers, timesOfDay: false});
  const {customer, margins, probabilities} = await scoreBundle(bundle, {log, ...beside}, day);
  const model = sha256(read("reports/small/model.json"));
  const expected = Array.from(customer, (c, i) => ({
    id: log.customers[c]!,
    m: margins[i]!,
    p: probabilities[i]!,
  }))
    .sort((a, b) => b.m - a.m || (a.id < b.id ? -1 : 1))
    .map(({id, m, p}, i) => {
      const cell = id.includes(",") ? `"${id}"` : id;
      return [
        cell,
        i + 1,
        p,
        m,
        i < Math.floor(customer.length / 10),
        "2025-05-01",
        false,
        model.slice(0, 12),
      ].join();
    });
  expect(expected.length).toBeGreaterThan(100);
  expect(expected.join()).toContain('"five, the fifth"');
  const rows = read("scores/small-2025-05-01.csv")
    .trimEnd()
    .split("\n")
    .map(line => line.match(/(?:"(?:[^"]|"")*"|[^,]*)(?:,|$)/g)!.map(text => text.replace(/,$/, "")));
  expect(rows.map(row => [...row.slice(0, 5), ...row.slice(8, 11)].join())).toEqual([
    "customer,rank,probability,margin,contact,as_of,off_cadence,model",
    ...expected,
  ]);
  expect(rows[0]!.slice(5, 8)).toEqual(["reason_1", "reason_2", "reason_3"]);
  for (const row of rows.slice(1, 20)) expect(row[5]).toMatch(/: .* \((raises|lowers) the risk\)"?$/);
  expect(said).toEqual([expect.stringMatching(/^[0-9a-f]{64} {2}.*scores\/small-2025-05-01\.csv$/)]);
  expect(noted.at(-1)).toBe(
    `${customer.length} active customers on 2025-05-01, ${Math.floor(customer.length / 10)} contacts at 10%`,
  );
});

test("churnbook score asks the last day that log and cadence allow, and --json says what was written", async () => {
  const {said} = await score("--json");
  const found = JSON.parse(said.join("\n"));
  const csv = read("scores/small-2025-06-01.csv");
  const rows = csv.trimEnd().split("\n").slice(1);
  expect(found).toMatchObject({
    study: "small",
    asOf: "2025-06-01",
    offCadence: false,
    customers: rows.length,
  });
  expect(found.contacts).toBe(rows.filter(row => row.includes(",true,")).length);
  expect(found.file).toMatch(/scores\/small-2025-06-01\.csv$/);
  expect(found.sha256).toBe(sha256(csv));
});

test("churnbook score --as-of D writes the same bytes when all three files have grown", async () => {
  await score("--as-of", "2025-06-01", "--out", join(folder, "then.csv"));
  writeData(JUNE);
  try {
    await score("--as-of", "2025-06-01", "--out", join(folder, "later.csv"));
    expect(read("later.csv")).toBe(read("then.csv"));
    const {said} = await score("--json", "--out", join(folder, "next.csv"));
    expect(JSON.parse(said.join("\n")).asOf).toBe("2025-07-01");
  } finally {
    writeData(MAY);
  }
});

test("churnbook score off cadence is refused, and with --off-cadence every row says so", async () => {
  expect(await messageOf(score("--as-of", "2025-05-11"))).toMatch(
    /^DataError: the model was trained on the first day of each month, and 2025-05-11 is none .*; ask it on 2025-05-01 or 2025-06-01, or use --off-cadence$/,
  );
  const {noted} = await score("--as-of", "2025-05-11", "--off-cadence");
  expect(noted.at(-1)).toMatch(/; off cadence, as every row says$/);
  const rows = read("scores/small-2025-05-11.csv").trimEnd().split("\n").slice(1);
  expect(rows.filter(row => row.includes(",2025-05-11,true,"))).toHaveLength(rows.length);
});

test("churnbook score off cadence is refused with --off-cadence where a feature hangs on the calendar", async () => {
  const season = {name: "season", title: "Month", unit: "", of: "cutoff", measure: "monthSine"} as const;
  const model = writeModel("season.json", bundle => ({
    ...bundle,
    features: [...bundle.features, {...season, actionable: false}],
    cadence: {...bundle.cadence, calendarFeatures: ["season"]},
  }));
  const study = writeStudy("season.ts", {features: [...FIELDS.features!, season]});
  const asked = score(study, "--model", model, "--as-of", "2025-05-11", "--off-cadence");
  expect(await messageOf(asked)).toBe(
    "DataError: the model was trained on the first day of each month, and 2025-05-11 is none; it cannot be asked " +
      "there, since season would mean something else; ask it on 2025-05-01 or 2025-06-01",
  );
});

/** The model with something changed. */
function writeModel(name: string, change: (bundle: Bundle) => unknown): string {
  const bundle = JSON.parse(read("reports/small/model.json")) as Bundle;
  writeFileSync(join(folder, name), JSON.stringify(change(bundle)));
  return join(folder, name);
}

test("churnbook score says which day is too late, or before the log", async () => {
  expect(await messageOf(score("--as-of", "2025-07-01"))).toBe(
    "DataError: scoreBundle requires the events of all days before 2025-07-01, got them until 2025-05-31; " +
      "add the days that are missing, or move events.lastDay on when they are there",
  );
  expect(await messageOf(score("--as-of", "2999-01-01"))).toMatch(
    /--as-of 2999-01-01 lies after the day of reading/,
  );
  expect(await messageOf(score("--as-of", "June"))).toContain('YYYY-MM-DD, got "June"');
  expect(await messageOf(score("--as-of", "2023-06-01"))).toBe(
    "DataError: no customer of small is active on 2023-06-01; the log begins on 2024-01-01, ask for a day after that",
  );
  expect(readdirSync(join(folder, "scores"))).not.toContain("small-2023-06-01.csv");
});

test.each<[string, Partial<StudyInput>]>([
  ["churn of the study small", {churn: {kind: "inactivity", days: 90, of: "purchase"}}],
  ["events of the study small", {events: {...FIELDS.events!, type: "'purchase'", amount: "eur * 2"}}],
  ["cutoffs.every of the study small", {cutoffs: {every: "week", from: "2024-06-01", to: "2025-03-01"}}],
  ["the feature calls of the study small", {features: FIELDS.features!.slice(0, -1)}],
])("churnbook score refuses a study that has changed: %s", async (what, fields) => {
  expect(await messageOf(score(writeStudy("changed.ts", fields), "--as-of", "2025-05-01"))).toBe(
    `DataError: ${what} is another than the model was made with; run the study again, or give it as it was`,
  );
});

test("churnbook score goes on when only paths, the last day or the economics have changed", async () => {
  const economics = {...smallStudy().economics, capacity: 0.5};
  const study = writeStudy("moved.ts", {
    events: {...FIELDS.events!, from: ["events.csv"], lastDay: MAY},
    economics,
  });
  const {noted} = await score(study, "--as-of", "2025-06-01", "--out", join(folder, "moved.csv"));
  expect(noted.at(-1)).toMatch(/contacts at 50%$/);
});

test("churnbook score refuses the model of another study, and what is no model or no place to write to", async () => {
  const other = writeModel("other.json", bundle => ({...bundle, study: {...bundle.study, name: "shoes"}}));
  expect(await messageOf(score("--model", other))).toBe(
    "DataError: the model is of the study shoes, and this is small; name the model of this study",
  );
  expect(await messageOf(score("--model", join(folder, "events.csv")))).toMatch(
    /is no model of this version/,
  );
  expect(await messageOf(score("--model", join(folder, "none.json")))).toMatch(
    /^DataError: there is no model .*none\.json; make one with `churnbook run`, or name it with --model$/,
  );
  expect(await messageOf(score("--out", join(folder, "list.parquet")))).toMatch(
    /^DataError: --out requires a file whose name ends in \.csv, got .*list\.parquet$/,
  );
});

test("the command of the README scores a study, and a day off cadence has exit status 2", () => {
  const line = readFileSync("README.md", "utf8").match(/^npx churnbook (score .*)$/m)![1]!;
  const churnbook = (args: readonly string[]) =>
    execFileSync(process.execPath, [resolve("dist/bin/churnbook.js"), ...args], {
      ...{cwd: folder, encoding: "utf8", stdio: "pipe"},
    });
  expect(churnbook(line.split(" "))).toMatch(/^[0-9a-f]{64} {2}scores\/small-2025-06-01\.csv\n$/);
  expect(() => churnbook(["score", "--as-of", "2025-05-02"])).toThrow(
    expect.objectContaining({
      status: 2,
      stderr: expect.stringMatching(/^churnbook: the model was trained on .*\n$/),
    }),
  );
});

test("a run reads the champion of its study, and refuses one that is not there or was changed meanwhile", async () => {
  const contextOf = async (champion: string) =>
    snapshotStudy(await loadStudy(writeStudy("with-champion.ts", {champion})), {today: TODAY});
  const context = await contextOf("reports/small/model.json");
  const run = await openContext(context);
  expect(run.championDigest).toBe(sha256(read("reports/small/model.json")));
  expect((await run.champion())!.gain.auc.value).toBe(0);
  expect(await messageOf(openContext({...context, champion: "another"}))).toBe(
    "DataError: the champion was changed during the run; run it again",
  );
  expect(await messageOf(contextOf("none.json").then(context => openContext(context)))).toMatch(
    /^DataError: there is no model .*none\.json; make one with `churnbook run`, or correct champion in the study$/,
  );
  const other = writeModel("other-split.json", bundle => ({
    ...bundle,
    split: {...bundle.split, salt: "other"},
  }));
  expect(await messageOf(contextOf(other).then(context => openContext(context)))).toMatch(
    /^DataError: study: champion was made with another split/,
  );
});
