// Histograms: of each feature and bin the packed sum of gradients and hessians. A feature takes 256 x 8 bytes.

import {rowBins, gradients, features, stride} from "./job.as";

@inline
function add(at: usize, offset: usize, bin: usize, value: i64): void {
  const p = at + offset + (bin << 3);
  store<i64>(p, load<i64>(p) + value);
}

/** Adds a row to all features: its bins lie at `row`, its packed gradient is `value`. */
@inline
function addRow(row: usize, value: i64, histogram: usize): void {
  let h = histogram;
  let p = row;
  for (const end = row + (<usize>features >> 3 << 3); p < end; p += 8) {
    const bins = load<u64>(p);
    add(h, 0, <usize>bins & 255, value);
    add(h, 2048, <usize>(bins >> 8) & 255, value);
    add(h, 4096, <usize>(bins >> 16) & 255, value);
    add(h, 6144, <usize>(bins >> 24) & 255, value);
    add(h, 8192, <usize>(bins >> 32) & 255, value);
    add(h, 10240, <usize>(bins >> 40) & 255, value);
    add(h, 12288, <usize>(bins >> 48) & 255, value);
    add(h, 14336, <usize>(bins >> 56), value);
    h += 16384;
  }
  if (features & 4) {
    const bins = load<u32>(p);
    add(h, 0, <usize>bins & 255, value);
    add(h, 2048, <usize>(bins >> 8) & 255, value);
    add(h, 4096, <usize>(bins >> 16) & 255, value);
    add(h, 6144, <usize>(bins >> 24), value);
    h += 8192;
    p += 4;
  }
  if (features & 2) {
    const bins = load<u16>(p);
    add(h, 0, <usize>bins & 255, value);
    add(h, 2048, <usize>(bins >> 8), value);
    h += 4096;
    p += 2;
  }
  if (features & 1) add(h, 0, load<u8>(p), value);
}

/** Adds the rows [from, to), in the order in which they lie. */
export function addAll(from: i32, to: i32, histogram: usize): void {
  let row = rowBins + <usize>from * stride;
  for (let p = gradients + (<usize>from << 3), end = gradients + (<usize>to << 3); p < end; p += 8) {
    addRow(row, load<i64>(p), histogram);
    row += stride;
  }
}

/**
 * Adds the rows whose numbers stand in [from, to). They lie apart, so each block of 64 is touched before it is
 * summed: the loads of the first pass do not wait for each other.
 */
export function addSome(from: usize, to: usize, histogram: usize): void {
  let seen: u32 = 0;
  for (let start = from; start < to; start += 256) {
    const end = min(start + 256, to);
    for (let p = start; p < end; p += 4) {
      const i = <usize>load<u32>(p);
      seen ^= <u32>load<u8>(rowBins + i * stride) ^ <u32>load<u8>(gradients + (i << 3));
    }
    for (let p = start; p < end; p += 4) {
      const i = <usize>load<u32>(p);
      addRow(rowBins + i * stride, load<i64>(gradients + (i << 3)), histogram);
    }
  }
  // Never so, but it keeps the first pass from being left out.
  if (seen > 255) store<u32>(histogram, 0);
}

/** Adds, or takes away, `bytes` of one histogram to another. */
export function addHistogram(to: usize, from: usize, bytes: usize): void {
  for (const end = to + bytes; to < end; to += 16) {
    v128.store(to, i64x2.add(v128.load(to), v128.load(from)));
    from += 16;
  }
}

export function subtractHistogram(to: usize, from: usize, bytes: usize): void {
  for (const end = to + bytes; to < end; to += 16) {
    v128.store(to, i64x2.sub(v128.load(to), v128.load(from)));
    from += 16;
  }
}
