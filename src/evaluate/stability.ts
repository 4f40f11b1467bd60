import {dateOf} from "../data/calendar.ts";
import type {Instant} from "../data/instant.ts";
import {clusterBootstrap, clustersOf, type Interval} from "./bootstrap.ts";
import {chooseTop} from "./choose.ts";
import {FEWEST, type Groups} from "./fairness.ts";
import {lift} from "./lift.ts";
import {rocAuc} from "./metrics.ts";
import {rankRows} from "./ranking.ts";
import {aucStatistic} from "./statistic.ts";

/** Rows as a model judged them, and what came. One entry a row, all in one order. */
export type RankedRows = {
  readonly margins: Float64Array;
  /** Calibrated. */
  readonly probabilities: Float64Array;
  /** 1 for a churner, else 0. */
  readonly y: Uint8Array;
  /** Index of the row's customer. */
  readonly customer: Int32Array;
};

/** How the model does on a part of the rows. */
export type PartFigures = {
  readonly name: string;
  readonly rows: number;
  readonly customers: number;
  readonly churners: number;
  readonly predicted: number;
  readonly observed: number;
  /** Share of the rows that are among the riskiest of all rows, at capacity. */
  readonly selected: number;
  /** Ranking within the part; null where it has too few customers or churners to say. */
  readonly auc: Interval | null;
};

/**
 * Figures of every group, intervals by bootstrap over customers. Parts with fewer churners or stayers than
 * {@link FEWEST} have no ranking to speak of.
 * @param capacity share contacted of all rows, in (0, 1].
 */
export function figuresByGroup(
  {margins, probabilities, y, customer}: RankedRows,
  {names, code}: Groups,
  {capacity, seed, draws = 1000}: {readonly capacity: number; readonly seed: number; readonly draws?: number},
): PartFigures[] {
  const chosen = chooseTop(margins, capacity);
  return names.flatMap((name, g): PartFigures[] => {
    const rows = Int32Array.from(code.keys()).filter(i => code[i] === g);
    if (rows.length === 0) return [];
    const mean = (values: ArrayLike<number>) => rows.reduce((sum, i) => sum + values[i]!, 0) / rows.length;
    const cluster = rows.map(i => customer[i]!);
    const labels = Uint8Array.from(rows, i => y[i]!);
    const churners = labels.reduce((sum, label) => sum + label, 0);
    const customersOf = (label: number) => new Set(cluster.filter((_, k) => labels[k] === label)).size;
    const enough = customersOf(1) >= FEWEST.churners && customersOf(0) >= FEWEST.stayers;
    const ranking = rankRows(
      Float64Array.from(rows, i => margins[i]!),
      labels,
    );
    const clusters = clustersOf(cluster);
    return [
      {
        ...{name, rows: rows.length, customers: new Set(cluster).size, churners},
        ...{predicted: mean(probabilities), observed: mean(y), selected: mean(chosen)},
        auc: enough ? clusterBootstrap(clusters, {auc: aucStatistic(ranking)}, {seed, draws}).auc : null,
      },
    ];
  });
}

/** Most cutoffs that are told one by one; more are told by month. */
const MOST_CUTOFFS = 12;

/** Groups of rows by cutoff, or by its month where there are many; ascending. @param cutoff index into the cutoffs. */
export function groupsByCutoff(cutoff: Int32Array, cutoffs: readonly Instant[]): Groups {
  const present = [...new Set(cutoff)].sort((a, b) => a - b);
  const nameOf = (k: number): string => {
    const date = dateOf(Math.floor(cutoffs[k]!));
    return present.length > MOST_CUTOFFS ? date.slice(0, 7) : date;
  };
  const names = [...new Set(present.map(nameOf))];
  const place = new Map(present.map(k => [k, names.indexOf(nameOf(k))]));
  return {names, code: cutoff.map(k => place.get(k)!)};
}

/** The same model fitted with another seed, on the same rows. */
export type SeedFigures = {
  readonly seed: number;
  readonly auc: number;
  /** At capacity. */
  readonly lift: number;
  /** Share of the rows at the top, at capacity, that are at the top of the model in use, too. */
  readonly sameList: number;
};

/** What changes when only the seed does. @param margins by seed, the one in use first, of the same rows. */
export function figuresBySeed(
  margins: readonly {readonly seed: number; readonly margins: Float64Array}[],
  y: Uint8Array,
  capacity: number,
): SeedFigures[] {
  const inUse = chooseTop(margins[0]!.margins, capacity);
  return margins.map(({seed, margins: own}) => {
    const chosen = chooseTop(own, capacity);
    let [both, all] = [0, 0];
    for (let i = 0; i < chosen.length; i++) {
      both += Math.min(chosen[i]!, inUse[i]!);
      all += chosen[i]!;
    }
    return {
      seed,
      auc: rocAuc(own, y),
      lift: lift(rankRows(own, y), {fraction: capacity}),
      sameList: both / all,
    };
  });
}
