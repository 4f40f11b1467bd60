import {execFileSync} from "node:child_process";
import {existsSync, mkdirSync, readFileSync, writeFileSync} from "node:fs";
import {join, resolve} from "node:path";
import {expect, test} from "vitest";
import {experimentCommand} from "../../src/bin/commands/experiment.ts";
import {sha256} from "../../src/bin/files.ts";
import {registerPlan} from "../../src/ledger/registered-plan.ts";
import {randomOf} from "../../src/random.ts";
import type {RegisteredPlan} from "../../src/uplift/experiment/plan.ts";
import type {ReadOut} from "../../src/uplift/experiment/readout.ts";
import {folderOf, messageOf} from "../data/event-files.ts";

/** Runs `churnbook experiment`; what it says and notes. */
async function experiment(...args: string[]) {
  const [said, noted]: [string[], string[]] = [[], []];
  const terminal = {
    say: (line: string) => void said.push(line),
    note: (line: string) => void noted.push(line),
    progress: () => {},
  };
  await experimentCommand(terminal).parseAsync(args, {from: "user"});
  return {said, noted};
}

const CUSTOMERS = 1200;

function listRows(): string[] {
  const random = randomOf(1);
  return Array.from({length: CUSTOMERS}, (_, i) => {
    const id = i === 7 ? '"seven, the 7th"' : `c${i}`;
    return `${id},${i + 1},${random().toFixed(6)},0,false,${random() < 0.5 ? "basic" : "plus"},${(100 * random()).toFixed(2)}`;
  });
}

const LIST = `customer,rank,probability,margin,contact,plan,spend\n${listRows().join("\n")}\n`;

/** A folder with a list, and the paths of what is made there. */
function start(files: Readonly<Record<string, string>> = {}) {
  const folder = folderOf({
    "list.csv": LIST,
    // Reached 11 days before the launch, 40 days before it, and by another customer.
    "contacts.csv": "client,day\nc0,2025-05-22\nc1,2025-04-23\nguest,2025-06-01\n",
    "other.csv": "customer,group\nc2,untouched\n",
    ...files,
  });
  const at = (name: string) => join(folder, name);
  const people = ["--list", at("list.csv"), "--contacts", at("contacts.csv"), "--contact-customer", "client"];
  const who = [...people, "--contact-time", "day", "--running", at("other.csv")];
  const design = (...more: string[]) =>
    experiment(
      ...["design", ...who, "--name", "june", "--hypothesis", "A mail keeps customers."],
      ...["--launch", "2025-06-02", "--registered", "2025-06-01", "--horizon-days", "60"],
      ...[
        "--control",
        "0.6",
        "--treatment",
        "0.4",
        "--target",
        "0.25",
        "--random",
        "0.2",
        "--strata",
        "plan",
      ],
      ...["--covariates", "spend", "--segments", "plan", "--compliance", "opened"],
      ...["--guardrail", "complaints:higher:0.05", "--out", at("plan.json"), ...more],
    );
  const assign = (...more: string[]) =>
    experiment("assign", at("plan.json"), ...who, "--out", at("assignment.csv"), ...more);
  const readout = (outcomes: string, ...more: string[]) =>
    experiment(
      ...["readout", at("plan.json"), "--assignment", at("assignment.csv"), "--outcomes", at(outcomes)],
      ...["--day", "2025-08-01", "--out", at("readout.json"), ...more],
    );
  const read = (name: string) => readFileSync(at(name), "utf8");
  const write = (name: string, content: string) => writeFileSync(at(name), content);
  return {at, design, assign, readout, read, write};
}

const cellsOf = (line: string) =>
  line
    .match(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)!
    .slice(0, 6)
    .map(text => text.replace(/,$/, ""));

/** Outcomes of the assigned: those with a mail churn in 30 of 100, the others in 60. */
function outcomesCsv(assignment: string): string {
  const random = randomOf(2);
  const rows = assignment
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line, i) => {
      const [id, , arm] = cellsOf(line);
      const mailed = arm !== "control";
      const churned = random() < (mailed ? 0.3 : 0.6) ? 1 : 0;
      return [
        id,
        churned,
        (100 * random()).toFixed(2),
        i % 2 ? "basic" : "plus",
        mailed && i % 3 ? 1 : "",
        0,
      ].join();
    });
  return `customer,outcome,spend,plan,opened,complaints\n${rows.join("\n")}\n`;
}

