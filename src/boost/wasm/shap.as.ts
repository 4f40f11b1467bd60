// Kernels of exact Shapley values. Rows come in blocks of a multiple of 16; what a block keeps of a column is
// contiguous. A mask has one bit for each condition that a row meets.

/**
 * For each split of a tree a byte a row: all bits set when the row goes left. A split has four words: the column of
 * its feature, threshold, whether missing goes left, and 0 or, of a category, the address of a byte for each code:
 * codes past 253 are in no set and share the byte of 254, missing has that of 255.
 */
export function sides(splits: usize, count: i32, columns: usize, rows: i32, out: usize): void {
  for (let k = 0; k < count; k++) {
    const column = columns + ((<usize>load<u32>(splits) * <usize>rows) << 2);
    const codes = <usize>load<u32>(splits, 12);
    if (codes) sidesOfCodes(column, rows, codes, out);
    else sidesOfNumbers(column, rows, load<f32>(splits, 4), load<u32>(splits, 8) != 0, out);
    splits += 16;
    out += <usize>rows;
  }
}

@inline
function sidesOfCodes(column: usize, rows: i32, codes: usize, out: usize): void {
  for (let i = 0; i < rows; i++) {
    const x = load<f32>(column + (<usize>i << 2));
    const code = x == x ? <usize>min<f32>(x, 254) : 255;
    store<u8>(out + i, load<u8>(codes + code));
  }
}

@inline
function sidesOfNumbers(column: usize, rows: i32, cut: f32, missingLeft: bool, out: usize): void {
  const threshold = f32x4.splat(cut);
  // A missing value is neither below the threshold nor at or above it.
  const turn = i8x16.splat(missingLeft ? -1 : 0);
  for (let i = 0; i < rows; i += 16) {
    const at = column + (<usize>i << 2);
    const first = i16x8.narrow_i32x4_s(below(at, threshold, missingLeft), below(at + 16, threshold, missingLeft));
    const second = i16x8.narrow_i32x4_s(below(at + 32, threshold, missingLeft), below(at + 48, threshold, missingLeft));
    v128.store(out + i, v128.xor(i8x16.narrow_i16x8_s(first, second), turn));
  }
}

/** x < threshold, or with `turned` its contrary for every x but a missing one: x >= threshold. */
@inline
function below(at: usize, threshold: v128, turned: bool): v128 {
  const x = v128.load(at);
  return turned ? f32x4.ge(x, threshold) : f32x4.lt(x, threshold);
}

/**
 * Masks of at most 8 conditions. A condition is a word that counts its terms, and a word for each, all of which a
 * row has to meet: twice the number of the split, plus 1 when the row has to go right.
 */
export function masks(conditions: usize, bits: i32, sides: usize, rows: i32, out: usize): void {
  for (let i = 0; i < rows; i += 16) {
    let at = conditions;
    let mask = i8x16.splat(0);
    for (let k = 0; k < bits; k++) {
      let met = i8x16.splat(<i8>1 << <i8>k);
      const end = at + 4 + (<usize>load<u32>(at) << 2);
      for (at += 4; at < end; at += 4) {
        const term = load<u32>(at);
        const right = i8x16.splat(-(<i8>(term & 1)));
        met = v128.and(met, v128.xor(v128.load(sides + <usize>(term >> 1) * <usize>rows + i), right));
      }
      mask = v128.or(mask, met);
    }
    v128.store(out + i, mask);
  }
}

/** Counts rows by their masks. */
export function count(masks: usize, rows: i32, counts: usize): void {
  for (let i = 0; i < rows; i++) {
    const p = counts + (<usize>load<u8>(masks + i) << 2);
    store<u32>(p, load<u32>(p) + 1);
  }
}

// Tables of a leaf whose way has d features: what the leaf gives to each of them, or to each two, for each mask of
// the features whose conditions the row meets.

/** The leaf's mask for each mask of its group. A feature is met when the bits that it needs are as it wants: two bytes a feature. */
export function leafMasks(needs: usize, d: i32, bits: i32, out: usize): void {
  for (let m = 0; m < 1 << bits; m++) {
    let mask = 0;
    for (let k = 0; k < d; k++) {
      const need = <i32>load<u8>(needs + (k << 1));
      mask |= i32((m & need) == <i32>load<u8>(needs + (k << 1), 1)) << k;
    }
    store<u8>(out + m, mask);
  }
}

