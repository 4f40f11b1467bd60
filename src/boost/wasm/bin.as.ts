// Bins: the values of a feature are sorted, the cuts between bins laid, and every value given its bin.

/** Bins for a missing value. */
export const MISSING: u8 = 255;

/** Order of the bits as unsigned numbers = order of the values. */
@inline
function keyOf(bits: u32): u32 {
  return bits & 0x80000000 ? ~bits : bits | 0x80000000;
}

@inline
function valueOf(key: u32): f32 {
  return reinterpret<f32>(key & 0x80000000 ? key & 0x7fffffff : ~key);
}

/** The sort key of an item: an item is a key, or a key above a weight. */
@inline
function keyIn<Item>(item: Item): u32 {
  if (sizeof<Item>() == 8) return <u32>(<u64>item >> 32);
  return <u32>item;
}

@inline
function weightIn<Item>(item: Item): u64 {
  if (sizeof<Item>() == 8) return <u64>item & 0xffffffff;
  return 1;
}

/**
 * Sorts by key, 8 bits a pass, least first; returns where the result lies: at `from` or at `to`.
 * `counts` has room for 4 x 256 u32.
 */
function sort<Item>(from: usize, to: usize, count: i32, counts: usize): usize {
  const size = sizeof<Item>();
  memory.fill(counts, 0, 4096);
  for (let p = from, end = from + <usize>count * size; p < end; p += size) {
    const key = keyIn<Item>(load<Item>(p));
    for (let digit: u32 = 0; digit < 4; digit++) {
      const at = counts + (digit << 10) + (((key >> (digit << 3)) & 255) << 2);
      store<u32>(at, load<u32>(at) + 1);
    }
  }
  for (let digit: u32 = 0; digit < 4; digit++) {
    const table = counts + (digit << 10);
    let sum: u32 = 0;
    let whole = false;
    for (let value: u32 = 0; value < 256; value++) {
      const at = table + (value << 2);
      const here = load<u32>(at);
      if (here == <u32>count) whole = true;
      store<u32>(at, sum);
      sum += here;
    }
    if (whole) continue;
    scatter<Item>(from, to, count, table, digit << 3);
    const swap = from;
    from = to;
    to = swap;
  }
  return from;
}

@inline
function scatter<Item>(from: usize, to: usize, count: i32, table: usize, shift: u32): void {
  const size = sizeof<Item>();
  for (let p = from, end = from + <usize>count * size; p < end; p += size) {
    const item = load<Item>(p);
    const at = table + (((keyIn<Item>(item) >> shift) & 255) << 2);
    const place = load<u32>(at);
    store<u32>(at, place + 1);
    store<Item>(to + <usize>place * size, item);
  }
}

/** Number of sorted items that follow `p` with the same key, `p` itself among them, and their weight. */
let runEnd: usize = 0;
let runWeight: u64 = 0;

@inline
function takeRun<Item>(p: usize, end: usize): void {
  const key = keyIn<Item>(load<Item>(p));
  let weight: u64 = 0;
  while (p < end) {
    const item = load<Item>(p);
    if (keyIn<Item>(item) != key) break;
    weight += weightIn<Item>(item);
    p += sizeof<Item>();
  }
  runEnd = p;
  runWeight = weight;
}

/** Least single-precision number above a and not above b that is nearest to the middle of a < b. */
function between(a: f32, b: f32): f32 {
  const middle = <f32>((<f64>a + <f64>b) / 2);
  return middle <= a ? b : middle;
}

/**
 * Cuts of sorted items into at most `bins` bins of about the same weight: a value that alone weighs as much as a
 * bin has one of its own, the others share the rest. Returns the number of cuts, written to `cuts`.
 */
function cut<Item>(items: usize, count: i32, bins: i32, cuts: usize): i32 {
  const end = items + <usize>count * sizeof<Item>();
  let distinct = 0;
  let total: u64 = 0;
  for (let p = items; p < end; p = runEnd) {
    takeRun<Item>(p, end);
    distinct++;
    total += runWeight;
  }
  const all = distinct <= bins;
  let big = 0;
  let rest: u64 = 0;
  if (!all)
    for (let p = items; p < end; p = runEnd) {
      takeRun<Item>(p, end);
      if (runWeight * bins >= total) big++;
      else rest += runWeight;
    }
  let share: u64 = max(1, bins - big);
  let made = 0;
  let current: u64 = 0;
  takeRun<Item>(items, end);
  for (let p = items; runEnd < end; ) {
    const value = valueOf(keyIn<Item>(load<Item>(p)));
    const weight = runWeight;
    p = runEnd;
    takeRun<Item>(p, end);
    current += weight;
    const alone = weight * bins >= total;
    const close = all || alone || runWeight * bins >= total || current * share >= rest;
    if (!close || made == bins - 1) continue;
    store<f32>(cuts + ((<usize>made) << 2), between(value, valueOf(keyIn<Item>(load<Item>(p)))));
    made++;
    if (!alone) {
      rest -= current;
      if (share > 1) share--;
    }
    current = 0;
  }
  return made;
}

