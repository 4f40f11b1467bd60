import type {ParseArgsOptionsConfig} from "node:util";
import type {Terminal} from "../../src/bin/terminal.ts";

/** A benchmark that bench.ts can run by its name. */
export type Benchmark = {
  /** What it measures, in a line. */
  readonly about: string;
  /** Options of its own on the command line, and a line of help for each. */
  readonly options: ParseArgsOptionsConfig;
  readonly help: readonly string[];
  /** Prints its tables, and returns what goes to the file. @throws DataError for a bad option. */
  readonly run: (options: Options, terminal: Terminal) => Promise<Outcome>;
};

/** Options as given; an option that takes none is true or absent. */
export type Options = {readonly [name: string]: unknown};

/** Figures have their unit in their name: trainCpuSeconds, peakMegabytes. */
export type Outcome = {
  /** Of the programs that were measured, by name. */
  readonly versions: {readonly [program: string]: string};
  readonly rows: readonly object[];
  /** Anything else that tells what the figures mean. */
  readonly [name: string]: unknown;
};
