import {writeFileSync} from "node:fs";
import {parseArgs} from "node:util";
import {failureOf, terminalOf} from "../../src/bin/terminal.ts";
import {DataError} from "../../src/data-error.ts";
import type {Benchmark, Options} from "./benchmark.ts";
import {boost} from "./boost.ts";
import {evaluate} from "./evaluate.ts";
import {explain} from "./explain.ts";
import {features} from "./features.ts";
import {load, machine} from "./machine.ts";

const BENCHMARKS: {readonly [name: string]: Benchmark} = {boost, evaluate, explain, features};

const terminal = terminalOf(process.stdout, process.stderr);

function list(): void {
  terminal.say("npm run bench -- NAME [--json FILE] [options]");
  for (const [name, {about, help}] of Object.entries(BENCHMARKS)) {
    terminal.say(`\n${name}: ${about}`);
    for (const line of help) terminal.say(`  ${line}`);
  }
}

function optionsOf({options}: Benchmark, args: string[]): Options {
  try {
    return parseArgs({args, options: {...options, json: {type: "string"}}}).values;
  } catch (error) {
    throw new DataError(`bench: ${(error as Error).message}`);
  }
}

async function run(name: string, args: string[]): Promise<void> {
  const benchmark = Object.hasOwn(BENCHMARKS, name) ? BENCHMARKS[name] : undefined;
  if (!benchmark)
    throw new DataError(`bench requires one of ${Object.keys(BENCHMARKS).join(", ")}, got ${name}`);
  const options = optionsOf(benchmark, args);
  const [where, before] = [machine(), load()];
  terminal.say(
    `${where.cpu}, ${where.cores} cores, ${where.memoryMegabytes} MB, ${where.system}; ` +
      `load before ${before.join(" ")}`,
  );
  const outcome = await benchmark.run(options, terminal);
  const versions = {node: process.versions.node, ...outcome.versions};
  const after = load();
  terminal.say("");
  terminal.say(
    `${Object.entries(versions)
      .map(pair => pair.join(" "))
      .join(", ")}; load after ${after.join(" ")}`,
  );
  if (typeof options.json !== "string") return;
  const file = {name, machine: {...where, load: {before, after}}, ...outcome, versions};
  writeFileSync(options.json, `${JSON.stringify(file, undefined, 2)}\n`);
}

try {
  const [name, ...args] = process.argv.slice(2);
  if (name === undefined) list();
  else await run(name, args);
} catch (error) {
  const {status, line} = failureOf(error, {debug: process.env.DEBUG !== undefined});
  terminal.note(line.replace(/^churnbook: /, ""));
  process.exitCode = status;
}
