import {existsSync, statSync} from "node:fs";
import {Command} from "commander";
import {dateOf, dayOf} from "../../data/calendar.ts";
import {loadCampaigns} from "../../data/campaigns.ts";
import {loadCustomerTables} from "../../data/customer-table.ts";
import {type Database, rowsOf, withDatabase} from "../../data/database.ts";
import {checkDeclared, placesText} from "../../data/declared.ts";
import type {Finding} from "../../data/finding.ts";
import {type Ingested, ingest} from "../../data/ingest.ts";
import {type Sniffed, sniff} from "../../data/sniff.ts";
import {loadSubscriptions} from "../../data/subscriptions.ts";
import {DataError} from "../../data-error.ts";
import {planFeatures} from "../../features/plan.ts";
import {whole} from "../../figures.ts";
import type {Study} from "../../study.ts";
import {shown} from "../files.ts";
import {type LoadedStudy, loadStudy} from "../load-study.ts";
import type {Terminal} from "../terminal.ts";

type CheckOptions = {
  readonly customer?: string;
  readonly time?: string;
  readonly timeFormat?: string;
  readonly amount?: string;
  readonly type?: string;
  readonly delim?: string;
  readonly json?: boolean;
};

/** `churnbook data check <files…>`. */
export function dataCommand(terminal: Terminal): Command {
  const data = new Command("data").description("look at event data before a study is made of it, or run");
  data
    .command("check")
    .description(
      "report the quality of an event log, or of a study's data and the contract that it declares; the exit status is 1 when more rows are bad than a study allows, or a declared check of severity error fails",
    )
    .argument("<files...>", "a study file, or CSV, text (each also .gz) or Parquet files, or quoted globs")
    .option("--customer <column>", "column with the customer id")
    .option("--time <column>", "column with the time of the event")
    .option("--time-format <format>", "strptime format of the time, %d/%m/%Y say")
    .option("--amount <expression>", "SQL expression for the amount, or none")
    .option("--type <expression>", "SQL expression for the event type, or a text in single quotes")
    .option("--delim <text>", "what parts the fields: a character, or tab, space, semicolon, comma, pipe")
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      "\nExamples:\n  churnbook data check purchases.csv\n  churnbook data check study.ts",
    )
    .action(async (files: string[], {json, ...options}: CheckOptions) => {
      terminal.progress(`reading ${files.join(", ")}`);
      const today = new Date().toISOString().slice(0, 10);
      const found = files.some(isStudy)
        ? await checkStudy(await studyOf(files, options), today)
        : await sniff(files, {...options, delimiter: options.delim, folder: process.cwd(), today});
      if (json) terminal.say(JSON.stringify(found, null, 2));
      else for (const line of reportOf(found)) terminal.say(line);
      if (found.contract.some(({severity}) => severity === "error")) process.exitCode = 1;
    });
  return data;
}

/** Whether a path is that of a study, a module or a folder with one, and not of data. */
const isStudy = (path: string): boolean =>
  /\.[mc]?[jt]s$/.test(path) || (existsSync(path) && statSync(path).isDirectory());

/** @throws DataError for more than a study: what else there is to say, it says itself. */
function studyOf(files: readonly string[], options: Omit<CheckOptions, "json">): Promise<LoadedStudy> {
  const [path] = files;
  if (files.length > 1)
    throw new DataError(`data check requires one study file or data files, got ${files.join(", ")}`);
  const [flag] = Object.keys(options);
  if (flag !== undefined)
    throw new DataError(
      `--${flag.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)} is for data files; of a study's data, ${path} says it`,
    );
  return loadStudy(path!);
}

/** What a study's data is like. */
type Checked = Omit<Sniffed, "source" | "reasons" | "columns"> & {
  readonly study: string;
  /** Checks that the study declares. */
  readonly declared: number;
};

