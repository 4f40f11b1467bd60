import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import {basename, dirname, join, relative, resolve, sep} from "node:path";
import {Command} from "commander";
import Mustache from "mustache";
import {dayOf} from "../../data/calendar.ts";
import {type Sniffed, sniff} from "../../data/sniff.ts";
import {DataError} from "../../data-error.ts";
import {counted, whole} from "../../figures.ts";
import {PACKAGE_FOLDER, shown, versionOf} from "../files.ts";
import {loadStudy} from "../load-study.ts";
import {type CutoffPlan, planCutoffs} from "../plan-study.ts";
import type {Terminal} from "../terminal.ts";

type InitOptions = {
  events: string[];
  customer?: string;
  time?: string;
  timeFormat?: string;
  amount?: string;
  type?: string;
  delim?: string;
  churnAfter: string;
};

/** `churnbook init`: a study folder for a log of one's own, that works as it stands. */
export function initCommand(terminal: Terminal): Command {
  return new Command("init")
    .description("scaffold a study for your own event log")
    .argument("<dir>", "folder to make")
    .requiredOption("--events <files...>", "event files or globs: CSV, TSV, text, each also .gz, or Parquet")
    .option("--customer <column>", "column with the customer id")
    .option("--time <column>", "column with the time of the event")
    .option("--time-format <format>", "strptime format of the times, %Y%m%d say")
    .option(
      "--amount <expression>",
      "column or SQL expression, Quantity * UnitPrice say; none for no amounts",
    )
    .option("--type <expression>", "column or SQL expression for the event type")
    .option("--delim <text>", "what parts the fields: a character, or tab, space, semicolon, comma, pipe")
    .option("--churn-after <days>", "days without an event that count as churn", "90")
    .addHelpText(
      "after",
      "\nExample:\n  churnbook init music --events CDNOW_master.txt.gz --time-format %Y%m%d\n  cd music && npx churnbook run",
    )
    .action((dir: string, options: InitOptions) => init(resolve(dir), options, terminal));
}

async function init(folder: string, options: InitOptions, terminal: Terminal): Promise<void> {
  if (existsSync(folder) && !statSync(folder).isDirectory())
    throw new DataError(`${shown(folder)} is a file; name a folder to make`);
  if (existsSync(folder) && readdirSync(folder).length > 0)
    throw new DataError(`${shown(folder)} is not empty; name a new folder, so that nothing in it is lost`);
  const churnDays = Number(options.churnAfter);
  if (!Number.isInteger(churnDays) || churnDays < 1)
    throw new DataError(`--churn-after requires a whole number of days, got ${options.churnAfter}`);
  if (options.timeFormat !== undefined && !options.timeFormat.includes("%"))
    throw new DataError(
      `--time-format requires strptime directives, such as %d/%m/%Y %H:%M, got ${options.timeFormat}`,
    );
  terminal.progress("reading the events");
  const {customer, time, timeFormat, amount, type, delim} = options;
  const sniffed = await sniff(options.events, {
    ...{folder: process.cwd(), customer, time, timeFormat, amount, type, delimiter: delim},
    today: new Date().toISOString().slice(0, 10),
  });
  const activity = activityOf(sniffed.types);
  const plan = planCutoffs({
    firstDay: dayOf(sniffed.firstDay),
    lastDay: dayOf(sniffed.lastDay),
    churnDays,
    horizonDays: churnDays,
  });
  const bad = badRows(sniffed);
  if (bad.share > MOST_BAD)
    throw new DataError(
      `${bad.words}; name the right columns, or the format of the times, or correct the files`,
    );
  await scaffold(folder, studyText({folder, sniffed, activity, churnDays, plan}));
  for (const line of explanation({sniffed, activity, churnDays, plan})) terminal.say(`- ${line}`);
  terminal.say(
    `Made ${shown(folder)}. Look through its study.ts, then:\n  cd ${shown(folder)} && npx churnbook run`,
  );
}

/** What a study is made from. */
type Found = {
  readonly sniffed: Sniffed;
  readonly activity: string;
  readonly churnDays: number;
  readonly plan: CutoffPlan;
};

/** What was taken from the files, and why, a sentence each. */
function explanation({sniffed, activity, churnDays, plan}: Found): string[] {
  const bad = badRows(sniffed);
  return [
    `Read ${whole(sniffed.rowsRead)} rows: ${whole(sniffed.rows)} events of ${whole(sniffed.customers)} customers${bad.rows > 0 ? `, ${counted(bad.rows, "row")} to quarantine` : ""}.`,
    ...(bad.allowed === undefined
      ? []
      : [`${bad.words}; the study allows for it (maxBadShare: ${bad.allowed})`]),
    ...reasonsOf(sniffed.reasons),
    ...("cancellation" in sniffed.types
      ? [
          `${counted(sniffed.types.cancellation!, "row")} with a negative amount become events of the type "cancellation"`,
        ]
      : []),
    ...(Object.keys(sniffed.types).length > 1
      ? [
          `Activity: "${activity}", ${activity === "purchase" ? "as there are purchases" : "the most frequent type"}; change activity and churn.of in study.ts if it is another`,
        ]
      : []),
    `Churn: ${counted(churnDays, "day")} without "${activity}"; the target is SILENT for as long. ${churnWhy(churnDays)}`,
    `Cutoffs: monthly, ${plan.from} to ${plan.to}. ${plan.cutoffsWhy}`,
    `Test: from ${plan.testFrom} on. ${plan.testWhy}`,
  ];
}

