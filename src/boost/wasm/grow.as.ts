// One tree. Rows of a node, its histogram and its best split are found by all threads together while the node is
// large; below that each thread takes whole subtrees. Sums are of whole numbers, so the tree is the same for any
// number of threads.

import {differentiate, addMagnitudes, exponentOf, quantise, scaleFor} from "./gradient.as";
import {addAll, addHistogram, addSome, subtractHistogram} from "./histogram.as";
import {
  barrier, BEST, byLeaf, COMMAND, columns, constrained, features, gradients, GRADIENT_SCALE, hash, HESSIAN_SCALE,
  firstOwnSlot, LARGEST, LEFT_COUNT, MAGNITUDES, maxDepth, maxLeaves, minGain, NEXT_SLOT, NEXT_TASK, NODE_COUNT,
  nodes, order, ORDERED, ownSlots, queue, QUEUE_LENGTH, rate, ROW_KEY, rows, scratch, scratchBytes, seed, share, slotBytes,
  slots, spare, state, SUM, threads, TREE, TREE_KEY,
} from "./job.as";
import {
  BEST_BYTES, BEST_SPLIT, BOUND_HIGH, BOUND_LOW, COLUMN_BYTES, COUNT, DEPTH, FEATURE, GAIN, KEY, LEFT, LEFT_SUM,
  LEFT_WEIGHT, NODE_BYTES, RIGHT, RIGHT_WEIGHT, SCORE, SLOT, START, TOTAL, VALUE,
} from "./node.as";
import {addChildren, addLeaf, part, partInPlace} from "./partition.as";
import {drawForNode, drawForTree} from "./sample.as";
import {clearBest, leafWeight, ownScore, realScore, scaleSplits, searchSplit, splittable} from "./split.as";

/** Rows that a kernel takes in one call: V8 changes to optimised code only between calls. */
const CHUNK: i32 = 8192;
/** Nodes with fewer rows are not worth the threads' waiting for each other. */
const TOGETHER: i32 = 2048;

@inline
function ownOf(thread: i32): usize {
  return scratch + <usize>thread * scratchBytes;
}

@inline
function slotOf(node: usize): usize {
  return slots + <usize>load<i32>(node, SLOT) * slotBytes;
}

@inline
function ownSlot(thread: i32, k: i32): i32 {
  return firstOwnSlot + thread * ownSlots + k;
}

@inline
function isCategory(split: usize): bool {
  return load<i32>(columns + <usize>load<i32>(split, FEATURE) * COLUMN_BYTES, 4) != 0;
}

