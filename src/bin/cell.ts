import {checkEvidence, type EvidenceRecord, type EvidenceValue} from "../ledger/evidence.ts";
import {bundleOf, type HtmlSource, PROGRESS_MIME, recordBundleOf} from "../notebook/bundle.ts";

type DisplayMessage = {
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly transient: Readonly<Record<string, unknown>>;
};
type Display = (message: DisplayMessage, update?: boolean) => void;
type Parent = {readonly header: {readonly msg_type: string}};
type Server = {publishStatus(status: string, parent: Parent): void};

/** The part of the kernel's own module that is used here. */
type KernelModule = {
  /** Displays under the cell that runs; null before the first. */
  readonly lastWriteDisplayData: Display | null;
  readonly ZmqServer?: {readonly prototype: Server & {[HELD]?: true}};
};

const HELD = Symbol.for("churnbook.idle-held");

/**
 * Displays a bundle, MIME type to content, under the cell that runs; at once, so before the cell ends.
 * Does nothing outside a notebook.
 */
export function emitDisplay(bundle: Readonly<Record<string, unknown>>): void {
  displayOfCell()?.({data: bundle, metadata: {}, transient: {}});
}

/**
 * Emits a record from the cell that runs. Does nothing outside a notebook.
 * @throws DataError when the record is not valid.
 */
export function emitEvidence({id, value}: EvidenceRecord): void {
  checkEvidence(id, value);
  emitDisplay(recordBundleOf({id, value}));
}

/** Says what the cell that runs is doing, to whoever runs the notebook. Does nothing outside a notebook. */
export const emitProgress = (line: string): void => emitDisplay({[PROGRESS_MIME]: line});

/**
 * Shows a value under the cell that runs: charts as pictures, tables, numbers with unit and interval, text as
 * Markdown, and whatever has `toHTML()`. Does nothing outside a notebook.
 *
 * There is nothing to await: each value has its place at once, and the cell ends only when its charts are
 * drawn. It returns nothing because the kernel prints what the last line of a cell returns.
 */
export function show(value: EvidenceValue | string | HtmlSource): void {
  const display = displayOfCell();
  if (!display) return;
  if (typeof value === "string" || !("kind" in value) || value.kind !== "chart") {
    display({data: bundleOf(value), metadata: {}, transient: {}});
    return;
  }
  const name = `chart-${++charts}`;
  const transient = {display_id: `churnbook-${name}`};
  display({data: {"text/plain": value.title}, metadata: {}, transient});
  const drawn = drawing.then(async () => {
    // Loaded on the first chart, for the drawing library is large.
    const {chartSvg} = await import("./chart-svg.ts");
    const data = bundleOf(value, {svg: await chartSvg(value, {name, ground: "#ffffff"})});
    display({data, metadata: {}, transient}, true);
  });
  drawing = drawn.catch(error => {
    // Left unhandled: the kernel prints it, and a run takes it for the cell's failure.
    void Promise.reject(error);
  });
}

let charts = 0;
let drawing: Promise<void> = Promise.resolve();

/** How to display under the cell that runs now; keeps meaning that cell after it has ended. */
function displayOfCell(): Display | undefined {
  const kernel = kernelModule();
  if (!kernel?.lastWriteDisplayData) return undefined;
  holdIdle(kernel);
  return kernel.lastWriteDisplayData;
}

/**
 * The module of the kernel that this process is. The kernel's public `display` sends one MIME type a message;
 * its module can send a bundle. More than one copy may be loaded, of which one is running.
 */
function kernelModule(): KernelModule | undefined {
  if (found) return found;
  const {__tslab__: tslab} = globalThis as {__tslab__?: {require: NodeJS.Require}};
  if (!tslab) return undefined;
  for (const [file, module] of Object.entries(tslab.require.cache)) {
    if (!/[\\/]tslab[\\/]dist[\\/]jupyter\.js$/.test(file)) continue;
    const kernel = module?.exports as KernelModule | undefined;
    if (kernel?.lastWriteDisplayData) found = kernel;
  }
  return found;
}

let found: KernelModule | undefined;

/**
 * Makes the kernel say that a cell is done only when its charts are drawn: front ends and runners drop what
 * comes later.
 */
function holdIdle({ZmqServer}: KernelModule): void {
  const server = ZmqServer?.prototype;
  if (!server || server[HELD] || typeof server.publishStatus !== "function") return;
  server[HELD] = true;
  const publish = server.publishStatus;
  server.publishStatus = function (this: Server, status, parent) {
    if (status !== "idle" || parent.header.msg_type !== "execute_request") {
      publish.call(this, status, parent);
      return;
    }
    // A failed drawing is printed as an unhandled rejection first.
    void drawing.then(() => setImmediate(() => publish.call(this, status, parent)));
  };
}
