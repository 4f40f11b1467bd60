import {Command} from "commander";
import type {Terminal} from "../terminal.ts";
import {assignCommand} from "./experiment-assign.ts";
import {designCommand} from "./experiment-design.ts";
import {readoutCommand} from "./experiment-readout.ts";
import {sizeCommand} from "./experiment-size.ts";

/** `churnbook experiment`. */
export function experimentCommand(terminal: Terminal): Command {
  const experiment = new Command("experiment").description(
    "plan an experiment that shows what contacting changes, assign its customers and read it out",
  );
  for (const command of [sizeCommand, designCommand, assignCommand, readoutCommand])
    experiment.addCommand(command(terminal));
  return experiment;
}
