// Gradients and hessians of the loss, first in single precision, then as whole numbers on a common scale, so that
// sums do not depend on the order of their terms.

import {
  gradients, hash, labels, margins, objective, rowThreshold, rows, weights,
} from "./job.as";

/** e^x of four numbers, |x| cut at 80; plain single-precision operations in a fixed order. */
@inline
function exp4(x0: v128): v128 {
  const x = f32x4.max(f32x4.splat(-80), f32x4.min(f32x4.splat(80), x0));
  const k = f32x4.nearest(f32x4.mul(x, f32x4.splat(1.44269504)));
  let r = f32x4.sub(x, f32x4.mul(k, f32x4.splat(0.693145752)));
  r = f32x4.sub(r, f32x4.mul(k, f32x4.splat(1.42860677e-6)));
  let e = f32x4.add(f32x4.splat(0.0083333338), f32x4.mul(r, f32x4.splat(0.0013888889)));
  e = f32x4.add(f32x4.splat(0.041666668), f32x4.mul(r, e));
  e = f32x4.add(f32x4.splat(0.16666667), f32x4.mul(r, e));
  e = f32x4.add(f32x4.splat(0.5), f32x4.mul(r, e));
  e = f32x4.add(f32x4.splat(1), f32x4.mul(r, e));
  e = f32x4.add(f32x4.splat(1), f32x4.mul(r, e));
  return f32x4.mul(e, i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(k), i32x4.splat(127)), 23));
}

/**
 * Writes (hessian, gradient) of the rows [from, to) as floats and leaves the largest of each at `sums`, two f32.
 * The arrays are padded to a multiple of 4 rows; what lies past the last row is set to 0. A custom gradient has
 * been written by the caller and is only weighted here.
 */
export function differentiate(from: i32, to: i32, rowKey: u32, sums: usize): void {
  const one = f32x4.splat(1);
  let largest = v128.load(sums);
  for (let i = from; i < to; i += 4) {
    const at = <usize>i << 2;
    const out = gradients + (<usize>i << 3);
    let g: v128, h: v128;
    if (objective == 0) {
      const p = f32x4.div(one, f32x4.add(one, exp4(f32x4.neg(v128.load(margins + at)))));
      g = f32x4.sub(p, v128.load(labels + at));
      h = f32x4.max(f32x4.mul(p, f32x4.sub(one, p)), f32x4.splat(1e-16));
    } else if (objective == 1) {
      g = f32x4.sub(v128.load(margins + at), v128.load(labels + at));
      h = one;
    } else {
      const a = v128.load(out), b = v128.load(out, 16);
      h = v128.shuffle<f32>(a, b, 0, 2, 4, 6);
      g = v128.shuffle<f32>(a, b, 1, 3, 5, 7);
    }
    if (weights) {
      const w = v128.load(weights + at);
      g = f32x4.mul(g, w);
      h = f32x4.mul(h, w);
    }
    if (rowThreshold || i + 4 > rows) {
      const keep = kept(i, rowKey);
      g = v128.and(g, keep);
      h = v128.and(h, keep);
    }
    const low = v128.shuffle<f32>(h, g, 0, 4, 1, 5);
    const high = v128.shuffle<f32>(h, g, 2, 6, 3, 7);
    v128.store(out, low);
    v128.store(out, high, 16);
    largest = f32x4.max(largest, f32x4.max(f32x4.abs(low), f32x4.abs(high)));
  }
  v128.store(sums, largest);
}

/** All ones for the rows i .. i + 3 that are there and drawn for this tree. */
function kept(i: i32, rowKey: u32): v128 {
  let mask = i32x4.splat(0);
  if (drawn(i, rowKey)) mask = i32x4.replace_lane(mask, 0, -1);
  if (drawn(i + 1, rowKey)) mask = i32x4.replace_lane(mask, 1, -1);
  if (drawn(i + 2, rowKey)) mask = i32x4.replace_lane(mask, 2, -1);
  if (drawn(i + 3, rowKey)) mask = i32x4.replace_lane(mask, 3, -1);
  return mask;
}

@inline
function drawn(i: i32, rowKey: u32): bool {
  return i < rows && (rowThreshold == 0 || hash(rowKey, i) < rowThreshold);
}

/** Adds to `sums`, two i64, the rounded |h| 2^hessian and |g| 2^gradient of the rows [from, to). */
export function addMagnitudes(from: i32, to: i32, gradientScale: f32, hessianScale: f32, sums: usize): void {
  const scale = f32x4.replace_lane(f32x4.replace_lane(f32x4.splat(hessianScale), 1, gradientScale), 3, gradientScale);
  let h = load<i64>(sums);
  let g = load<i64>(sums, 8);
  for (let start = from; start < to; start += 1024) {
    const end = min(start + 1024, to);
    let part = i32x4.splat(0); // 512 terms of at most 2^20 in a lane
    for (let p = gradients + (<usize>start << 3), last = gradients + (<usize>end << 3); p < last; p += 16)
      part = i32x4.add(part, i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(f32x4.abs(v128.load(p)), scale))));
    h += <i64>i32x4.extract_lane(part, 0) + <i64>i32x4.extract_lane(part, 2);
    g += <i64>i32x4.extract_lane(part, 1) + <i64>i32x4.extract_lane(part, 3);
  }
  store<i64>(sums, h);
  store<i64>(sums, g, 8);
}

/** Rounds the floats of the rows [from, to) to whole numbers in place and returns their packed sum. */
export function quantise(from: i32, to: i32, gradientScale: f32, hessianScale: f32): i64 {
  const scale = f32x4.replace_lane(f32x4.replace_lane(f32x4.splat(hessianScale), 1, gradientScale), 3, gradientScale);
  let sum = i64x2.splat(0);
  for (let p = gradients + (<usize>from << 3), last = gradients + (<usize>to << 3); p < last; p += 16) {
    const q = i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(v128.load(p), scale)));
    v128.store(p, q);
    sum = i64x2.add(sum, q);
  }
  return i64x2.extract_lane(sum, 0) + i64x2.extract_lane(sum, 1);
}

/**
 * The exponent a of the largest scale 2^a for which whole numbers of these magnitudes, and any sum of them, stay
 * below 2^limit: one bit less than the half of an i64 holds, the guard. `sum` is the sum of the magnitudes
 * times 2^exponent, each rounded.
 */
export function scaleFor(sum: i64, exponent: i32, count: i32, limit: i32): i32 {
  const bound = <f64>(sum + count);
  const room = <f64>(<i64>1 << limit) - <f64>count;
  let a = 100;
  // bound 2^(a - exponent) < room
  const ratio = room / bound;
  const bits = reinterpret<i64>(ratio);
  let power = <i32>(bits >> 52) - 1023; // 2^power <= ratio
  if ((bits & 0x000fffffffffffff) == 0) power--;
  a = power + exponent;
  return max(-100, min(100, a));
}

/** The e with 2^(e - 1) <= x < 2^e of a single-precision x > 0. */
export function exponentOf(x: f32): i32 {
  const bits = reinterpret<i64>(<f64>x);
  return <i32>(bits >> 52) - 1022;
}
