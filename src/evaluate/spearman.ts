/** Spearman's rank correlation over the rows where `a` is not NaN, ties at their mean rank; 0 when either is constant. */
export function spearman(a: Float64Array, b: Float64Array): number {
  const rows = Int32Array.from(a.keys()).filter(i => !Number.isNaN(a[i]!));
  const [ra, rb] = [meanRanks(rows.length, k => a[rows[k]!]!), meanRanks(rows.length, k => b[rows[k]!]!)];
  const centre = (rows.length - 1) / 2;
  let [cross, va, vb] = [0, 0, 0];
  for (let k = 0; k < rows.length; k++) {
    const [da, db] = [ra[k]! - centre, rb[k]! - centre];
    cross += da * db;
    va += da * da;
    vb += db * db;
  }
  return va === 0 || vb === 0 ? 0 : cross / Math.sqrt(va * vb);
}

/** Ranks of n values from 0, ties at their mean. */
export function meanRanks(n: number, valueAt: (k: number) => number): Float64Array {
  const order = Int32Array.from({length: n}, (_, k) => k).sort((a, b) => valueAt(a) - valueAt(b));
  const ranks = new Float64Array(n);
  for (let start = 0, end = 0; start < n; start = end) {
    for (end = start + 1; end < n && valueAt(order[end]!) === valueAt(order[start]!); ) end++;
    for (let k = start; k < end; k++) ranks[order[k]!] = (start + end - 1) / 2;
  }
  return ranks;
}
