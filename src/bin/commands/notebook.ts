import {readFileSync} from "node:fs";
import {basename, dirname, join, resolve} from "node:path";
import {Command, InvalidArgumentError} from "commander";
import {DataError} from "../../data-error.ts";
import {cleanNotebook, formatNotebook, type Notebook, parseNotebook} from "../../notebook/document.ts";
import type {Parameters} from "../../notebook/parameters.ts";
import {writeAtomically} from "../files.ts";
import type {Terminal} from "../terminal.ts";

type RunOptions = {param: Parameters; timeout: number; out?: string};

/** `churnbook notebook run|check|clean`. */
export function notebookCommand(terminal: Terminal): Command {
  const command = new Command("notebook").description("execute, check and clean notebooks");
  command
    .command("run")
    .description("execute notebooks from top to bottom, each in a fresh kernel; stops at the first error")
    .argument("<files...>", "notebooks (.ipynb)")
    .option("--param <name=value>", "set a variable; may be given several times", collectParameter, {})
    .option("--timeout <seconds>", "limit for each cell", secondsOf, 600)
    .option("--out <folder>", "write the executed copies there; nothing is written without it")
    .addHelpText(
      "after",
      "\nExample:\n  churnbook notebook run explore.ipynb --param months=6 --out executed",
    )
    .action((files: string[], options: RunOptions) => runAll(files, options, terminal));
  command
    .command("check")
    .description("type check the code of notebooks, strictly; exit status 1 when something is found")
    .argument("<files...>", "notebooks (.ipynb)")
    .addHelpText("after", "\nExample:\n  churnbook notebook check notebooks/*.ipynb")
    .action((files: string[]) => checkAll(files, terminal));
  command
    .command("clean")
    .description("take outputs, counts and volatile metadata out of notebooks, in place")
    .argument("<files...>", "notebooks (.ipynb)")
    .addHelpText("after", "\nExample:\n  churnbook notebook clean notebooks/*.ipynb")
    .action((files: string[]) => cleanAll(files, terminal));
  return command;
}

async function runAll(files: readonly string[], {param, timeout, out}: RunOptions, terminal: Terminal) {
  const notebooks = files.map(file => ({file, notebook: readNotebook(file)}));
  if (out !== undefined) requireDistinct(files);
  // Loaded here so that the other commands start without sockets and compilers.
  const [{startKernel}, {NotebookError, runNotebook}] = await Promise.all([
    import("../kernel.ts"),
    import("../../notebook/runner.ts"),
  ]);
  for (const {file, notebook} of notebooks) {
    const write = (executed: Notebook) => {
      if (out !== undefined) writeAtomically(join(out, basename(file)), formatNotebook(executed));
    };
    terminal.progress(`${file}: starting the kernel`);
    const kernel = await startKernel({folder: dirname(resolve(file))});
    try {
      const {executed, records, seconds} = await runNotebook(notebook, {
        file,
        kernel,
        parameters: param,
        timeoutSeconds: timeout,
        clock: () => performance.now() / 1000,
        onProgress: ({cell, cells, id}) => terminal.progress(`${file}: cell ${cell} of ${cells}, ${id}`),
      });
      write(executed);
      terminal.say(`${file}: done in ${seconds?.toFixed(1)} s, ${counted(records.length, "record")}`);
    } catch (error) {
      if (error instanceof NotebookError) write(error.executed);
      throw error;
    } finally {
      await kernel.shutdown();
    }
  }
}

async function checkAll(files: readonly string[], terminal: Terminal) {
  const notebooks = files.map(file => ({file, notebook: readNotebook(file)}));
  terminal.progress("loading the compiler");
  const {checkNotebook} = await import("../../notebook/check.ts");
  let total = 0;
  for (const {file, notebook} of notebooks) {
    terminal.progress(`${file}: checking`);
    const findings = checkNotebook(notebook, {file});
    total += findings.length;
    for (const {cell, line, message} of findings)
      terminal.say(`${file}: cell ${cell}, line ${line}: ${message}`);
  }
  if (total > 0) process.exitCode = 1;
  terminal.say(
    `${counted(files.length, "notebook")} checked, ${total === 0 ? "nothing found" : counted(total, "finding")}`,
  );
}

function cleanAll(files: readonly string[], terminal: Terminal) {
  const notebooks = files.map(file => ({file, notebook: readNotebook(file)}));
  for (const {file, notebook} of notebooks) {
    const clean = cleanNotebook(notebook);
    const changed = formatNotebook(clean) !== readFileSync(file, "utf8");
    if (changed) writeAtomically(file, formatNotebook(clean));
    terminal.say(`${file}: ${changed ? "cleaned" : "clean already"}`);
  }
}

function readNotebook(file: string): Notebook {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new DataError(
      `${file} ${missing ? "does not exist" : "cannot be read"}; name a notebook (.ipynb)`,
      {file},
    );
  }
  return parseNotebook(text, {file});
}

function requireDistinct(files: readonly string[]): void {
  const seen = new Set<string>();
  for (const file of files) {
    if (seen.has(basename(file)))
      throw new DataError(`--out requires notebooks of different names, got ${basename(file)} twice`, {file});
    seen.add(basename(file));
  }
}

function collectParameter(text: string, previous: Parameters): Parameters {
  const [, name, value] = /^([A-Za-z_$][\w$]*)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new InvalidArgumentError("write it as name=value, months=6 say.");
  return {...previous, [name]: parameterOf(value)};
}

/** A number, true, false, null or a JSON text is what it says; anything else is text. */
function parameterOf(text: string): Parameters[string] {
  try {
    const value: unknown = JSON.parse(text);
    if (
      value === null ||
      typeof value === "number" ||
      typeof value === "boolean" ||
      typeof value === "string"
    )
      return value;
  } catch {
    // Text without quotes.
  }
  return text;
}

function secondsOf(text: string): number {
  const seconds = Number(text);
  if (!(seconds > 0 && seconds <= 86_400))
    throw new InvalidArgumentError("give seconds, more than 0 and at most 86400.");
  return seconds;
}

const counted = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`;
