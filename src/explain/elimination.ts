import type {Boost} from "../boost/boost.ts";
import {fitBoost} from "../boost/fit.ts";
import {boostMargins} from "../boost/predict.ts";
import {boostShap} from "../boost/shap.ts";
import {rocAuc} from "../evaluate/metrics.ts";
import {type Matrix, takeColumns, takeRows} from "../features/matrix.ts";
import {nativePlan} from "../model/prepare/plans.ts";
import {applyPreparation, fitPreparation} from "../model/prepare/preparation.ts";
import {hashUnit} from "../split/sets.ts";

/** How well a number of features does. */
export type EliminationStep = {
  readonly features: number;
  /** Mean over the folds of the ROC AUC on customers who were left out, and its standard error between folds. */
  readonly auc: number;
  readonly standardError: number;
  /** Values looked at in a fit on all training rows: rows times features times trees. */
  readonly work: number;
};

/** How few features would do. */
export type Elimination = {
  /** From all features down to one. */
  readonly steps: readonly EliminationStep[];
  /** Indices into `steps`: the highest ROC AUC, and the fewest features within one standard error of it. */
  readonly best: number;
  readonly fewest: number;
  /** Features of `fewest`, and the others in the order in which they were dropped. */
  readonly kept: readonly string[];
  readonly dropped: readonly string[];
  readonly folds: number;
  /** Rows that were looked at: of all customers given, or of as many as are enough. */
  readonly rows: number;
  readonly trees: number;
};

export type EliminationRows = {
  readonly x: Matrix;
  /** 1 for a churner, else 0. */
  readonly y: ArrayLike<number>;
  readonly customers: readonly string[];
};

/** Small and quick trees: which features can go hardly depends on how well the trees are tuned. */
const QUICK = {trees: 60, depth: 4, rate: 0.1, minChildWeight: 20, l2: 3} as const;
const FOLDS = 5;
/** Share of the features that goes in a step, one at least. */
const DROPPED = 0.2;
/** Rows that are enough to tell which features can go. */
const MOST_ROWS = 20_000;
/** Rows whose Shapley values rank the features, at most. */
const RANKED_ROWS = 500;

/**
 * Recursive feature elimination (Guyon et al. 2002) by mean absolute Shapley value, with quick boosted trees: fit, drop
 * the fifth of the features that moves the margins least, fit again. Each fold of customers goes all the way by itself,
 * its left-out customers judging only, so that no feature is chosen by whom it is judged on (Ambroise and McLachlan
 * 2002). The number of features is the smallest within one standard error of the best (Breiman et al. 1984, section
 * 3.4.3); which ones they are comes from a last elimination on all rows.
 *
 * The folds are dealt by a hash of the customer and the seed, those who churned at some cutoff apart from the others, so
 * that each fold has both. It speaks of these quick trees; the model in use keeps all its features.
 * @returns undefined when fewer than five customers have churned, or fewer than five have not.
 */
export async function eliminateFeatures(
  all: EliminationRows,
  {seed}: {readonly seed: number},
): Promise<Elimination | undefined> {
  const data = fewerCustomers(all, seed);
  const {x, y, customers} = data;
  const folds = foldsOf(customers, y, seed);
  if (!folds) return undefined;
  const fold = Uint8Array.from(customers, id => folds.get(id)!);
  const sizes = sizesFrom(x.names.length);
  const settings = {sizes, seed};
  const aucs: number[][] = sizes.map(() => []);
  for (let k = 0; k < FOLDS; k++) {
    const judge = taken(
      data,
      rowsWhere(fold, one => one === k),
    );
    const inside = taken(
      data,
      rowsWhere(fold, one => one !== k),
    );
    const {steps, x: prepared} = fitPreparation(inside, nativePlan());
    const judged = applyPreparation(steps, judge.x);
    await eliminate(prepared, inside.y, settings, (step, names, boost) => {
      aucs[step]!.push(rocAuc(boostMargins(boost, takeColumns(judged, names)), judge.y));
    });
  }
  const ways: (readonly string[])[] = [];
  await eliminate(fitPreparation(data, nativePlan()).x, y, settings, (_, names) => {
    ways.push(names);
  });
  const steps = sizes.map((features, k) => ({
    features,
    ...meanAndError(aucs[k]!),
    work: x.rows * features * QUICK.trees,
  }));
  const best = steps.reduce((top, {auc}, k) => (auc > steps[top]!.auc ? k : top), 0);
  const bar = steps[best]!.auc - steps[best]!.standardError;
  const fewest = steps.findLastIndex(({auc}) => auc >= bar);
  const dropped = ways
    .slice(0, fewest)
    .flatMap((names, k) => names.filter(name => !ways[k + 1]!.includes(name)));
  return {
    ...{steps, best, fewest, kept: ways[fewest]!, dropped},
    ...{folds: FOLDS, rows: x.rows, trees: QUICK.trees},
  };
}

