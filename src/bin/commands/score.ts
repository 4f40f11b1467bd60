import {existsSync, statSync} from "node:fs";
import {dirname, join, resolve} from "node:path";
import {Command} from "commander";
import {asOfDay} from "../../data/as-of.ts";
import {dateOf, dayOf} from "../../data/calendar.ts";
import type {Day} from "../../data/event-log.ts";
import {loadEventLog} from "../../data/load.ts";
import {DataError} from "../../data-error.ts";
import {briefPercent, counted} from "../../figures.ts";
import {type Bundle, requireSameQuestion} from "../../ledger/bundle.ts";
import {checkCadence, cutoffUntil} from "../../ledger/cadence.ts";
import {scoreBundle} from "../../ledger/score.ts";
import {type ScoreList, scoreCsv, scoreList} from "../../ledger/score-list.ts";
import {scoreReasons} from "../../ledger/score-reasons.ts";
import {requireWritable, sha256, shown, writeAtomically} from "../files.ts";
import {type LoadedStudy, loadStudy} from "../load-study.ts";
import {loadBeside, snapshotStudy} from "../open-run.ts";
import {readModel} from "../read-model.ts";
import type {Terminal} from "../terminal.ts";

type ScoreOptions = {
  readonly model?: string;
  readonly asOf?: string;
  readonly out?: string;
  readonly offCadence?: boolean;
  readonly json?: boolean;
};

/** `churnbook score`: the list of the customers active on a day, the riskiest first. */
export function scoreCommand(terminal: Terminal): Command {
  return new Command("score")
    .description(
      "score the customers who are active on a day, from what was known before it, and write them as CSV, the riskiest first",
    )
    .argument("[study]", "the study file", "study.ts")
    .option("--model <file>", "the model (default: reports/<name of the study>/model.json beside the study)")
    .option(
      "--as-of <day>",
      "day to score, YYYY-MM-DD (default: the last one that the log reaches and the model was trained for)",
    )
    .option(
      "--out <file>",
      "the CSV to write (default: scores/<name of the study>-<day>.csv beside the study)",
    )
    .option("--off-cadence", "score a day that the model was not trained for, and mark every row")
    .option("--json", "print one JSON object about the scores")
    .addHelpText(
      "after",
      "\nExample:\n  churnbook score notebooks/study.ts --model reports/demo/model.json --as-of 2026-07-01",
    )
    .action((study: string, options: ScoreOptions) => score(study, options, terminal));
}

async function score(path: string, options: ScoreOptions, terminal: Terminal): Promise<void> {
  const loaded = await loadStudy(path);
  const {study, folder} = loaded;
  const {bundle, digest} = readModel(
    resolve(options.model ?? join(folder, "reports", study.name, "model.json")),
    "name it with --model",
  );
  requireSameQuestion(bundle, study);
  const today = new Date().toISOString().slice(0, 10);
  // What the command line alone tells to be wrong is said before the events are read.
  const given = options.asOf === undefined ? undefined : asOfDay(options.asOf, today);
  if (given !== undefined) checkCadence(bundle, given, options);
  const fileOf = (asOf: Day) =>
    resolve(options.out ?? join(folder, "scores", `${study.name}-${dateOf(asOf)}.csv`));
  requireFile(fileOf(given ?? 0));

  const context = await snapshotStudy(loaded, {terminal, today});
  if (bundle.library !== context.library)
    terminal.note("the model was made by another version of churnbook, and its scores may differ from then");
  const asOf = given ?? cutoffUntil(bundle.cadence, Math.min(dayOf(context.asOf) + 1, dayOf(today)));
  terminal.progress(`scoring ${dateOf(asOf)}`);
  const list = await listOf(loaded, {bundle, snapshotFolder: context.snapshotFolder, asOf, options});
  const file = fileOf(asOf);
  const csv = scoreCsv(list, {model: digest.slice(0, DIGITS)});
  writeAtomically(file, csv);

  const {contacts, customers, probabilities, onCadence} = list;
  if (options.json) {
    const summary = {
      ...{study: study.name, model: digest, snapshot: context.snapshot, asOf: dateOf(asOf)},
      ...{offCadence: !onCadence, customers: customers.length, contacts},
      meanProbability: probabilities.reduce((sum, p) => sum + p, 0) / customers.length,
      ...{file: shown(file), sha256: sha256(csv)},
    };
    terminal.say(JSON.stringify(summary, null, 2));
    return;
  }
  terminal.note(
    `${counted(customers.length, "active customer")} on ${dateOf(asOf)}, ${counted(contacts, "contact")} at ` +
      `${briefPercent(study.economics.capacity)}${onCadence ? "" : "; off cadence, as every row says"}`,
  );
  terminal.say(`${sha256(csv)}  ${shown(file)}`);
}

/** Digits of the model's digest that name it in each row. */
const DIGITS = 12;

/** Scores a day from a snapshot of the events, and what was known before it beside them. */
async function listOf(
  {study, folder}: LoadedStudy,
  {
    bundle,
    snapshotFolder,
    asOf,
    options,
  }: {bundle: Bundle; snapshotFolder: string; asOf: Day; options: ScoreOptions},
): Promise<ScoreList> {
  const log = await loadEventLog(snapshotFolder, {timesOfDay: study.cutoffs.every === "moment"});
  const {customers} = log;
  const beside = await loadBeside(study, {folder, customers, asOf, timesOfDay: log.timeOfDay !== undefined});
  const scores = await scoreBundle(bundle, {log, ...beside}, asOf, options);
  if (scores.customer.length === 0)
    throw new DataError(
      `no customer of ${study.name} is active on ${dateOf(asOf)}; the log begins on ${dateOf(log.firstDay)}, ask for a day after that`,
    );
  const reasons = await scoreReasons(bundle, {log, ...beside}, asOf, scores);
  return scoreList(scores, {customers, asOf, capacity: study.economics.capacity, reasons});
}

/** @throws DataError when scores cannot be written to a file of this name. */
function requireFile(path: string): void {
  if (!path.endsWith(".csv"))
    throw new DataError(`--out requires a file whose name ends in .csv, got ${shown(path)}`);
  if (existsSync(path) && statSync(path).isDirectory())
    throw new DataError(`${shown(path)} is a folder; name a file for --out`);
  requireWritable(dirname(path));
}