/**
 * Lays the cuts of one feature: of `rows` single-precision `values`, NaN missing, those of integer weight 0 left
 * out. `whole` are the rows' integer weights, 0 when all weigh the same; `work` has room for 16 bytes a row with
 * weights, else 8, and 4096 more. Returns the number of cuts, at most bins - 1; -1 when no value is there.
 */
export function layCuts(values: usize, rows: i32, whole: usize, bins: i32, work: usize, cuts: usize): i32 {
  const counts = work;
  work += 4096;
  let count = 0;
  for (let i = 0; i < rows; i++) {
    const value = load<f32>(values + (<usize>i << 2));
    if (value != value) continue;
    const key = keyOf(reinterpret<u32>(value + 0)); // -0 + 0 = 0
    if (!whole) {
      store<u32>(work + (<usize>count << 2), key);
      count++;
      continue;
    }
    const weight = load<u32>(whole + (<usize>i << 2));
    if (!weight) continue;
    store<u64>(work + (<usize>count << 3), (<u64>key << 32) | weight);
    count++;
  }
  if (!count) return -1;
  if (!whole) {
    const items = sort<u32>(work, work + (<usize>rows << 2), count, counts);
    return cut<u32>(items, count, bins, cuts);
  }
  const items = sort<u64>(work, work + (<usize>rows << 3), count, counts);
  return cut<u64>(items, count, bins, cuts);
}

/** Writes the bin of each value, the number of cuts that are not above it, to `out`. `cuts` is overwritten past its end. */
export function assignBins(values: usize, rows: i32, cuts: usize, count: i32, out: usize): void {
  for (let i = count; i < 256; i++) store<f32>(cuts + (<usize>i << 2), Infinity);
  let steps: usize = 1;
  while (steps <= <usize>count) steps <<= 1;
  steps >>= 1;
  for (let i = 0; i < rows; i++) {
    const value = load<f32>(values + (<usize>i << 2));
    let at: usize = 0;
    for (let step = steps; step; step >>= 1) {
      const next = at + step;
      at = select(next, at, load<f32>(cuts + (next << 2) - 4) <= value);
    }
    store<u8>(out + i, value != value ? MISSING : <u8>at);
  }
}

/** The code of each value, a whole number in [0, 254), as its bin. */
export function assignCodes(values: usize, rows: i32, out: usize): void {
  for (let i = 0; i < rows; i++) {
    const value = load<f32>(values + (<usize>i << 2));
    store<u8>(out + i, value != value ? MISSING : <u8>value);
  }
}

/** Copies bins by column (of `rows` each) to bins by row, for the rows in [from, to). */
export function transpose(byColumn: usize, rows: i32, features: i32, byRow: usize, stride: i32, from: i32, to: i32): void {
  for (let start = from; start < to; start += 64) {
    const end = min(start + 64, to);
    for (let f = 0; f < features; f++) {
      const column = byColumn + <usize>f * rows;
      let target = byRow + <usize>start * stride + f;
      for (let i = start; i < end; i++) {
        store<u8>(target, load<u8>(column + i));
        target += stride;
      }
    }
  }
}

/** The first row whose value is infinite in single precision or the largest number of it, -1 when there is none. */
export function findInfinite(values: usize, rows: i32): i32 {
  for (let i = 0; i < rows; i++) if (abs(load<f32>(values + (<usize>i << 2))) >= f32.MAX_VALUE) return i;
  return -1;
}

/** The first row whose value is neither missing nor a whole number in [0, limit), -1 when there is none. */
export function findNoCode(values: usize, rows: i32, limit: f32): i32 {
  for (let i = 0; i < rows; i++) {
    const value = load<f32>(values + (<usize>i << 2));
    if (value == value && !(value >= 0 && value < limit && floor(value) == value)) return i;
  }
  return -1;
}

/** How many of the values are missing. */
export function countMissing(bins: usize, rows: i32): i32 {
  let count = 0;
  for (let i = 0; i < rows; i++) count += i32(load<u8>(bins + i) == MISSING);
  return count;
}