/** Gradients of the thread's rows, the scales of the tree, and the root. */
function startTree(thread: i32): void {
  const own = ownOf(thread);
  const tree = load<u32>(state, TREE);
  const from = share(rows, thread, 4);
  // The arrays end at a multiple of 4.
  const to = thread + 1 == threads ? (rows + 3) & ~3 : share(rows, thread + 1, 4);
  const rowKey = hash(hash(seed, 2), tree);
  v128.store(own, f32x4.splat(0), LARGEST);
  for (let i = from; i < to; i += CHUNK) differentiate(i, min(i + CHUNK, to), rowKey, own + LARGEST);
  barrier();
  let largest = f32x4.splat(0);
  for (let k = 0; k < threads; k++) largest = f32x4.max(largest, v128.load(ownOf(k), LARGEST));
  const hessian = max(f32x4.extract_lane(largest, 0), f32x4.extract_lane(largest, 2));
  const gradient = max(f32x4.extract_lane(largest, 1), f32x4.extract_lane(largest, 3));
  // Whole numbers of 20 bits give the sum of the magnitudes well enough.
  const gradientStep = gradient > 0 ? min(120, 20 - exponentOf(gradient)) : 0;
  const hessianStep = hessian > 0 ? min(120, 20 - exponentOf(hessian)) : 0;
  store<i64>(own, 0, MAGNITUDES);
  store<i64>(own, 0, MAGNITUDES + 8);
  for (let i = from; i < to; i += CHUNK)
    addMagnitudes(i, min(i + CHUNK, to), power(gradientStep), power(hessianStep), own + MAGNITUDES);
  barrier();
  let hessians: i64 = 0, gradientSum: i64 = 0;
  for (let k = 0; k < threads; k++) {
    hessians += load<i64>(ownOf(k), MAGNITUDES);
    gradientSum += load<i64>(ownOf(k), MAGNITUDES + 8);
  }
  const g = gradient > 0 ? scaleFor(gradientSum, gradientStep, rows, 30) : 0;
  const h = hessian > 0 ? scaleFor(hessians, hessianStep, rows, 31) : 0;
  let sum: i64 = 0;
  for (let i = from; i < to; i += CHUNK) sum += quantise(i, min(i + CHUNK, to), power(g), power(h));
  store<i64>(own, sum, SUM);
  for (let i = from; i < to; i++) store<u32>(order + (<usize>i << 2), i);
  if (thread == 0) {
    store<f64>(state, <f64>power(g), GRADIENT_SCALE);
    store<f64>(state, <f64>power(h), HESSIAN_SCALE);
    store<i32>(state, 1, NODE_COUNT);
    store<i32>(state, 0, QUEUE_LENGTH);
    store<i32>(state, 0, NEXT_TASK);
    store<i32>(state, 1, NEXT_SLOT);
  }
  barrier();
  scaleSplits();
  if (thread == 0) startRoot(hash(hash(seed, 1), tree), own);
  barrier();
}

function startRoot(treeKey: u32, own: usize): void {
  let total: i64 = 0;
  for (let k = 0; k < threads; k++) total += load<i64>(ownOf(k), SUM);
  drawForTree(treeKey, own);
  startNode(nodes, 0, rows, total, 0, hash(treeKey, 0x80000000));
  store<f64>(nodes, -Infinity, BOUND_LOW);
  store<f64>(nodes, Infinity, BOUND_HIGH);
  store<i32>(nodes, 0, SLOT);
}

@inline
function power(k: i32): f32 {
  return reinterpret<f32>((k + 127) << 23);
}

function startNode(node: usize, start: u32, count: i32, total: i64, depth: i32, key: u32): void {
  store<u32>(node, start, START);
  store<i32>(node, count, COUNT);
  store<i64>(node, total, TOTAL);
  store<i32>(node, depth, DEPTH);
  store<u32>(node, key, KEY);
  store<u32>(node, 0, LEFT);
  store<u32>(node, 0, RIGHT);
  store<i32>(node, -1, SLOT);
  store<f64>(node, -1, GAIN);
  store<i32>(node, -1, BEST_SPLIT + FEATURE);
}

/** Makes the two children of a parted node and returns the address of the left one; the right one follows it. */
function makeChildren(node: usize, leftCount: i32): usize {
  const split = node + BEST_SPLIT;
  const number = atomic.add<i32>(state + NODE_COUNT, 2);
  const left = nodes + <usize>number * NODE_BYTES;
  const right = left + NODE_BYTES;
  const start = load<u32>(node, START);
  const depth = load<i32>(node, DEPTH) + 1;
  const key = load<u32>(node, KEY);
  const sum = load<i64>(split, LEFT_SUM);
  startNode(left, start, leftCount, sum, depth, hash(key, 1));
  startNode(right, start + leftCount, load<i32>(node, COUNT) - leftCount, load<i64>(node, TOTAL) - sum, depth, hash(key, 2));
  boundChildren(node, left, right);
  store<u32>(node, number, LEFT);
  store<u32>(node, number + 1, RIGHT);
  return left;
}