/** The leaf's value times the probability of each mask when each feature is met with its share, independently. */
export function independent(shares: usize, d: i32, value: f64, out: usize): void {
  store<f64>(out, value);
  for (let k = 0; k < d; k++) {
    const share = load<f64>(shares + (k << 3));
    const size = <usize>8 << k;
    for (let p = out; p < out + size; p += 8) {
      const x = load<f64>(p);
      store<f64>(p + size, x * share);
      store<f64>(p, x * (1 - share));
    }
  }
}

/** The leaf's value times the frequency of each mask among background rows, which are counted by the masks of the group. */
export function observed(counts: usize, own: usize, bits: i32, d: i32, value: f64, rows: i32, out: usize): void {
  memory.fill(out, 0, 8 << d);
  for (let m = 0; m < 1 << bits; m++) {
    const p = out + (<usize>load<u8>(own + m) << 3);
    store<f64>(p, load<f64>(p) + <f64>load<u32>(counts + (m << 2)));
  }
  for (let p = out; p < out + (8 << d); p += 8) store<f64>(p, (load<f64>(p) / <f64>rows) * value);
}

/**
 * What is expected of the leaf for each mask of a row when each feature is, with probability t, the row's own and
 * else the background's: `background` has the leaf's value times the probability of each mask.
 */
@inline
function mix(background: usize, d: i32, t: f64, out: usize): void {
  const size = <usize>8 << d;
  memory.copy(out, background, size);
  for (let k = 0; k < d; k++) {
    const step = <usize>8 << k;
    for (let from = out; from < out + size; from += step << 1)
      for (let p = from; p < from + step; p += 8) {
        const unmet = load<f64>(p);
        const met = load<f64>(p + step);
        store<f64>(p, (1 - t) * met);
        store<f64>(p + step, t * unmet + met);
      }
  }
}

/** Adds to `out` weight times the difference that feature k makes: it being the row's less it being the background's. */
@inline
function differ(mixed: usize, d: i32, k: i32, t: f64, weight: f64, out: usize): void {
  const size = <usize>8 << d;
  const step = <usize>8 << k;
  // mix() left (1 - t) met where the row does not meet the condition, and t unmet + met where it does.
  const met = weight / (1 - t);
  const both = weight / t;
  const rest = both / (1 - t);
  for (let from: usize = 0; from < size; from += step << 1)
    for (let p = from; p < from + step; p += 8) {
      const x = load<f64>(mixed + p);
      const y = load<f64>(mixed + p + step);
      store<f64>(out + p, load<f64>(out + p) - met * x);
      store<f64>(out + p + step, load<f64>(out + p + step) + (both * y - rest * x));
    }
}

/** The Shapley value of each feature, d tables of 2^d. `nodes` holds place and weight of the nodes of a quadrature over t. */
export function tabulate(background: usize, d: i32, nodes: usize, count: i32, mixed: usize, out: usize): void {
  const size = <usize>8 << d;
  memory.fill(out, 0, size * <usize>d);
  for (const end = nodes + (count << 4); nodes < end; nodes += 16) {
    const t = load<f64>(nodes);
    mix(background, d, t, mixed);
    for (let k = 0; k < d; k++) differ(mixed, d, k, t, load<f64>(nodes, 8), out + size * <usize>k);
  }
}

/** Half of the interaction of each two features i < j, d (d - 1) / 2 tables of 2^d; `mixed` has room for two. */
export function tabulatePairs(background: usize, d: i32, nodes: usize, count: i32, mixed: usize, out: usize): void {
  const size = <usize>8 << d;
  const one = mixed + size;
  memory.fill(out, 0, size * <usize>((d * (d - 1)) >> 1));
  for (const end = nodes + (count << 4); nodes < end; nodes += 16) {
    const t = load<f64>(nodes);
    mix(background, d, t, mixed);
    let to = out;
    for (let i = 0; i < d; i++) {
      memory.fill(one, 0, size);
      differ(mixed, d, i, t, 1, one);
      for (let j = i + 1; j < d; j++) {
        differ(one, d, j, t, 0.5 * load<f64>(nodes, 8), to);
        to += size;
      }
    }
  }
}

// Adding. A group's table has two columns side by side for each mask, 16 bytes, and such pairs one after the other;
// `columns` holds the addresses of the sums that they go to.

