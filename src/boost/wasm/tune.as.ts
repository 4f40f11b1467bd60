// Tune rows: each new tree is added to their margins, and the loss is summed in blocks, so that the sum is the same
// for any number of threads.

import {columns, nodes, objective, threads, TUNE_BLOCK, tuneBins, tuneLabels, tuneMargins, tuneRows, tuneSums, tuneWeights} from "./job.as";
import {exp, log} from "./math.as";
import {BEST_SPLIT, COLUMN_BYTES, CUT, FEATURE, LEFT, MISSING_LEFT, NODE_BYTES, RIGHT, SET, VALUE} from "./node.as";

/** Leaf value of a tune row. */
function valueFor(row: usize): f32 {
  let node = nodes;
  for (let left = load<u32>(node, LEFT); left; left = load<u32>(node, LEFT)) {
    const split = node + BEST_SPLIT;
    const feature = <usize>load<i32>(split, FEATURE);
    const bin = <u32>load<u8>(tuneBins + feature * <usize>tuneRows + row);
    let goes: bool;
    if (load<i32>(columns + feature * COLUMN_BYTES, 4))
      goes = ((<u32>load<u8>(split + SET + (bin >> 3)) >> (bin & 7)) & 1) == 0;
    else goes = bin == 255 ? load<i32>(split, MISSING_LEFT) != 0 : bin <= load<u32>(split, CUT);
    node = nodes + <usize>(goes ? left : load<u32>(node, RIGHT)) * NODE_BYTES;
  }
  return load<f32>(node, VALUE);
}

/** Loss of one row: log loss, or the squared error. */
@inline
function lossOf(margin: f64, label: f64): f64 {
  if (objective == 0) {
    const z = label > 0 ? -margin : margin;
    return max(z, 0) + log(1 + exp(-abs(z)));
  }
  return (margin - label) * (margin - label);
}

function addBlock(from: i32, to: i32): f64 {
  let sum: f64 = 0;
  for (let i = from; i < to; i++) {
    const at = <usize>i << 2;
    const margin = load<f32>(tuneMargins + at) + valueFor(i);
    store<f32>(tuneMargins + at, margin);
    if (objective == 2) continue;
    const loss = lossOf(margin, load<f32>(tuneLabels + at));
    sum += tuneWeights ? loss * load<f32>(tuneWeights + at) : loss;
  }
  return sum;
}

/** Adds the last tree to the thread's blocks of tune rows and leaves the sums of their losses. */
export function tuneTree(thread: i32): void {
  for (let block = thread; block * TUNE_BLOCK < tuneRows; block += threads) {
    const from = block * TUNE_BLOCK;
    store<f64>(tuneSums + (<usize>block << 3), addBlock(from, min(from + TUNE_BLOCK, tuneRows)));
  }
}