/** Children of a monotone split stay on their side of the middle of their weights. */
function boundChildren(node: usize, left: usize, right: usize): void {
  const split = node + BEST_SPLIT;
  const low = load<f64>(node, BOUND_LOW);
  const high = load<f64>(node, BOUND_HIGH);
  store<f64>(left, low, BOUND_LOW);
  store<f64>(left, high, BOUND_HIGH);
  store<f64>(right, low, BOUND_LOW);
  store<f64>(right, high, BOUND_HIGH);
  const direction = load<i32>(columns + <usize>load<i32>(split, FEATURE) * COLUMN_BYTES, 8);
  if (!direction) return;
  const middle = (load<f64>(split, LEFT_WEIGHT) + load<f64>(split, RIGHT_WEIGHT)) / 2;
  store<f64>(direction > 0 ? left : right, middle, BOUND_HIGH);
  store<f64>(direction > 0 ? right : left, middle, BOUND_LOW);
}

/** Whether a split of a child of this node could be looked for. */
@inline
function wantsHistograms(left: usize): bool {
  return (
    load<i32>(left, DEPTH) < maxDepth &&
    (splittable(load<i64>(left, TOTAL)) || splittable(load<i64>(left + NODE_BYTES, TOTAL)))
  );
}

/** Takes over a found split; a gain that is rounding alone is none. */
function keepSplit(node: usize, best: usize): void {
  memory.copy(node + BEST_SPLIT, best, BEST_BYTES);
  if (load<i32>(best, FEATURE) < 0) return;
  const score = load<f64>(best, SCORE);
  const more = score - ownScore(load<i64>(node, TOTAL), load<f64>(node, BOUND_LOW), load<f64>(node, BOUND_HIGH));
  if (more > 1e-9 * score) store<f64>(node, realScore(more), GAIN);
}

function searchAlone(node: usize, own: usize): void {
  if (!splittable(load<i64>(node, TOTAL))) return;
  const best = own + BEST;
  clearBest(best);
  const drawn = drawForNode(load<u32>(node, KEY), own);
  searchSplit(slotOf(node), node, load<i64>(node, TOTAL), 0, features, best, drawn, own + ORDERED);
  keepSplit(node, best);
}

function collectAlone(node: usize): void {
  const histogram = slotOf(node);
  memory.fill(histogram, 0, slotBytes);
  const from = order + (<usize>load<u32>(node, START) << 2);
  const to = from + (<usize>load<i32>(node, COUNT) << 2);
  for (let p = from; p < to; p += CHUNK * 4) addSome(p, min(p + CHUNK * 4, to), histogram);
}

function collectRoot(from: i32, to: i32, histogram: usize): void {
  memory.fill(histogram, 0, slotBytes);
  for (let i = from; i < to; i += CHUNK) addAll(i, min(i + CHUNK, to), histogram);
}

/** Gives the smaller child a slot and the larger one its parent's; returns the smaller one. */
function shareSlots(node: usize, left: usize, slot: i32): usize {
  const right = left + NODE_BYTES;
  const smaller = load<i32>(left, COUNT) <= load<i32>(right, COUNT) ? left : right;
  store<i32>(smaller == left ? right : left, load<i32>(node, SLOT), SLOT);
  store<i32>(smaller, slot, SLOT);
  return smaller;
}

/** Parts a node's rows and finds the splits of its children; the smaller child's histogram goes to `slot`. */
function expandAlone(node: usize, slot: i32, own: usize): usize {
  const split = node + BEST_SPLIT;
  const left = makeChildren(
    node, partInPlace(load<u32>(node, START), load<i32>(node, COUNT), split, isCategory(split)),
  );
  if (!wantsHistograms(left)) return left;
  const smaller = shareSlots(node, left, slot);
  collectAlone(smaller);
  const larger = smaller == left ? left + NODE_BYTES : left;
  subtractHistogram(slotOf(larger), slotOf(smaller), slotBytes);
  searchAlone(left, own);
  searchAlone(left + NODE_BYTES, own);
  return left;
}

@inline
function leafValue(node: usize): f32 {
  const weight = leafWeight(load<i64>(node, TOTAL), load<f64>(node, BOUND_LOW), load<f64>(node, BOUND_HIGH));
  return <f32>(weight * rate);
}

