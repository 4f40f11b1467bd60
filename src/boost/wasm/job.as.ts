// What one training is about: addresses and parameters, read once by each thread from the block that layout.ts
// of this folder's parent describes.

export let rows: i32 = 0;
export let features: i32 = 0;
/** Bytes of a row of bins: the features, padded to a multiple of 8. */
export let stride: i32 = 0;
export let threads: i32 = 0;
/** Bins, rows x stride, and the same by column, features x rows. */
export let rowBins: usize = 0;
export let columnBins: usize = 0;
export let labels: usize = 0;
/** Single-precision weight of each row; 0 when all are 1. */
export let weights: usize = 0;
export let margins: usize = 0;
/** Of each row an i64: gradient in the high half, hessian in the low one; while they are made, two floats. */
export let gradients: usize = 0;
/** Row numbers in the order of the nodes, and room for as many. */
export let order: usize = 0;
export let spare: usize = 0;
export let nodes: usize = 0;
/** Histograms: one of features x 256 i64 in each slot. */
export let slots: usize = 0;
export let slotBytes: usize = 0;
/** Of each feature four i32: bins, 1 for a category, -1, 0 or 1 for monotone, 0. */
export let columns: usize = 0;
/** Two i32: threads that arrived, round. */
export let gate: usize = 0;
/** Room of its own for each thread. */
export let scratch: usize = 0;
export let scratchBytes: usize = 0;
/** A byte for each feature: 1 when it is drawn for this tree. */
export let drawn: usize = 0;
/** Nodes that wait for a thread, as u32. */
export let queue: usize = 0;
export let byLeaf: i32 = 0;
export let maxDepth: i32 = 0;
export let maxLeaves: i32 = 0;
/** 0 logistic, 1 squared, 2 custom. */
export let objective: i32 = 0;
export let rowThreshold: u32 = 0;
export let drawnColumns: i32 = 0;
export let nodeColumns: i32 = 0;
export let seed: u32 = 0;
/** 1 when a feature is monotone. */
export let constrained: i32 = 0;
/** Slots that a thread has for itself, and the first one of thread 0. */
export let ownSlots: i32 = 0;
export let firstOwnSlot: i32 = 0;
/** Shared numbers that change in a tree: see the offsets below. */
export let state: usize = 0;
export let tuneRows: i32 = 0;
/** Bins of the tune rows by column, their labels, weights (0 for none) and margins. */
export let tuneBins: usize = 0;
export let tuneLabels: usize = 0;
export let tuneWeights: usize = 0;
export let tuneMargins: usize = 0;
/** Sum of the losses of every TUNE_BLOCK tune rows, as f64. */
export let tuneSums: usize = 0;
export let l1: f64 = 0;
export let l2: f64 = 0;
export let categoryL2: f64 = 0;
export let minChildWeight: f64 = 0;
export let minGain: f64 = 0;
export let rate: f64 = 0;

// Offsets in the state.
export const NODE_COUNT: usize = 0; // i32
export const QUEUE_LENGTH: usize = 4; // i32
export const NEXT_TASK: usize = 8; // i32
export const NEXT_SLOT: usize = 12; // i32
export const COMMAND: usize = 16; // i32: the node that all threads split next, -1 for none
export const TREE: usize = 20; // i32
export const TREE_KEY: usize = 24; // u32
export const ROW_KEY: usize = 28; // u32
export const GRADIENT_SCALE: usize = 32; // f64, a power of two
export const HESSIAN_SCALE: usize = 40; // f64, a power of two

// Offsets in a thread's scratch.
export const BEST: usize = 0; // two records of a split, 128 bytes each
export const LARGEST: usize = 256; // 4 f32: largest hessian and gradient of the thread's rows
export const MAGNITUDES: usize = 272; // 2 i64: sums of the same
export const SUM: usize = 288; // i64: packed sum
export const LEFT_COUNT: usize = 320; // i32: rows of the thread's part that go left
export const ORDERED: usize = 512; // 256 x 24 bytes: the categories of a node in order
export const DRAWN: usize = 6656; // u32 key and then u8 flag for each feature

export const TUNE_BLOCK: i32 = 1024;

export function configure(job: usize): void {
  rows = load<i32>(job);
  features = load<i32>(job, 4);
  stride = load<i32>(job, 8);
  threads = load<i32>(job, 12);
  rowBins = load<u32>(job, 16);
  columnBins = load<u32>(job, 20);
  labels = load<u32>(job, 24);
  weights = load<u32>(job, 28);
  margins = load<u32>(job, 32);
  gradients = load<u32>(job, 36);
  order = load<u32>(job, 40);
  spare = load<u32>(job, 44);
  nodes = load<u32>(job, 48);
  slots = load<u32>(job, 52);
  slotBytes = load<u32>(job, 56);
  columns = load<u32>(job, 60);
  gate = load<u32>(job, 64);
  scratch = load<u32>(job, 68);
  queue = load<u32>(job, 72);
  byLeaf = load<i32>(job, 76);
  maxDepth = load<i32>(job, 80);
  maxLeaves = load<i32>(job, 84);
  objective = load<i32>(job, 88);
  rowThreshold = load<u32>(job, 92);
  drawnColumns = load<i32>(job, 96);
  nodeColumns = load<i32>(job, 100);
  seed = load<u32>(job, 104);
  constrained = load<i32>(job, 108);
  ownSlots = load<i32>(job, 112);
  firstOwnSlot = load<i32>(job, 116);
  state = load<u32>(job, 120);
  tuneRows = load<i32>(job, 124);
  tuneBins = load<u32>(job, 128);
  tuneLabels = load<u32>(job, 132);
  tuneWeights = load<u32>(job, 136);
  tuneMargins = load<u32>(job, 140);
  tuneSums = load<u32>(job, 144);
  scratchBytes = load<u32>(job, 148);
  drawn = load<u32>(job, 152);
  l1 = load<f64>(job, 192);
  l2 = load<f64>(job, 200);
  categoryL2 = load<f64>(job, 208);
  minChildWeight = load<f64>(job, 216);
  minGain = load<f64>(job, 224);
  rate = load<f64>(job, 232);
}

/** Waits until every thread of the training is here. */
export function barrier(): void {
  if (threads < 2) return;
  const round = atomic.load<i32>(gate, 4);
  if (atomic.add<i32>(gate, 1) + 1 == threads) {
    atomic.store<i32>(gate, 0);
    atomic.add<i32>(gate, 1, 4);
    atomic.notify(gate + 4, 64);
    return;
  }
  // A short wait is cheaper awake; a long one must not take a core from others.
  for (let turn = 0; turn < 100000; turn++) if (atomic.load<i32>(gate, 4) != round) return;
  while (atomic.load<i32>(gate, 4) == round) atomic.wait<i32>(gate + 4, round, -1);
}

@inline
export function mix(value: u32): u32 {
  let x = value;
  x = (x ^ (x >>> 16)) * 0x21f0aaad;
  x = (x ^ (x >>> 15)) * 0x735a2d97;
  return x ^ (x >>> 15);
}

/** A counter-based generator: number `counter` of the stream `key`. */
@inline
export function hash(key: u32, counter: u32): u32 {
  return mix(mix(key) + counter * 0x9e3779b9);
}

/** Where the part of `thread` starts when `count` things, a multiple of `step` each, are shared out. */
@inline
export function share(count: i32, thread: i32, step: i32): i32 {
  if (thread == threads) return count;
  return <i32>((<i64>count * thread) / threads) & ~(step - 1);
}
