import type {Matrix} from "../features/matrix.ts";

/**
 * Points between which distances are measured. Row-major: numeric feature j of point i is at i * width + j, in
 * standard deviations of the points; codes of categories stand behind the numbers. NaN is missing.
 */
export type Points = {
  readonly rows: number;
  readonly width: number;
  /** Features that are numbers; the others are categories. */
  readonly numbers: number;
  readonly values: Float64Array;
};

/**
 * The rows of a matrix as points. A number that is the same in all of them is 0, so that rounding does not become a
 * distance.
 * @param categorical one a feature: whether its values are codes.
 */
export function pointsOf(x: Matrix, rows: ArrayLike<number>, categorical: readonly boolean[]): Points {
  const take = Array.from(rows);
  const columns = x.names.map((_, j) => Float64Array.from(take, i => x.values[j * x.rows + i]!));
  const scaled = columns.flatMap((column, j) => {
    if (categorical[j]) return [];
    const deviation = deviationOf(column);
    return [column.map(value => (deviation === 0 ? (Number.isNaN(value) ? value : 0) : value / deviation))];
  });
  const all = [...scaled, ...columns.filter((_, j) => categorical[j])];
  const values = new Float64Array(take.length * all.length);
  for (let j = 0; j < all.length; j++)
    for (let i = 0; i < take.length; i++) values[i * all.length + j] = all[j]![i]!;
  return {rows: take.length, width: all.length, numbers: scaled.length, values};
}

/** Population standard deviation of the known values; 0 within rounding of the mean. */
function deviationOf(column: Float64Array): number {
  const known = column.filter(value => !Number.isNaN(value));
  if (known.length === 0) return 0;
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const deviation = Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / known.length);
  return deviation > 1e-12 * Math.abs(mean) ? deviation : 0;
}

/**
 * The `k` nearest points of other groups than the point's own, for each of `wanted`, nearest first; of equal
 * distances the point that comes first. Squared distance: the differences of the numbers, squared, and 1 for each
 * category that differs and for each value missing in one of the two; two missing ones are alike. (On standardised
 * numbers 1 is the median of the standard deviations, which Chawla et al. 2002, section 6.1, give a category.) Every
 * pair is looked at: time grows with the square of the points.
 * @param group of each point; there must be `k` points of other groups.
 * @returns k indices for each of `wanted`, one after another.
 */
export function nearestPoints(
  {rows, width, numbers, values}: Points,
  {group, wanted, k}: {readonly group: Int32Array; readonly wanted: Int32Array; readonly k: number},
): Int32Array {
  const out = new Int32Array(wanted.length * k);
  const distances = new Float64Array(k);
  const places = new Int32Array(k);
  for (let w = 0; w < wanted.length; w++) {
    const i = wanted[w]!;
    const own = group[i]!;
    const from = i * width;
    distances.fill(Number.POSITIVE_INFINITY);
    let worst = Number.POSITIVE_INFINITY;
    for (let j = 0; j < rows; j++) {
      if (group[j] === own) continue;
      const to = j * width;
      let distance = 0;
      let f = 0;
      // Sums only grow, so a point that is already too far needs no more features.
      for (; f < numbers && distance < worst; f++) {
        const a = values[from + f]!;
        const b = values[to + f]!;
        const difference = a - b;
        if (!Number.isNaN(difference)) distance += difference * difference;
        else if (!(Number.isNaN(a) && Number.isNaN(b))) distance += 1;
      }
      for (; f < width && distance < worst; f++) {
        const a = values[from + f]!;
        const b = values[to + f]!;
        if (a !== b && !(Number.isNaN(a) && Number.isNaN(b))) distance += 1;
      }
      if (!(distance < worst)) continue;
      let place = k - 1;
      for (; place > 0 && distances[place - 1]! > distance; place--) {
        distances[place] = distances[place - 1]!;
        places[place] = places[place - 1]!;
      }
      distances[place] = distance;
      places[place] = j;
      worst = distances[k - 1]!;
    }
    out.set(places, w * k);
  }
  return out;
}
