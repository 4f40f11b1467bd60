import {Command, CommanderError} from "commander";
import {cardCommand} from "./commands/card.ts";
import {dataCommand} from "./commands/data.ts";
import {demoCommand} from "./commands/demo.ts";
import {experimentCommand} from "./commands/experiment.ts";
import {initCommand} from "./commands/init.ts";
import {notebookCommand} from "./commands/notebook.ts";
import {runCommand} from "./commands/run.ts";
import {scoreCommand} from "./commands/score.ts";
import {verifyCommand} from "./commands/verify.ts";
import {versionOf} from "./files.ts";
import {failureOf, terminalOf} from "./terminal.ts";

/** Runs the command line; sets the exit status: 0 done, 1 a check failed, 2 bad usage or bad input. */
export async function main(argv: readonly string[]): Promise<void> {
  const terminal = terminalOf(process.stdout, process.stderr);
  const program = new Command("churnbook")
    .description("From a customer event log to a reproducible churn model card.")
    .version(versionOf())
    .option("--debug", "show where in the program an error came from")
    .exitOverride()
    .showHelpAfterError("(see churnbook --help)");
  const commands = [
    initCommand(terminal),
    runCommand(terminal),
    cardCommand(terminal),
    verifyCommand(terminal),
    scoreCommand(terminal),
    experimentCommand(terminal),
    dataCommand(terminal),
    notebookCommand(terminal),
    demoCommand(terminal),
  ];
  for (const command of commands) program.addCommand(withExit(command));
  try {
    await program.parseAsync(argv);
  } catch (error) {
    if (error instanceof CommanderError) {
      // commander has said what was wrong already; asking for help is no mistake.
      process.exitCode = error.exitCode === 0 ? 0 : 2;
      return;
    }
    const {status, line} = failureOf(error, {debug: program.opts<{debug?: boolean}>().debug ?? false});
    terminal.note(line);
    process.exitCode = status;
  }
}

/** Subcommands inherit neither the exit override nor the help hint when they are added ready made. */
function withExit(command: Command): Command {
  command.exitOverride().showHelpAfterError(`(see churnbook ${command.name()} --help)`);
  for (const inner of command.commands) withExit(inner);
  return command;
}
