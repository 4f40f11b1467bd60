import type {Boost, BoostParameters} from "../boost/boost.ts";
import {fitBoost} from "../boost/fit.ts";
import {boostMargins} from "../boost/predict.ts";
import {type Matrix, takeRows} from "../features/matrix.ts";
import {type Random, randomOf} from "../random.ts";
import {hashUnit} from "../split/sets.ts";

/** What the search may set of the trees; the other parameters stay at the engine's defaults. */
export type BoostSetting = (
  | {readonly growth: "depth"; readonly depth: number}
  | {readonly growth: "leaf"; readonly leaves: number}
) &
  Pick<BoostParameters, "rate" | "minChildWeight" | "l2" | "columnSample" | "rowSample">;

/** Trees of a fit on a part of the training customers, and what the tune rows say of them. */
export type Rung = {
  /** Share of the training customers, in (0, 1], and their rows. */
  readonly share: number;
  readonly rows: number;
  /** Trees kept, up to the lowest loss on the tune rows, of the trees grown. */
  readonly trees: number;
  readonly grown: number;
  /** Lowest mean log loss on the tune rows, in nats, and the ROC AUC of the trees kept. */
  readonly tuneLoss: number;
  readonly tuneAuc: number;
  /** Values looked at: rows times features drawn for a tree, summed over the trees grown. */
  readonly work: number;
};

/** A setting that was tried, rung after rung until it was dropped. */
export type TriedSetting = {readonly setting: BoostSetting; readonly rungs: readonly Rung[]};

/** How the settings of the boosted trees were found. */
export type Search = {
  /** The default setting first, the others as they were drawn. */
  readonly tried: readonly TriedSetting[];
  /** Index of the setting in use. */
  readonly winner: number;
  /** Values looked at, all fits together. */
  readonly work: number;
};

/** Rows of customers; NaN is missing, a label is 1 or 0. The codes of a category mean the same in all of them. */
export type SearchRows = {
  readonly x: Matrix;
  readonly y: ArrayLike<number>;
  readonly customers: readonly string[];
  /** One a row, 0 or more; 1 each when absent. */
  readonly weights?: ArrayLike<number>;
};

export type SearchOptions = {
  /** Settings to try, in [1, 20]; 1 is the default setting alone. */
  readonly candidates?: number;
  /** ROC AUC of margins, by which settings are ranked. */
  readonly auc: (margins: ArrayLike<number>, y: ArrayLike<number>) => number;
  /** For the settings drawn, the customers of each rung and the samples of the trees. */
  readonly seed?: number;
  /** For fits that are large enough; the result is the same for any number of them. */
  readonly threads?: number;
  /** Told before each fit, with no tree yet, and after each of its trees. */
  readonly progress?: (at: SearchProgress) => void;
  /** Told after each fit, with the index of the setting. */
  readonly fitted?: (setting: number, rung: Rung) => void;
  readonly signal?: AbortSignal;
};

/** Fit `fit` of `of`, from 1, on `share` of the training customers, with `tree` trees so far. */
export type SearchProgress = {
  readonly fit: number;
  readonly of: number;
  readonly share: number;
  readonly tree: number;
};

export const MOST_CANDIDATES = 20;

/** The one setting that is always tried. Its depth, rate and penalties are those of the second engine. */
export const DEFAULT_SETTING: BoostSetting = {
  ...{growth: "depth", depth: 4, rate: 0.05, minChildWeight: 5, l2: 1, columnSample: 1, rowSample: 1},
};

/**
 * What the other settings are drawn from, each value with the same chance: growth by depth or by leaf first, then
 * its size. The ranges suit churn tables: thousands of rows, tens of features, and a signal so weak that small
 * trees which see a part of the rows and features do best.
 */
export const SETTINGS = {
  depth: [2, 3, 4, 5, 6],
  leaves: [4, 8, 16, 32],
  rate: [0.03, 0.05, 0.08, 0.12],
  minChildWeight: [1, 5, 20, 50],
  l2: [1, 3, 10, 30],
  columnSample: [0.3, 0.5, 0.7, 1],
  rowSample: [0.5, 0.7, 1],
} as const;

/** Of the settings of a rung, one in `ETA` goes on to the next, which has `ETA` times the customers. */
const ETA = 3;
const RUNGS = 3;
/** A rung with fewer rows of either class says too little to drop a setting. */
const LEAST = 50;
/** Trees of a fit at most, and trees without a lower loss after which it stops. */
const TREES = 600;
const PATIENCE = 50;
/** Values of a fit from which on more threads gain more time than they cost energy. */
const WORTH_THREADS = 1_000_000;

/**
 * Tries settings of boosted trees by successive halving (Jamieson and Talwalkar 2016): all on a ninth of the training
 * customers, the best third of them on a third, the best third of these on all. The default setting goes all the
 * way, so that what the search gains over it is known. A fit stops early by the log loss of the tune rows; settings
 * are ranked by their ROC AUC there, of equals the one drawn first. Customers are drawn by a hash of their ids,
 * whole, those of a rung among those of the next.
 *
 * Which rows and settings are drawn, and so the result, depends on the seed alone; nothing else than `train` and
 * `tune` is looked at.
 * @returns the search, and the trees of the winner on all training rows.
 * @throws RangeError as fitBoost does, or when candidates are not 1 to 20; the signal's reason when it is aborted.
 */