async function checkStudy({study, folder, file}: LoadedStudy, today: string): Promise<Checked> {
  return withDatabase(async database => {
    const read = await ingest(study.events, {folder, today, database, stop: false});
    const {rowsRead, rows, customers, types, contract, quarantined, firstDay, lastDay} = read;
    await readTables(study, folder);
    planFeatures([...study.features, ...study.segments], await shapeOf(database, read, study));
    const declared = await checkDeclared(database, study, {
      ...{folder, lastDay},
      // A declared last day is the day that the data is as of, whenever it is read.
      ...(study.events.lastDay === undefined ? {today: dayOf(today)} : {}),
    });
    return {
      ...{study: shown(file), declared: declared.length},
      files: read.files.map(({name}) => name),
      ...{rowsRead, rows, customers, types, quarantined, contract: [...contract, ...declared]},
      ...{firstDay: dateOf(firstDay), lastDay: dateOf(lastDay)},
    };
  });
}

/** Reads what a study has beside its events, as a run does. @throws DataError as a run would. */
async function readTables({campaigns, subscriptions, tables}: Study, folder: string): Promise<void> {
  // Whose rows they are is of no account here.
  const options = {folder, customers: []};
  if (campaigns) await loadCampaigns(campaigns, options);
  if (subscriptions) await loadSubscriptions(subscriptions, options);
  if (tables) await loadCustomerTables(tables, options);
}

/** What the features of a study may read. */
async function shapeOf(database: Database, {types, attributes}: Ingested, {campaigns, tables = {}}: Study) {
  const values: Record<string, string[]> = {};
  for (const [i, name] of attributes.entries()) {
    const sql = `SELECT DISTINCT "@${i}" AS value FROM events WHERE value IS NOT NULL ORDER BY value`;
    values[name] = (await rowsOf<{value: string}>(database, sql)).map(({value}) => value);
  }
  return {
    types: Object.keys(types),
    attributes: values,
    campaigns: campaigns !== undefined,
    tables: Object.fromEntries(Object.entries(tables).map(([name, {columns}]) => [name, columns])),
  };
}

/** The report, line by line. */
export function reportOf({contract, ...found}: Sniffed | Checked): string[] {
  const types = Object.entries(found.types).map(([type, n]) => `${type} ${whole(n)}`);
  const width = Math.max(20, ...contract.map(({check}) => check.length));
  return [
    ...("study" in found ? [`study     ${found.study}`] : reasonsOf(found)),
    "",
    `${whole(found.rows)} of ${whole(found.rowsRead)} rows kept, ${whole(found.customers)} customers, ${found.firstDay} to ${found.lastDay}`,
    `events: ${types.join(", ")}`,
    "",
    ...contract.flatMap(finding => linesOf(finding, width)),
    "",
    verdictOf(contract, "declared" in found && found.declared > 0),
  ];
}

function verdictOf(contract: readonly Finding[], declared: boolean): string {
  const [passed, failed] = declared
    ? ["The data keeps the contract", "The data breaks the contract"]
    : [
        "No contract is declared; the general checks pass",
        "No contract is declared; the general checks fail",
      ];
  if (contract.some(({severity}) => severity === "error")) return `${failed}: correct what is marked error.`;
  const look = contract.some(({severity}) => severity === "warning");
  return look ? `${passed}; look at what is marked warning.` : `${passed}.`;
}

const reasonsOf = ({reasons}: Pick<Sniffed, "reasons">): string[] => [
  `layout    ${reasons.layout}`,
  `customer  ${reasons.customer}`,
  `time      ${reasons.time}`,
  ...(reasons.known === undefined ? [] : [`known     ${reasons.known}`]),
  ...(reasons.id === undefined ? [] : [`id        ${reasons.id}`]),
  `type      ${reasons.type}`,
  `amount    ${reasons.amount}`,
];

function linesOf(finding: Finding, width: number): string[] {
  const {check, severity, share, rows, message} = finding;
  const verdict = severity === "info" ? "ok" : severity;
  const part = rows === 0 ? "" : ` (${Number((share * 100).toPrecision(2))} %)`;
  const line = `${verdict.padEnd(8)} ${check.padEnd(width)} ${message}${part}`;
  const places = placesText(finding);
  return places === "" ? [line] : [line, `${" ".repeat(width + 10)}${places}`];
}
