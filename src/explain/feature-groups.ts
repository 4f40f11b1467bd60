import {spearman} from "../evaluate/spearman.ts";
import type {Matrix} from "../features/matrix.ts";

/** Distance, 1 less the absolute rank correlation, at which features no longer count as one signal. */
export const GROUP_CUT = 0.3;

/**
 * Features that say much the same, by hierarchical clustering with average linkage (Sokal and Michener 1958) on the
 * distance 1 - |Spearman's rank correlation|, over the rows where both are known. Two groups are joined as long as the
 * mean distance between their features is at most `cut`, the nearest first, of equals the first in the order of `x`.
 * Categories have no order and so stay alone, and so does a feature without two values.
 * @param cut in [0, 1].
 * @returns names, each group and the groups by their first feature in the order of `x`.
 */
export function groupFeatures(
  x: Matrix,
  {cut = GROUP_CUT}: {readonly cut?: number} = {},
): readonly (readonly string[])[] {
  if (!(cut >= 0 && cut <= 1)) throw new RangeError(`groupFeatures requires a cut in [0, 1], got ${cut}`);
  const n = x.names.length;
  const between = distances(x);
  const groups: (number[] | undefined)[] = x.names.map((_, j) => [j]);
  for (;;) {
    let [least, first, second] = [cut, -1, -1];
    for (let a = 0; a < n; a++)
      for (let b = a + 1; b < n; b++) {
        if (!groups[a] || !groups[b]) continue;
        const distance = between[a * n + b]!;
        if (distance < least || (first < 0 && distance === least)) [least, first, second] = [distance, a, b];
      }
    if (first < 0) return groups.flatMap(group => (group ? [group.map(j => x.names[j]!)] : []));
    const [here, there] = [groups[first]!, groups[second]!];
    for (let other = 0; other < n; other++) {
      const mean =
        (here.length * between[first * n + other]! + there.length * between[second * n + other]!) /
        (here.length + there.length);
      between[first * n + other] = mean;
      between[other * n + first] = mean;
    }
    groups[first] = [...here, ...there].sort((a, b) => a - b);
    groups[second] = undefined;
  }
}

/** 1 - |rank correlation| of each two features, a full square. */
function distances({names, rows, values, categories}: Matrix): Float64Array {
  const n = names.length;
  const out = new Float64Array(n * n).fill(1);
  const columnOf = (j: number) => values.subarray(j * rows, (j + 1) * rows);
  for (let a = 0; a < n; a++)
    for (let b = a + 1; b < n; b++) {
      if (categories?.[names[a]!] || categories?.[names[b]!]) continue;
      const distance = 1 - Math.abs(correlationOf(columnOf(a), columnOf(b)));
      out[a * n + b] = distance;
      out[b * n + a] = distance;
    }
  return out;
}

function correlationOf(a: Float64Array, b: Float64Array): number {
  const known = a.map((value, i) => (Number.isNaN(b[i]!) ? Number.NaN : value));
  return spearman(known, b);
}
