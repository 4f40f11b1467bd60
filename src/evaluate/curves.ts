import {rankTable, totalSum, totalWeight} from "./rank-table.ts";
import {positivesOf, type Ranking} from "./ranking.ts";

/** A point of the ROC curve; all rows of a tie are passed at once. */
export type RocPoint = {
  /** Share of stayers above the cut. */
  readonly falsePositiveRate: number;
  /** Share of churners above the cut. */
  readonly truePositiveRate: number;
};

/**
 * The ROC curve from (0, 0) to (1, 1), a point for each distinct margin; straight lines between the points hold for
 * ties broken at random, and the area below them is the AUC.
 * @throws RangeError when the ranking holds one class only.
 */
export function rocCurve(ranking: Ranking): RocPoint[] {
  const positives = positivesOf(ranking);
  if (positives === 0 || positives === ranking.rows)
    throw new RangeError(`rocCurve requires both classes, got ${positives} positive of ${ranking.rows}`);
  const table = rankTable(ranking);
  const stayers = totalWeight(table) - positives;
  const points = Array.from(table.sum, (found, g) => ({
    falsePositiveRate: (table.weight[g]! - found) / stayers,
    truePositiveRate: found / positives,
  }));
  return [{falsePositiveRate: 0, truePositiveRate: 0}, ...points];
}

/** A point of the precision-recall curve: all rows down to a cut are contacted. */
export type PrecisionRecallPoint = {
  /** Rows contacted. */
  readonly rows: number;
  /** Share of churners among them. */
  readonly precision: number;
  /** Share of all churners among them. */
  readonly recall: number;
};

/**
 * Precision and recall at each distinct margin, by rising recall. Between two points neither is on a straight line
 * (Davis and Goadrich 2006): average precision is the area of the steps.
 * @throws RangeError without a churner.
 */
export function precisionRecallCurve(ranking: Ranking): PrecisionRecallPoint[] {
  const table = rankTable(ranking);
  const all = totalSum(table);
  if (all === 0)
    throw new RangeError(`precisionRecallCurve requires a churner, got 0 positive of ${ranking.rows}`);
  return Array.from(table.sum, (found, g) => ({
    rows: table.weight[g]!,
    precision: found / table.weight[g]!,
    recall: found / all,
  }));
}

/** Points for a picture: at most `most` of them, about evenly spaced by `at`, the first and the last included. */
export function thinned<Point>(
  points: readonly Point[],
  at: (point: Point) => number,
  {most = 101}: {readonly most?: number} = {},
): Point[] {
  if (points.length <= most) return [...points];
  const [start, end] = [at(points[0]!), at(points.at(-1)!)];
  const kept: Point[] = [];
  points.forEach((point, k) => {
    const due = start + ((end - start) * kept.length) / (most - 1);
    const last = k === points.length - 1;
    if (last && kept.length === most) kept.pop();
    if (last || at(point) >= due) kept.push(point);
  });
  return kept;
}
