// Rows of a node are parted in place, each side in the order it had, so that memory is read upwards.

import {columnBins, margins, order, rows, spare} from "./job.as";
import {CUT, FEATURE, MISSING_LEFT, SET} from "./node.as";

/** Bins up to the cut go left; missing, 255, by the flag. */
@inline
function goesLeft(bin: u32, cut: u32, missing: u32): u32 {
  return u32(bin <= cut) | u32(bin == missing);
}

/** A value no bin has, or that of missing when it goes left. */
@inline
function missingOf(split: usize): u32 {
  return load<i32>(split, MISSING_LEFT) ? 255 : 256;
}

@inline
function inSet(set: usize, bin: u32): u32 {
  return (<u32>load<u8>(set + (bin >> 3)) >> (bin & 7)) & 1;
}

/** Writes row numbers of [from, to) that go left to `left` upwards, the others to `right` upwards. Returns the left ones. */
export function partNumber(from: usize, to: usize, column: usize, cut: u32, missing: u32, left: usize, right: usize): i32 {
  const start = left;
  for (let p = from; p < to; p += 4) {
    const row = load<u32>(p);
    const go = <usize>goesLeft(load<u8>(column + row), cut, missing) << 2;
    store<u32>(left, row);
    store<u32>(right, row);
    left += go;
    right += 4 - go;
  }
  return <i32>((left - start) >> 2);
}

export function partCategory(from: usize, to: usize, column: usize, set: usize, left: usize, right: usize): i32 {
  const start = left;
  for (let p = from; p < to; p += 4) {
    const row = load<u32>(p);
    const stay = <usize>inSet(set, load<u8>(column + row)) << 2;
    store<u32>(left, row);
    store<u32>(right, row);
    left += 4 - stay;
    right += stay;
  }
  return <i32>((left - start) >> 2);
}

@inline
function columnOf(split: usize): usize {
  return columnBins + <usize>load<i32>(split, FEATURE) * <usize>rows;
}

/** Parts the rows [start, start + count) of the order by the split; left ones to `left`, others to `right`. */
export function part(start: usize, count: i32, split: usize, category: bool, left: usize, right: usize): i32 {
  const from = order + (start << 2);
  const to = from + (<usize>count << 2);
  const column = columnOf(split);
  if (category) return partCategory(from, to, column, split + SET, left, right);
  return partNumber(from, to, column, load<u32>(split, CUT), missingOf(split), left, right);
}

/** The same in place. */
export function partInPlace(start: usize, count: i32, split: usize, category: bool): i32 {
  const from = order + (start << 2);
  const aside = spare + (start << 2);
  const left = part(start, count, split, category, from, aside);
  memory.copy(from + (<usize>left << 2), aside, <usize>(count - left) << 2);
  return left;
}

/** Adds to the margin of the rows in [from, to) the value of the side on which they fall. Returns the left ones. */
export function addSides(from: usize, to: usize, column: usize, cut: u32, missing: u32, left: f32, right: f32): i32 {
  let count = 0;
  for (let p = from; p < to; p += 4) {
    const row = <usize>load<u32>(p);
    const go = goesLeft(load<u8>(column + row), cut, missing);
    count += go;
    const at = margins + (row << 2);
    store<f32>(at, load<f32>(at) + select(left, right, go));
  }
  return count;
}

/** The last split of a path, of a number: its children's rows are not looked at again. */
export function addChildren(start: usize, count: i32, split: usize, left: f32, right: f32): i32 {
  const from = order + (start << 2);
  return addSides(
    from, from + (<usize>count << 2), columnOf(split), load<u32>(split, CUT), missingOf(split), left, right,
  );
}

/** Adds a leaf's value to the margins of its rows. */
export function addLeaf(start: usize, count: i32, value: f32): void {
  const from = order + (start << 2);
  for (let p = from, to = from + (<usize>count << 2); p < to; p += 4) {
    const at = margins + (<usize>load<u32>(p) << 2);
    store<f32>(at, load<f32>(at) + value);
  }
}
