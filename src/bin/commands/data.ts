import {Command} from "commander";
import type {Finding} from "../../data/finding.ts";
import {type Sniffed, sniff} from "../../data/sniff.ts";
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
  const data = new Command("data").description("look at event data before a study is made of it");
  data
    .command("check")
    .description(
      "report the contract and the quality of an event log; the exit status is 1 when more rows are bad than a study allows",
    )
    .argument("<files...>", "CSV, text (each also .gz) or Parquet files, or quoted globs")
    .option("--customer <column>", "column with the customer id")
    .option("--time <column>", "column with the time of the event")
    .option("--time-format <format>", "strptime format of the time, %d/%m/%Y say")
    .option("--amount <expression>", "SQL expression for the amount, or none")
    .option("--type <expression>", "SQL expression for the event type, or a text in single quotes")
    .option("--delim <text>", "what parts the fields: a character, or tab, space, semicolon, comma, pipe")
    .option("--json", "print one JSON object")
    .action(async (files: string[], options: CheckOptions) => {
      terminal.progress(`reading ${files.join(", ")}`);
      const found = await sniff(files, {
        ...options,
        delimiter: options.delim,
        folder: process.cwd(),
        today: new Date().toISOString().slice(0, 10),
      });
      if (options.json) terminal.say(JSON.stringify(found, null, 2));
      else for (const line of reportOf(found)) terminal.say(line);
      if (found.contract.some(({severity}) => severity === "error")) process.exitCode = 1;
    });
  return data;
}

/** The report, line by line. */
export function reportOf({reasons, contract, ...found}: Sniffed): string[] {
  const types = Object.entries(found.types).map(([type, n]) => `${type} ${grouped(n)}`);
  const worst = (["error", "warning", "info"] as const).find(level =>
    contract.some(({severity}) => severity === level),
  );
  return [
    `layout    ${reasons.layout}`,
    `customer  ${reasons.customer}`,
    `time      ${reasons.time}`,
    `type      ${reasons.type}`,
    `amount    ${reasons.amount}`,
    "",
    `${grouped(found.rows)} of ${grouped(found.rowsRead)} rows kept, ${grouped(found.customers)} customers, ${found.firstDay} to ${found.lastDay}`,
    `events: ${types.join(", ")}`,
    "",
    ...contract.map(lineOf),
    "",
    worst === "error"
      ? "The data breaks the contract: correct what is marked error."
      : worst === "warning"
        ? "The data keeps the contract; look at what is marked warning."
        : "The data keeps the contract.",
  ];
}

const lineOf = ({check, severity, share, rows, message}: Finding): string =>
  `${(rows === 0 ? "ok" : severity).padEnd(8)} ${check.padEnd(20)} ${message}${rows === 0 ? "" : ` (${Number((share * 100).toPrecision(2))} %)`}`;

const grouped = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ",");