/** A leaf: its value, and the margins of its rows. */
function settle(node: usize): void {
  const value = leafValue(node);
  store<f32>(node, value, VALUE);
  addLeaf(load<u32>(node, START), load<i32>(node, COUNT), value);
}

/** A split whose children are leaves by their depth: their rows need no order. */
function settleLast(node: usize): void {
  const split = node + BEST_SPLIT;
  const start = load<u32>(node, START), count = load<i32>(node, COUNT);
  if (isCategory(split)) {
    const left = makeChildren(node, partInPlace(start, count, split, true));
    settle(left);
    settle(left + NODE_BYTES);
    return;
  }
  const left = makeChildren(node, 0);
  const right = left + NODE_BYTES;
  const leftValue = leafValue(left), rightValue = leafValue(right);
  store<f32>(left, leftValue, VALUE);
  store<f32>(right, rightValue, VALUE);
  const leftCount = addChildren(start, count, split, leftValue, rightValue);
  store<i32>(left, leftCount, COUNT);
  store<i32>(right, count - leftCount, COUNT);
}

/** Grows all that is below a node whose split is known; `used` of the thread's own slots are taken. */
function growBelow(node: usize, thread: i32, used: i32): void {
  if (!(load<f64>(node, GAIN) > minGain)) return settle(node);
  if (load<i32>(node, DEPTH) + 1 >= maxDepth) return settleLast(node);
  const left = expandAlone(node, ownSlot(thread, used), ownOf(thread));
  growBelow(left, thread, used + 1);
  growBelow(left + NODE_BYTES, thread, used + 1);
}

/** Sums the threads' parts of a histogram for the features of this thread; with a parent takes it from there too. */
function mergeSlots(histogram: usize, larger: usize, from: i32, to: i32): void {
  const offset = <usize>from << 11;
  const bytes = <usize>(to - from) << 11;
  for (let k = 1; k < threads; k++)
    addHistogram(histogram + offset, slots + <usize>ownSlot(k, 0) * slotBytes + offset, bytes);
  if (larger) subtractHistogram(larger + offset, histogram + offset, bytes);
}

/** The thread's features of a node: the best split goes to its record number `which`. */
function searchPart(node: usize, from: i32, to: i32, which: usize, own: usize): void {
  const best = own + BEST + which * 128;
  clearBest(best);
  if (!splittable(load<i64>(node, TOTAL))) return;
  const drawn = drawForNode(load<u32>(node, KEY), own);
  searchSplit(slotOf(node), node, load<i64>(node, TOTAL), from, to, best, drawn, own + ORDERED);
}

/** The best of the threads' records; an equal score stays with the first feature. */
function keepBestOf(node: usize, which: usize): void {
  let best = ownOf(0) + BEST + which * 128;
  for (let k = 1; k < threads; k++) {
    const other = ownOf(k) + BEST + which * 128;
    if (load<f64>(other, SCORE) > load<f64>(best, SCORE)) best = other;
  }
  keepSplit(node, best);
}

function rootTogether(thread: i32): void {
  const own = ownOf(thread);
  const histogram = thread ? slots + <usize>ownSlot(thread, 0) * slotBytes : slotOf(nodes);
  collectRoot(share(rows, thread, 1), share(rows, thread + 1, 1), histogram);
  barrier();
  const from = share(features, thread, 1), to = share(features, thread + 1, 1);
  mergeSlots(slotOf(nodes), 0, from, to);
  searchPart(nodes, from, to, 0, own);
  barrier();
  if (thread == 0) keepBestOf(nodes, 0);
  barrier();
}

