import {ADDRESS_SPACE, allocator, type Memory, memoryOf} from "./engine.ts";
import {CONTROL_WORDS} from "./work.ts";

/** What decides how much memory a training takes. */
export type BoostShape = {
  readonly rows: number;
  readonly tuneRows: number;
  readonly features: number;
  readonly growth: "depth" | "leaf";
  readonly depth: number;
  readonly leaves: number;
  readonly threads: number;
  /** Whether rows have weights. */
  readonly weighted: boolean;
};

/** Addresses of what a training keeps in the memory of its program, and the bytes of it all. */
export type Layout = {readonly [name in (typeof JOB)[number]]: number} & {
  readonly job: number;
  readonly control: number;
  readonly cuts: number;
  readonly whole: number;
  readonly sharedSlots: number;
  readonly bytes: number;
};

/** Words of the job in the order in which the program reads them; 0 where the fit fills in a parameter. */
export const JOB = [
  "rows",
  "features",
  "stride",
  "threads",
  "rowBins",
  "columnBins",
  "labels",
  "weights",
  "margins",
  "gradients",
  "order",
  "spare",
  "nodes",
  "slots",
  "slotBytes",
  "columns",
  "gate",
  "scratch",
  "queue",
  "byLeaf",
  "depth",
  "leaves",
  "objective",
  "rowThreshold",
  "drawnColumns",
  "nodeColumns",
  "seed",
  "constrained",
  "ownSlots",
  "firstOwnSlot",
  "state",
  "tuneRows",
  "tuneBins",
  "tuneLabels",
  "tuneWeights",
  "tuneMargins",
  "tuneSums",
  "scratchBytes",
  "drawn",
] as const;

/** Bytes of a node in growth, of a histogram of one feature, and tune rows whose losses are summed together. */
export const NODE_BYTES = 192;
const HISTOGRAM_BYTES = 2048;
export const TUNE_BLOCK = 1024;
/** What sorting needs beside the values. */
const SORT_TABLES = 4096;

/** Lays out the memory: bins twice, gradients, order and margins of the rows, nodes, histograms, tune rows. */
export function layoutOf(shape: BoostShape): Layout {
  const {rows, tuneRows, features, growth, depth, leaves, threads, weighted} = shape;
  const memory = allocator();
  const perRow = (bytes: number, count = rows): number => memory.take(bytes * (count + 8));
  const stride = Math.ceil(features / 8) * 8;
  const slotBytes = features * HISTOGRAM_BYTES;
  const {sharedSlots, ownSlots} = slotsOf(shape);
  const scratchBytes = Math.ceil((6656 + 5 * features) / 64) * 64;
  const mostNodes = growth === "leaf" ? 2 * leaves - 1 : Math.min(2 ** (depth + 1) - 1, 2 * rows + 1);
  return {
    job: memory.take(512),
    control: memory.take(4 * CONTROL_WORDS),
    gate: memory.take(64),
    state: memory.take(64),
    columns: memory.take(16 * features),
    drawn: memory.take(features),
    cuts: memory.take(1024 * features),
    queue: memory.take(8 * (sharedSlots + 2) + 64),
    scratch: memory.take(scratchBytes * threads),
    nodes: memory.take(NODE_BYTES * (mostNodes + 2)),
    labels: perRow(4),
    weights: weighted ? perRow(4) : 0,
    whole: weighted ? perRow(4) : 0,
    margins: perRow(4, Math.max(rows, tuneRows)),
    // Sorting borrows from here on: it needs the room of all three.
    gradients: perRow(8),
    order: perRow(4),
    spare: memory.take(4 * (rows + 8) + SORT_TABLES),
    rowBins: perRow(stride),
    columnBins: perRow(features),
    slots: memory.take(slotBytes * (sharedSlots + ownSlots * threads)),
    tuneBins: perRow(features, tuneRows),
    tuneLabels: perRow(4, tuneRows),
    tuneWeights: perRow(4, tuneRows),
    tuneMargins: perRow(4, tuneRows),
    tuneSums: memory.take(8 * (Math.ceil(tuneRows / TUNE_BLOCK) + 1)),
    rows,
    features,
    stride,
    threads,
    slotBytes,
    byLeaf: growth === "leaf" ? 1 : 0,
    depth,
    leaves,
    objective: 0,
    rowThreshold: 0,
    drawnColumns: 0,
    nodeColumns: 0,
    seed: 0,
    constrained: 0,
    ownSlots,
    firstOwnSlot: sharedSlots,
    tuneRows,
    scratchBytes,
    sharedSlots,
    bytes: memory.used(),
  };
}

