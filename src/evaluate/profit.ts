import {randomOf} from "../random.ts";
import type {Study, Triangular} from "../study.ts";
import {type Clusters, percentileInterval, weightDraws} from "./bootstrap.ts";
import {rankTable, refillable, tableTop, totalSum, totalWeight} from "./rank-table.ts";
import {rankRows} from "./ranking.ts";

/** The figures of {@link Study} that a campaign is valued with. */
export type Economics = Pick<
  Study["economics"],
  "contactCost" | "offerCost" | "customerValue" | "offerWorks" | "capacity"
>;

/** Scored rows with their outcome. One entry a row, all in one order. */
export type ScoredRows = {
  /** Higher is riskier: what rows are chosen by. */
  readonly margins: ArrayLike<number>;
  /** 1 for a churner, else 0. */
  readonly y: ArrayLike<number>;
  readonly clusters: Clusters;
};

/** Expected value of a campaign in the study's currency, and where it lies with probability `level`. */
export type Worth = {
  /** Would-be churners among those contacted. */
  readonly churners: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
};

/** What a campaign is worth when those contacted are chosen by the model, at random, or in hindsight. */
export type CampaignValue = {
  /** Share contacted. */
  readonly fraction: number;
  readonly contacted: number;
  readonly model: Worth;
  readonly random: Worth;
  readonly perfect: Worth;
  readonly level: number;
};

export type CampaignOptions = {
  readonly seed: number;
  /** Monte Carlo draws. */
  readonly draws?: number;
  readonly level?: number;
  /** Size of the cohort that values are scaled to; the number of rows when absent. */
  readonly customers?: number;
};

/**
 * Value of contacting the given shares of a cohort of N customers. With k = fraction × N contacted and C
 * would-be churners among them,
 *
 *     value = C × offerWorks × customerValue − k × (contactCost + offerCost):
 *
 * everyone contacted gets the offer and costs both; only a would-be churner can be kept, and offerWorks is the
 * share that is. C is counted in the rows (model: among the top k, ties shared; random: k times the base rate;
 * perfect: the smaller of k and all), so that the value rests on outcomes and not on the model's own word.
 * `value` takes the means of the triangular figures, as independent; `low` and `high` are quantiles over draws
 * of those figures and of the customers, in a bootstrap.
 * @param fractions shares contacted, ascending, in [0, 1].
 * @throws RangeError when a fraction is out of range or not ascending.
 */
export function campaignValues(
  rows: ScoredRows,
  economics: Economics,
  fractions: readonly number[],
  {seed, draws = 1000, level = 0.9, customers = rows.y.length}: CampaignOptions,
): CampaignValue[] {
  checkFractions(fractions);
  const ranking = rankRows(rows.margins, rows.y);
  const n = ranking.rows;
  const cost = economics.contactCost + economics.offerCost;
  const kept = meanOf(economics.offerWorks) * meanOf(economics.customerValue);
  const table = rankTable(ranking);
  const all = totalSum(table);
  const drawn = drawValues(rows, economics, fractions, {seed, draws, customers});
  return fractions.map((fraction, f) => {
    const contacted = fraction * customers;
    const worth = (choice: Choice, churnersOfRows: number): Worth => {
      const churners = (churnersOfRows / n) * customers;
      const value = churners * kept - contacted * cost;
      return {churners, value, ...percentileInterval(drawn[choice][f]!, level)};
    };
    return {
      fraction,
      contacted,
      model: worth("model", tableTop(table, fraction)),
      random: worth("random", fraction * all),
      perfect: worth("perfect", Math.min(fraction * n, all)),
      level,
    };
  });
}

/** {@link campaignValues} at one share, the study's capacity when absent. */
export function campaignValue(
  rows: ScoredRows,
  economics: Economics,
  {fraction = economics.capacity, ...options}: CampaignOptions & {readonly fraction?: number},
): CampaignValue {
  return campaignValues(rows, economics, [fraction], options)[0]!;
}

/** A number from the triangular distribution whose distribution function is at `u`, in [0, 1). */
export function triangularAt({low, mode, high}: Triangular, u: number): number {
  if (high === low) return low;
  return u * (high - low) < mode - low
    ? low + Math.sqrt(u * (high - low) * (mode - low))
    : high - Math.sqrt((1 - u) * (high - low) * (high - mode));
}

type Choice = "model" | "random" | "perfect";

/** Values by choice, then by fraction, then by draw. */
function drawValues(
  {margins, y, clusters}: ScoredRows,
  economics: Economics,
  fractions: readonly number[],
  {seed, draws, customers}: {readonly seed: number; readonly draws: number; readonly customers: number},
): Record<Choice, Float64Array[]> {
  const ranking = rankRows(margins, y);
  const weigh = weightDraws(clusters, {seed});
  // Draws of customers use the streams from 0 on.
  const random = randomOf(seed, -1);
  const weights = new Float64Array(ranking.rows);
  const {table, fill} = refillable(ranking, [...weights.keys()]);
  const cost = economics.contactCost + economics.offerCost;
  const empty = (): Float64Array[] => fractions.map(() => new Float64Array(draws));
  const values = {model: empty(), random: empty(), perfect: empty()};
  for (let d = 0; d < draws; d++) {
    weigh(d, weights);
    const kept =
      triangularAt(economics.offerWorks, random()) * triangularAt(economics.customerValue, random());
    fill(weights);
    const [all, total] = [totalSum(table), totalWeight(table)];
    for (let f = 0; f < fractions.length; f++) {
      const fraction = fractions[f]!;
      const worthOf = (share: number): number => customers * (share * kept - fraction * cost);
      values.model[f]![d] = worthOf(tableTop(table, fraction) / total);
      values.random[f]![d] = worthOf((fraction * all) / total);
      values.perfect[f]![d] = worthOf(Math.min(fraction, all / total));
    }
  }
  return values;
}

const meanOf = ({low, mode, high}: Triangular): number => (low + mode + high) / 3;

function checkFractions(fractions: readonly number[]): void {
  fractions.forEach((fraction, f) => {
    if (!(fraction >= (fractions[f - 1] ?? 0) && fraction <= 1))
      throw new RangeError(`campaignValues requires ascending fractions in [0, 1], got ${fraction}`);
  });
}