/** The reasons, those of columns that need a word on what they are for with it. */
const reasonsOf = ({known, id, ...usual}: Sniffed["reasons"]): string[] => [
  ...Object.values(usual),
  ...(known === undefined ? [] : [`Time at which rows were known: ${known}`]),
  ...(id === undefined ? [] : [`Id of events: ${id}`]),
];

/** More bad rows than this are no accident: the columns or the format were misread. */
const MOST_BAD = 0.3;

/** The rows that go to quarantine, and the share that the study has to allow when it is more than usual. */
function badRows({quarantined, rowsRead}: Sniffed) {
  const reasons = Object.entries(quarantined).filter(([, n]) => n > 0);
  const rows = reasons.reduce((sum, [, n]) => sum + n, 0);
  const share = rowsRead === 0 ? 0 : rows / rowsRead;
  const words = `${whole(rows)} of ${whole(rowsRead)} rows are bad (${reasons.map(([reason, n]) => `${reason} ${whole(n)}`).join(", ")})`;
  return {rows, share, words, allowed: share > 0.01 ? Math.ceil(share * 110) / 100 : undefined};
}

/** The type that counts as activity: purchases where there are any, else the most frequent one. */
function activityOf(types: Readonly<Record<string, number>>): string {
  if ("purchase" in types) return "purchase";
  const [first] = Object.entries(types)
    .filter(([type]) => type !== "cancellation")
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  if (!first)
    throw new DataError(
      "the log has no event but cancellations; give --type or --amount so that there are others",
    );
  return first[0];
}

const churnWhy = (days: number): string =>
  `With a horizon of the same ${days} days every customer can stay silent for all of it, whenever last seen.`;

function studyText({folder, sniffed, activity, churnDays, plan}: Found & {readonly folder: string}): string {
  const {source, lastDay} = sniffed;
  const bad = badRows(sniffed);
  const quote = (text: string) => JSON.stringify(text);
  const name = studyName(folder);
  const files = [source.from].flat().map(file => relative(folder, resolve(file)).split(sep).join("/"));
  return Mustache.render(
    readFileSync(join(PACKAGE_FOLDER, "templates", "study", "study.ts.mustache"), "utf8"),
    {
      name: quote(name),
      title: quote(`Who stops buying: ${name}`),
      from: files.length === 1 ? quote(files[0]!) : `[${files.map(quote).join(", ")}]`,
      delimiter: source.csv?.delimiter === undefined ? null : quote(source.csv.delimiter),
      header: source.csv?.header ?? true,
      customer: quote(source.customer),
      time: quote(source.time),
      timeFormat: source.timeFormat === undefined ? null : quote(source.timeFormat),
      known: source.known === undefined ? null : quote(source.known),
      id: source.id === undefined ? null : quote(source.id),
      type: quote(source.type),
      amount: source.amount === undefined ? null : quote(source.amount),
      hasAmount: source.amount !== undefined,
      lastDay,
      hasNegative: "cancellation" in sniffed.types,
      maxBadShare: bad.allowed,
      badWhy: bad.words,
      activity: quote(activity),
      churnDays,
      churnWhy: churnWhy(churnDays),
      horizonDays: churnDays,
      historyDays: plan.historyDays,
      cutoffsFrom: plan.from,
      cutoffsTo: plan.to,
      cutoffsWhy: plan.cutoffsWhy,
      testFrom: plan.testFrom,
      testWhy: plan.testWhy,
    },
    {},
    {escape: String},
  );
}

/** A name that a study may have, from the folder's. */
function studyName(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return name === "" ? "study" : name;
}

/** Makes the folder under a temporary name and renames it: it is there whole, with a study that loads, or not at all. */
async function scaffold(folder: string, study: string): Promise<void> {
  const temporary = `${folder}.${process.pid}.tmp`;
  try {
    mkdirSync(join(temporary, "node_modules", ".bin"), {recursive: true});
    const write = (name: string, text: string | Uint8Array) => writeFileSync(join(temporary, name), text);
    write("study.ts", study);
    write(".gitignore", "node_modules/\n.churnbook/\nscores/\ncampaign/\n");
    write("package.json", `${JSON.stringify(packageOf(folder), null, 2)}\n`);
    const notebooks = join(PACKAGE_FOLDER, "notebooks");
    for (const name of readdirSync(notebooks).filter(file => file.endsWith(".ipynb")))
      write(name, readFileSync(join(notebooks, name)));
    // What npm install would link: the study runs at once, and npm install later finds nothing to change.
    symlinkSync(PACKAGE_FOLDER, join(temporary, "node_modules", "churnbook"), "junction");
    symlinkSync(
      join("..", "churnbook", "dist", "bin", "churnbook.js"),
      join(temporary, "node_modules", ".bin", "churnbook"),
    );
    await loadStudy(join(temporary, "study.ts"));
    if (existsSync(folder)) rmSync(folder, {recursive: true});
    mkdirSync(dirname(folder), {recursive: true});
    renameSync(temporary, folder);
  } catch (error) {
    rmSync(temporary, {recursive: true, force: true});
    throw error;
  }
}

/** The study's own package: it depends on this churnbook, by version, or by path when it is a checkout. */
function packageOf(folder: string): object {
  const installed = PACKAGE_FOLDER.split(sep).includes("node_modules");
  const path = relative(folder, PACKAGE_FOLDER).split(sep).join("/");
  return {
    name: studyName(folder),
    private: true,
    type: "module",
    scripts: {start: "churnbook run"},
    dependencies: {churnbook: installed ? versionOf() : `file:${path}`},
  };
}