test("churnbook experiment design, assign and readout go from a list to a verdict, each with a file to audit", async () => {
  const {design, assign, readout, read, write} = start();
  const designed = await design();
  const plan = JSON.parse(read("plan.json")) as RegisteredPlan;
  const {digest, ...rest} = plan;
  expect(digest).toBe(registerPlan(rest).digest);
  expect(plan.population).toMatchObject({
    customers: CUSTOMERS - 2,
    contacted: 1,
    elsewhere: 1,
    quietDays: 30,
  });
  expect(designed.said[0]).toBe("june: A mail keeps customers.");
  expect(designed.said).toContain(
    "Left out are 1 reached since 30 days before the launch and 1 of other experiments.",
  );
  expect(designed.said).toContain(
    "The last outcome is known on 2025-08-01, 60 days after the launch on 2025-06-02.",
  );
  expect(designed.said.at(-1)).toMatch(new RegExp(`^${digest} {2}.*plan\\.json$`));
  expect(designed.noted).toEqual([]);

  const assigned = await assign();
  const csv = read("assignment.csv");
  const rows = csv.trimEnd().split("\n").map(cellsOf);
  expect(rows[0]).toEqual(["customer", "group", "arm", "stratum", "chance", "plan"]);
  expect(rows).toHaveLength(CUSTOMERS - 1);
  for (const gone of ["c0", "c2"]) expect(rows.some(([id]) => id === gone)).toBe(false);
  expect(rows.find(([id]) => id === '"seven, the 7th"')!.at(-1)).toBe(digest.slice(0, 12));
  const count = (group: string) => rows.filter(row => row[1] === group).length;
  expect(count("target-treated")).toBe(plan.population.target.contact);
  expect(count("untouched")).toBe(plan.population.outside.control);
  const about = JSON.parse(read("assignment.json"));
  expect(about).toMatchObject({plan: {name: "june", digest}, assignment: {sha256: sha256(csv)}});
  expect(about.checks.map(({trait}: {trait: string}) => trait)).toEqual(["probability", "spend"]);
  expect(assigned.said.join("\n")).toMatch(
    /"spend" differs by .*: no more than luck allows\.\n[0-9a-f]{64} {2}/,
  );

  write("outcomes.csv", outcomesCsv(csv));
  const {said} = await readout("outcomes.csv");
  const record = JSON.parse(read("readout.json"));
  const result = record.readout as ReadOut;
  expect(result.labels).toEqual([]);
  expect(result.results!.effects[0]).toMatchObject({treatment: "contact", crossed: true});
  expect(record.inputs.outcomes.sha256).toBe(sha256(read("outcomes.csv")));
  expect(record.inputs.plan.sha256).toBe(sha256(read("plan.json")));
  expect(record.versions).toMatchObject({node: process.versions.node, churnbook: expect.any(String)});
  expect(said[0]).toMatch(
    /^"contact" helps: of 100 customers contacted .* more are kept than of 100 left alone/,
  );
  expect(said.at(-1)).toMatch(new RegExp(`^${sha256(read("readout.json"))} {2}.*readout\\.json$`));
});

test("churnbook experiment assign gives the same bytes for a list in any order, and again", async () => {
  const {design, assign, read, write} = start();
  await design();
  await assign();
  const first = read("assignment.csv");
  const lines = LIST.trimEnd().split("\n");
  write("list.csv", `${[lines[0], ...lines.slice(1).reverse()].join("\n")}\n`);
  await assign();
  expect(read("assignment.csv")).toBe(first);
  // Nor does the plan: it would not be written again if it were another.
  await design();
});

test("churnbook experiment assign refuses a plan that was altered, and other customers", async () => {
  const {design, assign, read, write, at} = start();
  await design();
  const plan = read("plan.json");
  const {digest, population} = JSON.parse(plan) as RegisteredPlan;
  write("plan.json", plan.replace('"alpha": 0.05', '"alpha": 0.1'));
  expect(await messageOf(assign())).toMatch(
    new RegExp(
      `^DataError: .*plan\\.json was altered after it was registered: the digest expected is ${digest}, `,
    ),
  );
  write("plan.json", plan);
  write("list.csv", LIST.replace("c9,", "another,"));
  expect(await messageOf(assign())).toMatch(
    new RegExp(
      `plan\\.json is for 1\u2009198 customers with the digest ${population.digest}, and .*list\\.csv gives 1\u2009198 with `,
    ),
  );
  expect(existsSync(at("assignment.csv"))).toBe(false);
});

