import {boostShapInteractions} from "../boost/shap.ts";
import {quantileOf} from "../evaluate/quantile.ts";
import type {Matrix} from "../features/matrix.ts";
import type {Model} from "../model/model.ts";
import {applyPreparation} from "../model/prepare/preparation.ts";

/** What two features do to the margin together, beyond what each does by itself. */
export type Interaction = {
  readonly features: readonly [string, string];
  /** Mean over the rows of the absolute joint effect (both halves), in units of the margin. */
  readonly meanAbsolute: number;
  /** The joint effect of each row. */
  readonly values: Float64Array;
};

/**
 * The pairs of features with the largest joint effects, by exact Shapley interaction values (Fujimoto et al. 2006;
 * Lundberg et al. 2020). They exist for boosted trees alone: a logistic regression and rules by one feature have none.
 * @param strongest pairs to return.
 * @returns by mean absolute effect, descending, of equals in the order of the features; undefined for a model without
 * trees, and for models averaged over cutoffs.
 * @throws as explainRows.
 */
export function strongestInteractions(
  model: Model,
  x: Matrix,
  {strongest}: {readonly strongest: number},
): Interaction[] | undefined {
  if (model.kind !== "boost") return undefined;
  const {values, rows} = boostShapInteractions(model.boost, applyPreparation(model.preparation, x));
  const n = x.names.length;
  const pairs: Interaction[] = [];
  for (let a = 0; a < n; a++)
    for (let b = a + 1; b < n; b++) {
      const joint = Float64Array.from({length: rows}, (_, i) => 2 * values[(i * n + a) * n + b]!);
      const meanAbsolute = joint.reduce((sum, value) => sum + Math.abs(value), 0) / Math.max(1, rows);
      pairs.push({features: [x.names[a]!, x.names[b]!], meanAbsolute, values: joint});
    }
  return pairs.sort((a, b) => b.meanAbsolute - a.meanAbsolute).slice(0, strongest);
}

/** The mean joint effect of the rows in a cell of a table of two features; null without rows. */
export type InteractionTable = {
  /** Ends of the parts of each feature, ascending: part k is (edges[k], edges[k + 1]], the first with its lower end. */
  readonly edges: readonly [readonly number[], readonly number[]];
  /** cells[a][b]. */
  readonly cells: readonly (readonly {readonly mean: number | null; readonly rows: number}[])[];
};

/**
 * Averages an interaction over parts of about equal size of both features; rows where one is missing are left out.
 * @param parts of the first and of the second feature at most; equal values are not parted.
 */
export function tableOf(
  {features, values}: Interaction,
  x: Matrix,
  {parts}: {readonly parts: readonly [number, number]},
): InteractionTable {
  const columns = features.map(name => {
    const j = x.names.indexOf(name);
    return x.values.subarray(j * x.rows, (j + 1) * x.rows);
  }) as [Float64Array, Float64Array];
  const edges = columns.map((column, k) => quantileEdges(column, parts[k]!)) as [number[], number[]];
  const sums = edges[0].slice(1).map(() => edges[1].slice(1).map(() => ({sum: 0, rows: 0})));
  for (let i = 0; i < x.rows; i++) {
    if (columns.some(column => Number.isNaN(column[i]!))) continue;
    const [a, b] = columns.map((column, k) => partOf(edges[k]!, column[i]!));
    const cell = sums[a!]![b!]!;
    cell.sum += values[i]!;
    cell.rows += 1;
  }
  const cells = sums.map(row => row.map(({sum, rows}) => ({mean: rows === 0 ? null : sum / rows, rows})));
  return {edges, cells};
}

/** Distinct edges of `parts` ranges of equal shares, by type-7 quantiles: between values, as people read them on a map. */
function quantileEdges(column: Float64Array, parts: number): number[] {
  const sorted = column.filter(value => !Number.isNaN(value)).sort();
  if (sorted.length === 0) return [];
  const edges = [...new Set(Array.from({length: parts + 1}, (_, k) => quantileOf(sorted, k / parts)))];
  return edges.length === 1 ? [edges[0]!, edges[0]!] : edges;
}

function partOf(edges: readonly number[], value: number): number {
  let k = 0;
  while (k < edges.length - 2 && value > edges[k + 1]!) k += 1;
  return k;
}