/** Parts the rows of a node, each thread its share, and makes the children. */
function partTogether(node: usize, thread: i32): void {
  const split = node + BEST_SPLIT;
  const start = load<u32>(node, START);
  const count = load<i32>(node, COUNT);
  const from = share(count, thread, 1);
  const size = share(count, thread + 1, 1) - from;
  const here = order + (<usize>(start + from) << 2);
  const aside = spare + (<usize>(start + from) << 2);
  // Left ones stay at the front of the share, the others wait at the side.
  const left = part(start + from, size, split, isCategory(split), here, aside);
  store<i32>(ownOf(thread), left, LEFT_COUNT);
  // Nobody may write over rows that another thread still reads: the left ones go to the side as well.
  memory.copy(aside + (<usize>(size - left) << 2), here, <usize>left << 2);
  barrier();
  let before = 0, all = 0;
  for (let k = 0; k < threads; k++) {
    const their = load<i32>(ownOf(k), LEFT_COUNT);
    if (k < thread) before += their;
    all += their;
  }
  const base = order + (<usize>start << 2);
  memory.copy(base + (<usize>before << 2), aside + (<usize>(size - left) << 2), <usize>left << 2);
  memory.copy(base + (<usize>(all + from - before) << 2), aside, <usize>(size - left) << 2);
  if (thread == 0) {
    const child = makeChildren(node, all);
    if (wantsHistograms(child)) {
      const slot = load<i32>(state, NEXT_SLOT);
      store<i32>(state, slot + 1, NEXT_SLOT);
      shareSlots(node, child, slot);
    }
  }
  barrier();
}

/** What expandAlone does, by all threads. */
function expandTogether(node: usize, thread: i32): void {
  partTogether(node, thread);
  const left = nodes + <usize>load<u32>(node, LEFT) * NODE_BYTES;
  const right = left + NODE_BYTES;
  if (!wantsHistograms(left)) return;
  const own = ownOf(thread);
  const smaller = load<i32>(left, COUNT) <= load<i32>(right, COUNT) ? left : right;
  const histogram = thread ? slots + <usize>ownSlot(thread, 0) * slotBytes : slotOf(smaller);
  memory.fill(histogram, 0, slotBytes);
  const count = load<i32>(smaller, COUNT);
  const rowsFrom = order + (<usize>load<u32>(smaller, START) << 2);
  const last = rowsFrom + (<usize>share(count, thread + 1, 1) << 2);
  for (let p = rowsFrom + (<usize>share(count, thread, 1) << 2); p < last; p += CHUNK * 4)
    addSome(p, min(p + CHUNK * 4, last), histogram);
  barrier();
  const from = share(features, thread, 1), to = share(features, thread + 1, 1);
  mergeSlots(slotOf(smaller), slotOf(smaller == left ? right : left), from, to);
  searchPart(left, from, to, 0, own);
  searchPart(right, from, to, 1, own);
  barrier();
  if (thread == 0) {
    keepBestOf(left, 0);
    keepBestOf(right, 1);
  }
  barrier();
}

/** Levels that all threads split together whatever the size, so that there are subtrees enough for all. */
@inline
function sharedLevels(): i32 {
  return 34 - clz<i32>(threads - 1);
}

@inline
function enqueue(node: usize): void {
  const length = load<i32>(state, QUEUE_LENGTH);
  store<u32>(queue + (<usize>length << 2), <u32>node);
  store<i32>(state, length + 1, QUEUE_LENGTH);
}

function isShared(node: usize): bool {
  const depth = load<i32>(node, DEPTH);
  const count = load<i32>(node, COUNT);
  return (
    load<f64>(node, GAIN) > minGain &&
    depth + 1 < maxDepth &&
    count >= TOGETHER &&
    (depth < sharedLevels() || count > rows / (2 * threads))
  );
}

