import type {Output} from "./document.ts";

/** Why a cell failed. */
export type CellFailure = {
  readonly kind: "compile" | "runtime" | "timeout" | "died" | "evidence";
  /** One line. */
  readonly message: string;
  /** Line in the cell, from 1, where it is known. */
  readonly line?: number;
  readonly traceback: readonly string[];
  /** How many of the last writes to standard error say the same. */
  readonly writes?: number;
};

type ErrorOutput = Extract<Output, {output_type: "error"}>;

const DIAGNOSTIC = /^(?:(\S+) )?(\d+):(\d+) - ([\s\S]*)$/;
const STRAY = /^(?:UnhandledPromiseRejection|UncaughtException): ([\s\S]*)$/;
const NAMED = /^(?:Uncaught )?((?:[A-Za-z_$][\w$.]*)?(?:Error|Exception))(?: \[[\w]+\])?(?:: ([^\n]*))?$/m;

/**
 * Reads the failure of a cell from what it wrote to standard error, one entry a write: the kernel
 * prints type errors, one a write, before anything runs, and a thrown value as the last write.
 */
export function failureIn(writes: readonly string[], reported: readonly Output[]): CellFailure {
  const error = reported.find((output): output is ErrorOutput => output.output_type === "error");
  if (error)
    return {
      kind: "runtime",
      message: `${error.ename}: ${firstLine(error.evalue)}`,
      traceback: error.traceback,
    };
  const diagnostics = writes.map(write => DIAGNOSTIC.exec(write.trimEnd()));
  const first = diagnostics[0];
  if (first && diagnostics.every(found => found !== null)) {
    const [, file, line, column, text] = first;
    const more = diagnostics.length > 1 ? ` (and ${diagnostics.length - 1} more)` : "";
    const place = file ? `${file} line ${line}, column ${column}` : `line ${line}, column ${column}`;
    return {
      kind: "compile",
      message: `${place}: ${firstLine(text!)}${more}`,
      ...(file ? {} : {line: Number(line)}),
      traceback: writes.flatMap(write => write.trimEnd().split("\n")),
      writes: writes.length,
    };
  }
  const last = writes.at(-1);
  return last === undefined
    ? thrown("the kernel reported an error and printed none")
    : {...thrown(last), writes: 1};
}

/** A rejection or an exception that nobody caught: the kernel prints it, and reports the cell as done. */
export function strayFailureIn(writes: readonly string[]): CellFailure | undefined {
  for (const write of writes) {
    const stray = STRAY.exec(write);
    if (stray) return thrown(stray[1]!);
  }
  return undefined;
}

function thrown(text: string): CellFailure {
  const named = NAMED.exec(text);
  const name = named ? `${named[1]}${named[2] ? `: ${named[2]}` : ""}` : firstLine(text);
  return {kind: "runtime", message: name, traceback: withoutKernelFrames(text)};
}

/** The lines of a stack, those of the kernel's own machinery left out. */
const withoutKernelFrames = (text: string): string[] =>
  text
    .trimEnd()
    .split("\n")
    .filter(line => !/^\s+at .*(?:\(node:|[\\/]node_modules[\\/]tslab[\\/])/.test(line));

/** nbformat's output for a failure. */
export function errorOutputOf(failure: CellFailure): ErrorOutput {
  const named = /^((?:[A-Za-z_$][\w$.]*)?(?:Error|Exception)): ([\s\S]*)$/.exec(failure.message);
  const [ename, evalue] =
    failure.kind === "runtime" && named ? [named[1]!, named[2]!] : [NAMES[failure.kind], failure.message];
  return {output_type: "error", ename, evalue, traceback: failure.traceback};
}

const NAMES = {
  compile: "CompileError",
  runtime: "Error",
  timeout: "TimeoutError",
  died: "KernelDied",
  evidence: "EvidenceError",
} as const;

const firstLine = (text: string): string => text.split("\n", 1)[0]!.trim();
