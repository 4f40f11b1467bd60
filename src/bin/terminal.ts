import {DataError} from "../data-error.ts";

/** Where a command speaks: results on standard output, progress on standard error while that is a terminal. */
export type Terminal = {
  /** Prints a line of the result. */
  readonly say: (line: string) => void;
  /** Prints a line that is no result: what is being done, a warning. */
  readonly note: (line: string) => void;
  /** Replaces the progress line; shows nothing where standard error is no terminal. */
  readonly progress: (line: string) => void;
};

export function terminalOf(stdout: NodeJS.WriteStream, stderr: NodeJS.WriteStream): Terminal {
  let shown = false;
  const clear = () => {
    if (shown) stderr.write("\r\x1b[2K");
    shown = false;
  };
  return {
    say: line => {
      clear();
      stdout.write(`${line}\n`);
    },
    note: line => {
      clear();
      stderr.write(`${line}\n`);
    },
    progress: line => {
      if (!stderr.isTTY) return;
      clear();
      stderr.write(line.slice(0, (stderr.columns ?? 80) - 1));
      shown = true;
    },
  };
}

/** Exit status of a failed command: 2 for the user's input, 1 for anything else; its line for standard error. */
export function failureOf(
  error: unknown,
  {debug = false}: {debug?: boolean} = {},
): {
  status: 1 | 2;
  line: string;
} {
  const text =
    error instanceof Error ? (debug ? (error.stack ?? error.message) : error.message) : String(error);
  return {status: error instanceof DataError ? 2 : 1, line: `churnbook: ${text}`};
}
