import {existsSync, readdirSync, readFileSync} from "node:fs";
import {join, resolve} from "node:path";
import {Command} from "commander";
import type {CardInput} from "../../card/card.ts";
import {DataError} from "../../data-error.ts";
import {cardFolder, writeCard} from "../card-files.ts";
import {shown} from "../files.ts";
import {loadStudy} from "../load-study.ts";
import type {Terminal} from "../terminal.ts";

/** `churnbook card`: renders the card of a finished run again, from its evidence. */
export function cardCommand(terminal: Terminal): Command {
  return new Command("card")
    .description("render the model card of a finished run again")
    .argument("[run]", "folder of the run (default: the latest one beside the study)")
    .option("--study <file>", "the study file", "study.ts")
    .option(
      "--out <folder>",
      "where the card goes (default: reports/<name of the study> beside the study, with -as-of-<day> for a run as of one)",
    )
    .option("--no-pdf", "leave card.pdf out")
    .addHelpText("after", "\nExample:\n  churnbook card --study notebooks/study.ts --out reports/demo")
    .action(async (run: string | undefined, options: {study: string; out?: string; pdf: boolean}) => {
      const loaded = await loadStudy(options.study);
      const from = run ? resolve(run) : latestRun(join(loaded.folder, ".churnbook", "runs"));
      const file = join(from, "card-input.json");
      const model = join(from, "model.json");
      if (!existsSync(file) || !existsSync(model))
        throw new DataError(
          `${shown(from)} holds no finished run; give the folder of one, or run the study again`,
          {file},
        );
      const input = readInput(file);
      const out = resolve(options.out ?? cardFolder(loaded, input.identity.knownBefore));
      const {files} = await writeCard(input, out, {
        ...{terminal, pdf: options.pdf},
        beside: [{name: "model.json", bytes: readFileSync(model)}],
      });
      for (const {name, sha256} of files) terminal.say(`${sha256}  ${shown(join(out, name))}`);
    });
}

/** What the card of a run is made of, the study as it was then included. */
function readInput(file: string): CardInput {
  try {
    const input = JSON.parse(readFileSync(file, "utf8")) as Partial<CardInput>;
    if (input.study && input.identity && input.evidence) return input as CardInput;
  } catch {
    // No JSON: said below.
  }
  throw new DataError(`${shown(file)} is damaged; run the study again`, {file});
}

function latestRun(folder: string): string {
  const runs = existsSync(folder) ? readdirSync(folder).sort() : [];
  const finished = runs.filter(name => existsSync(join(folder, name, "card-input.json")));
  if (finished.length === 0)
    throw new DataError(`${shown(folder)} holds no finished run; make one with \`churnbook run\``);
  return join(folder, finished.at(-1)!);
}
