import type {Matrix} from "../features/matrix.ts";
import {applyModel, fitModel} from "../model/model.ts";
import {type TrainingData, takeTraining} from "../sampling/training-data.ts";
import {hashUnit} from "../split/sets.ts";
import {clusterBootstrap, clustersOf, type Interval} from "./bootstrap.ts";
import {type CompeteOptions, dataOf} from "./compete.ts";
import {rocAuc} from "./metrics.ts";
import {rankRows} from "./ranking.ts";
import {aucStatistic, difference, meanOf} from "./statistic.ts";

/** What a model learned from a part of the training rows, and how it ranks the judging rows. */
export type LearningPoint = {
  /** Share of the training customers, drawn whole, or of the training cutoffs, the latest. */
  readonly share: number;
  readonly rows: number;
  readonly churners: number;
  /** Mean ROC AUC over the draws of the customers; one draw where it is all, or of cutoffs. */
  readonly auc: number;
  readonly lowest: number;
  readonly highest: number;
};

export type LearningCurve = {
  readonly customers: readonly LearningPoint[];
  readonly cutoffs: readonly LearningPoint[];
  /** ROC AUC with all customers above the mean of that with each half of them, and likewise of the cutoffs, on the same draws. */
  readonly gain: {readonly customers: Interval | null; readonly cutoffs: Interval | null};
};

/** Shares of the customers and of the cutoffs; the last is all. */
export const SHARES: readonly number[] = [1 / 8, 1 / 4, 1 / 2, 1];
/** Draws of the customers for a share below 1, and the fewest rows of either class to learn from. */
const DRAWS = 3;
const FEWEST = 20;

/**
 * Fits boosted trees at their default setting on more and more of the training rows and judges them on the test rows:
 * does doubling the customers, or the history, still help? The trees stop early on the calibrate rows. Nothing is
 * chosen by it, and the model in use, whose settings were searched, may be better.
 */
export async function learningCurve(
  x: Matrix,
  options: Omit<CompeteOptions, "kinds">,
): Promise<LearningCurve> {
  const {seed, threads = 1} = options;
  const [train, stop, test] = (["train", "calibrate", "test"] as const).map(role =>
    dataOf(x, options, role),
  ) as [TrainingData, TrainingData, TrainingData & {readonly y: Uint8Array}];
  const marginsOf = async (rows: Int32Array): Promise<Float64Array | undefined> => {
    const data = takeTraining(train, rows);
    const churners = data.y.reduce((sum, y) => sum + y, 0);
    if (Math.min(churners, rows.length - churners) < FEWEST) return undefined;
    const model = await fitModel("boost", data, {
      ...{seed, tune: stop, order: options.order ?? {}},
      search: {candidates: 1, auc: rocAuc, threads},
    });
    return applyModel(model, test.x);
  };
  const everyRow = Int32Array.from(train.customers.keys());
  const all = await marginsOf(everyRow);
  const index = new Map([...new Set(test.customers)].map((id, c) => [id, c]));
  const clusters = clustersOf(Array.from(test.customers, id => index.get(id)!));
  type Drawn = {readonly rows: Int32Array; readonly margins: Float64Array};
  const curveOf = async (rowsOf: (share: number) => readonly Int32Array[]) => {
    const points: LearningPoint[] = [];
    let halves: readonly Drawn[] = [];
    for (const share of SHARES) {
      const drawn: Drawn[] = [];
      for (const rows of share === 1 ? [everyRow] : rowsOf(share)) {
        const margins = share === 1 ? all : await marginsOf(rows);
        if (margins) drawn.push({rows, margins});
      }
      if (drawn.length === 0) continue;
      if (share === 1 / 2) halves = drawn;
      const aucs = drawn.map(({margins}) => rocAuc(margins, test.y));
      const {rows} = drawn[0]!;
      points.push({
        ...{share, rows: rows.length, churners: rows.reduce((sum, i) => sum + train.y[i]!, 0)},
        auc: aucs.reduce((sum, auc) => sum + auc, 0) / aucs.length,
        ...{lowest: Math.min(...aucs), highest: Math.max(...aucs)},
      });
    }
    const gain =
      all && halves.length > 0
        ? clusterBootstrap(
            clusters,
            {
              gain: difference(
                aucStatistic(rankRows(all, test.y)),
                meanOf(halves.map(({margins}) => aucStatistic(rankRows(margins, test.y)))),
              ),
            },
            {seed},
          ).gain
        : null;
    return {points, gain};
  };
  const places = Array.from({length: DRAWS}, (_, k) => {
    const unit = new Map<string, number>();
    for (const id of train.customers)
      if (!unit.has(id)) unit.set(id, hashUnit(id, `learning curve ${seed} ${k}`));
    return unit;
  });
  const customers = await curveOf(share =>
    places.map(unit => everyRow.filter(i => unit.get(train.customers[i]!)! < share)),
  );
  const days = [...new Set(Array.from(train.cutoffs!))].sort((a, b) => a - b);
  const cutoffs = await curveOf(share => {
    const count = Math.floor(share * days.length);
    if (count === 0) return [];
    const from = days[days.length - count]!;
    return [everyRow.filter(i => train.cutoffs![i]! >= from)];
  });
  return {
    customers: customers.points,
    cutoffs: cutoffs.points,
    gain: {customers: customers.gain, cutoffs: cutoffs.gain},
  };
}
