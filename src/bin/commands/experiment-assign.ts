import {resolve} from "node:path";
import {Command} from "commander";
import {DataError} from "../../data-error.ts";
import {counted, whole} from "../../figures.ts";
import {assignmentCsv} from "../../ledger/assignment-list.ts";
import {assignmentFacts} from "../../report/experiment-plan.ts";
import {type AssignmentCheck, checkAssignment} from "../../uplift/experiment/check-assignment.ts";
import {
  assignCandidates,
  fromInput,
  type PopulationOptions,
  populationOptions,
  readCandidates,
  readPlanFile,
  writeOnce,
} from "../experiment-files.ts";
import {sha256, shown, versionOf, writeAtomically} from "../files.ts";
import {columnNames} from "../read-columns.ts";
import type {Terminal} from "../terminal.ts";

type AssignOptions = PopulationOptions & {readonly out: string};

/** `churnbook experiment assign`: who is contacted, as the plan says. */
export function assignCommand(terminal: Terminal): Command {
  const command = new Command("assign")
    .description(
      "draw who is contacted and who is left alone, as a registered plan says, and write them as CSV",
    )
    .argument("[plan]", "the registered plan", "plan.json");
  return populationOptions(command)
    .option(
      "--out <file>",
      "the CSV to write; what is said of it goes beside it, with .json",
      "assignment.csv",
    )
    .addHelpText(
      "after",
      "\nExample:\n  churnbook experiment assign plan.json --list scores/my-shop-2025-06-01.csv --out assignment.csv",
    )
    .action((plan: string, options: AssignOptions) => assign(plan, options, terminal));
}

async function assign(path: string, options: AssignOptions, terminal: Terminal): Promise<void> {
  const plan = readPlanFile(resolve(path));
  const file = resolve(options.out);
  if (!file.endsWith(".csv"))
    throw new DataError(`--out requires a file whose name ends in .csv, got ${shown(file)}`);
  const {sharing, strata, launch} = plan;
  const names = await columnNames(options.list, {field: "--list"});
  const numbers = plan.covariates.filter(name => names.includes(name));
  const candidates = await readCandidates(options, {
    ...{strata, numbers, launch, quietDays: plan.population.quietDays},
  });
  const {assignment, population} = fromInput(() => assignCandidates(candidates, sharing));
  if (population.digest !== plan.population.digest)
    throw new DataError(
      `${shown(resolve(path))} is for ${counted(plan.population.customers, "customer")} with the digest ${plan.population.digest}, ` +
        `and ${options.list} gives ${whole(population.customers)} with ${population.digest}; ` +
        "give the list, contacts and running experiments of the design, or design an experiment for these customers",
    );
  const customer = candidates.population.customers;
  const csv = assignmentCsv({...assignment, customer}, plan);
  terminal.progress("drawing the lot again and again, to check it");
  const checks: readonly AssignmentCheck[] = fromInput(() =>
    checkAssignment(
      {...assignment, customer},
      {
        salt: sharing.salt,
        traits: {[options.risk]: candidates.population.risk, ...candidates.numbers},
      },
    ),
  );
  const about = {
    schemaVersion: "1",
    plan: {name: plan.name, digest: plan.digest},
    assignment: {rows: customer.length, sha256: sha256(csv)},
    population,
    checks,
    churnbook: versionOf(),
  };
  writeOnce(file, csv, `what ${shown(resolve(path))} assigns`);
  writeAtomically(file.replace(/\.csv$/, ".json"), `${JSON.stringify(about, null, 2)}\n`);
  for (const fact of assignmentFacts(population, checks).items) terminal.say(fact);
  terminal.say(`${sha256(csv)}  ${shown(file)}`);
}
