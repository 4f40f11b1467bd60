import {readdirSync, readFileSync} from "node:fs";
import {join, resolve} from "node:path";
import {Command} from "commander";
import type {CardIdentity, CardInput} from "../../card/card.ts";
import {asOfDay} from "../../data/as-of.ts";
import {DataError} from "../../data-error.ts";
import {counted} from "../../figures.ts";
import {besideDigest} from "../../ledger/beside.ts";
import type {Costs} from "../../ledger/carbon.ts";
import type {Evidence} from "../../ledger/evidence.ts";
import {contactsDigest} from "../../ledger/inputs.ts";
import {canonicalJson, digestOf} from "../../ledger/store.ts";
import {formatNotebook, type Notebook, parseNotebook} from "../../notebook/document.ts";
import {NotebookError, runNotebook} from "../../notebook/runner.ts";
import {UNSETTLED} from "../../study.ts";
import {type CardFile, cardFolder, writeCard} from "../card-files.ts";
import {requireWritable, sha256, shown, versionOf, writeAtomically} from "../files.ts";
import {startKernel} from "../kernel.ts";
import {loadStudy} from "../load-study.ts";
import {openContext, type RunContext, snapshotStudy} from "../open-run.ts";
import type {Terminal} from "../terminal.ts";

export type RunOptions = {out?: string; pdf: boolean; timeout: string; asOf?: string};

/** `churnbook run`: snapshot, notebooks in order, evidence, card. */
export function runCommand(terminal: Terminal): Command {
  return new Command("run")
    .description("take a snapshot of the events, execute the study's notebooks and render the model card")
    .argument("[study]", "the study file", "study.ts")
    .option(
      "--out <folder>",
      "where the card goes (default: reports/<name of the study> beside the study, with -as-of-<day> if so asked)",
    )
    .option("--as-of <day>", "use only what was known before this day, YYYY-MM-DD")
    .option("--no-pdf", "leave card.pdf out")
    .option("--timeout <seconds>", "longest time that one cell may take", "600")
    .addHelpText("after", "\nExample:\n  churnbook run notebooks/study.ts --out reports/demo")
    .action(async (study: string, options: RunOptions) => {
      const {folder, files} = await runStudy(study, options, terminal);
      for (const {name, sha256: digest} of files) terminal.say(`${digest}  ${shown(join(folder, name))}`);
    });
}

/** The files of a card, model.json included, and where they are. */
type Written = {readonly folder: string; readonly files: readonly CardFile[]};

/**
 * Takes the snapshot of a study, executes its notebooks, and writes the card.
 * @param store folder of snapshots, stage results and runs; `.churnbook` beside the study when absent.
 */
export async function runStudy(
  path: string,
  options: RunOptions & {readonly store?: string},
  terminal: Terminal,
): Promise<Written> {
  const loaded = await loadStudy(path);
  const {study, folder} = loaded;
  const timeoutSeconds = Number(options.timeout);
  if (!(timeoutSeconds > 0))
    throw new DataError(`--timeout requires a number of seconds, got ${options.timeout}`);
  if (options.asOf !== undefined) asOfDay(options.asOf, today());
  const notebooks = readNotebooks(folder);
  const out = resolve(options.out ?? cardFolder(loaded, options.asOf));
  requireWritable(out);
  const started = performance.now();
  const taken = await snapshotStudy(loaded, {
    ...{terminal, today: today()},
    ...(options.store === undefined ? {} : {store: options.store}),
    ...(options.asOf === undefined ? {} : {asOf: options.asOf}),
  });
  const opened = await openContext(taken, {progress: terminal.progress});
  // A log that cannot be split or read by a feature fails here, in a second and with its own sentence.
  opened.splitAudit();
  terminal.progress("looking for leaks");
  await opened.audit();
  const context: RunContext = {
    ...taken,
    campaigns: contactsDigest(opened.campaigns),
    beside: besideDigest(opened),
    ...(opened.championDigest === undefined ? {} : {champion: opened.championDigest}),
  };
  const run = runDigest(context, notebooks);
  const stamp = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const runFolder = join(context.store, "runs", `${stamp}-${run}`);
  const evidence = await executeNotebooks(notebooks, {folder, context, runFolder, timeoutSeconds, terminal});
  // As it will be read again by `churnbook card`: the order of keys is part of the bytes of a card.
  const identity = identityOf(context, run, study.seed);
  const input = JSON.parse(canonicalJson({study, identity, evidence})) as CardInput;
  const bundle = `${canonicalJson(await opened.bundle())}\n`;
  const {files} = await writeCard(input, out, {
    ...{terminal, pdf: options.pdf},
    beside: [{name: "model.json", bytes: Buffer.from(bundle)}],
  });
  writeAtomically(join(runFolder, "model.json"), bundle);
  const costs = await opened.costs();
  if (costs) {
    // Another time they are others, so they are no part of the card, which is the same every time.
    writeAtomically(join(runFolder, "costs.json"), `${JSON.stringify(costs, null, 2)}\n`);
    terminal.note(costsLine(costs));
  }
  writeAtomically(join(runFolder, "card-input.json"), `${canonicalJson(input)}\n`);
  const record = {run, context, seconds: seconds(started), files};
  writeAtomically(join(runFolder, "run.json"), `${canonicalJson(record)}\n`);
  const open = canonicalJson(study).split(UNSETTLED).length - 1;
  if (open > 0)
    terminal.note(
      `${counted(open, "field")} of ${shown(loaded.file)} still say "${UNSETTLED}", and so does the card`,
    );
  terminal.note(
    `done in ${seconds(started)}; the executed notebooks are in ${shown(join(runFolder, "notebooks"))}`,
  );
  return {folder: out, files};
}