/** All threads: the large nodes together, then whole subtrees, the largest first, by whoever is free. */
function growTogether(thread: i32): void {
  rootTogether(thread);
  if (thread == 0) enqueue(nodes);
  barrier();
  for (let head = 0; head < load<i32>(state, QUEUE_LENGTH); head++) {
    const node = <usize>load<u32>(queue + (<usize>head << 2));
    if (!isShared(node)) continue;
    expandTogether(node, thread);
    if (thread == 0) {
      const left = nodes + <usize>load<u32>(node, LEFT) * NODE_BYTES;
      enqueue(left);
      enqueue(left + NODE_BYTES);
    }
    barrier();
  }
  barrier();
  if (thread == 0) sortTasks();
  barrier();
  const tasks = load<i32>(state, QUEUE_LENGTH);
  for (;;) {
    const task = atomic.add<i32>(state + NEXT_TASK, 1);
    if (task >= tasks) break;
    growBelow(<usize>load<u32>(queue + (<usize>task << 2)), thread, 0);
  }
}

/** Leaves those nodes in the queue that are not yet split, the one with most rows first. */
function sortTasks(): void {
  const length = load<i32>(state, QUEUE_LENGTH);
  let kept = 0;
  for (let i = 0; i < length; i++) {
    const node = load<u32>(queue + (<usize>i << 2));
    if (load<u32>(node, LEFT)) continue;
    let k = kept++;
    while (k > 0 && load<i32>(<usize>load<u32>(queue + (<usize>(k - 1) << 2)), COUNT) < load<i32>(node, COUNT)) {
      store<u32>(queue + (<usize>k << 2), load<u32>(queue + (<usize>(k - 1) << 2)));
      k--;
    }
    store<u32>(queue + (<usize>k << 2), node);
  }
  store<i32>(state, kept, QUEUE_LENGTH);
}

/** The leaf with the highest gain, the first made of equals; 0 when no split is worth making. */
function bestLeaf(): usize {
  const count = load<i32>(state, NODE_COUNT);
  if ((count + 1) >> 1 >= maxLeaves) return 0;
  let best: usize = 0;
  let top = minGain;
  for (let i = 0; i < count; i++) {
    const node = nodes + <usize>i * NODE_BYTES;
    if (load<u32>(node, LEFT) || !(load<f64>(node, GAIN) > top)) continue;
    top = load<f64>(node, GAIN);
    best = node;
  }
  return best;
}

/** Splits leaf after leaf. Thread 0 leads; the others help where a leaf is large. */
function growByLeaf(thread: i32): void {
  if (threads > 1 && rows >= TOGETHER) rootTogether(thread);
  else if (thread == 0) {
    collectRoot(0, rows, slotOf(nodes));
    searchAlone(nodes, ownOf(0));
  }
  for (;;) {
    if (thread == 0) store<u32>(state, <u32>nextLarge(), COMMAND);
    barrier();
    const node = <usize>load<u32>(state, COMMAND);
    if (!node) break;
    expandTogether(node, thread);
    barrier();
  }
  const count = load<i32>(state, NODE_COUNT);
  for (;;) {
    const number = atomic.add<i32>(state + NEXT_TASK, 1);
    if (number >= count) break;
    const node = nodes + <usize>number * NODE_BYTES;
    if (!load<u32>(node, LEFT)) settle(node);
  }
}

/** Splits leaves alone until the next one is large or there is none. */
function nextLarge(): usize {
  let node = bestLeaf();
  while (node && (threads < 2 || load<i32>(node, COUNT) < 2 * TOGETHER)) {
    const slot = load<i32>(state, NEXT_SLOT);
    expandAlone(node, slot, ownOf(0));
    store<i32>(state, slot + 1, NEXT_SLOT);
    node = bestLeaf();
  }
  return node;
}

/** Grows the next tree; every thread calls it with its number. Margins are those after the tree. */
export function growTree(thread: i32): void {
  startTree(thread);
  if (byLeaf) growByLeaf(thread);
  else if (threads > 1 && rows >= TOGETHER) growTogether(thread);
  else if (thread == 0) {
    collectRoot(0, rows, slotOf(nodes));
    searchAlone(nodes, ownOf(0));
    growBelow(nodes, 0, 0);
  }
  barrier();
}
