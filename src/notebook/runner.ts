import {basename} from "node:path";
import {DataError} from "../data-error.ts";
import {checkEvidence, EVIDENCE_MIME, type Evidence, type EvidenceRecord} from "../ledger/evidence.ts";
import {PROGRESS_MIME} from "./bundle.ts";
import {type CodeCell, cellDigest, hasTag, type Notebook, sourceOf} from "./document.ts";
import {type CellFailure, errorOutputOf, failureIn, strayFailureIn} from "./failure.ts";
import type {Execution, Kernel} from "./kernel-client.ts";
import {collectOutputs} from "./outputs.ts";
import {INJECTED, injectParameters, type Parameters} from "./parameters.ts";
import type {Message} from "./wire.ts";

/** What an execution leaves. */
export type NotebookRun = {
  /** The notebook with outputs and execution counts; cells after a failure have neither. */
  readonly executed: Notebook;
  /** Every record that a cell emitted, in order. The same id may come twice. */
  readonly records: readonly Evidence[];
  /** Wall time of the cells; absent without a clock. */
  readonly seconds?: number;
};

/** A cell failed. The message is one sentence that names the notebook, the cell and what went wrong. */
export class NotebookError extends DataError {
  /** The notebook as far as it got, the failed cell's outputs included. */
  readonly executed: Notebook;
  readonly records: readonly Evidence[];
  readonly failure: CellFailure;

  constructor(message: string, place: {file: string; cell: string}, failure: CellFailure, run: NotebookRun) {
    super(message, place);
    this.name = "NotebookError";
    this.failure = failure;
    this.executed = run.executed;
    this.records = run.records;
  }
}

export type RunOptions = {
  /** Path of the notebook, named in errors; records carry its base name. */
  readonly file: string;
  /** A fresh kernel whose working directory is the notebook's folder. It is left open. */
  readonly kernel: Kernel;
  readonly parameters?: Parameters | undefined;
  /** Limit for each cell; none when absent. A cell that exceeds it is ended together with the kernel. */
  readonly timeoutSeconds?: number | undefined;
  /** Told before each code cell: `cell` of `cells`, from 1. */
  readonly onProgress?: ((progress: {cell: number; cells: number; id: string}) => void) | undefined;
  /** Told what a cell says that it is doing. */
  readonly onLine?: ((line: string) => void) | undefined;
  /** Seconds from any origin. */
  readonly clock?: (() => number) | undefined;
};

/**
 * Executes the code cells of a notebook in order, and stops at the first that fails.
 * @throws NotebookError when a cell does not compile, throws, leaves a rejection uncaught, emits no valid
 * record, runs too long or ends the kernel; it carries what was done until then.
 */
export async function runNotebook(notebook: Notebook, options: RunOptions): Promise<NotebookRun> {
  const {file, kernel, parameters = {}, timeoutSeconds, onProgress, onLine, clock} = options;
  const prepared = injectParameters(notebook, parameters);
  const code = prepared.cells.filter((cell): cell is CodeCell => cell.cell_type === "code");
  const written = code.filter(cell => !hasTag(cell, INJECTED));
  const started = clock?.();
  const results = new Map<string, () => CodeCell>();
  const records: Evidence[] = [];

  const runSoFar = (): NotebookRun => ({
    executed: {
      ...prepared,
      metadata: {...prepared.metadata, language_info: kernel.language},
      cells: prepared.cells.map(cell => {
        if (cell.cell_type !== "code") return cell;
        return results.get(cell.id)?.() ?? {...cell, outputs: [], execution_count: null};
      }),
    },
    records: [...records],
    ...(clock && started !== undefined ? {seconds: clock() - started} : {}),
  });

  for (const [i, cell] of code.entries()) {
    onProgress?.({cell: i + 1, cells: code.length, id: cell.id});
    if (sourceOf(cell).trim() === "") continue;
    const outcome = await runCell(cell, {
      ...{kernel, timeoutSeconds, onLine, records},
      notebook: basename(file),
    });
    results.set(cell.id, outcome.result);
    if (outcome.failure) {
      const number = written.indexOf(cell) + 1;
      const message = sentenceOf(outcome.failure, {file, id: cell.id, number});
      throw new NotebookError(message, {file, cell: cell.id}, outcome.failure, runSoFar());
    }
  }
  return runSoFar();
}