/** Bytes that {@link fitBoost} takes for a training of that shape, the caller's own data not counted. */
export const boostMemory = (shape: BoostShape): number => layoutOf(shape).bytes;

/**
 * Histograms that live at the same time. Growth by depth goes down one path at a time, so a thread needs one a
 * level; what all threads split together needs one for each subtree that waits. Growth by leaf keeps that of every
 * leaf.
 */
function slotsOf({growth, depth, leaves, threads}: BoostShape): {sharedSlots: number; ownSlots: number} {
  if (growth === "leaf") return {sharedSlots: leaves + 1, ownSlots: threads > 1 ? 1 : 0};
  const ownSlots = Math.max(1, depth - 1);
  if (threads === 1) return {sharedSlots: 1, ownSlots};
  const levels = sharedLevels(threads);
  const waiting = 2 ** Math.min(levels, depth) + 2 * threads * Math.max(0, depth - 1 - levels);
  return {sharedSlots: waiting + 1, ownSlots};
}

/** As the program counts them: levels that all threads split together whatever the size of the nodes. */
const sharedLevels = (threads: number): number => 34 - Math.clz32(threads - 1);

/** Of the threads' sort areas, where that of `thread` lies: its values, and its room to sort. */
export function sortArea(layout: Layout, thread: number): {readonly values: number; readonly work: number} {
  if (thread === 0) return {values: layout.margins, work: layout.gradients};
  // The rows' bins are written last, so the other threads may use their place.
  const values = layout.rowBins + (thread - 1) * sortBytes(layout);
  return {values, work: values + 4 * (layout.rows + 16)};
}

/** Threads that find room to sort at the same time. */
export const sorters = (layout: Layout): number =>
  Math.min(layout.threads, 1 + Math.floor((layout.stride * layout.rows) / sortBytes(layout)));

const sortBytes = ({rows, weights}: Layout): number =>
  Math.ceil((4 * (rows + 16) + (weights ? 16 : 8) * rows + SORT_TABLES) / 64) * 64;

/** Lays out the memory. @throws RangeError when it is past the limit, saying what would fit. */
export function roomFor(shape: BoostShape, memoryLimit = ADDRESS_SPACE): Layout {
  const layout = layoutOf(shape);
  const limit = Math.min(memoryLimit, ADDRESS_SPACE);
  if (layout.bytes <= limit) return layout;
  let [fits, not] = [0, shape.rows];
  while (not - fits > 1) {
    const rows = Math.floor((fits + not) / 2);
    if (boostMemory({...shape, rows}) <= limit) fits = rows;
    else not = rows;
  }
  const megabytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`;
  throw new RangeError(
    `fitBoost requires ${megabytes(layout.bytes)} for ${shape.rows} rows x ${shape.features} features x 256 bins, got ` +
      `${megabytes(limit)}: ` +
      (fits === 0
        ? "with so many features no number of rows fits, take fewer features, less depth or fewer leaves"
        : `${fits} rows x ${shape.features} features x 256 bins would fit`),
  );
}

export function memoryFor({bytes}: Layout): Memory {
  try {
    return memoryOf(bytes);
  } catch (error) {
    throw new RangeError(
      `fitBoost requires ${Math.ceil(bytes / 2 ** 20)} MiB of memory, got none from the system`,
      {cause: error},
    );
  }
}

/** Views on the memory of the training; it never grows, so they stay valid. */
export function viewsOf(buffer: ArrayBufferLike) {
  return {
    floats: (at: number, length: number): Float32Array => new Float32Array(buffer, at, length),
    doubles: (at: number, length: number): Float64Array => new Float64Array(buffer, at, length),
    words: (at: number, length: number): Uint32Array => new Uint32Array(buffer, at, length),
    view: new DataView(buffer),
  };
}

export type Views = ReturnType<typeof viewsOf>;