/** Adds a leaf's tables, `count` of 2^d, to those columns of its group that `places` names, a word each. */
export function spread(tables: usize, d: i32, count: i32, places: usize, own: usize, bits: i32, out: usize): void {
  for (let k = 0; k < count; k++) {
    const column = <usize>load<u32>(places + (k << 2));
    let to = out + ((column >> 1) << (4 + bits)) + ((column & 1) << 3);
    for (let m = 0; m < 1 << bits; m++) {
      store<f64>(to, load<f64>(to) + load<f64>(tables + (<usize>load<u8>(own + m) << 3)));
      to += 16;
    }
    tables += <usize>8 << d;
  }
}

@inline
function addTo(sums: usize, x: v128, y: v128, low: bool): void {
  const both = low ? v128.shuffle<i64>(x, y, 0, 2) : v128.shuffle<i64>(x, y, 1, 3);
  v128.store(sums, f64x2.add(v128.load(sums), both));
}

/** Adds to the sums of each row what the table has for its mask; the number of columns is a multiple of 4. */
export function add(masks: usize, rows: i32, table: usize, bits: i32, count: i32, columns: usize): void {
  const size = <usize>16 << bits;
  for (let k = 0; k < count; k += 4) {
    addFour(masks, rows, table, table + size, load<u32>(columns), load<u32>(columns, 4), load<u32>(columns, 8), load<u32>(columns, 12));
    table += size << 1;
    columns += 16;
  }
}

function addFour(masks: usize, rows: i32, table: usize, next: usize, a: usize, b: usize, c: usize, d: usize): void {
  for (const end = masks + rows; masks < end; masks += 4) {
    const m = <usize>load<u32>(masks);
    const m0 = (m << 4) & 0xff0;
    const m1 = (m >> 4) & 0xff0;
    const m2 = (m >> 12) & 0xff0;
    const m3 = (m >> 20) & 0xff0;
    let x = v128.load(table + m0);
    let y = v128.load(table + m1);
    addTo(a, x, y, true);
    addTo(b, x, y, false);
    x = v128.load(next + m0);
    y = v128.load(next + m1);
    addTo(c, x, y, true);
    addTo(d, x, y, false);
    x = v128.load(table + m2);
    y = v128.load(table + m3);
    addTo(a + 16, x, y, true);
    addTo(b + 16, x, y, false);
    x = v128.load(next + m2);
    y = v128.load(next + m3);
    addTo(c + 16, x, y, true);
    addTo(d + 16, x, y, false);
    a += 32;
    b += 32;
    c += 32;
    d += 32;
  }
}

// Leaves with more features than a table can have: row by row. Their masks are bytes of 8 features each, `rows` bytes
// apart.

@inline
function isMet(masks: usize, rows: i32, i: i32, k: i32): bool {
  return ((load<u8>(masks + <usize>((k >> 3) * rows + i)) >> <u8>(k & 7)) & 1) != 0;
}

/**
 * What mix() gives for a row, times the weight, for each node; scratch for a factor a feature behind. A feature's
 * factor is 1 - t + t / share when its condition is met, 1 - t else, times its share.
 */
@inline
function mixRow(masks: usize, rows: i32, i: i32, value: f64, shares: usize, d: i32, nodes: usize, count: i32, out: usize): void {
  for (let q = 0; q < count; q++) {
    const t = load<f64>(nodes + (q << 4));
    let product = value * load<f64>(nodes + (q << 4), 8);
    for (let k = 0; k < d; k++) {
      const share = load<f64>(shares + (k << 3));
      product *= (1 - t) * share + (isMet(masks, rows, i, k) ? t : 0);
    }
    store<f64>(out + (q << 3), product);
  }
}

/** The difference that a feature makes over its factor: 1 less its share when met, 0 less its share else. */
@inline
function ratio(met: bool, share: f64, t: f64): f64 {
  return met ? (1 - share) / ((1 - t) * share + t) : 1 / (t - 1);
}

/** Adds a leaf's Shapley values to the sums. `products` has room for 8 bytes a node. */
export function addLeaf(masks: usize, rows: i32, value: f64, shares: usize, d: i32, nodes: usize, count: i32, columns: usize, products: usize): void {
  for (let i = 0; i < rows; i++) {
    mixRow(masks, rows, i, value, shares, d, nodes, count, products);
    for (let k = 0; k < d; k++) {
      const met = isMet(masks, rows, i, k);
      const share = load<f64>(shares + (k << 3));
      let sum: f64 = 0;
      for (let q = 0; q < count; q++)
        sum += load<f64>(products + (q << 3)) * ratio(met, share, load<f64>(nodes + (q << 4)));
      const to = <usize>load<u32>(columns + (k << 2)) + (<usize>i << 3);
      store<f64>(to, load<f64>(to) + sum);
    }
  }
}

