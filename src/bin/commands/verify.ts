import {existsSync, mkdtempSync, readFileSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join, resolve} from "node:path";
import {Command} from "commander";
import {type Card, checkCard} from "../../card/card.ts";
import {DataError} from "../../data-error.ts";
import {sha256, shown} from "../files.ts";
import type {Terminal} from "../terminal.ts";
import {runStudy} from "./run.ts";

/** `churnbook verify`: makes a card again and compares it with the one that is there, byte by byte. */
export function verifyCommand(terminal: Terminal): Command {
  return new Command("verify")
    .description(
      "make the card again from the study and compare it with the one in a folder; exits 1 when they differ",
    )
    .argument("<folder>", "folder with the card")
    .option("--study <file>", "the study file", "study.ts")
    .option("--timeout <seconds>", "longest time that one cell may take", "600")
    .addHelpText("after", "\nExample:\n  churnbook verify reports/demo --study notebooks/study.ts")
    .action(async (path: string, {study, timeout}: {study: string; timeout: string}) => {
      const folder = resolve(path);
      const old = readCard(folder);
      const again = mkdtempSync(join(tmpdir(), "churnbook-verify-"));
      try {
        const pdf = existsSync(join(folder, "card.pdf"));
        // What a run says of its folders would be of folders that are gone.
        const quiet = {...terminal, note: terminal.progress};
        // Nothing stored is trusted: every stage is computed again.
        const store = join(again, "store");
        const {knownBefore} = old.identity;
        const options = {
          ...{out: join(again, "card"), store, pdf, timeout},
          ...(knownBefore === undefined ? {} : {asOf: knownBefore}),
        };
        const {files} = await runStudy(study, options, quiet);
        for (const {name, sha256: made} of files) {
          const there = existsSync(join(folder, name)) ? sha256(readFileSync(join(folder, name))) : undefined;
          if (there !== made) process.exitCode = 1;
          const verdict = there === made ? "same" : there === undefined ? "not there" : "DIFFERS";
          terminal.say(`${verdict.padEnd(9)} ${name}`);
        }
        for (const line of differences(old, readCard(join(again, "card")))) terminal.say(`  ${line}`);
      } finally {
        rmSync(again, {recursive: true, force: true});
      }
    });
}

function readCard(folder: string): Card {
  const file = join(folder, "card.json");
  if (!existsSync(file))
    throw new DataError(`${shown(folder)} holds no card.json; give the folder of a card`, {file: folder});
  try {
    const card: unknown = JSON.parse(readFileSync(file, "utf8"));
    checkCard(card);
    return card;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new DataError(`${shown(file)} is no model card: ${why}`, {file});
  }
}

/** Which inputs and which entries of the two cards are not the same. */
function differences(old: Card, made: Card): string[] {
  const parts = (card: Card) =>
    new Map<string, string>([
      ...Object.entries(card.identity).map(([key, value]): [string, string] => [
        `identity ${key}`,
        JSON.stringify(value),
      ]),
      ...card.sections
        .flatMap(({items}) => items)
        .map((item): [string, string] => [item.id, JSON.stringify(item)]),
    ]);
  const [before, after] = [parts(old), parts(made)];
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter(key => before.get(key) !== after.get(key))
    .map(key => `${key} ${after.has(key) ? (before.has(key) ? "is another" : "is new") : "is gone"}`);
}