type Sources = ReturnType<typeof readNotebooks>;

/** Executes notebooks in order, each in a fresh kernel, and keeps the executed copies; gives what they recorded. */
async function executeNotebooks(
  notebooks: Sources,
  {
    folder,
    context,
    runFolder,
    timeoutSeconds,
    terminal,
  }: {folder: string; context: RunContext; runFolder: string; timeoutSeconds: number; terminal: Terminal},
): Promise<Evidence[]> {
  const contextFile = join(runFolder, "context.json");
  writeAtomically(contextFile, canonicalJson(context));
  const evidence: Evidence[] = [];
  for (const [k, {file, name, notebook}] of notebooks.entries()) {
    const kernel = await startKernel({folder, env: {CHURNBOOK_RUN: contextFile}});
    const at = performance.now();
    let place = "";
    const keep = (executed: Notebook) =>
      writeAtomically(join(runFolder, "notebooks", name), formatNotebook(executed));
    try {
      const {executed, records} = await runNotebook(notebook, {
        file: shown(file),
        kernel,
        timeoutSeconds,
        onProgress: ({cell, cells}) => {
          place = `${name}: cell ${cell} of ${cells}`;
          terminal.progress(`notebook ${k + 1} of ${notebooks.length}, ${place}`);
        },
        onLine: line => terminal.progress(`${place}, ${line}`),
      });
      keep(executed);
      evidence.push(...records);
      terminal.note(`${name}: ${records.length} records, ${seconds(at)}`);
    } catch (error) {
      if (error instanceof NotebookError) keep(error.executed);
      throw error;
    } finally {
      await kernel.shutdown();
    }
  }
  return evidence;
}

/** The study's notebooks, `01-….ipynb` and so on beside the study file, in order. */
function readNotebooks(folder: string) {
  const names = readdirSync(folder)
    .filter(name => /^\d+.*\.ipynb$/.test(name))
    .sort();
  if (names.length === 0)
    throw new DataError(
      `${shown(folder)} has no notebooks; their names begin with a number, 01-problem-framing.ipynb say`,
    );
  return names.map(name => {
    const file = join(folder, name);
    return {name, file, notebook: parseNotebook(readFileSync(file, "utf8"), {file: shown(file)})};
  });
}

/** A run is named by all that goes into it, so that the same inputs have the same name on every machine. */
function runDigest(context: RunContext, notebooks: readonly {name: string; file: string}[]): string {
  const sources = notebooks.map(({name, file}) => [name, sha256(readFileSync(file))]);
  const {snapshot, studyDigest, campaigns, beside, champion, knownBefore, library, engines} = context;
  const inputs = [snapshot, knownBefore, studyDigest, campaigns, beside, champion];
  return digestOf([inputs.map(input => input ?? null), library, engines, sources]).slice(0, 12);
}

function identityOf(context: RunContext, run: string, seed: number): CardIdentity {
  return {
    run,
    snapshot: context.snapshot,
    ...(context.campaigns ? {campaigns: context.campaigns} : {}),
    ...(context.beside ? {beside: context.beside} : {}),
    ...(context.champion ? {champion: context.champion} : {}),
    study: context.studyDigest,
    library: context.library,
    package: `churnbook ${versionOf()}`,
    seed,
    asOf: context.asOf,
    ...(context.knownBefore ? {knownBefore: context.knownBefore} : {}),
    engines: context.engines,
  };
}

/** What fitting the models took, by whichever run fitted them. */
function costsLine({total}: Costs): string {
  const {fits, wallSeconds, energyWattHours, energyHighWattHours} = total;
  const energy = [energyWattHours, energyHighWattHours].map(wh => Number(wh.toPrecision(2)));
  return (
    `the models took ${counted(fits, "fit")}, ${wallSeconds.toFixed(1)} s and about ${energy[0]} Wh ` +
    `(an estimate; at most ${energy[1]} Wh); see costs.json in the run's folder`
  );
}

const today = (): string => new Date().toISOString().slice(0, 10);
const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`;