/** The fold of each customer; undefined where a fold would lack a class. */
function foldsOf(
  customers: readonly string[],
  y: ArrayLike<number>,
  seed: number,
): Map<string, number> | undefined {
  const churned = new Map<string, boolean>();
  customers.forEach((id, i) => {
    churned.set(id, (churned.get(id) ?? false) || y[i] === 1);
  });
  const folds = new Map<string, number>();
  for (const label of [true, false]) {
    const own = [...churned].filter(([, value]) => value === label).map(([id]) => id);
    if (own.length < FOLDS) return undefined;
    const place = new Map(own.map(id => [id, hashUnit(id, `elimination ${seed}`)]));
    for (const [k, id] of own.sort((a, b) => place.get(a)! - place.get(b)!).entries())
      folds.set(id, k % FOLDS);
  }
  return folds;
}

/** How many features each step has, from all to one. */
export function sizesFrom(features: number): number[] {
  const sizes = [features];
  for (let n = features; n > 1; sizes.push(n)) n -= Math.max(1, Math.floor(n * DROPPED));
  return sizes;
}

/** Goes all the way down on some rows, and tells of each fit. */
async function eliminate(
  x: Matrix,
  y: ArrayLike<number>,
  {sizes, seed}: {sizes: readonly number[]; seed: number},
  tell: (step: number, names: readonly string[], boost: Boost) => void,
): Promise<void> {
  const ranked = everyFew(x.rows, RANKED_ROWS);
  let names = x.names;
  for (const [step, size] of sizes.entries()) {
    const kept = new Set(names.slice(0, size));
    const part = takeColumns(
      x,
      x.names.filter(name => kept.has(name)),
    );
    const categorical = Object.keys(part.categories ?? {});
    const boost = await fitBoost(part, y, {...QUICK, seed, categorical});
    tell(step, part.names, boost);
    names = byShap(boost, takeRows(part, ranked));
  }
}

/** Names by mean absolute Shapley value, the largest first, of equals in their order. */
function byShap(boost: Boost, x: Matrix): string[] {
  const {values} = boostShap(boost, x);
  const n = x.names.length;
  const sums = new Float64Array(n);
  values.forEach((value, k) => {
    sums[k % n]! += Math.abs(value);
  });
  return Array.from(sums.keys())
    .sort((a, b) => sums[b]! - sums[a]!)
    .map(j => x.names[j]!);
}

/** Whole customers, so many that their rows are about {@link MOST_ROWS} at most. */
function fewerCustomers(data: EliminationRows, seed: number): EliminationRows {
  const share = MOST_ROWS / data.x.rows;
  if (share >= 1) return data;
  const kept = Int32Array.from(data.customers.keys()).filter(
    i => hashUnit(data.customers[i]!, `fewer customers ${seed}`) < share,
  );
  return taken(data, kept);
}

/** At most `count` of the numbers 0 to n - 1, evenly spread. */
const everyFew = (n: number, count: number): Int32Array =>
  Int32Array.from({length: Math.min(n, count)}, (_, i) => Math.floor((i * n) / Math.min(n, count)));

const taken = ({x, y, customers}: EliminationRows, rows: Int32Array): EliminationRows => ({
  x: takeRows(x, rows),
  y: Array.from(rows, i => y[i]!),
  customers: Array.from(rows, i => customers[i]!),
});

const rowsWhere = (fold: Uint8Array, holds: (fold: number) => boolean): Int32Array =>
  Int32Array.from(fold.keys()).filter(i => holds(fold[i]!));

function meanAndError(values: readonly number[]): {auc: number; standardError: number} {
  const n = values.length;
  const auc = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - auc) ** 2, 0);
  return {auc, standardError: Math.sqrt(squares / (n - 1) / n)};
}
