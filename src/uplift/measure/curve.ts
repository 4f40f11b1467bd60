import type {Ranking} from "../../evaluate/ranking.ts";
import {rankRows} from "../../evaluate/ranking.ts";
import {type Trial, weightsOf} from "../trial.ts";
import {requireScore} from "./scores.ts";

/**
 * Sums over the rows from the highest score down to the end of each group of tied rows: what every uplift and Qini
 * curve is read from. A tie is one point.
 */
export type UpliftTable = {
  readonly weight: Float64Array;
  /** Weight of the treated, and their weight times outcome. */
  readonly treated: Float64Array;
  readonly treatedSum: Float64Array;
  readonly control: Float64Array;
  readonly controlSum: Float64Array;
};

const COLUMNS = ["weight", "treated", "treatedSum", "control", "controlSum"] as const;

/** Rows of a trial by falling score, sorted once, to be summed with many weights. */
export type UpliftRanking = {readonly ranking: Ranking; readonly trial: Trial; readonly inverse: boolean};

/**
 * Sorts a trial.
 * @param inverse whether the sums of an arm weigh its rows by inverse propensity besides, which makes the arms alike where
 * the propensity is not the same for all.
 */
export function rankTrial(
  trial: Trial,
  score: ArrayLike<number>,
  {inverse = true}: {readonly inverse?: boolean} = {},
): UpliftRanking {
  requireScore("rankTrial", trial, score);
  return {ranking: rankRows(score, new Uint8Array(score.length)), trial, inverse};
}

/** What fills one table again and again from weights by row. */
export function upliftTables({
  ranking,
  trial,
  inverse,
}: UpliftRanking): (weights: Float64Array) => UpliftTable {
  const {order, ends} = ranking;
  const table = Object.fromEntries(COLUMNS.map(name => [name, new Float64Array(ends.length)])) as UpliftTable;
  const arm = Uint8Array.from(order, i => trial.treated[i]!);
  const outcome = Float64Array.from(order, i => trial.outcome[i]!);
  const share = Float64Array.from(order, i => {
    if (!inverse) return 1;
    return 1 / (trial.treated[i] ? trial.propensity[i]! : 1 - trial.propensity[i]!);
  });
  return weights => {
    let [w, t, ty, c, cy, k] = [0, 0, 0, 0, 0, 0];
    for (let g = 0; g < ends.length; g++) {
      for (const end = ends[g]!; k < end; k++) {
        const weight = weights[order[k]!]!;
        const own = weight * share[k]!;
        w += weight;
        if (arm[k] === 1) {
          t += own;
          ty += own * outcome[k]!;
        } else {
          c += own;
          cy += own * outcome[k]!;
        }
      }
      table.weight[g] = w;
      table.treated[g] = t;
      table.treatedSum[g] = ty;
      table.control[g] = c;
      table.controlSum[g] = cy;
    }
    return table;
  };
}

/** The table of a ranked trial at its own weights. */
export const upliftTable = (ranked: UpliftRanking): UpliftTable =>
  upliftTables(ranked)(weightsOf(ranked.trial));

/** A row of an uplift table: sums down to a cut. */
export type Cut = Record<(typeof COLUMNS)[number], number>;

/** Sums over the first `fraction` of the weight, in [0, 1]; of a group of tied rows over the cut, its part. */
export function cutAt(table: UpliftTable, fraction: number): Cut {
  const {weight} = table;
  const last = weight.length - 1;
  const cut = fraction * weight[last]!;
  let [low, high] = [0, last];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (weight[middle]! >= cut) high = middle;
    else low = middle + 1;
  }
  const before = low === 0 ? 0 : weight[low - 1]!;
  const own = weight[low]! - before;
  const part = own === 0 ? 1 : Math.min(1, (cut - before) / own);
  const read = (column: Float64Array): number => {
    const above = low === 0 ? 0 : column[low - 1]!;
    return above + part * (column[low]! - above);
  };
  return Object.fromEntries(COLUMNS.map(name => [name, read(table[name])])) as Cut;
}

/** Mean outcome of the treated less that of control between two cuts; NaN when an arm has no row there. */
export const upliftBetween = (from: Cut | undefined, to: Cut): number =>
  (to.treatedSum - (from?.treatedSum ?? 0)) / (to.treated - (from?.treated ?? 0)) -
  (to.controlSum - (from?.controlSum ?? 0)) / (to.control - (from?.control ?? 0));
