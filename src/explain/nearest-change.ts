import {type Matrix, takeRows} from "../features/matrix.ts";
import type {Predict} from "./permutation.ts";
import {growsWithTime} from "./sentences.ts";
import type {Subject} from "./subjects.ts";

/** A feature that a team can influence, and the values to try. */
export type Changeable = {
  readonly feature: string;
  /** Values of training rows, ascending: deciles from the least to the greatest; all levels of a category. */
  readonly candidates: readonly number[];
  /** Standard deviation of the known values; for a category 0, any other level being 1 away. */
  readonly scale: number;
  readonly median: number;
};

export type Change = {readonly feature: string; readonly from: number; readonly to: number};

/** The smallest change of a row that alters what is decided on it. An association of the model, and no promise. */
export type NearestChange = {
  /** In the order of the changeable features. */
  readonly changes: readonly Change[];
  readonly margin: number;
  /** Sum of the changes in standard deviations. */
  readonly distance: number;
};

/**
 * The features that a team can influence, with values observed in the training rows. Sensitive ones are left out, and
 * those that only grow with time: what was counted so far cannot be undone.
 */
export function changeables(subjects: readonly Subject[], x: Matrix): Changeable[] {
  return subjects
    .filter(subject => subject.actionable && !subject.sensitive && !growsWithTime(subject))
    .flatMap(subject => {
      const j = x.names.indexOf(subject.name);
      if (j < 0) throw new RangeError(`changeables requires the feature ${subject.name}, got no column`);
      const known = x.values
        .slice(j * x.rows, (j + 1) * x.rows)
        .filter(value => !Number.isNaN(value))
        .sort();
      const category = x.categories?.[subject.name] !== undefined;
      const at = (q: number): number => known[Math.floor(q * (known.length - 1))]!;
      const candidates = [...new Set(category ? known : DECILES.map(at))];
      // Without a second value there is nothing to change to.
      if (known.length === 0 || candidates.length < 2) return [];
      const scale = category ? 0 : deviationOf(known);
      return [{feature: subject.name, candidates, scale, median: at(0.5)}];
    });
}

const DECILES = Array.from({length: 11}, (_, k) => k / 10);

function deviationOf(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

/**
 * Searches all changes of one feature, then of two, up to `most`, to the candidates of each: the fewest features that
 * bring the margin below a line, and of those the smallest sum of changes in standard deviations, equal within 1e-9
 * the first in the order of features and values. A change of a category is 1; one from missing is 1 and the way from
 * the median. Nothing is changed to missing, or beyond what training rows had. Other features stay as they are, also
 * those that would move along.
 * @param below the decision is altered by a margin below it.
 * @returns undefined when nothing that can be influenced would alter it.
 * @throws RangeError when the row's margin is below the line as it is, or the row or a feature is not there.
 */
export async function nearestChange(
  predict: Predict,
  x: Matrix,
  row: number,
  features: readonly Changeable[],
  {below, most = 2}: {readonly below: number; readonly most?: number},
): Promise<NearestChange | undefined> {
  if (!Number.isInteger(row) || row < 0 || row >= x.rows)
    throw new RangeError(`nearestChange requires a row from 0 to ${x.rows - 1}, got ${row}`);
  const own = takeRows(x, [row]);
  const margin = (await predict(own))[0]!;
  if (margin < below)
    throw new RangeError(`nearestChange requires a margin of at least ${below}, got ${margin}`);
  const moves = features.map(feature => movesOf(feature, own));
  for (let size = 1; size <= most; size++) {
    let best: NearestChange | undefined;
    for (const subset of subsets(moves.length, size)) {
      const combinations = product(subset.map(k => moves[k]!));
      if (combinations.length === 0) continue;
      const margins = await predict(changed(own, combinations));
      combinations.forEach((changes, i) => {
        const distance = changes.reduce((sum, change) => sum + change.distance, 0);
        if (margins[i]! < below && (!best || distance < best.distance - 1e-9))
          best = {
            changes: changes.map(({feature, from, to}) => ({feature, from, to})),
            margin: margins[i]!,
            distance,
          };
      });
    }
    if (best) return best;
  }
  return undefined;
}

type Move = Change & {readonly j: number; readonly distance: number};

function movesOf({feature, candidates, scale, median}: Changeable, own: Matrix): Move[] {
  const j = own.names.indexOf(feature);
  if (j < 0) throw new RangeError(`nearestChange requires the feature ${feature}, got no column`);
  const from = own.values[j]!;
  const missing = Number.isNaN(from);
  const distance = (to: number): number => {
    if (scale === 0) return 1;
    return missing ? 1 + Math.abs(to - median) / scale : Math.abs(to - from) / scale;
  };
  return candidates.filter(to => to !== from).map(to => ({j, feature, from, to, distance: distance(to)}));
}

/** The row once for each combination of changes. */
function changed(own: Matrix, combinations: readonly (readonly Move[])[]): Matrix {
  const rows = combinations.length;
  const x = takeRows(own, new Int32Array(rows));
  combinations.forEach((moves, i) => {
    for (const {j, to} of moves) x.values[j * rows + i] = to;
  });
  return x;
}

/** The subsets of 0 to n - 1 of a size, in order. */
function subsets(n: number, size: number, from = 0): number[][] {
  if (size === 0) return [[]];
  const found: number[][] = [];
  for (let k = from; k <= n - size; k++)
    for (const rest of subsets(n, size - 1, k + 1)) found.push([k, ...rest]);
  return found;
}

const product = (lists: readonly (readonly Move[])[]): Move[][] =>
  lists.reduce<Move[][]>((all, list) => all.flatMap(head => list.map(move => [...head, move])), [[]]);