export async function searchBoost(
  train: SearchRows,
  tune: SearchRows,
  {candidates = MOST_CANDIDATES, auc, seed = 1, threads = 1, progress, fitted, signal}: SearchOptions,
): Promise<{readonly search: Search; readonly boost: Boost}> {
  if (!Number.isInteger(candidates) || candidates < 1 || candidates > MOST_CANDIDATES)
    throw new RangeError(`searchBoost requires 1 to ${MOST_CANDIDATES} candidates, got ${candidates}`);
  const settings = drawSettings(candidates, randomOf(seed, STREAM));
  const rungs = rungsOf(train, candidates, seed);
  const tried = settings.map(setting => ({setting, rungs: [] as Rung[]}));
  const of = rungs.reduce((sum, _, k) => sum + survivors(candidates, k), 0);
  const categorical = Object.keys(train.x.categories ?? {});
  let fit = 0;
  let standing = settings.map((_, i) => i);
  let best: {setting: number; boost: Boost; tuneAuc: number} | undefined;
  for (const [k, {share, rows}] of rungs.entries()) {
    const {x, y, weights} = share === 1 ? train : partOf(train, rows);
    for (const i of standing) {
      signal?.throwIfAborted();
      fit++;
      progress?.({fit, of, share, tree: 0});
      const boost = await fitBoost(x, y, {
        ...settings[i]!,
        ...{trees: TREES, earlyStopping: PATIENCE, tune, categorical},
        ...(weights ? {weights} : {}),
        // The engine takes 32 bits.
        seed: seed % 2 ** 32,
        threads: x.values.length < WORTH_THREADS ? 1 : threads,
        ...(signal ? {signal} : {}),
        ...(progress ? {progress: ({tree}) => progress({fit, of, share, tree})} : {}),
      });
      const rung = rungOf(boost, {share, rows: x.rows, tuneAuc: auc(boostMargins(boost, tune.x), tune.y)});
      tried[i]!.rungs.push(rung);
      fitted?.(i, rung);
      if (share === 1 && !(best && best.tuneAuc >= rung.tuneAuc))
        best = {setting: i, boost, tuneAuc: rung.tuneAuc};
    }
    const aucOf = (i: number): number => tried[i]!.rungs[k]!.tuneAuc;
    const ranked = standing.filter(i => i !== 0).sort((a, b) => aucOf(b) - aucOf(a) || a - b);
    standing = [0, ...ranked.slice(0, survivors(candidates, k + 1) - 1).sort((a, b) => a - b)];
  }
  const work = tried.reduce((sum, one) => sum + one.rungs.reduce((s, rung) => s + rung.work, 0), 0);
  // The last rung is always that of all customers.
  const {setting: winner, boost} = best!;
  return {search: {tried, winner, work}, boost};
}

/** Apart from the streams of numbers that others draw from the same seed. */
const STREAM = 7;

/** The default setting, then settings drawn at random, no two the same. */
function drawSettings(n: number, random: Random): BoostSetting[] {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
  const {depth, leaves, rate, minChildWeight, l2, columnSample, rowSample} = SETTINGS;
  const drawn = new Map([[JSON.stringify(DEFAULT_SETTING), DEFAULT_SETTING]]);
  while (drawn.size < n) {
    const size =
      random() < 0.5
        ? {growth: "depth" as const, depth: pick(depth)}
        : {growth: "leaf" as const, leaves: pick(leaves)};
    const setting: BoostSetting = {
      ...size,
      rate: pick(rate),
      minChildWeight: pick(minChildWeight),
      l2: pick(l2),
      columnSample: pick(columnSample),
      rowSample: pick(rowSample),
    };
    drawn.set(JSON.stringify(setting), setting);
  }
  return [...drawn.values()];
}

/** Settings that are tried on the rung of that index, from 0: a part of those drawn, and the default. */
const survivors = (candidates: number, rung: number): number => 1 + Math.ceil((candidates - 1) / ETA ** rung);

type Part = {readonly share: number; readonly rows: Int32Array};

/** Shares of the training customers with their rows, rising to all; fewer with few settings, or few of a class. */
function rungsOf({y, customers}: SearchRows, candidates: number, seed: number): Part[] {
  const shares = Array.from({length: RUNGS}, (_, k) => ETA ** (k - RUNGS + 1)).filter(
    share => candidates * share >= 1 - 1e-9,
  );
  const places = new Map<string, number>();
  for (const id of customers) if (!places.has(id)) places.set(id, hashUnit(id, `search ${seed}`));
  return shares
    .map(share => {
      const inside = Uint8Array.from(customers, id => (places.get(id)! < share ? 1 : 0));
      return {share, rows: Int32Array.from(inside.keys()).filter(i => inside[i] === 1)};
    })
    .filter(({share, rows}) => {
      const positives = rows.reduce((sum, i) => sum + y[i]!, 0);
      return share === 1 || Math.min(positives, rows.length - positives) >= LEAST;
    });
}

const partOf = ({x, y, weights}: SearchRows, rows: Int32Array): Omit<SearchRows, "customers"> => ({
  x: takeRows(x, rows),
  y: Uint8Array.from(rows, i => y[i]!),
  ...(weights ? {weights: Float64Array.from(rows, i => weights[i]!)} : {}),
});

function rungOf(
  {trees, features, parameters, training}: Boost,
  {share, rows, tuneAuc}: Pick<Rung, "share" | "rows" | "tuneAuc">,
): Rung {
  const grown = training.tuneLoss.length;
  const drawn =
    Math.round(parameters.rowSample * rows) * Math.ceil(parameters.columnSample * features.length - 1e-9);
  return {
    ...{share, rows, trees: trees.length, grown},
    ...{tuneLoss: training.tuneLoss[trees.length - 1]!, tuneAuc, work: drawn * grown},
  };
}
