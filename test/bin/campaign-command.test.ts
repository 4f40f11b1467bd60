import {existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, expect, test} from "vitest";
import {experimentCommand} from "../../src/bin/commands/experiment.ts";
import {sha256} from "../../src/bin/files.ts";
import {loadStudy} from "../../src/bin/load-study.ts";
import {openContext, snapshotStudy} from "../../src/bin/open-run.ts";
import {dateOf, dayOf} from "../../src/data/calendar.ts";
import {canonicalJson} from "../../src/ledger/store.ts";
import {randomOf} from "../../src/random.ts";
import {messageOf} from "../data/event-files.ts";
import {smallStudy} from "../data/small-study.ts";

const LAUNCH = "2025-03-01";
const LAST = "2025-06-30";
const CUSTOMERS = 300;

let folder = "";
const at = (name: string) => join(folder, name);
const read = (name: string) => readFileSync(at(name), "utf8");

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "churnbook-campaign-"));
  const random = randomOf(3);
  const events = ["id,at,type,eur"];
  const list = ["customer,probability"];
  for (let c = 0; c < CUSTOMERS; c++) {
    const [rhythm, tired] = [5 + 20 * random(), dayOf("2024-06-01") + Math.floor(random() * 500)];
    let day = dayOf("2024-01-01") + Math.floor(random() * 60);
    while (day <= dayOf(LAST)) {
      events.push(`c${c},${dateOf(day)},purchase,${(10 + 40 * random()).toFixed(2)}`);
      if (random() < 0.5) events.push(`c${c},${dateOf(day)},ticket,`);
      day += 1 + Math.floor((-Math.log(1 - random()) + 0.3) * rhythm * (day > tired ? 5 : 1));
    }
    events.push(`c${c},2025-03-0${1 + (c % 5)},${c % 2 === 0 ? "mail" : "visit"},`);
    list.push(`c${c},${random()}`);
  }
  events.push(`c0,${LAST},visit,`);
  writeFileSync(at("events.csv"), `${events.join("\n")}\n`);
  // Every tenth customer is not in the table.
  const worth = Array.from({length: CUSTOMERS}, (_, c) => `c${c},2025-02-01,${(c * 37) % 100},${c % 2},0.5`);
  writeFileSync(
    at("clv.csv"),
    `${["id,at,worth,boots,coat", ...worth.filter((_, c) => c % 10 > 0)].join("\n")}\n`,
  );
  writeFileSync(at("list.csv"), `${list.join("\n")}\n`);
  const study = smallStudy({
    events: {from: "events.csv", customer: "id", time: "at", type: "type", amount: "eur"},
    features: [
      {name: "since", title: "Days since", unit: "days", of: "purchase", measure: "recency"},
      {name: "orders", title: "Orders", unit: "orders", of: "purchase", measure: "count", days: 90},
      {
        name: "tickets",
        title: "Tickets",
        unit: "tickets",
        of: "ticket",
        measure: "count",
        days: 90,
        actionable: true,
      },
    ],
    tables: {clv: {from: "clv.csv", customer: "id", known: "at", columns: ["worth", "boots", "coat"]}},
    models: ["recency", "logistic"],
    messages: {tickets: "Hello {{customer}}, our desk is open."},
  });
  writeFileSync(at("study.ts"), `export const study = ${JSON.stringify(study)};\n`);
  const context = await snapshotStudy(await loadStudy(at("study.ts")), {today: "2025-07-10"});
  mkdirSync(at("reports/small"), {recursive: true});
  const bundle = await (await openContext(context)).bundle();
  writeFileSync(at("reports/small/model.json"), `${canonicalJson(bundle)}\n`);
  await experiment(
    "design",
    "--list",
    at("list.csv"),
    "--name",
    "Spring mail",
    "--hypothesis",
    "A mail keeps",
    "--launch",
    LAUNCH,
    ...[
      "--registered",
      LAUNCH,
      "--horizon-days",
      "60",
      "--control",
      "0.3",
      "--treatment",
      "0.2",
      "--target",
      "0.5",
    ],
    ...["--out", at("plan.json")],
  );
  await experiment("assign", at("plan.json"), "--list", at("list.csv"), "--out", at("assignment.csv"));
}, 60_000);
afterAll(() => rmSync(folder, {recursive: true, force: true}));

/** Runs `churnbook experiment`; what it prints. */
async function experiment(...args: string[]): Promise<string[]> {
  const said: string[] = [];
  const terminal = {say: (line: string) => void said.push(line), note: () => {}, progress: () => {}};
  await experimentCommand(terminal).parseAsync(args, {from: "user"});
  return said;
}

const readout = (...args: string[]) =>
  experiment(
    "readout",
    at("plan.json"),
    "--assignment",
    at("assignment.csv"),
    "--day",
    "2025-07-01",
    ...args,
  );