test("churnbook experiment never overwrites another plan or the assignment of another plan", async () => {
  const {design, assign, read} = start();
  await design();
  await assign();
  const before = [read("plan.json"), read("assignment.csv")];
  expect(await messageOf(design("--alpha", "0.1"))).toMatch(
    /plan\.json is there already and is not this plan; keep it, and name another file with --out$/,
  );
  const other = start();
  await other.design("--salt", "another");
  other.write("assignment.csv", before[1]!);
  expect(await messageOf(other.assign())).toMatch(
    /assignment\.csv is there already and is not what .*plan\.json assigns/,
  );
  expect(other.read("assignment.csv")).toBe(before[1]);
  expect(read("plan.json")).toBe(before[0]);
});

test("churnbook experiment readout labels a peek and refuses the assignment of another plan", async () => {
  const {design, assign, readout, read, write} = start();
  await design();
  await assign();
  const assignment = read("assignment.csv");
  write("outcomes.csv", outcomesCsv(assignment));
  const early = await readout("outcomes.csv", "--day", "2025-07-01");
  expect(early.said[0]).toMatch(
    /^"contact" cannot be judged yet: .* PEEKED: on 2025-07-01 100\.0% of the outcomes/,
  );
  const {digest} = JSON.parse(read("plan.json")) as RegisteredPlan;
  write("assignment.csv", assignment.replaceAll(digest.slice(0, 12), "0123456789ab"));
  expect(await messageOf(readout("outcomes.csv"))).toMatch(
    new RegExp(
      `assignment\\.csv row 1, plan: the row is of another plan than ${digest.slice(0, 12)} \\("0123456789ab"\\)`,
    ),
  );
});

const badOutcomes: [string, (rows: string[]) => string[], RegExp][] = [
  [
    "an outcome that is neither",
    rows => rows.with(3, rows[3]!.replace(/,[01],/, ",2,")),
    /row 3, outcome: the outcome is neither 0 nor 1 \("2"\); correct or remove the row$/,
  ],
  [
    "an outcome that is no number",
    rows => rows.with(5, rows[5]!.replace(/,[01],/, ",yes,")),
    /row 5, outcome: the outcome is no number \("yes"\); correct or remove the row$/,
  ],
  [
    "a customer twice",
    rows => [...rows, rows[1]!],
    /row 1199, customer: the customer "c1" is in row 1 too; leave one row a customer$/,
  ],
  [
    "a customer missing",
    rows => rows.with(2, rows[2]!.replace(/^[^,]+/, "")),
    /row 2, customer: the customer is missing; correct or remove the row$/,
  ],
  [
    "a column of the plan missing",
    rows => rows.map(row => row.replace(/,[^,]*$/, "")),
    /has no column "complaints", it has .*; correct the file, which the plan requires to have it$/,
  ],
  [
    "who took it neither 0 nor 1",
    rows => rows.with(4, rows[4]!.replace(/,[01]?,0$/, ",3,0")),
    /row 4, opened: the value of opened is neither 0 nor 1 \("3"\)/,
  ],
];

test("churnbook experiment readout refuses bad outcomes in a sentence with file, row, column and what to do", async () => {
  const {design, assign, readout, read, write} = start();
  await design();
  await assign();
  const rows = outcomesCsv(read("assignment.csv")).trimEnd().split("\n");
  for (const [name, spoil, message] of badOutcomes) {
    write("bad.csv", `${spoil(rows).join("\n")}\n`);
    expect([name, await messageOf(readout("bad.csv"))]).toEqual([name, expect.stringMatching(message)]);
    expect(await messageOf(readout("bad.csv"))).toMatch(/^DataError: .*bad\.csv/);
  }
  expect(await messageOf(readout("none.csv"))).toMatch(
    /--outcomes names .*none\.csv, which is not in .*; correct the path/,
  );
  expect(await messageOf(readout("bad.csv", "--day", "August"))).toBe(
    "DataError: --day requires a day written YYYY-MM-DD, got August",
  );
});