type CellOutcome = {readonly result: () => CodeCell; readonly failure: CellFailure | undefined};

async function runCell(
  cell: CodeCell,
  {
    kernel,
    timeoutSeconds,
    onLine,
    notebook,
    records,
  }: Pick<RunOptions, "kernel" | "timeoutSeconds" | "onLine"> & {notebook: string; records: Evidence[]},
): Promise<CellOutcome> {
  const collector = collectOutputs();
  const origin = {notebook, cell: cell.id, cellDigest: cellDigest(cell)};
  let badRecord: CellFailure | undefined;
  const onOutput = (message: Message) => {
    const displayed = message.type === "display_data" || message.type === "update_display_data";
    const data = displayed ? (message.content.data as Record<string, unknown> | undefined) : undefined;
    if (data && PROGRESS_MIME in data) {
      onLine?.(String(data[PROGRESS_MIME]));
      return;
    }
    collector.add(message);
    const payload = data?.[EVIDENCE_MIME];
    if (payload === undefined) return;
    try {
      records.push({...recordOf(payload), origin});
    } catch (error) {
      badRecord ??= {kind: "evidence", message: (error as Error).message, traceback: []};
    }
  };
  const execution = await kernel.execute(sourceOf(cell), {onOutput, timeoutSeconds});
  const failure = failureOf(execution, collector, timeoutSeconds) ?? badRecord;
  const count = "count" in execution ? execution.count : null;
  const result = () => {
    const outputs = collector.outputs(failure?.writes);
    return {
      ...cell,
      execution_count: count,
      outputs:
        failure === undefined || outputs.some(output => output.output_type === "error")
          ? outputs
          : [...outputs, errorOutputOf(failure)],
    };
  };
  return {result, failure};
}

function failureOf(
  execution: Execution,
  collector: ReturnType<typeof collectOutputs>,
  timeoutSeconds: number | undefined,
): CellFailure | undefined {
  switch (execution.status) {
    case "ok":
      return strayFailureIn(collector.errorWrites());
    case "error":
      return failureIn(collector.errorWrites(), collector.outputs());
    case "timeout":
      return {kind: "timeout", message: `ran longer than ${timeoutSeconds} s and was ended`, traceback: []};
    case "died":
      return {kind: "died", message: `the kernel ended (${execution.how}) while it ran`, traceback: []};
  }
}

function recordOf(payload: unknown): EvidenceRecord {
  const {id, value} = (
    typeof payload === "object" && payload !== null ? payload : {}
  ) as Partial<EvidenceRecord>;
  if (typeof id !== "string" || typeof value?.kind !== "string")
    throw new DataError(`a record requires an id and a value with a kind, got ${JSON.stringify(payload)}`);
  checkEvidence(id, value);
  return {id, value};
}

const VERBS = {
  compile: "does not compile: ",
  runtime: "failed: ",
  evidence: "emitted a bad record: ",
  timeout: "",
  died: "failed: ",
} as const;

const ADVICE: Partial<Record<CellFailure["kind"], string>> = {
  timeout: "; allow it more time or give it less to do",
};

function sentenceOf(
  failure: CellFailure,
  {file, id, number}: {file: string; id: string; number: number},
): string {
  const where = number > 0 ? `code cell ${number} (id ${id})` : `the cell of injected parameters (id ${id})`;
  return `${file}: ${where} ${VERBS[failure.kind]}${failure.message}${ADVICE[failure.kind] ?? ""}`;
}