test("churnbook experiment readout --study --page writes the reading, the page and the list of contacts", async () => {
  const files = ["--out", at("readout.json"), "--page", at("campaign.html")];
  const study = [
    "--study",
    at("study.ts"),
    "--sent",
    "mail",
    "--clicked",
    "visit",
    "--presence",
    "ticket,visit",
  ];
  const said = await readout(...study, ...files);
  const page = read("campaign.html");
  const sheet = read("campaign.csv");
  for (const [name, text] of Object.entries({"campaign.html": page, "campaign.csv": sheet}))
    expect(said.some(line => line.startsWith(`${sha256(text)}  `) && line.endsWith(name))).toBe(true);
  const {readout: reading, inputs} = JSON.parse(read("readout.json")) as {
    readout: {known: number; assigned: number};
    inputs: {outcomes: {snapshot: string}};
  };
  expect(reading.assigned).toBe(CUSTOMERS);
  expect(reading.known).toBeGreaterThan(CUSTOMERS / 2);
  expect(page).toContain(inputs.outcomes.snapshot);
  expect(page).toContain("our desk is open");
  expect(page).toContain("Customers with an opened message: no event type is named for it.");
  // Odd customers were sent nothing, even ones all were, whatever the lot said.
  const [header, ...rows] = sheet.trim().split("\n");
  expect(header).toBe("customer,place,contact,contact_on,contact_basis,message,offer,value_known");
  const assigned = new Map(
    read("assignment.csv")
      .trim()
      .split("\n")
      .map(line => [line.split(",")[0]!, line.split(",")[2]!]),
  );
  expect(rows.length).toBeGreaterThan(20);
  for (const row of rows) {
    const [customer, , , on] = row.split(",");
    expect(assigned.get(customer!)).toBe("contact");
    expect([on! >= LAUNCH, on! < "2025-03-29"]).toEqual([true, true]);
  }
  await readout(...study, "--out", at("again.json"), "--page", at("again.html"));
  expect(read("again.html")).toBe(page);
});

test("churnbook experiment readout --outcomes --page shows the effect alone", async () => {
  const outcomes = [
    "customer,outcome",
    ...Array.from({length: CUSTOMERS}, (_, c) => `c${c},${c % 3 === 0 ? 1 : 0}`),
  ];
  writeFileSync(at("outcomes.csv"), `${outcomes.join("\n")}\n`);
  await readout("--outcomes", at("outcomes.csv"), "--out", at("r.json"), "--page", at("plain.html"));
  const headings = [...read("plain.html").matchAll(/<h2[^>]*>([^<]*)/g)].map(match => match[1]);
  expect(headings).toEqual([
    "What has been found",
    "What is the campaign?",
    "What did the contact change?",
    "What to do next, and with whom?",
    "What this page was made from",
  ]);
  expect(existsSync(at("plain.csv"))).toBe(false);
});

test("churnbook experiment readout --messages takes texts of the user's, and refuses those that would tell a score", async () => {
  const study = ["--study", at("study.ts"), "--out", at("m.json"), "--page", at("m.html")];
  writeFileSync(at("own.json"), JSON.stringify({tickets: "Good day {{customer}}."}));
  await readout(...study, "--messages", at("own.json"));
  expect(read("m.html")).toContain("Good day {{customer}}.");
  writeFileSync(at("own.json"), JSON.stringify({tickets: "You score {{probability}}."}));
  expect(await messageOf(readout(...study, "--messages", at("own.json")))).toMatch(
    /^DataError: messages.tickets requires fields among/,
  );
  writeFileSync(at("own.json"), "[1]");
  expect(await messageOf(readout(...study, "--messages", at("own.json")))).toMatch(
    /^DataError: --messages requires a JSON file of texts by feature/,
  );
});

test("churnbook experiment readout --scores puts the contacts in order by risk and value, and names the offers", async () => {
  const study = ["--study", at("study.ts"), "--out", at("s.json"), "--page", at("scored.html")];
  await readout(...study, "--scores", "clv", "--value", "worth", "--offers", "boots,coat");
  const rows = read("scored.csv")
    .trim()
    .split("\n")
    .slice(1)
    .map(line => line.split(","));
  for (const [customer, , , , , , offer, known] of rows) {
    const c = Number(customer!.slice(1));
    const inTable = c % 10 > 0;
    expect([offer, known]).toEqual([inTable ? (c % 2 === 1 ? "boots" : "coat") : "", String(inTable)]);
  }
  const missing = rows.filter(row => row[7] === "false").length;
  expect(missing).toBeGreaterThan(0);
  expect(read("scored.html")).toContain(`${missing} customers of ${rows.length} have none; the median`);
  expect(await messageOf(readout(...study, "--scores", "clv", "--value", "wrth"))).toBe(
    "DataError: tables.clv has no column wrth, it has worth, boots, coat",
  );
});

test("churnbook experiment readout refuses what it cannot do in one sentence", async () => {
  const study = ["--study", at("study.ts"), "--out", at("x.json")];
  expect(await messageOf(readout())).toBe(
    "DataError: give --outcomes, or --study with the events that say who churned",
  );
  expect(await messageOf(readout(...study, "--page", "campaign.txt"))).toBe(
    "DataError: --page requires a file whose name ends in .html, got campaign.txt",
  );
  expect(await messageOf(readout(...study, "--page", at("x.html"), "--opened", "opn"))).toMatch(
    /^DataError: --opened requires an event type of the log, got "opn"; the log has mail, purchase, ticket, visit$/,
  );
});
