// The program that predicts. Values are turned into codes, a byte each, and every node of a tree is judged for 64
// rows at once: the leaf of each row is then picked from the bottom of the tree upwards, without a branch.

export {exp} from "./math.as";

/** Rows that are judged together. */
const BATCH: usize = 64;

/**
 * Codes of a number: how many of the `count` ascending thresholds are not above it, 255 when missing; to `low` the
 * same plus 1, and 0 when missing. `low` is 0 when no node asks for it; `thresholds` are padded to a power of two
 * with infinity.
 */
export function codeNumbers(values: usize, rows: i32, thresholds: usize, steps: usize, high: usize, low: usize): void {
  for (let i = 0; i < rows; i++) {
    const value = load<f32>(values + (<usize>i << 2));
    let at: usize = 0;
    for (let step = steps; step; step >>= 1) {
      const next = at + step;
      at = select(next, at, load<f32>(thresholds + (next << 2) - 4) <= value);
    }
    const missing = value != value;
    store<u8>(high + i, missing ? 255 : <u8>at);
    if (low) store<u8>(low + i, missing ? 0 : <u8>(at + 1));
  }
}

/** Codes of a category: itself, 254 for any above 253, 255 when missing. */
export function codeCategories(values: usize, rows: i32, out: usize): void {
  for (let i = 0; i < rows; i++) {
    const value = load<f32>(values + (<usize>i << 2));
    store<u8>(out + i, value != value ? 255 : <u8>min(value, 254));
  }
}

// Kinds of steps: 8 bytes each, kind u8, number u8, plane u16, address of a set u32.
const LEAF: u32 = 0;
const TWIG: u32 = 1; // a numeric node over two leaves, the left one has the number
const NUMBER: u32 = 2;
const CATEGORY: u32 = 3;

/** All ones where the code goes left: up to the cut. */
@inline
function upTo(code: v128, cut: v128): v128 {
  return i8x16.le_u(code, cut);
}

/** All ones where the code is not in the set of 256 bits. */
@inline
function outside(code: v128, set: usize): v128 {
  const place = i8x16.shr_u(code, 3);
  // A place past 15 picks 0 from the first half, and a place below 16 wraps past 15 in the second.
  const bits = v128.or(
    i8x16.swizzle(v128.load(set), place),
    i8x16.swizzle(v128.load(set, 16), i8x16.sub(place, i8x16.splat(16))),
  );
  const one = i8x16.swizzle(i8x16(1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0), v128.and(code, i8x16.splat(7)));
  return i8x16.eq(v128.and(bits, one), i8x16.splat(0));
}

/**
 * Writes the number of the leaf, counted from the left, of BATCH rows to `out`. A step stands after those of the
 * subtrees that it chooses from; `planes` are the codes of the rows, `stride` bytes apart.
 */
export function findLeaves(steps: usize, count: i32, planes: usize, stride: usize, stack: usize, out: usize): void {
  let top = stack;
  for (let p = steps, end = steps + (<usize>count << 3); p < end; p += 8) {
    const kind = <u32>load<u8>(p);
    if (kind == LEAF) {
      const leaf = i8x16.splat(load<i8>(p, 1));
      v128.store(top, leaf);
      v128.store(top, leaf, 16);
      v128.store(top, leaf, 32);
      v128.store(top, leaf, 48);
      top += BATCH;
      continue;
    }
    const codes = planes + <usize>load<u16>(p, 2) * stride;
    if (kind == TWIG) {
      const cut = i8x16.splat(load<i8>(p, 1));
      const right = i8x16.splat(load<i8>(p, 4));
      v128.store(top, i8x16.add(right, upTo(v128.load(codes), cut)));
      v128.store(top, i8x16.add(right, upTo(v128.load(codes, 16), cut)), 16);
      v128.store(top, i8x16.add(right, upTo(v128.load(codes, 32), cut)), 32);
      v128.store(top, i8x16.add(right, upTo(v128.load(codes, 48), cut)), 48);
      top += BATCH;
      continue;
    }
    top -= BATCH;
    const left = top - BATCH;
    if (kind == NUMBER) {
      const cut = i8x16.splat(load<i8>(p, 1));
      for (let k: usize = 0; k < BATCH; k += 16)
        v128.store(left + k, v128.bitselect(v128.load(left + k), v128.load(top + k), upTo(v128.load(codes + k), cut)));
    } else {
      const set = <usize>load<u32>(p, 4);
      for (let k: usize = 0; k < BATCH; k += 16)
        v128.store(left + k, v128.bitselect(v128.load(left + k), v128.load(top + k), outside(v128.load(codes + k), set)));
    }
  }
  const result = top - BATCH;
  for (let k: usize = 0; k < BATCH; k += 16) v128.store(out + k, v128.load(result + k));
}

/** Adds the value of its leaf to the margin of each of BATCH rows. */
@inline
function addValues(leaves: usize, values: usize, margins: usize): void {
  for (let i: usize = 0; i < BATCH; i += 4) {
    const four = load<u32>(leaves + i);
    let v = f32x4.splat(load<f32>(values + ((<usize>four & 255) << 2)));
    v = f32x4.replace_lane(v, 1, load<f32>(values + ((<usize>(four >> 8) & 255) << 2)));
    v = f32x4.replace_lane(v, 2, load<f32>(values + ((<usize>(four >> 16) & 255) << 2)));
    v = f32x4.replace_lane(v, 3, load<f32>(values + (<usize>(four >> 24) << 2)));
    const at = margins + (i << 2);
    v128.store(at, f32x4.add(v128.load(at), v));
  }
}

/**
 * One tree after the other for BATCH rows. A tree has 12 bytes: address and count of its steps, address of its
 * values. With `margins` the values are added to them, else the numbers of the leaves go to `out`, BATCH a tree.
 */
export function judge(trees: usize, count: i32, planes: usize, stride: usize, stack: usize, margins: usize, out: usize): void {
  for (let t = 0; t < count; t++) {
    const tree = trees + <usize>t * 12;
    findLeaves(load<u32>(tree), load<i32>(tree, 4), planes, stride, stack, out);
    if (margins) addValues(out, load<u32>(tree, 8), margins);
    else out += BATCH;
  }
}
