// The best split of a node: of every feature and cut the score of the two children, in the units of the whole
// numbers that the histograms hold.

import {
  BEST_BYTES, BOUND_HIGH, BOUND_LOW, COLUMN_BYTES, CUT, FEATURE, LEFT_SUM, LEFT_WEIGHT, MISSING_LEFT, RIGHT_WEIGHT,
  SCORE, SET,
} from "./node.as";
import {categoryL2, columns, constrained, l1, l2, minChildWeight, state, GRADIENT_SCALE, HESSIAN_SCALE} from "./job.as";

// Of the tree at hand: the penalties on its scale, and the least hessian of a child.
let penalty1: f64 = 0;
let penalty2: f64 = 0;
let penaltyCategory: f64 = 0;
let least: i32 = 1;
let gradientUnit: f64 = 1;
let hessianUnit: f64 = 1;
// Of the node at hand, when a feature is monotone: the bounds of its weight, the constraint of the feature.
let low: f64 = 0;
let high: f64 = 0;
let direction: i32 = 0;

/** Reads the scales of a new tree. */
export function scaleSplits(): void {
  const gradientScale = load<f64>(state, GRADIENT_SCALE);
  const hessianScale = load<f64>(state, HESSIAN_SCALE);
  gradientUnit = 1 / gradientScale;
  hessianUnit = 1 / hessianScale;
  penalty1 = l1 * gradientScale;
  penalty2 = l2 * hessianScale;
  penaltyCategory = (l2 + categoryL2) * hessianScale;
  const weight = ceil(minChildWeight * hessianScale);
  least = <i32>max(1, min(2147483647, weight));
}

/** Hessians of a node that can be split at all. */
@inline
export function splittable(total: i64): bool {
  return <i64>(<u32>total) >= <i64>least * 2;
}

@inline
function shrunk(g: f64): f64 {
  return g > penalty1 ? g - penalty1 : g < -penalty1 ? g + penalty1 : 0;
}

/** The weight that a node of these sums would get, within the bounds, before the learning rate. */
@inline
function boundedWeight(g: f64, h: f64, l: f64, from: f64, to: f64): f64 {
  const w = -(shrunk(g) / (h + l)) * (gradientUnit / hessianUnit);
  return min(to, max(from, w));
}

/** What the regularised loss falls by at that weight, times 2, in real units. */
@inline
function boundedScore(g: f64, h: f64, l: f64, w: f64): f64 {
  return -(2 * (g * gradientUnit * w + l1 * abs(w)) + (h * hessianUnit + l * hessianUnit) * w * w);
}

/** Value of a leaf before the learning rate. */
export function leafWeight(total: i64, from: f64, to: f64): f64 {
  return boundedWeight(<f64>(<i32>(total >> 32)), <f64>(<i32>total), penalty2, from, to);
}

/** Score of a node that stays whole. */
export function ownScore(total: i64, from: f64, to: f64): f64 {
  const g = <f64>(<i32>(total >> 32));
  const h = <f64>(<i32>total);
  if (constrained) return boundedScore(g, h, penalty2, boundedWeight(g, h, penalty2, from, to));
  const t = shrunk(g);
  return (t * t) / (h + penalty2);
}

/** A score in real units. */
@inline
export function realScore(score: f64): f64 {
  return constrained ? score : score * (gradientUnit * (gradientUnit / hessianUnit));
}

/** Score of two children without L1 and bounds: both quotients in one operation. */
@inline
function plainScore(left: i64, right: i64, l: v128): f64 {
  const pair = i64x2.replace_lane(i64x2.splat(left), 1, right);
  const g = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(pair, pair, 1, 3, 1, 3));
  const h = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(pair, pair, 0, 2, 0, 2));
  const q = f64x2.div(f64x2.mul(g, g), f64x2.add(h, l));
  return f64x2.extract_lane(q, 0) + f64x2.extract_lane(q, 1);
}

let leftWeight: f64 = 0;
let rightWeight: f64 = 0;

