import {readFileSync} from "node:fs";
import {resolve} from "node:path";
import {Command} from "commander";
import {dayOf} from "../../data/calendar.ts";
import {DataError} from "../../data-error.ts";
import {readOutFindings, verdictText} from "../../report/experiment.ts";
import {readOut} from "../../uplift/experiment/readout.ts";
import {engineVersions} from "../engines.ts";
import {fromInput, readAssignment, readOutcomes, readPlanFile} from "../experiment-files.ts";
import {sha256, shown, versionOf, writeAtomically} from "../files.ts";
import type {Terminal} from "../terminal.ts";

type ReadoutOptions = {
  readonly assignment: string;
  readonly outcomes: string;
  readonly customer: string;
  readonly outcome: string;
  readonly day?: string;
  readonly out: string;
};

/** `churnbook experiment readout`: what the outcomes say, read as the plan has it. */
export function readoutCommand(terminal: Terminal): Command {
  return new Command("readout")
    .description("read an experiment out as its registered plan says, and write the reading as JSON")
    .argument("[plan]", "the registered plan", "plan.json")
    .option("--assignment <file>", "who was assigned to what", "assignment.csv")
    .requiredOption(
      "--outcomes <file>",
      "CSV or Parquet with a row a customer: customer, outcome, and the columns that the plan names",
    )
    .option("--customer <column>", "column of the outcomes that names the customer", "customer")
    .option(
      "--outcome <column>",
      "column with the outcome: 0, 1 or an amount, empty while it is not known",
      "outcome",
    )
    .option("--day <day>", "day of the reading, YYYY-MM-DD (default: today)")
    .option("--out <file>", "the JSON to write", "readout.json")
    .addHelpText(
      "after",
      "\nExample:\n  churnbook experiment readout plan.json --assignment assignment.csv --outcomes outcomes.csv --day 2025-09-01",
    )
    .action((plan: string, options: ReadoutOptions) => readout(plan, options, terminal));
}

async function readout(path: string, options: ReadoutOptions, terminal: Terminal): Promise<void> {
  const day = options.day ?? new Date().toISOString().slice(0, 10);
  try {
    dayOf(day);
  } catch {
    throw new DataError(`--day requires a day written YYYY-MM-DD, got ${day}`);
  }
  const plan = readPlanFile(resolve(path));
  const assignment = await readAssignment(options.assignment, plan);
  const outcomes = await readOutcomes(options.outcomes, plan, options);
  const reading = fromInput(() => readOut(plan, assignment, outcomes, {day}));
  const {node, "@duckdb/node-api": duckdb} = engineVersions();
  const record = {
    schemaVersion: "1",
    inputs: {
      plan: inputOf(path),
      assignment: inputOf(options.assignment),
      outcomes: inputOf(options.outcomes),
    },
    versions: {churnbook: versionOf(), node, "@duckdb/node-api": duckdb},
    readout: reading,
  };
  const file = resolve(options.out);
  const json = `${JSON.stringify(record, null, 2)}\n`;
  writeAtomically(file, json);
  terminal.say(verdictText(reading).text);
  for (const finding of readOutFindings(reading).items) terminal.say(`- ${finding}`);
  terminal.say(`${sha256(json)}  ${shown(file)}`);
}

const inputOf = (file: string) => ({
  file: shown(resolve(file)),
  sha256: sha256(readFileSync(resolve(file))),
});
