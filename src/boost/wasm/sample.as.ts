// Which features are drawn for a tree and for a node, from a counter-based generator: no thread and no order of
// the work changes the draw.

import {DRAWN, drawn, drawnColumns, features, hash, nodeColumns} from "./job.as";

/** Sets the flags at `out` of the `count` features with the smallest keys out of those flagged in `among`, 0 for all. */
function draw(key: u32, first: u32, count: i32, among: usize, keys: usize, out: usize): void {
  for (let f = 0; f < features; f++)
    store<u32>(keys + (<usize>f << 2), hash(key, first + f));
  // The count-th smallest key, bit by bit from the top.
  let prefix: u32 = 0;
  let left = count;
  for (let bit = 31; bit >= 0; bit--) {
    const mask: u32 = ~(((<u32>1) << bit) - 1);
    let zeros = 0;
    for (let f = 0; f < features; f++)
      if ((!among || load<u8>(among + f)) && (load<u32>(keys + (<usize>f << 2)) & mask) == prefix) zeros++;
    if (left > zeros) {
      left -= zeros;
      prefix |= (<u32>1) << bit;
    }
  }
  for (let f = 0; f < features; f++) {
    const here = load<u32>(keys + (<usize>f << 2));
    let take = (!among || load<u8>(among + f)) && here <= prefix;
    if (take && here == prefix) take = left-- > 0;
    store<u8>(out + f, u8(take));
  }
}

/** Draws the features of a tree, once for all threads. */
export function drawForTree(treeKey: u32, own: usize): void {
  if (drawnColumns == features) memory.fill(drawn, 1, features);
  else draw(treeKey, 0, drawnColumns, 0, own + DRAWN, drawn);
}

/** Flags of the features drawn for a node, in the thread's scratch or the tree's own. */
export function drawForNode(nodeKey: u32, own: usize): usize {
  if (nodeColumns == drawnColumns) return drawn;
  const flags = own + DRAWN + (<usize>features << 2);
  draw(nodeKey, 16, nodeColumns, drawn, own + DRAWN, flags);
  return flags;
}