/** Score of two children with L1 or bounds; -1 when the constraint forbids it. Leaves their weights. */
function penalisedScore(left: i64, right: i64, l: f64): f64 {
  const gl = <f64>(<i32>(left >> 32)), hl = <f64>(<i32>left);
  const gr = <f64>(<i32>(right >> 32)), hr = <f64>(<i32>right);
  if (!constrained) {
    const tl = shrunk(gl), tr = shrunk(gr);
    return (tl * tl) / (hl + l) + (tr * tr) / (hr + l);
  }
  leftWeight = boundedWeight(gl, hl, l, low, high);
  rightWeight = boundedWeight(gr, hr, l, low, high);
  if (<f64>direction * (rightWeight - leftWeight) < 0) return -Infinity;
  return boundedScore(gl, hl, l, leftWeight) + boundedScore(gr, hr, l, rightWeight);
}

@inline
function keepBest(best: usize, score: f64, feature: i32, cut: i32, missingLeft: i32, left: i64): void {
  store<f64>(best, score, SCORE);
  store<i32>(best, feature, FEATURE);
  store<i32>(best, cut, CUT);
  store<i32>(best, missingLeft, MISSING_LEFT);
  store<i64>(best, left, LEFT_SUM);
  store<f64>(best, leftWeight, LEFT_WEIGHT);
  store<f64>(best, rightWeight, RIGHT_WEIGHT);
}

/**
 * Writes the bins below `bins` that are not empty, and the first, to `list` as u32; returns how many. An empty bin
 * repeats the cut before it. Without a branch: which bins are empty cannot be foretold.
 */
@inline
function listBins(histogram: usize, bins: i32, list: usize): i32 {
  let count = 1;
  store<u32>(list, 0);
  for (let bin = 1; bin < bins; bin++) {
    store<u32>(list + (<usize>count << 2), bin);
    count += i32(load<i64>(histogram + (<usize>bin << 3)) != 0);
  }
  return count;
}

/** One direction of missing of a number: `start` is what stands left before the first of the listed bins. */
@inline
function scan(
  histogram: usize, list: usize, count: i32, total: i64, start: i64, feature: i32, missingLeft: i32, best: usize,
): void {
  const plain = !constrained && l1 == 0;
  const hessian = <i32>total;
  const l = f64x2.splat(penalty2);
  let top = load<f64>(best, SCORE);
  let left = start;
  for (let p = list, end = list + (<usize>count << 2); p < end; p += 4) {
    const cut = load<u32>(p);
    left += load<i64>(histogram + (<usize>cut << 3));
    if (<i32>left < least) continue;
    if (hessian - <i32>left < least) break;
    const score = plain ? plainScore(left, total - left, l) : penalisedScore(left, total - left, penalty2);
    if (score > top) {
      top = score;
      keepBest(best, score, feature, cut, missingLeft, left);
    }
  }
}

/** Improves `best` by a number's cuts: the bins up to and with the cut go left. `list` has room for 256 u32. */
export function splitNumber(histogram: usize, bins: i32, total: i64, feature: i32, best: usize, list: usize): void {
  const missing = load<i64>(histogram, 2040);
  const count = listBins(histogram, bins, list);
  // Behind the last bin there is a cut only when missing is left to part from it.
  const cuts = count - i32(load<u32>(list + (<usize>(count - 1) << 2)) == bins - 1);
  if (missing == 0) {
    const before = load<f64>(best, SCORE);
    scan(histogram, list, cuts, total, 0, feature, 0, best);
    // Nothing is known of missing here, so it goes with the larger child.
    if (load<f64>(best, SCORE) > before) {
      const left = <i32>load<i64>(best, LEFT_SUM);
      store<i32>(best, i32(left >= <i32>total - left), MISSING_LEFT);
    }
    return;
  }
  scan(histogram, list, count, total, 0, feature, 0, best);
  scan(histogram, list, cuts, total, missing, feature, 1, best);
}