test.each<[string[], RegExp]>([
  [["--arm", "mail"], /^DataError: --arm requires a name and a share, mail=0\.5 say, got mail$/],
  [["--arm", "mail=1"], /leave a share for the control, got 1 of 1$/],
  [["--guardrail", "complaints"], /^DataError: --guardrail requires a column, the direction/],
  [["--kind", "mean"], /--kind mean requires --sd/],
  [["--kind", "median"], /--kind requires proportion or mean, got median/],
  [["--better", "more"], /--better requires lower or higher, got more/],
  [["--better", "higher"], /requires an effect in the direction that is better, higher/],
  [["--boundary", "none"], /--boundary requires pocock or obrien-fleming, got none/],
  [["--launch", "June"], /--launch requires a day written YYYY-MM-DD, got June/],
  [["--registered", "2025-06-03"], /a plan registered by the launch, 2025-06-02, got 2025-06-03/],
  [["--target", "most"], /--target requires a number, got most/],
  [["--target", "2"], /a target share in \(0, 1\], got 2/],
  [["--risk", "churn"], /list\.csv has no column "churn", it has .*; correct --risk$/],
])("churnbook experiment design %j is refused in one sentence", async (args, message) => {
  const {design, at} = start();
  expect(await messageOf(design(...args))).toMatch(message);
  expect(existsSync(at("plan.json"))).toBe(false);
});

test("churnbook experiment design warns of too few customers, and of nobody contacted outside", async () => {
  const {design} = start();
  const {noted} = await design("--treatment", "0.59", "--random", "0");
  expect(noted).toEqual([
    expect.stringMatching(
      /^warning: too few customers for "contact": \d+ contacted and \d+ left alone, where the planned effect of 1\.00 percentage points takes /,
    ),
    expect.stringMatching(/^warning: nobody outside the target group is contacted/),
  ]);
});

test("churnbook experiment has help with an example for each step", () => {
  const terminal = {say: () => {}, note: () => {}, progress: () => {}};
  for (const command of experimentCommand(terminal).commands) {
    const help: string[] = [];
    command.configureOutput({writeOut: text => void help.push(text)}).outputHelp();
    expect(help.join("")).toMatch(new RegExp(`\nExamples?:\n {2}churnbook experiment ${command.name()} `));
  }
});

test("the commands of the README go from a list to a verdict", () => {
  const block = readFileSync("README.md", "utf8").match(
    /```sh\n(npx churnbook experiment design[\s\S]*?)```/,
  )![1]!;
  const folder = folderOf({});
  mkdirSync(join(folder, "scores"));
  writeFileSync(join(folder, "scores", "my-shop-2025-06-01.csv"), LIST);
  const said = block
    .trim()
    .split("\n")
    .map(line => {
      if (line.includes(" readout ")) {
        const assignment = readFileSync(join(folder, "assignment.csv"), "utf8");
        writeFileSync(join(folder, "outcomes.csv"), outcomesCsv(assignment));
      }
      const [, ...args] = line.match(/"[^"]*"|\S+/g)!.map(word => word.replace(/^"|"$/g, ""));
      return execFileSync(process.execPath, [resolve("dist/bin/churnbook.js"), ...args.slice(1)], {
        ...{cwd: folder, encoding: "utf8", stdio: "pipe"},
      });
    });
  expect(said[0]).toMatch(/^june-mail: A mail keeps customers at risk\.\n.*\n[0-9a-f]{64} {2}plan\.json\n$/s);
  expect(said[1]).toMatch(
    /^In the target group 120 get "mail" and 120 are left alone.* {2}assignment\.csv\n$/s,
  );
  expect(said[2]).toMatch(/^"mail" helps.* {2}readout\.json\n$/s);
});

test("a plan that was altered has exit status 2 and one line", () => {
  const folder = folderOf({"plan.json": "{}", "list.csv": LIST});
  const args = ["experiment", "assign", "--list", "list.csv"];
  expect(() =>
    execFileSync(process.execPath, [resolve("dist/bin/churnbook.js"), ...args], {
      ...{cwd: folder, encoding: "utf8", stdio: "pipe"},
    }),
  ).toThrow(
    expect.objectContaining({
      status: 2,
      stderr:
        "churnbook: plan.json is no registered plan of this version; make one with `churnbook experiment design`\n",
    }),
  );
});
