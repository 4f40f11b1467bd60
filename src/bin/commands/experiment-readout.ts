import {readFileSync} from "node:fs";
import {resolve} from "node:path";
import {Command} from "commander";
import {dayOf} from "../../data/calendar.ts";
import {DataError} from "../../data-error.ts";
import {experimentPage} from "../../report/campaign-experiment.ts";
import {readOutFindings, verdictText} from "../../report/experiment.ts";
import {planOutcomes} from "../../uplift/campaign/outcomes.ts";
import {readOut} from "../../uplift/experiment/readout.ts";
import {writeCampaignPage} from "../campaign-file.ts";
import {engineVersions} from "../engines.ts";
import {fromInput, readAssignment, readOutcomes, readPlanFile} from "../experiment-files.ts";
import {
  openStudyEvents,
  outcomesFrom,
  type StudyPageOptions,
  sheetFile,
  studyParts,
} from "../experiment-page.ts";
import {sha256, shown, versionOf, writeAtomically} from "../files.ts";
import type {Terminal} from "../terminal.ts";

type ReadoutOptions = StudyPageOptions & {
  readonly assignment: string;
  readonly outcomes?: string;
  readonly page?: string;
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
    .option(
      "--outcomes <file>",
      "CSV or Parquet with a row a customer: customer, outcome, and the columns that the plan names (default: who churned by the events of --study)",
    )
    .option("--customer <column>", "column of the outcomes that names the customer", "customer")
    .option(
      "--outcome <column>",
      "column with the outcome: 0, 1 or an amount, empty while it is not known",
      "outcome",
    )
    .option("--day <day>", "day of the reading, YYYY-MM-DD (default: today)")
    .option("--out <file>", "the JSON to write", "readout.json")
    .option("--study <file>", "study whose events say who churned, and what happened day by day")
    .option("--page <file>", "write the campaign page too, one HTML file for all who take part")
    .option(
      "--sent <type>",
      "for the page: event type of a message that was sent (default: the study's campaigns)",
    )
    .option("--opened <type>", "event type of a message that was opened")
    .option("--clicked <type>", "event type of a click")
    .option("--presence <types>", "event types that a customer begins, visits say, with commas between")
    .option(
      "--model <file>",
      "model that says what to tell whom (default: reports/<name of the study>/model.json beside the study)",
    )
    .option("--messages <file>", "JSON of texts by feature, in place of those of the study")
    .option("--scores <table>", "table of the study with other scores, to put the contacts in order by")
    .option("--value <column>", "column of --scores with what a customer is worth")
    .option("--offers <columns>", "columns of --scores by offer, with commas between: the highest is offered")
    .addHelpText(
      "after",
      "\nExample:\n  churnbook experiment readout plan.json --assignment assignment.csv --outcomes outcomes.csv --day 2025-09-01\n" +
        "  churnbook experiment readout plan.json --study study.ts --sent email_sent --opened email_open --page campaign.html",
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
  if (options.outcomes === undefined && options.study === undefined)
    throw new DataError("give --outcomes, or --study with the events that say who churned");
  if (options.page !== undefined && !options.page.endsWith(".html"))
    throw new DataError(`--page requires a file whose name ends in .html, got ${options.page}`);
  const plan = readPlanFile(resolve(path));
  const assignment = await readAssignment(options.assignment, plan);
  const events = options.study === undefined ? undefined : await openStudyEvents(options.study, terminal);
  const outcomes =
    options.outcomes === undefined
      ? planOutcomes(plan, assignment.customer, outcomesFrom(events!, plan, assignment))
      : await readOutcomes(options.outcomes, plan, options);
  const reading = fromInput(() => readOut(plan, assignment, outcomes, {day}));
  const {node, "@duckdb/node-api": duckdb} = engineVersions();
  const record = {
    schemaVersion: "1",
    inputs: {
      plan: inputOf(path),
      assignment: inputOf(options.assignment),
      outcomes:
        options.outcomes === undefined
          ? {study: shown(resolve(options.study!)), snapshot: events!.run.snapshot.digest}
          : inputOf(options.outcomes),
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
  if (options.page === undefined) return;
  terminal.progress("drawing the page");
  const found = events && (await studyParts(events, {plan, assignment}, options));
  const sources = {
    Plan: plan.digest,
    Assignment: inputOf(options.assignment).sha256,
    ...(options.outcomes === undefined ? {} : {Outcomes: inputOf(options.outcomes).sha256}),
    ...(events ? {Events: events.run.snapshot.digest} : {}),
    churnbook: versionOf(),
  };
  const page = experimentPage({plan, assignment, outcomes, reading}, found?.parts ?? {}, sources);
  const target = resolve(options.page);
  terminal.say(`${await writeCampaignPage(page, target)}  ${shown(target)}`);
  if (found?.sheet === undefined) return;
  const sheet = sheetFile(target);
  writeAtomically(sheet, found.sheet);
  terminal.say(`${sha256(found.sheet)}  ${shown(sheet)}`);
}

const inputOf = (file: string) => ({
  file: shown(resolve(file)),
  sha256: sha256(readFileSync(resolve(file))),
});