/** Hessians that stand beside those of a category when the categories are put in order. */
const SMOOTHING: f64 = 10;

/**
 * Improves `best` by sets of categories: ordered by gradient over hessian, every set of the first few is tried
 * (Fisher 1958). The codes that go right are kept, and missing goes left with all the others.
 */
export function splitCategory(histogram: usize, bins: i32, total: i64, feature: i32, best: usize, ordered: usize): void {
  const missing = load<i64>(histogram, 2040);
  const count = orderCategories(histogram, bins, ordered);
  const last = missing == 0 ? count - 1 : count;
  const hessian = <i32>total;
  let taken = 0;
  let turned = 0;
  for (let turn = 0; turn < (missing == 0 ? 1 : 2); turn++) {
    // First missing stands with the rest, then with the first few.
    let prefix: i64 = turn ? missing : 0;
    const end = turn ? count - 1 : last;
    for (let size = 1; size <= end; size++) {
      prefix += load<i64>(ordered + (<usize>(size - 1) * 24), 8);
      const h = <i32>prefix;
      if (h < least || hessian - h < least) continue;
      // The prefix goes right, unless missing is in it, or it is the larger one where missing is unknown.
      const swap = turn || (missing == 0 && h > hessian - h);
      const left = swap ? prefix : total - prefix;
      const score = penalisedScore(left, total - left, penaltyCategory);
      if (score > load<f64>(best, SCORE)) {
        keepBest(best, score, feature, 0, 1, left);
        taken = size;
        turned = i32(swap);
      }
    }
  }
  if (!taken) return;
  memory.fill(best + SET, 0, 32);
  const from = turned ? taken : 0;
  const to = turned ? count : taken;
  for (let k = from; k < to; k++) {
    const code = load<u32>(ordered + <usize>k * 24, 16);
    const at = best + SET + (code >> 3);
    store<u8>(at, load<u8>(at) | <u8>((<u32>1) << (code & 7)));
  }
}

/** Writes (ratio f64, sum i64, code u32) of the codes that are there by ascending ratio; returns how many. */
function orderCategories(histogram: usize, bins: i32, ordered: usize): i32 {
  const smoothing = SMOOTHING / hessianUnit;
  let count = 0;
  for (let code = 0; code < bins; code++) {
    const sum = load<i64>(histogram + (<usize>code << 3));
    if (sum == 0) continue;
    const ratio = <f64>(<i32>(sum >> 32)) / (<f64>(<i32>sum) + smoothing);
    let k = count++;
    while (k > 0 && load<f64>(ordered + <usize>(k - 1) * 24) > ratio) {
      memory.copy(ordered + <usize>k * 24, ordered + <usize>(k - 1) * 24, 24);
      k--;
    }
    const at = ordered + <usize>k * 24;
    store<f64>(at, ratio);
    store<i64>(at, sum, 8);
    store<u32>(at, code, 16);
  }
  return count;
}

/** Improves `best` by the drawn features in [from, to). */
export function searchSplit(
  histogram: usize, node: usize, total: i64, from: i32, to: i32, best: usize, drawn: usize, ordered: usize,
): void {
  low = load<f64>(node, BOUND_LOW);
  high = load<f64>(node, BOUND_HIGH);
  for (let feature = from; feature < to; feature++) {
    const column = columns + <usize>feature * COLUMN_BYTES;
    if (!load<u8>(drawn + feature)) continue;
    const bins = load<i32>(column);
    const at = histogram + (<usize>feature << 11);
    if (load<i32>(column, 4)) {
      direction = 0;
      splitCategory(at, bins, total, feature, best, ordered);
    } else {
      direction = load<i32>(column, 8);
      splitNumber(at, bins, total, feature, best, ordered);
    }
  }
}

/** An empty record: any score above it is better. */
export function clearBest(best: usize): void {
  memory.fill(best, 0, BEST_BYTES);
  store<f64>(best, -Infinity, SCORE);
  store<i32>(best, -1, FEATURE);
}