/** Adds half of a leaf's interactions of each two features i < j. */
export function addLeafPairs(masks: usize, rows: i32, value: f64, shares: usize, d: i32, nodes: usize, count: i32, columns: usize, products: usize): void {
  for (let r = 0; r < rows; r++) {
    mixRow(masks, rows, r, 0.5 * value, shares, d, nodes, count, products);
    let column = columns;
    for (let i = 0; i < d; i++)
      for (let j = i + 1; j < d; j++) {
        let sum: f64 = 0;
        for (let q = 0; q < count; q++) {
          const t = load<f64>(nodes + (q << 4));
          const first = ratio(isMet(masks, rows, r, i), load<f64>(shares + (i << 3)), t);
          const second = ratio(isMet(masks, rows, r, j), load<f64>(shares + (j << 3)), t);
          sum += load<f64>(products + (q << 3)) * first * second;
        }
        const to = <usize>load<u32>(column) + (<usize>r << 3);
        store<f64>(to, load<f64>(to) + sum);
        column += 4;
      }
  }
}

/** Up to 64 features' bits of a row. */
@inline
function wide(masks: usize, rows: i32, i: i32, d: i32): u64 {
  let mask: u64 = 0;
  for (let k = 0; k < d; k += 8) mask |= <u64>load<u8>(masks + <usize>((k >> 3) * rows + i)) << k;
  return mask;
}

/** Adds background rows to a leaf's list of masks, ascending, each a u64 with its count as a double behind; returns its length. */
export function collect(masks: usize, stride: i32, rows: i32, d: i32, list: usize, length: i32): i32 {
  for (let i = 0; i < rows; i++) {
    const mask = wide(masks, stride, i, d);
    let from = 0;
    let to = length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (load<u64>(list + (<usize>middle << 4)) < mask) from = middle + 1;
      else to = middle;
    }
    const at = list + (<usize>from << 4);
    if (from == length || load<u64>(at) != mask) {
      memory.copy(at + 16, at, <usize>(length - from) << 4);
      store<u64>(at, mask);
      store<f64>(at, 0, 8);
      length++;
    }
    store<f64>(at, load<f64>(at, 8) + 1, 8);
  }
  return length;
}

/**
 * Adds a leaf's Shapley values against each mask of its list: a features of the row and b of the background's are
 * alone in meeting their conditions. `weights` holds a! b! / (a + b + 1)! at 64 a + b; `value` is the leaf's over
 * the number of background rows; `scratch` has room for 8 bytes a feature.
 */
export function addAgainst(masks: usize, rows: i32, d: i32, list: usize, length: i32, value: f64, weights: usize, columns: usize, scratch: usize): void {
  const all = ~(<u64>0) >> (64 - d);
  const end = list + (<usize>length << 4);
  for (let i = 0; i < rows; i++) {
    const mask = wide(masks, rows, i, d);
    memory.fill(scratch, 0, d << 3);
    for (let p = list; p < end; p += 16) {
      const other = load<u64>(p);
      if ((mask | other) != all) continue;
      let gained = mask & ~other;
      let lost = other & ~mask;
      const a = <usize>popcnt(gained);
      const b = <usize>popcnt(lost);
      const share = value * load<f64>(p, 8);
      for (; gained; gained &= gained - 1) {
        const to = scratch + (<usize>ctz(gained) << 3);
        store<f64>(to, load<f64>(to) + share * load<f64>(weights + ((((a - 1) << 6) + b) << 3)));
      }
      for (; lost; lost &= lost - 1) {
        const to = scratch + (<usize>ctz(lost) << 3);
        store<f64>(to, load<f64>(to) - share * load<f64>(weights + (((a << 6) + b - 1) << 3)));
      }
    }
    for (let k = 0; k < d; k++) {
      const to = <usize>load<u32>(columns + (k << 2)) + (<usize>i << 3);
      store<f64>(to, load<f64>(to) + load<f64>(scratch + (k << 3)));
    }
  }
}
